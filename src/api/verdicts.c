/* Verdicts through the API: one with its optimistic version, many with an exact count. The acts
 * themselves are rounds/verdict's.
 */
#include "rounds/verdict.h"

#include "api/fields.h"
#include "api/handlers.h"
#include "api/note.h"
#include "api/shots.h"

#include <string.h>

enum { COMMENT_MAX = 20000, CATEGORY_MAX = 200, LINKS_MAX = 20, LINK_MAX = 2000, ID_MAX = 64 };
enum { DWELL_MAX_MS = 86400000 };

static const char *const values[] = {"normal", "abnormal", "not_applicable", "undecided", NULL};
static const enum verdict_kind kinds[] = {VERDICT_NORMAL, VERDICT_ABNORMAL, VERDICT_NOT_APPLICABLE,
                                          VERDICT_WITHDRAWN};
static const char *const hows[] = {"single", "phone", NULL};

static const char *print_links(struct call *call, struct fields *f)
{
    struct str *text = str_new(&call->op->arena, 64 << 10);
    struct jw w;
    size_t n;
    const char **links = fields_texts(f, "links", LINKS_MAX, LINK_MAX, &n);
    jw_init(&w, text);
    jw_array(&w);
    for (size_t i = 0; i < n; i++)
        jw_text(&w, links[i]);
    jw_end(&w);
    return text->p;
}

static void read_words(struct call *call, struct fields *f, struct verdict_words *out)
{
    out->kind = kinds[fields_word(f, "value", values, -1) & 3];
    out->user_row = call->who.user_row;
    out->comment = fields_text(f, "comment", COMMENT_MAX, "");
    out->category = fields_text(f, "category", CATEGORY_MAX, "");
    out->links = print_links(call, f);
}

/* The verdict that was given meanwhile, for whoever lost the race. */
static void tell_present(struct call *call, const char *shot_id)
{
    struct store_shot shot;
    struct str *text = str_new(&call->op->arena, 128 << 10);
    struct op part;
    struct jw w;
    op_init_part(&part, call->op, -1);
    if (store_shot_find(&part, call->api->platform->store, shot_id, &shot) == 0) {
        jw_init(&w, text);
        jw_object(&w);
        jw_text_at(&w, "path", "expected_version");
        jw_text_at(&w, "message", "somebody gave a verdict meanwhile");
        jw_text_at(&w, "shot_id", shot.id);
        jw_key(&w, "verdict");
        shot_print_verdict(&shot, &w);
        jw_int_at(&w, "verdict_version", shot.verdict_version);
        jw_end(&w);
        if (!text->is_full)
            reply_detail_json(call, str_bytes(text));
    }
    op_fini(&part);
}

int handle_verdict_give(struct call *call)
{
    struct verdict_words words = {0};
    struct store_verdict verdict;
    struct store_shot shot;
    struct fields f;
    fields_open(&f, call, "value comment category links dwell_ms how expected_version");
    read_words(call, &f, &words);
    words.dwell_ms = fields_int(&f, "dwell_ms", 0, DWELL_MAX_MS, 0);
    words.how = fields_word(&f, "how", hows, 0) == 1 ? VERDICT_PHONE : VERDICT_SINGLE;
    int64_t version = fields_int(&f, "expected_version", 0, INT64_MAX, -1);
    if (fields_end(&f) < 0 || shot_of_call(call, 0, &shot) < 0)
        return -1;
    if (verdict_give(call->op, call->api->platform->rounds, shot.id, version, &words, &verdict) <
        0) {
        if (call->op->err == ERR_CONFLICT)
            tell_present(call, shot.id);
        return -1;
    }
    return reply_shot(call, shot.id, 200);
}

/* ---- Bulk ---- */

static void read_filter(struct call *call, struct fields *f, struct verdict_bulk *bulk)
{
    static const char *const filters[] = {"todo", "changed", "failed", "abnormal", "mine", NULL};
    struct fields part;
    fields_open_part(&part, f, "filter", "filter dashboard unchanged_since_normal");
    bulk->by_filter = true;
    bulk->dashboard = fields_text(&part, "dashboard", 200, NULL);
    bulk->is_unchanged_only = fields_bool(&part, "unchanged_since_normal", false);
    if (bulk->is_unchanged_only)
        bulk->filter.is_undecided = true; /* nobody's judgement is overwritten by a sweep */
    if (!fields_value(&part, "filter"))
        return;
    int filter = fields_word(&part, "filter", filters, 0);
    bulk->filter.is_undecided = bulk->filter.is_undecided || filter == 0;
    bulk->filter.is_changed = filter == 1;
    bulk->filter.states = filter == 2 ? 1u << SHOT_FAILED : 0;
    bulk->filter.verdicts = filter == 3 ? 1u << VERDICT_ABNORMAL : 0;
    bulk->filter.by_row = filter == 4 ? call->who.user_row : 0;
}

static int read_bulk(struct call *call, bool is_dry, struct verdict_bulk *bulk,
                     struct verdict_words *words)
{
    struct fields f;
    fields_open(&f, call, "value comment category links shots filter expected_count");
    read_words(call, &f, words);
    words->how = VERDICT_BULK;
    bool has_shots = fields_value(&f, "shots"), has_filter = fields_value(&f, "filter");
    if (has_shots == has_filter)
        fields_fault(&f, "shots", "give either shots or filter");
    else if (has_filter)
        read_filter(call, &f, bulk);
    else
        bulk->shots = fields_texts(&f, "shots", STORE_SHOTS_MAX, ID_MAX, &bulk->shot_n);
    bulk->expected_n = is_dry ? fields_int(&f, "expected_count", 0, STORE_SHOTS_MAX, -1)
                              : fields_need_int(&f, "expected_count", 0, STORE_SHOTS_MAX);
    if (is_dry)
        bulk->expected_n = -1;
    return fields_end(&f);
}

static int reply_coverage(struct call *call, const struct store_round *round,
                          const struct store_verdict_item *items, size_t n)
{
    enum { POS_MASK = (1 << 20) - 1 }; /* a shot's row ends in its position: see store/shot.h */
    struct reply r;
    reply_open(&r, call);
    jw_object(&r.w);
    jw_int_at(&r.w, "count", (int64_t)n);
    jw_array_at(&r.w, "shots");
    for (size_t i = 0; i < n; i++)
        jw_text(&r.w, arena_fmt(&call->op->arena, "%s-%lld", round->id,
                                (long long)(items[i].shot_row & POS_MASK)));
    jw_end(&r.w);
    jw_end(&r.w);
    return reply_json(&r, 200);
}

int handle_verdicts_bulk(struct call *call)
{
    struct rounds *rounds = call->api->platform->rounds;
    struct verdict_words words = {0};
    struct verdict_bulk bulk = {0};
    struct store_verdict_item *items;
    struct store_round round;
    struct reply r;
    size_t applied, skipped, n;
    bool is_dry;
    if (query_bool(call, "dry_run", &is_dry) < 0 || read_bulk(call, is_dry, &bulk, &words) < 0 ||
        round_of_call(call, &round) < 0)
        return -1;
    bulk.round_id = round.id;
    if (is_dry) {
        if (verdict_bulk_list(call->op, rounds, &bulk, &items, &n) < 0)
            return -1;
        return reply_coverage(call, &round, items, n);
    }
    if (verdict_give_bulk(call->op, rounds, &bulk, &words, &applied, &skipped) < 0)
        return -1;
    reply_open(&r, call);
    jw_object(&r.w);
    jw_int_at(&r.w, "applied", (int64_t)applied);
    jw_int_at(&r.w, "skipped", (int64_t)skipped);
    jw_end(&r.w);
    return reply_json(&r, 200);
}
