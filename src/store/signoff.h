/* Sign-offs: append-only, one chain over all rounds, each signed by the server's key.
 *
 * A sign-off fixes: every shot of the round with its outcome and the hashes of its pictures and
 * data, the head of the round's verdict chain, the words and people, and the sign-off before it.
 */
#ifndef STORE_SIGNOFF_H
#define STORE_SIGNOFF_H

#include "base/hash.h"
#include "base/str.h"
#include "store/store.h"

enum { SIGNATURE_SIZE = 64 };

struct store_signoff {
    int64_t row;
    int64_t seq; /* in the chain of all sign-offs */
    int64_t round_row;
    const char *round_id;
    const char *plan_name;
    bool is_final; /* false: the first of two people; the round stays open */
    int64_t user_row;
    const char *user_id;
    const char *user; /* name at that time */
    const char *summary;
    const char *reasons; /* why undecided shots are left so; "" when there are none */
    int undecided;       /* at that time */
    int64_t signed_ms;
    const char *key_id;          /* which key signed */
    char shots[HASH_HEX_MAX];    /* over the shots */
    char verdicts[HASH_HEX_MAX]; /* head of the verdict chain */
    char before[HASH_HEX_MAX];   /* hash of the sign-off before; zeros for the first */
    char hash[HASH_HEX_MAX];
    unsigned char signature[SIGNATURE_SIZE]; /* Ed25519 over the 64 characters of `hash` */
};

struct store_signoff_list {
    struct store_signoff *items;
    size_t n;
    const char *next;
};

/* Signs `hash`; called inside the transaction, so it must not block. 0, or -1 with op failed. */
typedef int store_sign_fn(struct op *op, void *ctx, struct bytes hash,
                          unsigned char out[SIGNATURE_SIZE]);

/* Adds with round_row, is_final, user_row, summary, reasons, signed_ms, key_id; fills the rest.
 * Final: the round becomes SIGNED in the same, durable transaction. ERR_UNPROCESSABLE: undecided
 * shots and no reasons, or the same person twice. ERR_CONFLICT: the round is not in REVIEW
 * (cancelled rounds cannot be signed). ERR_READ_ONLY: signed already. */
int store_signoff_add(struct op *op, struct store *store, struct store_signoff *signoff,
                      store_sign_fn *sign, void *ctx) MUST_CHECK;
/* Of one round, oldest first; round_row 0: of all, newest first. */
int store_signoff_list(struct op *op, struct store *store, int64_t round_row,
                       struct store_page page, struct store_signoff_list *out) MUST_CHECK;

/* What a round's rows say now, to be compared with what was signed. */
struct store_seal {
    char shots[HASH_HEX_MAX];
    char verdicts[HASH_HEX_MAX];
};
int store_signoff_seal(struct op *op, struct store *store, int64_t round_row,
                       struct store_seal *out) MUST_CHECK;
/* The canonical text that `hash` is the hash of, for bundles that verify offline. Pure. */
void store_signoff_print(const struct store_signoff *signoff, struct str *out);
/* The hash that these fields ought to have (signature aside). Pure; docs: signoff.c. */
void store_signoff_hash(const struct store_signoff *signoff, char out[HASH_HEX_MAX]);
/* The canonical text that `shots` is the hash of, for bundles that verify offline. */
int store_signoff_text(struct op *op, struct store *store, int64_t round_row,
                       struct bytes *out) MUST_CHECK;

#endif
