/* The report as a workbook: summary, shots, series, verdicts, sign-offs. Runs on the thread of the
 * report; the only includer of libxlsxwriter.
 *
 * The library writes to a path, so the workbook goes through a file in the temporary directory that
 * is removed whatever happens. Texts are written as strings and never as formulas or links, so what
 * a stranger called his panel does nothing when the sheet is opened. Rows are written in order and
 * leave memory at once (constant_memory).
 */
#include "report/shape.h"

#include "base/cleanup.h"
#include "sys/file.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xlsxwriter.h>

enum { CELL_MAX = 32000, PICTURE_ROW_PX = 110, PICTURE_COLUMN_PX = 200, HEAD_ROW_PX = 20 };

struct book {
    struct op *op;
    const struct report *report;
    lxw_workbook *workbook;
    enum report_blob which; /* what is put beside the shots */
    lxw_worksheet *sheet;   /* the one being written */
    lxw_row_t row;
    lxw_col_t col;
    lxw_format *bold, *head, *wrap, *red, *number, *percent;
    bool has_failed;
};

/* ---- Cells, from left to right ---- */

static void keep(struct book *book, lxw_error error)
{
    book->has_failed |= error != LXW_NO_ERROR;
}

/* A cell holds 32767 characters; what is longer ends in an ellipsis. Broken UTF-8 would make the
 * whole file unreadable. */
static const char *cell_text(struct book *book, const char *text)
{
    struct bytes b = bytes_of(text);
    if (b.n <= CELL_MAX && bytes_is_utf8(b))
        return text;
    size_t n = b.n < CELL_MAX ? b.n : CELL_MAX;
    while (n > 0 && !bytes_is_utf8((struct bytes){b.p, n}) && n + 4 > CELL_MAX)
        n--;
    if (!bytes_is_utf8((struct bytes){b.p, n}))
        return "\xef\xbf\xbd";
    return arena_fmt(&book->op->arena, "%.*s…", (int)n, b.p);
}

static void put(struct book *book, const char *text, lxw_format *format)
{
    if (text[0])
        keep(book, worksheet_write_string(book->sheet, book->row, book->col, cell_text(book, text),
                                          format));
    book->col++;
}

static void put_text(struct book *book, const char *text)
{
    put(book, text, book->wrap);
}

static void put_number(struct book *book, double n, lxw_format *format)
{
    if (isfinite(n))
        keep(book, worksheet_write_number(book->sheet, book->row, book->col, n, format));
    book->col++;
}

static void put_time(struct book *book, int64_t wall_ms)
{
    char time[SHAPE_TIME_MAX];
    put(book, shape_time(book->report, wall_ms, time), NULL);
}

static void put_hash(struct book *book, const struct store_blob_ref *blob)
{
    char hex[BLOB_HEX_MAX] = "";
    if (blob->size > 0)
        blob_key_hex(blob->key, hex);
    put(book, hex, NULL);
}

static void next_row(struct book *book)
{
    book->row++;
    book->col = 0;
}

struct column {
    enum word title;
    double width;
};

static void sheet_begin(struct book *book, enum word name, const struct column *columns, size_t n)
{
    book->sheet = workbook_add_worksheet(book->workbook, words_say(book->report->lang, name));
    book->row = 0;
    book->col = 0;
    book->has_failed |= !book->sheet;
    for (size_t i = 0; i < n && book->sheet; i++) {
        keep(book,
             worksheet_set_column(book->sheet, (lxw_col_t)i, (lxw_col_t)i, columns[i].width, NULL));
        put(book, words_say(book->report->lang, columns[i].title), book->head);
    }
    if (n == 0 || !book->sheet)
        return;
    worksheet_freeze_panes(book->sheet, 1, 0);
    keep(book, worksheet_set_row_pixels(book->sheet, 0, HEAD_ROW_PX, NULL));
    next_row(book);
}

static void sheet_end(struct book *book, size_t columns)
{
    if (book->row > 1)
        keep(book,
             worksheet_autofilter(book->sheet, 0, 0, book->row - 1, (lxw_col_t)(columns - 1)));
}

#define COLUMNS(list) list, sizeof list / sizeof list[0]

/* ---- Sheets ---- */

static void pair(struct book *book, enum word name, const char *value)
{
    put(book, words_say(book->report->lang, name), book->bold);
    put_text(book, value);
    next_row(book);
}

static void pair_time(struct book *book, enum word name, int64_t wall_ms)
{
    char time[SHAPE_TIME_MAX];
    pair(book, name, shape_time(book->report, wall_ms, time));
}

static void pair_number(struct book *book, enum word name, double n)
{
    put(book, words_say(book->report->lang, name), book->bold);
    put_number(book, n, NULL);
    next_row(book);
}

static void summary(struct book *book)
{
    const struct report *report = book->report;
    const struct store_round *round = report->round;
    sheet_begin(book, WORD_SUMMARY, NULL, 0);
    if (!book->sheet)
        return;
    keep(book, worksheet_set_column(book->sheet, 0, 0, 24, NULL));
    keep(book, worksheet_set_column(book->sheet, 1, 1, 60, NULL));
    pair(book, WORD_PLAN, round->plan_name);
    pair(book, WORD_ROUND, round->id);
    pair(book, WORD_STATE, words_state(report->lang, round->state));
    pair_time(book, WORD_MOMENT, round->moment_ms);
    pair(book, WORD_ZONE, report->zone);
    pair_time(book, WORD_STARTED, round->started_ms);
    pair_time(book, WORD_FINISHED, round->finished_ms);
    pair(book, WORD_TRIGGER, words_trigger(report->lang, round->trigger));
    pair_number(book, WORD_VERSION, (double)round->plan_version);
    pair_number(book, WORD_TOTAL, round->total);
    pair_number(book, WORD_NORMAL, round->normal);
    pair_number(book, WORD_ABNORMAL, round->abnormal);
    pair_number(book, WORD_NOT_APPLICABLE, round->not_applicable);
    pair_number(book, WORD_UNDECIDED, round->undecided);
    pair_number(book, WORD_FAILED, round->failed);
    pair_number(book, WORD_CHANGED, round->changed);
    pair_time(book, WORD_MADE, report->made_ms);
    pair(book, WORD_MADE_BY, report->made_by);
}

static const char *findings_text(struct book *book, const struct store_shot *shot)
{
    const struct jv *list = jv_parse_quiet(&book->op->arena, bytes_of(shot->findings));
    struct str *out = str_new(&book->op->arena, CELL_MAX);
    size_t i = 0;
    const char *text;
    int weight;
    while (shape_finding(book->op, book->report, list, &i, &text, &weight)) {
        if (out->n > 0)
            str_addc(out, '\n');
        str_adds(out, text);
    }
    return out->n > 0 ? out->p : "";
}

/* How much smaller the picture has to be to stand in its cell. Thumbnails of other kinds than PNG
 * are 400 pixels wide. */
static double scale_of(struct bytes picture)
{
    double width = 400, height = 200;
    shape_png_size(picture, &width, &height);
    return fmin((PICTURE_COLUMN_PX - 4) / width, (PICTURE_ROW_PX - 4) / height);
}

/* The picture beside the row. The library reads PNG and JPEG only. */
static int put_picture(struct book *book, const struct store_shot *shot)
{
    struct op part;
    struct bytes data;
    enum word why_not;
    op_init_part(&part, book->op, -1);
    int failed = shape_read(&part, book->report, shot, book->which, &data, &why_not);
    const char *extension = shape_extension(data);
    if (failed) {
        op_fail_from(book->op, &part);
    } else if (strcmp(extension, "png") == 0 || strcmp(extension, "jpg") == 0) {
        lxw_image_options options = {.x_scale = scale_of(data),
                                     .y_scale = scale_of(data),
                                     .x_offset = 2,
                                     .y_offset = 2,
                                     .object_position = LXW_OBJECT_MOVE_AND_SIZE,
                                     .description = (char *)shot->panel_title};
        keep(book,
             worksheet_insert_image_buffer_opt(book->sheet, book->row, book->col,
                                               (const unsigned char *)data.p, data.n, &options));
    }
    book->col++;
    op_fini(&part);
    return failed;
}

static void shot_cells(struct book *book, const struct store_shot *shot)
{
    const struct report *report = book->report;
    enum shape_mark mark = shape_mark_of(shot);
    put_number(book, shot->pos, NULL);
    put_text(book, shape_source_name(report, shot->source_row));
    put_text(book, shot->dashboard_title);
    put_text(book, shot->panel_title);
    put_text(book, shape_vars(book->op, shot->vars));
    put_text(book, shot->window_key);
    put_time(book, shot->from_ms);
    put_time(book, shot->to_ms);
    put(book, words_shot(report->lang, shot), mark <= MARK_FAILED ? book->red : NULL);
    put_text(book, shot->verdict_comment);
    put_text(book, shot->verdict_by);
    put_time(book, shot->verdict_ms);
    put_text(book, findings_text(book, shot));
    put_number(book, shot->change_score, book->percent);
    put_text(book, shot->error);
    put_time(book, shot->taken_ms);
    put_hash(book, &shot->picture);
    put_hash(book, &shot->data);
}

/* What a row needs of memory goes with it: sheets have thousands. */
static void shot_row(struct book *book, const struct store_shot *shot)
{
    struct op part;
    struct op *whole = book->op;
    op_init_part(&part, whole, -1);
    book->op = &part;
    shot_cells(book, shot);
    book->op = whole;
    op_fini(&part);
}

static int shots(struct book *book, bool with_pictures)
{
    static const struct column columns[] = {
        {WORD_NUMBER, 6},     {WORD_SOURCE, 16},  {WORD_DASHBOARD, 24}, {WORD_PANEL, 28},
        {WORD_VARIABLES, 16}, {WORD_WINDOW, 20},  {WORD_FROM, 20},      {WORD_TO, 20},
        {WORD_VERDICT, 12},   {WORD_COMMENT, 36}, {WORD_BY, 14},        {WORD_AT, 20},
        {WORD_FINDINGS, 40},  {WORD_CHANGE, 9},   {WORD_REASON, 30},    {WORD_TAKEN, 20},
        {WORD_PICTURE, 66},   {WORD_DATA, 66},
    };
    sheet_begin(book, WORD_SHOTS, COLUMNS(columns));
    lxw_col_t last = (lxw_col_t)(sizeof columns / sizeof columns[0]);
    if (with_pictures && book->sheet) {
        keep(book, worksheet_set_column_pixels(book->sheet, last, last, PICTURE_COLUMN_PX, NULL));
        /* For the whole sheet: rows that have left memory are measured by the default, and a picture
         * that was measured so would be drawn over the rows below it. */
        worksheet_set_default_row(book->sheet, PICTURE_ROW_PX * 0.75, false);
    }
    for (size_t i = 0; i < book->report->shot_n && !book->has_failed; i++) {
        if (op_check(book->op))
            return -1;
        shot_row(book, &book->report->shots[i]);
        if (with_pictures && put_picture(book, &book->report->shots[i]))
            return -1;
        next_row(book);
    }
    sheet_end(book, sizeof columns / sizeof columns[0]);
    return 0;
}

static void series_row(struct book *book, const struct store_shot *shot,
                       const struct store_series *series)
{
    put_number(book, shot->pos, NULL);
    put_text(book, shot->panel_title);
    put_text(book, shot->window_key);
    put_text(book, series->name);
    put_text(book, series->unit);
    put_number(book, series->last, NULL);
    put_number(book, series->min, NULL);
    put_number(book, series->max, NULL);
    put_number(book, series->mean, NULL);
    put_number(book, series->missing_share, book->percent);
    put_number(book, (double)series->points, NULL);
    next_row(book);
}

static void series(struct book *book)
{
    static const struct column columns[] = {
        {WORD_NUMBER, 6}, {WORD_PANEL, 28},  {WORD_WINDOW, 20}, {WORD_NAME, 40},
        {WORD_UNIT, 10},  {WORD_LAST, 14},   {WORD_MIN, 14},    {WORD_MAX, 14},
        {WORD_MEAN, 14},  {WORD_MISSING, 9}, {WORD_POINTS, 9},
    };
    sheet_begin(book, WORD_SERIES, COLUMNS(columns));
    for (size_t i = 0; i < book->report->shot_n && !book->has_failed; i++) {
        const struct store_shot *shot = &book->report->shots[i];
        for (size_t k = 0; k < shot->series_n; k++)
            series_row(book, shot, &shot->series[k]);
    }
    sheet_end(book, sizeof columns / sizeof columns[0]);
}

static void verdicts(struct book *book)
{
    static const struct column columns[] = {
        {WORD_NUMBER, 8},   {WORD_PANEL, 28},    {WORD_WINDOW, 20}, {WORD_VERDICT, 12},
        {WORD_COMMENT, 50}, {WORD_CATEGORY, 16}, {WORD_LINKS, 30},  {WORD_BY, 14},
        {WORD_AT, 20},      {WORD_HOW, 10},      {WORD_DWELL, 12},  {WORD_HASH, 66},
    };
    sheet_begin(book, WORD_VERDICTS, COLUMNS(columns));
    for (size_t i = 0; i < book->report->verdict_n && !book->has_failed; i++) {
        const struct store_verdict *v = &book->report->verdicts[i];
        const struct store_shot *shot = shape_shot(book->report, v->shot_row);
        put_number(book, (double)v->seq, NULL);
        put_text(book, shot ? shot->panel_title : v->panel_title);
        put_text(book, shot ? shot->window_key : "");
        put(book, words_verdict(book->report->lang, v->kind),
            v->kind == VERDICT_ABNORMAL ? book->red : NULL);
        put_text(book, v->comment);
        put_text(book, v->category);
        put_text(book, shape_links(book->op, v->links));
        put_text(book, v->user);
        put_time(book, v->given_ms);
        put_text(book, words_how(book->report->lang, v->how));
        put_number(book, (double)v->dwell_ms / 1000, book->number);
        put(book, v->hash, NULL);
        next_row(book);
    }
    sheet_end(book, sizeof columns / sizeof columns[0]);
}

static void signoffs(struct book *book)
{
    static const struct column columns[] = {
        {WORD_SIGNED_BY, 18},  {WORD_SIGNED_AT, 20},     {WORD_SUMMARY, 60}, {WORD_REASONS, 40},
        {WORD_SHOTS_HASH, 66}, {WORD_VERDICTS_HASH, 66}, {WORD_BEFORE, 66},  {WORD_HASH, 66},
        {WORD_SIGNATURE, 130}, {WORD_KEY, 20},
    };
    sheet_begin(book, WORD_SIGNOFFS, COLUMNS(columns));
    for (size_t i = 0; i < book->report->signoff_n && !book->has_failed; i++) {
        const struct store_signoff *s = &book->report->signoffs[i];
        char signature[2 * SIGNATURE_SIZE + 1];
        hash_hex(s->signature, SIGNATURE_SIZE, signature);
        put_text(book, s->user);
        put_time(book, s->signed_ms);
        put_text(book, s->summary);
        put_text(book, shape_reasons(book->op, book->report, s->reasons));
        put(book, s->shots, NULL);
        put(book, s->verdicts, NULL);
        put(book, s->before, NULL);
        put(book, s->hash, NULL);
        put(book, signature, NULL);
        put(book, s->key_id, NULL);
        next_row(book);
    }
}

/* ---- The file ---- */

static void formats(struct book *book)
{
    book->bold = workbook_add_format(book->workbook);
    format_set_bold(book->bold);
    book->head = workbook_add_format(book->workbook);
    format_set_bold(book->head);
    format_set_bottom(book->head, LXW_BORDER_THIN);
    book->wrap = workbook_add_format(book->workbook);
    format_set_text_wrap(book->wrap);
    format_set_align(book->wrap, LXW_ALIGN_VERTICAL_TOP);
    book->red = workbook_add_format(book->workbook);
    format_set_font_color(book->red, 0xB3261E);
    format_set_bold(book->red);
    book->number = workbook_add_format(book->workbook);
    format_set_num_format(book->number, "0.0");
    book->percent = workbook_add_format(book->workbook);
    format_set_num_format(book->percent, "0.0%");
}

/* The library holds all pictures until the end. */
static enum report_pictures fitting(const struct report *report, enum report_pictures pictures)
{
    int64_t bytes = 0;
    for (size_t i = 0; i < report->shot_n; i++)
        bytes += report->shots[i].picture.size;
    return pictures == REPORT_WITH_FULL && bytes > REPORT_XLSX_FULL_MAX ? REPORT_WITH_NONE
                                                                        : pictures;
}

static const char *temp_dir(const struct report *report)
{
    return report->temp_dir && report->temp_dir[0] ? report->temp_dir : "/tmp";
}

static int write_book(struct op *op, const struct report *report, enum report_pictures pictures,
                      const char *path)
{
    lxw_workbook_options options = {
        .constant_memory = LXW_TRUE, .use_zip64 = LXW_TRUE, .tmpdir = (char *)temp_dir(report)};
    struct book book = {.op = op,
                        .report = report,
                        .which = pictures == REPORT_WITH_FULL ? REPORT_PICTURE : REPORT_THUMB};
    book.workbook = workbook_new_opt(path, &options);
    if (!book.workbook)
        return op_fail(op, ERR_STORAGE, "cannot begin a workbook in the temporary directory");
    formats(&book);
    summary(&book);
    int failed = shots(&book, pictures != REPORT_WITH_NONE);
    series(&book);
    verdicts(&book);
    signoffs(&book);
    lxw_error error = workbook_close(book.workbook);
    if (failed)
        return -1;
    if (error != LXW_NO_ERROR || book.has_failed)
        return op_fail(op, ERR_STORAGE,
                       "cannot write the workbook: %s (is the temporary directory "
                       "full?)",
                       error != LXW_NO_ERROR ? lxw_strerror(error) : "a cell was refused");
    return 0;
}

static int copy_out(struct op *op, int fd, const struct report_sink *sink)
{
    char buffer[65536];
    for (;;) {
        ssize_t n = read(fd, buffer, sizeof buffer);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return op_fail(op, ERR_STORAGE, "cannot read the workbook back: %s", strerror(errno));
        if (n == 0)
            return 0;
        if (op_check(op) || sink->write(sink->ctx, op, (struct bytes){buffer, (size_t)n}))
            return -1;
    }
}

int report_xlsx(struct op *op, const struct report *report, enum report_pictures pictures,
                const struct report_sink *sink)
{
    char *path = arena_fmt(&op->arena, "%s/rounds-XXXXXX", temp_dir(report));
    FD_CLOSE int fd = mkstemp(path);
    if (fd < 0)
        return op_fail(op, ERR_STORAGE, "cannot make %s: %s", path, strerror(errno));
    int failed = write_book(op, report, fitting(report, pictures), path);
    if (!failed) {
        /* The library opens the path anew and truncates it: the same file. */
        failed = copy_out(op, fd, sink);
    }
    unlink(path);
    return failed;
}
