/* What all kinds of report share. Pure but for the sink and the callbacks of the report, which may
 * block; runs on the thread of the report.
 *
 * Pieces are collected to some 64 KiB, so that a sink (a socket, a file, a ZIP) sees few writes.
 * The error of a write is kept and everything after it dropped: the writers of pages stay straight.
 */
#include "report/shape.h"

#include "base/clock.h"
#include "render/picture.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { PIECE_MAX = 64 * 1024 };

/* ---- Pieces ---- */

void piece_init(struct piece *piece, struct op *op, const struct report_sink *sink)
{
    *piece = (struct piece){.op = op, .sink = sink};
    str_init(&piece->text, 2 * PIECE_MAX);
}

static void flush(struct piece *piece)
{
    if (!piece->has_failed && piece->text.n > 0)
        piece->has_failed =
            piece->sink->write(piece->sink->ctx, piece->op, str_bytes(&piece->text)) != 0;
    str_clear(&piece->text);
}

int piece_end(struct piece *piece)
{
    flush(piece);
    str_fini(&piece->text);
    return piece->has_failed ? -1 : 0;
}

void piece_add(struct piece *piece, struct bytes raw)
{
    if (piece->text.n + raw.n > PIECE_MAX)
        flush(piece);
    if (raw.n <= PIECE_MAX)
        str_add(&piece->text, raw);
    else if (!piece->has_failed)
        piece->has_failed = piece->sink->write(piece->sink->ctx, piece->op, raw) != 0;
}

void piece_adds(struct piece *piece, const char *raw)
{
    piece_add(piece, bytes_of(raw));
}

/* Length of the well-formed UTF-8 character at the front, 0 if there is none. */
static size_t character(struct bytes text)
{
    for (size_t n = 1; n <= 4 && n <= text.n; n++) {
        if (bytes_is_utf8((struct bytes){text.p, n}))
            return n;
    }
    return 0;
}

static const char *entity_of(char c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

void piece_text(struct piece *piece, const char *text)
{
    struct bytes rest = bytes_of(text);
    while (rest.n > 0) {
        size_t n = character(rest);
        const char *entity = n == 1 ? entity_of(rest.p[0]) : NULL;
        bool is_control = n == 1 && ((unsigned char)rest.p[0] < 32 || rest.p[0] == 127) &&
                          rest.p[0] != '\n' && rest.p[0] != '\t';
        if (entity)
            piece_adds(piece, entity);
        else if (n == 0 || is_control)
            piece_adds(piece, "\xef\xbf\xbd");
        else
            piece_add(piece, (struct bytes){rest.p, n});
        rest = bytes_from(rest, n ? n : 1);
    }
}

void piece_int(struct piece *piece, int64_t n)
{
    str_addf(&piece->text, "%lld", (long long)n);
}

void piece_base64(struct piece *piece, struct bytes data)
{
    /* In parts of a multiple of three, so that padding comes only at the end. */
    enum { PART = 3 * 8192 };
    for (size_t at = 0; at < data.n; at += PART) {
        struct arena arena;
        struct bytes part = {data.p + at, data.n - at < PART ? data.n - at : PART};
        arena_init(&arena);
        piece_adds(piece, base64_encode(&arena, part));
        arena_fini(&arena);
    }
}

/* ---- Times and words ---- */

const char *shape_time(const struct report *report, int64_t wall_ms, char out[SHAPE_TIME_MAX])
{
    out[0] = 0;
    if (wall_ms != 0 && report->calls.local_time)
        report->calls.local_time(report->calls.ctx, wall_ms, out, SHAPE_TIME_MAX);
    else if (wall_ms != 0)
        clock_iso(wall_ms, out);
    return out;
}

bool shape_finding(struct op *op, const struct report *report, const struct jv *findings, size_t *i,
                   const char **out_text, int *out_weight)
{
    const struct jv *finding = jv_item(findings, *i);
    if (*i >= jv_len(findings))
        return false;
    ++*i;
    *out_weight = (int)jv_int_at(finding, "weight", FINDING_INFO);
    *out_text = report->calls.say_finding
                    ? report->calls.say_finding(report->calls.ctx, op, report->lang, finding)
                    : words_finding(report->lang, jv_text_at(finding, "kind", "?"));
    return true;
}

const char *shape_source_name(const struct report *report, int64_t row)
{
    for (size_t i = 0; i < report->source_n; i++) {
        if (report->sources[i].row == row)
            return report->sources[i].name;
    }
    return "";
}

static void add_value(struct str *out, const struct jv *value)
{
    if (!jv_is_array(value)) {
        str_adds(out, jv_text(value, ""));
        return;
    }
    for (size_t i = 0; i < jv_len(value); i++) {
        if (i > 0)
            str_adds(out, ", ");
        str_adds(out, jv_text(jv_item(value, i), ""));
    }
}

const char *shape_vars(struct op *op, const char *json)
{
    void *it = NULL;
    const char *name;
    const struct jv *value;
    const struct jv *vars = jv_parse_quiet(&op->arena, bytes_of(json));
    struct str *out = str_new(&op->arena, 4096);
    while (jv_next(vars, &it, &name, &value)) {
        if (out->n > 0)
            str_adds(out, "; ");
        str_adds(out, name);
        str_addc(out, '=');
        add_value(out, value);
    }
    return out->n > 0 ? out->p : "";
}

/* ---- Verdicts by shot ---- */

static int compare_verdicts(const void *a, const void *b)
{
    const struct store_verdict *x = *(const struct store_verdict *const *)a;
    const struct store_verdict *y = *(const struct store_verdict *const *)b;
    if (x->shot_row != y->shot_row)
        return x->shot_row < y->shot_row ? -1 : 1;
    return x->seq < y->seq ? -1 : x->seq > y->seq;
}

struct shape_verdicts shape_verdicts_index(struct op *op, const struct report *report)
{
    struct shape_verdicts all = {
        .items = ARENA_ARRAY(&op->arena, const struct store_verdict *, report->verdict_n + 1),
        .n = report->verdict_n,
    };
    for (size_t i = 0; i < all.n; i++)
        all.items[i] = &report->verdicts[i];
    qsort(all.items, all.n, sizeof all.items[0], compare_verdicts);
    return all;
}

struct shape_verdicts shape_verdicts_of(const struct shape_verdicts *all, int64_t shot_row)
{
    size_t low = 0, high = all->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (all->items[middle]->shot_row < shot_row)
            low = middle + 1;
        else
            high = middle;
    }
    struct shape_verdicts part = {all->items + low, 0};
    while (low + part.n < all->n && part.items[part.n]->shot_row == shot_row)
        part.n++;
    return part;
}

const struct store_shot *shape_shot(const struct report *report, int64_t row)
{
    /* Rows of a round ascend with the position. */
    size_t low = 0, high = report->shot_n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (report->shots[middle].row < row)
            low = middle + 1;
        else
            high = middle;
    }
    return low < report->shot_n && report->shots[low].row == row ? &report->shots[low] : NULL;
}

const char *shape_links(struct op *op, const char *json)
{
    const struct jv *links = jv_parse_quiet(&op->arena, bytes_of(json));
    struct str *out = str_new(&op->arena, 16384);
    for (size_t i = 0; i < jv_len(links); i++) {
        if (i > 0)
            str_addc(out, '\n');
        str_adds(out, jv_text(jv_item(links, i), ""));
    }
    return out->n > 0 ? out->p : "";
}

/* ---- Attention ---- */

static const struct store_shot *shot_by_id(const struct report *report, const char *id)
{
    for (size_t i = 0; i < report->shot_n; i++)
        if (strcmp(report->shots[i].id, id) == 0)
            return &report->shots[i];
    return NULL;
}

const char *shape_reasons(struct op *op, const struct report *report, const char *json)
{
    const struct jv *list = jv_parse_quiet(&op->arena, bytes_of(json));
    struct str *out = str_new(&op->arena, 4 << 20);
    if (!jv_is_array(list))
        return json;
    for (size_t i = 0; i < jv_len(list); i++) {
        const char *id = jv_text_at(jv_item(list, i), "shot", "");
        const struct store_shot *shot = shot_by_id(report, id);
        if (shot)
            str_addf(out, "%s%s / %s · %s: ", i ? "\n" : "", shot->dashboard_title,
                     shot->panel_title, shot->window_key);
        else
            str_addf(out, "%s%s: ", i ? "\n" : "", id);
        str_adds(out, jv_text_at(jv_item(list, i), "reason", ""));
    }
    return out->p;
}

enum shape_mark shape_mark_of(const struct store_shot *shot)
{
    switch (shot->verdict) {
    case VERDICT_NORMAL:
        return MARK_NORMAL;
    case VERDICT_ABNORMAL:
        return MARK_ABNORMAL;
    case VERDICT_NOT_APPLICABLE:
        return MARK_NOT_APPLICABLE;
    default:
        break;
    }
    if (shot->state == SHOT_FAILED)
        return MARK_FAILED;
    return shot->state == SHOT_DONE ? MARK_UNDECIDED : MARK_OPEN;
}

const char *shape_mark_sign(enum shape_mark mark)
{
    static const char *const signs[] = {
        [MARK_ABNORMAL] = "✕", [MARK_FAILED] = "!",         [MARK_UNDECIDED] = "?",
        [MARK_OPEN] = "…",     [MARK_NOT_APPLICABLE] = "–", [MARK_NORMAL] = "✓",
    };
    return signs[mark];
}

const char *shape_mark_class(enum shape_mark mark)
{
    static const char *const classes[] = {
        [MARK_ABNORMAL] = "abnormal", [MARK_FAILED] = "failed",     [MARK_UNDECIDED] = "undecided",
        [MARK_OPEN] = "open",         [MARK_NOT_APPLICABLE] = "na", [MARK_NORMAL] = "normal",
    };
    return classes[mark];
}

static double change_of(const struct store_shot *shot)
{
    return isnan(shot->change_score) ? -1 : shot->change_score;
}

static int compare_attention(const void *a, const void *b)
{
    const struct store_shot *x = *(const struct store_shot *const *)a;
    const struct store_shot *y = *(const struct store_shot *const *)b;
    int by_mark = (int)shape_mark_of(x) - (int)shape_mark_of(y);
    if (by_mark)
        return by_mark;
    if (x->weight != y->weight)
        return y->weight - x->weight;
    if (change_of(x) != change_of(y))
        return change_of(x) > change_of(y) ? -1 : 1;
    return x->pos < y->pos ? -1 : x->pos > y->pos;
}

const struct store_shot **shape_by_attention(struct op *op, const struct report *report)
{
    const struct store_shot **list =
        ARENA_ARRAY(&op->arena, const struct store_shot *, report->shot_n + 1);
    for (size_t i = 0; i < report->shot_n; i++)
        list[i] = &report->shots[i];
    qsort(list, report->shot_n, sizeof list[0], compare_attention);
    return list;
}

/* ---- Blobs and files ---- */

static const struct format {
    const char *mime, *extension;
} formats[] = {
    {"image/png", "png"},
    {"image/jpeg", "jpg"},
    {"image/webp", "webp"},
    {"application/octet-stream", "bin"},
};

static const struct format *format_of(struct bytes data)
{
    if (bytes_has_prefix(data, BYTES("\x89PNG\r\n\x1a\n")))
        return &formats[0];
    if (bytes_has_prefix(data, BYTES("\xff\xd8\xff")))
        return &formats[1];
    if (bytes_has_prefix(data, BYTES("RIFF")) && data.n > 12 &&
        bytes_has_prefix(bytes_from(data, 8), BYTES("WEBP")))
        return &formats[2];
    return &formats[3];
}

const char *shape_mime(struct bytes picture)
{
    return format_of(picture)->mime;
}

const char *shape_extension(struct bytes picture)
{
    return format_of(picture)->extension;
}

bool shape_png_size(struct bytes picture, double *out_width, double *out_height)
{
    int width, height;
    if (!picture_size(picture, &width, &height) || width < 1 || height < 1)
        return false;
    *out_width = width;
    *out_height = height;
    return true;
}

static int64_t size_of(const struct store_shot *shot, enum report_blob which)
{
    return which == REPORT_PICTURE ? shot->picture.size
           : which == REPORT_THUMB ? shot->thumb.size
           : which == REPORT_DATA  ? shot->data.size
                                   : shot->frames.size;
}

int shape_read(struct op *op, const struct report *report, const struct store_shot *shot,
               enum report_blob which, struct bytes *out, enum word *why_not)
{
    *out = (struct bytes){"", 0};
    *why_not = WORD_NO_PICTURE;
    if (size_of(shot, which) <= 0)
        return 0;
    *why_not = WORD_PICTURE_GONE;
    if (shot->is_expired)
        return 0;
    if (report->calls.read(report->calls.ctx, op, shot, which, out) == 0)
        return 0;
    *out = (struct bytes){"", 0};
    if (op->err != ERR_GONE && op->err != ERR_STORAGE)
        return -1;
    if (op->err == ERR_STORAGE)
        *why_not = WORD_PICTURE_DAMAGED;
    op_clear(op);
    return 0;
}

static bool is_file_letter(const char *p, size_t n)
{
    unsigned char c = (unsigned char)p[0];
    if (n > 1)
        return !(n == 3 && c == 0xe2 && (unsigned char)p[1] <= 0x81) && /* spaces, directions */
               !(n == 3 && c == 0xe3 && (unsigned char)p[1] == 0x80) && /* 　、。 */
               !(n == 3 && c == 0xef && (unsigned char)p[1] >= 0xbb);   /* full-width / : … */
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           c == '.';
}

void shape_file_word(const char *text, size_t max, struct str *out)
{
    struct bytes rest = bytes_of(text);
    size_t start = out->n;
    while (rest.n > 0) {
        size_t n = character(rest);
        bool is_good = n > 0 && is_file_letter(rest.p, n);
        bool is_first = out->n == start;
        if (out->n - start + (n ? n : 1) > max)
            break;
        /* Anything else is a dash, one for many, none at the ends; no dot at the front. */
        if (is_good && !(is_first && rest.p[0] == '.'))
            str_add(out, (struct bytes){rest.p, n});
        else if (!is_first && out->p[out->n - 1] != '-')
            str_addc(out, '-');
        rest = bytes_from(rest, n ? n : 1);
    }
    while (out->n > start && (out->p[out->n - 1] == '-' || out->p[out->n - 1] == '.'))
        str_cut(out, out->n - 1);
    if (out->n == start)
        str_addc(out, '_');
}

const char *report_file_name(struct op *op, const struct report *report, const char *extension)
{
    char time[SHAPE_TIME_MAX];
    struct str *name = str_new(&op->arena, 256);
    shape_file_word(report->round->plan_name, 80, name);
    str_addc(name, '-');
    shape_time(report, report->round->moment_ms, time);
    time[16] = 0; /* to the minute */
    shape_file_word(time, 20, name);
    str_addc(name, '.');
    str_adds(name, extension);
    return name->p;
}
