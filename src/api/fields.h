/* Reading requests: members of bodies and parameters of queries, strictly, all faults at once.
 *
 *     struct fields f;
 *     fields_open(&f, call, "name role expires_at");
 *     ask.name = fields_need_text(&f, "name", 100);
 *     ask.role = fields_word(&f, "role", role_words, ROLE_VIEWER);
 *     if (fields_end(&f) < 0)
 *         return -1;
 *
 * Unknown members are faults. Each fault becomes one entry {path, message} of the error's `details`
 * (reply.h); fields_end then fails with ERR_BAD_INPUT. A getter whose member is at fault answers
 * the fallback, so that reading can go on. Texts are borrowed from the body or live in the op's
 * arena.
 *
 * Bodies that the domain reads itself (sources, plans) take tree_from_json and its faults instead:
 * see fields_take_faults.
 */
#ifndef API_FIELDS_H
#define API_FIELDS_H

#include "api/route.h"
#include "base/secret.h"
#include "rounds/plan.h"
#include "store/store.h"

struct fields {
    struct call *call;
    const struct jv *object;
    const char *path; /* of the object: "" at the top, else "reasons[2]" */
    bool *has_fault;  /* shared with parts */
    bool has_fault_own;
};

/* known: names separated by spaces. A body that is no object is a fault. */
void fields_open(struct fields *f, struct call *call, const char *known);
/* An object inside: the member `key` of f, or (key NULL) an item at `path`. Missing: an empty one.
 */
void fields_open_part(struct fields *part, struct fields *f, const char *key, const char *known);
void fields_open_item(struct fields *part, struct fields *f, const char *key, size_t i,
                      const char *known);
/* 0, or ERR_BAD_INPUT with the first fault in its text and all in `details`. */
int fields_end(struct fields *f) MUST_CHECK;

void fields_fault(struct fields *f, const char *key, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* The member is there (null counts: it takes a value away). */
bool fields_has(const struct fields *f, const char *key);
/* Any value; NULL: missing or null. */
const struct jv *fields_value(const struct fields *f, const char *key);

/* Texts of at most max characters. need: missing, null or empty is a fault. */
const char *fields_need_text(struct fields *f, const char *key, size_t max);
const char *fields_text(struct fields *f, const char *key, size_t max, const char *fallback);
/* Copied, for passwords and the like; stays empty when missing. The caller ends it. */
void fields_secret(struct fields *f, const char *key, size_t max, struct secret *out);
bool fields_bool(struct fields *f, const char *key, bool fallback);
/* min and max included. */
int64_t fields_int(struct fields *f, const char *key, int64_t min, int64_t max, int64_t fallback);
int64_t fields_need_int(struct fields *f, const char *key, int64_t min, int64_t max);
/* Index among words (NULL-terminated). need: fallback -1 makes a missing one a fault. */
int fields_word(struct fields *f, const char *key, const char *const *words, int fallback);
/* Wall-clock milliseconds of an RFC 3339 text; fallback when missing or null. */
int64_t fields_time(struct fields *f, const char *key, int64_t fallback);
/* A list of at most n_max texts of at most max characters. NULL and n = 0: missing or null. */
const char **fields_texts(struct fields *f, const char *key, size_t n_max, size_t max,
                          size_t *out_n);
/* Items of a list of objects, for fields_open_item; 0 when missing. */
size_t fields_len(struct fields *f, const char *key, size_t n_max);

/* Faults that the domain found, as `details`. For after a function that takes them has failed. */
void fields_take_faults(struct call *call, const struct plan_faults *faults);

/* ---- Queries. Parameters that the route's row does not name are refused by dispatch. ---- */

/* limit (default 50, at most 1000) and cursor. */
int query_page(struct call *call, struct store_page *out) MUST_CHECK;
/* NULL: not given, or empty. */
const char *query_text(const struct call *call, const char *name);
int query_time(struct call *call, const char *name, int64_t *out_ms) MUST_CHECK; /* 0: not given */
int query_int(struct call *call, const char *name, int64_t min, int64_t max,
              int64_t *io) MUST_CHECK; /* unchanged when not given */
/* "true", "false"; false when not given. */
int query_bool(struct call *call, const char *name, bool *out) MUST_CHECK;
/* Index among words (NULL-terminated), or -1 when not given. */
int query_word(struct call *call, const char *name, const char *const *words, int *out) MUST_CHECK;

#endif
