/* Generic webhooks: the digest as JSON, signed. Any thread; blocks on the network.
 *
 *     X-Rounds-Event: abnormal            X-Rounds-Delivery: the same in every attempt
 *     X-Rounds-Timestamp: seconds         X-Rounds-Signature: sha256=HEX
 *
 * HEX is HMAC-SHA256(secret, timestamp "." body). The time is part of what is signed, so that a
 * receiver can refuse old messages that somebody recorded.
 */
#include "notify/robot.h"

#include "base/hash.h"
#include "base/url.h"

#include <string.h>

enum { HEADERS_MAX = 16, VALUE_MAX = 1024, OWN_HEADERS = 5 };

static bool is_header_name(const char *name)
{
    static const char *const ours[] = {
        "host", "content-length", "content-type", "connection", "transfer-encoding", "expect",
        "te",   "upgrade"};
    size_t n = strlen(name);
    if (n == 0 || n > 64 ||
        strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                     "0123456789-_") != n)
        return false;
    for (size_t i = 0; i < sizeof ours / sizeof ours[0]; i++) {
        if (bytes_eq_nocase(bytes_of(name), bytes_of(ours[i])))
            return false;
    }
    return n < 9 || !bytes_eq_nocase((struct bytes){name, 9}, BYTES("X-Rounds-"));
}

static bool is_header_value(const char *value)
{
    for (const char *p = value; *p; p++) {
        if ((unsigned char)*p < 32 || *p == 127)
            return false;
    }
    return strlen(value) <= VALUE_MAX;
}

static int check_headers(struct op *op, const struct jv *headers)
{
    void *it = NULL;
    const char *name;
    const struct jv *value;
    if (!jv_is_null(headers) && !jv_is_object(headers))
        return op_fail(op, ERR_UNPROCESSABLE, "settings.headers: has to be an object of texts");
    if (jv_len(headers) > HEADERS_MAX)
        return op_fail(op, ERR_UNPROCESSABLE, "settings.headers: more than %d", HEADERS_MAX);
    while (jv_next(headers, &it, &name, &value)) {
        if (!is_header_name(name))
            return op_fail(op, ERR_UNPROCESSABLE, "settings.headers: this name cannot be set");
        if (!jv_is_string(value) || !is_header_value(jv_text(value, "")))
            return op_fail(op, ERR_UNPROCESSABLE, "settings.headers.%s: not a text of one line",
                           name);
    }
    return 0;
}

static int check(struct op *op, const struct jv *settings, const struct secret *secret)
{
    static const char *const members[] = {"url", "headers"};
    struct op part;
    struct url url;
    if (robot_check_members(op, settings, members, 2))
        return -1;
    op_init_part(&part, op, -1);
    int failed = url_parse(&part, bytes_of(jv_text_at(settings, "url", "")), &url);
    op_fini(&part);
    if (failed)
        return op_fail(op, ERR_UNPROCESSABLE, "settings.url: has to be an http:// or https:// URL");
    return check_headers(op, jv_get(settings, "headers"));
}

static size_t add_given(const struct jv *settings, struct fetch_header *headers)
{
    void *it = NULL;
    const char *name;
    const struct jv *value;
    size_t n = 0;
    while (n < HEADERS_MAX && jv_next(jv_get(settings, "headers"), &it, &name, &value))
        headers[n++] = (struct fetch_header){name, jv_text(value, "")};
    return n;
}

static const char *sign(struct op *op, const struct secret *key, const char *stamp,
                        struct bytes body)
{
    unsigned char mac[HASH_SIZE];
    char hex[HASH_HEX_MAX];
    struct str *text = str_new(&op->arena, body.n + 64);
    str_adds(text, stamp);
    str_addc(text, '.');
    str_add(text, body);
    hash_hmac_sha256(secret_reveal(key), str_bytes(text), mac);
    hash_hex(mac, sizeof mac, hex);
    return arena_fmt(&op->arena, "sha256=%s", hex);
}

static int send(struct op *op, const struct notify_env *env, const struct channel_target *target,
                const struct notify_message *message)
{
    struct fetch_header headers[HEADERS_MAX + OWN_HEADERS];
    struct bytes answer;
    size_t n = add_given(target->settings, headers);
    const char *stamp = arena_fmt(&op->arena, "%lld", (long long)(message->at_ms / 1000));
    headers[n++] = (struct fetch_header){"X-Rounds-Event", notify_event_word(message->event)};
    headers[n++] = (struct fetch_header){"X-Rounds-Delivery", message->letter_id};
    headers[n++] = (struct fetch_header){"X-Rounds-Timestamp", stamp};
    if (!secret_is_empty(target->secret))
        headers[n++] = (struct fetch_header){"X-Rounds-Signature",
                                             sign(op, target->secret, stamp, message->json)};
    struct robot_post post = {
        .service = "the webhook",
        .url = jv_text_at(target->settings, "url", ""),
        .body = message->json,
        .headers = headers,
        .header_n = n,
    };
    return robot_post(op, env->fetch, &post, &answer);
}

const struct channel_ops channel_webhook = {
    .kind = "webhook",
    .takes_secret = true,
    .check = check,
    .send = send,
};
