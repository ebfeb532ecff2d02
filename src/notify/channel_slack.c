/* Slack and what speaks its incoming webhooks (Mattermost, Rocket.Chat, Zulip). Any thread; blocks
 * on the network.
 *
 * Attachments rather than blocks: Slack shows both, the others only the former.
 */
#include "notify/robot.h"

#include <string.h>

enum { TEXT_MAX = 3000 };

static int check(struct op *op, const struct jv *settings, const struct secret *secret)
{
    struct robot robot;
    if (robot_check_members(op, settings, NULL, 0))
        return -1;
    return secret ? robot_parse(op, secret, &robot) : 0;
}

/* Slack's own escapes; an @ gets a zero-width space, so that no panel's title calls everybody. */
static const char *escaped(struct op *op, const char *text)
{
    static const char *const replacements[] = {"&amp;", "&lt;", "&gt;", "@\xe2\x80\x8b"};
    struct str *out = str_new(&op->arena, 6 * strlen(text) + 1);
    robot_add_escaped(out, text, "&<>@", replacements);
    return out->p;
}

static void add_item(struct op *op, struct str *text, const struct notify_item *item)
{
    struct str *line = str_new(&op->arena, TEXT_MAX);
    str_adds(line, item->is_bad ? "\n• *" : "\n• ");
    if (item->link[0])
        str_addf(line, "<%s|%s>", item->link, escaped(op, item->title));
    else
        str_adds(line, escaped(op, item->title));
    str_adds(line, item->is_bad ? "*" : "");
    if (item->detail[0])
        str_addf(line, " — %s", escaped(op, item->detail));
    if (!line->is_full && text->n + line->n <= TEXT_MAX)
        str_add(text, str_bytes(line));
}

static const char *body_text(struct op *op, const struct notify_message *message)
{
    struct str *text = str_new(&op->arena, 64 * 1024);
    str_adds(text, escaped(op, message->lead));
    for (size_t i = 0; i < message->item_n; i++)
        add_item(op, text, &message->items[i]);
    if (message->more[0])
        str_addf(text, "\n%s", message->more);
    return text->p;
}

static struct bytes print(struct op *op, const struct notify_message *message)
{
    struct jw w;
    struct str *body = str_new(&op->arena, 256 * 1024);
    jw_init(&w, body);
    jw_object(&w);
    jw_text_at(&w, "text", escaped(op, message->title));
    jw_array_at(&w, "attachments");
    jw_object(&w);
    jw_text_at(&w, "fallback", escaped(op, message->lead));
    jw_text_at(&w, "color", message->is_bad ? "#b3261e" : "#1b6e3c");
    jw_text_at(&w, "text", body_text(op, message));
    if (message->link[0]) {
        jw_text_at(&w, "title", message->link_text);
        jw_text_at(&w, "title_link", message->link);
    }
    jw_array_at(&w, "fields");
    for (size_t i = 0; i < message->fact_n; i++) {
        jw_object(&w);
        jw_text_at(&w, "title", message->facts[i].label);
        jw_text_at(&w, "value", escaped(op, message->facts[i].value));
        jw_bool_at(&w, "short", true);
        jw_end(&w);
    }
    jw_end(&w);
    jw_text_at(&w, "footer", message->footer);
    jw_array_at(&w, "mrkdwn_in");
    jw_text(&w, "text");
    jw_end(&w);
    jw_end(&w);
    jw_end(&w);
    jw_end(&w);
    return str_bytes(body);
}

static int send(struct op *op, const struct notify_env *env, const struct channel_target *target,
                const struct notify_message *message)
{
    struct robot robot;
    struct bytes answer;
    if (robot_parse(op, target->secret, &robot))
        return -1;
    struct robot_post post = {
        .service = "Slack", .url = arena_copy(&op->arena, robot.url), .body = print(op, message)};
    return robot_post(op, env->fetch, &post, &answer);
}

/* One a second is allowed: https://api.slack.com/docs/rate-limits. */
const struct channel_ops channel_slack = {
    .kind = "slack",
    .per_minute = 50,
    .needs_secret = true,
    .takes_secret = true,
    .check = check,
    .send = send,
};
