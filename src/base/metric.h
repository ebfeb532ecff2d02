/* Prometheus metrics: static rows, registered at start, updated from any thread.
 *
 *     static struct metric renders = METRIC_COUNTER("rounds_renders_total", "outcome", "Renders.");
 *     metric_register(&renders);  metric_inc(&renders, "ok");
 *
 * One label at most, of few values (METRIC_SERIES_MAX; further values count as "other").
 */
#ifndef BASE_METRIC_H
#define BASE_METRIC_H

#include "base/str.h"

enum { METRIC_SERIES_MAX = 40, METRIC_LABEL_MAX = 40, METRIC_BUCKETS = 14 };
enum metric_kind { METRIC_KIND_COUNTER, METRIC_KIND_GAUGE, METRIC_KIND_HISTOGRAM };

struct metric_series {
    char label[METRIC_LABEL_MAX];
    double value; /* counter, gauge; a histogram's sum */
    uint64_t count;
    uint64_t buckets[METRIC_BUCKETS]; /* upper bounds in metric.c: 5 ms … 60 s, in seconds */
};

struct metric {
    enum metric_kind kind;
    const char *name;
    const char *label; /* NULL: none */
    const char *help;
    double (*read)(void *ctx); /* gauges computed when asked for; else NULL */
    void *ctx;
    size_t n;
    struct metric_series series[METRIC_SERIES_MAX];
    struct metric *next;
};

/* clang-format off */
#define METRIC_COUNTER(n, l, h) {.kind = METRIC_KIND_COUNTER, .name = (n), .label = (l), .help = (h)}
#define METRIC_GAUGE(n, l, h) {.kind = METRIC_KIND_GAUGE, .name = (n), .label = (l), .help = (h)}
#define METRIC_HISTOGRAM(n, l, h)                                                                  \
    {.kind = METRIC_KIND_HISTOGRAM, .name = (n), .label = (l), .help = (h)}
/* clang-format on */

/* The metric is borrowed for the life of the process. Registering twice is no harm. */
void metric_register(struct metric *m);
/* label: NULL for a metric without one. */
void metric_inc(struct metric *m, const char *label);
void metric_add(struct metric *m, const char *label, double by);
void metric_set(struct metric *m, const char *label, double to);
void metric_observe(struct metric *m, const char *label, double seconds);
double metric_get(struct metric *m, const char *label);
/* Text exposition format 0.0.4 of everything registered. */
void metric_print(struct str *out);

#endif
