/* Certificate authorities of the operator's own, for browsers. Private to chrome/. */
#ifndef CHROME_TRUST_H
#define CHROME_TRUST_H

#include "base/op.h"

struct trust;

/* Reads the certificates of a PEM file. `temp_dir` is used for a moment. ERR_BAD_INPUT names the file and
 * what is wrong with it. Call before the first browser is started, from one thread. */
int trust_open(struct op *op, const char *pem_file, const char *temp_dir,
               struct trust **out) MUST_CHECK;
/* Puts them where a browser whose HOME that is finds them. Any thread. */
int trust_write(struct op *op, const struct trust *trust, const char *home) MUST_CHECK;
/* NULL is fine. */
void trust_close(struct trust *trust);

#endif
