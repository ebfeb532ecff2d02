/* Addresses of Grafana's pages, composed from parts. Pure; any thread.
 *
 * Values are percent-encoded, never pasted. Times are epoch milliseconds, the one form that every
 * version takes alike. `refresh=` is sent empty, so that no page reloads while it is pictured.
 */
#include "grafana/links.h"

#include "base/url.h"

#include <stdio.h>
#include <string.h>

enum { LINK_MAX = 16384 };

static void add_pair(struct str *out, const char *name, const char *value)
{
    str_addc(out, memchr(out->p, '?', out->n) ? '&' : '?');
    url_encode(out, bytes_of(name));
    str_addc(out, '=');
    url_encode(out, bytes_of(value));
}

static void add_number(struct str *out, const char *name, int64_t value)
{
    char text[32];
    snprintf(text, sizeof text, "%lld", (long long)value);
    add_pair(out, name, text);
}

static void add_variables(struct arena *arena, struct str *out, const struct jv *vars)
{
    void *it = NULL;
    const char *name;
    const struct jv *value;
    while (jv_next(vars, &it, &name, &value)) {
        const char *key = arena_fmt(arena, "var-%s", name);
        if (jv_is_string(value))
            add_pair(out, key, jv_text(value, ""));
        for (size_t i = 0; jv_is_array(value) && i < jv_len(value); i++)
            add_pair(out, key, jv_text(jv_item(value, i), ""));
    }
}

static struct str *start(struct arena *arena, const struct link_ask *ask, const char *route)
{
    struct str *out = str_new(arena, LINK_MAX);
    str_adds(out, ask->base_url);
    str_adds(out, route);
    url_encode(out, bytes_of(ask->uid));
    str_addc(out, '/');
    url_encode(out, bytes_of(ask->slug && *ask->slug ? ask->slug : "_"));
    if (ask->org_id > 0)
        add_number(out, "orgId", ask->org_id);
    return out;
}

static void add_range(struct arena *arena, struct str *out, const struct link_ask *ask)
{
    add_number(out, "from", ask->from_ms);
    add_number(out, "to", ask->to_ms);
    if (ask->timezone && *ask->timezone)
        add_pair(out, "timezone", ask->timezone);
    add_variables(arena, out, ask->vars);
}

static void add_look(struct str *out, const struct link_ask *ask)
{
    if (ask->theme && *ask->theme)
        add_pair(out, "theme", ask->theme);
    add_pair(out, "refresh", "");
}

char *link_solo(struct arena *arena, const struct link_ask *ask)
{
    struct str *out = start(arena, ask, "/d-solo/");
    add_pair(out, "panelId", ask->panel ? ask->panel : "");
    add_range(arena, out, ask);
    add_look(out, ask);
    return out->p;
}

char *link_dashboard(struct arena *arena, const struct link_ask *ask)
{
    struct str *out = start(arena, ask, "/d/");
    add_range(arena, out, ask);
    add_look(out, ask);
    add_pair(out, "_dash.hideTimePicker", "true");
    add_pair(out, "_dash.hideVariables", "true");
    add_pair(out, "_dash.hideLinks", "true");
    /* Without a value: the one spelling that means "all controls away" from 9 to 13. */
    str_adds(out, "&kiosk");
    return out->p;
}

char *link_live(struct arena *arena, const struct link_ask *ask)
{
    struct str *out = start(arena, ask, "/d/");
    if (ask->panel)
        add_pair(out, "viewPanel", ask->panel);
    add_range(arena, out, ask);
    return out->p;
}

int link_base(struct op *op, struct bytes text, const char **out)
{
    struct url url;
    text = bytes_trim(text);
    if (url_parse(op, text, &url))
        return -1;
    if (*url.query || *url.fragment)
        return op_fail(op, ERR_BAD_INPUT,
                       "'%.*s': give the address of Grafana's start page, without '?' or '#'",
                       BYTES_ARG(text));
    struct bytes path = bytes_of(url.path);
    while (path.n && path.p[path.n - 1] == '/')
        path.n--;
    if (bytes_find(path, BYTES("/../")) >= 0 || bytes_has_suffix(path, BYTES("/..")))
        return op_fail(op, ERR_BAD_INPUT, "'%.*s': '..' has no place in a base address",
                       BYTES_ARG(text));
    *out = arena_fmt(&op->arena, "%s%.*s", url_origin(&op->arena, &url), BYTES_ARG(path));
    return 0;
}
