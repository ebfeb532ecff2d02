/* The audit trail, read. What is written into it is beside each act (note.h). */
#include "api/handlers.h"

#include "api/fields.h"
#include "api/platform.h"
#include "api/reply.h"
#include "store/audit.h"

#include <string.h>

static void print_line(struct call *call, struct reply *r, const struct store_audit *line)
{
    const char *object =
        *line->noun ? arena_fmt(&call->op->arena, "%s/%s", line->noun, line->object) : line->object;
    jw_object(&r->w);
    jw_int_at(&r->w, "seq", line->row);
    reply_time_at(r, "at", line->at_ms);
    jw_text_at(&r->w, "actor", line->actor);
    jw_text_at(&r->w, "action", line->act);
    jw_text_at(&r->w, "object", object);
    jw_raw_at(&r->w, "detail", bytes_of(*line->detail ? line->detail : "{}"));
    jw_text_at(&r->w, "address", line->address);
    jw_text_at(&r->w, "hash", line->hash);
    jw_end(&r->w);
}

/* actor: a login or a person's id. False: nobody of that name, so there are no lines. */
static int find_actor(struct call *call, int64_t *out_row, bool *out_is_known)
{
    struct store *store = call->api->platform->store;
    const char *actor = query_text(call, "actor");
    struct store_user user;
    *out_row = 0;
    *out_is_known = true;
    if (!actor)
        return 0;
    if (store_user_find_login(call->op, store, actor, &user) < 0) {
        if (call->op->err != ERR_NOT_FOUND)
            return -1;
        op_clear(call->op);
        if (store_user_find(call->op, store, actor, &user) < 0) {
            *out_is_known = false;
            if (call->op->err != ERR_NOT_FOUND)
                return -1;
            op_clear(call->op);
        }
    }
    *out_row = user.row;
    return 0;
}

int handle_audit_list(struct call *call)
{
    struct store_audit_ask ask = {.act = query_text(call, "action")};
    struct store_audit_list list = {0};
    struct store_page page;
    struct reply r;
    bool is_known;
    if (query_page(call, &page) < 0 || query_time(call, "from", &ask.from_ms) < 0 ||
        query_time(call, "to", &ask.to_ms) < 0 || find_actor(call, &ask.user_row, &is_known) < 0)
        return -1;
    if (is_known && store_audit_list(call->op, call->api->platform->store, &ask, page, &list) < 0)
        return -1;
    reply_list_begin(&r, call);
    for (size_t i = 0; i < list.n; i++)
        print_line(call, &r, &list.items[i]);
    reply_list_end(&r, list.next);
    return reply_json(&r, 200);
}
