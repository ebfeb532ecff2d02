/* How a shot ends, is judged anew, or is taken again; and the counters of its round. Any thread.
 *
 * Everything that belongs to an outcome is one transaction: the shot's row, its blobs' references,
 * the numbers behind it, the round's counters, and the round's own end with the last shot.
 */
#include "base/json.h"
#include "store/shot_inner.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

enum { JSON_MAX = 4 * 1024 * 1024 };

const char *shot_id(struct op *op, const char *round_id, int64_t row)
{
    return arena_fmt(&op->arena, "%s-%" PRId64, round_id,
                     row & ((INT64_C(1) << SHOT_POS_BITS) - 1));
}

/* ---- What a shot is now, and what that counts for ---- */

static void read_now(struct op *op, struct cols *c, void *item)
{
    struct shot_now *s = item;
    s->row = take_int(c);
    s->round_row = take_int(c);
    s->plan_row = take_int(c);
    s->round_state = (enum round_state)take_int(c);
    s->stamp = take_int(c);
    s->state = (enum shot_state)take_int(c);
    s->claim = take_int(c);
    s->verdict = (enum verdict_kind)take_int(c);
    s->verdict_version = take_int(c);
    s->is_changed = take_bool(c);
    s->weight = (int)take_int(c);
    s->picture_row = take_int(c);
    s->thumb_row = take_int(c);
    s->data_row = take_int(c);
}

int shot_read(struct op *op, struct db_tx *tx, int64_t row, struct shot_now *out)
{
    int got = read_one(op, tx,
                       "SELECT s.row_id, s.round_row, r.plan_row, r.state, r.stamp, s.state, "
                       "s.claim, s.verdict, s.verdict_version, s.is_changed, s.weight, "
                       "s.picture_row, s.thumb_row, s.data_row FROM shots s "
                       "JOIN rounds r ON r.row_id = s.round_row WHERE s.row_id = $1",
                       DB_ARGS(db_int(row)), read_now, out);
    if (got < 0)
        return -1;
    if (got == 0)
        return op_fail(op, ERR_NOT_FOUND, "no shot number %" PRId64, row);
    if (out->round_state == ROUND_SIGNED)
        return op_fail(op, ERR_READ_ONLY, "the round is signed");
    return 0;
}

enum counter {
    COUNT_DONE,
    COUNT_FAILED,
    COUNT_CANCELLED,
    COUNT_NORMAL,
    COUNT_ABNORMAL,
    COUNT_NOT_APPLICABLE,
    COUNT_UNDECIDED,
    COUNT_CHANGED,
    COUNT_FLAGGED,
    COUNTERS
};

static void add_counts(const struct shot_now *s, int sign, int counts[COUNTERS])
{
    bool has_outcome = s->state == SHOT_DONE || s->state == SHOT_FAILED;
    counts[COUNT_DONE] += sign * (s->state == SHOT_DONE);
    counts[COUNT_FAILED] += sign * (s->state == SHOT_FAILED);
    counts[COUNT_CANCELLED] += sign * (s->state == SHOT_CANCELLED);
    counts[COUNT_NORMAL] += sign * (s->verdict == VERDICT_NORMAL);
    counts[COUNT_ABNORMAL] += sign * (s->verdict == VERDICT_ABNORMAL);
    counts[COUNT_NOT_APPLICABLE] += sign * (s->verdict == VERDICT_NOT_APPLICABLE);
    counts[COUNT_UNDECIDED] += sign * (has_outcome && s->verdict == VERDICT_NONE);
    counts[COUNT_CHANGED] += sign * s->is_changed;
    counts[COUNT_FLAGGED] += sign * (s->weight >= FINDING_WARNING);
}

int shot_count(struct op *op, struct db_tx *tx, const struct shot_now *before,
               const struct shot_now *after, int64_t bytes)
{
    int d[COUNTERS] = {0};
    add_counts(before, -1, d);
    add_counts(after, 1, d);
    return db_run(op, tx,
                  "UPDATE rounds SET done = done + $1, failed = failed + $2, "
                  "cancelled = cancelled + $3, normal = normal + $4, abnormal = abnormal + $5, "
                  "not_applicable = not_applicable + $6, undecided = undecided + $7, "
                  "changed = changed + $8, flagged = flagged + $9, bytes = bytes + $10, "
                  "stamp = stamp + 1 WHERE row_id = $11",
                  DB_ARGS(db_int(d[COUNT_DONE]), db_int(d[COUNT_FAILED]),
                          db_int(d[COUNT_CANCELLED]), db_int(d[COUNT_NORMAL]),
                          db_int(d[COUNT_ABNORMAL]), db_int(d[COUNT_NOT_APPLICABLE]),
                          db_int(d[COUNT_UNDECIDED]), db_int(d[COUNT_CHANGED]),
                          db_int(d[COUNT_FLAGGED]), db_int(bytes), db_int(before->round_row)),
                  NULL);
}

/* ---- Blobs ---- */

struct held {
    int64_t row;
    bool is_back; /* was gone, or is new */
};

static void read_held(struct op *op, struct cols *c, void *item)
{
    struct held *h = item;
    h->row = take_int(c);
    h->is_back = take_bool(c);
}

int blob_hold(struct op *op, struct db_tx *tx, const struct store_blob_ref *ref, int64_t *out_row)
{
    struct held held = {0};
    *out_row = 0;
    if (ref->size == 0)
        return 0;
    struct db_arg sha = db_blob((struct bytes){(const char *)ref->key.sha, sizeof ref->key.sha});
    int got = read_one(op, tx, "SELECT row_id, gone_ms IS NOT NULL FROM blobs WHERE sha = $1",
                       DB_ARGS(sha), read_held, &held);
    if (got < 0)
        return -1;
    if (got > 0 ? db_run(op, tx,
                         "UPDATE blobs SET refs = refs + 1, free_ms = NULL, gone_ms = NULL "
                         "WHERE row_id = $1",
                         DB_ARGS(db_int(held.row)), NULL)
                : db_get_int(op, tx,
                             "INSERT INTO blobs (sha, size, refs) VALUES ($1, $2, 1) "
                             "RETURNING row_id",
                             DB_ARGS(sha, db_int(ref->size)), &held.row))
        return -1;
    *out_row = held.row;
    if (got > 0 && !held.is_back)
        return 0;
    return db_run(op, tx, "UPDATE totals SET blobs = blobs + 1, blob_bytes = blob_bytes + $1",
                  DB_ARGS(db_int(ref->size)), NULL);
}

int blob_let_go(struct op *op, struct db_tx *tx, int64_t row, int64_t now_ms)
{
    if (row == 0)
        return 0;
    return db_run(op, tx,
                  "UPDATE blobs SET refs = refs - 1, "
                  "free_ms = CASE WHEN refs = 1 THEN $1 ELSE NULL END WHERE row_id = $2",
                  DB_ARGS(db_int(now_ms), db_int(row)), NULL);
}

/* ---- Series and findings as JSON ---- */

const char *series_print(struct op *op, const struct store_series *series, size_t n)
{
    if (n == 0)
        return NULL;
    struct str *s = str_new(&op->arena, JSON_MAX);
    struct jw w;
    jw_init(&w, s);
    jw_array(&w);
    for (size_t i = 0; i < n; i++) {
        jw_array(&w);
        jw_text(&w, series[i].name ? series[i].name : "");
        jw_text(&w, series[i].unit ? series[i].unit : "");
        jw_num(&w, series[i].last);
        jw_num(&w, series[i].min);
        jw_num(&w, series[i].max);
        jw_num(&w, series[i].mean);
        jw_num(&w, series[i].missing_share);
        jw_int(&w, series[i].points);
        jw_end(&w);
    }
    jw_end(&w);
    return s->is_full ? NULL : s->p;
}

int series_parse(struct op *op, const char *json, const struct store_series **out, size_t *out_n)
{
    *out = NULL;
    *out_n = 0;
    if (!json || !*json)
        return 0;
    const struct jv *all = jv_parse_quiet(&op->arena, bytes_of(json));
    size_t n = jv_len(all);
    struct store_series *series = ARENA_ARRAY(&op->arena, struct store_series, n + 1);
    for (size_t i = 0; i < n; i++) {
        const struct jv *v = jv_item(all, i);
        series[i] = (struct store_series){
            .name = jv_text(jv_item(v, 0), ""),
            .unit = jv_text(jv_item(v, 1), ""),
            .last = jv_num(jv_item(v, 2), NAN),
            .min = jv_num(jv_item(v, 3), NAN),
            .max = jv_num(jv_item(v, 4), NAN),
            .mean = jv_num(jv_item(v, 5), NAN),
            .missing_share = jv_num(jv_item(v, 6), 0),
            .points = jv_int(jv_item(v, 7), 0),
        };
    }
    *out = series;
    *out_n = n;
    return 0;
}

static int findings_print(struct op *op, const struct store_outcome *o, int *out_weight,
                          const char **out)
{
    *out_weight = 0;
    *out = NULL;
    if (o->findings_n == 0)
        return 0;
    struct str *s = str_new(&op->arena, JSON_MAX);
    struct jw w;
    jw_init(&w, s);
    jw_array(&w);
    for (size_t i = 0; i < o->findings_n; i++) {
        const struct store_finding *f = &o->findings[i];
        jw_object(&w);
        jw_text_at(&w, "kind", f->kind);
        jw_int_at(&w, "weight", f->weight);
        jw_raw_at(&w, "evidence", bytes_of(text_or(f->evidence, "{}")));
        jw_end(&w);
        if ((int)f->weight > *out_weight)
            *out_weight = (int)f->weight;
    }
    jw_end(&w);
    *out = s->p;
    return s->is_full ? op_fail(op, ERR_TOO_LARGE, "the findings of a shot have more than %d bytes",
                                (int)JSON_MAX)
                      : 0;
}

/* ---- Outcomes ---- */

struct held_blobs {
    int64_t picture, thumb, data, frames;
    int64_t bytes; /* all of it */
};

static int hold_blobs(struct op *op, struct db_tx *tx, const struct store_outcome *o,
                      struct held_blobs *out)
{
    *out = (struct held_blobs){.bytes =
                                   o->picture.size + o->thumb.size + o->data.size + o->frames.size};
    if (blob_hold(op, tx, &o->picture, &out->picture) ||
        blob_hold(op, tx, &o->thumb, &out->thumb) || blob_hold(op, tx, &o->data, &out->data))
        return -1;
    return blob_hold(op, tx, &o->frames, &out->frames);
}

static int write_outcome(struct op *op, struct db_tx *tx, const struct store_outcome *o,
                         const struct held_blobs *b, const char *findings, int weight,
                         int64_t stamp)
{
    return db_run(
        op, tx,
        "UPDATE shots SET state = $1, worker = NULL, lease_ms = NULL, "
        "not_before_ms = NULL, taken_ms = $2, error_word = $3, error = $4, "
        "picture_row = $5, thumb_row = $6, data_row = $7, expired_ms = NULL, "
        "reference_row = $8, change_score = $9, is_changed = $10, weight = $11, "
        "findings = $12, stamp = $13, frames_row = $14 WHERE row_id = $15",
        DB_ARGS(db_int(o->state), db_int(o->taken_ms),
                o->state == SHOT_FAILED ? db_text(text_or(o->error_word, "failed")) : db_null(),
                o->state == SHOT_FAILED ? db_text(o->error) : db_null(), db_int_or_null(b->picture),
                db_int_or_null(b->thumb), db_int_or_null(b->data), db_int_or_null(o->reference_row),
                db_real_or_null(o->change_score), db_int(o->is_changed), db_int(weight),
                db_text(findings), db_int(stamp), db_int_or_null(b->frames), db_int(o->row)),
        NULL);
}

static int write_details(struct op *op, struct db_tx *tx, const struct store_outcome *o)
{
    return db_run(op, tx,
                  "INSERT INTO shot_details (shot_row, meta, series) VALUES ($1, $2, $3) "
                  "ON CONFLICT (shot_row) DO UPDATE SET meta = excluded.meta, "
                  "series = excluded.series",
                  DB_ARGS(db_int(o->row), db_text(o->meta),
                          db_text(series_print(op, o->series, o->series_n))),
                  NULL);
}

/* The round goes into review with its last shot. A cancelled round stays cancelled. */
static int end_round(struct op *op, struct db_tx *tx, int64_t round_row, bool *out_is_last)
{
    int64_t n = 0;
    if (db_run(op, tx,
               "UPDATE rounds SET state = 2, finished_ms = $1 WHERE row_id = $2 AND state = 1 AND "
               "done + failed + cancelled = total",
               DB_ARGS(db_int(clock_wall_ms()), db_int(round_row)), &n))
        return -1;
    *out_is_last = n > 0;
    return 0;
}

int store_shot_complete(struct op *op, struct store *store, const struct store_outcome *o,
                        bool *out_is_last)
{
    CLEANUP(unit_end) struct unit u = {0};
    struct shot_now now = {0};
    struct held_blobs blobs;
    const char *findings;
    int weight;
    *out_is_last = false;
    if (o->state != SHOT_DONE && o->state != SHOT_FAILED)
        return op_fail(op, ERR_INTERNAL, "an outcome is done or failed");
    if (unit_begin(op, store, DB_WRITE, &u) || shot_read(op, u.tx, o->row, &now))
        return -1;
    if (now.state != SHOT_CLAIMED || now.claim != o->claim)
        return op_fail(op, ERR_CONFLICT, "this claim is over; somebody else has the shot");
    if (findings_print(op, o, &weight, &findings))
        return -1;
    struct shot_now after = now;
    after.state = o->state;
    after.is_changed = o->is_changed;
    after.weight = weight;
    if (hold_blobs(op, u.tx, o, &blobs) ||
        write_outcome(op, u.tx, o, &blobs, findings, weight, now.stamp + 1) ||
        write_details(op, u.tx, o) || shot_count(op, u.tx, &now, &after, blobs.bytes) ||
        end_round(op, u.tx, now.round_row, out_is_last))
        return -1;
    return unit_commit(op, &u);
}

/* ---- Taking again ---- */

static int retake(struct op *op, struct db_tx *tx, int64_t row)
{
    struct shot_now now = {0};
    if (shot_read(op, tx, row, &now))
        return -1;
    if (now.round_state == ROUND_CANCELLED)
        return op_fail(op, ERR_READ_ONLY, "the round is cancelled");
    if (now.state != SHOT_DONE && now.state != SHOT_FAILED)
        return op_fail(op, ERR_CONFLICT, "the shot waits already, or is being taken");
    struct shot_now after = now;
    after.state = SHOT_WAITING;
    after.verdict = VERDICT_NONE;
    after.is_changed = false;
    after.weight = 0;
    const struct db_args args = DB_ARGS(db_int(row), db_int(now.stamp + 1));
    /* The references to the blobs move with them; the counters of references stay right. */
    if (db_run(op, tx,
               "INSERT INTO takes (shot_row, state, taken_ms, error_word, error, picture_row, "
               "thumb_row, data_row, frames_row, expired_ms) SELECT row_id, state, taken_ms, "
               "error_word, error, picture_row, thumb_row, data_row, frames_row, expired_ms "
               "FROM shots WHERE row_id = $1",
               args, NULL) ||
        db_run(op, tx,
               "UPDATE shots SET state = 0, rank = 0, attempts = 0, not_before_ms = NULL, "
               "taken_ms = NULL, error_word = NULL, error = NULL, picture_row = NULL, "
               "thumb_row = NULL, data_row = NULL, frames_row = NULL, expired_ms = NULL, "
               "reference_row = NULL, "
               "change_score = NULL, is_changed = 0, weight = 0, findings = NULL, verdict = 0, "
               "verdict_row = NULL, verdict_version = verdict_version + 1, stamp = $2 "
               "WHERE row_id = $1",
               args, NULL) ||
        shot_count(op, tx, &now, &after, 0))
        return -1;
    return db_run(op, tx, "UPDATE rounds SET state = 1, finished_ms = 0 WHERE row_id = $1",
                  DB_ARGS(db_int(now.round_row)), NULL);
}

int store_shot_retake(struct op *op, struct store *store, int64_t row)
{
    CLEANUP(unit_end) struct unit u = {0};
    if (unit_begin(op, store, DB_WRITE, &u) || retake(op, u.tx, row))
        return -1;
    return unit_commit(op, &u);
}

static void read_row(struct op *op, struct cols *c, void *item)
{
    *(int64_t *)item = take_int(c);
}

int store_shot_retake_failed(struct op *op, struct store *store, int64_t round_row, int *out_n)
{
    CLEANUP(unit_end) struct unit u = {0};
    int64_t *rows;
    size_t n;
    *out_n = 0;
    if (unit_begin(op, store, DB_WRITE, &u) ||
        read_all(
            op, u.tx,
            "SELECT row_id FROM shots WHERE row_id >= $1 AND row_id < $2 "
            "AND state = 3",
            DB_ARGS(db_int(round_row << SHOT_POS_BITS), db_int((round_row + 1) << SHOT_POS_BITS)),
            sizeof *rows, read_row, (void **)&rows, &n))
        return -1;
    for (size_t i = 0; i < n; i++)
        if (retake(op, u.tx, rows[i]))
            return -1;
    *out_n = (int)n;
    return unit_commit(op, &u);
}
