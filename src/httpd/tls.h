/* A TLS listener's certificate chain and key, replaceable while connections are being made. */
#ifndef HTTPD_TLS_H
#define HTTPD_TLS_H

#include <gnutls/abstract.h>

#include "base/op.h"

struct tls;

/* Reads both files (PEM). ERR_BAD_INPUT names the file and what is wrong with it. */
int tls_open(struct op *op, const char *cert_file, const char *key_file,
             struct tls **out) MUST_CHECK;
/* Reads them again: connections begun afterwards get the new pair. On failure the former one stays.
 * *is_new: the contents are others than before. One thread at a time. */
int tls_reload(struct op *op, struct tls *tls, bool *is_new) MUST_CHECK;
/* After the last connection. */
void tls_close(struct tls *tls);

/* The library asks for the pair without saying for whom: the loop thread says it here, once. */
void tls_use(struct tls *tls);
int tls_choose(gnutls_session_t session, const gnutls_datum_t *authorities, int authorities_n,
               const gnutls_pk_algorithm_t *kinds, int kinds_n, gnutls_pcert_st **chain,
               unsigned *chain_n, gnutls_privkey_t *key);

#endif
