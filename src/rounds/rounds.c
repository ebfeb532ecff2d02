/* The engine's life: opened, started, stopped, closed. What its parts do is in their own files.
 *
 * Threads: round workers (worker.c), a clockwork for schedules and overdue rounds, and another for
 * the janitor, because sweeping an archive may take minutes and no schedule shall wait for it. A
 * bell in the data directory lets the command line wake a daemon that runs beside it.
 */
#include "rounds/rounds_priv.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "rounds/live.h"
#include "store/shot.h"

enum { WORKERS = 2, ATTEMPTS = 3 };
enum {
    SHOT_MS = 60000,
    RETRY_MS = 5000,
    ORPHAN_MS = 3600000,
    JOB_MS = 120000,
    JANITOR_MS = 3600000
};

static void set_defaults(struct rounds_conf *conf)
{
    if (conf->workers <= 0)
        conf->workers = WORKERS;
    if (conf->shot_ms <= 0)
        conf->shot_ms = SHOT_MS;
    if (conf->attempts_max <= 0)
        conf->attempts_max = ATTEMPTS;
    if (conf->retry_ms <= 0)
        conf->retry_ms = RETRY_MS;
    if (conf->orphan_ms <= 0)
        conf->orphan_ms = ORPHAN_MS;
}

int rounds_open(struct op *op, const struct rounds_conf *conf, struct rounds **out)
{
    int n = 0;
    if (store_was_killed(conf->store) && store_shot_reclaim(op, conf->store, INT64_MAX, &n))
        return -1;
    if (n)
        log_msg(LOG_WARN, op, "rounds", "%d shots were left claimed and wait again", n);
    struct rounds *rounds = MEM_NEW(struct rounds);
    rounds->conf = *conf;
    set_defaults(&rounds->conf);
    rounds->sources = source_cache_new();
    if (conf->data_dir)
        rounds->bell_path = mem_strdup(arena_fmt(&op->arena, "%s/rounds.bell", conf->data_dir));
    rounds->live = live_cache_new();
    *out = rounds;
    return 0;
}

static void hear_bell(void *ctx)
{
    log_msg(LOG_DEBUG, NULL, "rounds", "woken by another process");
    rounds_wake(ctx);
}

void rounds_start(struct rounds *rounds)
{
    struct clockwork_job jobs[] = {{"schedule", schedule_job, rounds, JOB_MS},
                                   {"overdue", overdue_job, rounds, JOB_MS}};
    struct clockwork_job janitor = {"janitor", janitor_job, rounds, JANITOR_MS};
    if (rounds->conf.camera.visit)
        rounds->workers = workers_start(rounds);
    rounds->clockwork = clockwork_start("schedule", jobs, 2);
    rounds->janitor = clockwork_start("janitor", &janitor, 1);
    if (rounds->bell_path)
        rounds->bell = bell_start(rounds->bell_path, hear_bell, rounds);
}

void rounds_stop(struct rounds *rounds)
{
    if (!rounds)
        return;
    bell_stop(rounds->bell);
    rounds->bell = NULL;
    /* Workers and clockwork wake each other: both must be there until both have ended. */
    workers_stop(rounds->workers);
    clockwork_stop(rounds->clockwork);
    clockwork_stop(rounds->janitor);
    workers_free(rounds->workers);
    rounds->clockwork = rounds->janitor = NULL;
    rounds->workers = NULL;
}

void rounds_close(struct rounds *rounds)
{
    if (!rounds)
        return;
    rounds_stop(rounds);
    source_cache_free(rounds->sources);
    mem_free(rounds->bell_path);
    live_cache_free(rounds->live);
    mem_free(rounds);
}

void rounds_wake(struct rounds *rounds)
{
    if (rounds->workers)
        workers_wake(rounds->workers);
    if (rounds->clockwork)
        clockwork_wake(rounds->clockwork, "schedule");
    if (!rounds->workers && !rounds->clockwork && rounds->bell_path)
        bell_ring(rounds->bell_path); /* the work is another process's */
}

const struct rounds_conf *rounds_conf(const struct rounds *rounds)
{
    return &rounds->conf;
}

void rounds_busy(struct rounds *rounds, struct rounds_busy *out)
{
    *out = (struct rounds_busy){0};
    if (rounds->workers)
        workers_busy(rounds->workers, out);
}

void rounds_tell(struct rounds *rounds, enum rounds_event_kind kind, int64_t plan_row,
                 int64_t round_row, const char *round_id, int64_t shot_row, const char *shot_id)
{
    struct rounds_event event = {.kind = kind,
                                 .plan_row = plan_row,
                                 .round_row = round_row,
                                 .round_id = round_id,
                                 .shot_row = shot_row,
                                 .shot_id = shot_id};
    if (rounds->conf.on_event)
        rounds->conf.on_event(rounds->conf.ctx, &event);
}

void rounds_tell_letters(struct rounds *rounds, size_t n)
{
    if (n && rounds->conf.on_letters)
        rounds->conf.on_letters(rounds->conf.ctx);
}
