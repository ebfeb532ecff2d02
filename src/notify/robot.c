/* The common part of robots and webhooks. Blocks on the network in robot_post only; any thread.
 *
 * A robot's URL opens the chat to whoever has it, so it is a secret from the store to curl and no
 * error text here contains more than the name of the service and what it said. What a service
 * says is cut short: it is a stranger's text on its way into our database and UI.
 */
#include "notify/robot.h"

#include "base/hash.h"
#include "base/url.h"

#include <string.h>

enum { ANSWER_MAX = 64 * 1024, SAID_MAX = 200 };

int robot_parse(struct op *op, const struct secret *secret, struct robot *out)
{
    struct bytes rest = bytes_trim(secret_reveal(secret));
    struct bytes line = {"", 0};
    struct op part;
    struct url url;
    *out = (struct robot){.sign = {"", 0}};
    bytes_split(&rest, '\n', &line);
    out->url = bytes_trim(line);
    out->sign = bytes_trim(rest);
    /* url_parse may quote what it was given. */
    op_init_part(&part, op, -1);
    int failed = url_parse(&part, out->url, &url);
    op_fini(&part);
    if (failed)
        return op_fail(op, ERR_UNPROCESSABLE,
                       "secret: the first line has to be the robot's URL (https://…)");
    if (bytes_find_char(out->sign, '\n') >= 0)
        return op_fail(op, ERR_UNPROCESSABLE,
                       "secret: two lines at most, the robot's URL and its signing secret");
    return 0;
}

int robot_check_members(struct op *op, const struct jv *settings, const char *const *names,
                        size_t n)
{
    void *it = NULL;
    const char *name;
    const struct jv *value;
    if (!jv_is_object(settings))
        return op_fail(op, ERR_UNPROCESSABLE, "settings: has to be an object");
    while (jv_next(settings, &it, &name, &value)) {
        size_t i = 0;
        while (i < n && strcmp(names[i], name) != 0)
            i++;
        if (i == n)
            return op_fail(op, ERR_UNPROCESSABLE, "settings.%s: there is no such member", name);
    }
    return 0;
}

/* A stranger's words, short and on one line. */
static const char *said(struct op *op, struct bytes text)
{
    size_t n = text.n < SAID_MAX ? text.n : SAID_MAX;
    while (n > 0 && !bytes_is_utf8((struct bytes){text.p, n}) && n + 4 > SAID_MAX)
        n--;
    if (!bytes_is_utf8((struct bytes){text.p, n}))
        return "(no text)";
    char *copy = arena_copy(&op->arena, (struct bytes){text.p, n});
    for (char *p = copy; *p; p++)
        *p = (unsigned char)*p < 32 ? ' ' : *p;
    return copy;
}

static int check_status(struct op *op, const char *service, const struct fetch_response *response)
{
    int status = response->status;
    const char *text = said(op, response->body);
    if (status >= 200 && status < 300)
        return 0;
    if (status == 429)
        return op_fail(op, ERR_BUSY, "%s asks to slow down (429): %s", service, text);
    if (status >= 300 && status < 400)
        return op_fail(op, ERR_UNPROCESSABLE,
                       "%s answers with a redirect (%d): set the address it leads to", service,
                       status);
    if (status >= 400 && status < 500 && status != 408 && status != 423 && status != 425)
        return op_fail(op, ERR_UNPROCESSABLE, "%s refuses the message (%d): %s", service, status,
                       text);
    return op_fail(op, ERR_TARGET, "%s failed (%d): %s", service, status, text);
}

int robot_post(struct op *op, struct fetch_client *fetch, const struct robot_post *post,
               struct bytes *out_answer)
{
    struct fetch_response response;
    struct fetch_header *headers = ARENA_ARRAY(&op->arena, struct fetch_header, post->header_n + 1);
    for (size_t i = 0; i < post->header_n; i++)
        headers[i] = post->headers[i];
    headers[post->header_n] = (struct fetch_header){"Content-Type", "application/json; "
                                                                    "charset=utf-8"};
    struct fetch_request request = {
        .method = "POST",
        .url = post->url,
        .headers = headers,
        .header_n = post->header_n + 1,
        .body = post->body,
        .has_body = true,
        .body_max = ANSWER_MAX,
    };
    if (fetch_run(op, fetch, &request, &response))
        return -1;
    *out_answer = response.body;
    return check_status(op, post->service, &response);
}

int robot_check_answer(struct op *op, const struct robot_answer *kind, struct bytes answer)
{
    const struct jv *root = jv_parse_quiet(&op->arena, answer);
    const struct jv *code = jv_get(root, kind->code_name);
    if (!jv_is_integer(code))
        return op_fail(op, ERR_UNPROCESSABLE,
                       "%s gives an answer that is none of its own: is the "
                       "URL right?",
                       kind->service);
    int64_t n = jv_int(code, -1);
    const char *text = said(op, jv_bytes(jv_get(root, kind->text_name)));
    if (n == 0)
        return 0;
    for (const int64_t *busy = kind->busy; *busy; busy++) {
        if (n == *busy)
            return op_fail(op, ERR_BUSY, "%s asks to slow down (%lld): %s", kind->service,
                           (long long)n, text);
    }
    return op_fail(op, ERR_UNPROCESSABLE, "%s refuses the message (%lld): %s", kind->service,
                   (long long)n, text);
}

const char *robot_sign(struct op *op, struct bytes key, struct bytes data)
{
    unsigned char mac[HASH_SIZE];
    hash_hmac_sha256(key, data, mac);
    return base64_encode(&op->arena, (struct bytes){(const char *)mac, sizeof mac});
}

void robot_add_escaped(struct str *out, const char *text, const char *marks,
                       const char *const *replacements)
{
    for (const char *p = text; *p; p++) {
        const char *mark = strchr(marks, *p);
        if (mark)
            str_adds(out, replacements[mark - marks]);
        else
            str_addc(out, (unsigned char)*p < 32 || *p == 127 ? ' ' : *p);
    }
}
