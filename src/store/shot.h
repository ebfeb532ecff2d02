/* Shots: one panel × one window in a round. How they come to be, are claimed, and end.
 *
 * Reading them is in shot_list.h. A shot's id is the round's
 * id, a dash, and its position ("k3j9x2m1qa-17"). A signed or cancelled round refuses every
 * change here with ERR_READ_ONLY, the database itself enforcing the former.
 */
#ifndef STORE_SHOT_H
#define STORE_SHOT_H

#include "blob/blob.h"
#include "store/store.h"

/* WAITING --claim--> CLAIMED --complete--> DONE | FAILED --retake--> WAITING
 *    ^---put back, lease over---|          WAITING --cancel of the round--> CANCELLED */
enum shot_state {
    SHOT_WAITING = 0, /* in the queue, perhaps resting until not_before_ms */
    SHOT_CLAIMED = 1, /* a worker has it until its lease ends */
    SHOT_DONE = 2,
    SHOT_FAILED = 3, /* for good; error_word and error say why */
    SHOT_CANCELLED = 4,
};

/* "waiting", "running", "done", "failed", "cancelled": what everybody outside calls them; "" for any
 * other number. */
const char *store_shot_state_word(enum shot_state state);

/* ---- Birth ---- */

struct store_shot_new {
    int64_t source_row;
    const char *dashboard_uid;
    const char *dashboard_title;
    const char *panel_key; /* Grafana's panel id or key, repeat clone included: "12" */
    const char *panel_title;
    const char *panel_detail; /* JSON: kind of panel, thresholds, unit…; the newest is kept */
    const char *vars;         /* JSON object in canonical form: variables of this shot; "{}" */
    const char *window_key;   /* names the window over rounds: "6h", "yesterday 09:00-12:00" */
    const char *window_spec;  /* JSON of the window */
    int64_t from_ms, to_ms;   /* absolute range */
    const char *page; /* JSON {"vars","panel"}: the page and the path id there, when the panel is
                                a repeat that stands among its twins; NULL: it is not */
    int visit; /* shots of one round with the same number are claimed together: one dashboard */
};

enum { STORE_SHOTS_MAX = 100000 }; /* of one round */

/* Gives a PREPARING round its shots, in the order of the array, and sets it RUNNING (REVIEW when
 * n is 0). All or nothing. ERR_CONFLICT: not PREPARING any more. ERR_UNPROCESSABLE: two shots are
 * the same panel and window (the text names them), or too many. */
int store_round_fill(struct op *op, struct store *store, int64_t round_row,
                     const struct store_shot_new *shots, size_t n) MUST_CHECK;

/* ---- Work ---- */

struct store_claim_ask {
    const char *worker; /* name of the claimer; one claim counts once against a source's limit */
    int64_t now_ms;
    int64_t lease_until_ms;
    int max;                /* shots at most; all of one visit */
    const int64_t *blocked; /* rows of sources that are not to be touched now (quiet hours) */
    size_t blocked_n;
};

/* What the worker needs to know of a claimed shot. */
struct store_claimed {
    int64_t row;
    const char *id;
    int64_t claim; /* give it back with the outcome: an older claim is refused */
    int attempts;  /* this one included */
    int64_t round_row;
    int64_t plan_row;
    int64_t plan_version;
    int64_t moment_ms;
    int64_t source_row;
    int64_t panel_row, window_row; /* for references and history */
    int visit;
    const char *dashboard_uid;
    const char *panel_key;
    const char *panel_title;
    const char *panel_detail;
    const char *vars;
    const char *window_key;
    int64_t from_ms, to_ms;
    const char *page; /* as in store_shot_new; "" none */
};

/* Claims up to max shots of the visit that is due first, among sources that are not paused, not
 * blocked, and have less than parallel_max claims running. Single re-shots come before rounds by
 * hand, these before scheduled ones. *out_n = 0: nothing is due. */
int store_shot_claim(struct op *op, struct store *store, const struct store_claim_ask *ask,
                     struct store_claimed **out, size_t *out_n) MUST_CHECK;
/* Moves the end of the lease of everything that this worker has. */
int store_shot_extend(struct op *op, struct store *store, const char *worker,
                      int64_t lease_until_ms) MUST_CHECK;
/* WAITING again from not_before_ms on (0: at once). error_word NULL: the attempt does not count
 * (orderly stop). ERR_CONFLICT: the claim is no longer ours. */
int store_shot_put_back(struct op *op, struct store *store, int64_t row, int64_t claim,
                        int64_t not_before_ms, const char *error_word,
                        const char *error) MUST_CHECK;
/* Puts back what was claimed by somebody whose lease ended before now_ms; INT64_MAX: everything
 * (start-up). Attempts count. *out_n: how many. */
int store_shot_reclaim(struct op *op, struct store *store, int64_t now_ms, int *out_n) MUST_CHECK;
/* The moment at which something that rests, or a lease, ends next; 0: nothing. */
int store_shot_next_due(struct op *op, struct store *store, int64_t *out_ms) MUST_CHECK;

/* ---- Outcome ---- */

enum finding_weight { FINDING_INFO = 1, FINDING_WARNING = 2, FINDING_SERIOUS = 3 };

struct store_finding {
    const char *kind; /* stable word: "no_data", "threshold", "rule", "changed", … */
    enum finding_weight weight;
    const char *evidence; /* JSON object, in terms that the faces can put into words */
};

struct store_blob_ref {
    struct blob_key key;
    int64_t size; /* bytes; 0: there is none */
};

struct store_series {
    const char *name;
    const char *unit;
    double last, min, max, mean; /* NaN: none */
    double missing_share;        /* 0…1 */
    int64_t points;
};

struct store_outcome {
    int64_t row;
    int64_t claim;
    enum shot_state state;  /* SHOT_DONE or SHOT_FAILED */
    const char *error_word; /* of a failure: stable word ("panel_missing") */
    const char *error;      /* and text */
    int64_t taken_ms;
    struct store_blob_ref picture, thumb, data;
    struct store_blob_ref frames; /* the data as Grafana answered them */
    const char *meta;             /* JSON: URL, versions, stages, readiness */
    const struct store_series *series;
    size_t series_n;
    const struct store_finding *findings;
    size_t findings_n;
    int64_t reference_row; /* shot compared with; 0: none */
    double change_score;   /* 0…1; NaN: not compared */
    bool is_changed;
};

/* Ends a claim, exactly once: ERR_CONFLICT when the claim is no longer ours (then the blobs that
 * were put become orphans, which the sweep takes). *out_is_last: the round is in REVIEW now. */
int store_shot_complete(struct op *op, struct store *store, const struct store_outcome *outcome,
                        bool *out_is_last) MUST_CHECK;

/* DONE or FAILED → WAITING, ahead of everything. What it had stays on record as an earlier take;
 * its verdict no longer counts. ERR_CONFLICT: it waits or is being taken. */
int store_shot_retake(struct op *op, struct store *store, int64_t row) MUST_CHECK;
/* The same for all FAILED shots of a round. */
int store_shot_retake_failed(struct op *op, struct store *store, int64_t round_row,
                             int *out_n) MUST_CHECK;

struct store_queue {
    int64_t waiting, resting, claimed;
    int64_t oldest_ms; /* creation of the oldest round that is not taken yet; 0: none */
};
int store_shot_queue(struct op *op, struct store *store, int64_t now_ms,
                     struct store_queue *out) MUST_CHECK;

#endif
