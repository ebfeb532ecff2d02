/* Reading GIR's parameters. Pure, any thread.
 *
 * The nested `url` is often only half percent-encoded by people: everything up to the next bare '&'
 * belongs to it. A repeated parameter is refused: two readers of one request must not disagree.
 */
#include "api/render_query.h"

#include "base/duration.h"

#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { VALUE_MAX = 64 * 1024, TIMEZONE_MAX = 256, KEY_MAX = 16 * 1024, LANGUAGE_MAX = 1024 };

static bool is_named(struct bytes piece, const char *name, struct bytes *value)
{
    ssize_t equals = bytes_find_char(piece, '=');
    struct bytes key = {piece.p, equals < 0 ? piece.n : (size_t)equals};
    if (!bytes_eq_s(key, name))
        return false;
    *value = equals < 0 ? BYTES("") : bytes_from(piece, (size_t)equals + 1);
    return true;
}

/* The raw value; empty if there is none. *count tells how often it is there. */
static struct bytes raw_value(struct bytes query, const char *name, int *count)
{
    struct bytes piece, value, found = BYTES("");
    *count = 0;
    while (bytes_split(&query, '&', &piece))
        if (is_named(piece, name, &value) && (*count)++ == 0)
            found = value;
    return found;
}

static int fail_param(struct op *op, const char *name, const char *why)
{
    return op_fail(op, ERR_BAD_INPUT, "invalid '%s' query parameter: %s", name, why);
}

/* The decoded value, "" when missing. */
static int take(struct op *op, struct bytes query, const char *name, const char **out)
{
    int count;
    struct bytes raw = raw_value(query, name, &count);
    if (count > 1)
        return fail_param(op, name, "given more than once");
    if (raw.n > VALUE_MAX)
        return fail_param(op, name, "longer than 64 KiB");
    *out = url_decode(&op->arena, raw, true);
    return *out ? 0 : fail_param(op, name, "malformed percent-encoding");
}

int64_t render_query_budget_ms(const struct api_render_conf *conf, const struct httpd_request *req)
{
    int count;
    int64_t ms;
    char text[64];
    struct bytes raw = raw_value(req->raw_query, "timeout", &count);
    if (raw.n == 0 || raw.n >= sizeof text || !duration_parse(raw, &ms) || ms <= 0)
        return conf->timeout_ms;
    return ms > conf->timeout_max_ms ? conf->timeout_max_ms : ms;
}

/* The bytes of a URL that must not stand in it as they are: people forget to encode the inner URL.
 */
static char *mend_url(struct op *op, const char *text)
{
    struct str *s = str_new(&op->arena, 4 * VALUE_MAX);
    for (const char *c = text; *c; c++) {
        if ((unsigned char)*c <= ' ' || (unsigned char)*c >= 127)
            str_addf(s, "%%%02X", (unsigned char)*c);
        else
            str_addc(s, *c);
    }
    return s->p;
}

static bool is_allowed(const struct api_render_conf *conf, const char *origin)
{
    for (size_t i = 0; i < conf->allowed_origins_n; i++)
        if (strcmp(conf->allowed_origins[i], origin) == 0)
            return true;
    return conf->allowed_origins_n == 0;
}

static int read_url(struct op *op, const struct api_render_conf *conf, struct bytes query,
                    struct target *out)
{
    int count;
    struct bytes raw = raw_value(query, "url", &count);
    struct op part;
    if (raw.n == 0)
        return op_fail(op, ERR_BAD_INPUT, "missing 'url' query parameter");
    if (count > 1)
        return fail_param(op, "url", "given more than once");
    char *text = url_decode(&op->arena, raw, false);
    if (!text)
        return op_fail(op, ERR_BAD_INPUT, "Invalid URL in query: malformed percent-encoding");
    text = mend_url(op, text);
    op_init_part(&part, op, -1);
    struct target probe;
    int failed = target_parse(&part, bytes_of(text), &probe);
    if (failed && part.err == ERR_FORBIDDEN)
        op_fail(op, ERR_FORBIDDEN, "Forbidden query url protocol: %s", part.err_text);
    else if (failed)
        op_fail(op, ERR_BAD_INPUT, "Invalid URL in query: %s", part.err_text);
    op_fini(&part);
    if (failed || target_parse(op, bytes_of(text), out) < 0)
        return -1;
    if (!is_allowed(conf, out->origin))
        return op_fail(op, ERR_FORBIDDEN,
                       "%s is not among the allowed origins (setting network.allowed_origins)",
                       out->origin);
    return 0;
}

struct size_rule {
    const char *name;
    int fallback, min, max;
    bool may_be_full;
};

static int read_size(struct op *op, struct bytes query, const struct size_rule *rule, int *out,
                     struct str *clamped)
{
    const char *text;
    int64_t n;
    *out = rule->fallback;
    if (take(op, query, rule->name, &text) < 0)
        return -1;
    if (!*text)
        return 0;
    if (!bytes_to_i64(bytes_of(text), &n))
        return fail_param(op, rule->name, "not a whole number");
    if (n == -1) {
        *out = rule->may_be_full ? -1 : rule->fallback;
        return 0;
    }
    if (n <= 0)
        return fail_param(op, rule->name, "must be greater than zero");
    int64_t fitted = n < rule->min ? rule->min : n > rule->max ? rule->max : n;
    if (fitted != n)
        str_addf(clamped, "%s%s=%lld", clamped->n ? " " : "", rule->name, (long long)fitted);
    *out = (int)fitted;
    return 0;
}

static int read_scale(struct op *op, const struct api_render_conf *conf, struct bytes query,
                      double *out, struct str *clamped)
{
    const char *text;
    *out = 1;
    if (take(op, query, "deviceScaleFactor", &text) < 0)
        return -1;
    if (!*text)
        return 0;
    if (!bytes_to_double(bytes_of(text), out))
        return fail_param(op, "deviceScaleFactor", "not a number");
    if (*out <= 0)
        return op_fail(op, ERR_BAD_INPUT,
                       "invalid request: deviceScaleFactor must be greater than zero");
    if (*out < 0.1)
        *out = 0.1;
    if (*out > conf->scale_max) {
        *out = conf->scale_max;
        str_addf(clamped, "%sdeviceScaleFactor=%g", clamped->n ? " " : "", *out);
    }
    return 0;
}

/* Grafana sends "UTC-02:00" in the POSIX sense for two hours *east* of Greenwich, where the browser
 * cannot name its zone. Etc/GMT-2 has the same inverted sense; other offsets go to ICU as
 * GMT+hh:mm. */
static const char *mend_timezone(struct op *op, const char *text)
{
    int hours, minutes;
    char sign;
    char tail;
    if (strcmp(text, "browser") == 0)
        return "";
    if (strcasecmp(text, "utc") == 0)
        return "Etc/UTC";
    if (sscanf(text, "UTC%c%2d:%2d%c", &sign, &hours, &minutes, &tail) != 3 ||
        (sign != '+' && sign != '-') || hours > 14 || minutes > 59)
        return text; /* the browser refuses what is none */
    if (minutes == 0)
        return hours == 0 ? "Etc/UTC" : arena_fmt(&op->arena, "Etc/GMT%c%d", sign, hours);
    return arena_fmt(&op->arena, "GMT%c%02d:%02d", sign == '-' ? '+' : '-', hours, minutes);
}

static int read_timezone(struct op *op, const struct api_render_conf *conf, struct bytes query,
                         const char **out)
{
    const char *text;
    if (take(op, query, "timezone", &text) < 0)
        return -1;
    if (strlen(text) > TIMEZONE_MAX)
        return fail_param(op, "timezone", "longer than 256 bytes");
    text = mend_timezone(op, text);
    *out = *text ? text : conf->timezone;
    return 0;
}

static int read_format(struct op *op, const struct api_render_conf *conf, struct bytes query,
                       bool is_csv, struct render_look *look)
{
    const char *text, *quality;
    int64_t n;
    if (take(op, query, "encoding", &text) < 0 || take(op, query, "quality", &quality) < 0)
        return -1;
    text = arena_copy(&op->arena, bytes_trim(bytes_of(text)));
    look->format = is_csv ? RENDER_CSV : conf->default_format;
    if (is_csv && *text && !bytes_eq_nocase(bytes_of(text), BYTES("csv")))
        return fail_param(op, "encoding", "must be 'csv' or empty/missing");
    if (!is_csv && *text && !render_format_find(text, &look->format))
        return fail_param(
            op, "encoding",
            arena_fmt(&op->arena, "\"%s\"; png, jpeg, webp and pdf are possible", text));
    if (*quality && (!bytes_to_i64(bytes_of(quality), &n) || n < 1 || n > 100))
        return fail_param(op, "quality", "not a whole number from 1 to 100");
    look->quality = *quality ? (int)n : 0;
    return 0;
}

static const struct paper_row {
    const char *name;
    double width_in, height_in;
} papers[] = {
    {"a4", 8.27, 11.7},  {"letter", 8.5, 11}, {"legal", 8.5, 14}, {"tabloid", 11, 17},
    {"ledger", 17, 11},  {"a0", 33.1, 46.8},  {"a1", 23.4, 33.1}, {"a2", 16.54, 23.4},
    {"a3", 11.7, 16.54}, {"a5", 5.83, 8.27},  {"a6", 4.13, 5.83},
};

/* A pdf.* option: of the request, else of the target's own query (Enterprise puts it there). */
static int take_pdf(struct op *op, struct bytes query, const struct target *target,
                    const char *name, const char **out)
{
    if (take(op, query, name, out) < 0)
        return -1;
    const char *inner = url_pair_find(target->pairs, target->pairs_n, name);
    if (!**out && inner)
        *out = inner;
    return 0;
}

/* "3", "2-5", "-4", "7-": pages count from 1. */
static bool is_page_range(struct bytes range)
{
    int64_t first = 1, last = INT_MAX;
    ssize_t dash = bytes_find_char(range, '-');
    if (dash < 0)
        return bytes_to_i64(range, &first) && first > 0;
    struct bytes left = bytes_trim((struct bytes){range.p, (size_t)dash});
    struct bytes right = bytes_trim(bytes_from(range, (size_t)dash + 1));
    bool is_good =
        (left.n == 0 || bytes_to_i64(left, &first)) && (right.n == 0 || bytes_to_i64(right, &last));
    return is_good && left.n + right.n > 0 && first > 0 && last >= first;
}

static bool is_page_ranges(const char *text)
{
    struct bytes rest = bytes_of(text), range;
    bool is_good = rest.n < 200;
    while (is_good && *text && bytes_split(&rest, ',', &range))
        is_good = is_page_range(bytes_trim(range));
    return is_good;
}

static int read_paper(struct op *op, const struct api_render_conf *conf, struct bytes query,
                      const struct target *target, struct render_paper *out)
{
    const char *format, *background, *ranges, *lying, *pdf_lying;
    if (take_pdf(op, query, target, "pdf.format", &format) < 0 ||
        take_pdf(op, query, target, "pdf.printBackground", &background) < 0 ||
        take_pdf(op, query, target, "pdf.pageRanges", &ranges) < 0 ||
        take_pdf(op, query, target, "pdf.landscape", &pdf_lying) < 0 ||
        take(op, query, "landscape", &lying) < 0)
        return -1;
    const struct paper_row *paper = *format ? NULL : &papers[0];
    for (size_t i = 0; i < sizeof papers / sizeof *papers && !paper; i++)
        if (bytes_eq_nocase(bytes_of(format), bytes_of(papers[i].name)))
            paper = &papers[i];
    if (!paper)
        return fail_param(op, "pdf.format",
                          "letter, legal, tabloid, ledger and a0 to a6 are possible");
    if (!is_page_ranges(ranges))
        return fail_param(op, "pdf.pageRanges", "must be like 1-3,5");
    *out = (struct render_paper){.width_in = paper->width_in,
                                 .height_in = paper->height_in,
                                 .is_landscape = conf->is_landscape,
                                 .has_background = !*background || strcmp(background, "true") == 0,
                                 .ranges = *ranges ? ranges : NULL};
    const char *last = *pdf_lying ? pdf_lying : lying;
    if (*last)
        out->is_landscape = strcmp(last, "true") == 0;
    return 0;
}

/* GIR sets the cookie only when both are there. */
static int read_render_key(struct op *op, struct bytes query, struct render_login *out)
{
    const char *key, *domain;
    if (take(op, query, "renderKey", &key) < 0 || take(op, query, "domain", &domain) < 0)
        return -1;
    if (strlen(key) > KEY_MAX)
        return fail_param(op, "renderKey", "longer than 16 KiB");
    if (strlen(domain) > 253 || strpbrk(domain, "/?#@ \t\r\n;"))
        return fail_param(op, "domain", "not a host name");
    if (!*key || !*domain)
        return 0;
    bool is_bare_ipv6 = strchr(domain, ':') && *domain != '[';
    out->kind = RENDER_LOGIN_COOKIE;
    out->name = "renderKey";
    out->domain = is_bare_ipv6 ? arena_fmt(&op->arena, "[%s]", domain) : domain;
    out->is_drop_in = true;
    out->org = "";
    secret_set(&out->value, bytes_of(key));
    secret_fingerprint(&out->value, out->fingerprint);
    return 0;
}

/* A language tag such as "zh-CN" or "zh-Hans-CN". */
static bool is_language(struct bytes tag)
{
    struct bytes part;
    bool is_good = tag.n > 0;
    while (is_good && bytes_split(&tag, '-', &part)) {
        is_good = part.n > 0 && part.n <= 8;
        for (size_t i = 0; i < part.n; i++)
            is_good = is_good && (isalnum((unsigned char)part.p[i]) != 0);
    }
    return is_good;
}

/* All languages of the caller, joined; the browser adds the weights by their order. Wildcards ("*",
 * of programs without an opinion) and malformed tags are left out: a page's Intl would throw at its
 * start. */
static const char *read_language(struct op *op, const struct httpd_request *req)
{
    struct str *s = str_new(&op->arena, LANGUAGE_MAX);
    const char *header;
    for (size_t i = 0; (header = httpd_header_in(req, "Accept-Language", i)) != NULL; i++) {
        struct bytes rest = bytes_of(header), piece;
        while (bytes_split(&rest, ',', &piece)) {
            ssize_t weight = bytes_find_char(piece, ';');
            piece = bytes_trim((struct bytes){piece.p, weight < 0 ? piece.n : (size_t)weight});
            if (is_language(piece) && s->n + piece.n + 2 < LANGUAGE_MAX)
                str_addf(s, "%s%.*s", s->n ? "," : "", BYTES_ARG(piece));
        }
    }
    return s->p;
}

static int read_look(struct op *op, const struct api_render_conf *conf,
                     const struct httpd_request *req, bool is_csv, struct render_ask *out,
                     struct str *clamped)
{
    struct bytes query = req->raw_query;
    struct render_look *look = &out->look;
    const struct size_rule width = {"width", 1000, conf->width_min_px, conf->width_max_px, false};
    const struct size_rule height = {"height", 500, conf->height_min_px, conf->height_max_px, true};
    if (read_size(op, query, &width, &look->width_px, clamped) < 0 ||
        read_size(op, query, &height, &look->height_px, clamped) < 0 ||
        read_scale(op, conf, query, &look->scale, clamped) < 0 ||
        read_timezone(op, conf, query, &look->timezone) < 0 ||
        read_format(op, conf, query, is_csv, look) < 0 ||
        read_paper(op, conf, query, &out->target, &look->paper) < 0 ||
        take(op, query, "theme", &look->theme) < 0 ||
        take(op, query, "filePath", &look->filename) < 0)
        return -1;
    if (*look->theme && strcmp(look->theme, "light") != 0 && strcmp(look->theme, "dark") != 0)
        return fail_param(op, "theme", "must be light or dark");
    look->language = read_language(op, req);
    return 0;
}

/* `theme` is Grafana's own parameter of the page; ours is a short form for it. */
static int add_theme(struct op *op, struct render_ask *ask)
{
    const char *inner = url_pair_find(ask->target.pairs, ask->target.pairs_n, "theme");
    if (!*ask->look.theme) {
        ask->look.theme = inner ? inner : "";
        return 0;
    }
    if (inner)
        return 0;
    char *text = arena_fmt(&op->arena, "%s%ctheme=%s", ask->target.text,
                           *ask->target.url.query ? '&' : '?', ask->look.theme);
    return target_parse(op, bytes_of(text), &ask->target);
}

int render_query_read(struct op *op, const struct api_render_conf *conf,
                      const struct httpd_request *req, bool is_csv, struct render_ask *out,
                      const char **clamped)
{
    const char *timeout;
    int64_t ms;
    *out = (struct render_ask){
        .class_ = POOL_INTERACTIVE, .is_partial = conf->is_partial, .login = {.org = ""}};
    struct str *cut = str_new(&op->arena, 1024);
    *clamped = "";
    if (read_url(op, conf, req->raw_query, &out->target) < 0 ||
        take(op, req->raw_query, "timeout", &timeout) < 0)
        return -1;
    if (*timeout && (!duration_parse(bytes_of(timeout), &ms)))
        return fail_param(op, "timeout", "must be seconds or a duration such as 90s or 1m30s");
    if (read_look(op, conf, req, is_csv, out, cut) < 0 || add_theme(op, out) < 0 ||
        read_render_key(op, req->raw_query, &out->login) < 0)
        return -1;
    *clamped = cut->p;
    return 0;
}
