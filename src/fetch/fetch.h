/* The HTTP client: one blocking call per exchange, bounded by its op. The only user of libcurl.
 *
 * A client object keeps connections and is shared by any number of threads: each call takes an
 * idle handle of the client or makes one, so connections are reused. No proxy, cookie, netrc or
 * redirect happens unless asked for. A cancelled op ends a call within milliseconds.
 *
 * Errors name the hop that failed and how to mend it: ERR_TARGET (name not found, refused, TLS,
 * broken answer), ERR_TIMEOUT (op's deadline; the text says in which phase), ERR_CANCELLED,
 * ERR_TOO_LARGE (answer beyond body_max), ERR_FORBIDDEN (address not allowed), ERR_BAD_INPUT
 * (URL, header). A status of 400 and more is no error here. Secrets never reach a text.
 */
#ifndef FETCH_FETCH_H
#define FETCH_FETCH_H

#include "base/op.h"
#include "base/secret.h"
#include "base/str.h"

enum { FETCH_HEADER_MAX = 64 };

/* Address classes for fetch_conf.refuse. */
enum fetch_class {
    FETCH_LOOPBACK = 1,   /* 127/8, ::1, and 0.0.0.0, :: */
    FETCH_LINK_LOCAL = 2, /* 169.254/16, fe80::/10, and metadata services elsewhere */
    FETCH_PRIVATE = 4,    /* 10/8, 172.16/12, 192.168/16, 100.64/10, fc00::/7 */
    FETCH_SPECIAL = 8,    /* multicast, broadcast, reserved, documentation */
};

struct fetch_conf {           /* borrowed until fetch_close; NULL or 0: the default in brackets */
    const char *user_agent;   /* ["Rounds"] */
    const char *ca_file;      /* PEM, instead of the system's store */
    const char *more_ca_file; /* PEM, beside the system's store; not looked at with a ca_file */
    const char *proxy; /* "http://host:port", "socks5h://…"; [none: nor the environment's] */
    const struct secret *proxy_login; /* "user:password" */
    const char *no_proxy;             /* "host,.domain,…"; ignored together with refuse */
    /* fetch_class bits, checked on the address connected to, mapped and translated IPv6 forms
     * included; [none]. Behind a proxy only addresses written in the URL can be checked. */
    unsigned refuse;
    bool is_insecure;   /* accept any certificate; [false] */
    int64_t connect_ms; /* [10 s] for name, connection and TLS */
    int handle_max;     /* [16] idle handles kept */
};

struct fetch_client;

int fetch_open(struct op *op, const struct fetch_conf *conf, struct fetch_client **out) MUST_CHECK;
void fetch_close(struct fetch_client *client);

struct fetch_header {
    const char *name;
    const char *value;
};

struct fetch_request {
    const char *method; /* NULL: GET, or POST with a body */
    const char *url;    /* http or https */
    const struct fetch_header *headers;
    size_t header_n;
    /* One header whose value is `credential_prefix` + the secret: "Authorization", "Bearer ". */
    const char *credential_name;
    const char *credential_prefix; /* NULL: "" */
    const struct secret *credential;
    const struct secret *basic; /* "user:password" */
    struct bytes body;
    bool has_body;   /* send the body even if it is empty */
    int follow_max;  /* redirects to follow, same origin only; 0: none */
    size_t body_max; /* of the answer; 0: 16 MiB */
    const char *pin; /* connect to "address" instead of resolving the URL's host; NULL: resolve */
    /* NULL: collect the body. Else called with each piece, on the caller's thread; returning -1
     * (after op_fail) ends the call. */
    int (*on_data)(void *ctx, struct op *op, struct bytes piece);
    void *ctx;
};

struct fetch_response {
    int status;
    const char *url;   /* the last one, after redirects */
    struct bytes body; /* NUL-terminated, in the op's arena */
    const char *type;  /* Content-Type, or "" */
    struct fetch_header headers[FETCH_HEADER_MAX];
    size_t header_n;
    const char *peer; /* address connected to, "" if unknown */
    int64_t resolve_us, connect_us, tls_us, first_byte_us, total_us; /* each since the start */
    bool is_reused;                                                  /* over a kept connection */
    /* Wall time at which the server's certificate ends; 0: no TLS, or a kept connection. */
    int64_t cert_until_ms;
    int64_t date_ms; /* the answer's Date, wall time; 0: none */
};

/* One exchange. Everything in *out lives in the op's arena. */
int fetch_run(struct op *op, struct fetch_client *client, const struct fetch_request *request,
              struct fetch_response *out) MUST_CHECK;
/* The first header of that name, in any case; NULL if there is none. */
const char *fetch_header_find(const struct fetch_response *response, const char *name);
/* The classes of an address in text form ("10.0.0.1", "::ffff:127.0.0.1", "127.1"); 0: public; -1:
 * none. */
int fetch_address_class(const char *address);

/* --- mail: a MIME tree handed over by SMTP; the message itself is mail/'s business --- */

enum fetch_part_kind {
    FETCH_PART_MIXED,       /* children follow each other: body, then attachments */
    FETCH_PART_ALTERNATIVE, /* the same in several forms, the best last */
    FETCH_PART_RELATED,     /* a document, then what it shows inline */
    FETCH_PART_DATA,        /* a leaf */
};

struct fetch_part {
    enum fetch_part_kind kind;
    const char *type;           /* of a leaf: "text/plain; charset=utf-8" */
    const char *encoding;       /* of a leaf: "quoted-printable", "base64" */
    const char *const *headers; /* whole lines, header-safe, NULL-terminated; NULL: none */
    struct bytes data;
    const struct fetch_part *children;
    size_t child_n;
};

struct fetch_smtp {
    const char *url;  /* "smtp://host:587", "smtps://host:465" */
    bool needs_tls;   /* smtp://: STARTTLS or fail; else it is used when offered */
    const char *user; /* NULL: no login */
    const struct secret *password;
    const char *hello; /* our name in EHLO; NULL: the host's name */
    const char *from;  /* envelope addresses, bare */
    const char *const *to;
    size_t to_n;
    const char *const *headers; /* of the message: whole lines, NULL-terminated */
    const struct fetch_part *root;
};

/* Delivers to the server; `answer` (may be NULL) gets its last line. Errors as above; a refusal
 * by the server is ERR_TARGET (temporary, 4xx) or ERR_UNPROCESSABLE (permanent, 5xx), with its
 * text. A failed login is ERR_UNPROCESSABLE. */
int fetch_smtp_send(struct op *op, struct fetch_client *client, const struct fetch_smtp *mail,
                    const char **answer) MUST_CHECK;

#endif
