/* Verdicts and comments: the SQL and the chain. Any thread.
 *
 * A verdict's hash covers it and the hash of the verdict before it in its round; so a round's
 * verdicts stand or fall together, and rounds do not wait for each other. The shot's row carries
 * the newest verdict, because every list needs it; the verdicts are the truth.
 */
#include "store/chain.h"
#include "store/shot_inner.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { TEXT_MAX = 1024 * 1024, WORDS_MAX = 64 * 1024 };

/* The fields in the order that chain.h promises. `picture` in hex. */
static void print_verdict(const char *before, const struct store_verdict *v, const char *round_id,
                          const char *user_id, struct str *s)
{
    chain_begin(s, "verdict");
    chain_text(s, "before", before);
    chain_text(s, "round", round_id);
    chain_int(s, "seq", v->seq);
    chain_text(s, "shot", v->shot_id);
    chain_int(s, "kind", v->kind);
    chain_int(s, "how", v->how);
    chain_text(s, "user", user_id);
    chain_text(s, "comment", v->comment);
    chain_text(s, "category", v->category);
    chain_text(s, "links", v->links);
    chain_int(s, "dwell_ms", v->dwell_ms);
    chain_int(s, "given_ms", v->given_ms);
    chain_text(s, "picture", v->picture);
    chain_text(s, "bulk", v->bulk);
}

static void hash_verdict(struct op *op, const char *before, const struct store_verdict *v,
                         const char *round_id, const char *user_id, char out[HASH_HEX_MAX])
{
    struct str *s = str_new(&op->arena, TEXT_MAX);
    print_verdict(before, v, round_id, user_id, s);
    chain_end(s, out);
}

void store_verdict_text(const struct store_verdict *verdict, const char *before, struct str *out)
{
    print_verdict(before ? before : CHAIN_START, verdict, verdict->round_id, verdict->user_id, out);
}

/* ---- Giving ---- */

struct act {
    struct store_verdict v; /* the one being written */
    const char *round_id;
    const char *user_id;
    int64_t seq; /* of the newest in the chain */
    char before[HASH_HEX_MAX];
};

static void read_head(struct op *op, struct cols *c, void *item)
{
    struct act *a = item;
    a->seq = take_int(c);
    snprintf(a->before, sizeof a->before, "%s", take_hex(c));
}

static void read_ids(struct op *op, struct cols *c, void *item)
{
    struct act *a = item;
    a->round_id = take_text(c);
    a->user_id = take_text(c);
}

static int begin_act(struct op *op, struct db_tx *tx, const struct store_verdict *verdict,
                     int64_t round_row, struct act *a)
{
    *a = (struct act){.v = *verdict, .before = CHAIN_START};
    a->v.round_row = round_row;
    a->v.comment = text_or(verdict->comment, "");
    a->v.category = text_or(verdict->category, "");
    a->v.links = text_or(verdict->links, "");
    a->v.bulk = text_or(verdict->bulk, "");
    if (read_one(op, tx,
                 "SELECT seq, hash FROM verdicts WHERE round_row = $1 "
                 "ORDER BY seq DESC LIMIT 1",
                 DB_ARGS(db_int(round_row)), read_head, a) < 0)
        return -1;
    int got = read_one(op, tx,
                       "SELECT r.id, u.id FROM rounds r JOIN users u ON u.row_id = $2 "
                       "WHERE r.row_id = $1",
                       DB_ARGS(db_int(round_row), db_int(verdict->user_row)), read_ids, a);
    if (got == 0)
        return op_fail(op, ERR_NOT_FOUND, "no such person");
    return got > 0 ? 0 : -1;
}

static void read_hex(struct op *op, struct cols *c, void *item)
{
    *(const char **)item = take_hex(c);
}

static int insert(struct op *op, struct db_tx *tx, struct act *a, const struct shot_now *now)
{
    struct store_verdict *v = &a->v;
    struct bytes picture = {0};
    v->picture = "";
    if (now->picture_row && read_one(op, tx, "SELECT sha FROM blobs WHERE row_id = $1",
                                     DB_ARGS(db_int(now->picture_row)), read_hex, &v->picture) < 0)
        return -1;
    if (*v->picture)
        picture = chain_pack(&op->arena, v->picture);
    v->seq = ++a->seq;
    v->shot_row = now->row;
    v->shot_id = shot_id(op, a->round_id, now->row);
    hash_verdict(op, a->before, v, a->round_id, a->user_id, v->hash);
    memcpy(a->before, v->hash, sizeof a->before);
    return db_get_int(
        op, tx,
        "INSERT INTO verdicts (round_row, seq, shot_row, plan_row, kind, how, "
        "user_row, comment, category, links, dwell_ms, given_ms, picture, bulk, "
        "hash) VALUES ($1, $2, $3, $4, $5, $6, $7, nullif($8, ''), nullif($9, ''), "
        "nullif($10, ''), $11, $12, $13, nullif($14, ''), $15) RETURNING row_id",
        DB_ARGS(db_int(v->round_row), db_int(v->seq), db_int(v->shot_row), db_int(now->plan_row),
                db_int(v->kind), db_int(v->how), db_int(v->user_row), db_text(v->comment),
                db_text(v->category), db_text(v->links), db_int(v->dwell_ms), db_int(v->given_ms),
                db_blob(picture), db_text(v->bulk), db_blob(chain_pack(&op->arena, v->hash))),
        &v->row);
}

static int write_on_shot(struct op *op, struct db_tx *tx, const struct act *a,
                         const struct shot_now *now)
{
    struct shot_now after = *now;
    const struct store_verdict *v = &a->v;
    bool has_words = *v->comment != 0;
    if (v->kind == VERDICT_COMMENT) {
        if (db_run(op, tx,
                   "UPDATE shots SET comments = comments + $1, stamp = $2 "
                   "WHERE row_id = $3",
                   DB_ARGS(db_int(has_words), db_int(now->stamp + 1), db_int(now->row)), NULL))
            return -1;
        return shot_count(op, tx, now, &after, 0);
    }
    after.verdict = v->kind == VERDICT_WITHDRAWN ? VERDICT_NONE : v->kind;
    if (db_run(op, tx,
               "UPDATE shots SET verdict = $1, verdict_row = $2, verdict_version = "
               "verdict_version + 1, comments = comments + $3, stamp = $4 WHERE row_id = $5",
               DB_ARGS(db_int(after.verdict), after.verdict ? db_int(v->row) : db_null(),
                       db_int(has_words), db_int(now->stamp + 1), db_int(now->row)),
               NULL))
        return -1;
    return shot_count(op, tx, now, &after, 0);
}

static int give_one(struct op *op, struct db_tx *tx, struct act *a, const struct shot_now *now)
{
    if (insert(op, tx, a, now) || write_on_shot(op, tx, a, now))
        return -1;
    if (!*a->v.comment)
        return 0;
    return search_put(op, tx, SEARCH_VERDICT, a->v.row,
                      arena_fmt(&op->arena, "%s %s %s", a->v.comment, a->v.category, a->v.links),
                      arena_fmt(&op->arena, "p%" PRId64 " u%" PRId64 " v%d", now->plan_row,
                                a->v.user_row, (int)a->v.kind));
}

/* 1: may be given; 0: leave it out; -1: failed. */
static int may_give(struct op *op, struct db_tx *tx, const struct store_verdict *verdict,
                    const struct store_verdict_item *item, bool is_alone, struct shot_now *now)
{
    if (shot_read(op, tx, item->shot_row, now))
        return -1;
    bool has_outcome = now->state == SHOT_DONE || now->state == SHOT_FAILED;
    if (!has_outcome && verdict->kind != VERDICT_COMMENT)
        return is_alone ? op_fail(op, ERR_UNPROCESSABLE, "the shot has no outcome yet") : 0;
    if (item->version < 0 || item->version == now->verdict_version)
        return 1;
    if (!is_alone)
        return 0;
    return op_fail(op, ERR_CONFLICT, "somebody gave a verdict on this shot meanwhile");
}

int store_verdict_add(struct op *op, struct store *store, struct store_verdict *verdict,
                      const struct store_verdict_item *items, size_t n, size_t *out_given)
{
    CLEANUP(unit_end) struct unit u = {0};
    struct act a = {0};
    *out_given = 0;
    if (strlen(text_or(verdict->comment, "")) + strlen(text_or(verdict->category, "")) +
            strlen(text_or(verdict->links, "")) >
        WORDS_MAX)
        return op_fail(op, ERR_TOO_LARGE, "a comment has at most %d bytes", (int)WORDS_MAX);
    if (unit_begin(op, store, DB_DURABLE, &u))
        return -1;
    for (size_t i = 0; i < n; i++) {
        struct shot_now now = {0};
        int may = may_give(op, u.tx, verdict, &items[i], n == 1, &now);
        if (may < 0)
            return -1;
        if (may == 0)
            continue;
        if (*out_given == 0 && begin_act(op, u.tx, verdict, now.round_row, &a))
            return -1;
        if (now.round_row != a.v.round_row)
            return op_fail(op, ERR_UNPROCESSABLE, "the shots are of different rounds");
        if (give_one(op, u.tx, &a, &now))
            return -1;
        if ((*out_given)++ == 0)
            *verdict = a.v;
    }
    return unit_commit(op, &u);
}

/* ---- Reading ---- */

#define COLUMNS                                                                                    \
    "v.row_id, v.round_row, v.seq, v.shot_row, r.id, v.kind, v.how, v.user_row, u.id, u.name, "    \
    "v.comment, v.category, v.links, v.dwell_ms, v.given_ms, v.picture, v.bulk, v.hash, "          \
    "p.panel_title, p.dashboard_title, n.name, r.moment_ms"
#define TABLES                                                                                     \
    " FROM verdicts v LEFT JOIN rounds r ON r.row_id = v.round_row LEFT JOIN users u ON u.row_id " \
    "= v.user_row LEFT JOIN shots s ON s.row_id = v.shot_row LEFT JOIN panels p ON p.row_id = "    \
    "s.panel_row LEFT JOIN plans n ON n.row_id = v.plan_row "

static void read_verdict(struct op *op, struct cols *c, void *item)
{
    struct store_verdict *v = item;
    v->row = take_int(c);
    v->round_row = take_int(c);
    v->seq = take_int(c);
    v->shot_row = take_int(c);
    v->round_id = take_text(c);
    v->shot_id = shot_id(op, v->round_id, v->shot_row);
    v->kind = (enum verdict_kind)take_int(c);
    v->how = (enum verdict_how)take_int(c);
    v->user_row = take_int(c);
    v->user_id = take_text(c);
    v->user = take_text(c);
    v->comment = take_text(c);
    v->category = take_text(c);
    v->links = take_text(c);
    v->dwell_ms = take_int(c);
    v->given_ms = take_int(c);
    v->picture = take_hex(c);
    v->bulk = take_text(c);
    snprintf(v->hash, sizeof v->hash, "%s", take_hex(c));
    v->panel_title = take_text(c);
    v->dashboard_title = take_text(c);
    v->plan_name = take_text(c);
    v->moment_ms = take_int(c);
}

#define LIST(driver)                                                                               \
    "SELECT " COLUMNS TABLES "WHERE " driver " AND (v.given_ms, v.row_id) < ($1, $2) "             \
    "AND v.given_ms >= $3 AND ($4 = 0 OR ($4 >> v.kind) & 1) "                                     \
    "AND ($5 = 0 OR v.comment IS NOT NULL) AND ($6 = 0 OR v.shot_row = $6) "                       \
    "AND ($7 = 0 OR v.round_row = $7) AND ($8 = 0 OR v.plan_row = $8) "                            \
    "AND ($9 = 0 OR v.user_row = $9) ORDER BY v.given_ms DESC, v.row_id DESC LIMIT $10"

/* One text for each index; the narrowest that fits. */
static const char *list_sql(const struct store_verdict_ask *ask)
{
    if (ask->shot_row)
        return LIST("v.shot_row = $6");
    if (ask->round_row)
        return LIST("v.round_row = $7");
    if (ask->user_row)
        return LIST("v.user_row = $9");
    if (ask->plan_row)
        return LIST("v.plan_row = $8");
    if (ask->kinds == 1u << VERDICT_ABNORMAL)
        return LIST("v.kind = 2");
    return LIST("1");
}

int store_verdict_list(struct op *op, struct store *store, const struct store_verdict_ask *ask,
                       struct store_page page, struct store_verdict_list *out)
{
    CLEANUP(unit_end) struct unit u = {0};
    *out = (struct store_verdict_list){0};
    int64_t key[2];
    int limit = page_limit(page);
    if (page_read_below(op, page, ask->to_ms, key) || unit_begin(op, store, DB_READ, &u) ||
        read_all(op, u.tx, list_sql(ask),
                 DB_ARGS(db_int(key[0]), db_int(key[1]), db_int(ask->from_ms), db_int(ask->kinds),
                         db_int(ask->with_words), db_int(ask->shot_row), db_int(ask->round_row),
                         db_int(ask->plan_row), db_int(ask->user_row), db_int(limit + 1)),
                 sizeof *out->items, read_verdict, (void **)&out->items, &out->n))
        return -1;
    if (out->n > (size_t)limit) {
        out->n = (size_t)limit;
        const struct store_verdict *last = &out->items[out->n - 1];
        out->next = page_write(op, (int64_t[]){last->given_ms, last->row}, 2);
    }
    return 0;
}

/* ---- Verifying ---- */

struct check {
    struct store_verdict v;
    const char *user_id;
};

static void read_check(struct op *op, struct cols *c, void *item)
{
    struct check *k = item;
    read_verdict(op, c, &k->v);
    k->user_id = take_text(c);
}

int store_verdict_verify(struct op *op, struct store *store, int64_t round_row,
                         int64_t *out_bad_seq, int64_t *out_n)
{
    CLEANUP(unit_end) struct unit u = {0};
    struct check *all;
    size_t n;
    char before[HASH_HEX_MAX] = CHAIN_START, hash[HASH_HEX_MAX];
    *out_bad_seq = *out_n = 0;
    if (unit_begin(op, store, DB_READ, &u) ||
        read_all(op, u.tx,
                 "SELECT " COLUMNS ", u.id" TABLES "WHERE v.round_row = $1 ORDER BY v.seq",
                 DB_ARGS(db_int(round_row)), sizeof *all, read_check, (void **)&all, &n))
        return -1;
    *out_n = (int64_t)n;
    for (size_t i = 0; i < n; i++) {
        hash_verdict(op, before, &all[i].v, all[i].v.round_id, all[i].user_id, hash);
        if (strcmp(hash, all[i].v.hash) != 0 || all[i].v.seq != (int64_t)i + 1) {
            *out_bad_seq = (int64_t)i + 1;
            return 0;
        }
        memcpy(before, hash, sizeof before);
    }
    return 0;
}
