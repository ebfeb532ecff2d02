/* The protocol's client side: straight-line calls over one pipe.
 *
 * One thread at a time (the browser's holder). Owns the pipe's framing and the list of answers that are
 * still to come. Knows no domain of the protocol: what events mean is page.c's and facts.c's.
 *
 * Chromium writes {"id":…} first in answers and {"method":…} first in events, with "sessionId" last. Both
 * are read off the text, so that the hundreds of events nobody wants are never parsed; a text of another
 * order is parsed as a whole instead. Pictures (megabytes of base64 in one string) are cut out before
 * parsing, which would cost more than everything else together.
 */
#include "chrome/cdp.h"

#include "base/mem.h"
#include "chrome/pipe.h"

#include <stdio.h>
#include <string.h>

enum {
    PENDING_MAX = 4096,
    PARAMS_MAX = 64 << 20,
    BIG_SEARCH_MAX = 512, /* the big member begins within so many bytes, or is not there */
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

/* The number after `prefix`, which the text must begin with. */
static bool leading_id(struct bytes text, uint64_t *out)
{
    static const struct bytes PREFIX = {"{\"id\":", 6};
    if (!bytes_has_prefix(text, PREFIX))
        return false;
    uint64_t id = 0;
    size_t i = PREFIX.n;
    for (; i < text.n && text.p[i] >= '0' && text.p[i] <= '9' && i < PREFIX.n + 18; i++)
        id = id * 10 + (uint64_t)(text.p[i] - '0');
    *out = id;
    return i > PREFIX.n && i < text.n && (text.p[i] == ',' || text.p[i] == '}');
}

/* Where the string that starts at `from` (after its quote) ends; n if it does not. */
static size_t string_end(struct bytes text, size_t from)
{
    while (from < text.n) {
        const char *quote = memchr(text.p + from, '"', text.n - from);
        if (!quote)
            return text.n;
        size_t end = (size_t)(quote - text.p), slashes = 0;
        while (end - slashes > from && text.p[end - slashes - 1] == '\\')
            slashes++;
        if (slashes % 2 == 0)
            return end;
        from = end + 1;
    }
    return text.n;
}

/* The value of "name":"…" in the text, still escaped; empty if it is not there. */
static struct bytes find_big(struct bytes text, const char *name)
{
    char key[64];
    int key_n = snprintf(key, sizeof key, "\"%s\":\"", name);
    struct bytes head = {text.p, text.n < BIG_SEARCH_MAX ? text.n : BIG_SEARCH_MAX};
    ssize_t at = bytes_find(head, (struct bytes){key, (size_t)key_n});
    if (at < 0)
        return (struct bytes){0};
    size_t from = (size_t)at + (size_t)key_n, end = string_end(text, from);
    return (struct bytes){text.p + from, end - from};
}

/* The text without the big string: head and tail joined in the arena. */
static struct bytes without(struct arena *arena, struct bytes text, struct bytes big)
{
    size_t head = (size_t)(big.p - text.p), tail = text.n - head - big.n;
    char *joined = arena_alloc(arena, head + tail + 1);
    memcpy(joined, text.p, head);
    memcpy(joined + head, big.p + big.n, tail);
    return (struct bytes){joined, head + tail};
}

static const struct jv *parse_reply(struct arena *arena, struct bytes text, const char *big_name,
                                    struct bytes *big)
{
    *big = (struct bytes){0};
    if (big_name)
        *big = find_big(text, big_name);
    return jv_parse_quiet(arena, big->n ? without(arena, text, *big) : text);
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
    const struct jv *v = parse_reply(&w->op->arena, text, w->ask->big, &w->big);
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
    const struct jv *v = parse_reply(&scratch, text, p.big, &reply.big);
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

/* "…,"sessionId":"X"}" at the end. */
static struct bytes trailing_session(struct bytes text)
{
    static const struct bytes KEY = {"\"sessionId\":\"", 13};
    size_t tail = text.n < 96 ? text.n : 96;
    struct bytes end = bytes_from(text, text.n - tail);
    ssize_t at = bytes_find(end, KEY);
    if (at < 0 || !bytes_has_suffix(end, BYTES("\"}")))
        return (struct bytes){0};
    size_t from = (size_t)at + KEY.n;
    return (struct bytes){end.p + from, end.n - from - 2};
}

/* Reads method and session off the text, or by parsing when it is ordered otherwise. False: garbage. */
static bool read_event(struct cdp_event *e)
{
    static const struct bytes PREFIX = {"{\"method\":\"", 11};
    if (bytes_has_prefix(e->message, PREFIX)) {
        size_t end = string_end(e->message, PREFIX.n);
        e->method = (struct bytes){e->message.p + PREFIX.n, end - PREFIX.n};
        e->session = trailing_session(e->message);
        if (e->message.p[e->message.n - 1] == '}')
            return end < e->message.n;
    }
    e->parsed = jv_parse_quiet(e->arena, e->message);
    e->method = jv_bytes(jv_get(e->parsed, "method"));
    e->session = jv_bytes(jv_get(e->parsed, "sessionId"));
    return e->method.n > 0;
}

const struct jv *cdp_event_params(struct cdp_event *e)
{
    if (!e->parsed)
        e->parsed = jv_parse_quiet(e->arena, e->message);
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
    return leading_id(text, &id) ? handle_reply(op, cdp, id, text) : handle_event(op, cdp, text);
}

int cdp_pump(struct op *op, struct cdp *cdp, int wait_ms, int *handled)
{
    struct op part;
    op_init_part(&part, op, -1);
    int n = 0, before = -1, rc = 0;
    while (rc == 0 && n != before) {
        before = n;
        rc = pump_one(&part, cdp, n ? 0 : wait_ms, &n);
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

/* --- unescaping --- */

static int hex4(struct bytes b, size_t at)
{
    int value = 0;
    if (at + 4 > b.n)
        return -1;
    for (size_t i = at; i < at + 4; i++) {
        char c = b.p[i];
        int digit = c >= '0' && c <= '9'   ? c - '0'
                    : c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                           : -1;
        if (digit < 0)
            return -1;
        value = value * 16 + digit;
    }
    return value;
}

static void add_utf8(struct str *out, unsigned c)
{
    char text[4];
    size_t n = 0;
    if (c < 0x80) {
        text[n++] = (char)c;
    } else if (c < 0x800) {
        text[n++] = (char)(0xC0 | c >> 6);
    } else if (c < 0x10000) {
        text[n++] = (char)(0xE0 | c >> 12);
        text[n++] = (char)(0x80 | (c >> 6 & 0x3F));
    } else {
        text[n++] = (char)(0xF0 | c >> 18);
        text[n++] = (char)(0x80 | (c >> 12 & 0x3F));
        text[n++] = (char)(0x80 | (c >> 6 & 0x3F));
    }
    if (c >= 0x80)
        text[n++] = (char)(0x80 | (c & 0x3F));
    str_add(out, (struct bytes){text, n});
}

/* \uXXXX at `at` (the u), perhaps with the second half of a pair. Returns the bytes used. */
static size_t add_unicode(struct bytes b, size_t at, struct str *out)
{
    int c = hex4(b, at + 1);
    bool is_high = c >= 0xD800 && c < 0xDC00;
    if (is_high && at + 7 < b.n && b.p[at + 5] == '\\' && b.p[at + 6] == 'u') {
        int low = hex4(b, at + 7);
        if (low >= 0xDC00 && low < 0xE000) {
            add_utf8(out, 0x10000U + ((unsigned)(c - 0xD800) << 10) + (unsigned)(low - 0xDC00));
            return 11;
        }
    }
    add_utf8(out, c < 0 || (c >= 0xD800 && c < 0xE000) ? 0xFFFD : (unsigned)c);
    return c < 0 ? 1 : 5;
}

void cdp_unescape(struct bytes b, struct str *out)
{
    static const char FROM[] = "\"\\/bfnrt", TO[] = "\"\\/\b\f\n\r\t";
    for (size_t i = 0; i < b.n;) {
        const char *slash = memchr(b.p + i, '\\', b.n - i);
        size_t end = slash ? (size_t)(slash - b.p) : b.n;
        str_add(out, (struct bytes){b.p + i, end - i});
        if (end + 1 >= b.n)
            return;
        char c = b.p[end + 1];
        const char *known = c ? strchr(FROM, c) : NULL;
        if (known)
            str_addc(out, TO[known - FROM]);
        else if (c != 'u')
            add_utf8(out, 0xFFFD);
        i = end + 1 + (c == 'u' ? add_unicode(b, end + 1, out) : 1);
    }
}
