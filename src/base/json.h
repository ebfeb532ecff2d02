/* JSON: a read-only tree (jv_) over jansson, and a streaming writer (jw_).
 *
 * Reading is strict: UTF-8, no duplicate keys, no trailing bytes, depth at most 512. Every jv_
 * getter takes NULL as "missing" and answers the fallback, so that a path of lookups needs one
 * check at its end. A tree lives as long as the arena it was parsed into.
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include "base/op.h"
#include "base/str.h"

struct jv; /* a JSON value, borrowed */

/* Fails with ERR_BAD_INPUT and line, column and reason. */
int jv_parse(struct op *op, struct bytes text, const struct jv **out) MUST_CHECK;
/* The same for a text from a peer whose fault is not the caller's; NULL when malformed. */
const struct jv *jv_parse_quiet(struct arena *arena, struct bytes text);

bool jv_is_object(const struct jv *v);
bool jv_is_array(const struct jv *v);
bool jv_is_string(const struct jv *v);
bool jv_is_number(const struct jv *v);
bool jv_is_integer(const struct jv *v);
bool jv_is_bool(const struct jv *v);
bool jv_is_null(const struct jv *v);     /* JSON null or missing */
const char *jv_kind(const struct jv *v); /* "object", …, "missing" */

const struct jv *jv_get(const struct jv *v, const char *key);
/* "a.b.c"; no escape for dots. */
const struct jv *jv_path(const struct jv *v, const char *path);
size_t jv_len(const struct jv *v); /* items of an array, members of an object; else 0 */
const struct jv *jv_item(const struct jv *v, size_t i);
/* Members in order of the text. Start with *it = NULL; false at the end. */
bool jv_next(const struct jv *object, void **it, const char **key, const struct jv **value);

const char *jv_text(const struct jv *v, const char *fallback); /* of a string value */
struct bytes jv_bytes(const struct jv *v);
int64_t jv_int(const struct jv *v, int64_t fallback); /* integers, and reals without fraction */
double jv_num(const struct jv *v, double fallback);
bool jv_bool(const struct jv *v, bool fallback);

/* Short forms for members. */
const char *jv_text_at(const struct jv *v, const char *key, const char *fallback);
int64_t jv_int_at(const struct jv *v, const char *key, int64_t fallback);
double jv_num_at(const struct jv *v, const char *key, double fallback);
bool jv_bool_at(const struct jv *v, const char *key, bool fallback);

/* Compact text of the tree; object members keep their order. */
void jv_print(const struct jv *v, struct str *out);
/* The same with members sorted by key: for hashes and comparisons. */
void jv_print_canonical(const struct jv *v, struct str *out);

/* The writer: commas are its own business. Depth at most JW_DEPTH_MAX (asserted). */
enum { JW_DEPTH_MAX = 64 };
struct jw {
    struct str *out;
    int depth;
    bool has_item[JW_DEPTH_MAX];
    bool is_object[JW_DEPTH_MAX];
    bool after_key;
};

void jw_init(struct jw *w, struct str *out);
void jw_object(struct jw *w); /* { */
void jw_array(struct jw *w);  /* [ */
void jw_end(struct jw *w);    /* closes the newest; knows which */
void jw_key(struct jw *w, const char *key);
void jw_text(struct jw *w, const char *text); /* NULL writes null; bad UTF-8 becomes U+FFFD */
void jw_bytes(struct jw *w, struct bytes text);
void jw_int(struct jw *w, int64_t n);
void jw_num(struct jw *w, double n); /* NaN and infinities write null */
void jw_bool(struct jw *w, bool b);
void jw_null(struct jw *w);
void jw_raw(struct jw *w, struct bytes json); /* already JSON */
void jw_value(struct jw *w, const struct jv *v);

/* key + value in one. */
void jw_text_at(struct jw *w, const char *key, const char *text);
void jw_int_at(struct jw *w, const char *key, int64_t n);
void jw_num_at(struct jw *w, const char *key, double n);
void jw_bool_at(struct jw *w, const char *key, bool b);
/* "2026-11-23T08:30:00.123Z", or null for 0. */
void jw_time_at(struct jw *w, const char *key, int64_t wall_ms);
void jw_object_at(struct jw *w, const char *key);
void jw_array_at(struct jw *w, const char *key);
void jw_raw_at(struct jw *w, const char *key, struct bytes json);

#endif
