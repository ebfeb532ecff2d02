/* E-mail: text and HTML, the contact sheet inside. Any thread; blocks on the SMTP server.
 *
 * The server and the sender are settings of the service, a channel only says to whom. The message
 * id stays the same over attempts, so that a mail that was taken, but not acknowledged, is not read
 * twice.
 */
#include "notify/robot.h"

#include <string.h>

enum { TO_MAX = 50, BODY_MAX = 256 * 1024, PICTURE_MAX = 4 * 1024 * 1024 };

static const char picture_id[] = "contact-sheet@rounds";

static int check(struct op *op, const struct jv *settings, const struct secret *secret)
{
    static const char *const members[] = {"to"};
    const struct jv *to = jv_get(settings, "to");
    if (robot_check_members(op, settings, members, 1))
        return -1;
    if (!jv_is_array(to) || jv_len(to) == 0 || jv_len(to) > TO_MAX)
        return op_fail(op, ERR_UNPROCESSABLE, "settings.to: a list of 1 to %d addresses", TO_MAX);
    for (size_t i = 0; i < jv_len(to); i++) {
        if (!mail_is_address(jv_text(jv_item(to, i), "")))
            return op_fail(op, ERR_UNPROCESSABLE, "settings.to[%zu]: not an e-mail address", i);
    }
    return 0;
}

static const char *plain(struct op *op, const struct notify_message *message)
{
    struct str *text = str_new(&op->arena, BODY_MAX);
    str_addf(text, "%s\n\n", message->lead);
    for (size_t i = 0; i < message->fact_n; i++)
        str_addf(text, "%s: %s\n", message->facts[i].label, message->facts[i].value);
    for (size_t i = 0; i < message->item_n; i++) {
        const struct notify_item *item = &message->items[i];
        str_addf(text, "\n%s %s\n", item->is_bad ? "✕" : "·", item->title);
        if (item->detail[0])
            str_addf(text, "  %s\n", item->detail);
        if (item->link[0])
            str_addf(text, "  %s\n", item->link);
    }
    if (message->more[0])
        str_addf(text, "\n%s\n", message->more);
    if (message->link[0])
        str_addf(text, "\n%s: %s\n", message->link_text, message->link);
    str_addf(text, "\n-- \n%s\n", message->footer);
    return text->p;
}

static void add(struct str *out, const char *text)
{
    static const char *const entities[] = {"&amp;", "&lt;", "&gt;", "&quot;", "&#39;"};
    robot_add_escaped(out, text, "&<>\"'", entities);
}

static void add_link(struct str *out, const char *link, const char *text, const char *style)
{
    if (link[0]) {
        str_adds(out, "<a href=\"");
        add(out, link);
        str_addf(out, "\" style=\"%s\">", style);
    }
    add(out, text);
    str_adds(out, link[0] ? "</a>" : "");
}

static void add_facts(struct str *out, const struct notify_message *message)
{
    str_adds(out, "<table cellpadding=\"0\" cellspacing=\"0\" style=\"margin:12px 0\">");
    for (size_t i = 0; i < message->fact_n; i++) {
        str_adds(out, "<tr><td style=\"color:#5b6670;padding:2px 16px 2px 0\">");
        add(out, message->facts[i].label);
        str_adds(out, "</td><td style=\"padding:2px 0\">");
        add(out, message->facts[i].value);
        str_adds(out, "</td></tr>");
    }
    str_adds(out, "</table>");
}

static void add_items(struct str *out, const struct notify_message *message)
{
    for (size_t i = 0; i < message->item_n; i++) {
        const struct notify_item *item = &message->items[i];
        str_addf(out, "<p style=\"margin:8px 0\"><b style=\"color:%s\">%s</b> ",
                 item->is_bad ? "#b3261e" : "#5b6670", item->is_bad ? "✕" : "·");
        add_link(out, item->link, item->title, "color:#1f5fa8");
        if (item->detail[0]) {
            str_adds(out, "<br><span style=\"color:#5b6670\">");
            add(out, item->detail);
            str_adds(out, "</span>");
        }
        str_adds(out, "</p>");
    }
    if (message->more[0]) {
        str_adds(out, "<p style=\"color:#5b6670\">");
        add(out, message->more);
        str_adds(out, "</p>");
    }
}

static const char *html(struct op *op, const struct notify_message *message)
{
    struct str *out = str_new(&op->arena, BODY_MAX);
    str_addf(out,
             "<!doctype html><html lang=\"%s\"><body style=\"margin:0;padding:24px;"
             "font:15px/1.5 sans-serif;color:#1c2329\"><h1 style=\"font-size:20px;margin:0 0 "
             "8px;color:%s\">",
             message->lang, message->is_bad ? "#b3261e" : "#1c2329");
    add(out, message->title);
    str_adds(out, "</h1><p style=\"margin:0\">");
    add(out, message->lead);
    str_adds(out, "</p>");
    add_facts(out, message);
    add_items(out, message);
    if (message->link[0]) {
        str_adds(out, "<p style=\"margin:20px 0\">");
        add_link(out, message->link, message->link_text,
                 "background:#1f5fa8;color:#fff;padding:8px 16px;border-radius:4px;"
                 "text-decoration:none");
        str_adds(out, "</p>");
    }
    if (message->picture.data.n > 0)
        str_addf(out, "<p><img src=\"cid:%s\" alt=\"\" style=\"max-width:100%%\"></p>", picture_id);
    str_adds(out, "<p style=\"color:#5b6670;font-size:13px\">");
    add(out, message->footer);
    str_adds(out, "</p></body></html>");
    return out->p;
}

/* The channel's own, and who is called in person. An address that is none is left out: it was typed
 * elsewhere, and must not keep the others from hearing. */
static const char **recipients(struct op *op, const struct jv *settings,
                               const struct notify_message *message, size_t *out_n)
{
    const struct jv *to = jv_get(settings, "to");
    const char **list = ARENA_ARRAY(&op->arena, const char *, jv_len(to) + message->email_n + 1);
    *out_n = 0;
    for (size_t i = 0; i < jv_len(to); i++)
        list[(*out_n)++] = jv_text(jv_item(to, i), "");
    for (size_t i = 0; i < message->email_n; i++) {
        if (mail_is_address(message->emails[i]))
            list[(*out_n)++] = message->emails[i];
    }
    return list;
}

static int send(struct op *op, const struct notify_env *env, const struct channel_target *target,
                const struct notify_message *message)
{
    static const struct mail_header headers[] = {{"Auto-Submitted", "auto-generated"}};
    bool is_jpeg = message->picture.mime && strcmp(message->picture.mime, "image/jpeg") == 0;
    struct mail_file file = {
        .name = is_jpeg ? "round.jpg" : "round.png",
        .type = message->picture.mime,
        .data = message->picture.data,
        .content_id = picture_id,
    };
    struct mail_message mail = {
        .subject = message->title,
        .text = plain(op, message),
        .html = html(op, message),
        .files = &file,
        .file_n = message->picture.data.n > 0 ? 1 : 0,
        .headers = headers,
        .header_n = 1,
        .message_id = arena_fmt(&op->arena, "<%s.%s@rounds>", message->letter_id, target->id),
    };
    mail.to = recipients(op, target->settings, message, &mail.to_n);
    if (!env->mail)
        return op_fail(op, ERR_UNPROCESSABLE,
                       "no mail server is set up: give smtp.url and smtp.from in the settings");
    return mail_send(op, env->mail, &mail);
}

const struct channel_ops channel_email = {
    .kind = "email",
    .picture_max = PICTURE_MAX,
    .check = check,
    .send = send,
};
