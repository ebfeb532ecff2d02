/* Sign-offs: the SQL, the seal over a round, the chain. Any thread.
 *
 * The seal is computed inside the transaction that signs, so that nothing can slip in between what
 * was hashed and what became read-only. Ten thousand shots take some tens of milliseconds.
 *
 * The texts, in the form of chain.h:
 *   shots     round, plan, plan_version, moment_ms, total; then for each shot in order: pos,
 *             source, dashboard, panel, vars, window, from_ms, to_ms, state, error, taken_ms,
 *             picture, thumb, data, frames (only where there are some: rounds signed before they
 *             were kept have none), findings, verdict
 *   signoff   before, seq, round, is_final, user, name, summary, reasons, undecided, signed_ms,
 *             key, shots, verdicts
 */
#include "store/signoff.h"

#include "store/chain.h"
#include "store/shot_inner.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { TEXT_MAX = 256 * 1024 * 1024, WORDS_MAX = 64 * 1024 };

/* ---- The seal ---- */

static void add_shot(struct str *s, struct cols *c)
{
    chain_int(s, "pos", take_int(c) & ((INT64_C(1) << SHOT_POS_BITS) - 1));
    chain_text(s, "source", take_text(c));
    chain_text(s, "dashboard", take_text(c));
    chain_text(s, "panel", take_text(c));
    chain_text(s, "vars", take_text(c));
    chain_text(s, "window", take_text(c));
    chain_int(s, "from_ms", take_int(c));
    chain_int(s, "to_ms", take_int(c));
    chain_int(s, "state", take_int(c));
    chain_text(s, "error", take_text(c));
    chain_int(s, "taken_ms", take_int(c));
    chain_text(s, "picture", take_hex(c));
    chain_text(s, "thumb", take_hex(c));
    chain_text(s, "data", take_hex(c));
    const char *frames = take_hex(c);
    if (*frames)
        chain_text(s, "frames", frames);
    chain_text(s, "findings", take_text(c));
    chain_int(s, "verdict", take_int(c));
}

static void add_round(struct op *op, struct cols *c, void *item)
{
    struct str *s = item;
    chain_begin(s, "shots");
    chain_text(s, "round", take_text(c));
    chain_text(s, "plan", take_text(c));
    chain_int(s, "plan_version", take_int(c));
    chain_int(s, "moment_ms", take_int(c));
    chain_int(s, "total", take_int(c));
}

static int write_text(struct op *op, struct db_tx *tx, int64_t round_row, struct str *s)
{
    int got = read_one(op, tx,
                       "SELECT r.id, p.id, r.plan_version, r.moment_ms, r.total FROM rounds r "
                       "JOIN plans p ON p.row_id = r.plan_row WHERE r.row_id = $1",
                       DB_ARGS(db_int(round_row)), add_round, s);
    if (got == 0)
        return op_fail(op, ERR_NOT_FOUND, "no round number %" PRId64, round_row);
    CLEANUP(db_rows_end) struct db_rows rows = {0};
    if (got < 0 ||
        db_query(
            op, tx,
            "SELECT s.row_id, o.id, p.dashboard_uid, p.panel_key, p.vars, w.key, s.from_ms, "
            "s.to_ms, s.state, s.error_word, s.taken_ms, bp.sha, bt.sha, bd.sha, bf.sha, "
            "s.findings, s.verdict FROM shots s JOIN panels p ON p.row_id = s.panel_row JOIN "
            "sources o "
            "ON o.row_id = p.source_row JOIN windows w ON w.row_id = s.window_row "
            "LEFT JOIN blobs bp ON bp.row_id = s.picture_row LEFT JOIN blobs bt ON bt.row_id "
            "= s.thumb_row LEFT JOIN blobs bd ON bd.row_id = s.data_row "
            "LEFT JOIN blobs bf ON bf.row_id = s.frames_row "
            "WHERE s.row_id >= $1 AND s.row_id < $2 ORDER BY s.row_id",
            DB_ARGS(db_int(round_row << SHOT_POS_BITS), db_int((round_row + 1) << SHOT_POS_BITS)),
            &rows))
        return -1;
    struct arena scratch;
    arena_init(&scratch);
    while ((got = db_next(op, &rows)) > 0) {
        struct cols c = {.rows = &rows, .arena = &scratch};
        add_shot(s, &c);
        arena_fini(&scratch);
    }
    if (got == 0 && s->is_full)
        return op_fail(op, ERR_INTERNAL, "the text of the round is too large to be sealed");
    return got;
}

static void read_hash(struct op *op, struct cols *c, void *item)
{
    snprintf(item, HASH_HEX_MAX, "%s", take_hex(c));
}

static int seal(struct op *op, struct db_tx *tx, int64_t round_row, struct store_seal *out)
{
    CLEANUP(str_fini) struct str s;
    str_init(&s, TEXT_MAX);
    if (write_text(op, tx, round_row, &s))
        return -1;
    chain_end(&s, out->shots);
    snprintf(out->verdicts, sizeof out->verdicts, "%s", CHAIN_START);
    return read_one(op, tx,
                    "SELECT hash FROM verdicts WHERE round_row = $1 "
                    "ORDER BY seq DESC LIMIT 1",
                    DB_ARGS(db_int(round_row)), read_hash, out->verdicts) < 0
               ? -1
               : 0;
}

int store_signoff_seal(struct op *op, struct store *store, int64_t round_row,
                       struct store_seal *out)
{
    CLEANUP(unit_end) struct unit u = {0};
    if (unit_begin(op, store, DB_READ, &u))
        return -1;
    return seal(op, u.tx, round_row, out);
}

int store_signoff_text(struct op *op, struct store *store, int64_t round_row, struct bytes *out)
{
    CLEANUP(unit_end) struct unit u = {0};
    struct str *s = str_new(&op->arena, TEXT_MAX);
    if (unit_begin(op, store, DB_READ, &u) || write_text(op, u.tx, round_row, s))
        return -1;
    *out = str_bytes(s);
    return 0;
}

void store_signoff_print(const struct store_signoff *o, struct str *s)
{
    chain_begin(s, "signoff");
    chain_text(s, "before", o->before);
    chain_int(s, "seq", o->seq);
    chain_text(s, "round", o->round_id);
    chain_int(s, "is_final", o->is_final);
    chain_text(s, "user", o->user_id);
    chain_text(s, "name", o->user);
    chain_text(s, "summary", o->summary);
    chain_text(s, "reasons", o->reasons);
    chain_int(s, "undecided", o->undecided);
    chain_int(s, "signed_ms", o->signed_ms);
    chain_text(s, "key", o->key_id);
    chain_text(s, "shots", o->shots);
    chain_text(s, "verdicts", o->verdicts);
}

void store_signoff_hash(const struct store_signoff *o, char out[HASH_HEX_MAX])
{
    CLEANUP(str_fini) struct str s;
    str_init(&s, TEXT_MAX);
    store_signoff_print(o, &s);
    chain_end(&s, out);
}

/* ---- Signing ---- */

static void read_round(struct op *op, struct cols *c, void *item)
{
    struct store_round *r = item;
    r->id = take_text(c);
    r->state = (enum round_state)take_int(c);
    r->undecided = (int)take_int(c);
    r->plan_name = take_text(c);
}

static void read_user(struct op *op, struct cols *c, void *item)
{
    struct store_signoff *o = item;
    o->user_id = take_text(c);
    o->user = take_text(c);
}

static void read_last(struct op *op, struct cols *c, void *item)
{
    struct store_signoff *o = item;
    o->seq = take_int(c);
    snprintf(o->before, sizeof o->before, "%s", take_hex(c));
}

/* May this be signed, and by whom? Fills what the rows know. */
static int prepare(struct op *op, struct db_tx *tx, struct store_signoff *o)
{
    struct store_round r = {0};
    int got = read_one(op, tx,
                       "SELECT r.id, r.state, r.undecided, p.name FROM rounds r "
                       "JOIN plans p ON p.row_id = r.plan_row WHERE r.row_id = $1",
                       DB_ARGS(db_int(o->round_row)), read_round, &r);
    if (got == 0)
        return op_fail(op, ERR_NOT_FOUND, "no such round");
    if (got < 0)
        return -1;
    if (r.state == ROUND_SIGNED)
        return op_fail(op, ERR_READ_ONLY, "the round is signed");
    if (r.state != ROUND_REVIEW)
        return op_fail(op, ERR_CONFLICT, "the round cannot be signed: %s",
                       r.state == ROUND_CANCELLED || r.state == ROUND_FAILED
                           ? "it was not completed"
                           : "shots are still being taken");
    o->reasons = text_or(o->reasons, "");
    o->summary = text_or(o->summary, "");
    o->key_id = text_or(o->key_id, "");
    if (strlen(o->reasons) + strlen(o->summary) > WORDS_MAX)
        return op_fail(op, ERR_TOO_LARGE, "summary and reasons have at most %d bytes",
                       (int)WORDS_MAX);
    if (r.undecided > 0 && !*o->reasons)
        return op_fail(op, ERR_UNPROCESSABLE,
                       "%d shots have no verdict yet; decide them, or say why they are left",
                       r.undecided);
    o->round_id = r.id;
    o->plan_name = r.plan_name;
    o->undecided = r.undecided;
    int64_t signed_before = 0;
    if (db_get_int(op, tx, "SELECT count(*) FROM signoffs WHERE round_row = $1 AND user_row = $2",
                   DB_ARGS(db_int(o->round_row), db_int(o->user_row)), &signed_before))
        return -1;
    if (signed_before)
        return op_fail(op, ERR_UNPROCESSABLE,
                       "you signed this round already; the second "
                       "signature must be another person's");
    got = read_one(op, tx, "SELECT id, name FROM users WHERE row_id = $1",
                   DB_ARGS(db_int(o->user_row)), read_user, o);
    return got == 1 ? 0 : op_fail(op, ERR_NOT_FOUND, "no such person");
}

static int insert(struct op *op, struct db_tx *tx, struct store_signoff *o)
{
    o->row = o->seq;
    return db_run(op, tx,
                  "INSERT INTO signoffs (row_id, round_row, is_final, user_row, user_name, "
                  "summary, reasons, undecided, signed_ms, key_id, shots, verdicts, hash, "
                  "signature) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
                  DB_ARGS(db_int(o->row), db_int(o->round_row), db_int(o->is_final),
                          db_int(o->user_row), db_text(o->user), db_text(o->summary),
                          db_text(o->reasons), db_int(o->undecided), db_int(o->signed_ms),
                          db_text(o->key_id), db_blob(chain_pack(&op->arena, o->shots)),
                          db_blob(chain_pack(&op->arena, o->verdicts)),
                          db_blob(chain_pack(&op->arena, o->hash)),
                          db_blob((struct bytes){(const char *)o->signature, SIGNATURE_SIZE})),
                  NULL);
}

int store_signoff_add(struct op *op, struct store *store, struct store_signoff *o,
                      store_sign_fn *sign, void *ctx)
{
    CLEANUP(unit_end) struct unit u = {0};
    struct store_seal sealed;
    if (unit_begin(op, store, DB_DURABLE, &u) || prepare(op, u.tx, o) ||
        seal(op, u.tx, o->round_row, &sealed))
        return -1;
    memcpy(o->shots, sealed.shots, sizeof o->shots);
    memcpy(o->verdicts, sealed.verdicts, sizeof o->verdicts);
    snprintf(o->before, sizeof o->before, "%s", CHAIN_START);
    o->seq = 0;
    if (read_one(op, u.tx, "SELECT row_id, hash FROM signoffs ORDER BY row_id DESC LIMIT 1",
                 DB_NONE, read_last, o) < 0)
        return -1;
    o->seq++;
    store_signoff_hash(o, o->hash);
    if (sign(op, ctx, bytes_of(o->hash), o->signature) || insert(op, u.tx, o))
        return -1;
    if (o->is_final &&
        db_run(op, u.tx,
               "UPDATE rounds SET state = 3, signed_ms = $1, signer = $2, stamp = stamp + 1 "
               "WHERE row_id = $3",
               DB_ARGS(db_int(o->signed_ms), db_text(o->user), db_int(o->round_row)), NULL))
        return -1;
    return unit_commit(op, &u);
}

/* ---- Reading ---- */

static void read_signoff(struct op *op, struct cols *c, void *item)
{
    struct store_signoff *o = item;
    o->row = o->seq = take_int(c);
    o->round_row = take_int(c);
    o->round_id = take_text(c);
    o->plan_name = take_text(c);
    o->is_final = take_bool(c);
    o->user_row = take_int(c);
    o->user_id = take_text(c);
    o->user = take_text(c);
    o->summary = take_text(c);
    o->reasons = take_text(c);
    o->undecided = (int)take_int(c);
    o->signed_ms = take_int(c);
    o->key_id = take_text(c);
    snprintf(o->shots, sizeof o->shots, "%s", take_hex(c));
    snprintf(o->verdicts, sizeof o->verdicts, "%s", take_hex(c));
    snprintf(o->hash, sizeof o->hash, "%s", take_hex(c));
    struct bytes signature = take_bytes(c);
    if (signature.n == SIGNATURE_SIZE)
        memcpy(o->signature, signature.p, SIGNATURE_SIZE);
    const char *before = take_hex(c);
    snprintf(o->before, sizeof o->before, "%s", *before ? before : CHAIN_START);
}

#define SIGNOFF                                                                                    \
    "SELECT o.row_id, o.round_row, r.id, p.name, o.is_final, o.user_row, u.id, o.user_name, "      \
    "o.summary, o.reasons, o.undecided, o.signed_ms, o.key_id, o.shots, o.verdicts, o.hash, "      \
    "o.signature, (SELECT b.hash FROM signoffs b WHERE b.row_id = o.row_id - 1) "                  \
    "FROM signoffs o LEFT JOIN rounds r ON r.row_id = o.round_row LEFT JOIN plans p ON p.row_id "  \
    "= r.plan_row LEFT JOIN users u ON u.row_id = o.user_row "

int store_signoff_list(struct op *op, struct store *store, int64_t round_row,
                       struct store_page page, struct store_signoff_list *out)
{
    CLEANUP(unit_end) struct unit u = {0};
    *out = (struct store_signoff_list){0};
    int64_t key;
    int limit = page_limit(page);
    const char *sql = round_row ? SIGNOFF
                          "WHERE o.round_row = $1 AND o.row_id > $2 ORDER BY o.row_id LIMIT $3"
                                : SIGNOFF "WHERE o.row_id < $2 ORDER BY o.row_id DESC LIMIT $3";
    if (page_read(op, page, round_row ? 0 : INT64_MAX, &key, 1) ||
        unit_begin(op, store, DB_READ, &u) ||
        read_all(op, u.tx, sql, DB_ARGS(db_int(round_row), db_int(key), db_int(limit + 1)),
                 sizeof *out->items, read_signoff, (void **)&out->items, &out->n))
        return -1;
    if (out->n > (size_t)limit) {
        out->n = (size_t)limit;
        out->next = page_write(op, &out->items[out->n - 1].row, 1);
    }
    return 0;
}
