/* The round to report on, and the callbacks of its report. */
#include "fixture.h"

#include <math.h>
#include <stdio.h>

static int fixture_read(void *ctx, struct op *op, const struct store_shot *shot,
                        enum report_blob which, struct bytes *out)
{
    struct fixture *f = ctx;
    if (shot->pos == 2 && f->read_fails != ERR_NONE)
        return op_fail(op, f->read_fails, "as asked");
    if (which == REPORT_DATA)
        *out = BYTES(FIXTURE_DATA);
    else
        *out = BYTES(FIXTURE_PNG);
    return 0;
}

static void fixture_time(void *ctx, int64_t wall_ms, char *out, size_t out_n)
{
    snprintf(out, out_n, "2026-11-23 %02d:%02d:00", (int)(wall_ms / 3600000 % 24),
             (int)(wall_ms / 60000 % 60));
}

static const char *fixture_say(void *ctx, struct op *op, enum report_lang lang,
                               const struct jv *finding)
{
    return arena_fmt(&op->arena, "%s: max 93 > 90", jv_text_at(finding, "kind", ""));
}

static int fixture_print(void *ctx, struct op *op, struct bytes html,
                         const struct report_print_ask *ask, struct bytes *out)
{
    struct fixture *f = ctx;
    f->asked = *ask;
    f->asked.footer = ask->footer ? arena_strdup(&f->op.arena, ask->footer) : NULL;
    f->printed = arena_copy(&f->op.arena, html);
    size_t n = f->print_bytes - (size_t)f->prints * f->print_less;
    f->prints++;
    *out = (struct bytes){arena_alloc(&op->arena, n), n};
    return 0;
}

static int fixture_write(void *ctx, struct op *op, struct bytes piece)
{
    str_add(&((struct fixture *)ctx)->out, piece);
    return 0;
}

static void fixture_shot(struct fixture *f, int i, const char *dashboard, const char *panel,
                         const char *window)
{
    struct store_blob_ref blob = {.key = blob_key_of(BYTES(FIXTURE_PNG)),
                                  .size = sizeof FIXTURE_PNG - 1};
    f->shots[i] = (struct store_shot){
        .row = 100 + i,
        .id = arena_fmt(&f->op.arena, "k3j9x2m1qa-%d", i + 1),
        .pos = i + 1,
        .state = SHOT_DONE,
        .source_row = 1,
        .panel_row = 10 + i / 2,
        .dashboard_uid = dashboard,
        .dashboard_title = dashboard,
        .panel_key = "1",
        .panel_title = panel,
        .vars = "{}",
        .window_key = window,
        .from_ms = 3600000,
        .to_ms = 7200000,
        .taken_ms = 7200000,
        .error_word = "",
        .error = "",
        .picture = blob,
        .thumb = blob,
        .data = blob,
        .reference_id = "",
        .change_score = NAN,
        .findings = "[]",
        .verdict_by = "",
        .verdict_comment = "",
        .meta = "{\"grafana\":\"11.6.0\"}",
    };
}

static void fixture_verdict(struct fixture *f, int i, int shot, enum verdict_kind kind,
                            const char *comment)
{
    f->verdicts[i] = (struct store_verdict){
        .seq = i + 1,
        .shot_row = f->shots[shot].row,
        .shot_id = f->shots[shot].id,
        .kind = kind,
        .how = VERDICT_SINGLE,
        .user = "李伟",
        .user_id = "u1",
        .comment = comment,
        .category = "",
        .links = "[]",
        .given_ms = 7300000,
        .picture = "",
        .bulk = "",
        .round_id = "k3j9x2m1qa",
        .panel_title = "",
        .dwell_ms = 2500,
    };
    snprintf(f->verdicts[i].hash, HASH_HEX_MAX, "%064d", i + 1);
    f->shots[shot].verdict = kind;
    f->shots[shot].verdict_comment = comment;
    f->shots[shot].verdict_by = "李伟";
}

static void add_shots(struct fixture *f)
{
    fixture_shot(f, 0, "网关", "CPU 使用率", "最近 1 小时");
    fixture_shot(f, 1, "网关", "CPU 使用率", "最近 7 天");
    fixture_shot(f, 2, "网关", "<script>alert(1)</script>", "6h");
    fixture_shot(f, 3, "网关", "../../etc/passwd", "24h");
    fixture_shot(f, 4, "Orders \"EU\" & more", "=HYPERLINK(\"http://x\")", "6h");
    fixture_shot(f, 5, "Orders \"EU\" & more", "bad\xff utf8\x01", "24h");
    f->shots[0].findings = "[{\"kind\":\"threshold\",\"weight\":3,\"evidence\":{}}]";
    f->shots[0].vars = "{\"host\":[\"a\",\"b\"],\"zone\":\"cn\"}";
    f->shots[5].state = SHOT_FAILED;
    f->shots[5].error = "Grafana answered 503 <b>";
    f->shots[5].picture.size = f->shots[5].thumb.size = f->shots[5].data.size = 0;
    fixture_verdict(f, 0, 0, VERDICT_ABNORMAL, "disk 93 % & rising");
    fixture_verdict(f, 1, 1, VERDICT_NORMAL, "");
    fixture_verdict(f, 2, 0, VERDICT_ABNORMAL, "OPS-131");
    f->verdicts[0].links = "[\"javascript:alert(1)\",\"https://tickets/OPS-131?a=1&b=2\"]";
    f->verdicts[1].how = VERDICT_BULK;
    f->series = (struct store_series){.name = "cpu0",
                                      .unit = "percent",
                                      .last = 71,
                                      .min = 12,
                                      .max = 93.5,
                                      .mean = NAN,
                                      .points = 60};
    f->shots[0].series = &f->series;
    f->shots[0].series_n = 1;
}

static void add_round(struct fixture *f)
{
    f->round = (struct store_round){
        .row = 1,
        .id = "k3j9x2m1qa",
        .plan_id = "p1",
        .plan_name = "核心交易 <早巡检>",
        .plan_version = 3,
        .state = ROUND_SIGNED,
        .trigger = ROUND_BY_SCHEDULE,
        .moment_ms = 30600000,
        .starter = "",
        .signer = "",
        .error = "",
        .total = 6,
        .done = 5,
        .failed = 1,
        .normal = 1,
        .abnormal = 1,
        .undecided = 4,
    };
    f->signoff = (struct store_signoff){
        .seq = 7,
        .round_id = f->round.id,
        .is_final = true,
        .user_id = "u1",
        .user = "王芳",
        .summary = "Gateway watched & handed over",
        .reasons = "five left: night shift",
        .signed_ms = 30700000,
        .key_id = "0123456789abcdef",
    };
    snprintf(f->signoff.hash, HASH_HEX_MAX, "%064d", 42);
    f->source = (struct report_source){1, "生产 Grafana"};
}

void fixture_init(struct fixture *f, enum report_lang lang)
{
    *f = (struct fixture){.print_bytes = 1000};
    op_init(&f->op, -1);
    str_init(&f->out, 64 << 20);
    add_shots(f);
    add_round(f);
    f->report = (struct report){
        .lang = lang,
        .round = &f->round,
        .shots = f->shots,
        .shot_n = FIXTURE_SHOTS,
        .verdicts = f->verdicts,
        .verdict_n = 3,
        .signoffs = &f->signoff,
        .signoff_n = 1,
        .sources = &f->source,
        .source_n = 1,
        .zone = "Asia/Shanghai",
        .seal_text = "rounds shots 1\n",
        .public_key = "-----BEGIN PUBLIC KEY-----\n",
        .made_by = "王芳",
        .made_ms = 31000000,
        .base_url = "https://rounds.example.org",
        .calls = {f, fixture_read, fixture_time, fixture_say, fixture_print},
    };
}

void fixture_fini(struct fixture *f)
{
    str_fini(&f->out);
    op_fini(&f->op);
}

struct report_sink fixture_sink(struct fixture *f)
{
    return (struct report_sink){fixture_write, f};
}

bool fixture_has(const struct fixture *f, const char *text)
{
    return bytes_find(str_bytes(&f->out), bytes_of(text)) >= 0;
}
