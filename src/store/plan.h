/* Plans and their versions. A version never changes; a round remembers the one it ran. */
#ifndef STORE_PLAN_H
#define STORE_PLAN_H

#include "store/store.h"

struct store_plan {
    int64_t row;
    const char *id;
    const char *name; /* unique among plans in use */
    const char *note;
    const char *labels; /* JSON array of words, for filters */
    bool is_paused;
    bool is_dropped;     /* only lists that ask for them show these */
    int64_t version;     /* of the plan: 1, 2, … each change of the specification */
    const char *spec;    /* JSON of this version; "" in lists */
    int64_t author_row;  /* who made this version; 0: the system */
    const char *author;  /* name */
    const char *change;  /* why, in words */
    int64_t next_due_ms; /* 0: not scheduled; written by the clockwork */
    int64_t created_ms;
    int64_t updated_ms;
};

struct store_plan_list {
    struct store_plan *items;
    size_t n;
    const char *next;
};

struct store_plan_ask {
    const char *label;  /* NULL: any */
    const char *search; /* part of the name; NULL: any */
    int64_t source_row; /* 0: any */
    int64_t user_row;   /* only plans of sources this person may see; 0: everything */
    bool with_dropped;
};

/* sources: rows of the sources that the specification uses (for visibility and refusing to drop).
 * Fills row, id, version 1 and times. ERR_CONFLICT: the name is taken. */
int store_plan_add(struct op *op, struct store *store, struct store_plan *plan,
                   const int64_t *sources, size_t sources_n) MUST_CHECK;
int store_plan_find(struct op *op, struct store *store, const char *id,
                    struct store_plan *out) MUST_CHECK;
int store_plan_find_name(struct op *op, struct store *store, const char *name,
                         struct store_plan *out) MUST_CHECK;
int store_plan_get(struct op *op, struct store *store, int64_t row,
                   struct store_plan *out) MUST_CHECK;
/* In the order of names. */
int store_plan_list(struct op *op, struct store *store, const struct store_plan_ask *ask,
                    struct store_page page, struct store_plan_list *out) MUST_CHECK;
/* A new version with name, note, labels, spec, author and change of *plan. plan->version must be
 * the one that was read, else ERR_CONFLICT; it is counted up. */
int store_plan_set(struct op *op, struct store *store, struct store_plan *plan,
                   const int64_t *sources, size_t sources_n) MUST_CHECK;
int store_plan_set_paused(struct op *op, struct store *store, int64_t row,
                          bool is_paused) MUST_CHECK;
int store_plan_set_next_due(struct op *op, struct store *store, int64_t row,
                            int64_t next_due_ms) MUST_CHECK;
/* Out of sight; its rounds stay. ERR_CONFLICT while a round of it runs. */
int store_plan_drop(struct op *op, struct store *store, int64_t row) MUST_CHECK;

/* An old version, its spec in full. */
int store_plan_version_find(struct op *op, struct store *store, int64_t plan_row, int64_t version,
                            struct store_plan *out) MUST_CHECK;
/* Newest first, without spec. */
int store_plan_version_list(struct op *op, struct store *store, int64_t plan_row,
                            struct store_page page, struct store_plan_list *out) MUST_CHECK;

#endif
