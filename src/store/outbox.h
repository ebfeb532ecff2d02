/* The outbox: messages on their way, claimed with leases, retried, at last sent or dead. */
#ifndef STORE_OUTBOX_H
#define STORE_OUTBOX_H

#include "store/store.h"

enum outbox_state { OUTBOX_WAITING = 0, OUTBOX_CLAIMED = 1, OUTBOX_SENT = 2, OUTBOX_DEAD = 3 };

struct store_letter {
    int64_t row;
    const char *id;
    int64_t channel_row;
    const char *channel_name;
    const char *event;
    const char *once;    /* unique key: a second letter with it is not added */
    const char *payload; /* JSON: what the templates need */
    enum outbox_state state;
    int attempts;
    int64_t claim; /* give it back with the result */
    int64_t created_ms;
    int64_t not_before_ms;
    int64_t ended_ms;  /* sent, or given up */
    const char *error; /* of the newest attempt */
};

struct store_letter_list {
    struct store_letter *items;
    size_t n;
    const char *next;
};

/* With channel_row, event, once, payload, not_before_ms. In a bound store it goes out only if the
 * act it tells of is committed. *out_is_new false: there was one with this key. */
int store_outbox_add(struct op *op, struct store *store, struct store_letter *letter,
                     bool *out_is_new) MUST_CHECK;
/* The oldest letters that are due, of channels that are not paused; those whose lease ended too. */
int store_outbox_claim(struct op *op, struct store *store, int64_t now_ms, int64_t lease_until_ms,
                       int max, struct store_letter **out, size_t *out_n) MUST_CHECK;
/* ERR_CONFLICT, as in the next two: the claim is no longer ours. */
int store_outbox_sent(struct op *op, struct store *store, int64_t row, int64_t claim,
                      int64_t now_ms) MUST_CHECK;
int store_outbox_retry(struct op *op, struct store *store, int64_t row, int64_t claim,
                       int64_t not_before_ms, const char *error) MUST_CHECK;
int store_outbox_bury(struct op *op, struct store *store, int64_t row, int64_t claim,
                      int64_t now_ms, const char *error) MUST_CHECK;
/* A dead letter once more. */
int store_outbox_revive(struct op *op, struct store *store, int64_t row) MUST_CHECK;
int store_outbox_find(struct op *op, struct store *store, const char *id,
                      struct store_letter *out) MUST_CHECK;
/* states: bit 1 << enum outbox_state; 0: all. Newest first. */
int store_outbox_list(struct op *op, struct store *store, unsigned states, struct store_page page,
                      struct store_letter_list *out) MUST_CHECK;
/* When something is due next; 0: nothing waits. */
int store_outbox_next_due(struct op *op, struct store *store, int64_t *out_ms) MUST_CHECK;
int store_outbox_counts(struct op *op, struct store *store, int64_t *out_waiting,
                        int64_t *out_dead) MUST_CHECK;
/* Forgets letters that ended before a moment. */
int store_outbox_sweep(struct op *op, struct store *store, int64_t before_ms) MUST_CHECK;

#endif
