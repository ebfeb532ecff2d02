/* The result of an expansion as the API shows it. Pure. */
#include "base/clock.h"
#include "rounds/expand.h"

static void print_text(struct jw *w, const char *key, struct expand_text text)
{
    if (key)
        jw_key(w, key);
    jw_object(w);
    jw_text_at(w, "zh-CN", text.zh);
    jw_text_at(w, "en", text.en);
    jw_end(w);
}

static void print_shot(const struct plan_spec *spec, const struct expand_shot *shot, struct jw *w)
{
    char iso[CLOCK_ISO_MAX];
    jw_object(w);
    jw_text_at(w, "source", shot->source);
    jw_text_at(w, "dashboard", shot->dashboard->title);
    jw_text_at(w, "dashboard_uid", shot->dashboard->uid);
    jw_text_at(w, "panel", shot->panel->title);
    jw_text_at(w, "panel_key", shot->panel->key);
    jw_text_at(w, "window", spec->windows[shot->window].name);
    jw_raw_at(w, "variables", bytes_of(shot->vars));
    clock_iso(shot->from_ms, iso);
    jw_text_at(w, "from", iso);
    clock_iso(shot->to_ms, iso);
    jw_text_at(w, "to", iso);
    jw_end(w);
}

void expand_print_missing(const struct expand_result *result, struct jw *w)
{
    jw_array(w);
    for (size_t i = 0; i < result->missing_n; i++) {
        const struct expand_drift *drift = &result->missing[i];
        jw_object(w);
        jw_text_at(w, "what", drift->what);
        jw_text_at(w, "path", drift->path);
        jw_text_at(w, "name", drift->name);
        print_text(w, "mend", drift->mend);
        jw_end(w);
    }
    jw_end(w);
}

void expand_print(const struct plan_spec *spec, const struct expand_result *result,
                  size_t shots_max, struct jw *w)
{
    jw_int_at(w, "total", (int64_t)result->n);
    jw_array_at(w, "shots");
    for (size_t i = 0; i < result->n && i < shots_max; i++)
        print_shot(spec, &result->shots[i], w);
    jw_end(w);
    jw_key(w, "missing");
    expand_print_missing(result, w);
    jw_array_at(w, "warnings");
    for (size_t i = 0; i < result->warning_n; i++)
        print_text(w, NULL, result->warnings[i]);
    jw_end(w);
}
