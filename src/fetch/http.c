/* One HTTP exchange: from a request struct to libcurl's options, and from its callbacks to the
 * response struct. Runs on the caller's thread; all memory is the op's.
 *
 * Redirects are followed here, not by libcurl, which would carry a caller's headers along to
 * another host: only to the same origin, and only as many as asked for.
 */
#include <string.h>

#include "base/url.h"
#include "fetch/fetch_priv.h"

enum { BODY_MAX = 16 << 20, LINE_MAX_BYTES = 16 << 10 };

struct exchange {
    struct fetch_run run;
    const struct fetch_request *request;
    struct fetch_response *out;
    struct str *body;
    size_t body_n, body_max;
    struct curl_slist *lines;
    struct curl_slist *connect_to;
    bool has_failed; /* a callback of ours has called op_fail */
};

static bool is_header_safe(const char *text, bool is_name)
{
    for (const char *c = text; *c; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7f ||
            (is_name && strchr(" :\"(),/;<=>?@[\\]{}", *c)))
            return false;
    return !is_name || *text;
}

static int add_line(struct exchange *ex, const char *name, const char *prefix, struct bytes value)
{
    struct op *op = ex->run.op;
    struct str line;
    if (!is_header_safe(name, true) || !is_header_safe(value.p, false) ||
        strlen(value.p) != value.n)
        return op_fail(op, ERR_BAD_INPUT, "the request's header %s has a control character in it",
                       is_header_safe(name, true) ? name : "name");
    str_init(&line, LINE_MAX_BYTES);
    str_adds(&line, name);
    str_adds(&line, value.n || *prefix ? ": " : ";"); /* ';': libcurl's way to send it empty */
    str_adds(&line, prefix);
    str_add(&line, value);
    bool is_full = line.is_full;
    if (!is_full)
        ex->lines = slist_add(ex->lines, line.p);
    explicit_bzero(line.p, line.n);
    str_fini(&line);
    return is_full ? op_fail(op, ERR_BAD_INPUT, "the request's header %s is too long", name) : 0;
}

static int add_lines(struct exchange *ex)
{
    const struct fetch_request *request = ex->request;
    bool has_type = false;
    for (size_t i = 0; i < request->header_n; i++) {
        const struct fetch_header *header = &request->headers[i];
        has_type = has_type || strcasecmp(header->name, "Content-Type") == 0;
        if (add_line(ex, header->name, "", bytes_of(header->value)) < 0)
            return -1;
    }
    if (request->credential_name && request->credential &&
        add_line(ex, request->credential_name,
                 request->credential_prefix ? request->credential_prefix : "",
                 secret_reveal(request->credential)) < 0)
        return -1;
    ex->lines = slist_add(ex->lines, "Expect:"); /* no waiting for 100 Continue */
    if (!has_type)
        ex->lines = slist_add(ex->lines, "Content-Type:"); /* not libcurl's guess */
    return 0;
}

static bool is_status_line(struct bytes line)
{
    return bytes_has_prefix(line, BYTES("HTTP/"));
}

static size_t on_header(char *p, size_t size, size_t n, void *ctx)
{
    struct exchange *ex = ctx;
    struct fetch_response *out = ex->out;
    struct bytes line = bytes_trim((struct bytes){p, size * n});
    if (is_status_line(line)) {
        out->header_n = 0; /* an answer before the answer: 100, a proxy's */
        return size * n;
    }
    ssize_t colon = bytes_find_char(line, ':');
    if (colon <= 0 || out->header_n == FETCH_HEADER_MAX)
        return size * n;
    struct bytes value = bytes_trim(bytes_from(line, (size_t)colon + 1));
    out->headers[out->header_n++] =
        (struct fetch_header){arena_copy(&ex->run.op->arena, (struct bytes){line.p, (size_t)colon}),
                              arena_copy(&ex->run.op->arena, value)};
    return size * n;
}

static size_t on_body(char *p, size_t size, size_t n, void *ctx)
{
    struct exchange *ex = ctx;
    struct bytes piece = {p, size * n};
    ex->body_n += piece.n;
    if (ex->body_n > ex->body_max) {
        ex->has_failed = true;
        (void)op_fail(ex->run.op, ERR_TOO_LARGE, "%s answers with more than %zu bytes",
                      ex->run.where, ex->body_max);
        return 0;
    }
    if (!ex->request->on_data) {
        str_add(ex->body, piece);
        return piece.n;
    }
    if (ex->request->on_data(ex->request->ctx, ex->run.op, piece) == 0)
        return piece.n;
    ex->has_failed = true;
    return 0;
}

static void set_method(CURL *easy, const struct fetch_request *request)
{
    bool has_body = request->has_body || request->body.n;
    const char *method = request->method ? request->method : has_body ? "POST" : "GET";
    if (has_body) {
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body.n);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request->body.n ? request->body.p : "");
    }
    if (strcmp(method, "HEAD") == 0)
        curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
    else
        curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, method);
}

static void set_proxy(CURL *easy, const struct fetch_conf *conf)
{
    if (!conf->proxy)
        return;
    curl_easy_setopt(easy, CURLOPT_PROXY, conf->proxy);
    curl_easy_setopt(easy, CURLOPT_NOPROXY, conf->no_proxy && !conf->refuse ? conf->no_proxy : "");
    if (conf->proxy_login && !secret_is_empty(conf->proxy_login))
        curl_easy_setopt(easy, CURLOPT_PROXYUSERPWD, secret_reveal(conf->proxy_login).p);
}

static void set_options(struct exchange *ex, const char *url)
{
    CURL *easy = ex->run.slot->easy;
    const struct fetch_request *request = ex->request;
    const struct fetch_conf *conf = &ex->run.client->conf;
    slot_prepare(&ex->run);
    set_proxy(easy, conf);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_URL, url);
    curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, conf->user_agent);
    curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "");
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, ex->lines);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, ex);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, ex);
    curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    if (request->basic && !secret_is_empty(request->basic)) {
        curl_easy_setopt(easy, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
        curl_easy_setopt(easy, CURLOPT_USERPWD, secret_reveal(request->basic).p);
    }
    if (request->pin) {
        bool is_ipv6 = strchr(request->pin, ':') != NULL;
        ex->connect_to =
            slist_add(NULL, arena_fmt(&ex->run.op->arena, "::%s%s%s:", is_ipv6 ? "[" : "",
                                      request->pin, is_ipv6 ? "]" : ""));
        curl_easy_setopt(easy, CURLOPT_CONNECT_TO, ex->connect_to);
    }
    set_method(easy, request);
}

static int64_t info_us(CURL *easy, CURLINFO info)
{
    curl_off_t us = 0;
    (void)curl_easy_getinfo(easy, info, &us);
    return us;
}

/* "Expire date:Nov 23 08:30:00 2027 GMT" of the server's own certificate, the first one. */
static int64_t cert_until(CURL *easy)
{
    struct curl_certinfo *info = NULL;
    static const char key[] = "Expire date:";
    if (curl_easy_getinfo(easy, CURLINFO_CERTINFO, &info) != CURLE_OK || !info ||
        info->num_of_certs == 0)
        return 0;
    for (struct curl_slist *line = info->certinfo[0]; line; line = line->next) {
        if (strncmp(line->data, key, sizeof key - 1) != 0)
            continue;
        time_t until = curl_getdate(line->data + sizeof key - 1, NULL);
        return until > 0 ? (int64_t)until * 1000 : 0;
    }
    return 0;
}

const char *fetch_header_find(const struct fetch_response *response, const char *name)
{
    for (size_t i = 0; i < response->header_n; i++)
        if (strcasecmp(response->headers[i].name, name) == 0)
            return response->headers[i].value;
    return NULL;
}

static void fill_response(struct exchange *ex)
{
    CURL *easy = ex->run.slot->easy;
    struct fetch_response *out = ex->out;
    struct arena *arena = &ex->run.op->arena;
    long status = 0, connects = 0;
    char *peer = NULL;
    (void)curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    (void)curl_easy_getinfo(easy, CURLINFO_NUM_CONNECTS, &connects);
    (void)curl_easy_getinfo(easy, CURLINFO_PRIMARY_IP, &peer);
    out->status = (int)status;
    out->is_reused = connects == 0;
    out->peer = arena_strdup(arena, peer ? peer : "");
    out->resolve_us = info_us(easy, CURLINFO_NAMELOOKUP_TIME_T);
    out->connect_us = info_us(easy, CURLINFO_CONNECT_TIME_T);
    out->tls_us = info_us(easy, CURLINFO_APPCONNECT_TIME_T);
    out->first_byte_us = info_us(easy, CURLINFO_STARTTRANSFER_TIME_T);
    out->total_us = info_us(easy, CURLINFO_TOTAL_TIME_T);
    out->cert_until_ms = cert_until(easy);
    out->body = str_bytes(ex->body);
    const char *type = fetch_header_find(out, "Content-Type");
    const char *date = fetch_header_find(out, "Date");
    out->type = type ? type : "";
    time_t at = date ? curl_getdate(date, NULL) : -1;
    out->date_ms = at > 0 ? (int64_t)at * 1000 : 0;
}

static const char *host_and_port(struct op *op, const struct url *url)
{
    return url->is_ipv6 ? arena_fmt(&op->arena, "[%s]:%d", url->host, url->port)
                        : arena_fmt(&op->arena, "%s:%d", url->host, url->port);
}

static int check_target(struct exchange *ex, const struct url *url)
{
    const struct fetch_conf *conf = &ex->run.client->conf;
    int class_bits = fetch_address_class(url->host);
    ex->run.where = host_and_port(ex->run.op, url);
    ex->run.is_https = strcmp(url->scheme, "https") == 0;
    if (class_bits < 0 || !((unsigned)class_bits & conf->refuse))
        return 0;
    (void)op_fail(ex->run.op, ERR_FORBIDDEN, "%s is %s, which the settings do not allow",
                  ex->run.where, address_class_name((unsigned)class_bits));
    return op_cause(ex->run.op, "address_refused", ex->run.where, url->host);
}

/* One request and its answer, without redirects. */
static int run_once(struct op *op, struct fetch_client *client, const struct fetch_request *request,
                    const char *url, struct fetch_response *out)
{
    struct exchange ex = {.run = {.op = op, .client = client}, .request = request, .out = out};
    struct url parsed;
    CURLcode code = CURLE_OK;
    *out = (struct fetch_response){.url = url, .type = "", .peer = ""};
    if (url_parse(op, bytes_of(url), &parsed) < 0 || check_target(&ex, &parsed) < 0)
        return -1;
    ex.body_max = request->body_max ? request->body_max : BODY_MAX;
    ex.body = str_new(&op->arena, ex.body_max);
    int result = add_lines(&ex);
    if (result == 0) {
        ex.run.slot = slot_lease(client);
        set_options(&ex, url);
        result = slot_run(&ex.run, &code);
        if (result == 0 && ex.has_failed)
            result = -1;
        else if (result == 0 && code != CURLE_OK)
            result = fault_report(&ex.run, code);
        else if (result == 0)
            fill_response(&ex);
        slot_return(client, ex.run.slot, false);
    }
    slist_free(&ex.lines);
    slist_free(&ex.connect_to);
    return result;
}

/* The address to go on with, or NULL: no redirect, or one that is not ours to follow. */
static const char *next_url(struct op *op, const struct fetch_response *response)
{
    struct url from, to;
    struct op part;
    const char *location = fetch_header_find(response, "Location"), *next = NULL;
    if (response->status < 301 || response->status > 308 || response->status == 304 || !location)
        return NULL;
    op_init_part(&part, op, -1);
    if (url_parse(&part, bytes_of(response->url), &from) == 0) {
        const char *whole = location;
        if (location[0] == '/' && location[1] != '/')
            whole = arena_fmt(&part.arena, "%s%s", url_origin(&part.arena, &from), location);
        if (url_parse(&part, bytes_of(whole), &to) == 0 && url_same_origin(&from, &to))
            next = url_print(&op->arena, &to);
    }
    op_fini(&part);
    return next;
}

int fetch_run(struct op *op, struct fetch_client *client, const struct fetch_request *request,
              struct fetch_response *out)
{
    struct fetch_request again = *request;
    const char *url = request->url;
    for (int hops = 0;; hops++) {
        if (op_check(op) < 0 || run_once(op, client, &again, url, out) < 0)
            return -1;
        const char *next = hops < request->follow_max ? next_url(op, out) : NULL;
        if (!next)
            return 0;
        if (out->status <= 303 && (!again.method || strcmp(again.method, "HEAD") != 0)) {
            again.method = NULL; /* as browsers do */
            again.body = BYTES("");
            again.has_body = false;
        }
        url = next;
    }
}
