/* What the files about shots share. For store/ only.
 *
 * A change of a shot is made in three steps, within one transaction: read what it is now
 * (shot_now), write it, and give the round the difference of the counters (shot_count). So the
 * counters cannot drift, whatever changes into whatever.
 */
#ifndef STORE_SHOT_INNER_H
#define STORE_SHOT_INNER_H

#include "store/inner.h"
#include "store/round.h"
#include "store/shot.h"
#include "store/verdict.h"

struct shot_now {
    int64_t row;
    int64_t round_row;
    int64_t plan_row;
    enum round_state round_state;
    int64_t stamp; /* of the round */
    enum shot_state state;
    int64_t claim;
    enum verdict_kind verdict;
    int64_t verdict_version;
    bool is_changed;
    int weight;
    int64_t picture_row, thumb_row, data_row; /* 0: none */
};

/* ERR_NOT_FOUND; ERR_READ_ONLY if the round is signed. */
int shot_read(struct op *op, struct db_tx *tx, int64_t row, struct shot_now *out) MUST_CHECK;
/* Adds after − before to the round's counters, and `bytes`; counts its stamp up. */
int shot_count(struct op *op, struct db_tx *tx, const struct shot_now *before,
               const struct shot_now *after, int64_t bytes) MUST_CHECK;

/* The blob's row with one reference more; *out_row 0 for a ref without content. */
int blob_hold(struct op *op, struct db_tx *tx, const struct store_blob_ref *ref,
              int64_t *out_row) MUST_CHECK;
/* One reference less; 0 is no harm. */
int blob_let_go(struct op *op, struct db_tx *tx, int64_t row, int64_t now_ms) MUST_CHECK;

/* JSON of series and findings, and back. NULL for none. */
const char *series_print(struct op *op, const struct store_series *series, size_t n);
int series_parse(struct op *op, const char *json, const struct store_series **out,
                 size_t *out_n) MUST_CHECK;

const char *shot_id(struct op *op, const char *round_id, int64_t row);

#endif
