/* Shots, verdicts and known issues, as the API shows them. */
#ifndef API_SHOT_PRINT_H
#define API_SHOT_PRINT_H

#include "api/platform.h"
#include "base/json.h"
#include "rounds/plan.h"
#include "store/shot_list.h"

enum { SHOT_PRINT_SOURCES_MAX = 16 };

/* What shots of one answer share, read when it is first needed. For one thread. */
struct shot_printer {
    struct op *op; /* borrowed: everything read lives in its arena */
    const struct platform *platform;
    struct {
        int64_t row;
        const char *id, *name;
    } sources[SHOT_PRINT_SOURCES_MAX];
    size_t source_n;
    int64_t plan_row; /* whose specification `spec` is; 0: none yet */
    struct plan_spec spec;
    const char **window_keys; /* of the specification's windows, as rounds name them */
    int64_t panel_row;        /* whose detail `detail` is; a panel's shots stand together */
    const struct jv *detail;
    struct store_known *known; /* those that apply now */
    size_t known_n;
    bool has_known;
    bool with_record; /* how it was taken, too */
};

void shot_printer_init(struct shot_printer *p, struct op *op, const struct platform *platform);
/* The API's Shot. The shot must have its meta: found by id, or out of a list with_meta. */
int shot_print(struct shot_printer *p, const struct store_shot *shot, struct jw *w) MUST_CHECK;
/* The API's Verdict of a shot, or null. */
void shot_print_verdict(const struct store_shot *shot, struct jw *w);
/* The API's Verdict from the record. */
void verdict_print(const struct store_verdict *verdict, struct jw *w);
/* The API's Take. number: 1 for the first. */
void take_print(const struct store_take *take, size_t number, struct jw *w);
/* The API's KnownIssue. panel_id: as in URLs. */
/* panel NULL: only its id, as where the panel is known from around. */
void known_print(const struct store_known *known, const char *panel_id,
                 const struct store_panel *panel, struct jw *w);

#endif
