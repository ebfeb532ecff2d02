#include "fixture.h"

static void write_page(struct fixture *f, enum report_pictures pictures)
{
    struct report_sink sink = fixture_sink(f);
    str_clear(&f->out);
    assert_int_equal(report_html(&f->op, &f->report, pictures, &sink), 0);
}

static void the_page_tells_the_round_in_both_languages(void **state)
{
    struct fixture f;
    fixture_init(&f, REPORT_ZH_CN);
    write_page(&f, REPORT_WITH_FULL);
    assert_true(fixture_has(&f, "<html lang=\"zh-CN\">"));
    assert_true(fixture_has(&f, "已签核"));
    assert_true(fixture_has(&f, "Asia/Shanghai"));
    assert_true(fixture_has(&f, "2026-11-23 08:30:00"));
    assert_true(fixture_has(&f, "网关"));
    assert_true(fixture_has(&f, "生产 Grafana"));
    assert_true(fixture_has(&f, "host=a, b; zone=cn"));
    assert_true(fixture_has(&f, "threshold: max 93 &gt; 90"));
    assert_true(fixture_has(&f, "disk 93 % &amp; rising"));
    assert_true(fixture_has(&f, "OPS-131"));
    assert_true(fixture_has(&f, "李伟"));
    assert_true(fixture_has(&f, "批量"));
    assert_true(fixture_has(&f, f.signoff.hash));
    assert_true(fixture_has(&f, "Gateway watched &amp; handed over"));
    f.report.lang = REPORT_EN;
    write_page(&f, REPORT_WITH_FULL);
    assert_true(fixture_has(&f, "<html lang=\"en\">"));
    assert_true(fixture_has(&f, "signed off"));
    assert_true(fixture_has(&f, "Abnormal"));
    fixture_fini(&f);
}

static void strangers_texts_stay_text(void **state)
{
    struct fixture f;
    fixture_init(&f, REPORT_EN);
    write_page(&f, REPORT_WITH_FULL);
    assert_false(fixture_has(&f, "<script"));
    assert_true(fixture_has(&f, "&lt;script&gt;alert(1)&lt;/script&gt;"));
    assert_false(fixture_has(&f, "href=\"javascript:"));
    assert_true(fixture_has(&f, "href=\"https://tickets/OPS-131?a=1&amp;b=2\""));
    assert_true(fixture_has(&f, "Orders &quot;EU&quot; &amp; more"));
    assert_true(fixture_has(&f, "bad\xef\xbf\xbd utf8\xef\xbf\xbd"));
    assert_true(fixture_has(&f, "503 &lt;b&gt;"));
    assert_true(bytes_is_utf8(str_bytes(&f.out)));
    fixture_fini(&f);
}

static size_t count(const struct fixture *f, const char *text)
{
    size_t n = 0;
    struct bytes rest = str_bytes(&f->out);
    for (ssize_t at; (at = bytes_find(rest, bytes_of(text))) >= 0; n++)
        rest = bytes_from(rest, (size_t)at + 1);
    return n;
}

static void pictures_are_in_the_page_and_nothing_is_fetched(void **state)
{
    struct fixture f;
    fixture_init(&f, REPORT_EN);
    write_page(&f, REPORT_WITH_FULL);
    const char *base64 = base64_encode(&f.op.arena, BYTES(FIXTURE_PNG));
    assert_true(
        fixture_has(&f, arena_fmt(&f.op.arena, "src=\"data:image/png;base64,%s\"", base64)));
    assert_int_equal(count(&f, "<img"), 5);
    assert_int_equal(count(&f, "src=\"http"), 0);
    assert_int_equal(count(&f, "url("), 0);
    assert_int_equal(count(&f, "<link"), 0);
    assert_true(fixture_has(&f, "default-src 'none';img-src data:"));
    write_page(&f, REPORT_WITH_NONE);
    assert_int_equal(count(&f, "<img"), 0);
    fixture_fini(&f);
}

static void a_picture_that_is_gone_is_said_and_the_rest_goes_on(void **state)
{
    struct fixture f;
    fixture_init(&f, REPORT_EN);
    f.read_fails = ERR_GONE;
    write_page(&f, REPORT_WITH_FULL);
    assert_true(fixture_has(&f, "removed by retention"));
    assert_int_equal(count(&f, "<img"), 4);
    f.read_fails = ERR_STORAGE;
    write_page(&f, REPORT_WITH_FULL);
    assert_true(fixture_has(&f, "not what was recorded"));
    assert_int_equal(f.op.err, ERR_NONE);
    f.read_fails = ERR_TIMEOUT;
    struct report_sink sink = fixture_sink(&f);
    assert_int_equal(report_html(&f.op, &f.report, REPORT_WITH_FULL, &sink), -1);
    assert_int_equal(f.op.err, ERR_TIMEOUT);
    fixture_fini(&f);
}

static int refuse(void *ctx, struct op *op, struct bytes piece)
{
    return op_fail(op, ERR_CANCELLED, "the reader is gone");
}

static void a_reader_that_goes_away_ends_the_report(void **state)
{
    struct fixture f;
    fixture_init(&f, REPORT_EN);
    struct report_sink sink = {refuse, NULL};
    assert_int_equal(report_html(&f.op, &f.report, REPORT_WITH_FULL, &sink), -1);
    assert_int_equal(f.op.err, ERR_CANCELLED);
    fixture_fini(&f);
}

static void an_unsigned_round_says_so(void **state)
{
    struct fixture f;
    fixture_init(&f, REPORT_EN);
    f.round.state = ROUND_REVIEW;
    f.report.signoff_n = 0;
    f.report.shot_n = 0;
    f.report.verdict_n = 0;
    write_page(&f, REPORT_WITH_FULL);
    assert_true(fixture_has(&f, "Not signed off"));
    assert_true(fixture_has(&f, "Nothing abnormal"));
    fixture_fini(&f);
}

static void the_pdf_is_the_page_with_what_fits(void **state)
{
    struct fixture f;
    fixture_init(&f, REPORT_EN);
    struct report_sink sink = fixture_sink(&f);
    assert_int_equal(report_pdf(&f.op, &f.report, &sink), 0);
    assert_int_equal(f.out.n, 1000);
    assert_int_equal(f.asked.kind, REPORT_PRINT_PDF);
    assert_non_null(strstr(f.asked.footer, "&lt;早巡检&gt;"));
    assert_non_null(strstr(f.printed, "<!doctype html>"));
    f.report.calls.print_page = NULL;
    assert_int_equal(report_pdf(&f.op, &f.report, &sink), -1);
    assert_int_equal(f.op.err, ERR_UNAVAILABLE);
    fixture_fini(&f);
}

static void the_contact_sheet_shrinks_until_it_fits(void **state)
{
    struct fixture f;
    struct bytes out;
    fixture_init(&f, REPORT_ZH_CN);
    f.print_bytes = 3000;
    f.print_less = 900;
    assert_int_equal(report_contact_sheet(&f.op, &f.report, 2000, &out), 0);
    assert_true(out.n <= 2000);
    assert_int_equal(f.prints, 3);
    assert_int_equal(f.asked.kind, REPORT_PRINT_JPEG);
    assert_non_null(strstr(f.printed, "异常"));
    f.print_bytes = 100000;
    f.print_less = 0;
    assert_int_equal(report_contact_sheet(&f.op, &f.report, 2000, &out), -1);
    assert_int_equal(f.op.err, ERR_TOO_LARGE);
    fixture_fini(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_page_tells_the_round_in_both_languages),
        cmocka_unit_test(strangers_texts_stay_text),
        cmocka_unit_test(pictures_are_in_the_page_and_nothing_is_fetched),
        cmocka_unit_test(a_picture_that_is_gone_is_said_and_the_rest_goes_on),
        cmocka_unit_test(a_reader_that_goes_away_ends_the_report),
        cmocka_unit_test(an_unsigned_round_says_so),
        cmocka_unit_test(the_pdf_is_the_page_with_what_fits),
        cmocka_unit_test(the_contact_sheet_shrinks_until_it_fits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
