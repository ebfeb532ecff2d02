/* Single flight for identical renders, and the door for those that cannot be in time.
 *
 * The first caller of a key leads: it renders on its own thread with its own op. Others of the key
 * wait on a descriptor of theirs and copy the leader's result into their own memory; the leader
 * stays until the last has copied, so nothing is counted and nothing outlives its op. When a leader
 * leaves without an answer that serves the others (its client hung up, its shorter deadline
 * passed), the next of them leads. Rejected: a render owned by nobody, which would need a thread
 * and a cancel of its own.
 */
#include "render/flight.h"

#include "base/hash.h"
#include "base/mem.h"
#include "render/service.h"
#include "sys/lock.h"

#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum {
    KEY_MAX = 512 * 1024,
    WORTH_MS = 1000, /* with less time left, a render of one's own would not be finished either */
};

/* One that waits for another's render; on its own stack, in the trip's list. */
struct follower {
    struct follower *next;
    int fd; /* eventfd: readable when the trip has ended */
};

/* A render that others may share; on its leader's stack, in the flight's list while it runs. */
struct trip {
    struct trip *next;
    char key[HASH_HEX_MAX];
    struct follower *followers;
    bool is_over; /* what is below stands */
    int unserved; /* followers that have not copied yet: the leader waits for zero */
    /* Written by the leader before it wakes the followers, and read-only from then on. */
    const struct render_result *result;
    enum err err;
    const char *err_text;
};

struct flight {
    struct render *render;
    struct lock lock; /* the list, and each trip's followers and unserved */
    struct trip *trips;
};

struct flight *flight_new(struct render *render)
{
    struct flight *flight = MEM_NEW(struct flight);
    flight->render = render;
    lock_init(&flight->lock);
    return flight;
}

void flight_free(struct flight *flight)
{
    if (!flight)
        return;
    lock_fini(&flight->lock);
    mem_free(flight);
}

/* Texts are separated by NUL, which none of them holds. */
static void add_text(struct str *s, const char *text)
{
    str_adds(s, text ? text : "");
    str_addc(s, 0);
}

static void make_key(struct op *op, const struct render_ask *ask, char key[HASH_HEX_MAX])
{
    const struct render_login *login = &ask->login;
    const struct render_look *look = &ask->look;
    const struct render_paper *paper = &look->paper;
    struct str *s = str_new(&op->arena, KEY_MAX);
    const char *const texts[] = {login->fingerprint, login->org,     login->name,    login->domain,
                                 ask->target.text,   look->timezone, look->language, look->theme,
                                 look->filename,     paper->ranges};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        add_text(s, texts[i]);
    str_addf(s, "%d %d %d %d %d %d %.9g %d %d %d", login->kind, login->is_drop_in, ask->is_strict,
             ask->is_partial, look->width_px, look->height_px, look->scale, look->format,
             look->quality, ask->class_);
    str_addf(s, " %.9g %.9g %d %d", paper->width_in, paper->height_in, paper->is_landscape,
             paper->has_background);
    hash_sha256_hex(str_bytes(s), key);
}

/* Joins the trip of this key, or opens it. Returns the trip to wait for, or NULL: lead. */
static struct trip *join(struct flight *flight, struct trip *own, struct follower *follower)
{
    lock_take(&flight->lock);
    struct trip *trip = flight->trips;
    while (trip && strcmp(trip->key, own->key) != 0)
        trip = trip->next;
    if (trip) {
        follower->next = trip->followers;
        trip->followers = follower;
        trip->unserved++;
    } else {
        own->next = flight->trips;
        flight->trips = own;
    }
    lock_give(&flight->lock);
    return trip;
}

/* The render is over: nobody joins any more, those who wait are woken and served. */
static void end_trip(struct flight *flight, struct trip *trip)
{
    lock_take(&flight->lock);
    struct trip **at = &flight->trips;
    while (*at != trip)
        at = &(*at)->next;
    *at = trip->next;
    trip->is_over = true;
    for (struct follower *f = trip->followers; f; f = f->next)
        eventfd_write(f->fd, 1);
    while (trip->unserved > 0)
        lock_wait(&flight->lock, INT64_MAX);
    lock_give(&flight->lock);
}

/* After the wake-up: the descriptor says when, the lock that all that the leader wrote is seen. */
static bool has_ended(struct flight *flight, const struct trip *trip)
{
    lock_take(&flight->lock);
    bool is_over = trip->is_over;
    lock_give(&flight->lock);
    return is_over;
}

static void leave(struct flight *flight, struct trip *trip, struct follower *follower)
{
    lock_take(&flight->lock);
    struct follower **at = &trip->followers;
    while (*at != follower)
        at = &(*at)->next;
    *at = follower->next;
    trip->unserved--;
    lock_wake(&flight->lock);
    lock_give(&flight->lock);
}

/* A caller whose deadline is sure to pass in the queue is better told now. */
static int admit(struct op *op, struct flight *flight, const struct render_ask *ask)
{
    struct pool_outlook outlook;
    pool_estimate(service_conf(flight->render)->pool, ask->class_, &outlook);
    if (op->deadline_ms == OP_NO_DEADLINE || outlook.wait_ms <= op_left_ms(op))
        return 0;
    return op_fail(op, ERR_BUSY,
                   "%d renders wait for %d browsers: no browser can be free within %d ms",
                   outlook.ahead, outlook.browsers, op_left_ms(op));
}

static int lead(struct op *op, struct flight *flight, struct trip *trip,
                const struct render_ask *ask, struct render_result *out)
{
    int failed = admit(op, flight, ask);
    if (!failed)
        failed = render_run(op, flight->render, ask, out);
    trip->result = out;
    trip->err = op->err;
    trip->err_text = op->err_text;
    end_trip(flight, trip);
    return failed;
}

static struct bytes copy_bytes(struct arena *arena, struct bytes b)
{
    char *p = arena_alloc(arena, b.n ? b.n : 1);
    if (b.n)
        memcpy(p, b.p, b.n);
    return (struct bytes){p, b.n};
}

static const char *copy_text(struct arena *arena, const char *text)
{
    return text ? arena_strdup(arena, text) : NULL;
}

/* Data frames are not copied: those who want them (rounds) make visits of their own. */
static void copy_result(struct arena *arena, const struct render_result *from,
                        struct render_result *out)
{
    *out = *from;
    out->body = copy_bytes(arena, from->body);
    out->filename = copy_text(arena, from->filename);
    out->finding.text = copy_text(arena, from->finding.text);
    out->browser = copy_text(arena, from->browser);
    out->browser_version = copy_text(arena, from->browser_version);
    out->panel_title = copy_text(arena, from->panel_title);
    struct gate_refusal *refused = ARENA_ARRAY(arena, struct gate_refusal, from->refused_n + 1);
    for (size_t i = 0; i < from->refused_n; i++)
        refused[i] = from->refused[i];
    out->refused = refused;
    out->frames = NULL;
    out->frames_n = 0;
    out->has_all_frames = false;
}

/* Does what became of the leader answer this follower, too? */
static bool is_answer(const struct op *op, const struct trip *trip)
{
    bool is_leaders_own = trip->err == ERR_CANCELLED || trip->err == ERR_TIMEOUT ||
                          trip->err == ERR_BUSY || trip->result->missing;
    return trip->err != ERR_CANCELLED && (!is_leaders_own || op_left_ms(op) < WORTH_MS);
}

/* 1: answered, well or with an error in the op; 0: try again, perhaps leading. */
static int follow(struct op *op, struct flight *flight, struct trip *trip,
                  struct follower *follower, struct render_result *out)
{
    int failed = op_wait_fd(op, follower->fd, POLLIN);
    bool is_answered = true;
    if (failed)
        out->missing = op->err == ERR_TIMEOUT ? "render" : NULL;
    else if ((is_answered = has_ended(flight, trip) && is_answer(op, trip))) {
        copy_result(&op->arena, trip->result, out);
        if (trip->err)
            op_fail(op, trip->err, "%s", trip->err_text);
    }
    leave(flight, trip, follower);
    return is_answered;
}

int flight_run(struct op *op, struct flight *flight, const struct render_ask *ask,
               struct render_result *out, bool *shared)
{
    struct trip own = {.next = NULL};
    struct follower follower = {.fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
    *shared = false;
    if (follower.fd < 0)
        return op_fail(op, ERR_UNAVAILABLE, "no descriptor is free to wait for a render");
    make_key(op, ask, own.key);
    for (bool is_over = false; !is_over;) {
        struct trip *trip = join(flight, &own, &follower);
        *shared = trip != NULL;
        if (trip)
            is_over = follow(op, flight, trip, &follower, out);
        else
            is_over = lead(op, flight, &own, ask, out) <= 0;
        eventfd_t drained;
        (void)!eventfd_read(follower.fd, &drained);
    }
    close(follower.fd);
    return op->err ? -1 : 0;
}
