/* Verdicts and comments: append-only, in one chain of hashes a round. Known issues.
 *
 * Undoing is a verdict of its own (VERDICT_WITHDRAWN). The database refuses to change or delete
 * any row. All writing here survives a power cut.
 */
#ifndef STORE_VERDICT_H
#define STORE_VERDICT_H

#include "base/hash.h"
#include "base/str.h"
#include "store/store.h"

enum verdict_kind {
    VERDICT_NONE = 0, /* a shot without a verdict; never a row */
    VERDICT_NORMAL = 1,
    VERDICT_ABNORMAL = 2,
    VERDICT_NOT_APPLICABLE = 3,
    VERDICT_WITHDRAWN = 4, /* the shot is undecided again */
    VERDICT_COMMENT = 5,   /* words only; changes nothing */
};

enum verdict_how { VERDICT_SINGLE = 1, VERDICT_BULK = 2, VERDICT_PHONE = 3 };

struct store_verdict {
    int64_t row;
    int64_t round_row;
    int64_t seq; /* in the round's chain: 1, 2, … */
    int64_t shot_row;
    const char *shot_id;
    enum verdict_kind kind;
    enum verdict_how how;
    int64_t user_row;
    const char *user_id; /* only in lists */
    const char *user;    /* name */
    const char *comment;
    const char *category;
    const char *links; /* JSON array of texts */
    int64_t dwell_ms;  /* how long the picture was on screen */
    int64_t given_ms;
    const char *picture; /* hex SHA-256 of what was looked at, "" none */
    const char *bulk;    /* word that verdicts given in one act share, else "" */
    char hash[HASH_HEX_MAX];
    /* Only in lists over rounds. */
    const char *panel_title, *dashboard_title, *plan_name, *round_id;
    int64_t moment_ms;
};

struct store_verdict_list {
    struct store_verdict *items;
    size_t n;
    const char *next;
};

struct store_verdict_item {
    int64_t shot_row;
    int64_t version; /* verdict_version that the person saw; -1: whatever it is */
};

/* Gives the same verdict (kind, how, user_row, comment, category, links, dwell_ms, given_ms of
 * *verdict) to n shots of one round, in one transaction; fills row, seq, hash … of the first.
 * n == 1: ERR_CONFLICT when its version has moved on. More: those are left out, and *out_given is
 * less than n. ERR_UNPROCESSABLE: a shot has no outcome yet.
 * ERR_TOO_LARGE: more words than 64 KiB. */
int store_verdict_add(struct op *op, struct store *store, struct store_verdict *verdict,
                      const struct store_verdict_item *items, size_t n,
                      size_t *out_given) MUST_CHECK;

struct store_verdict_ask {
    int64_t shot_row;       /* one shot's thread; 0: any */
    int64_t round_row;      /* 0: any */
    int64_t plan_row;       /* 0: any */
    int64_t user_row;       /* given by; 0: any */
    unsigned kinds;         /* bit 1 << enum verdict_kind; 0: all */
    int64_t from_ms, to_ms; /* given; 0: open */
    bool with_words;        /* only those with a comment */
};
/* The canonical text that `hash` is the hash of, for bundles that verify offline; of a verdict out
 * of a list. before: the hash of the one before it in the chain, NULL: it is the first. Pure. */
void store_verdict_text(const struct store_verdict *verdict, const char *before, struct str *out);
/* Newest first. */
int store_verdict_list(struct op *op, struct store *store, const struct store_verdict_ask *ask,
                       struct store_page page, struct store_verdict_list *out) MUST_CHECK;
/* Computes the chain of a round anew. *out_bad_seq: the first verdict that does not fit, 0: all
 * fit. *out_n: how many there are. */
int store_verdict_verify(struct op *op, struct store *store, int64_t round_row,
                         int64_t *out_bad_seq, int64_t *out_n) MUST_CHECK;

/* ---- Known issues: words that go with a panel until a date ---- */

struct store_known {
    int64_t row;
    const char *id;
    int64_t panel_row;
    const char *panel_title; /* filled by lists */
    int64_t window_row;      /* 0: all windows */
    const char *text;
    const char *category;
    const char *links; /* JSON array */
    int64_t from_ms;
    int64_t until_ms; /* exclusive */
    int64_t user_row; /* who said so */
    const char *user;
    int64_t ended_ms; /* ended before its time; 0: not */
};
int store_known_add(struct op *op, struct store *store, struct store_known *known) MUST_CHECK;
int store_known_find(struct op *op, struct store *store, const char *id,
                     struct store_known *out) MUST_CHECK;
/* panel_row 0: all panels. at_ms 0: past ones too. Newest first. */
int store_known_list(struct op *op, struct store *store, int64_t panel_row, int64_t at_ms,
                     struct store_known **out, size_t *out_n) MUST_CHECK;
int store_known_end(struct op *op, struct store *store, int64_t row, int64_t now_ms) MUST_CHECK;

#endif
