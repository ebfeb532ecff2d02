/* What the files of fetch/ share; nobody else includes it. */
#ifndef FETCH_FETCH_PRIV_H
#define FETCH_FETCH_PRIV_H

#include <curl/curl.h>

#include "fetch/fetch.h"
#include "sys/lock.h"

enum { FETCH_ADDRESS_MAX = 64, FETCH_SOCKETS_MAX = 32 };

/* One exchange at a time; keeps its connections between exchanges. */
struct fetch_slot {
    CURLM *multi;
    CURL *easy;
    char error[CURL_ERROR_SIZE];    /* the library's words, may be empty */
    int sockets[FETCH_SOCKETS_MAX]; /* open ones, as far as they fit */
    int socket_n;
    struct fetch_slot *next;
};

struct fetch_client {
    struct fetch_conf conf;
    struct lock lock;
    struct fetch_slot *idle; /* newest first */
    int idle_n;
};

/* What a running exchange tells its error text. */
struct fetch_run {
    struct op *op;
    struct fetch_client *client;
    struct fetch_slot *slot;
    const char *where; /* "grafana.example.org:443": all that a text may show of a URL */
    bool is_https;
    bool is_mail;
    char refused[FETCH_ADDRESS_MAX]; /* address that the policy refused, "" if none */
    unsigned refused_class;
};

/* fetch.c */
struct fetch_slot *slot_lease(struct fetch_client *client);
/* is_broken: its connections are closed too. */
void slot_return(struct fetch_client *client, struct fetch_slot *slot, bool is_broken);
/* Options that every exchange needs, HTTP or mail. */
void slot_prepare(struct fetch_run *run);
/* Runs the prepared handle until it is done, or the op ends. 0: *out is libcurl's verdict. */
int slot_run(struct fetch_run *run, CURLcode *out) MUST_CHECK;
/* The list with one more line; out of memory aborts. */
struct curl_slist *slist_add(struct curl_slist *list, const char *line);
/* Wipes the lines before it frees them: one may be a credential. */
void slist_free(struct curl_slist **list);

/* fault.c: always -1. */
int fault_report(struct fetch_run *run, CURLcode code);
int fault_timeout(struct fetch_run *run);

/* address.c */
struct sockaddr;
unsigned address_class(const struct sockaddr *address);
void address_text(const struct sockaddr *address, char out[FETCH_ADDRESS_MAX]);
const char *address_class_name(unsigned class_bits);

#endif
