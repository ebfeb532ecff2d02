/* Plans: what to look at, when, how, and who reviews it. Pure: reading, printing, comparing.
 *
 * A specification is a JSON object (docs/api "PlanSpec"); YAML is read into the same tree. Unknown
 * keys are refused with the nearest known name. All faults are collected, each with its path and,
 * where the text had lines, its line and column.
 */
#ifndef ROUNDS_PLAN_H
#define ROUNDS_PLAN_H

#include "cron/cron.h"
#include "rounds/quiet.h"
#include "rounds/tree.h"
#include "rounds/window.h"

enum { PLAN_FAULTS_MAX = 50, PLAN_SHOTS_MAX = 20000 };

struct plan_fault {
    const char *path;    /* "windows[1].from" */
    const char *message; /* what is wrong, and what would do */
    int line, column;    /* 0: unknown */
};
struct plan_faults {
    struct plan_fault items[PLAN_FAULTS_MAX];
    size_t n;
};

struct plan_names { /* a list of texts */
    const char **items;
    size_t n;
};

enum plan_pick { PLAN_PICK_PANELS, PLAN_PICK_DASHBOARD, PLAN_PICK_FOLDER, PLAN_PICK_TAG };
enum plan_mode { PLAN_VALUE, PLAN_LIST, PLAN_EACH };

struct plan_variable {
    const char *name;
    enum plan_mode mode;
    struct plan_names values; /* PLAN_EACH without values: those that Grafana offers */
};

struct plan_selection {
    const char *source; /* id, or name in documents that travel */
    enum plan_pick pick;
    const char *dashboard;    /* uid; folder uid; tag: as pick says */
    struct plan_names panels; /* PLAN_PICK_PANELS: keys */
    struct plan_variable *variables;
    size_t variable_n;
};

struct plan_picture {
    bool is_solo;      /* each panel at the size below; else as the dashboard lays it out */
    int width, height; /* CSS pixels: of a panel if solo, else width of the dashboard */
    double scale;
    bool is_dark;
    const char *format; /* "png" */
};

enum plan_reference { PLAN_PREVIOUS, PLAN_SAME_WEEKDAY, PLAN_LAST_NORMAL, PLAN_PINNED };
enum plan_overlap { PLAN_SKIP, PLAN_QUEUE, PLAN_CANCEL_OLD };

enum plan_stat {
    PLAN_STAT_LAST,
    PLAN_STAT_MIN,
    PLAN_STAT_MAX,
    PLAN_STAT_MEAN,
    PLAN_STAT_MISSING,         /* share, 0…1 */
    PLAN_STAT_MISSING_LONGEST, /* seconds */
};
enum plan_op { PLAN_GT, PLAN_GE, PLAN_LT, PLAN_LE, PLAN_SIGMA, PLAN_CHANGE };

struct plan_rule {
    struct plan_names panels; /* "dashboard/panel"; n = 0: all */
    const char *series;       /* glob over names; "*" all */
    enum plan_stat stat;
    enum plan_op op;
    double value;     /* sigma: how many; change: share of the reference's value */
    bool is_alert;    /* else a warning */
    const char *text; /* the author's words, "" none */
};

struct plan_notify {
    const char *channel;
    struct plan_names events;
};

struct plan_spec {
    const char *name, *description, *timezone;
    struct plan_selection *selections;
    size_t selection_n;
    struct window *windows;
    size_t window_n;
    struct plan_picture picture;
    struct plan_names cron, holidays;
    bool is_paused;
    struct plan_names reviewers, escalate_to;
    int64_t due_ms; /* after the round's moment; 0: never */
    bool needs_second_person;
    int64_t retention_days, abnormal_days; /* 0: for ever */
    enum plan_reference reference;
    struct plan_rule *rules;
    size_t rule_n;
    enum plan_overlap overlap;
    int parallel;
    struct quiet *quiet; /* in the plan's zone */
    size_t quiet_n;
    struct plan_notify *notify;
    size_t notify_n;
};

/* Reads and validates. On faults: ERR_UNPROCESSABLE, its text telling the first and how many more;
 * `faults` (may be NULL) has them all. Defaults fill what is left out. */
int plan_read(struct op *op, const struct tree *tree, struct plan_spec *out,
              struct plan_faults *faults) MUST_CHECK;
/* The same from the text of a stored version. */
int plan_read_text(struct op *op, const char *json, struct plan_spec *out) MUST_CHECK;
/* The API's PlanSpec, all members, in canonical order. */
void plan_print(const struct plan_spec *spec, struct jw *w);
/* The plan's schedule, ready to ask. Paused plans have one too. */
int plan_schedule(struct op *op, const struct plan_spec *spec, struct schedule *out) MUST_CHECK;

/* Differences between two specifications, one a line: "windows[1].length: \"6h\" → \"12h\"". */
struct plan_names plan_diff(struct arena *arena, const struct jv *before, const struct jv *after);

/* ---- Documents: one or more plans under `plans:`, or a single specification ---- */

struct plan_document {
    struct plan_spec *plans;
    size_t n;
};
/* YAML or JSON. Any fault refuses all (ERR_UNPROCESSABLE, paths begin with "plans[i]"). */
int plan_read_document(struct op *op, struct bytes text, struct plan_document *out,
                       struct plan_faults *faults) MUST_CHECK;
/* is_yaml false: JSON. */
int plan_print_document(struct op *op, const struct plan_spec *plans, size_t n, bool is_yaml,
                        struct str *out) MUST_CHECK;

/* "90m", "6h", "7d", "1h30m" ↔ milliseconds. Negative ones only with is_signed. */
bool plan_parse_duration(const char *text, bool is_signed, int64_t *out_ms);
char *plan_print_duration(struct arena *arena, int64_t ms);

#endif
