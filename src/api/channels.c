/* Notification channels: where messages go, in which language, about which events of every plan.
 *
 * The address of a chat robot is as good as a password, so it is kept with the secret: a robot's
 * settings take a `url`, which goes there and is never answered again.
 */
#include "api/handlers.h"

#include "api/fields.h"
#include "api/note.h"
#include "api/platform.h"
#include "api/reply.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "notify/channel.h"
#include "notify/rule.h"

#include <string.h>

enum { SECRET_CHARS_MAX = 4096, EVENTS_MAX = 16 };

static const char *const languages[] = {"zh-CN", "en", NULL};

struct form {
    struct store_channel channel;
    struct secret secret;
    bool has_secret; /* false: the one that is kept stays */
    bool has_events;
    unsigned events;
};

static void print_events(struct jw *w, unsigned events)
{
    jw_array_at(w, "events");
    for (int i = 0; i < NOTIFY_EVENT_COUNT; i++)
        if (events & NOTIFY_BIT(i))
            jw_text(w, notify_event_word((enum notify_event)i));
    jw_end(w);
}

static int print_channel(struct call *call, struct reply *r, const struct store_channel *channel)
{
    unsigned events;
    if (rule_channel_events(call->op, call->api->platform->store, channel->row, &events) < 0)
        return -1;
    jw_object(&r->w);
    jw_text_at(&r->w, "id", channel->id);
    jw_text_at(&r->w, "name", channel->name);
    jw_text_at(&r->w, "kind", channel->kind);
    jw_raw_at(&r->w, "settings", bytes_of(*channel->conf ? channel->conf : "{}"));
    jw_bool_at(&r->w, "has_secret", channel->secret.n > 0);
    jw_text_at(&r->w, "language", channel->lang);
    print_events(&r->w, events);
    jw_bool_at(&r->w, "paused", channel->is_paused);
    reply_time_at(r, "sent_at", channel->sent_ms);
    reply_time_at(r, "failed_at", channel->failed_ms);
    jw_text_at(&r->w, "error", *channel->error ? channel->error : NULL);
    jw_int_at(&r->w, "version", channel->version);
    jw_end(&r->w);
    return 0;
}

static int reply_channel(struct call *call, const char *id, int status)
{
    struct store_channel channel;
    struct reply r;
    if (store_channel_find(call->op, call->api->platform->store, id, &channel) < 0)
        return -1;
    reply_open(&r, call);
    if (print_channel(call, &r, &channel) < 0) {
        str_fini(&r.text);
        return -1;
    }
    return reply_json(&r, status);
}

int handle_channels_list(struct call *call)
{
    struct store_channel *items, whole;
    struct reply r;
    size_t n;
    struct store *store = call->api->platform->store;
    if (store_channel_list(call->op, store, &items, &n) < 0)
        return -1;
    reply_list_begin(&r, call);
    for (size_t i = 0; i < n; i++)
        if (store_channel_get(call->op, store, items[i].row, &whole) < 0 ||
            print_channel(call, &r, &whole) < 0) {
            str_fini(&r.text);
            return -1;
        }
    reply_list_end(&r, NULL);
    return reply_json(&r, 200);
}

static void read_events(struct fields *f, struct form *form)
{
    size_t n;
    const char **words = fields_texts(f, "events", EVENTS_MAX, 50, &n);
    enum notify_event event;
    form->has_events = words != NULL;
    for (size_t i = 0; i < n; i++) {
        if (notify_event_parse(words[i], &event) && event != NOTIFY_TEST)
            form->events |= NOTIFY_BIT(event);
        else
            fields_fault(f, arena_fmt(&f->call->op->arena, "events[%zu]", i),
                         "must be round_finished, signed, failures, abnormal or overdue");
    }
}

/* Members but the robot's url, which is a secret. */
static const char *print_settings(struct op *op, const struct jv *settings, bool is_robot)
{
    struct str *s = str_new(&op->arena, 64 << 10);
    struct jw w;
    void *it = NULL;
    const char *key;
    const struct jv *value;
    jw_init(&w, s);
    jw_object(&w);
    while (jv_next(settings, &it, &key, &value)) {
        if (is_robot && strcmp(key, "url") == 0)
            continue;
        jw_key(&w, key);
        jw_value(&w, value);
    }
    jw_end(&w);
    return s->p;
}

static void join_lines(struct bytes first, struct bytes second, struct secret *out)
{
    struct str s;
    str_init(&s, first.n + second.n + 2);
    str_add(&s, first);
    if (second.n) {
        str_addc(&s, '\n');
        str_add(&s, second);
    }
    secret_set(out, str_bytes(&s));
    memset(s.p, 0, s.n);
    str_fini(&s);
}

static bool is_address(const struct secret *secret)
{
    struct bytes text = secret_reveal(secret);
    return bytes_has_prefix(text, BYTES("http://")) || bytes_has_prefix(text, BYTES("https://"));
}

/* A new signing key for the robot's kept address. */
static int join_kept(struct fields *f, const struct secret *key, struct form *form)
{
    const struct notify_env *env = f->call->api->platform->notify;
    struct secret kept = {0};
    struct bytes rest, line;
    if (env->unseal(env->ctx, f->call->op, &form->channel, &kept) < 0)
        return -1;
    rest = secret_reveal(&kept);
    if (bytes_split(&rest, '\n', &line))
        join_lines(line, secret_reveal(key), &form->secret);
    secret_fini(&kept);
    return 0;
}

/* Of a robot, the secret is two lines: its address (settings.url) and its signing key (`secret`).
 */
static int read_secret(struct fields *f, bool is_robot, const char *url, struct form *form)
{
    struct secret given = {0};
    int failed = 0;
    fields_secret(f, "secret", SECRET_CHARS_MAX, &given);
    if (is_robot && url && *url)
        join_lines(bytes_of(url), secret_reveal(&given), &form->secret);
    else if (is_robot && !secret_is_empty(&given) && !is_address(&given) && form->channel.secret.n)
        failed = join_kept(f, &given, form);
    else
        secret_copy(&form->secret, &given);
    form->has_secret = !secret_is_empty(&form->secret);
    secret_fini(&given);
    return failed;
}

static int read_form(struct fields *f, struct form *form)
{
    struct op *op = f->call->op;
    struct store_channel *channel = &form->channel;
    const struct jv *settings = fields_value(f, "settings");
    const struct channel_ops *ops = channel_find(channel->kind);
    bool is_robot = ops && ops->needs_secret;
    channel->name = fields_text(f, "name", 100, channel->name);
    if (bytes_trim(bytes_of(channel->name)).n == 0)
        fields_fault(f, "name", "must not be empty");
    if (settings && !jv_is_object(settings))
        fields_fault(f, "settings", "must be an object, not %s", jv_kind(settings));
    else if (settings)
        channel->conf = print_settings(op, settings, is_robot);
    int language = channel->lang && strcmp(channel->lang, "en") == 0 ? 1 : 0;
    channel->lang = languages[fields_word(f, "language", languages, language)];
    channel->is_paused = fields_bool(f, "paused", channel->is_paused);
    read_events(f, form);
    if (read_secret(f, is_robot, jv_text_at(settings, "url", NULL), form) < 0)
        return -1;
    return fields_end(f);
}

/* The check's text begins with the member's name. */
static int check_form(struct call *call, const struct form *form, bool is_new)
{
    struct op *op = call->op;
    const struct secret *secret = is_new || form->has_secret ? &form->secret : NULL;
    if (channel_check(op, form->channel.kind, form->channel.conf, secret) == 0)
        return 0;
    size_t n = strcspn(op->err_text, ": ");
    if (op->err_text[n] == ':')
        reply_detail(call, arena_copy(&op->arena, (struct bytes){op->err_text, n}),
                     op->err_text + n + 1);
    return -1;
}

static int seal(struct call *call, struct form *form)
{
    if (!form->has_secret)
        return 0;
    return keys_seal(call->op, call->api->platform->keys,
                     arena_fmt(&call->op->arena, "channel %s", form->channel.id), &form->secret,
                     &form->channel.secret);
}

/* The id binds the ciphertext, so a new channel gets its secret in a second step of one
 * transaction. */
static int add_channel(struct call *call, struct form *form)
{
    CLEANUP(store_end) struct store *bound = NULL;
    struct op *op = call->op;
    if (store_begin(op, call->api->platform->store, STORE_DURABLE, &bound) < 0 ||
        store_channel_add(op, bound, &form->channel) < 0 || seal(call, form) < 0 ||
        store_channel_set(op, bound, &form->channel) < 0 ||
        rule_set_channel(op, bound, form->channel.row, form->events) < 0 ||
        note_add(call, bound, "channel.added", "channel", form->channel.id, NULL) < 0)
        return -1;
    return store_commit(op, &bound);
}

int handle_channels_add(struct call *call)
{
    struct form form = {.channel = {.conf = "{}", .name = "", .error = ""}};
    struct fields f;
    fields_open(&f, call, "name kind settings secret language events paused");
    form.channel.kind = fields_need_text(&f, "kind", 50);
    int failed = read_form(&f, &form) < 0 || check_form(call, &form, true) < 0 ||
                 add_channel(call, &form) < 0;
    secret_fini(&form.secret);
    return failed ? -1 : reply_channel(call, form.channel.id, 201);
}

static int set_channel(struct call *call, struct form *form)
{
    CLEANUP(store_end) struct store *bound = NULL;
    struct op *op = call->op;
    form->channel.secret = (struct bytes){NULL, 0};
    if (seal(call, form) < 0 ||
        store_begin(op, call->api->platform->store, STORE_DURABLE, &bound) < 0 ||
        store_channel_set(op, bound, &form->channel) < 0)
        return -1;
    if (form->has_events && rule_set_channel(op, bound, form->channel.row, form->events) < 0)
        return -1;
    if (note_add(call, bound, "channel.set", "channel", form->channel.id, NULL) < 0)
        return -1;
    return store_commit(op, &bound);
}

int handle_channels_set(struct call *call)
{
    struct form form = {0};
    struct fields f;
    if (store_channel_find(call->op, call->api->platform->store, call->params[0], &form.channel) <
        0)
        return -1;
    fields_open(&f, call, "name kind settings secret language events paused version");
    const char *kind = fields_text(&f, "kind", 50, form.channel.kind);
    if (strcmp(kind, form.channel.kind) != 0)
        fields_fault(&f, "kind", "cannot change: make another channel");
    form.channel.version = fields_int(&f, "version", 1, INT64_MAX, form.channel.version);
    int failed = read_form(&f, &form) < 0 || check_form(call, &form, false) < 0 ||
                 set_channel(call, &form) < 0;
    secret_fini(&form.secret);
    return failed ? -1 : reply_channel(call, call->params[0], 200);
}

int handle_channels_drop(struct call *call)
{
    struct store *store = call->api->platform->store;
    struct store_channel channel;
    if (store_channel_find(call->op, store, call->params[0], &channel) < 0 ||
        store_channel_drop(call->op, store, channel.row) < 0 ||
        note_add(call, store, "channel.dropped", "channel", channel.id, NULL) < 0)
        return -1;
    return reply_empty(call);
}

int handle_channels_test(struct call *call)
{
    struct platform *platform = call->api->platform;
    struct store_channel channel;
    if (store_channel_find(call->op, platform->store, call->params[0], &channel) < 0 ||
        note_add(call, platform->store, "channel.tested", "channel", channel.id, NULL) < 0 ||
        channel_test(call->op, platform->notify, &channel, clock_wall_ms()) < 0)
        return -1;
    return reply_empty(call);
}
