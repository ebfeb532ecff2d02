/* Counting refused sign-ins. Any thread: one lock, never held while the store writes.
 *
 * The audit trail is append-only and chained, so a line cannot be corrected by a later count; hence
 * one line when it begins and one when it is over. The counts live in memory only, like those of
 * limit.c, which decides who may try at all.
 */
#include "auth/refusals.h"

#include "base/clock.h"
#include "base/mem.h"
#include "store/audit.h"
#include "sys/lock.h"

#include <stdio.h>
#include <string.h>

enum { ADDRESS_MAX = 64 };

struct entry {
    bool is_used;
    int64_t user_row; /* 0: nobody known */
    char address[ADDRESS_MAX];
    int64_t from_ms;  /* wall clock, of the first that is only counted */
    int64_t until_ms; /* monotonic: then the count is told */
    int64_t times;    /* those without a line of their own */
};

struct refusals {
    struct lock lock;
    struct entry entries[REFUSALS_ENTRIES];
    struct entry others; /* for which there was no entry; is_used: some are counted */
};

struct refusals *refusals_new(void)
{
    struct refusals *refusals = MEM_NEW(struct refusals);
    lock_init(&refusals->lock);
    return refusals;
}

void refusals_free(struct refusals *refusals)
{
    if (!refusals)
        return;
    lock_fini(&refusals->lock);
    mem_free(refusals);
}

static int write_line(struct op *op, struct store *store, const struct entry *entry)
{
    char from[CLOCK_ISO_MAX] = "";
    struct store_user user = {.login = "unknown", .id = ""};
    if (entry->user_row && store_user_get(op, store, entry->user_row, &user))
        return -1;
    struct store_audit audit = {
        .at_ms = clock_wall_ms(),
        .user_row = entry->user_row,
        .actor = user.login,
        .act = "session.refused",
        .noun = entry->user_row ? "user" : "",
        .object = user.id,
        .detail = "{}",
        .address = entry->address,
    };
    if (entry->times > 0) {
        clock_iso(entry->from_ms, from);
        audit.detail = arena_fmt(&op->arena, "{\"times\":%lld,\"from\":\"%s\"}",
                                 (long long)entry->times, from);
    }
    return store_audit_add(op, store, &audit);
}

static void count(struct entry *entry, int64_t now_ms)
{
    if (entry->times++ == 0)
        entry->from_ms = clock_wall_ms();
    if (!entry->is_used)
        entry->until_ms = now_ms + REFUSALS_STEP_MS;
    entry->is_used = true;
}

/* With the lock. False: it is counted; true: *out is the line to write. */
static bool take(struct refusals *refusals, const struct store_user *user, const char *address,
                 int64_t now_ms, struct entry *out)
{
    struct entry *empty = NULL;
    int64_t row = user ? user->row : 0;
    for (size_t i = 0; i < REFUSALS_ENTRIES; i++) {
        struct entry *entry = &refusals->entries[i];
        if (!entry->is_used) {
            empty = empty ? empty : entry;
        } else if (entry->user_row == row && strcmp(entry->address, address) == 0) {
            count(entry, now_ms);
            return false;
        }
    }
    if (!empty) {
        count(&refusals->others, now_ms);
        return false;
    }
    *empty =
        (struct entry){.is_used = true, .user_row = row, .until_ms = now_ms + REFUSALS_STEP_MS};
    snprintf(empty->address, sizeof empty->address, "%s", address);
    *out = *empty;
    return true;
}

int refusals_add(struct op *op, struct refusals *refusals, struct store *store,
                 const struct store_user *user, const char *address, int64_t now_ms)
{
    char kept[ADDRESS_MAX];
    struct entry line;
    if (refusals_tell(op, refusals, store, now_ms, false))
        return -1;
    snprintf(kept, sizeof kept, "%s", address ? address : "");
    lock_take(&refusals->lock);
    bool is_line = take(refusals, user, kept, now_ms, &line);
    lock_give(&refusals->lock);
    return is_line ? write_line(op, store, &line) : 0;
}

/* With the lock: empties one whose time is over. */
static bool pick(struct refusals *refusals, int64_t now_ms, bool is_all, struct entry *out)
{
    for (size_t i = 0; i <= REFUSALS_ENTRIES; i++) {
        struct entry *entry = i < REFUSALS_ENTRIES ? &refusals->entries[i] : &refusals->others;
        if (!entry->is_used || (!is_all && now_ms < entry->until_ms))
            continue;
        *out = *entry;
        *entry = (struct entry){0};
        return true;
    }
    return false;
}

int refusals_tell(struct op *op, struct refusals *refusals, struct store *store, int64_t now_ms,
                  bool is_all)
{
    for (;;) {
        struct entry line;
        lock_take(&refusals->lock);
        bool is_picked = pick(refusals, now_ms, is_all, &line);
        lock_give(&refusals->lock);
        if (!is_picked)
            return 0;
        if (line.times > 0 && write_line(op, store, &line))
            return -1;
    }
}
