/* DingTalk's group robots (自定义机器人): markdown, signed. Any thread; blocks on the network.
 *
 * Sign (加签): timestamp in ms and urlencode(base64(HMAC-SHA256(secret, timestamp "\n" secret))) go
 * into the URL. Twenty messages a minute are allowed; who sends more is shut out for ten minutes.
 * Pictures would need a public address, so there are none.
 */
#include "notify/robot.h"

#include "base/url.h"

#include <string.h>

enum { BODY_MAX = 18000 /* of 20000 bytes */, MOBILES_MAX = 20 };

static int check_mobiles(struct op *op, const struct jv *mobiles)
{
    if (!jv_is_null(mobiles) && !jv_is_array(mobiles))
        return op_fail(op, ERR_UNPROCESSABLE, "settings.at_mobiles: has to be a list");
    if (jv_len(mobiles) > MOBILES_MAX)
        return op_fail(op, ERR_UNPROCESSABLE, "settings.at_mobiles: more than %d", MOBILES_MAX);
    for (size_t i = 0; i < jv_len(mobiles); i++) {
        const char *mobile = jv_text(jv_item(mobiles, i), "");
        size_t n = strlen(mobile);
        if (n < 5 || n > 20 || strspn(mobile, "+-0123456789") != n)
            return op_fail(op, ERR_UNPROCESSABLE, "settings.at_mobiles[%zu]: not a number", i);
    }
    return 0;
}

static int check(struct op *op, const struct jv *settings, const struct secret *secret)
{
    static const char *const members[] = {"at_mobiles", "at_all"};
    const struct jv *all = jv_get(settings, "at_all");
    struct robot robot;
    if (robot_check_members(op, settings, members, 2) ||
        check_mobiles(op, jv_get(settings, "at_mobiles")))
        return -1;
    if (!jv_is_null(all) && !jv_is_bool(all))
        return op_fail(op, ERR_UNPROCESSABLE, "settings.at_all: true or false");
    return secret ? robot_parse(op, secret, &robot) : 0;
}

static void add(struct str *out, const char *text)
{
    static const char *const replacements[] = {"\\\\", "\\*",  "\\_",  "\\`",   "\\[", "\\]",
                                               "\\#",  "&lt;", "&gt;", "&amp;", "\\!"};
    robot_add_escaped(out, text, "\\*_`[]#<>&!", replacements);
}

static void add_item(struct op *op, struct str *text, const struct notify_item *item)
{
    struct str *line = str_new(&op->arena, BODY_MAX);
    str_adds(line, "\n- ");
    str_adds(line, item->is_bad ? "**" : "");
    str_adds(line, item->link[0] ? "[" : "");
    add(line, item->title);
    if (item->link[0])
        str_addf(line, "](%s)", item->link);
    str_adds(line, item->is_bad ? "**" : "");
    if (item->detail[0]) {
        str_adds(line, " — ");
        add(line, item->detail);
    }
    if (!line->is_full && text->n + line->n <= BODY_MAX)
        str_add(text, str_bytes(line));
}

static const char *markdown(struct op *op, const struct channel_target *target,
                            const struct notify_message *message)
{
    struct str *text = str_new(&op->arena, 2 * BODY_MAX);
    const struct jv *mobiles = jv_get(target->settings, "at_mobiles");
    str_adds(text, "### ");
    add(text, message->title);
    str_adds(text, "\n\n");
    add(text, message->lead);
    str_adds(text, "\n\n");
    for (size_t i = 0; i < message->fact_n; i++) {
        str_adds(text, i ? " · " : "> ");
        add(text, message->facts[i].label);
        str_adds(text, " ");
        add(text, message->facts[i].value);
    }
    str_adds(text, "\n");
    for (size_t i = 0; i < message->item_n; i++)
        add_item(op, text, &message->items[i]);
    if (message->more[0])
        str_addf(text, "\n\n%s", message->more);
    if (message->link[0])
        str_addf(text, "\n\n[%s](%s)", message->link_text, message->link);
    /* Only who stands in the text, too, is called. */
    for (size_t i = 0; i < jv_len(mobiles); i++)
        str_addf(text, "%s@%s", i ? " " : "\n\n", jv_text(jv_item(mobiles, i), ""));
    return text->p;
}

static struct bytes print(struct op *op, const struct channel_target *target,
                          const struct notify_message *message)
{
    struct jw w;
    struct str *body = str_new(&op->arena, 8 * BODY_MAX);
    const struct jv *mobiles = jv_get(target->settings, "at_mobiles");
    jw_init(&w, body);
    jw_object(&w);
    jw_text_at(&w, "msgtype", "markdown");
    jw_object_at(&w, "markdown");
    jw_text_at(&w, "title", message->title);
    jw_text_at(&w, "text", markdown(op, target, message));
    jw_end(&w);
    jw_object_at(&w, "at");
    jw_array_at(&w, "atMobiles");
    for (size_t i = 0; i < jv_len(mobiles); i++)
        jw_value(&w, jv_item(mobiles, i));
    jw_end(&w);
    jw_bool_at(&w, "isAtAll", jv_bool_at(target->settings, "at_all", false));
    jw_end(&w);
    jw_end(&w);
    return str_bytes(body);
}

static const char *signed_url(struct op *op, const struct robot *robot, int64_t now_ms)
{
    struct str *url = str_new(&op->arena, 16 * 1024);
    str_add(url, robot->url);
    if (robot->sign.n == 0)
        return url->p;
    const char *text =
        arena_fmt(&op->arena, "%lld\n%.*s", (long long)now_ms, BYTES_ARG(robot->sign));
    str_addf(url, "%ctimestamp=%lld&sign=", bytes_find_char(robot->url, '?') < 0 ? '?' : '&',
             (long long)now_ms);
    url_encode(url, bytes_of(robot_sign(op, robot->sign, bytes_of(text))));
    return url->p;
}

static int send(struct op *op, const struct notify_env *env, const struct channel_target *target,
                const struct notify_message *message)
{
    static const int64_t busy[] = {-1, 130101, 410100, 0};
    static const struct robot_answer kind = {"DingTalk", "errcode", "errmsg", busy};
    struct robot robot;
    struct bytes answer;
    if (robot_parse(op, target->secret, &robot))
        return -1;
    struct robot_post post = {.service = "DingTalk",
                              .url = signed_url(op, &robot, message->at_ms),
                              .body = print(op, target, message)};
    if (robot_post(op, env->fetch, &post, &answer))
        return -1;
    return robot_check_answer(op, &kind, answer);
}

const struct channel_ops channel_dingtalk = {
    .kind = "dingtalk",
    .per_minute = 20,
    .needs_secret = true,
    .takes_secret = true,
    .check = check,
    .send = send,
};
