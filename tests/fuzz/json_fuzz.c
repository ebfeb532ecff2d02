/* Any bytes as JSON: no crash, and what is accepted reads the same after being printed. */
#include "base/assert.h"
#include "base/json.h"

#include <string.h>

enum { PRINTED_MAX = 8 << 20 };

static const struct jv *parse(struct op *op, struct bytes text)
{
    const struct jv *v;
    return jv_parse(op, text, &v) < 0 ? NULL : v;
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t n);
int LLVMFuzzerTestOneInput(const unsigned char *data, size_t n)
{
    struct op op;
    op_init(&op, -1);
    const struct jv *v = parse(&op, (struct bytes){(const char *)data, n});
    if (!v) {
        ASSERT(op.err == ERR_BAD_INPUT && *op.err_text);
    } else {
        struct str *once = str_new(&op.arena, PRINTED_MAX), *twice = str_new(&op.arena, PRINTED_MAX);
        jv_print_canonical(v, once);
        const struct jv *again = parse(&op, str_bytes(once));
        ASSERT(again);
        jv_print_canonical(again, twice);
        ASSERT(bytes_eq(str_bytes(once), str_bytes(twice)));
    }
    op_fini(&op);
    return 0;
}
