/* What a message says: the round, its numbers and the shots that matter, gathered when the message
 * is sent and not when the event happened, so that one message tells everything up to now. Blocks
 * on the store.
 *
 * Texts of panels and comments go in as they are: each channel escapes for its own markup.
 */
#include "notify/digest.h"

#include "base/clock.h"
#include "notify/text.h"
#include "store/round.h"
#include "store/shot_list.h"
#include "store/signoff.h"

enum { JSON_MAX = 256 * 1024, TIME_MAX = 48, VALUE_MAX = 16 };

struct digest {
    struct op *op;
    const struct notify_env *env;
    const struct digest_ask *ask;
    const struct text_table *words;
    struct store_round round;
    struct store_shot_list shots; /* those that are named */
    struct notify_message *out;
};

/* ---- Pieces ---- */

static const char *local_time(struct digest *d, int64_t wall_ms)
{
    char text[TIME_MAX] = "";
    if (wall_ms && d->env->local_time)
        d->env->local_time(d->env->ctx, d->round.plan_row, wall_ms, text, sizeof text);
    else if (wall_ms)
        clock_iso(wall_ms, text);
    return arena_strdup(&d->op->arena, text);
}

static const char *number(struct digest *d, int64_t n)
{
    return arena_fmt(&d->op->arena, "%lld", (long long)n);
}

static void fact(struct digest *d, const char *label, const char *value)
{
    if (value[0] && d->out->fact_n < NOTIFY_FACT_MAX)
        d->out->facts[d->out->fact_n++] = (struct notify_fact){label, value};
}

static void fact_count(struct digest *d, const char *label, int n)
{
    if (n > 0)
        fact(d, label, number(d, n));
}

static const char *fill(struct digest *d, const char *pattern)
{
    const struct store_round *r = &d->round;
    struct text_value values[VALUE_MAX] = {
        {"plan", r->plan_name},
        {"moment", local_time(d, r->moment_ms)},
        {"total", number(d, r->total)},
        {"done", number(d, r->done)},
        {"normal", number(d, r->normal)},
        {"abnormal", number(d, r->abnormal)},
        {"failed", number(d, r->failed)},
        {"undecided", number(d, r->undecided)},
        {"due", local_time(d, r->due_ms)},
        {"signer", r->signer},
        {"summary", d->out->summary},
        {"error", r->error},
    };
    return text_fill(&d->op->arena, pattern, values, 12);
}

/* ---- Shots ---- */

/* Which shots the event is about, and how many there are of them. */
static int pick_shots(struct digest *d, struct store *store)
{
    struct store_shot_ask ask = {.round_row = d->round.row};
    struct store_page page = {.limit = NOTIFY_ITEM_MAX};
    switch (d->ask->event) {
    case NOTIFY_FAILURES:
        ask.states = 1u << SHOT_FAILED;
        break;
    case NOTIFY_ABNORMAL:
    case NOTIFY_SIGNED:
        ask.verdicts = 1u << VERDICT_ABNORMAL;
        break;
    case NOTIFY_OVERDUE:
        ask.is_undecided = true;
        break;
    default:
        ask.is_flagged = true;
        ask.order = SHOTS_BY_CHANGE;
        break;
    }
    return store_shot_list(d->op, store, &ask, page, &d->shots);
}

static int count_picked(const struct digest *d)
{
    switch (d->ask->event) {
    case NOTIFY_FAILURES:
        return d->round.failed;
    case NOTIFY_ABNORMAL:
    case NOTIFY_SIGNED:
        return d->round.abnormal;
    case NOTIFY_OVERDUE:
        return d->round.undecided;
    default:
        return d->round.flagged;
    }
}

/* The heaviest finding in words. */
static const char *finding_of(struct digest *d, const struct store_shot *shot)
{
    const struct jv *list = jv_parse_quiet(&d->op->arena, bytes_of(shot->findings));
    const struct jv *heaviest = NULL;
    for (size_t i = 0; i < jv_len(list); i++) {
        const struct jv *finding = jv_item(list, i);
        if (!heaviest || jv_int_at(finding, "weight", 0) > jv_int_at(heaviest, "weight", 0))
            heaviest = finding;
    }
    if (!heaviest)
        return "";
    if (d->env->say_finding)
        return d->env->say_finding(d->env->ctx, d->op, d->out->lang, heaviest);
    return text_finding(d->words, jv_text_at(heaviest, "kind", ""));
}

static const char *detail_of(struct digest *d, const struct store_shot *shot)
{
    bool is_decided = shot->verdict != VERDICT_NONE && shot->verdict != VERDICT_WITHDRAWN;
    if (is_decided && shot->verdict_comment[0])
        return shot->verdict_comment;
    if (shot->state == SHOT_FAILED)
        return shot->error[0] ? shot->error : d->words->failed_shot;
    return finding_of(d, shot);
}

static void add_items(struct digest *d)
{
    struct notify_message *out = d->out;
    for (size_t i = 0; i < d->shots.n && i < NOTIFY_ITEM_MAX; i++) {
        const struct store_shot *shot = &d->shots.items[i];
        out->items[out->item_n++] = (struct notify_item){
            .title = arena_fmt(&d->op->arena, "%s / %s / %s", shot->dashboard_title,
                               shot->panel_title, shot->window_key),
            .detail = detail_of(d, shot),
            .link =
                out->link[0] ? arena_fmt(&d->op->arena, "%s/shots/%s", out->link, shot->id) : "",
            .is_bad = shot->state == SHOT_FAILED || shot->verdict == VERDICT_ABNORMAL,
        };
    }
    int left = count_picked(d) - (int)out->item_n;
    struct text_value count = {"count", number(d, left)};
    out->more = left > 0 ? text_fill(&d->op->arena, d->words->more, &count, 1) : "";
}

/* ---- The digest for machines ---- */

static void print_round(struct jw *w, const struct store_round *r)
{
    jw_object_at(w, "round");
    jw_text_at(w, "id", r->id);
    jw_text_at(w, "plan_id", r->plan_id);
    jw_text_at(w, "plan_name", r->plan_name);
    jw_time_at(w, "moment_at", r->moment_ms);
    jw_text_at(w, "state", store_round_state_word(r->state));
    jw_bool_at(w, "late", r->is_late);
    jw_int_at(w, "total", r->total);
    jw_int_at(w, "done", r->done);
    jw_int_at(w, "failed", r->failed);
    jw_int_at(w, "normal", r->normal);
    jw_int_at(w, "abnormal", r->abnormal);
    jw_int_at(w, "not_applicable", r->not_applicable);
    jw_int_at(w, "undecided", r->undecided);
    jw_int_at(w, "changed", r->changed);
    jw_time_at(w, "due_at", r->due_ms);
    jw_time_at(w, "signed_at", r->signed_ms);
    jw_text_at(w, "signer", r->signer);
    jw_text_at(w, "error", r->error);
    jw_end(w);
}

static void print_items(struct jw *w, const struct digest *d)
{
    jw_array_at(w, "shots");
    for (size_t i = 0; i < d->out->item_n; i++) {
        const struct store_shot *shot = &d->shots.items[i];
        jw_object(w);
        jw_text_at(w, "id", shot->id);
        jw_text_at(w, "dashboard", shot->dashboard_title);
        jw_text_at(w, "panel", shot->panel_title);
        jw_text_at(w, "window", shot->window_key);
        jw_text_at(w, "detail", d->out->items[i].detail);
        jw_text_at(w, "url", d->out->items[i].link);
        jw_end(w);
    }
    jw_end(w);
}

static struct bytes print_json(struct op *op, const struct notify_message *m,
                               const struct digest *d)
{
    struct jw w;
    struct str *text = str_new(&op->arena, JSON_MAX);
    jw_init(&w, text);
    jw_object(&w);
    jw_text_at(&w, "event", notify_event_word(m->event));
    jw_text_at(&w, "delivery", m->letter_id);
    jw_time_at(&w, "at", m->at_ms);
    jw_text_at(&w, "title", m->title);
    jw_text_at(&w, "text", m->lead);
    jw_text_at(&w, "url", m->link);
    if (d) {
        print_round(&w, &d->round);
        print_items(&w, d);
    }
    jw_end(&w);
    return str_bytes(text);
}

/* ---- The face ---- */

/* Who is called in person: by name in the text, by address for those channels that can. */
static void add_people(struct digest *d)
{
    struct str *names = str_new(&d->op->arena, 4096);
    for (size_t i = 0; i < jv_len(d->ask->people) && i < NOTIFY_PEOPLE_MAX; i++) {
        const struct jv *person = jv_item(d->ask->people, i);
        const char *email = jv_text_at(person, "email", "");
        if (names->n > 0)
            str_adds(names, ", ");
        str_adds(names, jv_text_at(person, "name", ""));
        if (email[0])
            d->out->emails[d->out->email_n++] = email;
    }
    if (names->n > 0)
        fact(d, d->words->called, names->p);
}

static void add_facts(struct digest *d)
{
    const struct store_round *r = &d->round;
    const struct text_table *words = d->words;
    fact(d, words->moment, local_time(d, r->moment_ms));
    if (r->is_late)
        fact(d, words->late, words->yes);
    fact_count(d, words->abnormal, r->abnormal);
    fact_count(d, words->failed, r->failed);
    fact_count(d, words->undecided, r->undecided);
    fact_count(d, words->changed, r->changed);
    fact_count(d, words->normal, r->normal);
    fact_count(d, words->not_applicable, r->not_applicable);
    if (r->state != ROUND_SIGNED)
        fact(d, words->due, local_time(d, r->due_ms));
    fact(d, words->signer, r->signer);
    add_people(d);
}

/* What was said at the last sign-off, for the message about it. */
static int load_summary(struct digest *d, struct store *store)
{
    struct store_signoff_list list;
    d->out->summary = "";
    if (d->ask->event != NOTIFY_SIGNED)
        return 0;
    if (store_signoff_list(d->op, store, d->round.row, (struct store_page){.limit = 10}, &list))
        return -1;
    if (list.n > 0)
        d->out->summary = list.items[list.n - 1].summary;
    return 0;
}

static void begin(struct notify_message *out, const struct notify_env *env,
                  const struct text_table *words, enum notify_event event, int64_t now_ms)
{
    *out = (struct notify_message){
        .event = event,
        .lang = words == &text_zh ? "zh-CN" : "en",
        .letter_id = "",
        .more = "",
        .link = env->public_url ? env->public_url : "",
        .link_text = words->link,
        .footer = words->footer,
        .summary = "",
        .at_ms = now_ms,
    };
}

int digest_make(struct op *op, struct store *store, const struct notify_env *env,
                const struct digest_ask *ask, struct notify_message *out)
{
    struct digest d = {.op = op, .env = env, .ask = ask, .words = text_of(ask->lang), .out = out};
    begin(out, env, d.words, ask->event, ask->now_ms);
    out->letter_id = ask->letter_id;
    if (store_round_find(op, store, ask->round_id, &d.round) || load_summary(&d, store) ||
        pick_shots(&d, store))
        return -1;
    if (out->link[0])
        out->link = arena_fmt(&op->arena, "%s/rounds/%s", out->link, d.round.id);
    out->is_bad = ask->event >= NOTIFY_FAILURES || d.round.failed > 0 || d.round.abnormal > 0;
    out->title = fill(&d, d.words->title[ask->event]);
    out->lead = fill(&d, d.round.state == ROUND_FAILED ? d.words->lead_unprepared
                                                       : d.words->lead[ask->event]);
    add_facts(&d);
    add_items(&d);
    out->json = print_json(op, out, &d);
    return 0;
}

void digest_make_test(struct op *op, const struct notify_env *env, const char *lang, int64_t now_ms,
                      struct notify_message *out)
{
    const struct text_table *words = text_of(lang);
    begin(out, env, words, NOTIFY_TEST, now_ms);
    out->letter_id = arena_fmt(&op->arena, "test-%s", op->id);
    out->title = words->title[NOTIFY_TEST];
    out->lead = words->lead[NOTIFY_TEST];
    out->link_text = words->link_home;
    out->json = print_json(op, out, NULL);
}
