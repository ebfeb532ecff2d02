/* The report as one page of HTML: no script, no outside reference, fit for screen and paper. Runs
 * on the thread of the report; one picture at a time is in memory.
 *
 * Everything that came from outside goes through piece_text. A policy in the page itself forbids
 * whatever an oversight might let in: no scripts, no requests. Shots are in the order of the round,
 * panels together; what needs attention is listed first, with links into the page.
 */
#include "report/html.h"

#include "report/html_style.h"

#include <stdio.h>
#include <string.h>

struct page {
    struct piece out;
    struct op *op;
    const struct report *report;
    enum report_pictures pictures;
    const struct html_links *links;
    struct shape_verdicts verdicts;
};

static void word(struct page *page, enum word w)
{
    piece_text(&page->out, words_say(page->report->lang, w));
}

static void raw(struct page *page, const char *text)
{
    piece_adds(&page->out, text);
}

static void text(struct page *page, const char *s)
{
    piece_text(&page->out, s);
}

static void fact(struct page *page, enum word name, const char *value)
{
    if (!value || !value[0])
        return;
    raw(page, "<dt>");
    word(page, name);
    raw(page, "</dt><dd>");
    text(page, value);
    raw(page, "</dd>");
}

static void fact_time(struct page *page, enum word name, int64_t wall_ms)
{
    char time[SHAPE_TIME_MAX];
    fact(page, name, shape_time(page->report, wall_ms, time));
}

static void fact_hash(struct page *page, enum word name, const char *hash)
{
    raw(page, "<dt>");
    word(page, name);
    raw(page, "</dt><dd class=\"hash\">");
    text(page, hash);
    raw(page, "</dd>");
}

/* A link only to what can be nothing else: javascript: and its kin stay text. */
static bool is_link(const char *url)
{
    return strncmp(url, "https://", 8) == 0 || strncmp(url, "http://", 7) == 0;
}

static void link_text(struct page *page, const char *url, const char *label)
{
    if (is_link(url)) {
        raw(page, "<a rel=\"noreferrer\" href=\"");
        text(page, url);
        raw(page, "\">");
    }
    text(page, label);
    if (is_link(url))
        raw(page, "</a>");
}

/* ---- Head ---- */

static void head(struct page *page)
{
    const struct report *report = page->report;
    char time[SHAPE_TIME_MAX];
    raw(page, "<!doctype html><html lang=\"");
    raw(page, words_tag(report->lang));
    raw(page, "\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
              "content=\"width=device-width,initial-scale=1\"><meta http-equiv=\"Content-Security-"
              "Policy\" content=\"default-src 'none';img-src ");
    raw(page, page->links ? "'self' file:" : "data:");
    raw(page, ";style-src 'unsafe-inline';form-action 'none';base-uri 'none'\"><meta "
              "name=\"referrer\" content=\"no-referrer\"><title>");
    text(page, report->round->plan_name);
    raw(page, " · ");
    text(page, shape_time(report, report->round->moment_ms, time));
    raw(page, "</title><style>");
    raw(page, html_style);
    raw(page, "</style></head><body>\n<header><p class=\"kicker\">");
    word(page, WORD_REPORT);
    raw(page, "</p><h1>");
    text(page, report->round->plan_name);
    raw(page, report->round->state == ROUND_SIGNED ? "<span class=\"badge signed\">"
                                                   : "<span class=\"badge open-state\">");
    text(page, words_state(report->lang, report->round->state));
    raw(page, "</span></h1></header>\n");
}

static void facts(struct page *page)
{
    const struct store_round *round = page->report->round;
    char number[32];
    snprintf(number, sizeof number, "%lld", (long long)round->plan_version);
    raw(page, "<section><dl>");
    fact_time(page, WORD_MOMENT, round->moment_ms);
    fact(page, WORD_ZONE, page->report->zone);
    fact_time(page, WORD_STARTED, round->started_ms);
    fact_time(page, WORD_FINISHED, round->finished_ms);
    fact(page, WORD_TRIGGER,
         round->is_late ? words_say(page->report->lang, WORD_LATE)
                        : words_trigger(page->report->lang, round->trigger));
    fact_time(page, WORD_DUE, round->due_ms);
    fact(page, WORD_VERSION, number);
    fact(page, WORD_ROUND, round->id);
    fact(page, WORD_REASON, round->error);
    raw(page, "</dl>");
}

static void count(struct page *page, enum word name, int n, const char *class)
{
    raw(page, "<div class=\"");
    raw(page, n > 0 ? class : "");
    raw(page, "\"><b>");
    piece_int(&page->out, n);
    raw(page, "</b><span>");
    word(page, name);
    raw(page, "</span></div>");
}

static void counts(struct page *page)
{
    const struct store_round *round = page->report->round;
    raw(page, "<div class=\"counts\">");
    count(page, WORD_TOTAL, round->total, "");
    count(page, WORD_NORMAL, round->normal, "");
    count(page, WORD_ABNORMAL, round->abnormal, "bad");
    count(page, WORD_NOT_APPLICABLE, round->not_applicable, "");
    count(page, WORD_UNDECIDED, round->undecided, "warn");
    count(page, WORD_FAILED, round->failed, "bad");
    count(page, WORD_CHANGED, round->changed, "warn");
    raw(page, "</div></section>\n");
}

/* ---- Sign-offs ---- */

static void signoff(struct page *page, const struct store_signoff *signoff)
{
    char time[SHAPE_TIME_MAX];
    char signature[2 * SIGNATURE_SIZE + 1];
    hash_hex(signoff->signature, SIGNATURE_SIZE, signature);
    raw(page, "<div class=\"signoff\"><p><b>");
    text(page, signoff->user);
    raw(page, "</b> <span class=\"who\">");
    text(page, shape_time(page->report, signoff->signed_ms, time));
    if (!signoff->is_final) {
        raw(page, " · ");
        word(page, WORD_FIRST_SIGNATURE);
    }
    raw(page, "</span></p><p class=\"words\">");
    text(page, signoff->summary);
    raw(page, "</p><dl class=\"one\">");
    fact(page, WORD_REASONS, shape_reasons(page->op, page->report, signoff->reasons));
    fact_hash(page, WORD_SHOTS_HASH, signoff->shots);
    fact_hash(page, WORD_VERDICTS_HASH, signoff->verdicts);
    fact_hash(page, WORD_BEFORE, signoff->before);
    fact_hash(page, WORD_HASH, signoff->hash);
    fact_hash(page, WORD_SIGNATURE, signature);
    fact_hash(page, WORD_KEY, signoff->key_id);
    raw(page, "</dl></div>");
}

static void signoffs(struct page *page)
{
    raw(page, "<section><h2>");
    word(page, WORD_SIGNOFFS);
    raw(page, "</h2>");
    for (size_t i = 0; i < page->report->signoff_n; i++)
        signoff(page, &page->report->signoffs[i]);
    raw(page, "<p class=\"who\">");
    word(page, page->report->signoff_n ? WORD_VERIFY : WORD_NO_SIGNOFF);
    raw(page, "</p></section>\n");
}

/* ---- What needs attention ---- */

static void mark(struct page *page, const struct store_shot *shot)
{
    enum shape_mark m = shape_mark_of(shot);
    raw(page, "<span class=\"mark ");
    raw(page, shape_mark_class(m));
    raw(page, "\">");
    raw(page, shape_mark_sign(m));
    raw(page, " ");
    text(page, words_shot(page->report->lang, shot));
    raw(page, "</span>");
}

static void anchor(struct page *page, const char *before, const struct store_shot *shot)
{
    raw(page, before);
    piece_int(&page->out, shot->pos);
    raw(page, "\"");
}

static void attention_row(struct page *page, const struct store_shot *shot)
{
    raw(page, "<tr><td>");
    mark(page, shot);
    anchor(page, "</td><td><a href=\"#shot-", shot);
    raw(page, ">");
    text(page, shot->dashboard_title);
    raw(page, " / ");
    text(page, shot->panel_title);
    raw(page, "</a></td><td>");
    text(page, shot->window_key);
    raw(page, "</td><td>");
    text(page, shot->verdict_comment[0] ? shot->verdict_comment : shot->error);
    raw(page, "</td></tr>");
}

static void attention(struct page *page)
{
    const struct store_shot **list = shape_by_attention(page->op, page->report);
    size_t n = 0;
    while (n < page->report->shot_n && shape_mark_of(list[n]) <= MARK_UNDECIDED)
        n++;
    raw(page, "<section><h2>");
    word(page, WORD_ATTENTION);
    raw(page, "</h2>");
    if (n == 0) {
        raw(page, "<p>");
        word(page, WORD_NO_ATTENTION);
        raw(page, "</p></section>\n");
        return;
    }
    raw(page, "<table><thead><tr><th>");
    word(page, WORD_VERDICT);
    raw(page, "</th><th>");
    word(page, WORD_PANEL);
    raw(page, "</th><th>");
    word(page, WORD_WINDOW);
    raw(page, "</th><th>");
    word(page, WORD_COMMENT);
    raw(page, "</th></tr></thead><tbody>");
    for (size_t i = 0; i < n; i++)
        attention_row(page, list[i]);
    raw(page, "</tbody></table></section>\n");
}

/* ---- Shots ---- */

static void empty(struct page *page, const struct store_shot *shot, enum word why_not)
{
    raw(page, "<div class=\"empty\">");
    word(page, why_not);
    if (shot->error[0]) {
        raw(page, "<br>");
        text(page, shot->error);
    }
    raw(page, "</div>");
}

static void image_open(struct page *page, const struct store_shot *shot)
{
    raw(page, "<img decoding=\"async\" alt=\"");
    text(page, shot->panel_title);
    raw(page, ", ");
    text(page, shot->window_key);
    raw(page, "\" src=\"");
}

/* The picture in the page. A part of the op of its own, so that its memory goes at once. */
static int picture(struct page *page, const struct store_shot *shot)
{
    enum report_blob which = page->pictures == REPORT_WITH_THUMBS ? REPORT_THUMB : REPORT_PICTURE;
    struct op part;
    struct bytes data;
    enum word why_not;
    op_init_part(&part, page->op, -1);
    int failed = shape_read(&part, page->report, shot, which, &data, &why_not);
    if (!failed && data.n == 0) {
        empty(page, shot, why_not);
    } else if (!failed) {
        image_open(page, shot);
        raw(page, "data:");
        raw(page, shape_mime(data));
        raw(page, ";base64,");
        piece_base64(&page->out, data);
        raw(page, "\">");
    }
    if (failed)
        op_fail_from(page->op, &part);
    op_fini(&part);
    return failed;
}

static int picture_or_link(struct page *page, const struct store_shot *shot)
{
    if (page->links) {
        const char *path = page->links->of(page->links->ctx, shot);
        if (!path) {
            empty(page, shot, page->links->why_not(page->links->ctx, shot));
            return 0;
        }
        image_open(page, shot);
        text(page, path);
        raw(page, "\">");
        return 0;
    }
    return page->pictures == REPORT_WITH_NONE ? 0 : picture(page, shot);
}

static void findings(struct page *page, const struct store_shot *shot)
{
    const struct jv *list = jv_parse_quiet(&page->op->arena, bytes_of(shot->findings));
    size_t i = 0;
    const char *words;
    int weight;
    if (jv_len(list) == 0)
        return;
    raw(page, "<ul>");
    while (shape_finding(page->op, page->report, list, &i, &words, &weight)) {
        raw(page, weight >= FINDING_SERIOUS   ? "<li class=\"alert\">"
                  : weight == FINDING_WARNING ? "<li class=\"warn\">"
                                              : "<li>");
        text(page, words);
        raw(page, "</li>");
    }
    raw(page, "</ul>");
}

static void links_of(struct page *page, const char *json)
{
    const struct jv *links = jv_parse_quiet(&page->op->arena, bytes_of(json));
    for (size_t i = 0; i < jv_len(links); i++) {
        const char *url = jv_text(jv_item(links, i), "");
        raw(page, " ");
        link_text(page, url, url);
    }
}

static void verdict(struct page *page, const struct store_verdict *v, bool is_newest)
{
    char time[SHAPE_TIME_MAX];
    raw(page, is_newest ? "<p class=\"verdict\">" : "<p class=\"verdict old\">");
    text(page, words_verdict(page->report->lang, v->kind));
    if (v->comment[0]) {
        raw(page, ": ");
        text(page, v->comment);
    }
    if (v->category[0]) {
        raw(page, " [");
        text(page, v->category);
        raw(page, "]");
    }
    links_of(page, v->links);
    raw(page, " <span class=\"who\">— ");
    text(page, v->user);
    raw(page, ", ");
    text(page, shape_time(page->report, v->given_ms, time));
    if (v->how == VERDICT_BULK) {
        raw(page, ", ");
        text(page, words_how(page->report->lang, v->how));
    }
    raw(page, "</span></p>");
}

static void caption(struct page *page, const struct store_shot *shot)
{
    char time[SHAPE_TIME_MAX];
    char hex[BLOB_HEX_MAX];
    struct shape_verdicts mine = shape_verdicts_of(&page->verdicts, shot->row);
    raw(page, "<figcaption><div class=\"top\"><b>");
    text(page, shot->window_key);
    raw(page, "</b>");
    mark(page, shot);
    raw(page, "</div><div class=\"range\">");
    text(page, shape_time(page->report, shot->from_ms, time));
    raw(page, " – ");
    text(page, shape_time(page->report, shot->to_ms, time));
    raw(page, "</div>");
    findings(page, shot);
    for (size_t i = mine.n; i-- > 0;)
        verdict(page, mine.items[i], i + 1 == mine.n);
    if (shot->picture.size > 0) {
        blob_key_hex(shot->picture.key, hex);
        raw(page, "<div class=\"hash\">SHA-256 ");
        raw(page, hex);
        raw(page, "</div>");
    }
    raw(page, "</figcaption>");
}

/* Shots of one panel stand together: one figure a window. Answers how many there are. */
static size_t panel_length(const struct report *report, size_t first)
{
    size_t n = 1;
    while (first + n < report->shot_n &&
           report->shots[first + n].panel_row == report->shots[first].panel_row)
        n++;
    return n;
}

static int panel(struct page *page, const struct store_shot *shots, size_t n)
{
    const char *vars = shape_vars(page->op, shots->vars);
    raw(page, "<section class=\"panel\"><h3>");
    text(page, shots->panel_title);
    if (vars[0]) {
        raw(page, " <span class=\"who\">");
        text(page, vars);
        raw(page, "</span>");
    }
    raw(page, "</h3><div class=\"shots\">");
    for (size_t i = 0; i < n; i++) {
        anchor(page, "<figure id=\"shot-", &shots[i]);
        raw(page, n == 1 ? " class=\"wide\">" : ">");
        if (picture_or_link(page, &shots[i]))
            return -1;
        caption(page, &shots[i]);
        raw(page, "</figure>");
    }
    raw(page, "</div></section>\n");
    return 0;
}

/* What a panel needs of memory goes with it: pages have thousands. */
static int panel_in_part(struct page *page, const struct store_shot *shots, size_t n)
{
    struct op part;
    struct op *whole = page->op;
    op_init_part(&part, whole, -1);
    page->op = &part;
    int failed = panel(page, shots, n);
    page->op = whole;
    if (failed)
        op_fail_from(whole, &part);
    op_fini(&part);
    return failed;
}

static bool is_same_dashboard(const struct store_shot *a, const struct store_shot *b)
{
    return a->source_row == b->source_row && strcmp(a->dashboard_uid, b->dashboard_uid) == 0;
}

static int shots(struct page *page)
{
    const struct report *report = page->report;
    for (size_t i = 0, n; i < report->shot_n; i += n) {
        const struct store_shot *shot = &report->shots[i];
        if (i == 0 || !is_same_dashboard(shot, shot - 1)) {
            raw(page, "<h2>");
            text(page, shot->dashboard_title);
            raw(page, " <span class=\"who\">");
            text(page, shape_source_name(report, shot->source_row));
            raw(page, "</span></h2>\n");
        }
        n = panel_length(report, i);
        if (op_check(page->op) || panel_in_part(page, shot, n))
            return -1;
    }
    return 0;
}

static void foot(struct page *page)
{
    const struct report *report = page->report;
    char time[SHAPE_TIME_MAX];
    raw(page, "<footer>");
    word(page, WORD_MADE);
    raw(page, " ");
    text(page, shape_time(report, report->made_ms, time));
    if (report->made_by[0]) {
        raw(page, " · ");
        word(page, WORD_MADE_BY);
        raw(page, " ");
        text(page, report->made_by);
    }
    raw(page, " · Rounds " ROUNDS_VERSION);
    if (report->base_url[0]) {
        raw(page, " · ");
        const char *url =
            arena_fmt(&page->op->arena, "%s/rounds/%s", report->base_url, report->round->id);
        link_text(page, url, url);
    }
    raw(page, "</footer></body></html>\n");
}

int html_write(struct op *op, const struct report *report, enum report_pictures pictures,
               const struct html_links *links, const struct report_sink *sink)
{
    struct page page = {
        .op = op,
        .report = report,
        .pictures = pictures,
        .links = links,
        .verdicts = shape_verdicts_index(op, report),
    };
    piece_init(&page.out, op, sink);
    head(&page);
    facts(&page);
    counts(&page);
    signoffs(&page);
    attention(&page);
    int failed = shots(&page);
    foot(&page);
    return piece_end(&page.out) || failed ? -1 : 0;
}

int report_html(struct op *op, const struct report *report, enum report_pictures pictures,
                const struct report_sink *sink)
{
    return html_write(op, report, pictures, NULL, sink);
}
