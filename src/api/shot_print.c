/* How a shot looks to the clients of the API. Blocks on the store for what shots share (source,
 * plan, known issues), once an answer; any thread.
 *
 * What was true when the picture was taken comes from the shot's meta; titles and thresholds come
 * from the panel as it was seen last. Findings are put into words here and not when they are
 * stored.
 */
#include "api/shot_print.h"

#include "base/clock.h"
#include "rounds/judge.h"
#include "rounds/round.h"
#include "store/source.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void shot_printer_init(struct shot_printer *p, struct op *op, const struct platform *platform)
{
    *p = (struct shot_printer){.op = op, .platform = platform};
}

static void text_or_null_at(struct jw *w, const char *key, const char *text)
{
    jw_text_at(w, key, text && *text ? text : NULL);
}

static void array_at(struct jw *w, const char *key, const char *json)
{
    jw_raw_at(w, key, bytes_of(json && *json ? json : "[]"));
}

/* ---- Shared by the shots of an answer ---- */

static int print_source(struct shot_printer *p, int64_t row, struct jw *w)
{
    struct store_source source;
    size_t i = 0;
    while (i < p->source_n && p->sources[i].row != row)
        i++;
    if (i == p->source_n) {
        if (store_source_get(p->op, p->platform->store, row, &source) < 0)
            return -1;
        i = i < SHOT_PRINT_SOURCES_MAX ? i : SHOT_PRINT_SOURCES_MAX - 1;
        p->sources[i].row = row;
        p->sources[i].id = source.id;
        p->sources[i].name = source.name;
        p->source_n = i + 1;
    }
    jw_object_at(w, "source");
    jw_text_at(w, "id", p->sources[i].id);
    jw_text_at(w, "name", p->sources[i].name);
    jw_end(w);
    return 0;
}

static int load_plan(struct shot_printer *p, const struct store_shot *shot)
{
    struct store_round round;
    if (p->plan_row == shot->plan_row)
        return 0;
    if (store_round_get(p->op, p->platform->store, shot->round_row, &round) < 0 ||
        round_plan(p->op, p->platform->rounds, &round, &p->spec) < 0)
        return -1;
    p->plan_row = shot->plan_row;
    p->window_keys = ARENA_ARRAY(&p->op->arena, const char *, p->spec.window_n + 1);
    for (size_t i = 0; i < p->spec.window_n; i++)
        p->window_keys[i] = window_key(&p->op->arena, &p->spec.windows[i]);
    return 0;
}

static int find_window(const struct shot_printer *p, const char *key)
{
    for (size_t i = 0; i < p->spec.window_n; i++)
        if (strcmp(p->window_keys[i], key) == 0)
            return (int)i;
    return -1;
}

static int print_window(struct shot_printer *p, const struct store_shot *shot, struct jw *w)
{
    if (load_plan(p, shot) < 0)
        return -1;
    int i = find_window(p, shot->window_key);
    const char *name =
        i >= 0 ? p->spec.windows[i].name
               : jv_text_at(jv_parse_quiet(&p->op->arena, bytes_of(shot->window_spec)), "name", "");
    jw_object_at(w, "window");
    jw_int_at(w, "index", i);
    jw_text_at(w, "name", *name ? name : shot->window_key);
    jw_time_at(w, "from", shot->from_ms);
    jw_time_at(w, "to", shot->to_ms);
    jw_end(w);
    return 0;
}

static int print_known(struct shot_printer *p, const struct store_shot *shot, struct jw *w)
{
    if (shot->known && !p->has_known) {
        if (store_known_list(p->op, p->platform->store, 0, clock_wall_ms(), &p->known,
                             &p->known_n) < 0)
            return -1;
        p->has_known = true;
    }
    jw_key(w, "known_issue");
    for (size_t i = 0; shot->known && i < p->known_n; i++) {
        const struct store_known *known = &p->known[i];
        if (known->panel_row != shot->panel_row ||
            (known->window_row && known->window_row != shot->window_row))
            continue;
        known_print(known, shot->panel_id, NULL, w);
        return 0;
    }
    jw_null(w);
    return 0;
}

/* ---- A shot's own ---- */

static void print_state(const struct store_shot *shot, const struct jv *meta, struct jw *w)
{
    bool is_over = shot->state == SHOT_DONE || shot->state == SHOT_FAILED;
    const char *outcome = *shot->error_word ? shot->error_word : NULL;
    if (is_over)
        outcome = jv_text_at(meta, "outcome", outcome ? outcome : "ok");
    jw_text_at(w, "state", store_shot_state_word(shot->state));
    jw_text_at(w, "outcome", outcome);
    text_or_null_at(w, "message", shot->error);
    jw_int_at(w, "attempts", shot->attempts);
}

static void print_panel(const struct store_shot *shot, const struct jv *detail, struct jw *w)
{
    jw_object_at(w, "dashboard");
    jw_text_at(w, "uid", shot->dashboard_uid);
    jw_text_at(w, "title", shot->dashboard_title);
    text_or_null_at(w, "folder", jv_text_at(detail, "folder", NULL));
    jw_end(w);
    jw_object_at(w, "panel");
    jw_int_at(w, "id", strtoll(shot->panel_key, NULL, 10));
    jw_text_at(w, "key", shot->panel_key);
    jw_text_at(w, "title", shot->panel_title);
    jw_text_at(w, "type", jv_text_at(detail, "type", ""));
    jw_key(w, "path");
    if (jv_is_array(jv_get(detail, "path"))) {
        jw_value(w, jv_get(detail, "path"));
    } else {
        jw_array(w);
        jw_end(w);
    }
    jw_end(w);
}

static void print_picture(const struct store_shot *shot, const struct jv *meta, struct jw *w)
{
    char hex[BLOB_HEX_MAX];
    bool is_there = shot->picture.size && !shot->is_expired;
    jw_key(w, "picture");
    if (is_there) {
        blob_key_hex(shot->picture.key, hex);
        jw_object(w);
        jw_text_at(w, "sha256", hex);
        jw_int_at(w, "width", jv_int_at(meta, "width", 0));
        jw_int_at(w, "height", jv_int_at(meta, "height", 0));
        jw_int_at(w, "bytes", shot->picture.size);
        jw_text_at(w, "mime", jv_text_at(meta, "mime", "image/png"));
        jw_end(w);
    } else {
        jw_null(w);
    }
    jw_bool_at(w, "expired", shot->is_expired);
    jw_bool_at(w, "has_data", shot->data.size && !shot->is_expired);
    text_or_null_at(w, "data_note", jv_text_at(meta, "data_note", NULL));
}

static void print_findings(struct shot_printer *p, const struct store_shot *shot, struct jw *w)
{
    const struct jv *list = jv_parse_quiet(&p->op->arena, bytes_of(shot->findings));
    jw_array_at(w, "findings");
    for (size_t i = 0; i < jv_len(list); i++)
        finding_print(&p->op->arena, jv_item(list, i), w);
    jw_end(w);
    jw_key(w, "change");
    if (isnan(shot->change_score)) {
        jw_null(w);
        return;
    }
    jw_object(w);
    jw_num_at(w, "score", shot->change_score);
    text_or_null_at(w, "reference_id", shot->reference_id);
    jw_end(w);
}

static const char *value_word(enum verdict_kind kind)
{
    static const char *const words[] = {
        [VERDICT_NONE] = "undecided",      [VERDICT_NORMAL] = "normal",
        [VERDICT_ABNORMAL] = "abnormal",   [VERDICT_NOT_APPLICABLE] = "not_applicable",
        [VERDICT_WITHDRAWN] = "undecided", [VERDICT_COMMENT] = "comment"};
    return words[kind];
}

static const char *how_word(int how)
{
    return how == VERDICT_BULK ? "bulk" : how == VERDICT_PHONE ? "phone" : "single";
}

static void person_at(struct jw *w, const char *key, const char *id, const char *name)
{
    jw_object_at(w, key);
    jw_text_at(w, "id", id);
    jw_text_at(w, "display_name", name);
    jw_end(w);
}

void shot_print_verdict(const struct store_shot *shot, struct jw *w)
{
    if (shot->verdict_seq == 0) {
        jw_null(w);
        return;
    }
    jw_object(w);
    jw_int_at(w, "seq", shot->verdict_seq);
    jw_text_at(w, "value", value_word(shot->verdict));
    jw_text_at(w, "comment", shot->verdict_comment);
    jw_text_at(w, "category", shot->verdict_category);
    array_at(w, "links", shot->verdict_links);
    person_at(w, "by", shot->verdict_by_id, shot->verdict_by);
    jw_time_at(w, "at", shot->verdict_ms);
    jw_text_at(w, "how", how_word(shot->verdict_how));
    jw_int_at(w, "dwell_ms", shot->verdict_dwell_ms);
    jw_end(w);
}

void verdict_print(const struct store_verdict *verdict, struct jw *w)
{
    jw_object(w);
    jw_int_at(w, "seq", verdict->seq);
    jw_text_at(w, "value", value_word(verdict->kind));
    jw_text_at(w, "comment", verdict->comment);
    jw_text_at(w, "category", verdict->category);
    array_at(w, "links", verdict->links);
    person_at(w, "by", verdict->user_id, verdict->user);
    jw_time_at(w, "at", verdict->given_ms);
    jw_text_at(w, "how", how_word(verdict->how));
    jw_int_at(w, "dwell_ms", verdict->dwell_ms);
    jw_text_at(w, "hash", verdict->hash);
    jw_end(w);
}

void take_print(const struct store_take *take, size_t number, struct jw *w)
{
    char hex[BLOB_HEX_MAX];
    blob_key_hex(take->picture.key, hex);
    jw_object(w);
    jw_int_at(w, "number", (int64_t)number);
    jw_text_at(w, "state", store_shot_state_word(take->state));
    /* How a picture went is told by its meta, which the next one has replaced. */
    text_or_null_at(w, "outcome", take->error_word);
    text_or_null_at(w, "message", take->error);
    jw_time_at(w, "taken_at", take->taken_ms);
    jw_text_at(w, "sha256", take->picture.size ? hex : NULL);
    jw_bool_at(w, "expired", take->is_expired);
    jw_bool_at(w, "has_data", take->data.size && !take->is_expired);
    jw_end(w);
}

static void print_known_panel(const struct store_panel *panel, struct jw *w)
{
    jw_object_at(w, "panel");
    jw_text_at(w, "title", panel->panel_title);
    jw_object_at(w, "dashboard");
    jw_text_at(w, "uid", panel->dashboard_uid);
    jw_text_at(w, "title", panel->dashboard_title);
    jw_end(w);
    jw_object_at(w, "source");
    jw_text_at(w, "id", panel->source_id);
    jw_text_at(w, "name", panel->source_name);
    jw_end(w);
    jw_end(w);
}

void known_print(const struct store_known *known, const char *panel_id,
                 const struct store_panel *panel, struct jw *w)
{
    struct arena arena;
    arena_init(&arena);
    const struct jv *links = jv_parse_quiet(&arena, bytes_of(known->links));
    jw_object(w);
    jw_text_at(w, "id", known->id);
    jw_text_at(w, "panel_key", panel_id);
    jw_text_at(w, "comment", known->text);
    text_or_null_at(w, "link", jv_text(jv_item(links, 0), NULL));
    jw_time_at(w, "from_at", known->from_ms);
    jw_time_at(w, "expires_at", known->ended_ms ? known->ended_ms : known->until_ms);
    jw_bool_at(w, "ended", known->ended_ms != 0);
    jw_object_at(w, "by");
    jw_text_at(w, "display_name", known->user);
    jw_end(w);
    if (panel)
        print_known_panel(panel, w);
    jw_end(w);
    arena_fini(&arena);
}

static void print_stages(const struct jv *meta, struct jw *w)
{
    text_or_null_at(w, "live_url", jv_text_at(meta, "live_url", NULL));
    jw_key(w, "stages");
    if (jv_is_object(jv_get(meta, "stages")))
        jw_value(w, jv_get(meta, "stages"));
    else
        jw_null(w);
}

/* Under what circumstances the picture came about; null before it is taken. */
static void print_record(const struct jv *meta, struct jw *w)
{
    static const char *const texts[] = {"url", "timezone", "grafana_version", "browser_version",
                                        "how", "missing"};
    jw_key(w, "record");
    if (!jv_is_object(meta) || !jv_get(meta, "url")) {
        jw_null(w);
        return;
    }
    jw_object(w);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        jw_text_at(w, texts[i], jv_text_at(meta, texts[i], ""));
    jw_int_at(w, "dashboard_version", jv_int_at(meta, "dashboard_version", 0));
    jw_end(w);
}

int shot_print(struct shot_printer *p, const struct store_shot *shot, struct jw *w)
{
    const struct jv *meta = jv_parse_quiet(&p->op->arena, bytes_of(shot->meta));
    if (!p->detail || p->panel_row != shot->panel_row)
        p->detail = jv_parse_quiet(&p->op->arena, bytes_of(shot->panel_detail));
    p->panel_row = shot->panel_row;
    const struct jv *detail = p->detail;
    jw_object(w);
    jw_text_at(w, "id", shot->id);
    jw_text_at(w, "round_id", shot->round_id);
    jw_int_at(w, "order", shot->pos);
    jw_time_at(w, "moment_at", shot->moment_ms);
    print_state(shot, meta, w);
    if (print_source(p, shot->source_row, w) < 0)
        return -1;
    print_panel(shot, detail, w);
    if (print_window(p, shot, w) < 0)
        return -1;
    jw_raw_at(w, "variables", bytes_of(*shot->vars ? shot->vars : "{}"));
    jw_text_at(w, "panel_key", shot->panel_id);
    print_picture(shot, meta, w);
    print_findings(p, shot, w);
    jw_key(w, "verdict");
    shot_print_verdict(shot, w);
    jw_int_at(w, "verdict_version", shot->verdict_version);
    jw_int_at(w, "comments", shot->comments);
    if (print_known(p, shot, w) < 0)
        return -1;
    print_stages(meta, w);
    jw_time_at(w, "taken_at", shot->taken_ms);
    if (p->with_record)
        print_record(meta, w);
    jw_end(w);
    return 0;
}
