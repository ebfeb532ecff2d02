/* Reports as files, and the contact sheet. What they are made of is report/'s; here they get their
 * blobs, their plan's zone, words for findings and a browser, and go out as they are written.
 *
 * The answer's head is sent with the first piece, so a report that cannot be made is a proper
 * error; one that fails later cuts the connection, and nobody takes half a file for a whole one.
 */
#include "api/reports.h"

#include "api/fields.h"
#include "api/handlers.h"
#include "api/note.h"
#include "api/shots.h"
#include "base/clock.h"
#include "base/log.h"
#include "rounds/judge.h"
#include "rounds/round.h"

#include <stdio.h>
#include <string.h>

enum { STREAM_MAX = 4 << 20, SHEET_MAX = 2000000 };

/* ---- What report/ asks for ---- */

struct surroundings {
    const struct platform *platform;
    struct render *render;
    const struct zone *zone;
};

static int read_blob(void *ctx, struct op *op, const struct store_shot *shot,
                     enum report_blob which, struct bytes *out)
{
    const struct surroundings *s = ctx;
    const struct store_blob_ref *ref = which == REPORT_PICTURE ? &shot->picture
                                       : which == REPORT_THUMB ? &shot->thumb
                                       : which == REPORT_DATA  ? &shot->data
                                                               : &shot->frames;
    if (ref->size == 0 || shot->is_expired)
        return op_fail(op, ERR_GONE, "it is not kept any more");
    return blob_get(op, s->platform->blobs, ref->key, out);
}

void reports_local_time(const struct zone *zone, int64_t wall_ms, char *out, size_t out_n)
{
    struct zone_civil at;
    zone_local(zone, wall_ms, &at);
    snprintf(out, out_n, "%04d-%02d-%02d %02d:%02d:%02d", at.year, at.month, at.day, at.hour,
             at.minute, at.second);
}

static void local_time(void *ctx, int64_t wall_ms, char *out, size_t out_n)
{
    const struct surroundings *s = ctx;
    reports_local_time(s->zone, wall_ms, out, out_n);
}

const char *reports_say_finding(struct op *op, enum report_lang lang, const struct jv *finding)
{
    struct str *text = str_new(&op->arena, 16 << 10);
    finding_words(jv_text_at(finding, "kind", ""), jv_get(finding, "evidence"),
                  lang == REPORT_ZH_CN ? JUDGE_ZH : JUDGE_EN, text);
    return text->p;
}

static const char *say_finding(void *ctx, struct op *op, enum report_lang lang,
                               const struct jv *finding)
{
    (void)ctx;
    return reports_say_finding(op, lang, finding);
}

static int print_page(void *ctx, struct op *op, struct bytes html,
                      const struct report_print_ask *ask, struct bytes *out)
{
    const struct surroundings *s = ctx;
    struct render_paper paper = {.has_background = true, .footer = ask->footer};
    if (ask->kind == REPORT_PRINT_PDF)
        return render_print_html(op, s->render, html, &paper, out);
    return render_shoot_html(op, s->render, html, ask->width_px,
                             ask->kind == REPORT_PRINT_JPEG ? ask->quality : 0, out);
}

/* People know windows by the names that the plan gives them. */
static void name_windows(struct op *op, const struct plan_spec *spec, struct report *report)
{
    struct store_shot *shots = ARENA_ARRAY(&op->arena, struct store_shot, report->shot_n + 1);
    for (size_t i = 0; i < report->shot_n; i++) {
        shots[i] = report->shots[i];
        int window = round_window(spec, shots[i].window_key);
        if (window >= 0)
            shots[i].window_key = spec->windows[window].name;
    }
    report->shots = shots;
}

int reports_load(struct op *op, const struct platform *platform, struct render *render,
                 const struct report_ask *ask, enum report_lang lang, struct report *out)
{
    struct surroundings *s = ARENA_NEW(&op->arena, struct surroundings);
    struct plan_spec spec;
    if (report_load(op, platform->store, ask, out) < 0 ||
        round_plan(op, platform->rounds, out->round, &spec) < 0 ||
        zone_open(op, spec.timezone, &s->zone) < 0)
        return -1;
    name_windows(op, &spec, out);
    s->platform = platform;
    s->render = render;
    out->lang = lang;
    out->zone = spec.timezone;
    out->made_ms = clock_wall_ms();
    out->base_url = platform->public_url;
    out->temp_dir = platform->temp_dir;
    if (out->signoff_n > 0)
        out->public_key = keys_public_pem(platform->keys, out->signoffs[out->signoff_n - 1].key_id);
    out->calls = (struct report_calls){.ctx = s,
                                       .read = read_blob,
                                       .local_time = local_time,
                                       .say_finding = say_finding,
                                       .print_page = render ? print_page : NULL};
    return 0;
}

/* ---- The answer ---- */

/* RFC 6266: the name in percent-encoded UTF-8, and an ASCII one for clients that do not know that.
 */
static void set_file_name(struct call *call, const char *kind, const char *name)
{
    struct str *plain = str_new(&call->op->arena, 4096), *coded = str_new(&call->op->arena, 16384);
    for (const char *c = name; *c; c++) {
        bool is_plain = (*c >= '0' && *c <= '9') || (*c >= 'A' && *c <= 'Z') ||
                        (*c >= 'a' && *c <= 'z') || *c == '-' || *c == '.' || *c == '_';
        if (is_plain)
            str_addc(coded, *c);
        else
            str_addf(coded, "%%%02X", (unsigned char)*c);
        if (is_plain && (plain->n || *c != '-'))
            str_addc(plain, *c);
    }
    httpd_headerf(call->req, "Content-Disposition", "%s; filename=\"%s\"; filename*=UTF-8''%s",
                  kind, plain->p, coded->p);
}

struct outflow {
    struct call *call;
    struct httpd_stream *stream; /* NULL: nothing has been sent yet */
    const char *type, *file_name;
};

static int flow(void *ctx, struct op *op, struct bytes piece)
{
    struct outflow *out = ctx;
    if (!out->stream) {
        httpd_header(out->call->req, "Cache-Control", "no-store");
        set_file_name(out->call, "attachment", out->file_name);
        out->stream = httpd_stream_start(out->call->req, 200, out->type, STREAM_MAX);
    }
    return httpd_stream_write(op, out->stream, piece);
}

static int end_flow(struct outflow *out, int failed)
{
    struct op *op = out->call->op;
    if (!out->stream)
        return failed ? -1 : op_fail(op, ERR_INTERNAL, "the report is empty");
    httpd_stream_close(out->stream, !failed);
    if (failed && op->err != ERR_CANCELLED)
        log_msg(LOG_WARN, op, "report", "%s broke off: %s", out->file_name, op->err_text);
    return 0;
}

enum format { FORMAT_HTML, FORMAT_PDF, FORMAT_XLSX, FORMAT_ZIP };

static int write_report(struct call *call, const struct report *report, enum format format)
{
    static const char *const types[] = {
        "text/html; charset=utf-8", "application/pdf",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "application/zip"};
    static const char *const endings[] = {"html", "pdf", "xlsx", "zip"};
    struct outflow out = {.call = call,
                          .type = types[format],
                          .file_name = report_file_name(call->op, report, endings[format])};
    struct report_sink sink = {flow, &out};
    int failed;
    if (format == FORMAT_HTML)
        failed = report_html(call->op, report, REPORT_WITH_FULL, &sink);
    else if (format == FORMAT_PDF)
        failed = report_pdf(call->op, report, &sink);
    else if (format == FORMAT_XLSX)
        failed = report_xlsx(call->op, report, REPORT_WITH_THUMBS, &sink);
    else
        failed = report_zip(call->op, report, &sink);
    return end_flow(&out, failed);
}

/* The word of ?language=, else what the client prefers. */
static enum report_lang language_of(const struct call *call)
{
    const char *language = query_text(call, "language");
    return report_lang_of(language ? language : httpd_header_in(call->req, "Accept-Language", 0));
}

static int load(struct call *call, bool with_series, struct report *out)
{
    struct report_ask ask = {.round_id = call->params[0],
                             .visible_row = call->who.visible_row,
                             .with_series = with_series};
    if (reports_load(call->op, call->api->platform, call->api->render, &ask, language_of(call),
                     out) < 0)
        return -1;
    out->made_by = call->who.name ? call->who.name : "";
    return 0;
}

int handle_rounds_report(struct call *call)
{
    static const char *const formats[] = {"html", "pdf", "xlsx", "zip", NULL};
    static const char *const languages[] = {"zh-CN", "en", NULL};
    struct report *report = ARENA_NEW(&call->op->arena, struct report);
    int format, language;
    if (query_word(call, "format", formats, &format) < 0 ||
        query_word(call, "language", languages, &language) < 0)
        return -1;
    format = format < 0 ? FORMAT_HTML : format;
    if (load(call, format == FORMAT_XLSX || format == FORMAT_ZIP, report) < 0 ||
        note_add(call, call->api->platform->store, "round.exported", "round", report->round->id,
                 arena_fmt(&call->op->arena, "{\"format\":\"%s\"}", formats[format])) < 0)
        return -1;
    return write_report(call, report, (enum format)format);
}

int handle_rounds_sheet(struct call *call)
{
    struct report *report = ARENA_NEW(&call->op->arena, struct report);
    struct bytes jpeg;
    if (load(call, false, report) < 0 ||
        report_contact_sheet(call->op, report, SHEET_MAX, &jpeg) < 0 ||
        note_add(call, call->api->platform->store, "round.exported", "round", report->round->id,
                 "{\"format\":\"contact-sheet\"}") < 0)
        return -1;
    httpd_header(call->req, "Cache-Control", "no-store");
    set_file_name(call, "inline", report_file_name(call->op, report, "jpg"));
    httpd_reply(call->req, 200, "image/jpeg", jpeg);
    return 0;
}
