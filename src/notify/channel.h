/* Channels: one row a kind. To add one: channel_x.c, its row in channel.c, the contract test.
 *
 * A channel's settings are a JSON object without secrets; its secret is one text:
 *   email     settings {"to":["a@example.org"]}                     secret: none
 *   webhook   settings {"url","headers":{…}}                        secret: key of the signature,
 * optional slack     settings {}                                           secret: the webhook's
 * URL dingtalk  settings {"at_mobiles":["…"],"at_all":false}          secret: URL, then on a line
 * of its feishu    settings {}                                           own the signing secret if
 * there is one wecom     settings {"picture":true}                             secret: the robot's
 * URL A robot's URL is a secret: it never reaches a log or an error's text.
 */
#ifndef NOTIFY_CHANNEL_H
#define NOTIFY_CHANNEL_H

#include "notify/notify.h"

struct channel_ops;

struct channel_target {
    const char *id; /* of the channel: rate limits go by it */
    const char *name;
    const struct channel_ops *ops;
    const struct jv *settings;
    const struct secret *secret;
};

struct channel_ops {
    const char *kind;
    int per_minute;     /* what the service allows; 0: no limit known */
    size_t picture_max; /* largest picture it can show; 0: none */
    bool needs_secret;
    bool takes_secret;
    /* Settings and secret make sense. ERR_UNPROCESSABLE names the member. */
    int (*check)(struct op *op, const struct jv *settings, const struct secret *secret);
    /* 0: the service has taken it. ERR_TARGET, ERR_TIMEOUT, ERR_BUSY: later perhaps. ERR_BAD_INPUT,
     * ERR_UNPROCESSABLE, ERR_FORBIDDEN: never. */
    int (*send)(struct op *op, const struct notify_env *env, const struct channel_target *target,
                const struct notify_message *message);
};

/* NULL: no such kind. */
const struct channel_ops *channel_find(const char *kind);

/* Before a channel is stored. secret NULL: an existing one stays. ERR_UNPROCESSABLE: unknown kind,
 * unknown or wrong member. */
int channel_check(struct op *op, const char *kind, const char *settings,
                  const struct secret *secret) MUST_CHECK;
/* Opens the secret of a stored channel into *secret (the caller ends it). ERR_UNPROCESSABLE: it
 * cannot be sent to as it is. */
int channel_open(struct op *op, const struct notify_env *env, const struct store_channel *channel,
                 struct channel_target *out, struct secret *secret) MUST_CHECK;
/* Sends a test message now, past the outbox. Errors as of channel_ops.send. */
int channel_test(struct op *op, const struct notify_env *env, const struct store_channel *channel,
                 int64_t now_ms) MUST_CHECK;

extern const struct channel_ops channel_email, channel_webhook, channel_slack, channel_dingtalk,
    channel_wecom, channel_feishu;

#endif
