/* Any JSON as a dashboard, and as frames of data: no crash, and what is read can be printed. */
#include "base/assert.h"
#include "grafana/dashboard.h"
#include "rounds/series.h"

#include <string.h>

enum { TEXT_MAX = 64 * 1024 * 1024 };

static void read_dashboard(struct op *op, const struct jv *json)
{
    struct dashboard dashboard;
    struct str *text = str_new(&op->arena, TEXT_MAX);
    struct jw w;
    if (dashboard_read(op, json, &dashboard))
        return;
    jw_init(&w, text);
    dashboard_print(&dashboard, &w);
    ASSERT(jv_parse_quiet(&op->arena, str_bytes(text)));
    for (size_t i = 0; i < dashboard.panel_n; i++) {
        struct str *detail = str_new(&op->arena, TEXT_MAX);
        dashboard_print_detail(&dashboard, &dashboard.panels[i], detail);
        ASSERT(jv_parse_quiet(&op->arena, str_bytes(detail)));
    }
}

static void read_series(struct op *op, const struct jv *json)
{
    struct series_set set = {0}, again;
    struct str *text = str_new(&op->arena, TEXT_MAX), *csv = str_new(&op->arena, TEXT_MAX);
    struct jw w;
    series_set_add(&op->arena, json, &set);
    series_set_finish(&op->arena, 0, 3600000, &set);
    jw_init(&w, text);
    series_set_print(&set, &w);
    series_set_print_csv(&set, csv);
    ASSERT(series_set_read(op, str_bytes(text), &again) == 0);
    ASSERT(again.n == set.n);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t n);
int LLVMFuzzerTestOneInput(const unsigned char *data, size_t n)
{
    struct op op;
    op_init(&op, -1);
    const struct jv *json = jv_parse_quiet(&op.arena, (struct bytes){(const char *)data, n});
    if (json) {
        read_series(&op, json);
        read_dashboard(&op, json);
    }
    op_fini(&op);
    return 0;
}
