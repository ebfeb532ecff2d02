/* The whole engine with a Grafana of two dashboards behind HTTP and a camera that plays a script.
 */
#ifndef TESTS_UNIT_ROUNDS_ENGINE_H
#define TESTS_UNIT_ROUNDS_ENGINE_H

#include "../test.h"

#include "rounds/plan_keep.h"
#include "rounds/round.h"
#include "rounds/rounds.h"
#include "rounds/source.h"
#include "rounds/verdict.h"
#include "rounds/verify.h"
#include "store/user.h"
#include "sys/lock.h"
#include "sys/thread.h"

/* Answers GETs of Grafana's API from memory. */
struct fake_grafana {
    int fd, port;
    struct thread thread;
    bool is_down;     /* answers 502 to everything; set before the engine asks */
    bool needs_token; /* 401 without "Bearer good" */
};
void fake_grafana_start(struct fake_grafana *grafana);
void fake_grafana_stop(struct fake_grafana *grafana);

/* What the camera does with a panel: by its key, times < n fail. */
struct fake_fault {
    const char *panel;
    enum err err;
    enum truth truth;
    int times;
};

struct engine {
    char dir[64];
    struct op op;
    struct store *store;
    struct blobs blobs;
    struct keys *keys;
    struct rounds *rounds;
    struct fake_grafana grafana;
    struct store_user user, second;
    struct store_source source;
    struct store_plan plan;

    struct lock lock; /* guards what follows; the camera runs on workers */
    struct fake_fault faults[4];
    int visits, pictures;
    int events[4];
    unsigned char shade; /* of the pictures */
    double level;        /* of the series */
    bool is_stuck;       /* the camera waits until it is cancelled */
    bool has_no_data;    /* the camera brings no series */
    int variable_reads, variables_at_once, variables_most; /* pages read: ever, now, most at once */
    int variables_meet; /* so many are at once before any goes on */
    enum err variables_err; /* of reading a page's variables */
};

int engine_setup(void **state);
int engine_teardown(void **state);
#define ENGINE_TEST(name) cmocka_unit_test_setup_teardown(name, engine_setup, engine_teardown)

void succeeds(struct op *op, int result);
void fails_with(struct op *op, int result, enum err code);
/* The engine again, as after a start of the daemon. */
void engine_reopen(struct engine *e);
/* A plan from YAML: `more` is added to a least one over both dashboards' panels. */
void engine_plan(struct engine *e, const char *more);
/* Starts a round by hand and, with workers running, waits until it is over. */
struct store_round engine_round(struct engine *e);
struct store_round engine_wait(struct engine *e, const char *id, enum round_state state);
struct store_shot_list engine_shots(struct engine *e, const struct store_round *round);
struct store_shot engine_shot(struct engine *e, const struct store_round *round, const char *panel);

#endif
