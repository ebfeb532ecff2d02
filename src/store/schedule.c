/* What the clockwork remembers, and calendars of holidays: the SQL. Any thread. */
#include "store/schedule.h"

#include "store/inner.h"

#include <string.h>

static void read_schedule(struct op *op, struct cols *c, void *item)
{
    struct store_schedule *s = item;
    s->plan_row = take_int(c);
    s->line = take_text(c);
    s->last_fired_ms = take_int(c);
}

int store_schedule_list(struct op *op, struct store *store, struct store_schedule **out,
                        size_t *out_n)
{
    CLEANUP(unit_end) struct unit u = {0};
    if (unit_begin(op, store, DB_READ, &u))
        return -1;
    return read_all(op, u.tx,
                    "SELECT s.plan_row, s.line, s.last_fired_ms FROM schedules s JOIN plans p ON "
                    "p.row_id = s.plan_row WHERE p.dropped_ms = 0 ORDER BY s.plan_row, s.line",
                    DB_NONE, sizeof **out, read_schedule, (void **)out, out_n);
}

int store_schedule_set(struct op *op, struct store *store, int64_t plan_row, const char *line,
                       int64_t last_fired_ms)
{
    return unit_run(op, store, DB_WRITE,
                    "INSERT INTO schedules VALUES ($1, $2, $3) ON CONFLICT (plan_row, line) "
                    "DO UPDATE SET last_fired_ms = excluded.last_fired_ms "
                    "WHERE excluded.last_fired_ms > schedules.last_fired_ms",
                    DB_ARGS(db_int(plan_row), db_text(line), db_int(last_fired_ms)), NULL);
}

static bool is_among(const char *line, const char *const *lines, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(lines[i], line) == 0)
            return true;
    return false;
}

int store_schedule_keep(struct op *op, struct store *store, int64_t plan_row,
                        const char *const *lines, size_t n)
{
    CLEANUP(unit_end) struct unit u = {0};
    struct store_schedule *known;
    size_t known_n;
    if (unit_begin(op, store, DB_WRITE, &u) ||
        read_all(
            op, u.tx, "SELECT plan_row, line, last_fired_ms FROM schedules WHERE plan_row = $1",
            DB_ARGS(db_int(plan_row)), sizeof *known, read_schedule, (void **)&known, &known_n))
        return -1;
    for (size_t i = 0; i < known_n; i++)
        if (!is_among(known[i].line, lines, n) &&
            db_run(op, u.tx, "DELETE FROM schedules WHERE plan_row = $1 AND line = $2",
                   DB_ARGS(db_int(plan_row), db_text(known[i].line)), NULL))
            return -1;
    return unit_commit(op, &u);
}

/* ---- Holidays ---- */

int store_holiday_set(struct op *op, struct store *store, const char *calendar,
                      const struct store_holiday *days, size_t n)
{
    CLEANUP(unit_end) struct unit u = {0};
    if (unit_begin(op, store, DB_DURABLE, &u) ||
        db_run(op, u.tx, "DELETE FROM holidays WHERE calendar = $1", DB_ARGS(db_text(calendar)),
               NULL))
        return -1;
    for (size_t i = 0; i < n; i++)
        if (db_run(op, u.tx, "INSERT INTO holidays VALUES ($1, $2, $3, $4)",
                   DB_ARGS(db_text(calendar), db_text(days[i].day),
                           db_text(text_or(days[i].name, "")), db_int(days[i].is_workday)),
                   NULL))
            return explain_conflict(op, "the day %s is twice in the calendar", days[i].day);
    return unit_commit(op, &u);
}

static void read_holiday(struct op *op, struct cols *c, void *item)
{
    struct store_holiday *h = item;
    h->day = take_text(c);
    h->name = take_text(c);
    h->is_workday = take_bool(c);
}

int store_holiday_list(struct op *op, struct store *store, const char *calendar,
                       struct store_holiday **out, size_t *out_n)
{
    CLEANUP(unit_end) struct unit u = {0};
    if (unit_begin(op, store, DB_READ, &u))
        return -1;
    return read_all(op, u.tx,
                    "SELECT day, name, is_workday FROM holidays WHERE calendar = $1 ORDER BY day",
                    DB_ARGS(db_text(calendar)), sizeof **out, read_holiday, (void **)out, out_n);
}

static void read_calendar(struct op *op, struct cols *c, void *item)
{
    *(const char **)item = take_text(c);
}

int store_holiday_calendars(struct op *op, struct store *store, const char ***out, size_t *out_n)
{
    CLEANUP(unit_end) struct unit u = {0};
    if (unit_begin(op, store, DB_READ, &u))
        return -1;
    return read_all(op, u.tx, "SELECT DISTINCT calendar FROM holidays ORDER BY calendar", DB_NONE,
                    sizeof **out, read_calendar, (void **)out, out_n);
}
