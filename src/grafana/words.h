/* What op_cause has recorded of a failed request, in Chinese. Pure. */
#ifndef GRAFANA_WORDS_H
#define GRAFANA_WORDS_H

#include "base/op.h"

/* In the arena; the English text where the cause is unknown here. */
const char *words_zh(struct arena *arena, const struct op *failed);

#endif
