/* Verifying what is kept: pictures against their hashes, verdict chains, sign-offs and signatures.
 */
#ifndef ROUNDS_VERIFY_H
#define ROUNDS_VERIFY_H

#include "base/json.h"
#include "rounds/rounds.h"

enum { VERIFY_FAULTS_MAX = 100 };

struct verify_fault {
    const char *kind;   /* "picture_missing", "picture_damaged", "verdict_chain", "signoff_chain",
                           "signoff_signature", "shots_changed" */
    const char *object; /* shot or round id, or a hash */
    const char *text;
};
struct verify_result {
    int64_t pictures, verdicts, signoffs; /* checked */
    struct verify_fault faults[VERIFY_FAULTS_MAX];
    size_t fault_n; /* may stop at the ceiling */
    bool is_more;   /* there were more faults */
};

/* One round: every blob of its shots, its verdicts, its sign-offs. */
int verify_round(struct op *op, struct rounds *rounds, const char *round_id,
                 struct verify_result *out) MUST_CHECK;
/* Everything. progress (may be NULL) is called now and then. */
int verify_all(struct op *op, struct rounds *rounds, void (*progress)(void *ctx, int64_t checked),
               void *ctx, struct verify_result *out) MUST_CHECK;
void verify_print(const struct verify_result *result, struct jw *w);

/* ---- Retention ---- */

struct retention_preview {
    int64_t rounds; /* would lose pictures now */
    int64_t bytes;  /* an estimate: content that others share is counted too */
};
/* What the janitor would take at now_ms. Nothing is changed. */
int retention_preview(struct op *op, struct rounds *rounds, int64_t now_ms,
                      struct retention_preview *out) MUST_CHECK;
enum { RETENTION_AHEAD_DAYS = 30 };
struct retention_forecast {
    int64_t due_rounds, due_bytes; /* let go of by age within RETENTION_AHEAD_DAYS, from now on */
    int64_t added_bytes;           /* a day, on the average of as many days past */
    int64_t full_days;             /* until `free_bytes` are used up at this rate; -1: never */
};
/* free_bytes: of the disk that the pictures are on. */
int retention_forecast(struct op *op, struct rounds *rounds, int64_t now_ms, int64_t free_bytes,
                       struct retention_forecast *out) MUST_CHECK;
struct retention_result {
    int64_t rounds, shots, blobs, bytes, orphans;
};
/* One pass: expire by age and by size, drop freed blobs, sweep orphans. Also the janitor's work. */
int retention_run(struct op *op, struct rounds *rounds, int64_t now_ms,
                  struct retention_result *out) MUST_CHECK;

#endif
