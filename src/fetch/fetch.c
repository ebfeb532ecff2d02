/* The client object and one exchange's engine, shared by HTTP and mail.
 *
 * Any thread may call. A slot is a multi handle (which owns kept connections) with one easy
 * handle; an exchange leases the slot used last, so that few connections serve many calls. The
 * thread waits in curl_multi_poll together with the op's cancel descriptor: a cancel takes effect
 * at once, where libcurl's own progress callback would notice it only every second.
 */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/assert.h"
#include "base/mem.h"
#include "fetch/fetch_priv.h"

enum { HANDLES = 16, CONNECT_MS = 10 * 1000, CONNECTIONS_KEPT = 8, POLL_STEP_MS = 60 * 1000 };

static pthread_once_t library = PTHREAD_ONCE_INIT;

static void start_library(void)
{
    ASSERT(curl_global_init(CURL_GLOBAL_ALL) == CURLE_OK);
}

int fetch_open(struct op *op, const struct fetch_conf *conf, struct fetch_client **out)
{
    ASSERT(pthread_once(&library, start_library) == 0);
    const char *ca = conf->ca_file ? conf->ca_file : conf->more_ca_file;
    if (ca && access(ca, R_OK) < 0)
        return op_fail(op, ERR_BAD_INPUT, "the CA file %s cannot be read: %s", ca, strerror(errno));
    struct fetch_client *client = MEM_NEW(struct fetch_client);
    client->conf = *conf;
    if (!client->conf.user_agent)
        client->conf.user_agent = "Rounds";
    if (client->conf.connect_ms <= 0)
        client->conf.connect_ms = CONNECT_MS;
    if (client->conf.handle_max <= 0)
        client->conf.handle_max = HANDLES;
    lock_init(&client->lock);
    *out = client;
    return 0;
}

/* Leaving a mail server, libcurl says QUIT and waits up to two minutes for the answer, even of a
 * server that we leave because it is mute. On a dead socket it does not wait. */
static void kill_sockets(struct fetch_slot *slot)
{
    for (int i = 0; i < slot->socket_n; i++)
        (void)shutdown(slot->sockets[i], SHUT_RDWR);
}

static void slot_free(struct fetch_slot *slot)
{
    kill_sockets(slot);
    curl_easy_cleanup(slot->easy);
    curl_multi_cleanup(slot->multi);
    mem_free(slot);
}

void fetch_close(struct fetch_client *client)
{
    if (!client)
        return;
    for (struct fetch_slot *slot = client->idle, *next; slot; slot = next) {
        next = slot->next;
        slot_free(slot);
    }
    lock_fini(&client->lock);
    mem_free(client);
}

struct fetch_slot *slot_lease(struct fetch_client *client)
{
    lock_take(&client->lock);
    struct fetch_slot *slot = client->idle;
    if (slot) {
        client->idle = slot->next;
        client->idle_n--;
    }
    lock_give(&client->lock);
    if (slot)
        return slot;
    slot = MEM_NEW(struct fetch_slot);
    slot->multi = curl_multi_init();
    slot->easy = curl_easy_init();
    ASSERT(slot->multi && slot->easy);
    (void)curl_multi_setopt(slot->multi, CURLMOPT_MAXCONNECTS, (long)CONNECTIONS_KEPT);
    return slot;
}

void slot_return(struct fetch_client *client, struct fetch_slot *slot, bool is_broken)
{
    curl_easy_reset(slot->easy); /* forgets headers and credentials, keeps connections */
    lock_take(&client->lock);
    bool is_kept = !is_broken && client->idle_n < client->conf.handle_max;
    if (is_kept) {
        slot->next = client->idle;
        client->idle = slot;
        client->idle_n++;
    }
    lock_give(&client->lock);
    if (!is_kept)
        slot_free(slot);
}

/* Every socket is made here: close-on-exec, because browsers are forked while we wait, and only
 * towards addresses that the policy allows. */
static curl_socket_t open_socket(void *ctx, curlsocktype purpose, struct curl_sockaddr *to)
{
    struct fetch_run *run = ctx;
    const struct fetch_conf *conf = &run->client->conf;
    (void)purpose;
    unsigned class_bits = conf->proxy ? 0 : address_class(&to->addr) & conf->refuse;
    if (class_bits) {
        run->refused_class = class_bits;
        address_text(&to->addr, run->refused);
        return CURL_SOCKET_BAD;
    }
    int fd = socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
    if (fd >= 0 && run->slot->socket_n < FETCH_SOCKETS_MAX)
        run->slot->sockets[run->slot->socket_n++] = fd;
    return fd;
}

static int close_socket(void *ctx, curl_socket_t fd)
{
    struct fetch_slot *slot = ctx;
    for (int i = 0; i < slot->socket_n; i++)
        if (slot->sockets[i] == fd)
            slot->sockets[i--] = slot->sockets[--slot->socket_n];
    return close(fd);
}

static void prepare_tls(CURL *easy, const struct fetch_conf *conf)
{
    curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(easy, CURLOPT_CERTINFO, 1L);
    if (conf->ca_file) {
        curl_easy_setopt(easy, CURLOPT_CAINFO, conf->ca_file);
        curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
    } else if (conf->more_ca_file) { /* the system's are found one by one, in its folder of links */
        curl_easy_setopt(easy, CURLOPT_CAINFO, conf->more_ca_file);
        curl_easy_setopt(easy, CURLOPT_CAPATH, "/etc/ssl/certs");
    }
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, conf->is_insecure ? 0L : 1L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, conf->is_insecure ? 0L : 2L);
}

void slot_prepare(struct fetch_run *run)
{
    CURL *easy = run->slot->easy;
    const struct fetch_conf *conf = &run->client->conf;
    int left_ms = op_left_ms(run->op);
    long connect_ms = left_ms < conf->connect_ms ? left_ms : (long)conf->connect_ms;
    run->slot->error[0] = '\0';
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, run->slot->error);
    curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 1L);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, connect_ms > 0 ? connect_ms : 1L);
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, run);
    curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, close_socket);
    curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, run->slot); /* outlives its connections */
    curl_easy_setopt(easy, CURLOPT_PROXY, ""); /* none, whatever the environment says */
#if LIBCURL_VERSION_NUM >= 0x075700
    curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L); /* do not wait for a resolver given up on */
#endif
    prepare_tls(easy, conf);
}

static bool is_done(CURLM *multi, CURLcode *out)
{
    int left;
    for (CURLMsg *msg; (msg = curl_multi_info_read(multi, &left));) {
        if (msg->msg == CURLMSG_DONE) {
            *out = msg->data.result;
            return true;
        }
    }
    return false;
}

int slot_run(struct fetch_run *run, CURLcode *out)
{
    CURLM *multi = run->slot->multi;
    int running, result = 0;
    ASSERT(curl_multi_add_handle(multi, run->slot->easy) == CURLM_OK);
    for (;;) {
        struct curl_waitfd cancel = {.fd = run->op->cancel_fd, .events = CURL_WAIT_POLLIN};
        ASSERT(curl_multi_perform(multi, &running) == CURLM_OK);
        if (is_done(multi, out))
            break;
        if (op_left_ms(run->op) == 0) {
            result = fault_timeout(run);
            break;
        }
        if (op_check(run->op) < 0) {
            result = -1;
            break;
        }
        int wait_ms = op_left_ms(run->op) < POLL_STEP_MS ? op_left_ms(run->op) : POLL_STEP_MS;
        ASSERT(curl_multi_poll(multi, &cancel, cancel.fd >= 0 ? 1 : 0, wait_ms, NULL) == CURLM_OK);
    }
    if (result < 0 && run->is_mail)
        kill_sockets(run->slot);
    curl_multi_remove_handle(multi, run->slot->easy);
    return result;
}

struct curl_slist *slist_add(struct curl_slist *list, const char *line)
{
    struct curl_slist *longer = curl_slist_append(list, line);
    ASSERT(longer);
    return longer;
}

void slist_free(struct curl_slist **list)
{
    for (struct curl_slist *item = *list; item; item = item->next)
        explicit_bzero(item->data, strlen(item->data));
    curl_slist_free_all(*list);
    *list = NULL;
}
