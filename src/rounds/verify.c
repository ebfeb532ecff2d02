/* Verifying the archive: what is kept against what was promised. Reads only; blocks on store, blobs
 * and, for large archives, for hours. Any thread.
 *
 * A blob proves itself by its name. A verdict chain proves itself by its hashes, a sign-off by the
 * hash of its fields, the one before it, the seal over the round's rows, and the signature.
 */
#include "rounds/verify.h"

#include "base/hash.h"
#include "rounds/rounds_priv.h"
#include "store/archive.h"
#include "store/round.h"
#include "store/shot_list.h"
#include "store/signoff.h"
#include "store/verdict.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { BLOBS_STEP = 200, TOLD_EACH = 500, NAMED_MAX = 20 };

struct check {
    struct op *op;
    struct rounds *rounds;
    struct verify_result *out;
    void (*progress)(void *ctx, int64_t checked);
    void *ctx;
    int named; /* faults whose shot was looked for */
};

static void fault(struct check *c, const char *kind, const char *object, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

static void fault(struct check *c, const char *kind, const char *object, const char *fmt, ...)
{
    char text[500];
    va_list args;
    if (c->out->fault_n == VERIFY_FAULTS_MAX) {
        c->out->is_more = true;
        return;
    }
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    c->out->faults[c->out->fault_n++] = (struct verify_fault){
        kind, arena_strdup(&c->op->arena, object), arena_strdup(&c->op->arena, text)};
}

/* ---- Blobs ---- */

/* The shot that a blob belongs to, for the first few: nothing leads from a blob to its shots, so it
 * takes a look at all of them. Else its hash. */
static const char *find_user(struct check *c, const struct store_blob_ref *ref, const char *hex)
{
    const char *shot = "";
    if (c->named++ >= NAMED_MAX)
        return hex;
    if (store_archive_user_of(c->op, c->rounds->conf.store, ref->key, &shot))
        op_clear(c->op); /* the fault itself is what has to be told */
    return *shot ? shot : hex;
}

static int check_blob(struct check *c, const struct store_blob_ref *ref, const char *what,
                      const char *object)
{
    struct op part;
    struct bytes content;
    char hex[BLOB_HEX_MAX];
    if (ref->size == 0)
        return 0;
    blob_key_hex(ref->key, hex);
    op_init_part(&part, c->op, -1);
    int failed = blob_get(&part, c->rounds->conf.blobs, ref->key, &content);
    enum err err = part.err;
    bool is_fault = failed && (err == ERR_GONE || err == ERR_STORAGE);
    if (is_fault && !object)
        object = find_user(c, ref, hex);
    if (is_fault && err == ERR_GONE)
        fault(c, "picture_missing", object, "%s %s is not there", what, hex);
    else if (is_fault)
        fault(c, "picture_damaged", object, "%s %s: %s", what, hex, part.err_text);
    else if (failed)
        op_fail_from(c->op, &part);
    op_fini(&part);
    c->out->pictures++;
    if (c->progress && c->out->pictures % TOLD_EACH == 0)
        c->progress(c->ctx, c->out->pictures);
    return c->op->err ? -1 : op_check(c->op);
}

static int check_all_blobs(struct check *c)
{
    int64_t cursor = 0;
    do {
        struct op part;
        struct store_blob_ref *refs;
        size_t n;
        op_init_part(&part, c->op, -1);
        int failed =
            store_archive_list(&part, c->rounds->conf.store, &cursor, BLOBS_STEP, &refs, &n);
        if (failed)
            op_fail_from(c->op, &part);
        for (size_t i = 0; !failed && i < n; i++)
            failed = check_blob(c, &refs[i], "blob", NULL);
        op_fini(&part);
        if (failed)
            return -1;
    } while (cursor);
    return 0;
}

static int check_shot_blobs(struct check *c, const struct store_shot *shot)
{
    if (shot->is_expired)
        return 0;
    return check_blob(c, &shot->picture, "picture", shot->id) ||
                   check_blob(c, &shot->thumb, "thumbnail", shot->id) ||
                   check_blob(c, &shot->data, "data", shot->id) ||
                   check_blob(c, &shot->frames, "frames", shot->id)
               ? -1
               : 0;
}

static int check_shots(struct check *c, int64_t round_row)
{
    struct store_shot_ask ask = {.round_row = round_row, .with_meta = true};
    struct store_page page = {.limit = STORE_PAGE_MAX};
    do {
        struct store_shot_list shots;
        if (store_shot_list(c->op, c->rounds->conf.store, &ask, page, &shots))
            return -1;
        for (size_t i = 0; i < shots.n; i++)
            if (check_shot_blobs(c, &shots.items[i]))
                return -1;
        page.cursor = shots.next;
    } while (page.cursor);
    return 0;
}

/* ---- Chains ---- */

static int check_verdicts(struct check *c, int64_t round_row, const char *round_id)
{
    int64_t bad = 0, n = 0;
    if (store_verdict_verify(c->op, c->rounds->conf.store, round_row, &bad, &n))
        return -1;
    c->out->verdicts += n;
    if (bad)
        fault(c, "verdict_chain", round_id,
              "verdict %lld of round %s does not fit into its chain of hashes", (long long)bad,
              round_id);
    return 0;
}

static int check_seal(struct check *c, const struct store_signoff *o)
{
    struct store_seal seal;
    if (store_signoff_seal(c->op, c->rounds->conf.store, o->round_row, &seal))
        return -1;
    if (strcmp(seal.shots, o->shots) != 0)
        fault(c, "shots_changed", o->round_id,
              "the shots of round %s are not those that were signed", o->round_id);
    if (strcmp(seal.verdicts, o->verdicts) != 0)
        fault(c, "verdict_chain", o->round_id,
              "the verdicts of round %s are not those that were signed", o->round_id);
    return 0;
}

static int check_signoff(struct check *c, const struct store_signoff *o)
{
    char hash[HASH_HEX_MAX];
    store_signoff_hash(o, hash);
    c->out->signoffs++;
    if (strcmp(hash, o->hash) != 0)
        fault(c, "signoff_chain", o->round_id, "sign-off %lld of round %s was altered",
              (long long)o->seq, o->round_id);
    if (!keys_verify(c->rounds->conf.keys, o->key_id, bytes_of(o->hash), o->signature))
        fault(c, "signoff_signature", o->round_id,
              "the signature of sign-off %lld of round %s is not that of key %s", (long long)o->seq,
              o->round_id, o->key_id);
    /* The first of two people signs an open round: only the final one is the last word on its rows.
     */
    return o->is_final ? check_seal(c, o) : 0;
}

static int check_round_signoffs(struct check *c, int64_t round_row)
{
    struct store_signoff_list list;
    if (store_signoff_list(c->op, c->rounds->conf.store, round_row,
                           (struct store_page){.limit = STORE_PAGE_MAX}, &list))
        return -1;
    for (size_t i = 0; i < list.n; i++)
        if (check_signoff(c, &list.items[i]))
            return -1;
    return 0;
}

/* Newest first: each one's `before` must be the hash of the next in the list. */
static int check_all_signoffs(struct check *c)
{
    struct store_page page = {.limit = STORE_PAGE_MAX};
    struct store_signoff last = {0};
    do {
        struct store_signoff_list list;
        if (store_signoff_list(c->op, c->rounds->conf.store, 0, page, &list))
            return -1;
        for (size_t i = 0; i < list.n; i++) {
            const struct store_signoff *o = &list.items[i];
            if (last.seq && (strcmp(last.before, o->hash) != 0 || last.seq != o->seq + 1))
                fault(c, "signoff_chain", last.round_id,
                      "sign-off %lld does not follow sign-off %lld", (long long)last.seq,
                      (long long)o->seq);
            last = *o;
            if (check_signoff(c, o))
                return -1;
        }
        page.cursor = list.next;
    } while (page.cursor);
    return 0;
}

static int check_all_verdicts(struct check *c)
{
    struct store_round_ask ask = {0};
    struct store_page page = {.limit = STORE_PAGE_MAX};
    do {
        struct store_round_list list;
        if (store_round_list(c->op, c->rounds->conf.store, &ask, page, &list))
            return -1;
        for (size_t i = 0; i < list.n; i++)
            if (check_verdicts(c, list.items[i].row, list.items[i].id))
                return -1;
        page.cursor = list.next;
    } while (page.cursor);
    return 0;
}

int verify_round(struct op *op, struct rounds *rounds, const char *round_id,
                 struct verify_result *out)
{
    struct check c = {.op = op, .rounds = rounds, .out = out};
    struct store_round round;
    *out = (struct verify_result){0};
    if (store_round_find(op, rounds->conf.store, round_id, &round))
        return -1;
    return check_shots(&c, round.row) || check_verdicts(&c, round.row, round.id) ||
                   check_round_signoffs(&c, round.row)
               ? -1
               : 0;
}

int verify_all(struct op *op, struct rounds *rounds, void (*progress)(void *ctx, int64_t checked),
               void *ctx, struct verify_result *out)
{
    struct check c = {.op = op, .rounds = rounds, .out = out, .progress = progress, .ctx = ctx};
    *out = (struct verify_result){0};
    return check_all_blobs(&c) || check_all_verdicts(&c) || check_all_signoffs(&c) ? -1 : 0;
}

void verify_print(const struct verify_result *result, struct jw *w)
{
    jw_object(w);
    jw_bool_at(w, "ok", result->fault_n == 0);
    jw_object_at(w, "checked");
    jw_int_at(w, "pictures", result->pictures);
    jw_int_at(w, "verdicts", result->verdicts);
    jw_int_at(w, "signoffs", result->signoffs);
    jw_end(w);
    jw_array_at(w, "faults");
    for (size_t i = 0; i < result->fault_n; i++) {
        jw_object(w);
        jw_text_at(w, "kind", result->faults[i].kind);
        jw_text_at(w, "object", result->faults[i].object);
        jw_text_at(w, "text", result->faults[i].text);
        jw_end(w);
    }
    jw_end(w);
    jw_bool_at(w, "more", result->is_more);
    jw_end(w);
}
