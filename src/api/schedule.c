/* When a schedule fires, before it is kept: the next moments, and what it says in words. */
#include "api/handlers.h"

#include "api/fields.h"
#include "api/reply.h"
#include "base/clock.h"
#include "cron/cron.h"

enum { NEXT_N = 5 };

/* The first line that cannot be read is named with its place in the list. */
static int check_lines(struct fields *f, const char *const *lines, size_t n)
{
    struct op *op = f->call->op;
    struct cron cron;
    for (size_t i = 0; i < n; i++)
        if (cron_parse(op, bytes_of(lines[i]), &cron) < 0) {
            const char *text = op->err_text;
            op_clear(op);
            fields_fault(f, arena_fmt(&op->arena, "cron[%zu]", i), "%s", text);
        }
    return fields_end(f);
}

static void print_words(struct call *call, struct jw *w, const struct schedule *schedule)
{
    static const char *const keys[] = {[CRON_EN] = "en", [CRON_ZH] = "zh-CN"};
    static const char *const separators[] = {[CRON_EN] = "; ", [CRON_ZH] = "；"};
    jw_object_at(w, "words");
    for (int language = CRON_EN; language <= CRON_ZH; language++) {
        struct str *s = str_new(&call->op->arena, 64 << 10);
        for (size_t i = 0; i < schedule->line_n; i++) {
            if (i)
                str_adds(s, separators[language]);
            cron_words(&schedule->lines[i], (enum cron_language)language, s);
        }
        jw_text_at(w, keys[language], s->p);
    }
    jw_end(w);
}

static int reply_preview(struct call *call, const struct schedule *schedule)
{
    struct reply r;
    char text[CLOCK_ISO_MAX];
    int64_t moment = clock_wall_ms();
    reply_open(&r, call);
    jw_object(&r.w);
    jw_array_at(&r.w, "next");
    for (int i = 0; i < NEXT_N && (moment = schedule_next(schedule, moment, NULL)) != 0; i++) {
        clock_iso(moment, text);
        jw_text(&r.w, text);
    }
    jw_end(&r.w);
    print_words(call, &r.w, schedule);
    jw_end(&r.w);
    return reply_json(&r, 200);
}

int handle_schedule_preview(struct call *call)
{
    struct fields f;
    struct schedule *schedule = ARENA_NEW(&call->op->arena, struct schedule);
    size_t line_n, holiday_n;
    fields_open(&f, call, "cron timezone holidays");
    const char **lines = fields_texts(&f, "cron", SCHEDULE_LINES_MAX, 200, &line_n);
    const char *zone = fields_need_text(&f, "timezone", 100);
    const char **holidays = fields_texts(&f, "holidays", SCHEDULE_HOLIDAYS_MAX, 50, &holiday_n);
    if (!lines)
        fields_fault(&f, "cron", "is missing");
    if (fields_end(&f) < 0 || check_lines(&f, lines, line_n) < 0)
        return -1;
    if (schedule_parse(call->op, lines, line_n, zone, holidays, holiday_n, schedule) < 0) {
        reply_detail(call, call->op->err == ERR_NOT_FOUND ? "timezone" : "", call->op->err_text);
        if (call->op->err == ERR_NOT_FOUND) { /* a zone that is not known is no missing object */
            const char *text = call->op->err_text;
            op_clear(call->op);
            op_fail(call->op, ERR_UNPROCESSABLE, "%s", text);
        }
        return -1;
    }
    return reply_preview(call, schedule);
}
