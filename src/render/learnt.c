/* The memory of what each Grafana follows. A small table; the least recently used row gives way.
 * Three failures in a row count as "does not": a single one may be the network's fault.
 */
#include "render/learnt.h"

#include "base/clock.h"
#include "base/mem.h"
#include "sys/lock.h"

#include <stdio.h>
#include <string.h>

enum { ROWS_MAX = 64, ORIGIN_MAX = 300, FAILURES_MAX = 3, FORGET_MS = 3600 * 1000 };

struct row {
    char origin[ORIGIN_MAX];
    enum target_kind kind;
    int failures; /* since the last success */
    int64_t failed_ms, used_ms;
};

struct learnt {
    struct lock lock;
    struct row rows[ROWS_MAX];
};

struct learnt *learnt_new(void)
{
    struct learnt *learnt = MEM_NEW(struct learnt);
    lock_init(&learnt->lock);
    return learnt;
}

void learnt_free(struct learnt *learnt)
{
    lock_fini(&learnt->lock);
    mem_free(learnt);
}

/* With the lock held. */
static struct row *find_row(struct learnt *learnt, const char *origin, enum target_kind kind)
{
    struct row *oldest = &learnt->rows[0];
    for (size_t i = 0; i < ROWS_MAX; i++) {
        struct row *row = &learnt->rows[i];
        if (row->kind == kind && strcmp(row->origin, origin) == 0)
            return row;
        if (row->used_ms < oldest->used_ms)
            oldest = row;
    }
    *oldest = (struct row){.kind = kind};
    snprintf(oldest->origin, sizeof oldest->origin, "%s", origin);
    return oldest;
}

bool learnt_can_push(struct learnt *learnt, const char *origin, enum target_kind kind)
{
    lock_take(&learnt->lock);
    struct row *row = find_row(learnt, origin, kind);
    int64_t now = clock_mono_ms();
    row->used_ms = now;
    bool can = row->failures < FAILURES_MAX || now - row->failed_ms > FORGET_MS;
    lock_give(&learnt->lock);
    return can;
}

void learnt_note(struct learnt *learnt, const char *origin, enum target_kind kind, bool worked)
{
    lock_take(&learnt->lock);
    struct row *row = find_row(learnt, origin, kind);
    row->used_ms = clock_mono_ms();
    row->failures = worked ? 0 : row->failures + 1;
    if (!worked)
        row->failed_ms = row->used_ms;
    lock_give(&learnt->lock);
}
