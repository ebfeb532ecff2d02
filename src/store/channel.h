/* Notification channels, and rules: what is told to which channel. */
#ifndef STORE_CHANNEL_H
#define STORE_CHANNEL_H

#include "store/store.h"

struct store_channel {
    int64_t row;
    const char *id;
    const char *name;    /* unique */
    const char *kind;    /* "mail", "webhook", "slack", "dingtalk", "wecom", "feishu" */
    const char *conf;    /* JSON object without secrets */
    struct bytes secret; /* ciphertext, opaque here; only find and get fill it */
    const char *lang;    /* "zh-CN", "en" */
    bool is_paused;
    int64_t version;
    int64_t created_ms;
    int64_t updated_ms;
    int64_t sent_ms;   /* newest success */
    int64_t failed_ms; /* newest failure */
    const char *error; /* its text */
};

/* Fills row, id, version, times. ERR_CONFLICT: the name is taken. */
int store_channel_add(struct op *op, struct store *store, struct store_channel *channel) MUST_CHECK;
int store_channel_find(struct op *op, struct store *store, const char *id,
                       struct store_channel *out) MUST_CHECK;
int store_channel_get(struct op *op, struct store *store, int64_t row,
                      struct store_channel *out) MUST_CHECK;
/* In the order of names. */
int store_channel_list(struct op *op, struct store *store, struct store_channel **out,
                       size_t *out_n) MUST_CHECK;
/* Writes name, conf, lang, is_paused, and secret unless its p is NULL; version as read. */
int store_channel_set(struct op *op, struct store *store, struct store_channel *channel) MUST_CHECK;
/* With its rules and what waits in the outbox for it. */
int store_channel_drop(struct op *op, struct store *store, int64_t row) MUST_CHECK;

struct store_rule {
    int64_t row;
    const char *id;
    int64_t plan_row;    /* 0: every plan */
    const char *plan_id; /* "" every plan */
    const char *event;   /* "round_finished", "abnormal", "failures", "overdue", "signed" */
    int64_t channel_row;
    const char *channel_id, *channel_name;
    const char *conf; /* JSON object: conditions */
};
int store_rule_add(struct op *op, struct store *store, struct store_rule *rule) MUST_CHECK;
/* plan_row: rules of this plan and those for every plan; 0: all. event NULL: any. */
int store_rule_list(struct op *op, struct store *store, int64_t plan_row, const char *event,
                    struct store_rule **out, size_t *out_n) MUST_CHECK;
int store_rule_drop(struct op *op, struct store *store, int64_t row) MUST_CHECK;

#endif
