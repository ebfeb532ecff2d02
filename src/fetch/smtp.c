/* Handing a MIME tree to a mail server. What a message looks like is mail/'s business. Runs on
 * the caller's thread.
 */
#include <string.h>

#include "base/assert.h"
#include "fetch/fetch_priv.h"

enum { ANSWER_MAX = 500 };

struct delivery {
    struct fetch_run run;
    char answer[ANSWER_MAX]; /* the server's refusal, else its last line */
    curl_mime *mime;
    struct curl_slist *recipients, *headers;
};

static size_t on_answer(char *p, size_t size, size_t n, void *ctx)
{
    struct delivery *delivery = ctx;
    struct bytes line = bytes_trim((struct bytes){p, size * n});
    if (delivery->answer[0] == '4' || delivery->answer[0] == '5')
        return size * n; /* the refusal counts, not the farewell after it */
    size_t length = line.n < ANSWER_MAX - 1 ? line.n : ANSWER_MAX - 1;
    memcpy(delivery->answer, line.p, length);
    delivery->answer[length] = '\0';
    for (char *c = delivery->answer; *c; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7f)
            *c = ' ';
    return size * n;
}

static const char *const multiparts[] = {
    [FETCH_PART_MIXED] = "multipart/mixed",
    [FETCH_PART_ALTERNATIVE] = "multipart/alternative",
    [FETCH_PART_RELATED] = "multipart/related",
};

/* Deep enough for mixed > related > alternative > leaf. */
static void add_part(CURL *easy, curl_mimepart *to, const struct fetch_part *part, int depth)
{
    struct curl_slist *lines = NULL;
    ASSERT(to && depth < 8);
    for (const char *const *line = part->headers; line && *line; line++)
        lines = slist_add(lines, *line);
    if (lines)
        ASSERT(curl_mime_headers(to, lines, 1) == CURLE_OK);
    if (part->kind == FETCH_PART_DATA) {
        ASSERT(curl_mime_data(to, part->data.n ? part->data.p : "", part->data.n) == CURLE_OK);
        ASSERT(curl_mime_type(to, part->type) == CURLE_OK);
        ASSERT(curl_mime_encoder(to, part->encoding) == CURLE_OK);
        return;
    }
    curl_mime *children = curl_mime_init(easy);
    ASSERT(children && curl_mime_subparts(to, children) == CURLE_OK);
    ASSERT(curl_mime_type(to, multiparts[part->kind]) == CURLE_OK);
    for (size_t i = 0; i < part->child_n; i++)
        add_part(easy, curl_mime_addpart(children), &part->children[i], depth + 1);
}

/* The root's children become the message's own parts. */
static void set_message(struct delivery *delivery, const struct fetch_smtp *mail)
{
    CURL *easy = delivery->run.slot->easy;
    delivery->mime = curl_mime_init(easy);
    ASSERT(delivery->mime);
    if (mail->root->kind == FETCH_PART_MIXED)
        for (size_t i = 0; i < mail->root->child_n; i++)
            add_part(easy, curl_mime_addpart(delivery->mime), &mail->root->children[i], 0);
    else
        add_part(easy, curl_mime_addpart(delivery->mime), mail->root, 0);
    for (const char *const *line = mail->headers; line && *line; line++)
        delivery->headers = slist_add(delivery->headers, *line);
    curl_easy_setopt(easy, CURLOPT_MIMEPOST, delivery->mime);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, delivery->headers);
}

static void set_options(struct delivery *delivery, const struct fetch_smtp *mail)
{
    CURL *easy = delivery->run.slot->easy;
    slot_prepare(&delivery->run);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    curl_easy_setopt(easy, CURLOPT_URL,
                     mail->hello
                         ? arena_fmt(&delivery->run.op->arena, "%s/%s", mail->url, mail->hello)
                         : mail->url);
    curl_easy_setopt(easy, CURLOPT_USE_SSL,
                     mail->needs_tls ? (long)CURLUSESSL_ALL : (long)CURLUSESSL_TRY);
    if (mail->user) {
        curl_easy_setopt(easy, CURLOPT_USERNAME, mail->user);
        curl_easy_setopt(easy, CURLOPT_PASSWORD,
                         secret_is_empty(mail->password) ? "" : secret_reveal(mail->password).p);
    }
    for (size_t i = 0; i < mail->to_n; i++)
        delivery->recipients = slist_add(delivery->recipients, mail->to[i]);
    curl_easy_setopt(easy, CURLOPT_MAIL_FROM, mail->from);
    curl_easy_setopt(easy, CURLOPT_MAIL_RCPT, delivery->recipients);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_answer);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, delivery);
    set_message(delivery, mail);
}

static int report(struct delivery *delivery, CURLcode code)
{
    struct op *op = delivery->run.op;
    long said = 0;
    (void)curl_easy_getinfo(delivery->run.slot->easy, CURLINFO_RESPONSE_CODE, &said);
    if (code == CURLE_LOGIN_DENIED)
        return op_fail(op, said / 100 == 4 ? ERR_TARGET : ERR_UNPROCESSABLE,
                       "%s refuses the login: %s: check user and password", delivery->run.where,
                       delivery->answer);
    if (said / 100 == 4 || said / 100 == 5)
        return op_fail(op, said / 100 == 4 ? ERR_TARGET : ERR_UNPROCESSABLE,
                       "%s refuses the message: %s", delivery->run.where, delivery->answer);
    return fault_report(&delivery->run, code);
}

int fetch_smtp_send(struct op *op, struct fetch_client *client, const struct fetch_smtp *mail,
                    const char **answer)
{
    const char *host = strstr(mail->url, "://");
    struct delivery delivery = {.run = {.op = op,
                                        .client = client,
                                        .where = host ? host + 3 : mail->url,
                                        .is_https = strncmp(mail->url, "smtps:", 6) == 0,
                                        .is_mail = true}};
    CURLcode code = CURLE_OK;
    if (op_check(op) < 0)
        return -1;
    delivery.run.slot = slot_lease(client);
    set_options(&delivery, mail);
    int result = slot_run(&delivery.run, &code);
    if (result == 0 && code != CURLE_OK)
        result = report(&delivery, code);
    if (result == 0 && answer)
        *answer = arena_strdup(&op->arena, delivery.answer);
    slot_return(client, delivery.run.slot, result < 0);
    curl_mime_free(delivery.mime);
    slist_free(&delivery.recipients);
    slist_free(&delivery.headers);
    return result;
}
