/* The metric registry: one lock for all updates. Updates are a few per render, so a finer scheme
 * would buy nothing. Computed gauges are read outside the lock, since their readers may take locks
 * of their own. Any thread.
 */
#include "base/metric.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct metric *first;

static const double bounds[METRIC_BUCKETS] = {0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.4,
                                              0.8,   1.5,  3,     6,    15,  30,  60};

void metric_register(struct metric *m)
{
    pthread_mutex_lock(&lock);
    struct metric **at = &first;
    while (*at && *at != m && strcmp((*at)->name, m->name) < 0)
        at = &(*at)->next;
    if (*at != m) {
        m->next = *at;
        *at = m;
    }
    pthread_mutex_unlock(&lock);
}

/* With the lock held. The last series takes every value beyond the limit. */
static struct metric_series *series_of(struct metric *m, const char *label)
{
    label = label ? label : "";
    for (size_t i = 0; i < m->n; i++)
        if (strncmp(m->series[i].label, label, METRIC_LABEL_MAX - 1) == 0)
            return &m->series[i];
    if (m->n == METRIC_SERIES_MAX)
        return &m->series[METRIC_SERIES_MAX - 1];
    struct metric_series *series = &m->series[m->n++];
    snprintf(series->label, sizeof series->label, "%s",
             m->n == METRIC_SERIES_MAX ? "other" : label);
    return series;
}

void metric_add(struct metric *m, const char *label, double by)
{
    pthread_mutex_lock(&lock);
    series_of(m, label)->value += by;
    pthread_mutex_unlock(&lock);
}

void metric_inc(struct metric *m, const char *label)
{
    metric_add(m, label, 1);
}

void metric_set(struct metric *m, const char *label, double to)
{
    pthread_mutex_lock(&lock);
    series_of(m, label)->value = to;
    pthread_mutex_unlock(&lock);
}

void metric_observe(struct metric *m, const char *label, double seconds)
{
    pthread_mutex_lock(&lock);
    struct metric_series *series = series_of(m, label);
    series->value += seconds;
    series->count++;
    for (size_t i = 0; i < METRIC_BUCKETS; i++)
        if (seconds <= bounds[i])
            series->buckets[i]++;
    pthread_mutex_unlock(&lock);
}

double metric_get(struct metric *m, const char *label)
{
    pthread_mutex_lock(&lock);
    double value = series_of(m, label)->value;
    pthread_mutex_unlock(&lock);
    return value;
}

/* {label="value"} with an optional second pair for a histogram's bucket. */
static void print_labels(const struct metric *m, const struct metric_series *series, const char *le,
                         struct str *out)
{
    if (!m->label && !le)
        return;
    str_addc(out, '{');
    if (m->label) {
        str_addf(out, "%s=\"", m->label);
        for (const char *c = series->label; *c; c++) {
            if (*c == '"' || *c == '\\')
                str_addc(out, '\\');
            str_addc(out, *c == '\n' ? ' ' : *c);
        }
        str_adds(out, le ? "\"," : "\"");
    }
    if (le)
        str_addf(out, "le=\"%s\"", le);
    str_addc(out, '}');
}

static void print_histogram(const struct metric *m, const struct metric_series *s, struct str *out)
{
    for (size_t i = 0; i <= METRIC_BUCKETS; i++) {
        char le[32] = "+Inf";
        if (i < METRIC_BUCKETS)
            snprintf(le, sizeof le, "%g", bounds[i]);
        str_addf(out, "%s_bucket", m->name);
        print_labels(m, s, le, out);
        str_addf(out, " %llu\n",
                 (unsigned long long)(i < METRIC_BUCKETS ? s->buckets[i] : s->count));
    }
    str_addf(out, "%s_sum", m->name);
    print_labels(m, s, NULL, out);
    str_addf(out, " %.6f\n%s_count", s->value, m->name);
    print_labels(m, s, NULL, out);
    str_addf(out, " %llu\n", (unsigned long long)s->count);
}

static void print_metric(const struct metric *m, struct str *out)
{
    static const char *const kinds[] = {"counter", "gauge", "histogram"};
    str_addf(out, "# HELP %s %s\n# TYPE %s %s\n", m->name, m->help, m->name, kinds[m->kind]);
    for (size_t i = 0; i < m->n; i++) {
        if (m->kind == METRIC_KIND_HISTOGRAM) {
            print_histogram(m, &m->series[i], out);
            continue;
        }
        str_adds(out, m->name);
        print_labels(m, &m->series[i], NULL, out);
        str_addf(out, " %.15g\n", m->series[i].value);
    }
}

void metric_print(struct str *out)
{
    pthread_mutex_lock(&lock);
    struct metric *list = first; /* rows are only ever added */
    pthread_mutex_unlock(&lock);
    for (struct metric *m = list; m; m = m->next)
        if (m->read)
            metric_set(m, NULL, m->read(m->ctx));
    pthread_mutex_lock(&lock);
    for (const struct metric *m = first; m; m = m->next)
        print_metric(m, out);
    pthread_mutex_unlock(&lock);
}
