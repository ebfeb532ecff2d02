/* Reports of one round: HTML, PDF, XLSX, ZIP, and the contact sheet for chats.
 *
 * Everything is written from one struct report, in pieces, into a sink: a round of any size costs
 * the memory of one picture (PDF and contact sheet: of the whole page, see there). No SQL, no
 * HTTP, no browser: what is needed of these comes as callbacks.
 */
#ifndef REPORT_REPORT_H
#define REPORT_REPORT_H

#include "base/json.h"
#include "store/round.h"
#include "store/shot_list.h"
#include "store/signoff.h"
#include "store/verdict.h"

enum report_lang { REPORT_ZH_CN, REPORT_EN };
/* "zh-CN" (and any other Chinese) or English for everything else; NULL: English. */
enum report_lang report_lang_of(const char *tag);

/* Where the bytes go. write returns 0, or -1 with op failed. */
struct report_sink {
    int (*write)(void *ctx, struct op *op, struct bytes piece);
    void *ctx;
};

enum report_blob { REPORT_PICTURE, REPORT_THUMB, REPORT_DATA, REPORT_FRAMES };

/* How the pages of print_page are wanted. */
enum report_print { REPORT_PRINT_PDF, REPORT_PRINT_PNG, REPORT_PRINT_JPEG };
struct report_print_ask {
    enum report_print kind;
    int width_px;       /* of the viewport; pictures take the whole page */
    int quality;        /* JPEG, 1…100 */
    const char *footer; /* PDF: HTML of the footer; NULL: none */
};

struct report_calls {
    void *ctx;
    /* The blob of a shot, into op's arena. ERR_GONE or ERR_STORAGE: the report says so in its place
     * and goes on; any other failure ends it. */
    int (*read)(void *ctx, struct op *op, const struct store_shot *shot, enum report_blob which,
                struct bytes *out);
    /* "2026-11-23 08:30:00" in the plan's zone. NULL: UTC. */
    void (*local_time)(void *ctx, int64_t wall_ms, char *out, size_t out_n);
    /* A finding {"kind","weight","evidence"} in words, in op's arena. NULL: the kind's name. */
    const char *(*say_finding)(void *ctx, struct op *op, enum report_lang lang,
                               const struct jv *finding);
    /* A page through a browser, without network; result in op's arena. Needed for PDF and contact
     * sheet only. */
    int (*print_page)(void *ctx, struct op *op, struct bytes html,
                      const struct report_print_ask *ask, struct bytes *out);
};

struct report_source {
    int64_t row;
    const char *name;
};

struct report {
    enum report_lang lang;
    const struct store_round *round;
    const struct store_shot *shots; /* by position */
    size_t shot_n;
    const struct store_verdict *verdicts; /* all of the round's chain, oldest first */
    size_t verdict_n;
    const struct store_signoff *signoffs; /* oldest first */
    size_t signoff_n;
    const struct report_source *sources;
    size_t source_n;
    const char *zone;       /* IANA name, shown beside times */
    const char *seal_text;  /* what the sign-offs' `shots` is the hash of; "" before signing */
    const char *public_key; /* PEM of the key that signed; NULL: nothing is signed */
    const char *made_by;    /* who asked for it: display name; "" the system */
    int64_t made_ms;
    const char *base_url; /* of this Rounds, no slash at the end; "" no links */
    const char *temp_dir; /* for workbooks on their way; NULL: /tmp */
    struct report_calls calls;
};

struct report_ask {
    const char *round_id;
    int64_t visible_row; /* as in the store's lists: caller.visible_row */
    bool with_series;    /* the numbers too (one query a shot): for XLSX and ZIP */
};
/* Reads round, shots, verdicts, sign-offs and sources of a round into op's arena. lang, zone,
 * public_key, made_by, base_url and calls are the caller's business. ERR_NOT_FOUND. */
int report_load(struct op *op, struct store *store, const struct report_ask *ask,
                struct report *out) MUST_CHECK;

enum report_pictures { REPORT_WITH_FULL, REPORT_WITH_THUMBS, REPORT_WITH_NONE };

/* One self-contained file: pictures as data: URIs, no script, no request to anywhere. */
int report_html(struct op *op, const struct report *report, enum report_pictures pictures,
                const struct report_sink *sink) MUST_CHECK;
/* By calls.print_page, of the same page. Pictures in full up to REPORT_PDF_FULL_MAX bytes of
 * them, else thumbnails. ERR_UNPROCESSABLE: still too large for one PDF (take the ZIP). */
enum { REPORT_PDF_FULL_MAX = 48 << 20, REPORT_PDF_HTML_MAX = 96 << 20 };
int report_pdf(struct op *op, const struct report *report,
               const struct report_sink *sink) MUST_CHECK;
/* Sheets: summary, shots, series, verdicts, sign-offs. Pictures or thumbnails stand small beside
 * the shots, PNG and JPEG only (other formats are left out); full ones only up to
 * REPORT_XLSX_FULL_MAX bytes of them, since they are held in memory. */
enum { REPORT_XLSX_FULL_MAX = 64 << 20 };
int report_xlsx(struct op *op, const struct report *report, enum report_pictures pictures,
                const struct report_sink *sink) MUST_CHECK;
/* Pictures, data, report.html, manifest.json, verdicts.json, sign-offs with public key, SHA256SUMS
 * and a README about verifying offline. Names inside are ASCII-safe and never leave the folder. */
int report_zip(struct op *op, const struct report *report,
               const struct report_sink *sink) MUST_CHECK;
/* All thumbnails on one picture (JPEG) of at most size_max bytes, by calls.print_page; what needs
 * attention comes first, and what does not fit is counted in words. size_max 0: 2 MB less a
 * little. Result in op's arena. */
int report_contact_sheet(struct op *op, const struct report *report, size_t size_max,
                         struct bytes *out) MUST_CHECK;
/* "plan-name-2026-11-23-0830.zip": safe in a file system and in a header; op's arena. */
const char *report_file_name(struct op *op, const struct report *report, const char *extension);

#endif
