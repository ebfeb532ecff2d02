/* A round in short. Pure. */
#include "api/card.h"

#include "base/clock.h"

void card_print_members(struct jw *w, const struct store_round *round)
{
    static const char *const triggers[] = {
        [ROUND_BY_SCHEDULE] = "schedule", [ROUND_BY_HAND] = "hand", [ROUND_BY_API] = "api"};
    jw_text_at(w, "id", round->id);
    jw_text_at(w, "plan_id", round->plan_id);
    jw_text_at(w, "plan_name", round->plan_name);
    jw_time_at(w, "moment_at", round->moment_ms);
    jw_text_at(w, "state", store_round_state_word(round->state));
    jw_int_at(w, "total", round->total);
    jw_int_at(w, "done", round->done);
    jw_int_at(w, "failed", round->failed);
    jw_int_at(w, "normal", round->normal);
    jw_int_at(w, "abnormal", round->abnormal);
    jw_int_at(w, "not_applicable", round->not_applicable);
    jw_int_at(w, "undecided", round->undecided);
    jw_int_at(w, "changed", round->changed);
    jw_time_at(w, "due_at", round->due_ms);
    jw_bool_at(w, "late", round->is_late);
    jw_text_at(w, "trigger", triggers[round->trigger]);
    jw_text_at(w, "error", *round->error ? round->error : NULL);
}

void card_print(struct jw *w, const struct store_round *round)
{
    jw_object(w);
    card_print_members(w, round);
    jw_end(w);
}
