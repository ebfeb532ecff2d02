/* The two bounded lanes, the worker threads, and the hand-over between them and the loop.
 *
 * Everything that both sides touch is behind the one lock of this file. Some workers take light
 * work only, so that health, metrics and the pages of the UI find a thread while every other
 * worker renders; the rest take whichever lane's first request is older. A cancel is a write to
 * the event descriptor of the worker that runs the job: one per worker, made once, drained when
 * the job ends. A job leaves its lane only through a worker, even when its client has gone: its
 * op is then cancelled before it starts, and the handler returns at its first check.
 */
#include <stdio.h>
#include <sys/eventfd.h>

#include "base/assert.h"
#include "base/mem.h"
#include "httpd/httpd_priv.h"

static struct httpd_job *lane_take(struct work_lane *lane)
{
    struct httpd_job *job = lane->first;
    lane->first = job->next;
    if (!lane->first)
        lane->last = NULL;
    job->next = NULL;
    lane->n--;
    lane->running++;
    return job;
}

/* NULL: nothing for this thread. */
static struct httpd_job *pick(struct work *work, bool is_light_only)
{
    struct work_lane *light = &work->lanes[HTTPD_LIGHT], *heavy = &work->lanes[HTTPD_HEAVY];
    if (is_light_only || !heavy->first)
        return light->first ? lane_take(light) : NULL;
    if (!light->first || light->first->req.queued_ms > heavy->first->req.queued_ms)
        return lane_take(heavy);
    return lane_take(light);
}

/* With the lock: until somebody has work for this thread. */
static void wait_idle(struct work *work, struct work_thread *thread)
{
    thread->is_idle = true;
    thread->next_idle = work->idle;
    work->idle = thread;
    while (thread->is_idle && !work->is_quitting)
        lock_spot_wait(&thread->spot, &work->lock);
}

/* With the lock: wakes one who may do work of this lane. None idle: whoever ends first looks. */
static void wake_one(struct work *work, enum httpd_lane lane)
{
    struct work_thread **at = &work->idle;
    while (*at && lane == HTTPD_HEAVY && (*at)->is_light_only)
        at = &(*at)->next_idle;
    struct work_thread *thread = *at;
    if (!thread)
        return;
    *at = thread->next_idle;
    thread->is_idle = false;
    lock_spot_wake(&thread->spot);
}

/* NULL: time to go. */
static struct httpd_job *work_next(struct work_thread *thread)
{
    struct work *work = &thread->server->work;
    struct httpd_job *job = NULL;
    lock_take(&work->lock);
    while (!(job = pick(work, thread->is_light_only)) && !work->is_quitting)
        wait_idle(work, thread);
    if (job) {
        thread->job = job;
        job->worker = thread->index;
        job->op.cancel_fd = thread->cancel_fd;
        if (job->is_cancelled)
            (void)eventfd_write(thread->cancel_fd, 1);
    }
    lock_give(&work->lock);
    return job;
}

static void post_locked(struct work *work, struct httpd_job *job)
{
    if (job->is_posted)
        return;
    job->is_posted = true;
    job->next_posted = NULL;
    *(work->last_posted ? &work->last_posted->next_posted : &work->posted) = job;
    work->last_posted = job;
}

static void work_finish(struct work_thread *thread, struct httpd_job *job)
{
    struct httpd *server = thread->server;
    struct work *work = &server->work;
    bool was_cancelled;
    op_fini(&job->op);
    job->has_op = false;
    lock_take(&work->lock);
    work->lanes[job->plan.lane].running--;
    was_cancelled = job->is_cancelled;
    thread->job = NULL;
    job->worker = -1;
    job->is_running = false;
    post_locked(work, job);
    lock_give(&work->lock);
    if (was_cancelled) {
        eventfd_t count;
        (void)eventfd_read(thread->cancel_fd, &count);
    }
    loop_wake(server);
}

static void work_run(void *ctx)
{
    struct work_thread *thread = ctx;
    struct httpd_face *face = &thread->server->face;
    struct httpd_job *job;
    while ((job = work_next(thread))) {
        face->handle(face->ctx, &job->req);
        if (!job->is_answered)
            reply_plain(job, 500, "the server gave no answer");
        work_finish(thread, job);
    }
}

void work_init(struct httpd *server)
{
    struct work *work = &server->work;
    lock_init(&work->lock);
    work->queue_max = server->conf.queue_max;
}

void work_start(struct httpd *server)
{
    struct work *work = &server->work;
    work->thread_n = server->conf.worker_n;
    for (int i = 0; i < work->thread_n; i++) {
        struct work_thread *thread = &work->threads[i];
        char name[16];
        thread->server = server;
        thread->index = i;
        thread->is_light_only = i < server->conf.light_worker_n;
        lock_spot_init(&thread->spot);
        thread->cancel_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        ASSERT(thread->cancel_fd >= 0);
        snprintf(name, sizeof name, "http-%d", i);
        thread_start(&thread->thread, name, work_run, thread);
    }
}

void work_fini(struct httpd *server)
{
    struct work *work = &server->work;
    lock_take(&work->lock);
    work->is_quitting = true;
    for (int i = 0; i < work->thread_n; i++)
        lock_spot_wake(&work->threads[i].spot);
    lock_give(&work->lock);
    for (int i = 0; i < work->thread_n; i++) {
        thread_join(&work->threads[i].thread);
        lock_spot_fini(&work->threads[i].spot);
        close(work->threads[i].cancel_fd);
    }
    lock_fini(&work->lock);
}

bool work_push(struct httpd_job *job)
{
    struct work *work = &job->server->work;
    struct work_lane *lane = &work->lanes[job->plan.lane];
    lock_take(&work->lock);
    bool has_room = lane->n < work->queue_max;
    if (has_room) {
        *(lane->last ? &lane->last->next : &lane->first) = job;
        lane->last = job;
        lane->n++;
        job->is_running = true;
        wake_one(work, job->plan.lane);
    }
    lock_give(&work->lock);
    return has_room;
}

void work_post(struct httpd_job *job)
{
    struct work *work = &job->server->work;
    lock_take(&work->lock);
    post_locked(work, job);
    lock_give(&work->lock);
    loop_wake(job->server);
}

struct httpd_job *work_take_posted(struct httpd *server)
{
    struct work *work = &server->work;
    lock_take(&work->lock);
    struct httpd_job *first = work->posted;
    if (first) {
        work->posted = first->next_posted;
        if (!work->posted)
            work->last_posted = NULL;
        first->is_posted = false;
    }
    lock_give(&work->lock);
    return first;
}

static void cancel_locked(struct work *work, struct httpd_job *job)
{
    if (job->is_cancelled || !job->is_running)
        return;
    job->is_cancelled = true;
    if (job->worker >= 0)
        (void)eventfd_write(work->threads[job->worker].cancel_fd, 1);
}

void work_cancel(struct httpd_job *job)
{
    struct work *work = &job->server->work;
    lock_take(&work->lock);
    cancel_locked(work, job);
    lock_give(&work->lock);
}

void work_cancel_all(struct httpd *server)
{
    struct work *work = &server->work;
    lock_take(&work->lock);
    for (int lane = 0; lane < 2; lane++)
        for (struct httpd_job *job = work->lanes[lane].first; job; job = job->next)
            cancel_locked(work, job);
    for (int i = 0; i < work->thread_n; i++)
        if (work->threads[i].job)
            cancel_locked(work, work->threads[i].job);
    lock_give(&work->lock);
}

int work_count(struct httpd *server)
{
    struct work *work = &server->work;
    int n = 0;
    lock_take(&work->lock);
    for (int lane = 0; lane < 2; lane++)
        n += (int)work->lanes[lane].n + work->lanes[lane].running;
    lock_give(&work->lock);
    return n;
}

void work_stats(struct httpd *server, struct httpd_stats *out)
{
    struct work *work = &server->work;
    lock_take(&work->lock);
    for (int lane = 0; lane < 2; lane++) {
        out->queued[lane] = (int)work->lanes[lane].n;
        out->running[lane] = work->lanes[lane].running;
    }
    lock_give(&work->lock);
}

bool work_is_running(struct httpd_job *job)
{
    struct work *work = &job->server->work;
    lock_take(&work->lock);
    bool is_running = job->is_running;
    lock_give(&work->lock);
    return is_running;
}

void work_release(struct httpd_job *job)
{
    struct work *work = &job->server->work;
    lock_take(&work->lock);
    bool is_over = !job->conn && !job->is_running && !job->is_posted;
    lock_give(&work->lock);
    if (!is_over)
        return;
    if (job->response)
        MHD_destroy_response(job->response);
    if (job->has_op)
        op_fini(&job->op);
    str_fini(&job->body);
    arena_fini(&job->arena);
    mem_free(job);
}
