/* `rounds plan …`: plans into files, out of them, and what a file would change; so that plans can
 * live in a repository. Works beside a running daemon, which takes up changes by itself.
 */
#include "cli/command.h"

#include "app/data.h"
#include "base/cleanup.h"
#include "rounds/plan_keep.h"
#include "sys/file.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { DOCUMENT_MAX = 64 << 20, READ_STEP = 64 << 10 };

struct plan_run {
    struct invocation *in;
    struct store *store;
    struct rounds *rounds;
};

/* Names or ids to ids. */
static int find_ids(struct plan_run *run, const char **ids)
{
    struct invocation *in = run->in;
    struct store_plan plan;
    for (int i = 2; i < in->argc; i++) {
        if (store_plan_find(in->op, run->store, in->argv[i], &plan) < 0) {
            if (in->op->err != ERR_NOT_FOUND)
                return -1;
            op_clear(in->op);
            if (store_plan_find_name(in->op, run->store, in->argv[i], &plan) < 0)
                return -1;
        }
        ids[i - 2] = plan.id;
    }
    return 0;
}

static int write_out(struct op *op, const char *file, struct bytes text)
{
    if (file && strcmp(file, "-") != 0)
        return file_write_atomic(op, file, text, 0644);
    if (file_write_all(STDOUT_FILENO, text) < 0)
        return op_fail(op, ERR_STORAGE, "cannot write to standard output");
    return 0;
}

static int export_plans(struct plan_run *run)
{
    struct invocation *in = run->in;
    const char *format = invocation_take(in, "--format", true),
               *file = invocation_take(in, "-o", true);
    struct str *text = str_new(&in->op->arena, DOCUMENT_MAX);
    bool is_json = format && strcmp(format, "json") == 0;
    if (format && !is_json && strcmp(format, "yaml") != 0)
        return op_fail(in->op, ERR_BAD_INPUT, "--format must be yaml or json, not \"%s\"", format);
    size_t n = in->argc > 2 ? (size_t)in->argc - 2 : 0;
    const char **ids = ARENA_ARRAY(&in->op->arena, const char *, n + 1);
    if (find_ids(run, ids) < 0 ||
        plan_keep_export(in->op, run->rounds, n ? ids : NULL, n, 0, !is_json, text) < 0)
        return -1;
    if (text->is_full)
        return op_fail(in->op, ERR_TOO_LARGE, "the document is too large: name some of the plans");
    return write_out(in->op, file, str_bytes(text));
}

static int read_stdin(struct op *op, struct bytes *out)
{
    struct str *text = str_new(&op->arena, DOCUMENT_MAX);
    ssize_t n = 1;
    while (n > 0) {
        char *room = str_room(text, READ_STEP);
        if (!room)
            return op_fail(op, ERR_TOO_LARGE, "the document is larger than %d MiB",
                           DOCUMENT_MAX >> 20);
        n = read(STDIN_FILENO, room, READ_STEP);
        if (n > 0)
            str_advance(text, (size_t)n);
    }
    *out = str_bytes(text);
    return n < 0 ? op_fail(op, ERR_STORAGE, "cannot read standard input") : 0;
}

static int import(struct plan_run *run, bool is_dry, struct plan_import *out)
{
    struct op *op = run->in->op;
    struct plan_faults *faults = ARENA_NEW(&op->arena, struct plan_faults);
    struct plan_author author = {.user_row = 0, .change = "import by command line"};
    struct bytes text;
    if (run->in->argc != 3)
        return op_fail(op, ERR_BAD_INPUT, "usage: rounds plan %s FILE (- is standard input)",
                       run->in->argv[1]);
    const char *file = run->in->argv[2];
    if ((strcmp(file, "-") == 0 ? read_stdin(op, &text)
                                : file_read(op, file, DOCUMENT_MAX, &text)) < 0)
        return -1;
    if (plan_keep_import(op, run->rounds, text, is_dry, 0, author, out, faults) == 0)
        return 0;
    for (size_t i = 0; i < faults->n; i++)
        fprintf(stderr, "%s:%d:%d: %s %s\n", file, faults->items[i].line, faults->items[i].column,
                faults->items[i].path, faults->items[i].message);
    return -1;
}

static void print_import(const struct plan_import *import)
{
    for (size_t i = 0; i < import->created.n; i++)
        printf("new        %s\n", import->created.items[i]);
    for (size_t i = 0; i < import->changed.n; i++) {
        printf("changed    %s\n", import->changed.items[i]);
        for (size_t k = 0; k < import->diffs[i].n; k++)
            printf("           %s\n", import->diffs[i].items[k]);
    }
    for (size_t i = 0; i < import->unchanged.n; i++)
        printf("unchanged  %s\n", import->unchanged.items[i]);
}

static int import_plans(struct plan_run *run)
{
    struct plan_import result;
    bool is_dry = invocation_take(run->in, "--dry-run", false) != NULL;
    if (import(run, is_dry, &result) < 0)
        return -1;
    print_import(&result);
    return 0;
}

/* Like diff: fails when there are differences. */
static int diff_plans(struct plan_run *run)
{
    struct plan_import result;
    if (import(run, true, &result) < 0)
        return -1;
    print_import(&result);
    size_t n = result.created.n + result.changed.n;
    return n ? op_fail(run->in->op, ERR_CONFLICT, "%zu plan(s) differ from the file", n) : 0;
}

static int run_verb(struct plan_run *run)
{
    const char *verb = run->in->argv[1];
    if (strcmp(verb, "export") == 0)
        return export_plans(run);
    if (strcmp(verb, "import") == 0)
        return import_plans(run);
    if (strcmp(verb, "diff") == 0)
        return diff_plans(run);
    return op_fail(run->in->op, ERR_BAD_INPUT, "plan knows export, import and diff, not \"%s\"",
                   verb);
}

int command_plan(struct invocation *in)
{
    struct settings *settings;
    CLEANUP(data_close) struct data data = {0};
    struct plan_run run = {.in = in};
    if (in->argc < 2)
        return op_fail(in->op, ERR_BAD_INPUT, "usage: rounds plan export|import|diff …");
    if (invocation_settings(in, &settings) < 0 ||
        data_open(in->op, settings, STORE_GUEST, &data) < 0)
        return -1;
    struct rounds_conf conf = {
        .store = data.store, .blobs = &data.blobs, .keys = data.keys, .data_dir = data.dir};
    if (rounds_open(in->op, &conf, &run.rounds) < 0)
        return -1;
    run.store = data.store;
    int failed = run_verb(&run);
    rounds_close(run.rounds);
    return failed;
}
