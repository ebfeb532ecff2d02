/* Grafana's HTTP API: one exchange, its errors put into words, and the small questions.
 *
 * Any thread. Owns its copy of the site and a fetch client; the lock guards the minted header and
 * what was learnt about schemas. No other answer is kept: whoever asks often keeps what it got.
 * Lists of dashboards and folders are in search.c, a dashboard in find_dashboard.c.
 */
#include "grafana/client.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/mem.h"
#include "fetch/fetch.h"
#include "sys/lock.h"

#include <stdio.h>
#include <string.h>

enum { SCHEMA_TTL_MS = 600000, WORD_MAX = 80 };
enum { TRIES_MAX = 3, PAUSE_MAX_MS = 30000, BODY_MAX = 64 * 1024 * 1024 };

struct grafana {
    struct arena arena; /* texts of the site; written only by grafana_open */
    struct grafana_site site;
    struct grafana_credential credential;
    struct fetch_client *fetch;
    struct lock lock;
    struct grafana_carry carry; /* guarded by lock */
    bool has_carry;
    int64_t schema_until_ms; /* monotonic; the rest of these guarded by lock too */
    char version[WORD_MAX], space[WORD_MAX];
};

static const char *copy(struct grafana *grafana, const char *text)
{
    return text ? arena_strdup(&grafana->arena, text) : "";
}

int grafana_open(struct op *op, const struct grafana_site *site, struct grafana **out)
{
    struct grafana *grafana = MEM_NEW(struct grafana);
    const struct grafana_credential *credential = site->credential;
    arena_init(&grafana->arena);
    lock_init(&grafana->lock);
    grafana->site = *site;
    grafana->site.base_url = copy(grafana, site->base_url);
    grafana->site.ca_file = copy(grafana, site->ca_file);
    grafana->site.more_ca_file = copy(grafana, site->more_ca_file);
    grafana->site.credential = &grafana->credential;
    grafana->credential = (struct grafana_credential){.kind = credential->kind,
                                                      .user = copy(grafana, credential->user),
                                                      .header = copy(grafana, credential->header),
                                                      .subject = copy(grafana, credential->subject),
                                                      .role = copy(grafana, credential->role)};
    secret_copy(&grafana->credential.secret, &credential->secret);
    const char *ca = grafana->site.ca_file, *more = grafana->site.more_ca_file;
    /* Where browsers cannot go either: see gate/rules.c. */
    struct fetch_conf conf = {.ca_file = *ca ? ca : NULL,
                              .more_ca_file = *more ? more : NULL,
                              .refuse = FETCH_LINK_LOCAL};
    if (fetch_open(op, &conf, &grafana->fetch)) {
        grafana_close(grafana);
        return -1;
    }
    *out = grafana;
    return 0;
}

void grafana_close(struct grafana *grafana)
{
    if (!grafana)
        return;
    if (grafana->fetch)
        fetch_close(grafana->fetch);
    if (grafana->has_carry)
        grafana_carry_fini(&grafana->carry);
    secret_fini(&grafana->credential.secret);
    lock_fini(&grafana->lock);
    arena_fini(&grafana->arena);
    mem_free(grafana);
}

const struct grafana_site *grafana_site(const struct grafana *grafana)
{
    return &grafana->site;
}

/* A copy of what requests carry; minted anew when the old one gets stale. */
static int take_carry(struct op *op, struct grafana *grafana, struct grafana_carry *out)
{
    lock_take(&grafana->lock);
    bool is_good = grafana->has_carry && clock_mono_ms() < grafana->carry.good_until_ms;
    if (is_good) {
        *out = (struct grafana_carry){.header = grafana->carry.header};
        secret_copy(&out->value, &grafana->carry.value);
    }
    lock_give(&grafana->lock);
    if (is_good)
        return 0;
    /* Two threads may mint at once; the later one stays. Better than a lock held while signing. */
    if (grafana_carry(op, &grafana->site, out))
        return -1;
    lock_take(&grafana->lock);
    if (grafana->has_carry)
        grafana_carry_fini(&grafana->carry);
    grafana->carry =
        (struct grafana_carry){.header = out->header, .good_until_ms = out->good_until_ms};
    secret_copy(&grafana->carry.value, &out->value);
    grafana->has_carry = true;
    lock_give(&grafana->lock);
    return 0;
}

struct exchange {
    const char *path;
    enum grafana_want want;
};

static int send_once(struct op *op, struct grafana *grafana, const struct exchange *x,
                     struct fetch_response *response)
{
    CLEANUP(grafana_carry_fini) struct grafana_carry carry = {0};
    if (x->want != GRAFANA_NO_LOGIN && take_carry(op, grafana, &carry))
        return -1;
    char org[32] = "0";
    struct fetch_header headers[2] = {{"Accept", "application/json"}};
    size_t n = 1;
    /* Tokens belong to one organisation and need no header; Grafana ignores it for them. */
    if (grafana->site.org_id > 0 && x->want != GRAFANA_NO_LOGIN) {
        snprintf(org, sizeof org, "%lld", (long long)grafana->site.org_id);
        headers[n++] = (struct fetch_header){"X-Grafana-Org-Id", org};
    }
    struct fetch_request request = {
        .url = arena_fmt(&op->arena, "%s%s", grafana->site.base_url, x->path),
        .headers = headers,
        .header_n = n,
        .credential_name = carry.header,
        .credential = carry.header ? &carry.value : NULL,
        .body_max = BODY_MAX,
    };
    return fetch_run(op, grafana->fetch, &request, response);
}

static int64_t pause_of(const struct fetch_response *response, int attempt)
{
    int64_t seconds;
    const char *after = fetch_header_find(response, "Retry-After");
    if (!after || !bytes_to_i64(bytes_of(after), &seconds) || seconds < 0)
        return 500 << attempt;
    return seconds > PAUSE_MAX_MS / 1000 ? PAUSE_MAX_MS : seconds * 1000;
}

static int send_patiently(struct op *op, struct grafana *grafana, const struct exchange *x,
                          struct fetch_response *response)
{
    for (int attempt = 0;; attempt++) {
        *response = (struct fetch_response){0};
        if (send_once(op, grafana, x, response))
            return -1;
        bool is_later = response->status == 429 || response->status == 503;
        int64_t pause = pause_of(response, attempt);
        if (!is_later || x->want != GRAFANA_JSON || attempt + 1 >= TRIES_MAX ||
            pause > op_left_ms(op))
            return 0;
        if (op_pause(op, pause))
            return -1;
    }
}

/* What an answer other than 2xx with JSON means, and how to mend it. */
static int fail_answer(struct op *op, const struct grafana *grafana, const struct exchange *x,
                       const struct grafana_answer *answer)
{
    const char *base = grafana->site.base_url;
    const char *said = jv_text_at(answer->json, "message", "");
    if (answer->status == 401) {
        (void)op_fail(op, ERR_TARGET_LOGIN,
                      "Grafana at %s does not accept the credential (401%s%s): make a new service "
                      "account token there and enter it in the source",
                      base, *said ? ": " : "", said);
        return op_cause(op, "grafana_401", base, NULL);
    }
    if (answer->status == 403) {
        (void)op_fail(op, ERR_TARGET_MISSING,
                      "Grafana at %s refuses %s (403%s%s): give the identity of this source the "
                      "right to read it",
                      base, x->path, *said ? ": " : "", said);
        return op_cause(op, "grafana_403", base, x->path);
    }
    if (answer->status == 404) {
        (void)op_fail(op, ERR_TARGET_MISSING, "Grafana at %s has no %s (404%s%s)", base, x->path,
                      *said ? ": " : "", said);
        return op_cause(op, "grafana_404", base, x->path);
    }
    if (answer->status >= 300 && answer->status < 400) {
        (void)op_fail(op, ERR_TARGET,
                      "%s%s leads elsewhere (%d to %.200s): correct the base address of the "
                      "source, its sub-path, or the login page in front of Grafana",
                      base, x->path, answer->status, answer->location);
        return op_cause(op, "grafana_elsewhere", base,
                        arena_fmt(&op->arena, "%.200s", answer->location));
    }
    if (answer->status >= 200 && answer->status < 300) {
        (void)op_fail(op, ERR_TARGET,
                      "%s%s answers %s instead of JSON: correct the base address of the source",
                      base, x->path, *answer->type ? answer->type : "no type");
        return op_cause(op, "grafana_not_json", base, answer->type);
    }
    (void)op_fail(op, ERR_TARGET, "Grafana at %s answers %d to %s%s%s", base, answer->status,
                  x->path, *said ? ": " : "", said);
    return op_cause(op, "grafana_status", base, arena_fmt(&op->arena, "%d", answer->status));
}

static int run(struct op *op, struct grafana *grafana, const struct exchange *x,
               struct grafana_answer *out)
{
    struct fetch_response response;
    int64_t start = clock_wall_ms();
    if (send_patiently(op, grafana, x, &response))
        return -1;
    int64_t middle = start + (clock_wall_ms() - start) / 2;
    const char *location = fetch_header_find(&response, "Location");
    *out = (struct grafana_answer){
        .status = response.status,
        .body = response.body,
        .type = response.type,
        .location = location ? location : "",
        .json = jv_parse_quiet(&op->arena, response.body),
        .date_ms = response.date_ms,
        /* The header has whole seconds: its middle is the best guess. */
        .clock_skew_ms = response.date_ms ? response.date_ms + 500 - middle : 0,
        .certificate_until_ms = response.cert_until_ms,
        .total_us = response.total_us,
    };
    bool is_fine = out->status >= 200 && out->status < 300 && out->json;
    return is_fine || x->want != GRAFANA_JSON ? 0 : fail_answer(op, grafana, x, out);
}

int grafana_get(struct op *op, struct grafana *grafana, const char *path, enum grafana_want want,
                struct grafana_answer *out)
{
    struct exchange x = {.path = path, .want = want};
    return run(op, grafana, &x, out);
}

int grafana_find_about(struct op *op, struct grafana *grafana, struct grafana_about *out)
{
    struct grafana_answer answer;
    if (grafana_get(op, grafana, "/api/frontend/settings", GRAFANA_JSON, &answer))
        return -1;
    const struct jv *build = jv_get(answer.json, "buildInfo");
    *out = (struct grafana_about){
        .version = jv_text_at(build, "version", ""),
        .edition = jv_text_at(build, "edition", ""),
        .namespace_ = jv_text_at(answer.json, "namespace", ""),
        .sub_path = jv_text_at(answer.json, "appSubUrl", ""),
        .renderer = jv_text_at(answer.json, "rendererVersion", ""),
        .has_renderer = jv_bool_at(answer.json, "rendererAvailable", false),
        .toggles = jv_get(answer.json, "featureToggles"),
        .datasources = jv_get(answer.json, "datasources"),
    };
    return 0;
}

const char *grafana_find_version(struct op *op, struct grafana *grafana)
{
    struct grafana_answer answer;
    struct op part;
    const char *version = "";
    op_init_part(&part, op, -1);
    if (grafana_get(&part, grafana, "/api/health", GRAFANA_NO_LOGIN, &answer) == 0)
        version = arena_strdup(&op->arena, jv_text_at(answer.json, "version", ""));
    op_fini(&part);
    return version;
}

/* The first served version of schema 2, or "". Grafana lists the preferred first. */
static const char *served_v2(const struct jv *group)
{
    const struct jv *list = jv_get(group, "versions");
    for (size_t i = 0; i < jv_len(list); i++) {
        const char *version = jv_text_at(jv_item(list, i), "version", "");
        if (strncmp(version, "v2", 2) == 0)
            return version;
    }
    return "";
}

static bool recall_schema(struct op *op, struct grafana *grafana, const char **version,
                          const char **space)
{
    lock_take(&grafana->lock);
    bool is_known = clock_mono_ms() < grafana->schema_until_ms;
    *version = arena_strdup(&op->arena, grafana->version);
    *space = arena_strdup(&op->arena, grafana->space);
    lock_give(&grafana->lock);
    return is_known;
}

int grafana_find_schema(struct op *op, struct grafana *grafana, const char **version,
                        const char **space)
{
    struct grafana_answer group;
    struct grafana_about about = {.namespace_ = ""};
    if (recall_schema(op, grafana, version, space))
        return 0;
    if (grafana_get(op, grafana, "/apis/dashboard.grafana.app/", GRAFANA_ANSWER, &group))
        return -1;
    *version = group.status == 200 ? served_v2(group.json) : "";
    if (**version && grafana_find_about(op, grafana, &about))
        return -1;
    *space = *about.namespace_ ? about.namespace_ : "default";
    lock_take(&grafana->lock);
    snprintf(grafana->version, WORD_MAX, "%s", *version);
    snprintf(grafana->space, WORD_MAX, "%s", *space);
    grafana->schema_until_ms = clock_mono_ms() + SCHEMA_TTL_MS;
    lock_give(&grafana->lock);
    return 0;
}
