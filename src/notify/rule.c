/* From events to letters, and the rules that say so. Blocks on the store; any thread.
 *
 * A letter's payload is only {round, event, people}: what it says is gathered when it is sent. Its
 * key makes it unique a round, event and channel, so whoever posts twice (a retry, a re-shot round
 * that finishes again) adds nothing.
 */
#include "notify/rule.h"

#include "store/outbox.h"

#include <string.h>

/* Verdicts come one by one; the message about abnormal ones waits for the rest of them. */
enum { ABNORMAL_PAUSE_MS = 3 * 60 * 1000 };

/* The heaviest event of the set that this channel has a rule for. */
static enum notify_event heaviest(const struct store_rule *rules, size_t n, int64_t channel_row,
                                  unsigned events)
{
    enum notify_event best = NOTIFY_TEST;
    for (size_t i = 0; i < n; i++) {
        enum notify_event event;
        if (rules[i].channel_row == channel_row && notify_event_parse(rules[i].event, &event) &&
            (events & NOTIFY_BIT(event)) && event > best)
            best = event;
    }
    return best;
}

static bool is_first_of_channel(const struct store_rule *rules, size_t i)
{
    for (size_t k = 0; k < i; k++) {
        if (rules[k].channel_row == rules[i].channel_row)
            return false;
    }
    return true;
}

static void print_people(struct jw *w, const struct rule_post *post)
{
    jw_array_at(w, "people");
    for (size_t i = 0; i < post->people_n && i < NOTIFY_PEOPLE_MAX; i++) {
        jw_object(w);
        jw_text_at(w, "name", post->people[i].name);
        jw_text_at(w, "email", post->people[i].email);
        jw_end(w);
    }
    jw_end(w);
}

static int add_letter(struct op *op, struct store *store, const struct rule_post *post,
                      const struct store_rule *rule, enum notify_event event, bool *out_is_new)
{
    struct str *payload = str_new(&op->arena, 64 * 1024);
    struct jw w;
    jw_init(&w, payload);
    jw_object(&w);
    jw_text_at(&w, "round", post->round_id);
    jw_text_at(&w, "event", notify_event_word(event));
    print_people(&w, post);
    jw_end(&w);
    struct store_letter letter = {
        .channel_row = rule->channel_row,
        .event = notify_event_word(event),
        .once = arena_fmt(&op->arena, "%s %s %s", post->round_id, notify_event_word(event),
                          rule->channel_id),
        .payload = payload->p,
        .not_before_ms = post->now_ms + (event == NOTIFY_ABNORMAL ? ABNORMAL_PAUSE_MS : 0),
    };
    return store_outbox_add(op, store, &letter, out_is_new);
}

int rule_post(struct op *op, struct store *store, const struct rule_post *post, size_t *out_n)
{
    struct store_rule *rules;
    size_t n;
    size_t added = 0;
    if (store_rule_list(op, store, post->plan_row, NULL, &rules, &n))
        return -1;
    for (size_t i = 0; i < n; i++) {
        bool is_new = false;
        if (!is_first_of_channel(rules, i))
            continue;
        enum notify_event event = heaviest(rules, n, rules[i].channel_row, post->events);
        if (event != NOTIFY_TEST && add_letter(op, store, post, &rules[i], event, &is_new))
            return -1;
        added += is_new;
    }
    if (out_n)
        *out_n = added;
    return 0;
}

/* ---- The rules themselves ---- */

static int add_rules(struct op *op, struct store *store, int64_t plan_row, int64_t channel_row,
                     unsigned events)
{
    for (int event = NOTIFY_TEST + 1; event < NOTIFY_EVENT_COUNT; event++) {
        struct store_rule rule = {.plan_row = plan_row,
                                  .event = notify_event_word((enum notify_event)event),
                                  .channel_row = channel_row,
                                  .conf = "{}"};
        if ((events & NOTIFY_BIT(event)) && store_rule_add(op, store, &rule))
            return -1;
    }
    return 0;
}

/* Rules of exactly this plan; channel_row 0: of all channels. */
static int drop_rules(struct op *op, struct store *store, int64_t plan_row, int64_t channel_row)
{
    struct store_rule *rules;
    size_t n;
    if (store_rule_list(op, store, plan_row, NULL, &rules, &n))
        return -1;
    for (size_t i = 0; i < n; i++) {
        if (rules[i].plan_row != plan_row || (channel_row && rules[i].channel_row != channel_row))
            continue;
        if (store_rule_drop(op, store, rules[i].row))
            return -1;
    }
    return 0;
}

int rule_set_plan(struct op *op, struct store *store, int64_t plan_row,
                  const struct rule_want *wants, size_t n)
{
    if (drop_rules(op, store, plan_row, 0))
        return -1;
    for (size_t i = 0; i < n; i++) {
        struct store_channel channel;
        if (store_channel_find(op, store, wants[i].channel_id, &channel)) {
            if (op->err != ERR_NOT_FOUND)
                return -1;
            op_clear(op);
            return op_fail(op, ERR_UNPROCESSABLE, "notify[%zu].channel: there is no channel %s", i,
                           wants[i].channel_id);
        }
        if (add_rules(op, store, plan_row, channel.row, wants[i].events))
            return -1;
    }
    return 0;
}

int rule_set_channel(struct op *op, struct store *store, int64_t channel_row, unsigned events)
{
    return drop_rules(op, store, 0, channel_row) || add_rules(op, store, 0, channel_row, events)
               ? -1
               : 0;
}

int rule_channel_events(struct op *op, struct store *store, int64_t channel_row, unsigned *out)
{
    struct store_rule *rules;
    size_t n;
    *out = 0;
    if (store_rule_list(op, store, 0, NULL, &rules, &n))
        return -1;
    for (size_t i = 0; i < n; i++) {
        enum notify_event event;
        if (rules[i].plan_row == 0 && rules[i].channel_row == channel_row &&
            notify_event_parse(rules[i].event, &event))
            *out |= NOTIFY_BIT(event);
    }
    return 0;
}
