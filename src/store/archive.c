/* The archive's bookkeeping: the SQL. Any thread; the janitor mostly.
 *
 * Each step is a short transaction over one round, or a page of blobs, so that people's verdicts
 * never wait for housekeeping. What a signed round loses is its pictures, never a row or a hash.
 */
#include "store/archive.h"

#include "store/shot_inner.h"

#include <string.h>

/* ---- Letting go ---- */

struct letting {
    int64_t row, picture, thumb, data, frames;
};

static void read_letting(struct op *op, struct cols *c, void *item)
{
    struct letting *l = item;
    l->row = take_int(c);
    l->picture = take_int(c);
    l->thumb = take_int(c);
    l->data = take_int(c);
    l->frames = take_int(c);
}

static int let_go(struct op *op, struct db_tx *tx, const struct letting *all, size_t n,
                  const char *mark_sql, int64_t now_ms)
{
    for (size_t i = 0; i < n; i++)
        if (blob_let_go(op, tx, all[i].picture, now_ms) ||
            blob_let_go(op, tx, all[i].thumb, now_ms) || blob_let_go(op, tx, all[i].data, now_ms) ||
            blob_let_go(op, tx, all[i].frames, now_ms) ||
            db_run(op, tx, mark_sql, DB_ARGS(db_int(now_ms), db_int(all[i].row)), NULL))
            return -1;
    return 0;
}

static int expire_round(struct op *op, struct store *store, const struct store_expire_ask *ask,
                        int64_t round_row, int64_t moment_ms, int *io_shots)
{
    CLEANUP(unit_end) struct unit u = {0};
    struct letting *shots, *takes;
    size_t shots_n, takes_n;
    bool is_all = ask->abnormal_before_ms && moment_ms < ask->abnormal_before_ms;
    const struct db_args range = DB_ARGS(db_int(round_row << SHOT_POS_BITS),
                                         db_int((round_row + 1) << SHOT_POS_BITS), db_int(is_all));
    if (unit_begin(op, store, DB_WRITE, &u) ||
        read_all(
            op, u.tx,
            "SELECT row_id, picture_row, thumb_row, data_row, frames_row FROM shots "
            "WHERE row_id >= $1 AND row_id < $2 AND expired_ms IS NULL AND ($3 OR verdict <> 2)",
            range, sizeof *shots, read_letting, (void **)&shots, &shots_n) ||
        read_all(op, u.tx,
                 "SELECT row_id, picture_row, thumb_row, data_row, frames_row FROM takes "
                 "WHERE shot_row >= $1 AND shot_row < $2 AND expired_ms IS NULL",
                 range, sizeof *takes, read_letting, (void **)&takes, &takes_n) ||
        let_go(op, u.tx, shots, shots_n, "UPDATE shots SET expired_ms = $1 WHERE row_id = $2",
               ask->now_ms) ||
        let_go(op, u.tx, takes, takes_n, "UPDATE takes SET expired_ms = $1 WHERE row_id = $2",
               ask->now_ms))
        return -1;
    /* 1: all but the abnormal ones are gone; larger: everything. */
    int64_t left = 0;
    if (db_get_int(op, u.tx,
                   "SELECT count(*) FROM shots WHERE row_id >= $1 AND row_id < $2 AND "
                   "expired_ms IS NULL",
                   range, &left) ||
        db_run(op, u.tx, "UPDATE rounds SET expired_ms = $1, stamp = stamp + 1 WHERE row_id = $2",
               DB_ARGS(db_int(left ? 1 : ask->now_ms), db_int(round_row)), NULL))
        return -1;
    *io_shots += (int)shots_n;
    return unit_commit(op, &u);
}

static void read_due(struct op *op, struct cols *c, void *item)
{
    int64_t *due = item;
    due[0] = take_int(c);
    due[1] = take_int(c);
}

int store_archive_expire(struct op *op, struct store *store, const struct store_expire_ask *ask,
                         int *out_rounds, int *out_shots)
{
    int64_t(*due)[2] = NULL;
    size_t n = 0;
    *out_rounds = *out_shots = 0;
    {
        CLEANUP(unit_end) struct unit u = {0};
        if (unit_begin(op, store, DB_READ, &u) ||
            read_all(op, u.tx,
                     "SELECT row_id, moment_ms FROM rounds WHERE plan_row = $1 AND is_held = 0 AND "
                     "state >= 2 AND ((moment_ms < $2 AND expired_ms = 0) OR "
                     "(moment_ms < $3 AND expired_ms <= 1)) ORDER BY moment_ms LIMIT $4",
                     DB_ARGS(db_int(ask->plan_row), db_int(ask->before_ms),
                             db_int(ask->abnormal_before_ms), db_int(ask->max > 0 ? ask->max : 1)),
                     sizeof *due, read_due, (void **)&due, &n))
            return -1;
    }
    for (size_t i = 0; i < n; i++)
        if (expire_round(op, store, ask, due[i][0], due[i][1], out_shots))
            return -1;
    *out_rounds = (int)n;
    return 0;
}

int store_archive_oldest(struct op *op, struct store *store, bool with_abnormal,
                         int64_t *out_plan_row, int64_t *out_moment_ms)
{
    /* Two texts, since only the first can go by the index of what is kept whole. */
    const char *whole = "SELECT plan_row, moment_ms FROM rounds WHERE expired_ms = 0 AND "
                        "is_held = 0 AND state >= 2 ORDER BY moment_ms LIMIT 1";
    const char *any = "SELECT plan_row, moment_ms FROM rounds WHERE expired_ms <= 1 AND "
                      "is_held = 0 AND state >= 2 ORDER BY moment_ms LIMIT 1";
    CLEANUP(unit_end) struct unit u = {0};
    int64_t found[2] = {0};
    if (unit_begin(op, store, DB_READ, &u) ||
        read_one(op, u.tx, with_abnormal ? any : whole, DB_NONE, read_due, found) < 0)
        return -1;
    *out_plan_row = found[0];
    *out_moment_ms = found[1];
    return 0;
}

int store_archive_count_oldest(struct op *op, struct store *store, int64_t bytes,
                               int64_t *out_rounds)
{
    CLEANUP(unit_end) struct unit u = {0};
    *out_rounds = 0;
    if (unit_begin(op, store, DB_READ, &u))
        return -1;
    return db_get_int(op, u.tx,
                      "SELECT count(*) FROM (SELECT sum(bytes) OVER (ORDER BY moment_ms, row_id) - "
                      "bytes AS older FROM rounds WHERE expired_ms = 0 AND is_held = 0 AND "
                      "state >= 2) WHERE older < $1",
                      DB_ARGS(db_int(bytes)), out_rounds);
}

/* ---- Blobs ---- */

static void read_ref(struct op *op, struct cols *c, void *item)
{
    struct store_blob_ref *ref = item;
    struct bytes sha = take_bytes(c);
    if (sha.n == sizeof ref->key.sha)
        memcpy(ref->key.sha, sha.p, sha.n);
    ref->size = take_int(c);
}

static struct db_arg sha_arg(const struct blob_key *key)
{
    return db_blob((struct bytes){(const char *)key->sha, sizeof key->sha});
}

int store_archive_list_free(struct op *op, struct store *store, int64_t before_ms, int max,
                            struct store_blob_ref **out, size_t *out_n)
{
    CLEANUP(unit_end) struct unit u = {0};
    if (unit_begin(op, store, DB_READ, &u))
        return -1;
    return read_all(op, u.tx,
                    "SELECT sha, size FROM blobs WHERE refs = 0 AND gone_ms IS NULL AND "
                    "free_ms < $1 ORDER BY free_ms LIMIT $2",
                    DB_ARGS(db_int(before_ms), db_int(max)), sizeof **out, read_ref, (void **)out,
                    out_n);
}

int store_archive_forget(struct op *op, struct store *store, const struct store_blob_ref *refs,
                         size_t n, int64_t now_ms)
{
    CLEANUP(unit_end) struct unit u = {0};
    if (unit_begin(op, store, DB_WRITE, &u))
        return -1;
    for (size_t i = 0; i < n; i++) {
        int64_t changed = 0;
        if (db_run(op, u.tx,
                   "UPDATE blobs SET gone_ms = $1 WHERE sha = $2 AND refs = 0 AND gone_ms IS NULL",
                   DB_ARGS(db_int(now_ms), sha_arg(&refs[i].key)), &changed) ||
            (changed &&
             db_run(op, u.tx, "UPDATE totals SET blobs = blobs - 1, blob_bytes = blob_bytes - $1",
                    DB_ARGS(db_int(refs[i].size)), NULL)))
            return -1;
    }
    return unit_commit(op, &u);
}

int store_archive_knows(struct op *op, struct store *store, const struct blob_key *keys, size_t n,
                        bool *known)
{
    CLEANUP(unit_end) struct unit u = {0};
    if (unit_begin(op, store, DB_READ, &u))
        return -1;
    for (size_t i = 0; i < n; i++) {
        int64_t yes = 0;
        if (db_get_int(op, u.tx, "SELECT gone_ms IS NULL FROM blobs WHERE sha = $1",
                       DB_ARGS(sha_arg(&keys[i])), &yes))
            return -1;
        known[i] = yes != 0;
    }
    return 0;
}

struct listed {
    int64_t row;
    struct store_blob_ref ref;
};

static void read_listed(struct op *op, struct cols *c, void *item)
{
    struct listed *l = item;
    l->row = take_int(c);
    read_ref(op, c, &l->ref);
}

int store_archive_list(struct op *op, struct store *store, int64_t *cursor, int max,
                       struct store_blob_ref **out, size_t *out_n)
{
    CLEANUP(unit_end) struct unit u = {0};
    struct listed *listed;
    if (unit_begin(op, store, DB_READ, &u) ||
        read_all(op, u.tx,
                 "SELECT row_id, sha, size FROM blobs WHERE row_id > $1 AND refs > 0 "
                 "ORDER BY row_id LIMIT $2",
                 DB_ARGS(db_int(*cursor), db_int(max)), sizeof *listed, read_listed,
                 (void **)&listed, out_n))
        return -1;
    *out = ARENA_ARRAY(&op->arena, struct store_blob_ref, *out_n + 1);
    for (size_t i = 0; i < *out_n; i++)
        (*out)[i] = listed[i].ref;
    *cursor = *out_n == (size_t)max ? listed[*out_n - 1].row : 0;
    return 0;
}

static void read_shot_id(struct op *op, struct cols *c, void *item)
{
    const char *round = take_text(c);
    *(const char **)item = shot_id(op, round, take_int(c));
}

int store_archive_user_of(struct op *op, struct store *store, struct blob_key key,
                          const char **out_shot_id)
{
    CLEANUP(unit_end) struct unit u = {0};
    int64_t row = 0;
    *out_shot_id = "";
    if (unit_begin(op, store, DB_READ, &u) ||
        db_get_int(op, u.tx, "SELECT row_id FROM blobs WHERE sha = $1", DB_ARGS(sha_arg(&key)),
                   &row))
        return -1;
    if (row == 0)
        return 0;
    int got = read_one(op, u.tx,
                       "SELECT r.id, s.row_id FROM shots s JOIN rounds r ON r.row_id = s.round_row "
                       "WHERE $1 IN (s.picture_row, s.thumb_row, s.data_row, s.frames_row) "
                       "ORDER BY s.row_id DESC LIMIT 1",
                       DB_ARGS(db_int(row)), read_shot_id, out_shot_id);
    return got < 0 ? -1 : 0;
}

/* ---- Weights ---- */

static void read_weight(struct op *op, struct cols *c, void *item)
{
    struct store_weight *w = item;
    w->blobs = take_int(c);
    w->blob_bytes = take_int(c);
    w->rounds = take_int(c);
    w->shots = take_int(c);
    w->free_blobs = take_int(c);
    w->free_bytes = take_int(c);
}

int store_archive_weight(struct op *op, struct store *store, struct store_weight *out)
{
    CLEANUP(unit_end) struct unit u = {0};
    *out = (struct store_weight){0};
    if (db_size(op, store_db(store), &out->file_bytes, &out->log_bytes) ||
        unit_begin(op, store, DB_READ, &u))
        return -1;
    int got = read_one(op, u.tx,
                       "SELECT t.blobs, t.blob_bytes, t.rounds, t.shots, "
                       "(SELECT count(*) FROM blobs WHERE refs = 0 AND gone_ms IS NULL), "
                       "(SELECT coalesce(sum(size), 0) FROM blobs WHERE refs = 0 AND "
                       "gone_ms IS NULL) FROM totals t",
                       DB_NONE, read_weight, out);
    return got < 0 ? -1 : 0;
}

int store_archive_due(struct op *op, struct store *store, int64_t plan_row, int64_t before_ms,
                      int64_t *out_rounds, int64_t *out_bytes)
{
    CLEANUP(unit_end) struct unit u = {0};
    int64_t found[2] = {0};
    if (unit_begin(op, store, DB_READ, &u) ||
        read_one(op, u.tx,
                 "SELECT count(*), coalesce(sum(bytes), 0) FROM rounds WHERE plan_row = $1 AND "
                 "moment_ms < $2 AND state >= 2 AND is_held = 0 AND expired_ms = 0",
                 DB_ARGS(db_int(plan_row), db_int(before_ms)), read_due, found) < 0)
        return -1;
    *out_rounds = found[0];
    *out_bytes = found[1];
    return 0;
}

int store_archive_added(struct op *op, struct store *store, int64_t since_ms, int64_t *out_bytes,
                        int64_t *out_first_ms)
{
    CLEANUP(unit_end) struct unit u = {0};
    int64_t found[2] = {0};
    if (unit_begin(op, store, DB_READ, &u) ||
        read_one(op, u.tx,
                 "SELECT coalesce(sum(bytes), 0), coalesce(min(moment_ms), 0) FROM rounds "
                 "WHERE moment_ms >= $1",
                 DB_ARGS(db_int(since_ms)), read_due, found) < 0)
        return -1;
    *out_bytes = found[0];
    *out_first_ms = found[1];
    return 0;
}
