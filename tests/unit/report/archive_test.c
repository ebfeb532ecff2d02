/* XLSX and ZIP, read back with libarchive as somebody else's program would. */
#include "fixture.h"

#include <archive.h>
#include <archive_entry.h>
#include <locale.h>
#include <stdlib.h>

enum { FILES_MAX = 64 };

struct files {
    struct arena arena;
    size_t n;
    struct {
        const char *name;
        struct bytes data;
    } items[FILES_MAX];
};

static void files_read(struct files *files, struct bytes zip)
{
    struct archive *archive = archive_read_new();
    struct archive_entry *entry;
    *files = (struct files){0};
    arena_init(&files->arena);
    archive_read_support_format_zip(archive);
    assert_int_equal(archive_read_open_memory(archive, zip.p, zip.n), ARCHIVE_OK);
    /* This reader converts names to the locale; the flag in the file tells it from what. */
    assert_non_null(setlocale(LC_ALL, "C.UTF-8"));
    for (int got; (got = archive_read_next_header(archive, &entry)) != ARCHIVE_EOF;) {
        assert_int_equal(got, ARCHIVE_OK);
        struct str *data = str_new(&files->arena, 64 << 20);
        char buffer[8192];
        la_ssize_t n;
        while ((n = archive_read_data(archive, buffer, sizeof buffer)) > 0)
            str_add(data, (struct bytes){buffer, (size_t)n});
        assert_true(n == 0);
        assert_true(files->n < FILES_MAX);
        files->items[files->n].name =
            arena_strdup(&files->arena, archive_entry_pathname_utf8(entry));
        files->items[files->n++].data = str_bytes(data);
    }
    archive_read_free(archive);
    setlocale(LC_ALL, "C");
}

/* By the end of its name. */
static struct bytes file_find(const struct files *files, const char *tail)
{
    for (size_t i = 0; i < files->n; i++) {
        if (bytes_has_suffix(bytes_of(files->items[i].name), bytes_of(tail)))
            return files->items[i].data;
    }
    fail_msg("no file %s", tail);
    return BYTES("");
}

static bool has(struct bytes data, const char *text)
{
    return bytes_find(data, bytes_of(text)) >= 0;
}

static void the_workbook_has_its_sheets_and_no_formula(void **state)
{
    struct fixture f;
    struct files files;
    fixture_init(&f, REPORT_ZH_CN);
    struct report_sink sink = fixture_sink(&f);
    assert_int_equal(report_xlsx(&f.op, &f.report, REPORT_WITH_THUMBS, &sink), 0);
    files_read(&files, str_bytes(&f.out));
    struct bytes workbook = file_find(&files, "xl/workbook.xml");
    assert_true(has(workbook, "概要"));
    assert_true(has(workbook, "结论记录"));
    struct bytes shots = file_find(&files, "xl/worksheets/sheet2.xml");
    assert_true(has(shots, "CPU 使用率"));
    assert_true(has(shots, "=HYPERLINK"));
    assert_false(has(shots, "<f>"));
    assert_false(has(shots, "<hyperlink"));
    assert_true(has(shots, "异常"));
    assert_true(bytes_is_utf8(shots));
    struct bytes series = file_find(&files, "xl/worksheets/sheet3.xml");
    assert_true(has(series, "cpu0"));
    assert_true(has(series, "93.5"));
    assert_true(has(file_find(&files, "xl/worksheets/sheet4.xml"), "OPS-131"));
    assert_true(has(file_find(&files, "xl/worksheets/sheet5.xml"), f.signoff.hash));
    assert_true(file_find(&files, "xl/media/image1.png").n > 0);
    arena_fini(&files.arena);
    fixture_fini(&f);
}

/* The number in the first <xdr:row> after the tag. */
static int row_after(const char *drawing, const char *tag)
{
    const char *at = strstr(drawing, tag);
    assert_non_null(at);
    at = strstr(at, "<xdr:row>");
    assert_non_null(at);
    return (int)strtol(at + strlen("<xdr:row>"), NULL, 10);
}

static void a_picture_stays_in_its_row_of_the_workbook(void **state)
{
    struct fixture f;
    struct files files;
    fixture_init(&f, REPORT_EN);
    struct report_sink sink = fixture_sink(&f);
    assert_int_equal(report_xlsx(&f.op, &f.report, REPORT_WITH_THUMBS, &sink), 0);
    files_read(&files, str_bytes(&f.out));
    const char *drawing = arena_copy(&files.arena, file_find(&files, "xl/drawings/drawing1.xml"));
    int n = 0;
    for (const char *at = drawing; (at = strstr(at, "<xdr:from>")); at++, n++)
        assert_int_equal(row_after(at, "<xdr:from>"), row_after(at, "<xdr:to>"));
    assert_int_equal(n, FIXTURE_SHOTS - 1);
    arena_fini(&files.arena);
    fixture_fini(&f);
}

static void a_full_temporary_directory_is_said(void **state)
{
    struct fixture f;
    fixture_init(&f, REPORT_EN);
    struct report_sink sink = fixture_sink(&f);
    f.report.temp_dir = "/nonexistent";
    assert_int_equal(report_xlsx(&f.op, &f.report, REPORT_WITH_NONE, &sink), -1);
    assert_int_equal(f.op.err, ERR_STORAGE);
    fixture_fini(&f);
}

static void all_names_stay_in_one_folder(void **state)
{
    struct fixture f;
    struct files files;
    fixture_init(&f, REPORT_EN);
    struct report_sink sink = fixture_sink(&f);
    assert_int_equal(report_zip(&f.op, &f.report, &sink), 0);
    files_read(&files, str_bytes(&f.out));
    assert_true(files.n > 15);
    for (size_t i = 0; i < files.n; i++) {
        struct bytes name = bytes_of(files.items[i].name);
        assert_true(bytes_has_prefix(name, BYTES("核心交易-早巡检-2026-11-23-08-30/")));
        assert_false(has(name, "/../"));
        assert_false(has(name, "\\"));
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(files.items[i].name, files.items[k].name);
    }
    arena_fini(&files.arena);
    fixture_fini(&f);
}

static void the_sums_are_those_of_the_files(void **state)
{
    struct fixture f;
    struct files files;
    size_t n = 0;
    fixture_init(&f, REPORT_EN);
    struct report_sink sink = fixture_sink(&f);
    assert_int_equal(report_zip(&f.op, &f.report, &sink), 0);
    files_read(&files, str_bytes(&f.out));
    struct bytes rest = file_find(&files, "SHA256SUMS"), line;
    while (bytes_split(&rest, '\n', &line)) {
        if (line.n == 0)
            continue;
        char hex[HASH_HEX_MAX];
        const char *path = arena_copy(&files.arena, bytes_from(line, 66));
        hash_sha256_hex(file_find(&files, arena_fmt(&files.arena, "/%s", path)), hex);
        assert_true(bytes_has_prefix(line, bytes_of(hex)));
        n++;
    }
    assert_int_equal(n, files.n - 1);
    struct bytes page = file_find(&files, "report.html");
    assert_false(has(page, "base64,"));
    assert_true(has(page, "src=\"pictures/00001-%E7%BD%91%E5%85%B3-CPU-"));
    const struct jv *manifest = jv_parse_quiet(&files.arena, file_find(&files, "manifest.json"));
    const struct jv *shots = jv_get(manifest, "shots");
    assert_int_equal(jv_len(shots), FIXTURE_SHOTS);
    const char *picture = jv_text(jv_path(jv_item(shots, 0), "picture.path"), "");
    assert_true(file_find(&files, picture).n > 0);
    assert_true(jv_is_null(jv_get(jv_item(shots, 5), "picture")));
    assert_string_equal(jv_text_at(jv_item(shots, 0), "verdict", ""), "abnormal");
    const struct jv *verdicts = jv_parse_quiet(&files.arena, file_find(&files, "verdicts.json"));
    assert_int_equal(jv_len(verdicts), 3);
    arena_fini(&files.arena);
    fixture_fini(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_workbook_has_its_sheets_and_no_formula),
        cmocka_unit_test(a_picture_stays_in_its_row_of_the_workbook),
        cmocka_unit_test(a_full_temporary_directory_is_said),
        cmocka_unit_test(all_names_stay_in_one_folder),
        cmocka_unit_test(the_sums_are_those_of_the_files),
    };
    /* The daemon runs in whatever locale: names must not depend on it. */
    setlocale(LC_ALL, "C");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
