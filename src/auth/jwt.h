/* JWTs that we sign for Grafana's [auth.jwt] (our own issuer, RS256 or ES256), and render keys
 * (HS512 with the shared renderer_token). The only user of cjose. Thread-safe.
 *
 * Grafana fetches /.well-known/jwks.json and caches it, so a new key is published for a while
 * before it signs (jwk_set cache), and an old one stays published until nothing signed by it lives.
 */
#ifndef AUTH_JWT_H
#define AUTH_JWT_H

#include "auth/keys.h"

enum jwt_alg { JWT_RS256, JWT_ES256 };

struct jwt_conf { /* 0: the default in brackets */
    enum jwt_alg alg;
    const char *file;        /* holds the keys, sealed, mode 0600; NULL: in memory, gone at exit */
    const struct keys *keys; /* seals the file; needed with one. Borrowed */
    const char *issuer;      /* "iss"; NULL: none */
    int64_t life_ms;         /* of a token [5 min] */
    int64_t rotate_ms;       /* a key signs for so long [30 days] */
    int64_t overlap_ms;      /* published so long before it signs, and after [1 day] */
};

struct jwt_issuer;

/* Loads the keys or makes the first. ERR_STORAGE: the file is damaged or sealed by another key. */
int jwt_issuer_open(struct op *op, const struct jwt_conf *conf, struct jwt_issuer **out) MUST_CHECK;
void jwt_issuer_close(struct jwt_issuer *issuer);

struct jwt_claims {
    const char *subject;  /* "sub": login or e-mail in Grafana */
    const char *audience; /* "aud"; NULL: none */
    const char *role;     /* "role": Viewer, Editor, Admin; NULL: none */
    const char *email;    /* "email"; NULL: none */
    const char *name;     /* "name"; NULL: none */
    int64_t org_id;       /* "orgId"; 0: none */
};

/* A token with iss, sub, aud, iat, nbf, exp, jti, kid. now_ms: wall clock. May write the file when a
 * key's time has come. ERR_UNPROCESSABLE: no subject. */
int jwt_issue(struct op *op, struct jwt_issuer *issuer, const struct jwt_claims *claims,
              int64_t now_ms, struct secret *out) MUST_CHECK;
/* {"keys":[…]} of public keys, in the op's arena. Rotates as jwt_issue does. */
int jwt_print_jwks(struct op *op, struct jwt_issuer *issuer, int64_t now_ms,
                   const char **out) MUST_CHECK;

struct jwt_render_key {
    int64_t org_id;
    int64_t user_id;      /* 0: nobody's preferences, as alerting does */
    const char *org_role; /* "Viewer", "Editor", "Admin" */
    int64_t expires_ms;   /* wall clock; 0: no "exp" */
};

/* The render key that a Grafana with renderAuthJWT accepts as the `renderKey` cookie: HS512 over
 * {"renderUser":{"org_id","user_id","org_role"},"exp"}. ERR_UNPROCESSABLE: an empty or well-known
 * ("-") renderer token. */
int jwt_make_render_key(struct op *op, const struct secret *renderer_token,
                        const struct jwt_render_key *ask, struct secret *out) MUST_CHECK;

#endif
