/* The table of channels, and what is checked for all of them. Any thread. */
#include "notify/channel.h"

#include "notify/digest.h"

#include <string.h>

enum { SETTINGS_MAX = 16 * 1024 };

static const struct channel_ops *const channels[] = {
    &channel_email,    &channel_webhook, &channel_slack,
    &channel_dingtalk, &channel_wecom,   &channel_feishu,
};

const struct channel_ops *channel_find(const char *kind)
{
    for (size_t i = 0; i < sizeof channels / sizeof channels[0]; i++) {
        if (kind && strcmp(channels[i]->kind, kind) == 0)
            return channels[i];
    }
    return NULL;
}

int channel_check(struct op *op, const char *kind, const char *settings,
                  const struct secret *secret)
{
    const struct channel_ops *ops = channel_find(kind);
    const struct jv *root;
    bool is_empty = secret && secret_is_empty(secret);
    if (!ops)
        return op_fail(op, ERR_UNPROCESSABLE,
                       "kind: email, webhook, slack, dingtalk, wecom or "
                       "feishu");
    if (strlen(settings) > SETTINGS_MAX)
        return op_fail(op, ERR_UNPROCESSABLE, "settings: too long");
    if (jv_parse(op, bytes_of(settings), &root))
        return -1;
    if (ops->needs_secret && is_empty)
        return op_fail(op, ERR_UNPROCESSABLE, "secret: a %s channel needs the robot's URL", kind);
    if (!ops->takes_secret && secret && !is_empty)
        return op_fail(op, ERR_UNPROCESSABLE, "secret: a %s channel has none", kind);
    return ops->check(op, root, is_empty ? NULL : secret);
}

int channel_open(struct op *op, const struct notify_env *env, const struct store_channel *channel,
                 struct channel_target *out, struct secret *secret)
{
    *out = (struct channel_target){
        .id = channel->id,
        .name = channel->name,
        .ops = channel_find(channel->kind),
        .settings = jv_parse_quiet(&op->arena, bytes_of(channel->conf)),
        .secret = secret,
    };
    if (!out->ops)
        return op_fail(op, ERR_UNPROCESSABLE, "this version knows no channels of kind %s",
                       channel->kind);
    if (channel->secret.n > 0 && (!env->unseal || env->unseal(env->ctx, op, channel, secret)))
        return op_fail(op, ERR_UNPROCESSABLE,
                       "the channel's secret cannot be opened: enter it anew");
    if (out->ops->needs_secret && secret_is_empty(secret))
        return op_fail(op, ERR_UNPROCESSABLE, "the channel has no secret: enter the robot's URL");
    return 0;
}

int channel_test(struct op *op, const struct notify_env *env, const struct store_channel *channel,
                 int64_t now_ms)
{
    struct channel_target target;
    struct notify_message message;
    struct secret secret = {0};
    digest_make_test(op, env, channel->lang, now_ms, &message);
    int failed = channel_open(op, env, channel, &target, &secret) ||
                 target.ops->send(op, env, &target, &message);
    secret_fini(&secret);
    return failed ? -1 : 0;
}
