/* Reading shots: one, a round's, a panel's history, references. */
#ifndef STORE_SHOT_LIST_H
#define STORE_SHOT_LIST_H

#include "store/shot.h"
#include "store/verdict.h"

struct store_shot {
    int64_t row;
    const char *id;
    int64_t round_row;
    const char *round_id;
    int64_t moment_ms; /* of the round */
    int64_t plan_row;
    int pos; /* 1, 2, … in dashboard order */
    int visit;
    enum shot_state state;
    int64_t source_row;
    int64_t panel_row;
    const char *panel_id; /* ours: for the history's URL */
    const char *dashboard_uid, *dashboard_title;
    const char *panel_key, *panel_title;
    const char *vars;
    int64_t window_row;
    const char *window_key;
    int64_t from_ms, to_ms;
    int attempts;
    int64_t not_before_ms;
    int64_t taken_ms;
    const char *error_word, *error;
    struct store_blob_ref picture, thumb, data; /* size 0: none */
    bool is_expired;          /* retention took picture, data and frames; their hashes stay */
    const char *reference_id; /* "" none */
    double change_score;      /* NaN: not compared */
    bool is_changed;
    int weight;                /* heaviest finding, enum finding_weight; 0: none */
    const char *findings;      /* JSON array [{"kind","weight","evidence"}] */
    enum verdict_kind verdict; /* VERDICT_NONE: undecided */
    int64_t verdict_version;   /* for store_verdict_add; grows with every verdict, retake */
    int64_t verdict_by_row;
    const char *verdict_by;
    int64_t verdict_ms;
    const char *verdict_comment; /* of the newest verdict */
    int comments;                /* verdicts and comments with words */
    int known;                   /* known issues that apply now */
    int64_t stamp;               /* round's stamp at the newest change */
    /* store_shot_find and store_shot_get fill these, lists where they are asked with_meta. */
    struct store_blob_ref frames; /* the data as Grafana answered them; size 0: none */
    const char *meta;
    const char *panel_detail;
    const char *window_spec;
    int64_t verdict_seq; /* of the newest verdict, also one that was withdrawn; 0: never one */
    int verdict_how;     /* enum verdict_how */
    const char *verdict_by_id;
    const char *verdict_category;
    const char *verdict_links; /* JSON array of texts, "" none */
    int64_t verdict_dwell_ms;
    /* Only store_shot_find and store_shot_get, and histories with_series. */
    const struct store_series *series;
    size_t series_n;
};

struct store_shot_list {
    struct store_shot *items;
    size_t n;
    const char *next;
};

int store_shot_find(struct op *op, struct store *store, const char *id,
                    struct store_shot *out) MUST_CHECK;
int store_shot_get(struct op *op, struct store *store, int64_t row,
                   struct store_shot *out) MUST_CHECK;

enum store_shot_order {
    SHOTS_BY_POSITION,
    SHOTS_BY_CHANGE, /* most changed first, then heaviest finding, then position */
};

struct store_shot_ask {
    int64_t round_row;
    unsigned states;     /* bit 1 << enum shot_state; 0: all */
    unsigned verdicts;   /* bit 1 << enum verdict_kind; 0: all */
    bool is_undecided;   /* only: has an outcome and no verdict */
    bool is_changed;     /* only changed ones */
    bool is_flagged;     /* only those with a finding of weight warning or more */
    int64_t by_row;      /* only with the newest verdict of this person; 0: all */
    const char *search;  /* part of a panel's or dashboard's title; NULL: all */
    int64_t after_stamp; /* only those changed since the round had this stamp; 0: all */
    bool with_meta;
    enum store_shot_order order;
};

int store_shot_list(struct op *op, struct store *store, const struct store_shot_ask *ask,
                    struct store_page page, struct store_shot_list *out) MUST_CHECK;

/* ---- A panel through time ---- */

struct store_panel {
    int64_t row;
    const char *id;
    int64_t source_row;
    const char *source_id, *source_name;
    const char *dashboard_uid, *dashboard_title;
    const char *panel_key, *panel_title;
    const char *vars;
    const char *detail; /* JSON as of the newest round */
    int64_t seen_ms;    /* newest round with it */
};
struct store_window {
    int64_t row;
    const char *key;
    const char *spec;
};

int store_panel_find(struct op *op, struct store *store, const char *id,
                     struct store_panel *out) MUST_CHECK;
int store_panel_get(struct op *op, struct store *store, int64_t row,
                    struct store_panel *out) MUST_CHECK;
/* Windows in which this panel was ever taken. */
int store_panel_windows(struct op *op, struct store *store, int64_t panel_row,
                        struct store_window **out, size_t *out_n) MUST_CHECK;

struct store_history_ask {
    int64_t panel_row;
    int64_t window_row;
    int64_t plan_row; /* only rounds of this plan; 0: all */
    int64_t from_ms;  /* moment, inclusive; 0: open */
    int64_t to_ms;    /* moment, exclusive; 0: open */
    bool with_series; /* fill meta and series */
};
/* Newest round first. */
int store_shot_history(struct op *op, struct store *store, const struct store_history_ask *ask,
                       struct store_page page, struct store_shot_list *out) MUST_CHECK;

/* ---- References ---- */

enum store_reference {
    REFERENCE_PREVIOUS, /* the newest done one before */
    REFERENCE_WEEK,     /* the done one nearest to a week before, within 12 hours */
    REFERENCE_NORMAL,   /* the newest before with verdict normal, within the last 400 */
    REFERENCE_PINNED,
};
/* The shot of the same plan, panel and window to compare with; its picture not expired.
 * out->row = 0: there is none. */
int store_shot_reference(struct op *op, struct store *store, int64_t shot_row,
                         enum store_reference how, struct store_shot *out) MUST_CHECK;
/* shot_row 0: takes the pin away. */
int store_pin_set(struct op *op, struct store *store, int64_t plan_row, int64_t panel_row,
                  int64_t window_row, int64_t shot_row, int64_t user_row) MUST_CHECK;

/* ---- Masks: parts of a panel's picture that do not count as change ---- */

/* JSON array of {x, y, width, height} in shares of the picture; "[]" none. */
int store_mask_find(struct op *op, struct store *store, int64_t panel_row,
                    const char **out) MUST_CHECK;
int store_mask_set(struct op *op, struct store *store, int64_t panel_row, const char *rects,
                   int64_t user_row) MUST_CHECK;

/* ---- Earlier takes of a shot that was taken again ---- */

struct store_take {
    int64_t taken_ms;
    bool is_expired; /* as with struct store_shot */
    enum shot_state state;
    const char *error_word, *error;
    struct store_blob_ref picture, thumb, data, frames;
};
/* Newest first. */
int store_shot_takes(struct op *op, struct store *store, int64_t shot_row, struct store_take **out,
                     size_t *out_n) MUST_CHECK;

#endif
