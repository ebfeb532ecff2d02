/* Rounds: one execution of a plan at one moment, and the counters of its shots.
 *
 * The counters are kept on the round's row by the transaction that changes a shot, so reading them
 * costs nothing, and they are never out of step.
 */
#ifndef STORE_ROUND_H
#define STORE_ROUND_H

#include "store/store.h"

/* PREPARING --store_round_fill--> RUNNING --last shot--> REVIEW --final sign-off--> SIGNED
 *     |  \--store_round_fail--> FAILED        ^  |
 *     \--store_round_cancel--> CANCELLED <----|--/   (re-shooting takes REVIEW back to RUNNING)
 */
enum round_state {
    ROUND_PREPARING = 0, /* its shots are being worked out; a worker holds it by a lease */
    ROUND_RUNNING = 1,   /* shots to be taken */
    ROUND_REVIEW = 2,    /* every shot has its outcome; people's turn */
    ROUND_SIGNED = 3,    /* read-only */
    ROUND_CANCELLED = 4, /* shots that were taken stay, and can be looked at */
    ROUND_FAILED = 5,    /* no shots could be worked out; `error` says why */
};

/* "waiting", "running", "finished", "signed", "cancelled", "failed": what everybody outside calls
 * them; "" for any other number. */
const char *store_round_state_word(enum round_state state);

enum round_trigger { ROUND_BY_SCHEDULE = 1, ROUND_BY_HAND = 2, ROUND_BY_API = 3 };

struct store_round {
    int64_t row;
    const char *id;
    int64_t plan_row;
    const char *plan_id;
    const char *plan_name;
    int64_t plan_version;
    enum round_state state;
    enum round_trigger trigger;
    int64_t moment_ms; /* the moment that windows refer to */
    int64_t created_ms;
    int64_t started_ms;   /* RUNNING since */
    int64_t finished_ms;  /* the last shot's outcome */
    int64_t due_ms;       /* sign-off expected until; 0: none */
    int64_t escalated_ms; /* when overdue was reported; 0: not */
    int64_t signed_ms;
    int64_t starter_row; /* who started it; 0: schedule */
    const char *starter;
    const char *signer; /* name of the last who signed */
    const char *error;
    bool is_late;  /* missed while the daemon was down */
    bool is_held;  /* legal hold: retention leaves it alone */
    int attempts;  /* of preparing */
    int64_t stamp; /* grows with every change of the round or one of its shots */
    /* Counters of shots. total = waiting + claimed + done + failed + cancelled. */
    int total, done, failed, cancelled;
    int normal, abnormal, not_applicable; /* by the newest verdict */
    int undecided;                        /* done or failed, without a verdict */
    int changed;                          /* judged as changed against the reference */
    int flagged;                          /* with a finding of weight warning or worse */
    int64_t bytes;                        /* stored for it, identical content counted each time */
};

struct store_round_list {
    struct store_round *items;
    size_t n;
    const char *next;
};

struct store_round_ask {
    int64_t plan_row; /* 0: all plans */
    int64_t user_row; /* only plans of sources this person may see; 0: everything */
    unsigned states;  /* bit 1 << enum round_state; 0: all */
    int64_t from_ms;  /* moment, inclusive; 0: open */
    int64_t to_ms;    /* moment, exclusive; 0: open */
};

/* Adds a round as PREPARING with plan_row, plan_version, trigger, moment_ms, due_ms, starter_row,
 * is_late; fills the rest. ERR_CONFLICT: the schedule has made this round already. */
int store_round_add(struct op *op, struct store *store, struct store_round *round) MUST_CHECK;
int store_round_find(struct op *op, struct store *store, const char *id,
                     struct store_round *out) MUST_CHECK;
int store_round_get(struct op *op, struct store *store, int64_t row,
                    struct store_round *out) MUST_CHECK;
/* Newest moment first. */
int store_round_list(struct op *op, struct store *store, const struct store_round_ask *ask,
                     struct store_page page, struct store_round_list *out) MUST_CHECK;
/* The newest round before `moment_ms` (0: newest of all) of a plan; out->row = 0: there is none. */
int store_round_newest(struct op *op, struct store *store, int64_t plan_row, int64_t moment_ms,
                       struct store_round *out) MUST_CHECK;
/* Rounds of a plan that are PREPARING or RUNNING: for the overlap policy. */
int store_round_count_active(struct op *op, struct store *store, int64_t plan_row,
                             int *out) MUST_CHECK;

struct store_claim_ask; /* store/shot.h */
/* Takes the oldest PREPARING round without a living lease whose plan uses no blocked source;
 * out->row = 0 if there is none. */
int store_round_claim(struct op *op, struct store *store, const struct store_claim_ask *ask,
                      struct store_round *out) MUST_CHECK;
/* Not now (Grafana is down): free to claim again from not_before_ms on. */
int store_round_put_back(struct op *op, struct store *store, int64_t row, const char *error,
                         int64_t not_before_ms) MUST_CHECK;
/* PREPARING → FAILED with the reason. ERR_CONFLICT if it is not PREPARING. */
int store_round_fail(struct op *op, struct store *store, int64_t row, const char *error) MUST_CHECK;
/* Waiting shots become cancelled; claimed ones are let finish or refused, as is_now says. The
 * round becomes CANCELLED. ERR_CONFLICT if it is finished. */
int store_round_cancel(struct op *op, struct store *store, int64_t row, bool is_now) MUST_CHECK;
int store_round_set_held(struct op *op, struct store *store, int64_t row, bool is_held) MUST_CHECK;
/* REVIEW rounds whose due time is before now_ms and that were not reported yet. */
int store_round_list_overdue(struct op *op, struct store *store, int64_t now_ms,
                             struct store_round_list *out) MUST_CHECK;
int store_round_set_escalated(struct op *op, struct store *store, int64_t row,
                              int64_t now_ms) MUST_CHECK;

/* One square of the 30-day strip. */
struct store_round_square {
    int64_t plan_row;
    const char *id;
    int64_t moment_ms;
    enum round_state state;
    int total, failed, abnormal, undecided;
};
/* All rounds since a moment, in the order of plan and moment; at most limit. */
int store_round_strip(struct op *op, struct store *store, int64_t user_row, int64_t since_ms,
                      int limit, struct store_round_square **out, size_t *out_n) MUST_CHECK;

#endif
