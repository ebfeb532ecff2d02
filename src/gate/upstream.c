/* CONNECT of HTTP/1.1 and the client's side of SOCKS5 (RFC 1928, 1929), as a function from what was heard to
 * what is to be said. No sockets: the relay owns them. The target's name goes to the proxy unresolved, since
 * behind such proxies names often resolve only there; the relay has decided by name before.
 */
#include "gate/upstream.h"

#include "base/hash.h"
#include "base/mem.h"
#include "base/url.h"

#include <stdio.h>
#include <string.h>

enum { ANSWER_MAX = 16384, TEXT_MAX = 255 };

static int read_url(struct op *op, struct upstream *up, const char *text)
{
    struct bytes b = bytes_of(text);
    up->kind = UPSTREAM_HTTP;
    static const char *const SOCKS[] = {"socks5://", "socks5h://"};
    for (size_t i = 0; i < 2; i++) {
        if (!bytes_has_prefix(b, bytes_of(SOCKS[i])))
            continue;
        up->kind = UPSTREAM_SOCKS;
        b = bytes_of(arena_fmt(&op->arena, "http://%s", text + strlen(SOCKS[i])));
    }
    struct url url;
    struct op part;
    op_init_part(&part, op, -1);
    bool is_good = url_parse(&part, b, &url) == 0 && strcmp(url.scheme, "http") == 0 &&
                   strlen(url.host) < sizeof up->host;
    if (is_good) {
        snprintf(up->host, sizeof up->host, "%s", url.host);
        up->port =
            url.port == 80 && !strstr(text, ":80") && up->kind == UPSTREAM_SOCKS ? 1080 : url.port;
    }
    op_fini(&part);
    return is_good ? 0
                   : op_fail(op, ERR_BAD_INPUT,
                             "the proxy must be http://host:port or "
                             "socks5://host:port, with user and password set apart");
}

int upstream_init(struct op *op, struct upstream *up, const struct gate_upstream *conf)
{
    *up = (struct upstream){0};
    if (!conf->url || !*conf->url)
        return 0;
    if (read_url(op, up, conf->url) < 0)
        return -1;
    if (conf->user && *conf->user) {
        if (strlen(conf->user) > TEXT_MAX)
            return op_fail(op, ERR_BAD_INPUT, "the proxy's user name is too long");
        up->user = mem_strdup(conf->user);
        if (conf->password)
            secret_copy(&up->password, conf->password);
    }
    up->no_proxy = mem_calloc(conf->no_proxy_n + 1, sizeof *up->no_proxy);
    for (size_t i = 0; i < conf->no_proxy_n; i++)
        up->no_proxy[up->no_proxy_n++] = mem_strdup(conf->no_proxy[i]);
    return 0;
}

void upstream_fini(struct upstream *up)
{
    mem_free(up->user);
    secret_fini(&up->password);
    while (up->no_proxy_n > 0)
        mem_free(up->no_proxy[--up->no_proxy_n]);
    mem_free(up->no_proxy);
    *up = (struct upstream){0};
}

/* --- HTTP --- */

static void say_connect(const struct upstream *up, const struct upstream_talk *talk,
                        struct str *say)
{
    bool is_6 = strchr(talk->host, ':') != NULL;
    const char *open = is_6 ? "[" : "", *close = is_6 ? "]" : "";
    str_addf(say, "CONNECT %s%s%s:%d HTTP/1.1\r\nHost: %s%s%s:%d\r\n", open, talk->host, close,
             talk->port, open, talk->host, close, talk->port);
    if (up->user) {
        struct arena arena;
        arena_init(&arena);
        struct bytes password = secret_reveal(&up->password);
        char *pair = arena_fmt(&arena, "%s:%.*s", up->user, BYTES_ARG(password));
        char *coded = base64_encode(&arena, bytes_of(pair));
        str_addf(say, "Proxy-Authorization: Basic %s\r\n", coded);
        explicit_bzero(pair, strlen(pair));
        explicit_bzero(coded, strlen(coded));
        arena_fini(&arena);
    }
    str_adds(say, "\r\n");
}

static enum upstream_result hear_http(struct bytes heard, size_t *used)
{
    ssize_t end = bytes_find(heard, BYTES("\r\n\r\n"));
    if (end < 0)
        return heard.n > ANSWER_MAX ? UPSTREAM_REFUSED : UPSTREAM_MORE;
    *used = (size_t)end + 4;
    bool is_good = heard.n > 12 && bytes_has_prefix(heard, BYTES("HTTP/1.")) && heard.p[8] == ' ' &&
                   heard.p[9] == '2';
    return is_good ? UPSTREAM_OPEN : UPSTREAM_REFUSED;
}

/* --- SOCKS5 --- */

enum { SOCKS_HELLO = 1, SOCKS_LOGIN, SOCKS_REQUEST };

static void say_request(const struct upstream_talk *talk, struct str *say)
{
    size_t n = strlen(talk->host);
    str_add(say, (struct bytes){"\x05\x01\x00\x03", 4});
    str_addc(say, (char)n);
    str_adds(say, talk->host);
    str_addc(say, (char)(talk->port >> 8));
    str_addc(say, (char)(talk->port & 0xff));
}

static void say_login(const struct upstream *up, struct str *say)
{
    struct bytes password = secret_reveal(&up->password);
    size_t n = password.n > TEXT_MAX ? TEXT_MAX : password.n;
    str_addc(say, 1);
    str_addc(say, (char)strlen(up->user));
    str_adds(say, up->user);
    str_addc(say, (char)n);
    str_add(say, (struct bytes){password.p, n});
}

static enum upstream_result hear_method(const struct upstream *up, struct upstream_talk *talk,
                                        struct bytes heard, size_t *used, struct str *say)
{
    if (heard.n < 2)
        return UPSTREAM_MORE;
    *used = 2;
    if (heard.p[0] != 5 || (heard.p[1] != 0 && (heard.p[1] != 2 || !up->user)))
        return UPSTREAM_REFUSED;
    talk->step = heard.p[1] == 2 ? SOCKS_LOGIN : SOCKS_REQUEST;
    if (heard.p[1] == 2)
        say_login(up, say);
    else
        say_request(talk, say);
    return UPSTREAM_MORE;
}

static enum upstream_result hear_login(struct upstream_talk *talk, struct bytes heard, size_t *used,
                                       struct str *say)
{
    if (heard.n < 2)
        return UPSTREAM_MORE;
    *used = 2;
    if (heard.p[1] != 0)
        return UPSTREAM_REFUSED;
    talk->step = SOCKS_REQUEST;
    say_request(talk, say);
    return UPSTREAM_MORE;
}

static enum upstream_result hear_answer(struct bytes heard, size_t *used)
{
    if (heard.n < 5)
        return UPSTREAM_MORE;
    size_t address = heard.p[3] == 1   ? 4
                     : heard.p[3] == 4 ? 16
                                       : (size_t)(unsigned char)heard.p[4] + 1;
    if (heard.n < 4 + address + 2)
        return UPSTREAM_MORE;
    *used = 4 + address + 2;
    return heard.p[0] == 5 && heard.p[1] == 0 ? UPSTREAM_OPEN : UPSTREAM_REFUSED;
}

enum upstream_result upstream_step(const struct upstream *up, struct upstream_talk *talk,
                                   struct bytes heard, size_t *used, struct str *say)
{
    *used = 0;
    if (talk->step == 0) {
        talk->step = SOCKS_HELLO;
        if (up->kind == UPSTREAM_HTTP)
            say_connect(up, talk, say);
        else
            str_add(say, up->user ? (struct bytes){"\x05\x02\x00\x02", 4}
                                  : (struct bytes){"\x05\x01\x00", 3});
        return UPSTREAM_MORE;
    }
    if (up->kind == UPSTREAM_HTTP)
        return hear_http(heard, used);
    if (talk->step == SOCKS_HELLO)
        return hear_method(up, talk, heard, used, say);
    return talk->step == SOCKS_LOGIN ? hear_login(talk, heard, used, say)
                                     : hear_answer(heard, used);
}
