/* What all kinds of report share: pieces into a sink, escaping, times, names of files, verdicts by
 * shot, what needs attention. For report/ only.
 */
#ifndef REPORT_SHAPE_H
#define REPORT_SHAPE_H

#include "report/report.h"
#include "report/words.h"

/* ---- Pieces into a sink: add many times, check once at the end ---- */

struct piece {
    struct op *op;
    const struct report_sink *sink;
    struct str text; /* what is not written yet */
    bool has_failed;
};

void piece_init(struct piece *piece, struct op *op, const struct report_sink *sink);
/* Writes the rest. 0, or -1 with op failed; must be called. */
int piece_end(struct piece *piece) MUST_CHECK;
void piece_add(struct piece *piece, struct bytes raw);
void piece_adds(struct piece *piece, const char *raw);
/* HTML text or attribute value: escaped, bad UTF-8 and control bytes replaced. */
void piece_text(struct piece *piece, const char *text);
void piece_int(struct piece *piece, int64_t n);
/* Standard base64. */
void piece_base64(struct piece *piece, struct bytes data);

/* ---- Times and words ---- */

enum { SHAPE_TIME_MAX = 48 };
/* Local time, or "" for 0. */
const char *shape_time(const struct report *report, int64_t wall_ms, char out[SHAPE_TIME_MAX]);
/* A shot's findings one after the other; false at the end. Start with *i = 0. op's arena. */
bool shape_finding(struct op *op, const struct report *report, const struct jv *findings, size_t *i,
                   const char **out_text, int *out_weight);
const char *shape_source_name(const struct report *report, int64_t row);
/* {"host":["a","b"]} as "host=a, b"; "" for none. */
const char *shape_vars(struct op *op, const char *json);

/* ---- Verdicts by shot ---- */

struct shape_verdicts {
    const struct store_verdict **items; /* by shot, then seq */
    size_t n;
};
struct shape_verdicts shape_verdicts_index(struct op *op, const struct report *report);
/* Those of one shot: a part of the index. */
struct shape_verdicts shape_verdicts_of(const struct shape_verdicts *all, int64_t shot_row);

/* The shot of a row, or NULL. */
const struct store_shot *shape_shot(const struct report *report, int64_t row);
/* ["a","b"] as lines. */
const char *shape_links(struct op *op, const char *json);

/* ---- Attention ---- */

/* A sign-off's reasons in lines "dashboard / panel · window: reason", in op's arena; a text that is
 * no list stays as it is. */
const char *shape_reasons(struct op *op, const struct report *report, const char *json);

enum shape_mark {
    MARK_ABNORMAL, /* heaviest first */
    MARK_FAILED,
    MARK_UNDECIDED,
    MARK_OPEN, /* not taken yet, cancelled */
    MARK_NOT_APPLICABLE,
    MARK_NORMAL,
};
enum shape_mark shape_mark_of(const struct store_shot *shot);
/* "▲", "✕", … : colour is never the only sign. */
const char *shape_mark_sign(enum shape_mark mark);
const char *shape_mark_class(enum shape_mark mark);
/* Shots in the order of attention: mark, then heaviest finding, change, position. */
const struct store_shot **shape_by_attention(struct op *op, const struct report *report);

/* ---- Blobs and files ---- */

/* "image/png", "image/jpeg", "image/webp"; application/octet-stream for anything else. */
const char *shape_mime(struct bytes picture);
const char *shape_extension(struct bytes picture); /* "png", …, "bin" */
/* Pixels of a PNG; false, and both as they were, for anything else. */
bool shape_png_size(struct bytes picture, double *out_width, double *out_height);
/* 0 and *out (n = 0 if there is none, with why_not set), or -1 for what ends the report. */
int shape_read(struct op *op, const struct report *report, const struct store_shot *shot,
               enum report_blob which, struct bytes *out, enum word *why_not) MUST_CHECK;
/* A name for a file or folder: at most max bytes, letters of any script, digits, "-", "_", ".";
 * never empty, never beginning with a dot. */
void shape_file_word(const char *text, size_t max, struct str *out);

#endif
