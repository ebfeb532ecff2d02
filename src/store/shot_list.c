/* Reading shots: one, a round's, a panel's through time, the one to compare with. Any thread.
 *
 * Every list walks an index from a key on and stops at the page's end: a round's shots lie between
 * two row numbers, a panel's history is a unique index. Only the order "most changed first" sorts,
 * and what it sorts is one round.
 */
#include "store/shot_list.h"

#include "store/shot_inner.h"

#include <inttypes.h>
#include <math.h>

/* $1 is the time now, in every query here. */
#define COLUMNS                                                                                    \
    "s.row_id, r.id, s.round_row, r.moment_ms, r.plan_row, s.visit, s.state, s.source_row, "       \
    "s.panel_row, p.id, p.dashboard_uid, p.dashboard_title, p.panel_key, p.panel_title, p.vars, "  \
    "s.window_row, w.key, s.from_ms, s.to_ms, s.attempts, s.not_before_ms, s.taken_ms, "           \
    "s.error_word, s.error, bp.sha, bp.size, bt.sha, bt.size, bd.sha, bd.size, s.expired_ms, "     \
    "s.reference_row, rr.id, s.change_score, s.is_changed, s.weight, s.findings, s.verdict, "      \
    "s.verdict_version, v.user_row, a.name, v.given_ms, v.comment, s.comments, "                   \
    "(SELECT count(*) FROM known_issues k WHERE k.panel_row = s.panel_row AND k.until_ms > $1 "    \
    "AND k.from_ms <= $1 AND k.ended_ms = 0 AND coalesce(k.window_row, s.window_row) = "           \
    "s.window_row), s.stamp"
#define TABLES                                                                                     \
    " FROM shots s LEFT JOIN rounds r ON r.row_id = s.round_row "                                  \
    "LEFT JOIN panels p ON p.row_id = s.panel_row LEFT JOIN windows w ON w.row_id = s.window_row " \
    "LEFT JOIN blobs bp ON bp.row_id = s.picture_row LEFT JOIN blobs bt ON bt.row_id = "           \
    "s.thumb_row LEFT JOIN blobs bd ON bd.row_id = s.data_row LEFT JOIN rounds rr ON rr.row_id "   \
    "= s.reference_row >> 20 LEFT JOIN verdicts v ON v.row_id = s.verdict_row "                    \
    "LEFT JOIN users a ON a.row_id = v.user_row "
#define META_COLUMNS                                                                               \
    ", d.meta, p.detail, w.spec, v.seq, v.how, a.id, v.category, v.links, v.dwell_ms, bf.sha, "    \
    "bf.size"
#define MORE_COLUMNS META_COLUMNS ", d.series"
#define MORE_TABLES                                                                                \
    "LEFT JOIN shot_details d ON d.shot_row = s.row_id "                                           \
    "LEFT JOIN blobs bf ON bf.row_id = s.frames_row "

const char *store_shot_state_word(enum shot_state state)
{
    static const char *const words[] = {
        [SHOT_WAITING] = "waiting", [SHOT_CLAIMED] = "running",     [SHOT_DONE] = "done",
        [SHOT_FAILED] = "failed",   [SHOT_CANCELLED] = "cancelled",
    };
    return (unsigned)state <= SHOT_CANCELLED ? words[state] : "";
}

static struct store_blob_ref take_blob(struct cols *c)
{
    struct store_blob_ref ref = {0};
    struct bytes sha = take_bytes(c);
    int64_t size = take_int(c);
    if (sha.n == sizeof ref.key.sha) {
        for (size_t i = 0; i < sha.n; i++)
            ref.key.sha[i] = (unsigned char)sha.p[i];
        ref.size = size;
    }
    return ref;
}

static void read_outcome(struct op *op, struct cols *c, struct store_shot *s)
{
    s->attempts = (int)take_int(c);
    s->not_before_ms = take_int(c);
    s->taken_ms = take_int(c);
    s->error_word = take_text(c);
    s->error = take_text(c);
    s->picture = take_blob(c);
    s->thumb = take_blob(c);
    s->data = take_blob(c);
    s->is_expired = take_bool(c);
    int64_t reference = take_int(c);
    const char *round = take_text(c);
    s->reference_id = reference ? shot_id(op, round, reference) : "";
    s->change_score = take_real(c);
    s->is_changed = take_bool(c);
    s->weight = (int)take_int(c);
    s->findings = text_or(take_text(c), "[]");
    s->verdict = (enum verdict_kind)take_int(c);
    s->verdict_version = take_int(c);
    s->verdict_by_row = take_int(c);
    s->verdict_by = take_text(c);
    s->verdict_ms = take_int(c);
    s->verdict_comment = take_text(c);
    s->comments = (int)take_int(c);
    s->known = (int)take_int(c);
    s->stamp = take_int(c);
}

static void read_shot(struct op *op, struct cols *c, void *item)
{
    struct store_shot *s = item;
    s->row = take_int(c);
    s->pos = (int)(s->row & ((INT64_C(1) << SHOT_POS_BITS) - 1));
    s->round_id = take_text(c);
    s->id = shot_id(op, s->round_id, s->row);
    s->round_row = take_int(c);
    s->moment_ms = take_int(c);
    s->plan_row = take_int(c);
    s->visit = (int)take_int(c);
    s->state = (enum shot_state)take_int(c);
    s->source_row = take_int(c);
    s->panel_row = take_int(c);
    s->panel_id = take_text(c);
    s->dashboard_uid = take_text(c);
    s->dashboard_title = take_text(c);
    s->panel_key = take_text(c);
    s->panel_title = take_text(c);
    s->vars = take_text(c);
    s->window_row = take_int(c);
    s->window_key = take_text(c);
    s->from_ms = take_int(c);
    s->to_ms = take_int(c);
    s->meta = s->panel_detail = s->window_spec = "";
    s->verdict_by_id = s->verdict_category = s->verdict_links = "";
    read_outcome(op, c, s);
}

static void read_shot_with_meta(struct op *op, struct cols *c, void *item)
{
    struct store_shot *s = item;
    read_shot(op, c, s);
    s->meta = take_text(c);
    s->panel_detail = take_text(c);
    s->window_spec = take_text(c);
    s->verdict_seq = take_int(c);
    s->verdict_how = (int)take_int(c);
    s->verdict_by_id = take_text(c);
    s->verdict_category = take_text(c);
    s->verdict_links = take_text(c);
    s->verdict_dwell_ms = take_int(c);
    s->frames = take_blob(c);
}

static void read_shot_in_full(struct op *op, struct cols *c, void *item)
{
    struct store_shot *s = item;
    read_shot_with_meta(op, c, s);
    /* What does not parse is shown as no numbers; the picture is still worth seeing. */
    if (series_parse(op, take_text(c), &s->series, &s->series_n))
        op_clear(op);
}

/* ---- One ---- */

int store_shot_get(struct op *op, struct store *store, int64_t row, struct store_shot *out)
{
    CLEANUP(unit_end) struct unit u = {0};
    *out = (struct store_shot){0};
    if (unit_begin(op, store, DB_READ, &u))
        return -1;
    int got =
        read_one(op, u.tx, "SELECT " COLUMNS MORE_COLUMNS TABLES MORE_TABLES "WHERE s.row_id = $2",
                 DB_ARGS(db_int(clock_wall_ms()), db_int(row)), read_shot_in_full, out);
    if (got == 0)
        return op_fail(op, ERR_NOT_FOUND, "no such shot");
    return got > 0 ? 0 : -1;
}

/* "ROUND-POSITION" */
static int parse_id(struct op *op, struct db_tx *tx, const char *id, int64_t *out_row)
{
    struct bytes rest = bytes_of(id), round;
    int64_t pos = 0, round_row = 0;
    if (bytes_split(&rest, '-', &round) && bytes_to_i64(rest, &pos) && pos > 0 &&
        pos < INT64_C(1) << SHOT_POS_BITS &&
        db_get_int(op, tx, "SELECT row_id FROM rounds WHERE id = $1", DB_ARGS(db_text_of(round)),
                   &round_row))
        return -1;
    if (round_row == 0)
        return op_fail(op, ERR_NOT_FOUND, "no shot %s", id);
    *out_row = round_row << SHOT_POS_BITS | pos;
    return 0;
}

int store_shot_find(struct op *op, struct store *store, const char *id, struct store_shot *out)
{
    CLEANUP(unit_end) struct unit u = {0};
    int64_t row = 0;
    if (unit_begin(op, store, DB_READ, &u) || parse_id(op, u.tx, id, &row))
        return -1;
    unit_end(&u);
    return store_shot_get(op, store, row, out);
}

/* ---- A round's ---- */

#define FILTER                                                                                     \
    "s.row_id >= $2 AND s.row_id < $3 AND ($4 = 0 OR ($4 >> s.state) & 1) "                        \
    "AND ($5 = 0 OR ($5 >> s.verdict) & 1) AND ($6 = 0 OR (s.state IN (2, 3) AND s.verdict = 0)) " \
    "AND ($7 = 0 OR s.is_changed = 1) AND ($8 = 0 OR s.weight >= 2) "                              \
    "AND ($9 = 0 OR v.user_row = $9) AND s.stamp > $10 "                                           \
    "AND ($11 IS NULL OR p.panel_title LIKE $11 ESCAPE '\\' OR p.dashboard_title LIKE $11 "        \
    "ESCAPE '\\') "
/* The score as an integer, so that a cursor can hold it. */
#define SCORE "CAST(coalesce(s.change_score, -1) * 1000000000 AS INTEGER)"

#define BY_CHANGE                                                                                  \
    "WHERE " FILTER "AND (" SCORE ", s.weight, -s.row_id) < ($12, $13, -$14) "                     \
    "ORDER BY " SCORE " DESC, s.weight DESC, s.row_id LIMIT $15"
#define BY_POSITION "WHERE " FILTER "AND s.row_id > $14 ORDER BY s.row_id LIMIT $15"

static const char *list_sql(const struct store_shot_ask *ask)
{
    if (ask->with_meta)
        return ask->order == SHOTS_BY_CHANGE
                   ? "SELECT " COLUMNS META_COLUMNS TABLES MORE_TABLES BY_CHANGE
                   : "SELECT " COLUMNS META_COLUMNS TABLES MORE_TABLES BY_POSITION;
    return ask->order == SHOTS_BY_CHANGE ? "SELECT " COLUMNS TABLES BY_CHANGE
                                         : "SELECT " COLUMNS TABLES BY_POSITION;
}

static int64_t score_of(const struct store_shot *s)
{
    return (int64_t)((isnan(s->change_score) ? -1 : s->change_score) * 1000000000);
}

int store_shot_list(struct op *op, struct store *store, const struct store_shot_ask *ask,
                    struct store_page page, struct store_shot_list *out)
{
    CLEANUP(unit_end) struct unit u = {0};
    *out = (struct store_shot_list){0};
    int64_t key[3] = {INT64_MAX, INT64_MAX, 0};
    bool is_first = !page.cursor || !*page.cursor;
    int limit = page_limit(page);
    if ((!is_first && page_read(op, page, 0, key, 3)) || unit_begin(op, store, DB_READ, &u) ||
        read_all(op, u.tx, list_sql(ask),
                 DB_ARGS(db_int(clock_wall_ms()), db_int(ask->round_row << SHOT_POS_BITS),
                         db_int((ask->round_row + 1) << SHOT_POS_BITS), db_int(ask->states),
                         db_int(ask->verdicts), db_int(ask->is_undecided), db_int(ask->is_changed),
                         db_int(ask->is_flagged), db_int(ask->by_row),
                         db_int(ask->after_stamp ? ask->after_stamp : -1),
                         db_text(like_of(op, ask->search)), db_int(key[0]), db_int(key[1]),
                         db_int(key[2]), db_int(limit + 1)),
                 sizeof *out->items, ask->with_meta ? read_shot_with_meta : read_shot,
                 (void **)&out->items, &out->n))
        return -1;
    if (out->n > (size_t)limit) {
        out->n = (size_t)limit;
        const struct store_shot *last = &out->items[out->n - 1];
        out->next = page_write(op, (int64_t[]){score_of(last), last->weight, last->row}, 3);
    }
    return 0;
}

/* ---- A panel through time ---- */

#define HISTORY                                                                                    \
    "WHERE s.panel_row = $2 AND s.window_row = $3 AND s.round_row < $4 "                           \
    "AND ($5 = 0 OR r.plan_row = $5) AND +r.moment_ms >= $6 AND +r.moment_ms < $7 "                \
    "ORDER BY s.round_row DESC LIMIT $8"

int store_shot_history(struct op *op, struct store *store, const struct store_history_ask *ask,
                       struct store_page page, struct store_shot_list *out)
{
    CLEANUP(unit_end) struct unit u = {0};
    *out = (struct store_shot_list){0};
    int64_t before;
    int limit = page_limit(page);
    const char *sql = ask->with_series ? "SELECT " COLUMNS MORE_COLUMNS TABLES MORE_TABLES HISTORY
                                       : "SELECT " COLUMNS TABLES HISTORY;
    if (page_read(op, page, INT64_MAX, &before, 1) || unit_begin(op, store, DB_READ, &u) ||
        read_all(op, u.tx, sql,
                 DB_ARGS(db_int(clock_wall_ms()), db_int(ask->panel_row), db_int(ask->window_row),
                         db_int(before), db_int(ask->plan_row), db_int(ask->from_ms),
                         db_int(ask->to_ms ? ask->to_ms : INT64_MAX), db_int(limit + 1)),
                 sizeof *out->items, ask->with_series ? read_shot_in_full : read_shot,
                 (void **)&out->items, &out->n))
        return -1;
    if (out->n > (size_t)limit) {
        out->n = (size_t)limit;
        out->next = page_write(op, &out->items[out->n - 1].round_row, 1);
    }
    return 0;
}

/* ---- References ---- */

/* Of the shot $1: $2 plan, $3 panel, $4 window, $5 round, $6 moment. */
#define USABLE "s.state = 2 AND s.picture_row IS NOT NULL AND s.expired_ms IS NULL "

static const char *const reference_sql[] = {
    [REFERENCE_PREVIOUS] =
        "SELECT s.row_id FROM shots s JOIN rounds r ON r.row_id = s.round_row "
        "WHERE s.panel_row = $3 AND s.window_row = $4 AND s.round_row < $5 AND r.plan_row = $2 "
        "AND " USABLE "ORDER BY s.round_row DESC LIMIT 1",
    [REFERENCE_WEEK] =
        "SELECT s.row_id FROM rounds r JOIN shots s ON s.round_row = r.row_id "
        "AND s.panel_row = $3 AND s.window_row = $4 WHERE r.plan_row = $2 AND r.moment_ms BETWEEN "
        "$6 - 648000000 AND $6 - 561600000 AND " USABLE
        "ORDER BY abs(r.moment_ms - ($6 - 604800000)) LIMIT 1",
    [REFERENCE_NORMAL] =
        "SELECT s.row_id FROM (SELECT * FROM shots WHERE panel_row = $3 AND window_row = $4 AND "
        "round_row < $5 ORDER BY round_row DESC LIMIT 400) s JOIN rounds r ON r.row_id = "
        "s.round_row WHERE r.plan_row = $2 AND s.verdict = 1 AND " USABLE
        "ORDER BY s.round_row DESC LIMIT 1",
    [REFERENCE_PINNED] =
        "SELECT s.row_id FROM pins n JOIN shots s ON s.row_id = n.shot_row WHERE n.plan_row = $2 "
        "AND n.panel_row = $3 AND n.window_row = $4 AND s.row_id <> $1 AND " USABLE,
};

struct place {
    int64_t plan_row, panel_row, window_row, round_row, moment_ms;
};

static void read_place(struct op *op, struct cols *c, void *item)
{
    struct place *p = item;
    p->plan_row = take_int(c);
    p->panel_row = take_int(c);
    p->window_row = take_int(c);
    p->round_row = take_int(c);
    p->moment_ms = take_int(c);
}

int store_shot_reference(struct op *op, struct store *store, int64_t shot_row,
                         enum store_reference how, struct store_shot *out)
{
    CLEANUP(unit_end) struct unit u = {0};
    struct place p = {0};
    int64_t row = 0;
    *out = (struct store_shot){0};
    if (unit_begin(op, store, DB_READ, &u))
        return -1;
    int got = read_one(op, u.tx,
                       "SELECT r.plan_row, s.panel_row, s.window_row, s.round_row, r.moment_ms "
                       "FROM shots s JOIN rounds r ON r.row_id = s.round_row WHERE s.row_id = $1",
                       DB_ARGS(db_int(shot_row)), read_place, &p);
    if (got == 0)
        return op_fail(op, ERR_NOT_FOUND, "no such shot");
    if (got < 0 ||
        db_get_int(op, u.tx, reference_sql[how],
                   DB_ARGS(db_int(shot_row), db_int(p.plan_row), db_int(p.panel_row),
                           db_int(p.window_row), db_int(p.round_row), db_int(p.moment_ms)),
                   &row))
        return -1;
    unit_end(&u);
    return row ? store_shot_get(op, store, row, out) : 0;
}

/* ---- Earlier takes ---- */

static void read_take(struct op *op, struct cols *c, void *item)
{
    struct store_take *t = item;
    t->taken_ms = take_int(c);
    t->state = (enum shot_state)take_int(c);
    t->error_word = take_text(c);
    t->error = take_text(c);
    t->picture = take_blob(c);
    t->thumb = take_blob(c);
    t->data = take_blob(c);
    t->frames = take_blob(c);
    t->is_expired = take_int(c) != 0;
}

int store_shot_takes(struct op *op, struct store *store, int64_t shot_row, struct store_take **out,
                     size_t *out_n)
{
    CLEANUP(unit_end) struct unit u = {0};
    if (unit_begin(op, store, DB_READ, &u))
        return -1;
    return read_all(
        op, u.tx,
        "SELECT t.taken_ms, t.state, t.error_word, t.error, bp.sha, bp.size, bt.sha, "
        "bt.size, bd.sha, bd.size, bf.sha, bf.size, t.expired_ms IS NOT NULL FROM takes t "
        "LEFT JOIN blobs bp ON bp.row_id = t.picture_row "
        "LEFT JOIN blobs bt ON bt.row_id = t.thumb_row "
        "LEFT JOIN blobs bd ON bd.row_id = t.data_row "
        "LEFT JOIN blobs bf ON bf.row_id = t.frames_row "
        "WHERE t.shot_row = $1 ORDER BY t.row_id DESC",
        DB_ARGS(db_int(shot_row)), sizeof **out, read_take, (void **)out, out_n);
}
