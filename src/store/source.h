/* Sources: the Grafanas that Rounds looks at. */
#ifndef STORE_SOURCE_H
#define STORE_SOURCE_H

#include "store/store.h"

struct store_source {
    int64_t row;
    const char *id;
    const char *name;     /* unique, 1…100 characters */
    const char *base_url; /* sub-path included, no slash at the end */
    int64_t org_id;       /* 0: the credential's own */
    const char *auth;     /* word chosen by the domain: "token", "basic", "jwt", "issuer", "none" */
    struct bytes credential; /* ciphertext, opaque here; empty: none. Only store_source_find and
                                store_source_get fill it */
    const char *ca_file;
    const char *origins; /* JSON array of further origins */
    const char *options; /* JSON object: quiet hours, headers, what was learnt */
    int parallel_max;    /* renders at once; 0: no limit of its own */
    bool is_paused;      /* claims nothing from it */
    int64_t version;     /* grows with each change */
    const char *test;    /* JSON of the newest test, "" if none */
    int64_t tested_ms;
    int64_t created_ms;
    int64_t updated_ms;
};

struct store_source_options {
    int64_t row;
    const char *options;
};

struct store_source_list {
    struct store_source *items;
    size_t n;
    const char *next;
};

/* Fills row, id, version and times of *source. ERR_CONFLICT: the name is taken. */
int store_source_add(struct op *op, struct store *store, struct store_source *source) MUST_CHECK;
int store_source_find(struct op *op, struct store *store, const char *id,
                      struct store_source *out) MUST_CHECK;
int store_source_find_name(struct op *op, struct store *store, const char *name,
                           struct store_source *out) MUST_CHECK;
int store_source_get(struct op *op, struct store *store, int64_t row,
                     struct store_source *out) MUST_CHECK;
/* In the order of names. user_row: only what this person may see; 0: everything. */
int store_source_list(struct op *op, struct store *store, int64_t user_row, struct store_page page,
                      struct store_source_list *out) MUST_CHECK;
/* Those that have quiet hours in their options. */
int store_source_list_quiet(struct op *op, struct store *store, struct store_source_options **out,
                            size_t *out_n) MUST_CHECK;
/* Writes everything but credential and test. source->version must be the one that was read, else
 * ERR_CONFLICT; it is counted up in *source. */
int store_source_set(struct op *op, struct store *store, struct store_source *source) MUST_CHECK;
int store_source_set_credential(struct op *op, struct store *store, int64_t row, const char *auth,
                                struct bytes ciphertext) MUST_CHECK;
/* What a test, or use, has taught; no new version. Each may be NULL: unchanged. */
int store_source_set_learnt(struct op *op, struct store *store, int64_t row, const char *test,
                            const char *options) MUST_CHECK;
/* Takes it out of sight and wipes its credential; its past rounds stay. ERR_CONFLICT while plans
 * use it (the text names one). */
int store_source_drop(struct op *op, struct store *store, int64_t row) MUST_CHECK;

#endif
