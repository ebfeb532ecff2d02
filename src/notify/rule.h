/* Rules: which event of a round becomes a letter to which channel. */
#ifndef NOTIFY_RULE_H
#define NOTIFY_RULE_H

#include "notify/notify.h"

/* Somebody whom this event is to reach in person: named in the message, and written to by channels
 * that can (e-mail). */
struct rule_person {
    const char *name, *email; /* email "": none */
};

struct rule_post {
    int64_t plan_row;
    const char *round_id;
    unsigned events;                  /* NOTIFY_BIT of all that happened at this moment */
    int64_t now_ms;                   /* wall clock */
    const struct rule_person *people; /* at most NOTIFY_PEOPLE_MAX are told */
    size_t people_n;
};

/* Adds at most one letter a channel, and never a second one for the same round and event. Give it
 * the bound store of the transaction in which the event happens: then a letter exists if and only
 * if the event does. *out_n (may be NULL): how many are new; then outbox_wake. */
int rule_post(struct op *op, struct store *store, const struct rule_post *post,
              size_t *out_n) MUST_CHECK;

struct rule_want {
    const char *channel_id;
    unsigned events;
};
/* Makes the rules of a plan (0: for every plan) be exactly these. ERR_UNPROCESSABLE: no such
 * channel. */
int rule_set_plan(struct op *op, struct store *store, int64_t plan_row,
                  const struct rule_want *wants, size_t n) MUST_CHECK;
/* Makes the rules for every plan of one channel be exactly these events. */
int rule_set_channel(struct op *op, struct store *store, int64_t channel_row,
                     unsigned events) MUST_CHECK;
/* The events that every plan tells this channel. */
int rule_channel_events(struct op *op, struct store *store, int64_t channel_row,
                        unsigned *out) MUST_CHECK;

#endif
