/* Verdicts: one, or many in one act, with what follows from them. Blocks on the store; any thread.
 *
 * The verdict, and the letter that an abnormal one calls for, are one durable transaction.
 * Listeners hear of it afterwards. What a bulk act covers is worked out before it, by the same
 * function that tells the person how many it will be.
 */
#include "rounds/verdict.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/rand.h"
#include "base/url.h"
#include "notify/rule.h"
#include "rounds/rounds_priv.h"

#include <string.h>

enum {
    COMMENT_MAX = 20000,
    CATEGORY_MAX = 200,
    LINKS_MAX = 20,
    LINKS_BYTES_MAX = 20000,
    WORD = 12
};

static int check_links(struct op *op, const char *links)
{
    const struct jv *list = jv_parse_quiet(&op->arena, bytes_of(links));
    if (strlen(links) > LINKS_BYTES_MAX || !jv_is_array(list) || jv_len(list) > LINKS_MAX)
        return op_fail(op, ERR_UNPROCESSABLE, "links must be a list of at most %d addresses",
                       LINKS_MAX);
    for (size_t i = 0; i < jv_len(list); i++) {
        struct op part;
        struct url url;
        op_init_part(&part, op, -1);
        bool is_link = jv_is_string(jv_item(list, i)) &&
                       url_parse(&part, jv_bytes(jv_item(list, i)), &url) == 0;
        op_fini(&part);
        if (!is_link)
            return op_fail(op, ERR_UNPROCESSABLE, "links[%zu] is not an http or https address", i);
    }
    return 0;
}

static int check_words(struct op *op, const struct verdict_words *words)
{
    bool has_comment = bytes_trim(bytes_of(words->comment)).n > 0;
    bool needs_comment = words->kind == VERDICT_ABNORMAL || words->kind == VERDICT_COMMENT;
    if (words->kind < VERDICT_NORMAL || words->kind > VERDICT_COMMENT)
        return op_fail(op, ERR_UNPROCESSABLE, "no such verdict");
    if (needs_comment && !has_comment)
        return op_fail(op, ERR_UNPROCESSABLE, "%s",
                       words->kind == VERDICT_COMMENT
                           ? "a comment needs words"
                           : "an abnormal verdict needs a comment: what is wrong?");
    if (strlen(words->comment) > COMMENT_MAX || strlen(words->category) > CATEGORY_MAX)
        return op_fail(op, ERR_UNPROCESSABLE, "a comment has at most %d bytes, a category %d",
                       COMMENT_MAX, CATEGORY_MAX);
    return check_links(op, words->links);
}

static struct store_verdict start(const struct verdict_words *words)
{
    bool has_links = strcmp(words->links, "[]") != 0;
    return (struct store_verdict){.kind = words->kind,
                                  .how = words->how,
                                  .user_row = words->user_row,
                                  .comment = words->comment,
                                  .category = words->category,
                                  .links = has_links ? words->links : "",
                                  .dwell_ms = words->dwell_ms > 0 ? words->dwell_ms : 0,
                                  .given_ms = clock_wall_ms()};
}

struct given {
    int64_t plan_row, round_row;
    const char *round_id;
};

static int give(struct op *op, struct rounds *rounds, struct store_verdict *verdict,
                const struct store_verdict_item *items, size_t n, const struct given *to,
                size_t *out_given)
{
    CLEANUP(store_end) struct store *bound = NULL;
    size_t letters = 0;
    struct rule_post post = {.plan_row = to->plan_row,
                             .round_id = to->round_id,
                             .events = NOTIFY_BIT(NOTIFY_ABNORMAL),
                             .now_ms = verdict->given_ms};
    if (store_begin(op, rounds->conf.store, STORE_DURABLE, &bound) ||
        store_verdict_add(op, bound, verdict, items, n, out_given) ||
        (verdict->kind == VERDICT_ABNORMAL && *out_given &&
         rule_post(op, bound, &post, &letters)) ||
        store_commit(op, &bound))
        return -1;
    rounds_tell_letters(rounds, letters);
    return 0;
}

int verdict_give(struct op *op, struct rounds *rounds, const char *shot_id, int64_t version,
                 const struct verdict_words *words, struct store_verdict *out)
{
    struct store_shot shot;
    size_t n;
    if (check_words(op, words) || store_shot_find(op, rounds->conf.store, shot_id, &shot))
        return -1;
    struct store_verdict_item item = {shot.row, version};
    struct given to = {shot.plan_row, shot.round_row, shot.round_id};
    *out = start(words);
    if (give(op, rounds, out, &item, 1, &to, &n))
        return -1;
    rounds_tell(rounds, ROUNDS_VERDICT, shot.plan_row, shot.round_row, shot.round_id, shot.row,
                shot.id);
    return 0;
}

/* ---- Many at once ---- */

struct item_list {
    struct store_verdict_item *items;
    size_t n, max;
};

static void push(struct arena *arena, struct item_list *list, const struct store_shot *shot)
{
    if (list->n == list->max) {
        size_t max = list->max ? list->max * 2 : 64;
        struct store_verdict_item *more = ARENA_ARRAY(arena, struct store_verdict_item, max);
        if (list->n)
            memcpy(more, list->items, list->n * sizeof *more);
        list->items = more;
        list->max = max;
    }
    list->items[list->n++] = (struct store_verdict_item){shot->row, shot->verdict_version};
}

/* Unchanged against a reference that a person found normal, and nothing serious found. */
static int is_unchanged(struct op *op, struct rounds *rounds, const struct store_shot *shot,
                        bool *out)
{
    struct store_shot reference;
    *out = false;
    if (shot->state != SHOT_DONE || shot->is_changed || shot->weight >= FINDING_WARNING ||
        !*shot->reference_id)
        return 0;
    if (store_shot_find(op, rounds->conf.store, shot->reference_id, &reference)) {
        if (op->err != ERR_NOT_FOUND)
            return -1;
        op_clear(op);
        return 0;
    }
    *out = reference.verdict == VERDICT_NORMAL;
    return 0;
}

static int consider(struct op *op, struct rounds *rounds, const struct verdict_bulk *bulk,
                    const struct store_shot *shot, struct item_list *list)
{
    bool is_in = shot->state == SHOT_DONE || shot->state == SHOT_FAILED;
    if (is_in && bulk->dashboard)
        is_in = strcmp(shot->dashboard_uid, bulk->dashboard) == 0;
    if (is_in && bulk->is_unchanged_only && is_unchanged(op, rounds, shot, &is_in))
        return -1;
    if (is_in)
        push(&op->arena, list, shot);
    return 0;
}

static int list_filter(struct op *op, struct rounds *rounds, const struct verdict_bulk *bulk,
                       int64_t round_row, struct item_list *list)
{
    struct store_shot_ask ask = bulk->filter;
    struct store_page page = {.limit = STORE_PAGE_MAX};
    ask.round_row = round_row;
    do {
        struct store_shot_list shots;
        if (store_shot_list(op, rounds->conf.store, &ask, page, &shots))
            return -1;
        for (size_t i = 0; i < shots.n; i++)
            if (consider(op, rounds, bulk, &shots.items[i], list))
                return -1;
        page.cursor = shots.next;
    } while (page.cursor);
    return 0;
}

static int list_named(struct op *op, struct rounds *rounds, const struct verdict_bulk *bulk,
                      int64_t round_row, struct item_list *list)
{
    for (size_t i = 0; i < bulk->shot_n; i++) {
        struct store_shot shot;
        if (store_shot_find(op, rounds->conf.store, bulk->shots[i], &shot))
            return -1;
        if (shot.round_row != round_row)
            return op_fail(op, ERR_UNPROCESSABLE, "%s is not a shot of this round", bulk->shots[i]);
        if (consider(op, rounds, bulk, &shot, list))
            return -1;
    }
    return 0;
}

static int list_items(struct op *op, struct rounds *rounds, const struct verdict_bulk *bulk,
                      struct store_round *round, struct item_list *list)
{
    if (store_round_find(op, rounds->conf.store, bulk->round_id, round))
        return -1;
    return bulk->by_filter ? list_filter(op, rounds, bulk, round->row, list)
                           : list_named(op, rounds, bulk, round->row, list);
}

int verdict_bulk_list(struct op *op, struct rounds *rounds, const struct verdict_bulk *bulk,
                      struct store_verdict_item **out, size_t *out_n)
{
    struct item_list list = {0};
    struct store_round round;
    if (list_items(op, rounds, bulk, &round, &list))
        return -1;
    *out = list.items;
    *out_n = list.n;
    return 0;
}

int verdict_give_bulk(struct op *op, struct rounds *rounds, const struct verdict_bulk *bulk,
                      const struct verdict_words *words, size_t *out_applied, size_t *out_skipped)
{
    struct item_list list = {0};
    struct store_round round;
    char word[WORD + 1];
    if (check_words(op, words) || list_items(op, rounds, bulk, &round, &list))
        return -1;
    *out_applied = *out_skipped = 0;
    if (bulk->expected_n >= 0 && (int64_t)list.n != bulk->expected_n)
        return op_fail(op, ERR_CONFLICT,
                       "this covers %zu shots now, not %lld; somebody was at it meanwhile", list.n,
                       (long long)bulk->expected_n);
    if (list.n == 0)
        return 0;
    rand_word(word, WORD);
    struct store_verdict verdict = start(words);
    struct given to = {round.plan_row, round.row, round.id};
    verdict.how = VERDICT_BULK;
    verdict.bulk = word;
    if (give(op, rounds, &verdict, list.items, list.n, &to, out_applied))
        return -1;
    *out_skipped = list.n - *out_applied;
    rounds_tell(rounds, ROUNDS_VERDICT, round.plan_row, round.row, round.id, 0, "");
    return 0;
}
