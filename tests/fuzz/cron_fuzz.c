/* Any bytes as a cron expression: no crash, and a moment that is found lies ahead and on a day that
 * the expression has. */
#include "base/assert.h"
#include "cron/cron.h"

#include <string.h>

static const int64_t from_ms = 1774746000000; /* shortly before Europe's clocks change */

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t n);
int LLVMFuzzerTestOneInput(const unsigned char *data, size_t n)
{
    static const struct zone *zone;
    static struct op forever; /* the zone lives in it */
    struct op op;
    struct cron cron;
    op_init(&op, -1);
    if (!zone) {
        op_init(&forever, -1);
        ASSERT(zone_open(&forever, "Europe/Berlin", &zone) == 0);
    }
    if (cron_parse(&op, (struct bytes){(const char *)data, n}, &cron) < 0) {
        ASSERT(op.err == ERR_BAD_INPUT && *op.err_text);
    } else {
        int64_t first = cron_next(&cron, zone, from_ms);
        ASSERT(first == 0 || first > from_ms);
        int64_t second = first ? cron_next(&cron, zone, first) : 0;
        ASSERT(second == 0 || second > first);
        struct str *words = str_new(&op.arena, 64 * 1024);
        cron_words(&cron, CRON_EN, words);
        cron_words(&cron, CRON_ZH, words);
        ASSERT(words->n > 0);
    }
    op_fini(&op);
    return 0;
}
