/* The archive's bookkeeping: which blobs rows point at, what retention may take, what all of it
 * weighs. The blobs themselves are in blob/; this knows only their hashes and sizes.
 *
 * The order that loses nothing: blob_put, then store_shot_complete. To free: store_archive_expire
 * (rows let go) → store_archive_list_free → blob_drop(…, older_than) → store_archive_forget.
 */
#ifndef STORE_ARCHIVE_H
#define STORE_ARCHIVE_H

#include "store/shot.h"

struct store_expire_ask {
    int64_t plan_row;
    int64_t before_ms;          /* moments of rounds: ordinary shots */
    int64_t abnormal_before_ms; /* shots whose verdict is abnormal; 0: never */
    int max;                    /* rounds at most in this step */
    int64_t now_ms;
};
/* Lets go of pictures and data of rounds older than asked, that are finished and not held. Rows,
 * hashes, verdicts stay. *out_shots 0 and *out_rounds 0: done. */
int store_archive_expire(struct op *op, struct store *store, const struct store_expire_ask *ask,
                         int *out_rounds, int *out_shots) MUST_CHECK;
/* For a limit of total size: the plan and moment of the oldest round that is finished, not held and
 * has pictures, with_abnormal also one that has only those whose verdict is abnormal.
 * *out_plan_row 0: none. */
int store_archive_oldest(struct op *op, struct store *store, bool with_abnormal,
                         int64_t *out_plan_row, int64_t *out_moment_ms) MUST_CHECK;
/* How many rounds, the oldest first, make up so many bytes; of those that are finished, not held
 * and have all their pictures. */
int store_archive_count_oldest(struct op *op, struct store *store, int64_t bytes,
                               int64_t *out_rounds) MUST_CHECK;

/* Blobs that no row points at since before_ms. */
int store_archive_list_free(struct op *op, struct store *store, int64_t before_ms, int max,
                            struct store_blob_ref **out, size_t *out_n) MUST_CHECK;
/* These are gone (those that are pointed at again meanwhile stay known). */
int store_archive_forget(struct op *op, struct store *store, const struct store_blob_ref *refs,
                         size_t n, int64_t now_ms) MUST_CHECK;
/* Which of these keys does a row point at? known[i] answers keys[i]: for sweeps of orphans. */
int store_archive_knows(struct op *op, struct store *store, const struct blob_key *keys, size_t n,
                        bool *known) MUST_CHECK;
/* What rows point at, in the order of entry, for verifying that it is there and unhurt. Start
 * with *cursor = 0; 0 again at the end. */
int store_archive_list(struct op *op, struct store *store, int64_t *cursor, int max,
                       struct store_blob_ref **out, size_t *out_n) MUST_CHECK;
/* A shot that points at this blob (picture, thumbnail, data or frames): for reports of damage and for the
 * right to read it. Searches among newer shots first. "" if none is found. */
int store_archive_user_of(struct op *op, struct store *store, struct blob_key key,
                          const char **out_shot_id) MUST_CHECK;

struct store_weight {
    int64_t blobs, blob_bytes;      /* stored once each */
    int64_t free_blobs, free_bytes; /* waiting to be dropped */
    int64_t rounds, shots;
    int64_t file_bytes, log_bytes; /* the database */
};
int store_archive_weight(struct op *op, struct store *store, struct store_weight *out) MUST_CHECK;

/* What retention would let go of in a plan's rounds older than before_ms (INT64_MAX: all that the
 * plan has stored): rounds not held, and their bytes, shared content counted each time. */
int store_archive_due(struct op *op, struct store *store, int64_t plan_row, int64_t before_ms,
                      int64_t *out_rounds, int64_t *out_bytes) MUST_CHECK;
/* Bytes of the rounds of a moment since then (content that others share is counted too), and the
 * moment of the first of them (0: none). */
int store_archive_added(struct op *op, struct store *store, int64_t since_ms, int64_t *out_bytes,
                        int64_t *out_first_ms) MUST_CHECK;

#endif
