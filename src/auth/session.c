/* Sessions: making, checking, rotating and ending them. Any thread; the store does the remembering.
 *
 * Owns one small table: cookies that were replaced within the last minute, because requests with
 * the old one are often under way when the new one is answered. It is forgotten at a restart, which
 * costs such a request a new sign-in at worst. The CSRF token is not stored: it is an HMAC over
 * what does not change in a session's life, so tabs keep theirs through rotation.
 */
#include "auth/session.h"

#include "base/assert.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/rand.h"
#include "sys/lock.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

enum { GRACE_MAX = 256, GRACE_MS = 60 * 1000, RANDOM = 32, RANDOM_TEXT = 43, STAMP_MIN = 8 };

struct grace {
    unsigned char old[HASH_SIZE];
    unsigned char fresh[HASH_SIZE];
    int64_t until_ms; /* monotonic */
};

struct sessions {
    struct store *store;
    int64_t idle_ms, absolute_ms, rotate_ms;
    struct secret csrf_key;
    struct lock lock; /* the table below */
    struct grace graces[GRACE_MAX];
    size_t grace_next; /* where the next goes: the oldest gives way */
};

struct sessions *sessions_new(struct store *store, const struct session_conf *conf)
{
    const int64_t minute = 60 * 1000;
    struct sessions *sessions = MEM_NEW(struct sessions);
    ASSERT(conf->csrf_key && secret_reveal(conf->csrf_key).n >= 32);
    sessions->store = store;
    sessions->idle_ms = conf->idle_ms > 0 ? conf->idle_ms : SESSION_IDLE_MS;
    sessions->absolute_ms = conf->absolute_ms > 0 ? conf->absolute_ms : 7 * 24 * 60 * minute;
    sessions->rotate_ms = conf->rotate_ms > 0 ? conf->rotate_ms : 60 * minute;
    secret_copy(&sessions->csrf_key, conf->csrf_key);
    lock_init(&sessions->lock);
    return sessions;
}

void sessions_free(struct sessions *sessions)
{
    if (!sessions)
        return;
    lock_fini(&sessions->lock);
    secret_fini(&sessions->csrf_key);
    mem_free(sessions);
}

static struct bytes hash_bytes(const unsigned char hash[HASH_SIZE])
{
    return (struct bytes){(const char *)hash, HASH_SIZE};
}

/* ---- The cookie: hex of its second of issue, a dot, base64url of 256 random bits ---- */

static void cookie_make(char out[SESSION_COOKIE_MAX])
{
    unsigned char raw[RANDOM];
    char random[RANDOM_TEXT + 1];
    rand_bytes(raw, sizeof raw);
    sodium_bin2base64(random, sizeof random, raw, sizeof raw,
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    snprintf(out, SESSION_COOKIE_MAX, "%08llx.%s", (unsigned long long)(clock_wall_ms() / 1000),
             random);
    sodium_memzero(raw, sizeof raw);
    sodium_memzero(random, sizeof random);
}

/* False for what cannot be one of ours: it need not trouble the store. */
static bool cookie_parse(struct bytes cookie, int64_t *out_issued_ms)
{
    ssize_t dot = bytes_find_char(cookie, '.');
    uint64_t seconds = 0;
    if (dot < STAMP_MIN || dot > 12 || cookie.n - (size_t)dot - 1 != RANDOM_TEXT)
        return false;
    for (ssize_t i = 0; i < dot; i++) {
        char c = cookie.p[i];
        bool is_digit = c >= '0' && c <= '9';
        if (!is_digit && !(c >= 'a' && c <= 'f'))
            return false;
        seconds = seconds * 16 + (uint64_t)(is_digit ? c - '0' : c - 'a' + 10);
    }
    *out_issued_ms = (int64_t)seconds * 1000;
    return true;
}

/* ---- Cookies that were replaced a moment ago ---- */

static void grace_add(struct sessions *sessions, const unsigned char old[HASH_SIZE],
                      const unsigned char fresh[HASH_SIZE])
{
    lock_take(&sessions->lock);
    struct grace *grace = &sessions->graces[sessions->grace_next++ % GRACE_MAX];
    memcpy(grace->old, old, HASH_SIZE);
    memcpy(grace->fresh, fresh, HASH_SIZE);
    grace->until_ms = clock_mono_ms() + GRACE_MS;
    lock_give(&sessions->lock);
}

/* fresh: where to put what it was replaced by; NULL: forget the entry. */
static bool grace_find(struct sessions *sessions, const unsigned char old[HASH_SIZE],
                       unsigned char *fresh)
{
    bool is_found = false;
    int64_t now = clock_mono_ms();
    lock_take(&sessions->lock);
    for (size_t i = 0; i < GRACE_MAX && !is_found; i++) {
        struct grace *grace = &sessions->graces[i];
        is_found = grace->until_ms > now && memcmp(grace->old, old, HASH_SIZE) == 0;
        if (is_found && fresh)
            memcpy(fresh, grace->fresh, HASH_SIZE);
        else if (is_found)
            grace->until_ms = 0;
    }
    lock_give(&sessions->lock);
    return is_found;
}

/* ---- The face ---- */

static void fill(const struct sessions *sessions, const struct store_session *row,
                 const struct store_user *user, int64_t now_ms, struct session *out)
{
    unsigned char mac[HASH_SIZE];
    char text[80];
    int n = snprintf(text, sizeof text, "csrf:%lld:%lld:%lld", (long long)row->row,
                     (long long)row->user_row, (long long)row->created_ms);
    hash_hmac_sha256(secret_reveal(&sessions->csrf_key), (struct bytes){text, (size_t)n}, mac);
    sodium_bin2base64(out->csrf, sizeof out->csrf, mac, sizeof mac,
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    out->user = *user;
    out->caller = caller_of_user(user);
    out->caller.credential_row = row->row;
    out->row = row->row;
    out->expires_ms = now_ms + sessions->idle_ms;
    if (row->expires_ms < out->expires_ms)
        out->expires_ms = row->expires_ms;
}

int session_start(struct op *op, struct sessions *sessions, const struct store_user *user,
                  const char *address, const char *agent, char cookie[SESSION_COOKIE_MAX],
                  struct session *out)
{
    int64_t now = clock_wall_ms();
    struct store_session row = {
        .user_row = user->row,
        .created_ms = now,
        .seen_ms = now,
        .expires_ms = now + sessions->absolute_ms,
        .address = address ? address : "",
        .agent = agent ? agent : "",
    };
    *out = (struct session){0};
    cookie_make(cookie);
    hash_sha256(bytes_of(cookie), out->hash);
    /* The rows grow here alone, so here they are kept few. */
    if (store_session_sweep(op, sessions->store, now, now - sessions->idle_ms) ||
        store_session_add(op, sessions->store, hash_bytes(out->hash), &row))
        return -1;
    fill(sessions, &row, user, now, out);
    return 0;
}

static int check_hash(struct op *op, struct sessions *sessions, int64_t now, struct session *out)
{
    struct store_session row;
    struct store_user user;
    if (store_session_check(op, sessions->store, hash_bytes(out->hash), now,
                            now - sessions->idle_ms, &row, &user))
        return -1;
    fill(sessions, &row, &user, now, out);
    return 0;
}

int session_check(struct op *op, struct sessions *sessions, struct bytes cookie,
                  struct session *out)
{
    int64_t now = clock_wall_ms();
    int64_t issued;
    unsigned char fresh[HASH_SIZE];
    *out = (struct session){0};
    if (!cookie_parse(cookie, &issued))
        return op_fail(op, ERR_UNAUTHENTICATED, "the session is over: sign in again");
    hash_sha256(cookie, out->hash);
    if (check_hash(op, sessions, now, out) == 0) {
        out->needs_rotation = now - issued > sessions->rotate_ms;
        return 0;
    }
    if (op->err != ERR_UNAUTHENTICATED || !grace_find(sessions, out->hash, fresh))
        return -1;
    op_clear(op);
    memcpy(out->hash, fresh, HASH_SIZE);
    return check_hash(op, sessions, now, out);
}

int session_check_row(struct op *op, struct sessions *sessions, int64_t row, struct session *out)
{
    int64_t now = clock_wall_ms();
    struct store_session found;
    struct store_user user;
    *out = (struct session){0};
    if (store_session_get(op, sessions->store, row, now, now - sessions->idle_ms, &found, &user))
        return -1;
    fill(sessions, &found, &user, now, out);
    return 0;
}

int session_list(struct op *op, struct sessions *sessions, int64_t user_row,
                 struct store_session **out, size_t *out_n)
{
    int64_t now = clock_wall_ms();
    return store_session_list(op, sessions->store, user_row, now, now - sessions->idle_ms, out,
                              out_n);
}

int session_rotate(struct op *op, struct sessions *sessions, struct bytes cookie,
                   char out[SESSION_COOKIE_MAX])
{
    unsigned char old[HASH_SIZE];
    unsigned char fresh[HASH_SIZE];
    hash_sha256(cookie, old);
    cookie_make(out);
    hash_sha256(bytes_of(out), fresh);
    if (grace_find(sessions, old, (unsigned char[HASH_SIZE]){0}))
        return op_fail(op, ERR_CONFLICT, "another request has just replaced this cookie");
    /* First the table, then the store: a request that comes between finds one of the two. */
    grace_add(sessions, old, fresh);
    if (store_session_rotate(op, sessions->store, hash_bytes(old), hash_bytes(fresh)) == 0)
        return 0;
    grace_find(sessions, old, NULL);
    return -1;
}

int session_stop(struct op *op, struct sessions *sessions, struct bytes cookie)
{
    unsigned char hash[HASH_SIZE];
    unsigned char fresh[HASH_SIZE];
    hash_sha256(cookie, hash);
    if (grace_find(sessions, hash, fresh))
        memcpy(hash, fresh, HASH_SIZE);
    if (store_session_drop(op, sessions->store, hash_bytes(hash)) == 0)
        return 0;
    if (op->err != ERR_UNAUTHENTICATED && op->err != ERR_NOT_FOUND)
        return -1;
    op_clear(op);
    return 0;
}

bool session_csrf_fits(const struct session *session, const char *shown)
{
    size_t n = strlen(session->csrf);
    return n > 0 && shown && strlen(shown) == n && sodium_memcmp(shown, session->csrf, n) == 0;
}
