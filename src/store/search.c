/* Search over words, with SQLite's FTS5. Any thread.
 *
 * FTS5's own tokenizers know no Chinese: one takes a whole sentence for a word, the other (trigram)
 * finds nothing shorter than three characters, and most Chinese words have two. So a run of such
 * characters is cut into pairs before it is stored, 网关延迟 → 网关 关延 延迟 迟, and a query is cut
 * the same way and asked for as a phrase; the last character alone is there so that one character
 * can be asked for as the beginning of a pair. Nothing is lost and no dictionary is needed.
 *
 * The rowid tells kind and row, kind << 48 | row, so newest first is the index's own order.
 * `tags` carries exact filters (plan, person, verdict) into the same index: a rare person among
 * a million comments costs nothing extra.
 */
#include "store/search.h"

#include "store/inner.h"

#include <inttypes.h>

enum { WORDS_MAX = 24, BODY_MAX = 256 * 1024, QUERY_MAX = 8192, KIND_SHIFT = 48 };
static const int64_t DAY_MS = 86400000;

/* ---- Cutting text ---- */

/* One character of UTF-8 off the front; a byte that fits nowhere counts as itself. */
static uint32_t next_char(struct bytes *rest, struct bytes *out)
{
    unsigned char first = (unsigned char)rest->p[0];
    size_t n = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    if (n > rest->n || (first >= 0x80 && first < 0xc0))
        n = 1;
    uint32_t code = n == 1 ? first : first & (0x7fu >> n);
    for (size_t i = 1; i < n; i++)
        code = code << 6 | ((unsigned char)rest->p[i] & 0x3f);
    *out = (struct bytes){rest->p, n};
    *rest = bytes_from(*rest, n);
    return code;
}

/* Han, Kana, Hangul and what belongs to them: written without spaces. */
static bool is_dense(uint32_t c)
{
    return (c >= 0x2e80 && c <= 0x2fdf) || (c >= 0x3005 && c <= 0x3007) ||
           (c >= 0x3040 && c <= 0x31ff) || (c >= 0x3400 && c <= 0x9fff) ||
           (c >= 0xac00 && c <= 0xd7af) || (c >= 0xf900 && c <= 0xfaff) ||
           (c >= 0x20000 && c <= 0x3ffff);
}

static bool is_word(uint32_t c)
{
    if (c < 0x80)
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    /* Dashes, quotes, ideographic and full-width punctuation are not. */
    return !(c >= 0x80 && c < 0xc0) && !(c >= 0x2000 && c <= 0x2bff) &&
           !(c >= 0x3000 && c <= 0x303f) && !(c >= 0xff00 && c <= 0xff0f) &&
           !(c >= 0xff1a && c <= 0xff20) && !(c >= 0xff3b && c <= 0xff40) &&
           !(c >= 0xff5b && c <= 0xff65);
}

/* Pairs of a dense run: every character with its successor. */
static void add_pairs(struct str *s, struct bytes run, bool with_last)
{
    struct bytes before = {0}, c;
    while (run.n) {
        next_char(&run, &c);
        if (before.n) {
            str_add(s, (struct bytes){before.p, before.n + c.n});
            str_addc(s, ' ');
        }
        before = c;
    }
    if (with_last)
        str_add(s, before);
    str_addc(s, ' ');
}

struct piece {
    struct bytes text;
    bool is_dense;
};

/* The next run of word characters of one sort; false at the end. */
static bool next_piece(struct bytes *rest, struct piece *out)
{
    struct bytes c;
    const char *start = NULL;
    while (rest->n) {
        struct bytes here = *rest;
        uint32_t code = next_char(rest, &c);
        bool word = is_word(code) || is_dense(code);
        if (start && (!word || is_dense(code) != out->is_dense)) {
            *rest = here;
            break;
        }
        if (!start && word) {
            start = c.p;
            out->is_dense = is_dense(code);
        }
        if (start)
            out->text = (struct bytes){start, (size_t)(c.p + c.n - start)};
    }
    return start != NULL;
}

static const char *cut_body(struct op *op, const char *text)
{
    struct str *s = str_new(&op->arena, BODY_MAX);
    struct bytes rest = bytes_of(text);
    struct piece piece = {0};
    while (next_piece(&rest, &piece)) {
        if (piece.is_dense) {
            add_pairs(s, piece.text, true);
        } else {
            str_add(s, piece.text);
            str_addc(s, ' ');
        }
    }
    return s->p ? s->p : "";
}

/* One condition for each piece: a word from its beginning, a dense run as a phrase of pairs. */
static int cut_query(const char *text, struct str *s)
{
    struct bytes rest = bytes_of(text), c;
    struct piece piece = {0};
    int n = 0;
    while (n < WORDS_MAX && next_piece(&rest, &piece)) {
        struct bytes tail = piece.text;
        next_char(&tail, &c);
        str_adds(s, n++ ? " AND \"" : "\"");
        if (piece.is_dense && tail.n) {
            add_pairs(s, piece.text, false);
            str_adds(s, "\"");
        } else {
            str_add(s, piece.text);
            str_adds(s, "\" *");
        }
    }
    return n;
}

/* ---- Keeping ---- */

int search_put(struct op *op, struct db_tx *tx, enum search_kind kind, int64_t row,
               const char *text, const char *tags)
{
    int64_t id = (int64_t)kind << KIND_SHIFT | row;
    /* Verdicts are only ever added: no need to look for an older text. */
    if (kind != SEARCH_VERDICT &&
        db_run(op, tx, "DELETE FROM search WHERE rowid = $1", DB_ARGS(db_int(id)), NULL))
        return -1;
    const char *body = cut_body(op, text);
    if (!*body)
        return 0;
    return db_run(op, tx, "INSERT INTO search (rowid, body, tags) VALUES ($1, $2, $3)",
                  DB_ARGS(db_int(id), db_text(body), db_text(tags)), NULL);
}

/* ---- Asking ---- */

static const char *and_after(const struct str *s)
{
    return s->n ? " AND " : "";
}

static const char *match_of(struct op *op, const struct store_search_ask *ask)
{
    struct str *s = str_new(&op->arena, QUERY_MAX);
    str_adds(s, "body : (");
    if (cut_query(ask->text, s))
        str_adds(s, ")");
    else
        str_clear(s); /* the filters alone */
    if (ask->kind == SEARCH_VERDICT) {
        if (ask->plan_row)
            str_addf(s, "%stags : p%" PRId64, and_after(s), ask->plan_row);
        if (ask->by_row)
            str_addf(s, "%stags : u%" PRId64, and_after(s), ask->by_row);
        if (ask->verdict)
            str_addf(s, "%stags : v%d", and_after(s), (int)ask->verdict);
    }
    return s->n && !s->is_full ? s->p : NULL;
}

#define FOUND(columns, tables, sees)                                                               \
    "SELECT f.rowid, " columns " FROM search f JOIN " tables " WHERE f.search MATCH $1 "           \
    "AND f.rowid < $2 AND f.rowid >= $3 AND " sees " ORDER BY f.rowid DESC LIMIT $5"
/* The row within the noun. */
#define ROW "(f.rowid & 281474976710655)"

static const char *const search_sql[] = {
    [SEARCH_PLAN] = FOUND("p.id, p.name, '', p.note, p.updated_ms, 0", "plans p ON p.row_id = " ROW,
                          SEES_PLAN("$4", "p.row_id")),
    [SEARCH_PANEL] = FOUND("p.id, p.panel_title, p.dashboard_title, p.vars, p.seen_ms, 0",
                           "panels p ON p.row_id = " ROW, SEES_SOURCE("$4", "p.source_row")),
    [SEARCH_VERDICT] =
        FOUND("r.id || '-' || (v.shot_row & 1048575), u.name, p.panel_title, v.comment, "
              "v.given_ms, v.kind",
              "verdicts v ON v.row_id = " ROW " JOIN rounds r ON r.row_id = v.round_row "
              "JOIN users u ON u.row_id = v.user_row JOIN shots s ON s.row_id = v.shot_row "
              "JOIN panels p ON p.row_id = s.panel_row",
              "v.given_ms >= $6 AND v.given_ms < $7 AND " SEES_PLAN("$4", "v.plan_row")),
    [SEARCH_KNOWN] = FOUND("k.id, u.name, p.panel_title, k.text, k.from_ms, 0",
                           "known_issues k ON k.row_id = " ROW " JOIN users u ON u.row_id = "
                           "k.user_row JOIN panels p ON p.row_id = k.panel_row",
                           SEES_SOURCE("$4", "p.source_row")),
    [SEARCH_PERSON] = FOUND("u.id, u.name, u.login, u.email, u.created_ms, 0",
                            "users u ON u.row_id = " ROW, "$4 = $4"),
};

/* Read into hits; the rowid is the cursor. */
struct found {
    struct store_hit hit;
    int64_t rowid;
};

static void read_found(struct op *op, struct cols *c, void *item)
{
    struct found *f = item;
    f->rowid = take_int(c);
    f->hit.kind = (enum search_kind)(f->rowid >> KIND_SHIFT);
    f->hit.id = take_text(c);
    f->hit.title = take_text(c);
    f->hit.under = take_text(c);
    f->hit.text = take_text(c);
    f->hit.at_ms = take_int(c);
    f->hit.verdict = (enum verdict_kind)take_int(c);
}

/* The rows of verdicts that a range of time can be in; a day of slack, clocks may be set. */
static int narrow(struct op *op, struct db_tx *tx, const struct store_search_ask *ask,
                  int64_t *from, int64_t *before)
{
    int64_t first = 0, last = INT64_MAX;
    if (ask->from_ms && db_get_int(op, tx,
                                   "SELECT row_id FROM verdicts WHERE given_ms >= $1 "
                                   "ORDER BY given_ms, row_id LIMIT 1",
                                   DB_ARGS(db_int(ask->from_ms - DAY_MS)), &first))
        return -1;
    if (ask->to_ms && db_get_int(op, tx,
                                 "SELECT row_id FROM verdicts WHERE given_ms >= $1 "
                                 "ORDER BY given_ms, row_id LIMIT 1",
                                 DB_ARGS(db_int(ask->to_ms + DAY_MS)), &last))
        return -1;
    int64_t base = (int64_t)SEARCH_VERDICT << KIND_SHIFT;
    *from = base + first;
    if (last < INT64_MAX && base + last < *before)
        *before = base + last;
    return 0;
}

/* Without words there is nothing to match: the verdicts themselves, by the index that fits best. */
#define LISTED(index, where)                                                                       \
    "SELECT v.row_id, r.id || '-' || (v.shot_row & 1048575), u.name, p.panel_title, v.comment, "   \
    "v.given_ms, v.kind FROM verdicts v INDEXED BY " index " JOIN rounds r ON r.row_id = "         \
    "v.round_row JOIN users u ON u.row_id = v.user_row JOIN shots s ON s.row_id = v.shot_row "     \
    "JOIN panels p ON p.row_id = s.panel_row WHERE " where "v.given_ms >= $1 AND "                 \
    "(v.given_ms, v.row_id) < ($2, $3) AND ($4 = 0 OR v.plan_row = $4) AND "                       \
    "($5 = 0 OR v.user_row = $5) AND ($6 = 0 OR v.kind = $6) AND " SEES_PLAN(                      \
        "$7", "v.plan_row") " ORDER BY v.given_ms DESC, v.row_id DESC LIMIT $8"

static const char *listing(const struct store_search_ask *ask)
{
    if (ask->plan_row)
        return LISTED("verdicts_plan", "v.plan_row = $4 AND ");
    if (ask->by_row)
        return LISTED("verdicts_user", "v.user_row = $5 AND ");
    return LISTED("verdicts_given", "");
}

static int list_verdicts(struct op *op, struct store *store, const struct store_search_ask *ask,
                         struct store_page page, struct store_hit_list *out)
{
    CLEANUP(unit_end) struct unit u = {0};
    struct found *found = NULL;
    int64_t below[2];
    size_t n = 0, limit = (size_t)page_limit(page);
    if (page_read_below(op, page, ask->to_ms, below) || unit_begin(op, store, DB_READ, &u) ||
        read_all(op, u.tx, listing(ask),
                 DB_ARGS(db_int(ask->from_ms), db_int(below[0]), db_int(below[1]),
                         db_int(ask->plan_row), db_int(ask->by_row), db_int((int)ask->verdict),
                         db_int(ask->user_row), db_int((int64_t)limit + 1)),
                 sizeof *found, read_found, (void **)&found, &n))
        return -1;
    out->n = n > limit ? limit : n;
    out->items = ARENA_ARRAY(&op->arena, struct store_hit, out->n + 1);
    for (size_t i = 0; i < out->n; i++) {
        out->items[i] = found[i].hit;
        out->items[i].kind = SEARCH_VERDICT;
    }
    if (n > limit)
        out->next =
            page_write(op, (int64_t[]){found[out->n - 1].hit.at_ms, found[out->n - 1].rowid}, 2);
    return 0;
}

static bool has_words(const char *text)
{
    struct bytes rest = bytes_of(text);
    struct piece piece = {0};
    return next_piece(&rest, &piece);
}

int store_search(struct op *op, struct store *store, const struct store_search_ask *ask,
                 struct store_page page, struct store_hit_list *out)
{
    CLEANUP(unit_end) struct unit u = {0};
    struct found *found = NULL;
    size_t n = 0;
    *out = (struct store_hit_list){0};
    if (ask->kind == SEARCH_VERDICT && !has_words(ask->text) &&
        (ask->plan_row || ask->by_row || ask->from_ms || ask->to_ms))
        return list_verdicts(op, store, ask, page, out);
    int64_t from = (int64_t)ask->kind << KIND_SHIFT, before, limit = page_limit(page);
    const char *match = match_of(op, ask);
    if (page_read(op, page, (int64_t)(ask->kind + 1) << KIND_SHIFT, &before, 1))
        return -1;
    if (!match)
        return 0;
    if (unit_begin(op, store, DB_READ, &u) ||
        (ask->kind == SEARCH_VERDICT && narrow(op, u.tx, ask, &from, &before)) ||
        read_all(op, u.tx, search_sql[ask->kind],
                 DB_ARGS(db_text(match), db_int(before), db_int(from), db_int(ask->user_row),
                         db_int(limit + 1), db_int(ask->from_ms),
                         db_int(ask->to_ms ? ask->to_ms : INT64_MAX)),
                 sizeof *found, read_found, (void **)&found, &n))
        return -1;
    out->n = n > (size_t)limit ? (size_t)limit : n;
    out->items = ARENA_ARRAY(&op->arena, struct store_hit, out->n + 1);
    for (size_t i = 0; i < out->n; i++)
        out->items[i] = found[i].hit;
    if (n > out->n)
        out->next = page_write(op, &found[out->n - 1].rowid, 1);
    return 0;
}
