/* Plans on their way: what one would do (dry run), into files and out of them.
 */
#include "api/plans.h"

#include "api/fields.h"
#include "api/handlers.h"
#include "api/note.h"
#include "api/platform.h"
#include "base/clock.h"
#include "rounds/plan_keep.h"
#include "rounds/round.h"

#include <string.h>

enum { SHOTS_SHOWN = 500, DOCUMENT_MAX = 64 << 20, IDS_MAX = 1000 };

static int dry_run(struct call *call, const struct plan_spec *spec, int64_t plan_row)
{
    struct expand_result result;
    struct round_estimate estimate;
    struct reply r;
    if (round_dry_run(call->op, call->api->platform->rounds, spec, plan_row, clock_wall_ms(),
                      &result, &estimate) < 0)
        return -1;
    reply_open(&r, call);
    jw_object(&r.w);
    expand_print(spec, &result, SHOTS_SHOWN, &r.w);
    jw_object_at(&r.w, "estimate");
    jw_int_at(&r.w, "seconds", estimate.seconds);
    jw_int_at(&r.w, "bytes", estimate.bytes);
    jw_int_at(&r.w, "bytes_per_month", estimate.bytes_per_month);
    jw_bool_at(&r.w, "measured", estimate.is_measured);
    jw_end(&r.w);
    jw_end(&r.w);
    return reply_json(&r, 200);
}

int handle_plans_dry_run(struct call *call)
{
    struct plan_spec spec;
    struct fields f;
    fields_open(&f, call, "spec");
    if (fields_end(&f) < 0 || plan_read_spec(call, &spec) < 0)
        return -1;
    return dry_run(call, &spec, 0);
}

int handle_plan_dry_run(struct call *call)
{
    struct store_plan plan;
    struct plan_spec spec;
    if (plan_of_call(call, &plan) < 0 || plan_read_text(call->op, plan.spec, &spec) < 0)
        return -1;
    return dry_run(call, &spec, plan.row);
}

/* Every `id` of the query; commas work too. */
static size_t read_ids(struct call *call, const char **ids)
{
    size_t n = 0;
    for (size_t i = 0; i < call->query_n; i++) {
        struct bytes rest = bytes_of(call->query[i].value), id;
        if (strcmp(call->query[i].name, "id") != 0)
            continue;
        while (n < IDS_MAX && bytes_split(&rest, ',', &id))
            if (id.n)
                ids[n++] = arena_copy(&call->op->arena, id);
    }
    return n;
}

int handle_plans_export(struct call *call)
{
    static const char *const formats[] = {"yaml", "json", NULL};
    struct platform *platform = call->api->platform;
    const char **ids = ARENA_ARRAY(&call->op->arena, const char *, IDS_MAX);
    struct str *text = str_new(&call->op->arena, DOCUMENT_MAX);
    int format;
    if (query_word(call, "format", formats, &format) < 0)
        return -1;
    size_t n = read_ids(call, ids);
    bool is_yaml = format != 1;
    if (plan_keep_export(call->op, platform->rounds, n ? ids : NULL, n, call->who.visible_row,
                         is_yaml, text) < 0 ||
        note_add(call, platform->store, "plan.exported", "plan", n == 1 ? ids[0] : "", NULL) < 0)
        return -1;
    if (text->is_full)
        return op_fail(call->op, ERR_TOO_LARGE,
                       "the document is too large: export fewer plans at a time");
    httpd_headerf(call->req, "Content-Disposition", "attachment; filename=\"plans.%s\"",
                  is_yaml ? "yaml" : "json");
    httpd_header(call->req, "Cache-Control", "no-store");
    httpd_reply(call->req, 200, is_yaml ? "application/yaml" : "application/json", str_bytes(text));
    return 0;
}

static void print_names(struct jw *w, const char *key, const struct plan_names *names)
{
    jw_array_at(w, key);
    for (size_t i = 0; i < names->n; i++)
        jw_text(w, names->items[i]);
    jw_end(w);
}

static int reply_import(struct call *call, const struct plan_import *import)
{
    struct reply r;
    reply_open(&r, call);
    jw_object(&r.w);
    print_names(&r.w, "created", &import->created);
    jw_array_at(&r.w, "changed");
    for (size_t i = 0; i < import->changed.n; i++) {
        jw_object(&r.w);
        jw_text_at(&r.w, "name", import->changed.items[i]);
        print_names(&r.w, "differences", &import->diffs[i]);
        jw_end(&r.w);
    }
    jw_end(&r.w);
    print_names(&r.w, "unchanged", &import->unchanged);
    jw_end(&r.w);
    return reply_json(&r, 200);
}

int handle_plans_import(struct call *call)
{
    struct platform *platform = call->api->platform;
    struct plan_faults *faults = ARENA_NEW(&call->op->arena, struct plan_faults);
    struct plan_author author = {.user_row = call->who.user_row, .change = "import"};
    struct plan_import import;
    bool is_dry;
    if (query_bool(call, "dry_run", &is_dry) < 0)
        return -1;
    if (plan_keep_import(call->op, platform->rounds, call->req->body, is_dry, call->who.visible_row,
                         author, &import, faults) < 0) {
        fields_take_faults(call, faults);
        return -1;
    }
    if (!is_dry && note_add(call, platform->store, "plan.imported", "", "",
                            arena_fmt(&call->op->arena, "{\"created\":%zu,\"changed\":%zu}",
                                      import.created.n, import.changed.n)) < 0)
        return -1;
    return reply_import(call, &import);
}
