/* The protocol's client side: straight-line calls over one pipe.
 *
 * One thread at a time (the browser's holder). Owns the pipe's framing and the list of answers that are
 * still to come. Knows no domain of the protocol: what events mean is page.c's and facts.c's.
 *
 * Whose an answer is and what an event is called are read off the text (cdp_text.c), so that the hundreds of
 * events nobody wants are never parsed; a text of another order is parsed as a whole instead.
 */
#include "chrome/cdp.h"

#include "base/mem.h"
#include "chrome/cdp_text.h"
#include "chrome/pipe.h"

#include <stdio.h>
#include <string.h>

enum {
    PENDING_MAX = 4096,
    PARAMS_MAX = 64 << 20,
    ERROR_MAX = 300,
};

/* An answer to come. Those of cdp_send without fn are not remembered. */
struct pending {
    uint64_t id;
    char session[72];
    const char *big; /* static text */
    uint64_t token;
    cdp_reply_fn *fn;
    void *ctx;
};

/* The one call that waits. */
struct waiting {
    uint64_t id;
    const struct cdp_ask *ask;
    bool is_done;
    struct op *op;
    const struct jv *result;
    struct bytes big;
    const char *error; /* of the answer, or why none will come; NULL: fine */
};

struct cdp {
    struct cdp_conf conf;
    struct pipe *pipe;
    uint64_t last_id;
    struct pending *pending;
    size_t pending_n, pending_cap;
    struct waiting *waiting; /* NULL: none */
    struct str out;          /* the command being written */
};

struct cdp *cdp_new(const struct cdp_conf *conf)
{
    struct cdp *cdp = MEM_NEW(struct cdp);
    cdp->conf = *conf;
    cdp->pipe = pipe_new(&(struct pipe_conf){conf->read_fd, conf->write_fd, conf->message_max});
    str_init(&cdp->out, PARAMS_MAX);
    return cdp;
}

void cdp_free(struct cdp *cdp)
{
    if (!cdp)
        return;
    pipe_free(cdp->pipe);
    str_fini(&cdp->out);
    mem_free(cdp->pending);
    mem_free(cdp);
}

bool cdp_is_broken(const struct cdp *cdp)
{
    return pipe_is_broken(cdp->pipe);
}

/* --- errors --- */

/* Gives a failure of a lower part the method's name and, when the browser is gone, its last words. */
static int fail_in(struct op *op, const struct op *part, struct cdp *cdp, const char *method)
{
    if (part->err != ERR_BROWSER)
        return op_fail(op, part->err, "%s: %s", method, part->err_text);
    const char *words = cdp->conf.last_words ? cdp->conf.last_words(cdp->conf.ctx) : "";
    return op_fail(op, ERR_BROWSER, "%s: %s%s%s", method, part->err_text,
                   *words ? "; its last words: " : "", words);
}

/* --- sending --- */

static void write_command(struct cdp *cdp, uint64_t id, const struct cdp_ask *ask)
{
    struct str *s = &cdp->out;
    str_clear(s);
    str_addf(s, "{\"id\":%llu,\"method\":\"%s\"", (unsigned long long)id, ask->method);
    if (ask->params.n) {
        str_adds(s, ",\"params\":");
        str_add(s, ask->params);
    }
    if (ask->session)
        str_addf(s, ",\"sessionId\":\"%s\"", ask->session);
    str_addc(s, '}');
}

static int send_command(struct op *op, struct cdp *cdp, const struct cdp_ask *ask, uint64_t *out_id)
{
    write_command(cdp, ++cdp->last_id, ask);
    *out_id = cdp->last_id;
    if (cdp->out.is_full)
        return op_fail(op, ERR_TOO_LARGE, "%s: the command is too large", ask->method);
    struct op part;
    op_init_part(&part, op, -1);
    int rc = pipe_write(&part, cdp->pipe, str_bytes(&cdp->out));
    /* It may have carried a secret (a header, a cookie): it does not stay in memory. */
    explicit_bzero(cdp->out.p, cdp->out.n);
    if (rc < 0)
        fail_in(op, &part, cdp, ask->method);
    op_fini(&part);
    return rc;
}

int cdp_send(struct op *op, struct cdp *cdp, const struct cdp_ask *ask, cdp_reply_fn *fn, void *ctx)
{
    uint64_t id;
    if (fn && cdp->pending_n >= PENDING_MAX)
        return op_fail(op, ERR_BROWSER, "%s: the browser leaves too many commands unanswered",
                       ask->method);
    if (send_command(op, cdp, ask, &id) < 0)
        return -1;
    if (!fn)
        return 0;
    if (cdp->pending_n == cdp->pending_cap) {
        cdp->pending_cap = cdp->pending_cap ? cdp->pending_cap * 2 : 16;
        cdp->pending = mem_realloc(cdp->pending, cdp->pending_cap * sizeof *cdp->pending);
    }
    struct pending *p = &cdp->pending[cdp->pending_n++];
    *p = (struct pending){.id = id, .big = ask->big, .token = ask->token, .fn = fn, .ctx = ctx};
    snprintf(p->session, sizeof p->session, "%s", ask->session ? ask->session : "");
    return 0;
}

void cdp_forget(struct cdp *cdp, void *ctx)
{
    for (size_t i = 0; i < cdp->pending_n;)
        if (cdp->pending[i].ctx == ctx)
            cdp->pending[i] = cdp->pending[--cdp->pending_n];
        else
            i++;
}

void cdp_drop_session(struct cdp *cdp, const char *session, const char *why)
{
    for (size_t i = 0; i < cdp->pending_n;)
        if (strcmp(cdp->pending[i].session, session) == 0)
            cdp->pending[i] = cdp->pending[--cdp->pending_n];
        else
            i++;
    struct waiting *w = cdp->waiting;
    if (w && !w->is_done && w->ask->session && strcmp(w->ask->session, session) == 0) {
        w->is_done = true;
        w->error = arena_strdup(&w->op->arena, why);
    }
}

/* --- receiving --- */

/* Parses the text without its big string, which *big is; big_name NULL: none. */
static const struct jv *parse_lean(struct arena *arena, struct bytes text, const char *big_name,
                                   struct bytes *big)
{
    *big = (struct bytes){0};
    if (big_name)
        *big = cdp_text_big(text, big_name);
    return jv_parse_quiet(arena, big->n ? cdp_text_without(arena, text, *big) : text);
}

/* NULL when the answer is good. */
static const char *error_of(struct arena *arena, const struct jv *v)
{
    if (!v)
        return "the answer is not JSON";
    const struct jv *error = jv_get(v, "error");
    if (!error)
        return jv_get(v, "result") ? NULL : "the answer has neither result nor error";
    const char *data = jv_text_at(error, "data", "");
    return arena_fmt(arena, "%.*s%s%.*s", ERROR_MAX, jv_text_at(error, "message", "refused"),
                     *data ? ": " : "", ERROR_MAX, data);
}

static void finish_waiting(struct waiting *w, struct bytes text)
{
    const struct jv *v = parse_lean(&w->op->arena, text, w->ask->big, &w->big);
    w->error = error_of(&w->op->arena, v);
    w->result = jv_get(v, "result");
    w->is_done = true;
}

static int handle_pending(struct op *op, struct cdp *cdp, size_t i, struct bytes text)
{
    struct pending p = cdp->pending[i];
    cdp->pending[i] = cdp->pending[--cdp->pending_n];
    struct arena scratch;
    arena_init(&scratch);
    struct cdp_reply reply = {.token = p.token};
    const struct jv *v = parse_lean(&scratch, text, p.big, &reply.big);
    reply.error = error_of(&scratch, v);
    reply.result = reply.error ? NULL : jv_get(v, "result");
    int rc = p.fn(p.ctx, op, &reply);
    arena_fini(&scratch);
    return rc;
}

static int handle_reply(struct op *op, struct cdp *cdp, uint64_t id, struct bytes text)
{
    if (cdp->waiting && cdp->waiting->id == id && !cdp->waiting->is_done) {
        finish_waiting(cdp->waiting, text);
        return 0;
    }
    for (size_t i = 0; i < cdp->pending_n; i++)
        if (cdp->pending[i].id == id)
            return handle_pending(op, cdp, i, text);
    return 0; /* of a call that gave up, or of a command nobody waits for */
}

/* Reads method and session off the text, or by parsing when it is ordered otherwise. False: garbage. */
static bool read_event(struct cdp_event *e)
{
    if (cdp_text_event(e->message, &e->method, &e->session))
        return true;
    e->parsed = jv_parse_quiet(e->arena, e->message);
    e->method = jv_bytes(jv_get(e->parsed, "method"));
    e->session = jv_bytes(jv_get(e->parsed, "sessionId"));
    return e->method.n > 0;
}

const struct jv *cdp_event_params(struct cdp_event *e)
{
    if (!e->parsed) {
        struct bytes text = cdp_text_thin(e->arena, e->message, e->unread);
        e->parsed = parse_lean(e->arena, text, e->big_name, &e->big);
    }
    return jv_get(e->parsed, "params");
}

static int handle_event(struct op *op, struct cdp *cdp, struct bytes text)
{
    struct arena scratch;
    arena_init(&scratch);
    struct cdp_event event = {.message = text, .arena = &scratch};
    int rc;
    uint64_t id;
    if (read_event(&event))
        rc = cdp->conf.on_event ? cdp->conf.on_event(cdp->conf.ctx, op, &event) : 0;
    else if (jv_is_integer(jv_get(event.parsed, "id"))) {
        id = (uint64_t)jv_int_at(event.parsed, "id", 0);
        rc = handle_reply(op, cdp, id, text);
    } else
        rc = op_fail(op, ERR_BROWSER, "the browser sent what is not its protocol");
    arena_fini(&scratch);
    return rc;
}

/* One message if there is one within wait_ms. *handled counts. */
static int pump_one(struct op *op, struct cdp *cdp, int wait_ms, int *handled)
{
    struct bytes text;
    if (pipe_read(op, cdp->pipe, wait_ms, &text) < 0)
        return -1;
    if (!text.p)
        return 0;
    ++*handled;
    uint64_t id;
    return cdp_text_id(text, &id) ? handle_reply(op, cdp, id, text) : handle_event(op, cdp, text);
}

int cdp_pump(struct op *op, struct cdp *cdp, int wait_ms, int *handled)
{
    struct op part;
    op_init_part(&part, op, -1);
    int n = 0, before = -1, rc = 0;
    while (rc == 0 && n != before) {
        before = n;
        rc = pump_one(&part, cdp, n ? 0 : wait_ms, &n);
        if (n && pipe_is_drained(cdp->pipe))
            break;
    }
    if (rc < 0)
        fail_in(op, &part, cdp, "waiting for the browser");
    op_fini(&part);
    if (handled)
        *handled = n;
    return rc;
}

static int await_answer(struct op *op, struct cdp *cdp, struct waiting *w)
{
    struct op part;
    op_init_part(&part, op, -1);
    int rc = 0, n = 0;
    cdp->waiting = w;
    while (rc == 0 && !w->is_done)
        rc = pump_one(&part, cdp, -1, &n);
    cdp->waiting = NULL;
    if (rc < 0)
        fail_in(op, &part, cdp, w->ask->method);
    op_fini(&part);
    return rc;
}

int cdp_call_big(struct op *op, struct cdp *cdp, const struct cdp_ask *ask, const struct jv **out,
                 struct bytes *big)
{
    struct waiting w = {.ask = ask, .op = op};
    if (op_check(op) < 0 || send_command(op, cdp, ask, &w.id) < 0 || await_answer(op, cdp, &w) < 0)
        return -1;
    if (w.error)
        return op_fail(op, ERR_BROWSER, "%s: %s", ask->method, w.error);
    if (out)
        *out = w.result;
    if (big)
        *big = w.big;
    return 0;
}

int cdp_call(struct op *op, struct cdp *cdp, const struct cdp_ask *ask, const struct jv **out)
{
    return cdp_call_big(op, cdp, ask, out, NULL);
}
