/* The engine of the inspection platform: its threads, and what its parts share.
 *
 * Opened once by app/. rounds_start adds round workers, the schedule's clockwork and the janitor;
 * without it everything else here works all the same (the command line beside a daemon, tests). It
 * knows neither HTTP nor SQL; browsers are behind struct rounds_camera.
 */
#ifndef ROUNDS_ROUNDS_H
#define ROUNDS_ROUNDS_H

#include "auth/keys.h"
#include "blob/blob.h"
#include "grafana/identity.h"
#include "render/render.h"
#include "store/store.h"

/* One picture as it lands: `part` has the error, if it failed; both die with the call. */
typedef void rounds_landed_fn(void *ctx, size_t i, struct op *part,
                              const struct render_result *result);

/* Whoever takes pictures. rounds_camera_render is the one that uses browsers. */
struct rounds_camera {
    void *ctx;
    /* Takes the pictures of one dashboard as one identity, in the order given, each within shot_ms,
     * and calls `landed` for each on this thread. -1 if the rest could not even be tried. */
    int (*visit)(void *ctx, struct op *op, const struct render_ask *asks, size_t n, int64_t shot_ms,
                 rounds_landed_fn *landed, void *landed_ctx);
    /* What the variables of a dashboard can be set to, as render_variables. NULL: nobody can tell. */
    int (*variables)(void *ctx, struct op *op, const struct render_ask *ask,
                     struct render_variable **out, size_t *out_n);
};
struct rounds_camera rounds_camera_render(struct render *render);

enum rounds_event_kind {
    ROUNDS_SHOT,    /* a shot was claimed, landed, or goes back to the queue */
    ROUNDS_ROUND,   /* a round's state or counters changed */
    ROUNDS_VERDICT, /* a verdict was given */
    ROUNDS_SIGN,    /* a sign-off was given */
};
struct rounds_event {
    enum rounds_event_kind kind;
    int64_t plan_row, round_row;
    const char *round_id;
    int64_t shot_row;    /* 0: no single one (ROUNDS_VERDICT: several at once) */
    const char *shot_id; /* "" none */
};

struct rounds_conf {     /* 0: the default in brackets */
    struct store *store; /* this and the next four borrowed */
    const struct blobs *blobs;
    struct keys *keys;
    const char *data_dir;        /* CA files of sources go below it, mode 0600 */
    const char *more_ca_file;    /* PEM with CAs that count for every source; "" or NULL: none */
    struct rounds_camera camera; /* visit NULL: no workers are started */
    grafana_mint_fn *mint;       /* NULL: no issuer of our own */
    void *mint_ctx;
    /* From any thread, after the change is committed; must not block. NULL: nobody listens. */
    void (*on_event)(void *ctx, const struct rounds_event *event);
    /* There are new letters in the outbox. NULL: nobody sends them. */
    void (*on_letters)(void *ctx);
    void *ctx;           /* of the two above */
    int workers;         /* [2] */
    int64_t shot_ms;     /* budget of one picture [60 s] */
    int attempts_max;    /* of what may heal [3] */
    int64_t retry_ms;    /* rest before the second attempt; four times as long each further [5 s] */
    int64_t archive_max; /* bytes of pictures and data; beyond, the oldest go [no limit] */
    size_t answers_max;  /* bytes of Grafana's own answers kept with a shot [none] */
    int64_t orphan_ms;   /* a blob without a row is swept at this age [1 h] */
};

struct rounds;

/* Puts back what a dead process had claimed when the store says that it was killed. */
int rounds_open(struct op *op, const struct rounds_conf *conf, struct rounds **out) MUST_CHECK;
void rounds_start(struct rounds *rounds);
/* Cancels what runs (its shots go back to the queue, uncounted) and joins. Harmless if not started.
 */
void rounds_stop(struct rounds *rounds);
/* NULL is fine. */
void rounds_close(struct rounds *rounds);
/* There may be work: a new round, a changed plan. Not started: wakes the process that is, if one
 * runs on the same data directory. Any thread. */
void rounds_wake(struct rounds *rounds);
const struct rounds_conf *rounds_conf(const struct rounds *rounds);

struct rounds_busy { /* for the System page */
    int workers, working;
    int64_t shots_done, shots_failed; /* since the start */
};
void rounds_busy(struct rounds *rounds, struct rounds_busy *out);

#endif
