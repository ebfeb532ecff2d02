/* Which Grafana, and as whom: from a source's credential to what each request must carry.
 *
 * A credential is turned into one header with its whole value. The value is a struct secret; it can
 * be told from others by its fingerprint and by nothing else. Pure but for the issuer.
 */
#ifndef GRAFANA_IDENTITY_H
#define GRAFANA_IDENTITY_H

#include "base/op.h"
#include "base/secret.h"

enum grafana_login {
    GRAFANA_ANONYMOUS,  /* "none" */
    GRAFANA_TOKEN,      /* "token": service account token or API key */
    GRAFANA_BASIC,      /* "basic": user and password */
    GRAFANA_JWT,        /* "jwt": a token that somebody else issued, in a header */
    GRAFANA_OWN_ISSUER, /* "own_issuer": we sign tokens that Grafana verifies by our key set */
};
const char *grafana_login_word(enum grafana_login kind);
bool grafana_login_parse(const char *word, enum grafana_login *out);

#define GRAFANA_JWT_HEADER "X-JWT-Assertion"

struct grafana_credential {
    enum grafana_login kind;
    const char *user;     /* basic: login name */
    const char *header;   /* jwt, own_issuer: NULL or "": GRAFANA_JWT_HEADER */
    const char *subject;  /* own_issuer: login or e-mail in Grafana */
    const char *role;     /* own_issuer: "Viewer", "Editor", "Admin"; "" Grafana's own choice */
    struct secret secret; /* token, password or JWT */
};

struct grafana_site;
/* Signs a short-lived token for the subject of the site's credential, good for that site alone;
 * filled in by app/ from auth/. */
typedef int grafana_mint_fn(void *ctx, struct op *op, const struct grafana_site *site,
                            struct secret *out);

struct grafana_site {     /* borrowed by whoever gets it */
    const char *base_url; /* "https://host:port/sub", no slash at the end */
    int64_t org_id;       /* 0: the credential's own */
    const struct grafana_credential *credential;
    const char *ca_file;      /* path of a PEM; "" or NULL: the system's */
    const char *more_ca_file; /* path of a PEM beside the system's; "" or NULL: none */
    grafana_mint_fn *mint;    /* NULL: own_issuer is refused */
    void *mint_ctx;
};

/* What a request to this site carries. Whoever fills it wipes it with grafana_carry_fini. */
struct grafana_carry {
    const char *header;    /* NULL: nothing */
    struct secret value;   /* "Bearer …" included */
    int64_t good_until_ms; /* monotonic: mint a new one after this; INT64_MAX: for ever */
};
/* ERR_UNPROCESSABLE: the credential lacks something; the text says what. */
int grafana_carry(struct op *op, const struct grafana_site *site,
                  struct grafana_carry *out) MUST_CHECK;
void grafana_carry_fini(struct grafana_carry *carry);

/* Who it is: stable over renewals and restarts, different for any two credentials. */
void grafana_fingerprint(const struct grafana_credential *credential, char out[SECRET_PRINT_MAX]);

#endif
