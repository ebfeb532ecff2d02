/* Testing a source: the hops from reaching the server to seeing its dashboards. Blocks; any thread.
 *
 * Each hop is a function that adds one row; a hop that fails marks what depends on it as skipped.
 * The texts are here in both languages, beside the fact that they tell, so that neither is
 * forgotten.
 */
#include "grafana/check.h"

#include "base/clock.h"
#include "grafana/words.h"

#include <string.h>

enum {
    DATE_STEP_MS = 1000,
    SKEW_WARN_MS = 5000,
    SKEW_FAIL_MS = 60000,
    CERTIFICATE_WARN_DAYS = 21,
    DATASOURCES_MAX = 20
};

struct walk {
    struct op *op;
    struct grafana *grafana;
    struct grafana_check *out;
    bool is_stopped; /* nothing further can work */
};

static struct grafana_hop *add(struct walk *walk, const char *id, const char *title_zh,
                               const char *title_en)
{
    struct grafana_hop *hop = &walk->out->hops[walk->out->hop_n++];
    *hop = (struct grafana_hop){.id = id,
                                .state = walk->is_stopped ? HOP_SKIP : HOP_OK,
                                .title = {title_zh, title_en},
                                .detail = {"", ""},
                                .mend = {"", ""}};
    return hop;
}

static void say(struct walk *walk, struct grafana_hop *hop, const char *zh, const char *en)
{
    hop->detail = (struct grafana_text){arena_strdup(&walk->op->arena, zh),
                                        arena_strdup(&walk->op->arena, en)};
}

static void set(struct grafana_hop *hop, enum grafana_hop_state state, const char *mend_zh,
                const char *mend_en)
{
    hop->state = state;
    hop->mend = (struct grafana_text){mend_zh, mend_en};
}

/* A request of the test: a failure becomes the hop's text. False if it failed; the op stays clean
 * unless it itself has ended. */
static bool ask(struct walk *walk, struct grafana_hop *hop, const char *path,
                enum grafana_want want, struct grafana_answer *answer)
{
    struct op part;
    op_init_part(&part, walk->op, 10000);
    bool is_fine = grafana_get(&part, walk->grafana, path, want, answer) == 0;
    if (!is_fine) {
        hop->state = HOP_FAIL;
        say(walk, hop, words_zh(&part.arena, &part), part.err_text);
    } else {
        /* The answer outlives the part: it is small, and parsed again where it is kept. */
        struct bytes body = {arena_copy(&walk->op->arena, answer->body), answer->body.n};
        answer->body = body;
        answer->type = arena_strdup(&walk->op->arena, answer->type);
        answer->location = arena_strdup(&walk->op->arena, answer->location);
        answer->json = jv_parse_quiet(&walk->op->arena, body);
    }
    op_fini(&part);
    return is_fine;
}

static void check_certificate(struct walk *walk, const struct grafana_answer *answer)
{
    struct grafana_hop *hop = add(walk, "certificate", "证书", "Certificate");
    struct arena *arena = &walk->op->arena;
    if (walk->is_stopped || !answer->certificate_until_ms) {
        hop->state = HOP_SKIP;
        if (!walk->is_stopped)
            say(walk, hop, "未使用 HTTPS", "the address is not HTTPS");
        return;
    }
    int64_t days = (answer->certificate_until_ms - clock_wall_ms()) / 86400000;
    walk->out->certificate_days = days;
    say(walk, hop, arena_fmt(arena, "还有 %lld 天到期", (long long)days),
        arena_fmt(arena, "valid for another %lld days", (long long)days));
    if (days < CERTIFICATE_WARN_DAYS)
        set(hop, HOP_WARN, "请在到期前更新 Grafana 的证书", "renew Grafana's certificate in time");
}

static void check_clock(struct walk *walk, const struct grafana_answer *answer)
{
    struct grafana_hop *hop = add(walk, "clock", "时钟", "Clock");
    struct arena *arena = &walk->op->arena;
    if (walk->is_stopped || !answer->date_ms) {
        hop->state = HOP_SKIP;
        return;
    }
    int64_t skew = answer->clock_skew_ms, size = skew < 0 ? -skew : skew;
    if (size < DATE_STEP_MS) {
        /* The header has whole seconds: less than that is not known. */
        say(walk, hop, "相差不到 1 秒", "less than a second from ours");
        return;
    }
    walk->out->clock_skew_ms = skew;
    say(walk, hop, arena_fmt(arena, "相差 %.1f 秒", (double)skew / 1000),
        arena_fmt(arena, "%.1f s from ours", (double)skew / 1000));
    if (size > SKEW_WARN_MS)
        set(hop, size > SKEW_FAIL_MS ? HOP_FAIL : HOP_WARN,
            "两台服务器都应使用 NTP 校时, 否则时间窗会错位",
            "set both machines' clocks by NTP: windows would not be where they ought to be");
}

static void check_reach(struct walk *walk, struct grafana_answer *answer)
{
    struct grafana_hop *hop = add(walk, "reach", "网络可达", "Reachable");
    if (!ask(walk, hop, "/api/health", GRAFANA_NO_LOGIN, answer)) {
        set(hop, HOP_FAIL, "检查地址、防火墙与证书; 从本机用 curl 访问该地址",
            "check the address, firewalls and the certificate; try it from this machine with curl");
        walk->is_stopped = true;
        return;
    }
    struct arena *arena = &walk->op->arena;
    say(walk, hop, arena_fmt(arena, "%.0f 毫秒应答", (double)answer->total_us / 1000),
        arena_fmt(arena, "answers within %.0f ms", (double)answer->total_us / 1000));
}

static void check_health(struct walk *walk, const struct grafana_answer *answer)
{
    struct grafana_hop *hop = add(walk, "health", "Grafana 健康", "Grafana's health");
    struct arena *arena = &walk->op->arena;
    if (walk->is_stopped)
        return;
    const char *database = jv_text_at(answer->json, "database", "");
    walk->out->version = jv_text_at(answer->json, "version", "");
    if (answer->status == 200 && *database) {
        say(walk, hop, arena_fmt(arena, "版本 %s, 数据库 %s", walk->out->version, database),
            arena_fmt(arena, "version %s, database %s", walk->out->version, database));
        return;
    }
    walk->is_stopped = answer->status != 503;
    if (answer->status == 503) {
        say(walk, hop, "Grafana 的数据库不正常", "Grafana's own database is not well");
        set(hop, HOP_FAIL, "查看 Grafana 的日志", "see Grafana's log");
    } else if (answer->status >= 300 && answer->status < 400) {
        say(walk, hop, arena_fmt(arena, "跳转到 %.200s", answer->location),
            arena_fmt(arena, "redirects to %.200s", answer->location));
        set(hop, HOP_FAIL, "地址应为 Grafana 的 root_url, 含子路径",
            "give Grafana's root_url, with its sub-path");
    } else {
        say(walk, hop, arena_fmt(arena, "应答 %d, 不像 Grafana", answer->status),
            arena_fmt(arena, "answers %d and does not look like a Grafana", answer->status));
        set(hop, HOP_FAIL, "检查地址与子路径", "check the address and its sub-path");
    }
}

static void check_login(struct walk *walk)
{
    struct grafana_hop *hop = add(walk, "login", "登录", "Login");
    struct grafana_answer answer;
    if (walk->is_stopped)
        return;
    if (!ask(walk, hop, "/api/org", GRAFANA_JSON, &answer)) {
        set(hop, HOP_FAIL, "在 Grafana 中新建服务账号令牌 (角色 Viewer), 填入本数据源",
            "make a service account token (role Viewer) in Grafana and enter it here");
        walk->is_stopped = true;
        return;
    }
    struct arena *arena = &walk->op->arena;
    walk->out->org_id = jv_int_at(answer.json, "id", 0);
    walk->out->organisation = jv_text_at(answer.json, "name", "");
    say(walk, hop, "凭据有效", "the credential is accepted");
    hop = add(walk, "organisation", "组织", "Organisation");
    say(walk, hop,
        arena_fmt(arena, "%s (%lld)", walk->out->organisation, (long long)walk->out->org_id),
        arena_fmt(arena, "%s (%lld)", walk->out->organisation, (long long)walk->out->org_id));
    int64_t wanted = grafana_site(walk->grafana)->org_id;
    if (wanted && wanted != walk->out->org_id)
        set(hop, HOP_FAIL, "该凭据属于另一个组织: 换用该组织的服务账号, 或更正组织编号",
            "the credential belongs to another organisation: use one of the organisation you want, "
            "or correct its number");
}

static bool has_right(const struct jv *rights, const char *action)
{
    return jv_get(rights, action) != NULL;
}

static void check_rights(struct walk *walk)
{
    struct grafana_hop *hop = add(walk, "rights", "权限", "Rights");
    struct grafana_answer answer;
    if (walk->is_stopped)
        return;
    if (!ask(walk, hop, "/api/access-control/user/permissions", GRAFANA_ANSWER, &answer) ||
        answer.status != 200) {
        say(walk, hop, "该版本不提供权限查询", "this version does not tell");
        set(hop, HOP_SKIP, "", "");
        return;
    }
    bool is_admin = has_right(answer.json, "users:read") ||
                    has_right(answer.json, "org.users:write") ||
                    has_right(answer.json, "datasources:write");
    bool is_editor = has_right(answer.json, "dashboards:write");
    walk->out->rights = is_admin ? "admin" : is_editor ? "editor" : "viewer";
    say(walk, hop, is_admin ? "管理员" : is_editor ? "编辑者" : "查看者", walk->out->rights);
    if (!has_right(answer.json, "dashboards:read"))
        set(hop, HOP_FAIL, "授予该身份读取仪表板的权限 (Viewer)",
            "give this identity the right to read dashboards (role Viewer)");
    else if (is_admin || is_editor)
        set(hop, HOP_WARN, "权限过大: 巡检只需 Viewer, 请换用只读的服务账号",
            "more than is needed: Viewer is enough; use a read-only service account");
}

static void check_settings(struct walk *walk)
{
    struct grafana_hop *hop = add(walk, "sub_path", "子路径", "Sub-path");
    struct grafana_answer answer;
    struct arena *arena = &walk->op->arena;
    if (walk->is_stopped || !ask(walk, hop, "/api/frontend/settings", GRAFANA_JSON, &answer))
        return;
    const char *believed = jv_text_at(answer.json, "appSubUrl", "");
    const char *base = grafana_site(walk->grafana)->base_url;
    const char *path = strchr(strstr(base, "://") ? strstr(base, "://") + 3 : base, '/');
    if (!*walk->out->version)
        walk->out->version = jv_text(jv_path(answer.json, "buildInfo.version"), "");
    say(walk, hop, *believed ? believed : "无", *believed ? believed : "none");
    if (strcmp(path ? path : "", believed) != 0) {
        set(hop, HOP_WARN, "与本数据源的地址不一致: 检查 grafana.ini 的 root_url 与本处地址",
            "differs from this source's address: check root_url in grafana.ini and the address "
            "here");
        say(walk, hop,
            arena_fmt(arena, "Grafana 认为是 “%s”, 地址中是 “%s”", believed, path ? path : ""),
            arena_fmt(arena, "Grafana believes '%s', the address says '%s'", believed,
                      path ? path : ""));
    }
}

static void check_dashboards(struct walk *walk)
{
    struct grafana_hop *hop = add(walk, "dashboards", "仪表板", "Dashboards");
    struct grafana_answer answer;
    struct arena *arena = &walk->op->arena;
    if (walk->is_stopped ||
        !ask(walk, hop, "/api/search?type=dash-db&limit=1000", GRAFANA_JSON, &answer))
        return;
    size_t n = jv_len(answer.json);
    const char *more = n == 1000 ? "+" : "";
    say(walk, hop, arena_fmt(arena, "可见 %zu%s 个", n, more),
        arena_fmt(arena, "%zu%s can be seen", n, more));
    if (n == 0)
        set(hop, HOP_WARN, "该身份看不到任何仪表板: 授予文件夹的查看权限",
            "this identity sees none: give it the right to view the folders");
}

static void check_datasources(struct walk *walk)
{
    struct grafana_hop *hop = add(walk, "data_sources", "数据源", "Data sources");
    struct grafana_answer answer;
    struct arena *arena = &walk->op->arena;
    if (walk->is_stopped || !ask(walk, hop, "/api/datasources", GRAFANA_ANSWER, &answer))
        return;
    if (answer.status != 200) {
        say(walk, hop, "该身份无权查看, 不影响截图",
            "not shown to this identity; pictures do not need it");
        set(hop, HOP_SKIP, "", "");
        return;
    }
    struct str *bad = str_new(arena, 2000);
    size_t n = jv_len(answer.json), tested = n < DATASOURCES_MAX ? n : DATASOURCES_MAX, well = 0;
    for (size_t i = 0; i < tested; i++) {
        const struct jv *source = jv_item(answer.json, i);
        struct grafana_answer health;
        struct grafana_hop ignored;
        const char *path =
            arena_fmt(arena, "/api/datasources/uid/%s/health", jv_text_at(source, "uid", ""));
        bool is_told = ask(walk, &ignored, path, GRAFANA_ANSWER, &health);
        /* Data sources without a health check answer 404 or 501: nothing is known of them. */
        if (is_told && (health.status < 400 || health.status == 404 || health.status == 501))
            well++;
        else
            str_addf(bad, "%s%s", bad->n ? ", " : "", jv_text_at(source, "name", "?"));
    }
    say(walk, hop,
        arena_fmt(arena, "%zu 个中 %zu 个正常%s%s", tested, well, bad->n ? ", 异常: " : "",
                  bad->p ? bad->p : ""),
        arena_fmt(arena, "%zu of %zu answer%s%s", well, tested, bad->n ? "; not: " : "",
                  bad->p ? bad->p : ""));
    if (bad->n)
        set(hop, HOP_WARN, "在 Grafana 中检查这些数据源", "check these data sources in Grafana");
}

int grafana_check(struct op *op, struct grafana *grafana, struct grafana_check *out)
{
    struct walk walk = {.op = op, .grafana = grafana, .out = out};
    struct grafana_answer health = {0};
    *out = (struct grafana_check){
        .version = "", .organisation = "", .rights = "", .certificate_days = -1};
    check_reach(&walk, &health);
    check_certificate(&walk, &health);
    check_clock(&walk, &health);
    check_health(&walk, &health);
    check_login(&walk);
    check_rights(&walk);
    check_settings(&walk);
    check_dashboards(&walk);
    check_datasources(&walk);
    out->is_ok = true;
    for (size_t i = 0; i < out->hop_n; i++)
        out->is_ok = out->is_ok && out->hops[i].state != HOP_FAIL;
    return op_check(op);
}

static void print_text(struct jw *w, const char *key, struct grafana_text text)
{
    jw_object_at(w, key);
    jw_text_at(w, "zh-CN", text.zh);
    jw_text_at(w, "en", text.en);
    jw_end(w);
}

void grafana_check_print(const struct grafana_check *check, struct jw *w)
{
    static const char *const states[] = {"ok", "warn", "fail", "skip"};
    jw_object(w);
    jw_bool_at(w, "ok", check->is_ok);
    jw_text_at(w, "version", check->version);
    jw_text_at(w, "organisation", check->organisation);
    jw_text_at(w, "rights", check->rights);
    jw_int_at(w, "clock_skew_ms", check->clock_skew_ms);
    jw_key(w, "certificate_days_left");
    if (check->certificate_days < 0)
        jw_null(w);
    else
        jw_int(w, check->certificate_days);
    jw_array_at(w, "hops");
    for (size_t i = 0; i < check->hop_n; i++) {
        const struct grafana_hop *hop = &check->hops[i];
        jw_object(w);
        jw_text_at(w, "id", hop->id);
        jw_text_at(w, "state", states[hop->state]);
        print_text(w, "title", hop->title);
        print_text(w, "detail", hop->detail);
        print_text(w, "mend", hop->mend);
        jw_end(w);
    }
    jw_end(w);
    jw_end(w);
}
