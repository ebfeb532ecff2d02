/* The server as a whole: defaults, start, stop, figures. Any thread; start and stop block. */
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

#include "base/assert.h"
#include "base/clock.h"
#include "base/mem.h"
#include "httpd/httpd_priv.h"
#include "httpd/tls.h"

#define DEFAULT(field, value)                                                                      \
    do {                                                                                           \
        if (conf->field == 0)                                                                      \
            conf->field = (value);                                                                 \
    } while (0)

static void fill_defaults(struct httpd_conf *conf)
{
    DEFAULT(worker_n, 8);
    DEFAULT(light_worker_n, 2);
    DEFAULT(queue_max, 256);
    DEFAULT(connection_max, 4096);
    DEFAULT(keep_alive_max, 128);
    DEFAULT(url_max, 80 << 10);
    DEFAULT(header_max, 16 << 10);
    DEFAULT(budget_ms, 30 * 1000);
    DEFAULT(head_ms, 10 * 1000);
    DEFAULT(body_ms, 60 * 1000);
    DEFAULT(write_ms, 30 * 1000);
    DEFAULT(idle_ms, 75 * 1000);
    if (conf->worker_n > HTTPD_WORKER_MAX)
        conf->worker_n = HTTPD_WORKER_MAX;
    if (conf->light_worker_n >= conf->worker_n)
        conf->light_worker_n = conf->worker_n - 1; /* one for heavy work at least */
}

static int start_listener(struct op *op, struct httpd *server, size_t i)
{
    struct listener *listener = &server->listeners[i];
    listener->server = server;
    listener->index = (int)i;
    int fd = listen_open(op, server->conf.listen[i].address, &listener->port);
    if (fd < 0)
        return -1;
    if (conn_listen(op, listener, fd) < 0) {
        close(fd);
        return -1;
    }
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = listener};
    int inner =
        MHD_get_daemon_info(listener->daemon, MHD_DAEMON_INFO_EPOLL_FD_LINUX_ONLY)->epoll_fd;
    ASSERT(epoll_ctl(server->epoll_fd, EPOLL_CTL_ADD, inner, &event) == 0);
    return 0;
}

static void free_server(struct httpd *server)
{
    for (size_t i = 0; i < server->conf.listen_n; i++)
        if (server->listeners[i].daemon)
            MHD_stop_daemon(server->listeners[i].daemon);
    if (server->tls)
        tls_close(server->tls);
    proxy_list_fini(&server->proxies);
    close(server->epoll_fd);
    close(server->wake_fd);
    mem_free(server);
}

/* What listeners share, and then each of them. */
static int start_listeners(struct op *op, struct httpd *server)
{
    const struct httpd_conf *conf = &server->conf;
    if (proxy_list_read(op, conf->trusted_proxies, conf->trusted_proxies_n, &server->proxies) < 0)
        return -1;
    for (size_t i = 0; i < conf->listen_n; i++) {
        bool needs_tls = conf->listen[i].is_tls && !server->tls;
        if (needs_tls && tls_open(op, conf->tls_cert_file, conf->tls_key_file, &server->tls) < 0)
            return -1;
        if (start_listener(op, server, i) < 0)
            return -1;
    }
    return 0;
}

int httpd_start(struct op *op, const struct httpd_conf *conf, const struct httpd_face *face,
                struct httpd **out)
{
    ASSERT(conf->listen_n <= HTTPD_LISTEN_MAX && face->handle);
    if (conf->listen_n == 0)
        return op_fail(op, ERR_BAD_INPUT, "no address to listen on");
    struct httpd *server = MEM_NEW(struct httpd);
    server->conf = *conf;
    server->face = *face;
    fill_defaults(&server->conf);
    server->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    server->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = server};
    ASSERT(server->epoll_fd >= 0 && server->wake_fd >= 0);
    ASSERT(epoll_ctl(server->epoll_fd, EPOLL_CTL_ADD, server->wake_fd, &event) == 0);
    if (start_listeners(op, server) < 0) {
        free_server(server);
        return -1;
    }
    work_init(server);
    work_start(server);
    thread_start(&server->loop, "http-loop", loop_run, server);
    *out = server;
    return 0;
}

int httpd_reload_tls(struct op *op, struct httpd *server, bool *is_new)
{
    *is_new = false;
    return server->tls ? tls_reload(op, server->tls, is_new) : 0;
}

int httpd_port(const struct httpd *server, size_t i)
{
    ASSERT(i < server->conf.listen_n);
    return server->listeners[i].port;
}

void httpd_stop(struct httpd *server, int64_t grace_ms)
{
    atomic_store(&server->grace_until_ms, clock_mono_ms() + grace_ms);
    atomic_store(&server->is_stopping, true);
    loop_wake(server);
    thread_join(&server->loop);
    work_fini(server);
    free_server(server);
}

void httpd_stats(struct httpd *server, struct httpd_stats *out)
{
    *out = (struct httpd_stats){
        .connections = atomic_load(&server->connections),
        .streams = atomic_load(&server->streams),
        .requests = atomic_load(&server->requests),
        .refused = atomic_load(&server->refused),
        .hangups = atomic_load(&server->hangups),
    };
    work_stats(server, out);
}
