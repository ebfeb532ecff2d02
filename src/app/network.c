/* What the pages of each identity may reach: the origin of the Grafana itself, and the extra hosts
 * of the settings. One gate port per browser context. Called by the pool's lessees and its keeper.
 */
#include "app/app_priv.h"

#include "base/url.h"
#include "rounds/source.h"

#include <string.h>

enum { ALLOW_MAX = GATE_ALLOW_MAX };

/* "host:port" or "host" (80 and 443). */
static struct gate_allow parse_host(struct op *op, const char *text)
{
    const char *colon = strrchr(text, ':');
    int64_t port = 0;
    bool has_port = colon && bytes_to_i64(bytes_of(colon + 1), &port);
    struct bytes host = {text, has_port ? (size_t)(colon - text) : strlen(text)};
    return (struct gate_allow){.host = arena_copy(&op->arena, host), .port = (int)port};
}

static size_t add_hosts(struct op *op, const char *const *hosts, size_t n, struct gate_allow *allow,
                        size_t used)
{
    for (size_t i = 0; i < n && used < ALLOW_MAX; i++)
        allow[used++] = parse_host(op, hosts[i]);
    return used;
}

/* What the sources of this origin may load from. Without them a page still shows what its own origin
 * has, so a store that does not answer is no reason to draw nothing. */
static size_t add_origins(struct op *op, struct app *app, const char *origin,
                          struct gate_allow *allow, size_t used)
{
    struct plan_names names = {0};
    struct op part;
    struct url url;
    if (!app->rounds)
        return used;
    op_init_part(&part, op, -1);
    if (source_list_origins(&part, app->rounds, origin, &names) == 0)
        for (size_t i = 0; i < names.n && used < ALLOW_MAX; i++)
            if (url_parse(&part, bytes_of(names.items[i]), &url) == 0)
                allow[used++] = (struct gate_allow){.host = arena_strdup(&op->arena, url.host),
                                                    .port = url.port};
    op_fini(&part);
    return used;
}

static int open_port(void *ctx, struct op *op, const struct pool_identity *who, int *out_port)
{
    struct app *app = ctx;
    struct gate_allow allow[ALLOW_MAX];
    struct url url;
    size_t n = 0, hosts_n;
    if (*who->origin) { /* a page of our own making (reports) may reach nothing */
        if (url_parse(op, bytes_of(who->origin), &url) < 0)
            return -1;
        allow[n++] = (struct gate_allow){.host = url.host, .port = url.port, .is_own = true};
        const char *const *hosts = settings_list(app->settings, SET_EXTRA_HOSTS, &hosts_n);
        n = add_hosts(op, hosts, hosts_n, allow, n);
        size_t grafanas_n;
        const struct settings_grafana *grafanas = settings_grafanas(app->settings, &grafanas_n);
        for (size_t i = 0; i < grafanas_n; i++)
            if (strcmp(grafanas[i].origin, who->origin) == 0)
                n = add_hosts(op, grafanas[i].extra_hosts, grafanas[i].extra_hosts_n, allow, n);
        n = add_origins(op, app, who->origin, allow, n);
    }
    return gate_open(op, app->gate, allow, n, out_port);
}

static void close_port(void *ctx, int port)
{
    struct app *app = ctx;
    gate_close(app->gate, port);
}

struct pool_net network_of(struct app *app)
{
    return (struct pool_net){.open = open_port, .close = close_port, .ctx = app};
}
