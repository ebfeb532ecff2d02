/* Quiet hours of sources: which of them rounds must leave alone now. Any thread.
 *
 * They are in the source's options, read anew for each claim: a change counts at once, and there is
 * no clock of their own that could go wrong. What is claimed already is finished.
 */
#include "rounds/source.h"

#include "base/clock.h"
#include "rounds/plan_reader.h"
#include "rounds/rounds_priv.h"

int64_t source_quiet_end(struct op *op, const char *options, int64_t now_ms)
{
    const struct jv *kept = jv_get(jv_parse_quiet(&op->arena, bytes_of(options)), "quiet_hours");
    struct plan_faults faults = {.n = 0};
    struct plan_reader r = {.op = op, .faults = &faults};
    const struct tree *tree;
    const struct zone *zone;
    struct op part;
    int64_t end = 0;
    if (!jv_is_object(kept))
        return 0;
    op_init_part(&part, op, -1);
    /* What cannot be read any more (a zone that the system has lost) is no reason to stop rounds. */
    if (tree_from_json(&part, kept, &tree) == 0 &&
        zone_open(&part, jv_text_at(kept, "timezone", ""), &zone) == 0) {
        struct quiet hours[QUIET_MAX];
        size_t n = reader_quiet(&r, tree, "hours", hours);
        end = quiet_end(hours, n, zone, now_ms);
    }
    op_fini(&part);
    return end;
}

int source_list_quiet(struct op *op, struct rounds *rounds, int64_t **out, size_t *out_n)
{
    struct store_source_options *all;
    size_t n;
    int64_t now = clock_wall_ms();
    *out_n = 0;
    if (store_source_list_quiet(op, rounds->conf.store, &all, &n))
        return -1;
    *out = ARENA_ARRAY(&op->arena, int64_t, n + 1);
    for (size_t i = 0; i < n; i++)
        if (source_quiet_end(op, all[i].options, now))
            (*out)[(*out_n)++] = all[i].row;
    return 0;
}
