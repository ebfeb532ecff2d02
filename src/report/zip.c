/* The record of a round as a ZIP: everything that can be looked at and verified without Rounds.
 * Runs on the thread of the report; the only includer of libarchive. One file at a time is in
 * memory.
 *
 * Pictures come first, so that the page, the manifest and the sums know which are there. Pictures
 * are compressed already and are stored as they are. Names are made by shape_file_word from what
 * strangers called their panels, behind a number of our own: they cannot collide or leave the
 * folder.
 */
#include "report/html.h"
#include "report/zip_text.h"

#include "base/cleanup.h"
#include "base/url.h"

#include <archive.h>
#include <archive_entry.h>
#include <string.h>

enum { PAGE_MAX = 256 * 1024 * 1024, SUMS_MAX = 64 * 1024 * 1024, TITLE_MAX = 40 };

struct file {
    const char *path; /* in the folder; NULL: there is none */
    char sha[HASH_HEX_MAX];
    size_t size;
    enum word why_not;
};

struct zip {
    struct op *op;
    const struct report *report;
    const struct report_sink *sink;
    struct archive *archive;
    const char *folder;
    struct file *pictures, *data, *frames; /* by shot */
    struct str *sums;                      /* SHA256SUMS so far */
    bool sink_failed;                      /* then op has the cause */
};

/* ---- Entries ---- */

static la_ssize_t write_piece(struct archive *archive, void *ctx, const void *p, size_t n)
{
    struct zip *zip = ctx;
    if (zip->sink->write(zip->sink->ctx, zip->op, (struct bytes){p, n}) == 0)
        return (la_ssize_t)n;
    zip->sink_failed = true;
    archive_set_error(archive, ARCHIVE_FATAL, "the reader is gone");
    return -1;
}

static int fail_archive(struct zip *zip)
{
    if (zip->sink_failed)
        return -1;
    return op_fail(zip->op, ERR_INTERNAL, "cannot write the ZIP: %s",
                   archive_error_string(zip->archive));
}

/* One file; is_packed: compressed already. */
static int put(struct zip *zip, const char *path, struct bytes content, bool is_packed,
               struct file *out)
{
    struct archive_entry *entry = archive_entry_new();
    char *name = arena_fmt(&zip->op->arena, "%s/%s", zip->folder, path);
    archive_entry_set_pathname_utf8(entry, name);
    archive_entry_set_size(entry, (la_int64_t)content.n);
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    archive_entry_set_mtime(entry, zip->report->made_ms / 1000, 0);
    if (is_packed)
        archive_write_zip_set_compression_store(zip->archive);
    else
        archive_write_zip_set_compression_deflate(zip->archive);
    bool is_good = archive_write_header(zip->archive, entry) == ARCHIVE_OK &&
                   (content.n == 0 || archive_write_data(zip->archive, content.p, content.n) ==
                                          (la_ssize_t)content.n) &&
                   archive_write_finish_entry(zip->archive) == ARCHIVE_OK;
    archive_entry_free(entry);
    struct file file = {.path = path, .size = content.n};
    hash_sha256_hex(content, file.sha);
    str_addf(zip->sums, "%s  %s\n", file.sha, path);
    if (out)
        *out = file;
    return is_good ? 0 : fail_archive(zip);
}

static int put_text(struct zip *zip, const char *path, struct bytes text)
{
    return put(zip, path, text, false, NULL);
}

/* ---- Pictures and data ---- */

static const char *data_extension(struct bytes data)
{
    if (bytes_has_prefix(data, BYTES("\x1f\x8b")))
        return "json.gz";
    return data.n > 0 && (data.p[0] == '{' || data.p[0] == '[') ? "json" : "bin";
}

static const char *file_path(struct zip *zip, const struct store_shot *shot, const char *folder,
                             const char *extension)
{
    struct str *path = str_new(&zip->op->arena, 1024);
    str_addf(path, "%s/%05d-", folder, shot->pos);
    shape_file_word(shot->dashboard_title, TITLE_MAX, path);
    str_addc(path, '-');
    shape_file_word(shot->panel_title, TITLE_MAX, path);
    str_addc(path, '-');
    shape_file_word(shot->window_key, TITLE_MAX, path);
    str_addf(path, ".%s", extension);
    return path->p;
}

/* The blob in a part of the op of its own, so that its memory goes at once. */
static int put_blob(struct zip *zip, const struct store_shot *shot, enum report_blob which,
                    struct file *out)
{
    struct op part;
    struct bytes data;
    bool is_picture = which == REPORT_PICTURE;
    const char *folder = is_picture ? "pictures" : which == REPORT_DATA ? "data" : "frames";
    *out = (struct file){0};
    op_init_part(&part, zip->op, -1);
    int failed = shape_read(&part, zip->report, shot, which, &data, &out->why_not);
    if (failed) {
        op_fail_from(zip->op, &part);
    } else if (data.n > 0) {
        const char *extension = is_picture ? shape_extension(data) : data_extension(data);
        bool is_packed = is_picture || strcmp(extension, "json") != 0;
        failed = put(zip, file_path(zip, shot, folder, extension), data, is_packed, out);
    }
    op_fini(&part);
    return failed;
}

static int put_blobs(struct zip *zip)
{
    for (size_t i = 0; i < zip->report->shot_n; i++) {
        const struct store_shot *shot = &zip->report->shots[i];
        if (op_check(zip->op) || put_blob(zip, shot, REPORT_PICTURE, &zip->pictures[i]) ||
            put_blob(zip, shot, REPORT_DATA, &zip->data[i]) ||
            put_blob(zip, shot, REPORT_FRAMES, &zip->frames[i]))
            return -1;
    }
    return 0;
}

/* ---- The page ---- */

static const char *link_of(void *ctx, const struct store_shot *shot)
{
    const struct zip *zip = ctx;
    const char *path = zip->pictures[shot - zip->report->shots].path;
    if (!path)
        return NULL;
    struct str *url = str_new(&zip->op->arena, 8192);
    str_adds(url, "pictures/");
    url_encode(url, bytes_of(strchr(path, '/') + 1));
    return url->p;
}

static enum word link_why_not(void *ctx, const struct store_shot *shot)
{
    const struct zip *zip = ctx;
    return zip->pictures[shot - zip->report->shots].why_not;
}

static int collect(void *ctx, struct op *op, struct bytes piece)
{
    struct str *page = ctx;
    str_add(page, piece);
    return page->is_full ? op_fail(op, ERR_TOO_LARGE, "the page of the ZIP is too large") : 0;
}

static int put_page(struct zip *zip)
{
    CLEANUP(str_fini) struct str page;
    struct html_links links = {zip, link_of, link_why_not};
    struct report_sink into = {collect, &page};
    str_init(&page, PAGE_MAX);
    if (html_write(zip->op, zip->report, REPORT_WITH_FULL, &links, &into))
        return -1;
    return put_text(zip, "report.html", str_bytes(&page));
}

/* ---- JSON ---- */

static void file_at(struct jw *w, const char *key, const struct file *file)
{
    jw_key(w, key);
    if (!file->path) {
        jw_null(w);
        return;
    }
    jw_object(w);
    jw_text_at(w, "path", file->path);
    jw_text_at(w, "sha256", file->sha);
    jw_int_at(w, "bytes", (int64_t)file->size);
    jw_end(w);
}

static void json_at(struct jw *w, const char *key, struct arena *arena, const char *text)
{
    jw_key(w, key);
    jw_value(w, jv_parse_quiet(arena, bytes_of(text)));
}

static void print_series(struct jw *w, const struct store_shot *shot)
{
    jw_array_at(w, "series");
    for (size_t i = 0; i < shot->series_n; i++) {
        const struct store_series *s = &shot->series[i];
        jw_object(w);
        jw_text_at(w, "name", s->name);
        jw_text_at(w, "unit", s->unit);
        jw_num_at(w, "last", s->last);
        jw_num_at(w, "min", s->min);
        jw_num_at(w, "max", s->max);
        jw_num_at(w, "mean", s->mean);
        jw_num_at(w, "missing_share", s->missing_share);
        jw_int_at(w, "points", s->points);
        jw_end(w);
    }
    jw_end(w);
}

static const char *verdict_word(enum verdict_kind kind)
{
    static const char *const words[] = {"undecided",      "normal",    "abnormal",
                                        "not_applicable", "withdrawn", "comment"};
    return (unsigned)kind <= VERDICT_COMMENT ? words[kind] : "";
}

static void print_shot(struct zip *zip, struct jw *w, size_t i)
{
    const struct store_shot *shot = &zip->report->shots[i];
    struct arena arena;
    arena_init(&arena);
    jw_object(w);
    jw_text_at(w, "id", shot->id);
    jw_int_at(w, "order", shot->pos);
    jw_text_at(w, "state", store_shot_state_word(shot->state));
    jw_text_at(w, "source", shape_source_name(zip->report, shot->source_row));
    jw_text_at(w, "dashboard_uid", shot->dashboard_uid);
    jw_text_at(w, "dashboard", shot->dashboard_title);
    jw_text_at(w, "panel_key", shot->panel_key);
    jw_text_at(w, "panel", shot->panel_title);
    json_at(w, "variables", &arena, shot->vars);
    jw_text_at(w, "window", shot->window_key);
    jw_time_at(w, "from", shot->from_ms);
    jw_time_at(w, "to", shot->to_ms);
    jw_time_at(w, "taken_at", shot->taken_ms);
    jw_text_at(w, "reason", shot->error);
    jw_text_at(w, "verdict", verdict_word(shot->verdict));
    json_at(w, "findings", &arena, shot->findings);
    json_at(w, "meta", &arena, shot->meta ? shot->meta : "");
    file_at(w, "picture", &zip->pictures[i]);
    file_at(w, "data", &zip->data[i]);
    file_at(w, "frames", &zip->frames[i]);
    print_series(w, shot);
    jw_end(w);
    arena_fini(&arena);
}

static int put_manifest(struct zip *zip)
{
    const struct store_round *round = zip->report->round;
    CLEANUP(str_fini) struct str text;
    struct jw w;
    str_init(&text, PAGE_MAX);
    jw_init(&w, &text);
    jw_object(&w);
    jw_text_at(&w, "format", "rounds-bundle-1");
    jw_text_at(&w, "round", round->id);
    jw_text_at(&w, "plan", round->plan_name);
    jw_text_at(&w, "plan_id", round->plan_id);
    jw_int_at(&w, "plan_version", round->plan_version);
    jw_time_at(&w, "moment_at", round->moment_ms);
    jw_time_at(&w, "started_at", round->started_ms);
    jw_time_at(&w, "finished_at", round->finished_ms);
    jw_text_at(&w, "timezone", zip->report->zone);
    jw_time_at(&w, "made_at", zip->report->made_ms);
    jw_text_at(&w, "made_by", zip->report->made_by);
    jw_array_at(&w, "shots");
    for (size_t i = 0; i < zip->report->shot_n; i++)
        print_shot(zip, &w, i);
    jw_end(&w);
    jw_end(&w);
    return put_text(zip, "manifest.json", str_bytes(&text));
}

static void print_verdict(struct jw *w, const struct store_verdict *v)
{
    static const char *const how[] = {"", "single", "bulk", "phone"};
    struct arena arena;
    arena_init(&arena);
    jw_object(w);
    jw_int_at(w, "seq", v->seq);
    jw_text_at(w, "shot", v->shot_id);
    jw_text_at(w, "value", verdict_word(v->kind));
    jw_text_at(w, "comment", v->comment);
    jw_text_at(w, "category", v->category);
    json_at(w, "links", &arena, v->links);
    jw_text_at(w, "by", v->user);
    jw_time_at(w, "at", v->given_ms);
    jw_text_at(w, "how", (unsigned)v->how <= VERDICT_PHONE ? how[v->how] : "");
    jw_int_at(w, "dwell_ms", v->dwell_ms);
    jw_text_at(w, "picture", v->picture);
    jw_text_at(w, "hash", v->hash);
    jw_end(w);
    arena_fini(&arena);
}

static int put_verdicts(struct zip *zip)
{
    CLEANUP(str_fini) struct str text;
    struct jw w;
    str_init(&text, PAGE_MAX);
    jw_init(&w, &text);
    jw_array(&w);
    for (size_t i = 0; i < zip->report->verdict_n; i++)
        print_verdict(&w, &zip->report->verdicts[i]);
    jw_end(&w);
    return put_text(zip, "verdicts.json", str_bytes(&text));
}

static void print_signoff(struct jw *w, const struct store_signoff *s)
{
    char signature[2 * SIGNATURE_SIZE + 1];
    hash_hex(s->signature, SIGNATURE_SIZE, signature);
    jw_object(w);
    jw_int_at(w, "seq", s->seq);
    jw_bool_at(w, "is_final", s->is_final);
    jw_text_at(w, "by", s->user);
    jw_time_at(w, "at", s->signed_ms);
    jw_text_at(w, "summary", s->summary);
    jw_text_at(w, "reasons", s->reasons);
    jw_int_at(w, "undecided", s->undecided);
    jw_text_at(w, "shots", s->shots);
    jw_text_at(w, "verdicts", s->verdicts);
    jw_text_at(w, "before", s->before);
    jw_text_at(w, "hash", s->hash);
    jw_text_at(w, "signature", signature);
    jw_text_at(w, "key_id", s->key_id);
    jw_end(w);
}

static int put_signoffs(struct zip *zip)
{
    CLEANUP(str_fini) struct str text;
    struct jw w;
    str_init(&text, PAGE_MAX);
    jw_init(&w, &text);
    jw_array(&w);
    for (size_t i = 0; i < zip->report->signoff_n; i++)
        print_signoff(&w, &zip->report->signoffs[i]);
    jw_end(&w);
    return put_text(zip, "signoffs.json", str_bytes(&text));
}

/* ---- The canonical texts ---- */

static int put_verdict_chain(struct zip *zip)
{
    CLEANUP(str_fini) struct str text;
    str_init(&text, PAGE_MAX);
    for (size_t i = 0; i < zip->report->verdict_n; i++)
        store_verdict_text(&zip->report->verdicts[i],
                           i > 0 ? zip->report->verdicts[i - 1].hash : NULL, &text);
    return put_text(zip, "chain/verdicts.txt", str_bytes(&text));
}

static int put_signoff_chain(struct zip *zip, const struct store_signoff *s)
{
    CLEANUP(str_fini) struct str text;
    struct arena *arena = &zip->op->arena;
    str_init(&text, PAGE_MAX);
    store_signoff_print(s, &text);
    const char *base = arena_fmt(arena, "chain/signoff-%lld", (long long)s->seq);
    struct bytes signature = {(const char *)s->signature, SIGNATURE_SIZE};
    return put_text(zip, arena_fmt(arena, "%s.txt", base), str_bytes(&text)) ||
                   put_text(zip, arena_fmt(arena, "%s.hash", base), bytes_of(s->hash)) ||
                   put_text(zip, arena_fmt(arena, "%s.sig", base), signature)
               ? -1
               : 0;
}

static int put_chain(struct zip *zip)
{
    if (put_verdict_chain(zip))
        return -1;
    if (zip->report->seal_text[0] &&
        put_text(zip, "chain/shots.txt", bytes_of(zip->report->seal_text)))
        return -1;
    for (size_t i = 0; i < zip->report->signoff_n; i++) {
        if (put_signoff_chain(zip, &zip->report->signoffs[i]))
            return -1;
    }
    if (!zip->report->public_key)
        return 0;
    return put_text(zip, "public-key.pem", bytes_of(zip->report->public_key));
}

/* ---- All ---- */

static int put_all(struct zip *zip)
{
    if (put_text(zip, "README.txt", bytes_of(zip_readme(zip->report->lang))) ||
        put_text(zip, "verify.py", bytes_of(zip_verify_program)) || put_blobs(zip) ||
        put_page(zip) || put_manifest(zip) || put_verdicts(zip) || put_signoffs(zip) ||
        put_chain(zip))
        return -1;
    /* The list cannot hold itself. */
    struct str *sums = zip->sums;
    zip->sums = str_new(&zip->op->arena, 1024);
    return put_text(zip, "SHA256SUMS", str_bytes(sums));
}

static const char *folder_name(struct op *op, const struct report *report)
{
    const char *name = report_file_name(op, report, "x");
    return arena_copy(&op->arena, (struct bytes){name, strlen(name) - 2});
}

int report_zip(struct op *op, const struct report *report, const struct report_sink *sink)
{
    struct zip zip = {
        .op = op,
        .report = report,
        .sink = sink,
        .folder = folder_name(op, report),
        .pictures = ARENA_ARRAY(&op->arena, struct file, report->shot_n + 1),
        .data = ARENA_ARRAY(&op->arena, struct file, report->shot_n + 1),
        .frames = ARENA_ARRAY(&op->arena, struct file, report->shot_n + 1),
        .sums = str_new(&op->arena, SUMS_MAX),
        .archive = archive_write_new(),
    };
    archive_write_set_format_zip(zip.archive);
    archive_write_set_options(zip.archive, "zip:hdrcharset=UTF-8");
    archive_write_set_bytes_in_last_block(zip.archive, 1);
    int failed = archive_write_open2(zip.archive, &zip, NULL, write_piece, NULL, NULL) != ARCHIVE_OK
                     ? fail_archive(&zip)
                     : put_all(&zip);
    if (failed)
        archive_write_fail(zip.archive);
    else if (archive_write_close(zip.archive) != ARCHIVE_OK)
        failed = fail_archive(&zip);
    archive_write_free(zip.archive);
    return failed;
}
