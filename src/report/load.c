/* Reading everything that a report is made of. Blocks on the store; any thread.
 *
 * The whole round is read at once: a round has at most some thousands of shots, and a report that
 * reads while it writes could tell two different states. Pictures are read later, one by one.
 */
#include "report/report.h"

#include "store/source.h"
#include "store/user.h"

#include <stdlib.h>
#include <string.h>

enum { PAGE = STORE_PAGE_MAX };

/* Appends n items to an array in the arena, doubling it when it is full. */
static void append(struct arena *arena, void **array, size_t *used, size_t *room, const void *items,
                   size_t n, size_t size)
{
    if (*used + n > *room) {
        *room = (*used + n) * 2;
        void *larger = arena_calloc(arena, *room, size);
        if (*used > 0)
            memcpy(larger, *array, *used * size);
        *array = larger;
    }
    if (n > 0)
        memcpy((char *)*array + *used * size, items, n * size);
    *used += n;
}

static int load_shots(struct op *op, struct store *store, bool with_series, struct report *out)
{
    struct store_shot_ask ask = {.round_row = out->round->row, .order = SHOTS_BY_POSITION};
    struct store_page page = {.limit = PAGE};
    void *shots = NULL;
    size_t room = 0;
    do {
        struct store_shot_list list;
        if (store_shot_list(op, store, &ask, page, &list))
            return -1;
        append(&op->arena, &shots, &out->shot_n, &room, list.items, list.n, sizeof *list.items);
        page.cursor = list.next;
    } while (page.cursor);
    struct store_shot *items = shots;
    for (size_t i = 0; with_series && i < out->shot_n; i++) {
        if (store_shot_get(op, store, items[i].row, &items[i]))
            return -1;
    }
    out->shots = items;
    return 0;
}

/* The store answers newest first; the chain goes by its own numbers. */
static int compare_seq(const void *a, const void *b)
{
    const struct store_verdict *x = a;
    const struct store_verdict *y = b;
    return x->seq < y->seq ? -1 : x->seq > y->seq;
}

static int load_verdicts(struct op *op, struct store *store, struct report *out)
{
    struct store_verdict_ask ask = {.round_row = out->round->row};
    struct store_page page = {.limit = PAGE};
    void *verdicts = NULL;
    size_t room = 0;
    do {
        struct store_verdict_list list;
        if (store_verdict_list(op, store, &ask, page, &list))
            return -1;
        append(&op->arena, &verdicts, &out->verdict_n, &room, list.items, list.n,
               sizeof *list.items);
        page.cursor = list.next;
    } while (page.cursor);
    if (out->verdict_n > 0)
        qsort(verdicts, out->verdict_n, sizeof(struct store_verdict), compare_seq);
    out->verdicts = verdicts;
    return 0;
}

static int load_signoffs(struct op *op, struct store *store, struct report *out)
{
    struct store_signoff_list list;
    struct bytes text;
    if (store_signoff_list(op, store, out->round->row, (struct store_page){.limit = PAGE}, &list))
        return -1;
    out->signoffs = list.items;
    out->signoff_n = list.n;
    out->seal_text = "";
    if (list.n == 0)
        return 0;
    if (store_signoff_text(op, store, out->round->row, &text))
        return -1;
    out->seal_text = arena_copy(&op->arena, text);
    return 0;
}

static bool has_source(const struct report_source *sources, size_t n, int64_t row)
{
    for (size_t i = 0; i < n; i++) {
        if (sources[i].row == row)
            return true;
    }
    return false;
}

static int load_sources(struct op *op, struct store *store, struct report *out)
{
    void *sources = NULL;
    size_t n = 0, room = 0;
    for (size_t i = 0; i < out->shot_n; i++) {
        struct store_source source;
        struct report_source item = {.row = out->shots[i].source_row, .name = ""};
        if (has_source(sources, n, item.row))
            continue;
        if (store_source_get(op, store, item.row, &source) == 0)
            item.name = source.name;
        else if (op->err == ERR_NOT_FOUND)
            op_clear(op);
        else
            return -1;
        append(&op->arena, &sources, &n, &room, &item, 1, sizeof item);
    }
    out->sources = sources;
    out->source_n = n;
    return 0;
}

int report_load(struct op *op, struct store *store, const struct report_ask *ask,
                struct report *out)
{
    struct store_round *round = ARENA_NEW(&op->arena, struct store_round);
    bool sees = true;
    *out = (struct report){
        .round = round, .seal_text = "", .made_by = "", .base_url = "", .zone = "UTC"};
    if (store_round_find(op, store, ask->round_id, round))
        return -1;
    if (ask->visible_row != 0 &&
        store_user_sees_plan(op, store, ask->visible_row, round->plan_row, &sees))
        return -1;
    if (!sees)
        return op_fail(op, ERR_NOT_FOUND, "there is no such round");
    if (load_shots(op, store, ask->with_series, out) || load_verdicts(op, store, out) ||
        load_signoffs(op, store, out))
        return -1;
    return load_sources(op, store, out);
}
