/* Notifications: events, what a message consists of, and the surroundings that channels need.
 *
 * The road: rule_post turns an event of a round into letters in the store's outbox, one a channel;
 * the outbox thread claims them, gathers the round's digest, puts it into the channel's language
 * and lets the channel send it. One message a round and event, never one a panel.
 */
#ifndef NOTIFY_NOTIFY_H
#define NOTIFY_NOTIFY_H

#include "base/json.h"
#include "base/secret.h"
#include "fetch/fetch.h"
#include "mail/mail.h"
#include "store/channel.h"

/* In the order of weight: of several events at once a channel hears the heaviest it wants. */
enum notify_event {
    NOTIFY_TEST,
    NOTIFY_ROUND_FINISHED,
    NOTIFY_SIGNED,
    NOTIFY_FAILURES, /* the round is finished and shots failed, or could not be prepared at all */
    NOTIFY_ABNORMAL, /* verdicts say so; sent a little later, so that they come together */
    NOTIFY_OVERDUE,  /* not signed in time */
    NOTIFY_EVENT_COUNT
};
#define NOTIFY_BIT(event) (1u << (event))

/* "round_finished", "abnormal", "failures", "overdue", "signed", "test". */
const char *notify_event_word(enum notify_event event);
bool notify_event_parse(const char *word, enum notify_event *out);

struct notify_fact {
    const char *label, *value;
};
struct notify_item {
    const char *title;  /* dashboard / panel / window */
    const char *detail; /* why it is here, in words */
    const char *link;   /* "" none */
    bool is_bad;        /* abnormal or failed; else worth a look */
};
struct notify_picture {
    struct bytes data;
    const char *mime;
};
enum { NOTIFY_ITEM_MAX = 10, NOTIFY_FACT_MAX = 12, NOTIFY_PEOPLE_MAX = 20 };

/* A message in one language; each channel writes it in its own markup. Texts are plain. */
struct notify_message {
    enum notify_event event;
    const char *lang;      /* "zh-CN", "en" */
    const char *letter_id; /* the same in every attempt */
    const char *title;     /* one line */
    const char *lead;      /* one or two sentences */
    const char *summary;   /* of a sign-off; else "" */
    struct notify_fact facts[NOTIFY_FACT_MAX];
    size_t fact_n;
    struct notify_item items[NOTIFY_ITEM_MAX];
    size_t item_n;
    const char *more; /* "and 12 more", "" if all are listed */
    const char *link; /* to the round; "" when no public address is set */
    const char *link_text;
    const char *footer;
    const char *emails[NOTIFY_PEOPLE_MAX]; /* of people to reach besides the channel's own */
    size_t email_n;
    bool is_bad;
    int64_t at_ms;                 /* wall clock, of the attempt */
    struct bytes json;             /* the digest for machines (webhooks) */
    struct notify_picture picture; /* data.n 0: none */
};

struct notify_env {             /* borrowed; all but fetch may be NULL */
    struct fetch_client *fetch; /* opened with fetch_conf.refuse = notify_refuse(…) */
    struct mail *mail;          /* NULL: e-mail is not set up */
    const char *public_url;     /* "https://rounds.example.org", no slash at the end */
    void *ctx;
    /* The channel's secret from its ciphertext. */
    int (*unseal)(void *ctx, struct op *op, const struct store_channel *channel,
                  struct secret *out);
    /* The round's contact sheet, at most size_max bytes, in op's arena. */
    int (*picture)(void *ctx, struct op *op, const char *round_id, const char *lang,
                   size_t size_max, struct notify_picture *out);
    /* "2026-11-23 08:30" in the zone of the plan. NULL: UTC. */
    void (*local_time)(void *ctx, int64_t plan_row, int64_t wall_ms, char *out, size_t out_n);
    /* A finding {"kind","weight","evidence"} in words. NULL: the kind's name. */
    const char *(*say_finding)(void *ctx, struct op *op, const char *lang,
                               const struct jv *finding);
};

/* Address classes that channels may not reach: all that are not public, or link-local and reserved. */
unsigned notify_refuse(bool allows_private);

#endif
