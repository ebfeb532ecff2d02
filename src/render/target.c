/* Reading Grafana's page URLs. Pure, any thread. The text goes to the browser verbatim; what is
 * parsed here only serves judging and the choice between a new document and an in-application
 * change.
 */
#include "render/target.h"

#include "base/clock.h"

#include <string.h>

static const struct route {
    const char *mark;
    enum target_kind kind;
    bool has_uid;
} routes[] = {
    {"/d-solo/", TARGET_SOLO, true},
    {"/dashboard-solo/", TARGET_SOLO, false},
    {"/dashboard/snapshot/", TARGET_DASHBOARD, false},
    {"/public-dashboards/", TARGET_DASHBOARD, false},
    {"/d/", TARGET_DASHBOARD, true},
};

static void read_route(struct op *op, struct target *t)
{
    t->uid = "";
    for (size_t i = 0; i < sizeof routes / sizeof *routes; i++) {
        const char *at = strstr(t->url.path, routes[i].mark);
        if (!at)
            continue;
        t->kind = routes[i].kind;
        const char *uid = at + strlen(routes[i].mark);
        if (routes[i].has_uid)
            t->uid = arena_copy(&op->arena, (struct bytes){uid, strcspn(uid, "/")});
        return;
    }
}

/* Epoch milliseconds or an ISO time; everything else ("now-6h", 20261123) is relative or local. */
static int64_t absolute_ms(const char *text)
{
    int64_t ms;
    if (!text)
        return -1;
    if (strlen(text) != 8 && bytes_to_i64(bytes_of(text), &ms) && ms >= 0)
        return ms;
    return strchr(text, 'T') && clock_parse_iso(text, &ms) == 0 ? ms : -1;
}

static const char *get(const struct target *t, const char *name)
{
    return url_pair_find(t->pairs, t->pairs_n, name);
}

int target_parse(struct op *op, struct bytes text, struct target *out)
{
    *out = (struct target){.text = arena_copy(&op->arena, text), .from_ms = -1, .to_ms = -1};
    if (url_parse(op, text, &out->url) < 0)
        return -1;
    out->origin = url_origin(&op->arena, &out->url);
    url_pairs(&op->arena, bytes_of(out->url.query), &out->pairs, &out->pairs_n);
    read_route(op, out);
    const char *panel = get(out, out->kind == TARGET_SOLO ? "panelId" : "viewPanel");
    out->panel = panel && *panel && out->kind != TARGET_OTHER ? panel : NULL;
    out->from_ms = absolute_ms(get(out, "from"));
    out->to_ms = absolute_ms(get(out, "to"));
    if (out->from_ms < 0 || out->to_ms < 0)
        out->from_ms = out->to_ms = -1;
    return 0;
}

/* Parameters that Grafana's application follows without a new document, or does not read at all. */
static bool may_differ(const struct target *t, const char *name)
{
    static const char *const free_names[] = {"from",     "to",       "render", "width",
                                             "height",   "tz",       "scale",  "timeout",
                                             "encoding", "timezone", "panelId"};
    if (strncmp(name, "var-", 4) == 0)
        return true;
    for (size_t i = 0; i < sizeof free_names / sizeof *free_names; i++)
        if (strcmp(name, free_names[i]) == 0)
            return strcmp(name, "panelId") != 0 || t->kind == TARGET_SOLO;
    return false;
}

/* Each fixed parameter of a has the same value in b. */
static bool covers(const struct target *a, const struct target *b)
{
    for (size_t i = 0; i < a->pairs_n; i++) {
        const char *value = get(b, a->pairs[i].name);
        if (may_differ(a, a->pairs[i].name))
            continue;
        if (!value || strcmp(value, a->pairs[i].value) != 0)
            return false;
    }
    return true;
}

/* A variable named in one URL and not in the other would keep its old value. */
static bool same_variable_names(const struct target *a, const struct target *b)
{
    for (size_t i = 0; i < a->pairs_n; i++)
        if (strncmp(a->pairs[i].name, "var-", 4) == 0 && !get(b, a->pairs[i].name))
            return false;
    return true;
}

static bool covers_variables(const struct target *a, const struct target *b)
{
    for (size_t i = 0; i < a->pairs_n; i++) {
        const struct url_pair *pair = &a->pairs[i];
        bool is_found = strncmp(pair->name, "var-", 4) != 0;
        for (size_t j = 0; j < b->pairs_n && !is_found; j++)
            is_found = strcmp(b->pairs[j].name, pair->name) == 0 &&
                       strcmp(b->pairs[j].value, pair->value) == 0;
        if (!is_found)
            return false;
    }
    return true;
}

bool target_same_variables(const struct target *a, const struct target *b)
{
    return covers_variables(a, b) && covers_variables(b, a);
}

bool target_can_push(const struct target *now, const struct target *next)
{
    bool is_same_kind = now->kind == next->kind && next->kind != TARGET_OTHER;
    if (!is_same_kind || strcmp(now->origin, next->origin) != 0 || next->from_ms < 0)
        return false;
    if (!*next->uid || !*now->uid)
        return false;
    /* The timezone parameter appears by itself in a scene's URL; only a wish for another one
     * counts. */
    const char *zone = get(next, "timezone"), *old_zone = get(now, "timezone");
    if (zone && (!old_zone || strcmp(zone, old_zone) != 0))
        return false;
    bool is_same_dashboard = strcmp(now->uid, next->uid) == 0;
    if (is_same_dashboard && !(same_variable_names(now, next) && same_variable_names(next, now)))
        return false;
    return covers(next, now);
}

static void add_pair(struct str *s, const char *name, const char *value)
{
    str_addc(s, s->n ? '&' : '?');
    url_encode(s, bytes_of(name));
    if (!*value && strncmp(name, "var-", 4) != 0)
        return; /* a bare name, such as kiosk */
    str_addc(s, '=');
    url_encode(s, bytes_of(value));
}

char *target_push_url(struct arena *arena, const struct target *next, bool is_iso)
{
    struct str *s = str_new(arena, 256 * 1024);
    for (size_t i = 0; i < next->pairs_n; i++) {
        const struct url_pair *pair = &next->pairs[i];
        bool is_from = strcmp(pair->name, "from") == 0, is_to = strcmp(pair->name, "to") == 0;
        char iso[CLOCK_ISO_MAX];
        if (is_iso && (is_from || is_to) && next->from_ms >= 0) {
            clock_iso(is_from ? next->from_ms : next->to_ms, iso);
            add_pair(s, pair->name, iso);
        } else
            add_pair(s, pair->name, pair->value);
    }
    return arena_fmt(arena, "%s%s%s", next->origin, next->url.path, s->p);
}
