/* WeCom's group robots (企业微信群机器人): markdown, then the contact sheet as a picture. Any
 * thread; blocks on the network.
 *
 * Limits: 20 messages a minute, markdown of 4096 bytes, pictures of 2 MB before base64, JPEG or
 * PNG. The picture is a message of its own. When it is refused, the digest has been delivered all
 * the same, and sending both again would only say it twice: so that is no failure.
 */
#include "notify/robot.h"

#include "base/hash.h"
#include "base/log.h"

#include <string.h>

enum { MARKDOWN_MAX = 4096, PICTURE_MAX = 2 * 1024 * 1024 };

static const int64_t busy[] = {-1, 45009, 45033, 0};
static const struct robot_answer kind = {"WeCom", "errcode", "errmsg", busy};

static int check(struct op *op, const struct jv *settings, const struct secret *secret)
{
    static const char *const members[] = {"picture"};
    const struct jv *picture = jv_get(settings, "picture");
    struct robot robot;
    if (robot_check_members(op, settings, members, 1))
        return -1;
    if (!jv_is_null(picture) && !jv_is_bool(picture))
        return op_fail(op, ERR_UNPROCESSABLE, "settings.picture: true or false");
    return secret ? robot_parse(op, secret, &robot) : 0;
}

/* WeCom knows no escapes: what would be markup becomes its full-width twin. */
static void add(struct str *out, const char *text)
{
    static const char *const twins[] = {"＊", "＿", "ˋ", "［", "］", "＜", "＞", "＃"};
    robot_add_escaped(out, text, "*_`[]<>#", twins);
}

static void add_part(struct str *text, const struct str *part, size_t keep)
{
    if (!part->is_full && text->n + part->n + keep <= MARKDOWN_MAX)
        str_add(text, str_bytes(part));
}

static void add_item(struct op *op, struct str *text, const struct notify_item *item, size_t keep)
{
    struct str *line = str_new(&op->arena, MARKDOWN_MAX);
    str_adds(line, item->is_bad ? "\n> <font color=\"warning\">✕</font> " : "\n> ");
    str_adds(line, item->link[0] ? "[" : "");
    add(line, item->title);
    if (item->link[0])
        str_addf(line, "](%s)", item->link);
    if (item->detail[0]) {
        str_adds(line, " ");
        add(line, item->detail);
    }
    add_part(text, line, keep);
}

static const char *markdown(struct op *op, const struct notify_message *message)
{
    struct str *text = str_new(&op->arena, 2 * MARKDOWN_MAX);
    struct str *head = str_new(&op->arena, 3 * MARKDOWN_MAX / 4);
    struct str *tail = str_new(&op->arena, MARKDOWN_MAX / 4);
    if (message->more[0])
        str_addf(tail, "\n%s", message->more);
    if (message->link[0])
        str_addf(tail, "\n[%s](%s)", message->link_text, message->link);
    str_adds(text, "**");
    add(text, message->title);
    str_adds(text, "**\n");
    add(head, message->lead);
    for (size_t i = 0; i < message->fact_n; i++) {
        str_adds(head, i ? " · " : "\n");
        add(head, message->facts[i].label);
        str_adds(head, " ");
        add(head, message->facts[i].value);
    }
    add_part(text, head, tail->n);
    for (size_t i = 0; i < message->item_n; i++)
        add_item(op, text, &message->items[i], tail->n);
    add_part(text, tail, 0);
    return text->p;
}

static int post(struct op *op, const struct notify_env *env, const struct robot *robot,
                struct bytes body)
{
    struct bytes answer;
    struct robot_post post = {
        .service = "WeCom", .url = arena_copy(&op->arena, robot->url), .body = body};
    return robot_post(op, env->fetch, &post, &answer) || robot_check_answer(op, &kind, answer) ? -1
                                                                                               : 0;
}

static struct bytes print_text(struct op *op, const struct notify_message *message)
{
    struct jw w;
    struct str *body = str_new(&op->arena, 8 * MARKDOWN_MAX);
    jw_init(&w, body);
    jw_object(&w);
    jw_text_at(&w, "msgtype", "markdown");
    jw_object_at(&w, "markdown");
    jw_text_at(&w, "content", markdown(op, message));
    jw_end(&w);
    jw_end(&w);
    return str_bytes(body);
}

static struct bytes print_picture(struct op *op, struct bytes picture)
{
    struct jw w;
    char md5[HASH_MD5_MAX];
    struct str *body = str_new(&op->arena, 2 * PICTURE_MAX);
    hash_md5_hex(picture, md5);
    jw_init(&w, body);
    jw_object(&w);
    jw_text_at(&w, "msgtype", "image");
    jw_object_at(&w, "image");
    jw_text_at(&w, "base64", base64_encode(&op->arena, picture));
    jw_text_at(&w, "md5", md5);
    jw_end(&w);
    jw_end(&w);
    return str_bytes(body);
}

static int send_picture(struct op *op, const struct notify_env *env, const struct robot *robot,
                        struct bytes picture)
{
    struct op part;
    op_init_part(&part, op, -1);
    if (post(&part, env, robot, print_picture(&part, picture)))
        log_msg(LOG_WARN, op, "notify-picture", "%s", part.err_text);
    op_fini(&part);
    return 0;
}

static int send(struct op *op, const struct notify_env *env, const struct channel_target *target,
                const struct notify_message *message)
{
    struct robot robot;
    struct bytes picture = message->picture.data;
    if (robot_parse(op, target->secret, &robot) || post(op, env, &robot, print_text(op, message)))
        return -1;
    if (picture.n == 0 || picture.n > PICTURE_MAX || !jv_bool_at(target->settings, "picture", true))
        return 0;
    return send_picture(op, env, &robot, picture);
}

/* Each digest may be two messages: half of the 20 that are allowed. */
const struct channel_ops channel_wecom = {
    .kind = "wecom",
    .per_minute = 10,
    .picture_max = PICTURE_MAX,
    .needs_secret = true,
    .takes_secret = true,
    .check = check,
    .send = send,
};
