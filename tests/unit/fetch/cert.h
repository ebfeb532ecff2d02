/* A key and a self-signed certificate for a host name, as PEM files. Good as its own CA file. */
#ifndef TESTS_UNIT_FETCH_CERT_H
#define TESTS_UNIT_FETCH_CERT_H

/* days: until its end, may be negative. Fails the test if OpenSSL does. */
void cert_make(const char *host, int days, const char *cert_file, const char *key_file);

#endif
