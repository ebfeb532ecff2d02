/* Small things to remember: what is set at run time, and marks of the daemon's own. Durable. */
#ifndef STORE_SETTING_H
#define STORE_SETTING_H

#include "store/store.h"

/* "" if it was never set. */
int store_setting_find(struct op *op, struct store *store, const char *key,
                       const char **out) MUST_CHECK;
/* value NULL: forgets it. */
int store_setting_set(struct op *op, struct store *store, const char *key,
                      const char *value) MUST_CHECK;

#endif
