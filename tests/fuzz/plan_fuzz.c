/* Any bytes as a document of plans: no crash; faults have a path; a plan that is taken reads back
 * from its own print as the same plan, in JSON and in YAML. */
#include "base/assert.h"
#include "rounds/plan.h"

#include <string.h>

enum { TEXT_MAX = 8 * 1024 * 1024 };

static struct str *print(struct op *op, const struct plan_document *document, bool is_yaml)
{
    struct str *text = str_new(&op->arena, TEXT_MAX);
    ASSERT(plan_print_document(op, document->plans, document->n, is_yaml, text) == 0);
    return text;
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t n);
int LLVMFuzzerTestOneInput(const unsigned char *data, size_t n)
{
    struct op op;
    struct plan_document document, again;
    struct plan_faults faults = {.n = 0};
    op_init(&op, -1);
    if (plan_read_document(&op, (struct bytes){(const char *)data, n}, &document, &faults)) {
        ASSERT(op.err != ERR_NONE && *op.err_text);
        for (size_t i = 0; i < faults.n; i++)
            ASSERT(faults.items[i].path && *faults.items[i].message);
    } else {
        struct str *json = print(&op, &document, false);
        ASSERT(plan_read_document(&op, str_bytes(json), &again, NULL) == 0);
        ASSERT(bytes_eq(str_bytes(print(&op, &again, false)), str_bytes(json)));
        struct str *yaml = print(&op, &document, true);
        ASSERT(plan_read_document(&op, str_bytes(yaml), &again, NULL) == 0);
        ASSERT(bytes_eq(str_bytes(print(&op, &again, false)), str_bytes(json)));
    }
    op_fini(&op);
    return 0;
}
