/* The store: everything that Rounds remembers, in one directory. One header a noun beside this.
 *
 * The domain sees structs, never SQL. What a function answers lives in the op's arena. Every noun
 * has two names: `row`, a number for use inside the program and in other calls here, and `id`, a
 * short word for people, URLs and the API. `…_find` takes the id, and fails with ERR_NOT_FOUND.
 *
 * Errors that any function may give, beside its own: ERR_TIMEOUT, ERR_CANCELLED, ERR_STORAGE.
 * ERR_READ_ONLY: the round is signed. ERR_CONFLICT: somebody was first.
 *
 * Times are wall-clock milliseconds; 0 means "none" unless said otherwise. Texts are never NULL in
 * answers ("" for none). Thread-safe, but for a bound store (see store_begin).
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "base/op.h"

struct store;
struct db;

enum store_mode {
    STORE_OWNER, /* the daemon: takes the directory's lock, migrates, repairs */
    STORE_GUEST, /* a command beside a running daemon: no lock, never changes the schema */
};

enum store_check {
    STORE_CHECK_AUTO, /* after a power cut, or when the file is small */
    STORE_CHECK_ALWAYS,
    STORE_CHECK_NEVER,
};

struct store_conf {
    const char *dir; /* made if need be, mode 0700: rounds.db, rounds.lock */
    enum store_mode mode;
    enum store_check check;
    int readers;   /* connections for reading; 0: 4 */
    int cache_kib; /* page cache of each connection; 0: 4 MiB */
};

/* ERR_UNAVAILABLE: another daemon has the directory (the text names its process id).
 * ERR_STORAGE: damaged, locked, or made by a newer Rounds; the text says what to do. */
int store_open(struct op *op, const struct store_conf *conf, struct store **out) MUST_CHECK;
/* Leaves the mark of an orderly stop. NULL is no harm. */
void store_close(struct store *store);
/* True when the last owner did not stop in order: put back stale claims, sweep blobs. */
bool store_was_killed(const struct store *store);

/* ---- Several functions in one transaction ---- */

enum store_promise {
    STORE_PLAIN,   /* survives the death of the process */
    STORE_DURABLE, /* survives a power cut once store_commit has returned 0 */
};
/* A bound store: every function called with it takes part in one writing transaction. For this
 * thread only; always `CLEANUP(store_end) struct store *bound = NULL;`. Verdicts, sign-offs,
 * people and the audit trail are durable by themselves; a bound store is durable as asked. */
int store_begin(struct op *op, struct store *store, enum store_promise promise,
                struct store **out) MUST_CHECK;
/* Nothing has happened unless this returns 0. Ends the bound store either way. */
int store_commit(struct op *op, struct store **bound) MUST_CHECK;
void store_end(struct store **bound);

/* ---- Pages ---- */

enum { STORE_PAGE_MAX = 1000, STORE_PAGE_DEFAULT = 100 };

/* What part of a list is wanted. Lists answer `next`: NULL at the end, else the cursor of the
 * following page. A cursor is opaque and stays valid while rows come and go. */
struct store_page {
    const char *cursor; /* NULL or "": from the start. Malformed: ERR_BAD_INPUT */
    int limit;          /* 0: STORE_PAGE_DEFAULT; at most STORE_PAGE_MAX */
};

/* ---- Care ---- */

/* A consistent copy of the database into a new file, while everything runs. */
int store_backup(struct op *op, struct store *store, const char *path) MUST_CHECK;
/* Reads the whole database file for damage; blocks for seconds a gigabyte. */
int store_verify_file(struct op *op, struct store *store) MUST_CHECK;
/* For quiet moments: shortens the log, refreshes statistics. */
int store_tidy(struct op *op, struct store *store) MUST_CHECK;

#endif
