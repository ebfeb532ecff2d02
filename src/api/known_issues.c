/* Known issues: words that go with a panel until a date. The record only grows: a change ends the
 * old one and adds a new one.
 */
#include "api/fields.h"
#include "api/handlers.h"
#include "api/note.h"
#include "api/shots.h"
#include "base/clock.h"
#include "base/url.h"

enum { COMMENT_MAX = 20000, LINK_MAX = 2000, ID_MAX = 64 };
static const int64_t two_weeks_ms = 14LL * 86400000;

static int reply_known(struct call *call, const char *id, int status)
{
    struct store *store = call->api->platform->store;
    struct store_known known;
    struct store_panel panel;
    struct reply r;
    if (store_known_find(call->op, store, id, &known) < 0 ||
        store_panel_get(call->op, store, known.panel_row, &panel) < 0)
        return -1;
    reply_open(&r, call);
    known_print(&known, panel.id, &panel, &r.w);
    return reply_json(&r, status);
}

/* All that apply now, of panels that the caller sees; ?panel= of one, the past ones too with
 * ?all=true. */
int handle_known_list(struct call *call)
{
    struct store *store = call->api->platform->store;
    const char *panel_id = query_text(call, "panel");
    struct store_known *list;
    struct store_panel panel = {0};
    struct reply r;
    size_t n;
    bool is_all;
    if (query_bool(call, "all", &is_all) < 0 ||
        (panel_id && store_panel_find(call->op, store, panel_id, &panel) < 0) ||
        store_known_list(call->op, store, panel.row, is_all ? 0 : clock_wall_ms(), &list, &n) < 0)
        return -1;
    reply_list_begin(&r, call);
    for (size_t i = 0; i < n; i++) {
        struct op part;
        op_init_part(&part, call->op, -1);
        bool is_seen = store_panel_get(&part, store, list[i].panel_row, &panel) == 0 &&
                       caller_need_source(&part, store, &call->who, panel.source_row) == 0;
        if (is_seen)
            known_print(&list[i], panel.id, &panel, &r.w);
        op_fini(&part);
    }
    reply_list_end(&r, NULL);
    return reply_json(&r, 200);
}

static const char *print_link(struct call *call, struct fields *f, const char *link)
{
    struct str *text = str_new(&call->op->arena, 16 << 10);
    struct op part;
    struct url url;
    struct jw w;
    op_init_part(&part, call->op, -1);
    if (link && *link && url_parse(&part, bytes_of(link), &url) < 0)
        fields_fault(f, "link", "must be an http or https address");
    op_fini(&part);
    jw_init(&w, text);
    jw_array(&w);
    if (link && *link)
        jw_text(&w, link);
    jw_end(&w);
    return text->p;
}

/* old NULL: a new one; else what is left out stays. */
static void read_known(struct call *call, struct fields *f, const struct store_known *old,
                       struct store_known *out)
{
    out->text = old ? fields_text(f, "comment", COMMENT_MAX, old->text)
                    : fields_need_text(f, "comment", COMMENT_MAX);
    out->links = fields_has(f, "link") || !old
                     ? print_link(call, f, fields_text(f, "link", LINK_MAX, NULL))
                     : old->links;
    out->until_ms =
        fields_time(f, "expires_at", old ? old->until_ms : clock_wall_ms() + two_weeks_ms);
    if (out->until_ms <= clock_wall_ms())
        fields_fault(f, "expires_at", "must lie in the future");
    out->from_ms = clock_wall_ms();
    out->user_row = call->who.user_row;
}

int handle_known_add(struct call *call)
{
    struct store *store = call->api->platform->store;
    struct store_known known = {0};
    struct store_panel panel;
    struct fields f;
    fields_open(&f, call, "panel_key comment link expires_at");
    const char *panel_id = fields_need_text(&f, "panel_key", ID_MAX);
    read_known(call, &f, NULL, &known);
    if (fields_end(&f) < 0 || store_panel_find(call->op, store, panel_id, &panel) < 0 ||
        caller_need_source(call->op, store, &call->who, panel.source_row) < 0)
        return -1;
    known.panel_row = panel.row;
    if (store_known_add(call->op, store, &known) < 0 ||
        note_add(call, store, "known_issue.added", "known_issue", known.id, NULL) < 0)
        return -1;
    return reply_known(call, known.id, 201);
}

static int known_of_call(struct call *call, struct store_known *out)
{
    struct store *store = call->api->platform->store;
    struct store_panel panel;
    if (store_known_find(call->op, store, call->params[0], out) < 0 ||
        store_panel_get(call->op, store, out->panel_row, &panel) < 0)
        return -1;
    return caller_need_source(call->op, store, &call->who, panel.source_row);
}

int handle_known_set(struct call *call)
{
    struct store *store = call->api->platform->store;
    struct store_known old, known;
    struct fields f;
    fields_open(&f, call, "comment link expires_at");
    if (known_of_call(call, &old) < 0)
        return -1;
    known = old;
    read_known(call, &f, &old, &known);
    if (fields_end(&f) < 0)
        return -1;
    if (old.ended_ms || old.until_ms <= clock_wall_ms())
        return op_fail(call->op, ERR_CONFLICT, "this known issue is over; add a new one");
    if (store_known_add(call->op, store, &known) < 0 ||
        store_known_end(call->op, store, old.row, clock_wall_ms()) < 0 ||
        note_add(call, store, "known_issue.set", "known_issue", known.id, NULL) < 0)
        return -1;
    return reply_known(call, known.id, 200);
}

int handle_known_drop(struct call *call)
{
    struct store *store = call->api->platform->store;
    struct store_known known;
    if (known_of_call(call, &known) < 0 ||
        store_known_end(call->op, store, known.row, clock_wall_ms()) < 0 ||
        note_add(call, store, "known_issue.ended", "known_issue", known.id, NULL) < 0)
        return -1;
    return reply_empty(call);
}
