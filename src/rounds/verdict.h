/* Verdicts, one or many at once, and sign-offs: the acts of people, with what follows from them
 * (events, letters). The hash chains themselves are the store's. */
#ifndef ROUNDS_VERDICT_H
#define ROUNDS_VERDICT_H

#include "rounds/rounds.h"
#include "store/round.h"
#include "store/shot_list.h"
#include "store/signoff.h"
#include "store/verdict.h"

struct verdict_words {
    enum verdict_kind kind;
    enum verdict_how how;
    int64_t user_row;
    const char *comment, *category;
    const char *links; /* JSON array of texts; "[]" none */
    int64_t dwell_ms;
};
/* version: verdict_version that the person saw; -1: whatever it is. ERR_CONFLICT when it has moved
 * on; ERR_UNPROCESSABLE: abnormal without a comment, a link that is no http(s) address, no outcome
 * yet; ERR_READ_ONLY: signed. */
int verdict_give(struct op *op, struct rounds *rounds, const char *shot_id, int64_t version,
                 const struct verdict_words *words, struct store_verdict *out) MUST_CHECK;

struct verdict_bulk {
    const char *round_id;
    const char *const *shots; /* ids; or by filter: */
    size_t shot_n;
    bool by_filter;
    struct store_shot_ask filter; /* round_row is filled in */
    const char *dashboard;        /* uid; NULL: any */
    bool is_unchanged_only;       /* not changed, no serious finding, reference judged normal */
    int64_t expected_n;           /* -1: do not compare */
};
/* Which shots it would cover. */
int verdict_bulk_list(struct op *op, struct rounds *rounds, const struct verdict_bulk *bulk,
                      struct store_verdict_item **out, size_t *out_n) MUST_CHECK;
/* ERR_CONFLICT: covers another number than expected. */
int verdict_give_bulk(struct op *op, struct rounds *rounds, const struct verdict_bulk *bulk,
                      const struct verdict_words *words, size_t *out_applied,
                      size_t *out_skipped) MUST_CHECK;

struct signoff_reason {
    const char *shot_id;
    const char *reason;
};
struct signoff_words {
    const char *round_id;
    int64_t user_row;
    const char *summary;
    const struct signoff_reason *reasons; /* for shots that stay undecided */
    size_t reason_n;
    int64_t expected_undecided; /* -1: do not compare */
};
/* Final, or the first of two where the plan wants a second person. ERR_UNPROCESSABLE: undecided
 * shots without a reason (`missing`, may be NULL, lists their ids), or the same person twice.
 * ERR_CONFLICT: not in review, or another number undecided than expected. ERR_READ_ONLY: signed
 * already. */
int signoff_give(struct op *op, struct rounds *rounds, const struct signoff_words *words,
                 struct store_signoff *out, const char ***missing, size_t *missing_n) MUST_CHECK;

#endif
