/* Feishu's (and Lark's) group robots: a card, signed. Any thread; blocks on the network.
 *
 * Sign: base64(HMAC-SHA256(timestamp "\n" secret, "")), the time in seconds. 100 messages a minute
 * and 5 a second are allowed, 20 KB each. Pictures would need an application's credentials, so
 * there are none.
 */
#include "notify/robot.h"

#include <string.h>

enum { TEXT_MAX = 12000 };

static int check(struct op *op, const struct jv *settings, const struct secret *secret)
{
    struct robot robot;
    if (robot_check_members(op, settings, NULL, 0))
        return -1;
    return secret ? robot_parse(op, secret, &robot) : 0;
}

/* lark_md knows HTML's numeric entities. */
static void add(struct str *out, const char *text)
{
    static const char *const entities[] = {"&#42;", "&#95;", "&#96;",  "&#91;", "&#93;",
                                           "&#60;", "&#62;", "&#126;", "&#38;"};
    robot_add_escaped(out, text, "*_`[]<>~&", entities);
}

static void add_item(struct op *op, struct str *text, const struct notify_item *item)
{
    struct str *line = str_new(&op->arena, TEXT_MAX);
    str_adds(line, item->is_bad ? "\n✕ " : "\n· ");
    str_adds(line, item->link[0] ? "[" : "");
    add(line, item->title);
    if (item->link[0])
        str_addf(line, "](%s)", item->link);
    if (item->detail[0]) {
        str_adds(line, " — ");
        add(line, item->detail);
    }
    if (!line->is_full && text->n + line->n <= TEXT_MAX)
        str_add(text, str_bytes(line));
}

static const char *markdown(struct op *op, const struct notify_message *message)
{
    struct str *text = str_new(&op->arena, 2 * TEXT_MAX);
    add(text, message->lead);
    for (size_t i = 0; i < message->fact_n; i++) {
        str_adds(text, i ? " · " : "\n");
        add(text, message->facts[i].label);
        str_adds(text, " **");
        add(text, message->facts[i].value);
        str_adds(text, "**");
    }
    for (size_t i = 0; i < message->item_n; i++)
        add_item(op, text, &message->items[i]);
    if (message->more[0])
        str_addf(text, "\n%s", message->more);
    return text->p;
}

static void print_text(struct jw *w, const char *key, const char *tag, const char *content)
{
    jw_object_at(w, key);
    jw_text_at(w, "tag", tag);
    jw_text_at(w, "content", content);
    jw_end(w);
}

static void print_button(struct jw *w, const struct notify_message *message)
{
    jw_object(w);
    jw_text_at(w, "tag", "action");
    jw_array_at(w, "actions");
    jw_object(w);
    jw_text_at(w, "tag", "button");
    jw_text_at(w, "type", "primary");
    jw_text_at(w, "url", message->link);
    print_text(w, "text", "plain_text", message->link_text);
    jw_end(w);
    jw_end(w);
    jw_end(w);
}

static void print_card(struct op *op, struct jw *w, const struct notify_message *message)
{
    jw_object_at(w, "card");
    jw_object_at(w, "config");
    jw_bool_at(w, "wide_screen_mode", true);
    jw_end(w);
    jw_object_at(w, "header");
    jw_text_at(w, "template", message->is_bad ? "red" : "green");
    print_text(w, "title", "plain_text", message->title);
    jw_end(w);
    jw_array_at(w, "elements");
    jw_object(w);
    jw_text_at(w, "tag", "div");
    print_text(w, "text", "lark_md", markdown(op, message));
    jw_end(w);
    if (message->link[0])
        print_button(w, message);
    jw_end(w);
    jw_end(w);
}

static struct bytes print(struct op *op, const struct robot *robot,
                          const struct notify_message *message)
{
    struct jw w;
    struct str *body = str_new(&op->arena, 8 * TEXT_MAX);
    jw_init(&w, body);
    jw_object(&w);
    if (robot->sign.n > 0) {
        const char *stamp = arena_fmt(&op->arena, "%lld", (long long)(message->at_ms / 1000));
        const char *key = arena_fmt(&op->arena, "%s\n%.*s", stamp, BYTES_ARG(robot->sign));
        jw_text_at(&w, "timestamp", stamp);
        jw_text_at(&w, "sign", robot_sign(op, bytes_of(key), BYTES("")));
    }
    jw_text_at(&w, "msg_type", "interactive");
    print_card(op, &w, message);
    jw_end(&w);
    return str_bytes(body);
}

static int send(struct op *op, const struct notify_env *env, const struct channel_target *target,
                const struct notify_message *message)
{
    static const int64_t busy[] = {11232, 0};
    static const struct robot_answer kind = {"Feishu", "code", "msg", busy};
    struct robot robot;
    struct bytes answer;
    if (robot_parse(op, target->secret, &robot))
        return -1;
    struct robot_post post = {.service = "Feishu",
                              .url = arena_copy(&op->arena, robot.url),
                              .body = print(op, &robot, message)};
    if (robot_post(op, env->fetch, &post, &answer))
        return -1;
    return robot_check_answer(op, &kind, answer);
}

const struct channel_ops channel_feishu = {
    .kind = "feishu",
    .per_minute = 100,
    .needs_secret = true,
    .takes_secret = true,
    .check = check,
    .send = send,
};
