/* A shot's end: picture and data into blobs, judged against its reference, its outcome stored with
 * the letters that follow, or another attempt later. Blocks on store and blobs; round workers only.
 *
 * Blobs first, then one transaction: a kill in between leaves blobs without a row, which the sweep
 * takes, and never a row without its blob.
 */
#include "rounds/shot.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/pack.h"
#include "base/rand.h"
#include "grafana/links.h"
#include "notify/rule.h"
#include "rounds/answers.h"
#include "rounds/rounds_priv.h"
#include "store/round.h"

#include <math.h>
#include <string.h>

enum { THUMB_PX = 400, DATA_MAX = 32 * 1024 * 1024, META_MAX = 256 * 1024 };
/* Of earlier rounds, for rules about what is usual. */
enum { HISTORY_MIN = 4, HISTORY = 14, WEEK_MAX = 200, WEEK_MS = 7 * 86400 * 1000 };
enum { SERIES_KEPT = 200 };

/* ---- What happened ---- */

static const char *word_of_error(enum err err)
{
    switch (err) {
    case ERR_TIMEOUT:
        return "timeout";
    case ERR_TARGET_LOGIN:
        return "login";
    case ERR_TARGET_MISSING:
        return "panel_missing";
    case ERR_UNPROCESSABLE: /* the credential lacks something */
        return "login";
    case ERR_BROWSER:
    case ERR_INTERNAL:
    case ERR_UNAVAILABLE:
        return "browser";
    default:
        return "target";
    }
}

static const char *outcome_of(const struct op *part, const struct render_result *result)
{
    if (part->err == ERR_NONE)
        return truth_word(result->finding.truth);
    if (part->err != ERR_TIMEOUT && result->finding.truth != TRUTH_OK)
        return truth_word(result->finding.truth);
    return word_of_error(part->err);
}

static bool is_word(const char *word, const char *const *list)
{
    for (; *list; list++)
        if (strcmp(word, *list) == 0)
            return true;
    return false;
}

bool shot_may_heal(const char *outcome, int attempts, int attempts_max)
{
    static const char *const healing[] = {"timeout", "browser", "target", "loading", NULL};
    if (strcmp(outcome, "login") == 0)
        return attempts < 2; /* a token that was renewed a moment ago; not worth more */
    return is_word(outcome, healing) && attempts < attempts_max;
}

int64_t shot_pause_ms(int64_t first_ms, int attempts, double jitter)
{
    int64_t pause = first_ms;
    for (int i = 1; i < attempts && pause < 64 * first_ms; i++)
        pause *= 4;
    return pause + (int64_t)((double)pause * jitter / 2);
}

/* ---- Reference and masks ---- */

int shot_find_reference(struct op *op, struct rounds *rounds, const struct plan_spec *spec,
                        int64_t shot_row, struct store_shot *out)
{
    static const enum store_reference how[] = {[PLAN_PREVIOUS] = REFERENCE_PREVIOUS,
                                               [PLAN_SAME_WEEKDAY] = REFERENCE_WEEK,
                                               [PLAN_LAST_NORMAL] = REFERENCE_NORMAL,
                                               [PLAN_PINNED] = REFERENCE_PINNED};
    if (store_shot_reference(op, rounds->conf.store, shot_row, how[spec->reference], out))
        return -1;
    if (out->row || spec->reference == PLAN_PREVIOUS)
        return 0;
    return store_shot_reference(op, rounds->conf.store, shot_row, REFERENCE_PREVIOUS, out);
}

int shot_find_masks(struct op *op, struct rounds *rounds, int64_t panel_row,
                    struct picture_mask **out, size_t *out_n)
{
    const char *text;
    if (store_mask_find(op, rounds->conf.store, panel_row, &text))
        return -1;
    const struct jv *list = jv_parse_quiet(&op->arena, bytes_of(text));
    *out = ARENA_ARRAY(&op->arena, struct picture_mask, jv_len(list) + 1);
    *out_n = jv_len(list);
    for (size_t i = 0; i < *out_n; i++) {
        const struct jv *rect = jv_item(list, i);
        (*out)[i] = (struct picture_mask){jv_num_at(rect, "x", 0), jv_num_at(rect, "y", 0),
                                          jv_num_at(rect, "w", jv_num_at(rect, "width", 0)),
                                          jv_num_at(rect, "h", jv_num_at(rect, "height", 0))};
    }
    return 0;
}

/* ---- Data ---- */

/* is_json: which of the answers could be read. */
static void gather(struct op *op, const struct store_claimed *shot,
                   const struct render_result *result, struct series_set *set, bool *is_json)
{
    *set = (struct series_set){0};
    for (size_t i = 0; i < result->frames_n; i++) {
        const struct jv *answer = jv_parse_quiet(&op->arena, result->frames[i].body);
        is_json[i] = answer != NULL;
        series_set_add(&op->arena, answer, set);
    }
    series_set_finish(&op->arena, shot->from_ms, shot->to_ms, set);
    if (result->frames_n && !result->has_all_frames)
        set->note = "bounded";
}

static struct series_set of_store(struct arena *arena, const struct store_series *from, size_t n)
{
    struct series_set set = {.note = "complete", .n = n};
    set.items = ARENA_ARRAY(arena, struct series, n + 1);
    for (size_t i = 0; i < n; i++)
        set.items[i] = (struct series){.ref = "",
                                       .name = from[i].name,
                                       .labels = "{}",
                                       .unit = from[i].unit,
                                       .last = from[i].last,
                                       .min = from[i].min,
                                       .max = from[i].max,
                                       .mean = from[i].mean,
                                       .missing_share = from[i].missing_share};
    return set;
}

static const struct store_series *to_store(struct arena *arena, const struct series_set *set,
                                           size_t *n)
{
    *n = set->n < SERIES_KEPT ? set->n : SERIES_KEPT;
    struct store_series *out = ARENA_ARRAY(arena, struct store_series, *n + 1);
    for (size_t i = 0; i < *n; i++)
        out[i] = (struct store_series){set->items[i].name,          set->items[i].unit,
                                       set->items[i].last,          set->items[i].min,
                                       set->items[i].max,           set->items[i].mean,
                                       set->items[i].missing_share, (int64_t)set->items[i].point_n};
    return out;
}

/* ---- Judging ---- */

struct judging {
    struct judge_input input;
    bool is_other_range;
    struct series_set series, reference;
    struct picture_diff pixels;
    struct judge_result result;
    int64_t reference_row;
};

static bool needs_history(const struct plan_spec *spec)
{
    for (size_t i = 0; i < spec->rule_n; i++)
        if (spec->rules[i].op == PLAN_SIGMA)
            return true;
    return false;
}

/* What is usual: the rounds of the week before; of a plan that had too few in it, its newest. */
static int find_history(struct op *op, const struct shot_job *job, const struct store_claimed *shot,
                        struct judging *j)
{
    struct store_shot_list list;
    struct store_history_ask ask = {.panel_row = shot->panel_row,
                                    .window_row = shot->window_row,
                                    .plan_row = shot->plan_row,
                                    .to_ms = shot->moment_ms,
                                    .with_series = true};
    struct store_page page = {.limit = HISTORY};
    struct series_set *history = ARENA_ARRAY(&op->arena, struct series_set, WEEK_MAX);
    size_t seen = 0, of_week = 0;
    bool is_more = true;
    do {
        if (store_shot_history(op, job->rounds->conf.store, &ask, page, &list))
            return -1;
        for (size_t i = 0; i < list.n && is_more; i++) {
            const struct store_shot *item = &list.items[i];
            bool is_older = item->moment_ms < shot->moment_ms - WEEK_MS;
            is_more = is_older ? of_week < HISTORY_MIN && seen < HISTORY : seen < WEEK_MAX;
            seen += is_more;
            of_week += is_more && !is_older;
            if (is_more && item->series_n)
                history[j->input.history_n++] = of_store(&op->arena, item->series, item->series_n);
        }
        page.cursor = list.next;
    } while (is_more && page.cursor);
    j->input.history = history;
    return 0;
}

static int compare_pixels(struct op *op, const struct shot_job *job,
                          const struct store_claimed *shot, const struct store_shot *reference,
                          struct bytes picture, struct judging *j)
{
    struct picture_mask *masks;
    size_t n;
    struct op part;
    struct bytes before;
    if (shot_find_masks(op, job->rounds, shot->panel_row, &masks, &n))
        return -1;
    op_init_part(&part, op, -1);
    /* A reference that is gone or damaged is no reason to lose the new picture. */
    if (blob_get(&part, job->rounds->conf.blobs, reference->picture.key, &before) == 0 &&
        picture_compare(&part, before, picture, masks, n, &j->pixels) == 0)
        j->input.pixels = &j->pixels;
    op_fini(&part);
    return 0;
}

static int find_reference(struct op *op, const struct shot_job *job,
                          const struct store_claimed *shot, struct bytes picture, struct judging *j)
{
    struct store_shot reference, full;
    if (shot_find_reference(op, job->rounds, job->spec, shot->row, &reference))
        return -1;
    if (reference.row == 0 || reference.row == shot->row)
        return 0;
    j->reference_row = reference.row;
    if (store_shot_get(op, job->rounds->conf.store, reference.row, &full))
        return -1;
    if (full.series_n) {
        j->reference = of_store(&op->arena, full.series, full.series_n);
        j->input.reference = &j->reference;
    }
    if (j->series.n == 0 && full.series_n == 0 && reference.picture.size && picture.n)
        return compare_pixels(op, job, shot, &reference, picture, j);
    return 0;
}

static int judge(struct op *op, const struct shot_job *job, const struct store_claimed *shot,
                 const char *outcome, const char *message, struct bytes picture, struct judging *j)
{
    j->input = (struct judge_input){
        .outcome = outcome,
        .message = message,
        .is_other_range = j->is_other_range,
        .dashboard_uid = shot->dashboard_uid,
        .panel_key = shot->panel_key,
        .from_ms = shot->from_ms,
        .to_ms = shot->to_ms,
        .detail = jv_parse_quiet(&op->arena, bytes_of(shot->panel_detail)),
        .series = &j->series,
        .rules = job->spec->rules,
        .rule_n = job->spec->rule_n,
    };
    if (picture.n && find_reference(op, job, shot, picture, j))
        return -1;
    if (needs_history(job->spec) && find_history(op, job, shot, j))
        return -1;
    judge_shot(&op->arena, &j->input, &j->result);
    return 0;
}

/* ---- Storing ---- */

static const char *print_meta(struct op *op, const struct shot_job *job,
                              const struct store_claimed *shot, const struct render_ask *ask,
                              const struct render_result *result, const struct series_set *set,
                              const char *outcome)
{
    struct link_ask live = {.base_url = job->source->base_url,
                            .org_id = job->source->org_id,
                            .uid = shot->dashboard_uid,
                            .panel = shot->panel_key,
                            .from_ms = shot->from_ms,
                            .to_ms = shot->to_ms,
                            .vars = jv_parse_quiet(&op->arena, bytes_of(shot->vars)),
                            .timezone = job->spec->timezone};
    const struct jv *test = jv_parse_quiet(&op->arena, bytes_of(job->source->test));
    const struct jv *detail = jv_parse_quiet(&op->arena, bytes_of(shot->panel_detail));
    struct str *text = str_new(&op->arena, META_MAX);
    struct jw w;
    jw_init(&w, text);
    jw_object(&w);
    jw_text_at(&w, "outcome", outcome);
    jw_text_at(&w, "url", result->url ? result->url : ask->target.text);
    jw_text_at(&w, "live_url", link_live(&op->arena, &live));
    jw_text_at(&w, "timezone", job->spec->timezone);
    const char *version = jv_text_at(detail, "grafana_version", "");
    jw_text_at(&w, "grafana_version", *version ? version : jv_text_at(test, "version", ""));
    jw_int_at(&w, "dashboard_version", jv_int_at(detail, "dashboard_version", 0));
    jw_text_at(&w, "mime", result->mime ? result->mime : "");
    jw_int_at(&w, "width", result->width_px);
    jw_int_at(&w, "height", result->height_px);
    jw_bool_at(&w, "other_range", result->is_other_range);
    jw_text_at(&w, "data_note", set->note);
    jw_text_at(&w, "how", result->how ? result->how : "");
    jw_text_at(&w, "browser", result->browser ? result->browser : "");
    jw_text_at(&w, "browser_version", result->browser_version ? result->browser_version : "");
    jw_text_at(&w, "missing", result->missing ? result->missing : "");
    jw_object_at(&w, "stages");
    jw_int_at(&w, "queue_ms", result->stages.queue_ms);
    jw_int_at(&w, "navigate_ms", result->stages.navigate_ms);
    jw_int_at(&w, "ready_ms", result->stages.ready_ms);
    jw_int_at(&w, "capture_ms", result->stages.capture_ms);
    jw_end(&w);
    jw_end(&w);
    return text->is_full ? "{}" : text->p;
}

static int put_blob(struct op *op, const struct rounds *rounds, struct bytes content,
                    struct store_blob_ref *out)
{
    if (content.n == 0)
        return 0;
    out->size = (int64_t)content.n;
    return blob_put(op, rounds->conf.blobs, content, &out->key);
}

static int put_picture(struct op *op, const struct rounds *rounds, struct bytes picture,
                       struct store_outcome *out)
{
    struct bytes thumb = {0};
    struct op part;
    op_init_part(&part, op, -1);
    if (picture.n && picture_thumbnail(&part, picture, THUMB_PX, &thumb))
        thumb = (struct bytes){0}; /* the faces show the picture itself then */
    int failed =
        put_blob(op, rounds, picture, &out->picture) || put_blob(op, rounds, thumb, &out->thumb);
    op_fini(&part);
    return failed;
}

static int put_frames(struct op *op, const struct rounds *rounds,
                      const struct render_result *result, const bool *is_json,
                      struct store_outcome *out)
{
    struct op part;
    op_init_part(&part, op, -1);
    int failed =
        put_blob(op, rounds, answers_pack(&part.arena, result, is_json, rounds->conf.answers_max),
                 &out->frames);
    op_fini(&part);
    return failed;
}

static int put_data(struct op *op, const struct rounds *rounds, const struct series_set *set,
                    struct store_outcome *out)
{
    if (set->n + set->error_n == 0)
        return 0;
    struct str *data = str_new(&op->arena, DATA_MAX);
    struct jw w;
    jw_init(&w, data);
    series_set_print(set, &w);
    if (data->is_full)
        return 0;
    return put_blob(op, rounds, pack_gzip(&op->arena, str_bytes(data)), &out->data);
}

static void set_findings(struct arena *arena, const struct judge_result *from,
                         struct store_outcome *out)
{
    struct store_finding *findings = ARENA_ARRAY(arena, struct store_finding, from->n + 1);
    for (size_t i = 0; i < from->n; i++)
        findings[i] = (struct store_finding){from->findings[i].kind,
                                             (enum finding_weight)from->findings[i].weight,
                                             from->findings[i].evidence};
    out->findings = findings;
    out->findings_n = from->n;
}

/* The round is over: whoever wants to know is written to, in the same transaction. */
static int post_end(struct op *op, struct store *bound, const struct store_claimed *shot,
                    size_t *letters)
{
    struct store_round round;
    if (store_round_get(op, bound, shot->round_row, &round))
        return -1;
    unsigned events = NOTIFY_BIT(NOTIFY_ROUND_FINISHED);
    if (round.failed > 0)
        events |= NOTIFY_BIT(NOTIFY_FAILURES);
    struct rule_post post = {.plan_row = shot->plan_row,
                             .round_id = round.id,
                             .events = events,
                             .now_ms = clock_wall_ms()};
    return rule_post(op, bound, &post, letters);
}

static int complete(struct op *op, const struct shot_job *job, const struct store_claimed *shot,
                    const struct store_outcome *outcome)
{
    CLEANUP(store_end) struct store *bound = NULL;
    struct rounds *rounds = job->rounds;
    bool is_last = false;
    size_t letters = 0;
    if (store_begin(op, rounds->conf.store, STORE_PLAIN, &bound))
        return -1;
    if (store_shot_complete(op, bound, outcome, &is_last)) {
        if (op->err != ERR_CONFLICT && op->err != ERR_READ_ONLY)
            return -1;
        op_clear(op); /* somebody else had it meanwhile: theirs counts */
        return 0;
    }
    if ((is_last && post_end(op, bound, shot, &letters)) || store_commit(op, &bound))
        return -1;
    rounds_tell_letters(rounds, letters);
    return 0;
}

static int end_shot(struct op *op, const struct shot_job *job, const struct store_claimed *shot,
                    const struct render_ask *ask, const char *word, const char *message,
                    const struct render_result *result)
{
    struct judging j = {.is_other_range = result->is_other_range};
    struct bytes picture = result->body;
    bool *is_json = ARENA_ARRAY(&op->arena, bool, result->frames_n + 1);
    struct store_outcome outcome = {
        .row = shot->row, .claim = shot->claim, .taken_ms = clock_wall_ms(), .change_score = NAN};
    outcome.state = picture.n ? SHOT_DONE : SHOT_FAILED;
    outcome.error_word = strcmp(word, "ok") == 0 ? "" : word;
    outcome.error = message;
    gather(op, shot, result, &j.series, is_json);
    if (judge(op, job, shot, word, message, picture, &j) ||
        put_picture(op, job->rounds, picture, &outcome) ||
        put_frames(op, job->rounds, result, is_json, &outcome) ||
        put_data(op, job->rounds, &j.series, &outcome))
        return -1;
    set_findings(&op->arena, &j.result, &outcome);
    outcome.series = to_store(&op->arena, &j.series, &outcome.series_n);
    outcome.reference_row = j.reference_row;
    outcome.change_score = j.result.change_score;
    outcome.is_changed = j.result.is_changed;
    outcome.meta = print_meta(op, job, shot, ask, result, &j.series, word);
    return complete(op, job, shot, &outcome);
}

static int put_back(struct op *op, const struct shot_job *job, const struct store_claimed *shot,
                    int64_t not_before_ms, const char *word, const char *message)
{
    if (store_shot_put_back(op, job->rounds->conf.store, shot->row, shot->claim, not_before_ms,
                            word, message) == 0)
        return 0;
    if (op->err != ERR_CONFLICT && op->err != ERR_READ_ONLY)
        return -1;
    op_clear(op);
    return 0;
}

int shot_settle(struct op *op, const struct shot_job *job, const struct store_claimed *shot,
                const struct render_ask *ask, const struct op *part,
                const struct render_result *result)
{
    const char *word = outcome_of(part, result);
    const char *message = part->err              ? part->err_text
                          : result->finding.text ? result->finding.text
                                                 : "";
    struct render_result shown = *result;
    int64_t now = clock_wall_ms(), first = job->rounds->conf.retry_ms;
    double jitter = (double)(rand_u64() % 1000) / 1000;
    int failed;
    if (part->err)
        shown.body = (struct bytes){0};
    if (part->err == ERR_CANCELLED)
        failed = put_back(op, job, shot, 0, NULL, NULL);
    else if (part->err == ERR_BUSY)
        failed = put_back(op, job, shot, now + shot_pause_ms(first, 1, jitter), NULL, NULL);
    else if (shot_may_heal(word, shot->attempts, job->rounds->conf.attempts_max))
        failed = put_back(op, job, shot, now + shot_pause_ms(first, shot->attempts, jitter), word,
                          message);
    else
        failed = end_shot(op, job, shot, ask, word, message, &shown);
    return failed;
}

int shot_refused(struct op *op, const struct shot_job *job, const struct store_claimed *shot,
                 const struct render_ask *ask, const char *why)
{
    static const struct render_result nothing;
    int64_t pause = shot_pause_ms(job->rounds->conf.retry_ms, shot->attempts, 0);
    if (shot->attempts < job->rounds->conf.attempts_max)
        return put_back(op, job, shot, clock_wall_ms() + pause, "storage", why);
    return end_shot(op, job, shot, ask, "storage", why, &nothing);
}
