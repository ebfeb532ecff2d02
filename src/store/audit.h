/* The audit trail: who did what to what, append-only and chained by hash. Durable. */
#ifndef STORE_AUDIT_H
#define STORE_AUDIT_H

#include "base/hash.h"
#include "store/store.h"

struct store_audit {
    int64_t row; /* 1, 2, … without gaps: also the place in the chain */
    int64_t at_ms;
    int64_t user_row;    /* 0: the system, or nobody known */
    const char *actor;   /* login, "token:NAME", "system", "command line" */
    const char *act;     /* stable word: "plan.set", "session.refused", "report.export" */
    const char *noun;    /* kind of the object: "plan"; "" none */
    const char *object;  /* its id; "" none */
    const char *detail;  /* JSON object: what changed. Never a secret */
    const char *address; /* of the client */
    char hash[HASH_HEX_MAX];
};

struct store_audit_list {
    struct store_audit *items;
    size_t n;
    const char *next;
};

/* Fills row and hash. In a bound store it is part of the act that it describes. */
int store_audit_add(struct op *op, struct store *store, struct store_audit *audit) MUST_CHECK;

struct store_audit_ask {
    int64_t user_row;       /* 0: any */
    const char *act;        /* this act, or all that begin with it and a dot; NULL: any */
    const char *noun;       /* NULL: any */
    const char *object;     /* NULL: any */
    int64_t from_ms, to_ms; /* 0: open */
};
/* Newest first. */
int store_audit_list(struct op *op, struct store *store, const struct store_audit_ask *ask,
                     struct store_page page, struct store_audit_list *out) MUST_CHECK;
/* Computes the chain anew. *out_bad_row: the first that does not fit, 0: all fit. */
int store_audit_verify(struct op *op, struct store *store, int64_t *out_bad_row,
                       int64_t *out_n) MUST_CHECK;

#endif
