/* Building a mail (RFC 5322, 2045–2047, 2231). Runs on the sender's thread; no I/O.
 *
 * Every value is checked before it becomes part of a header line: no control byte gets through, so
 * none can start a line of its own. Non-ASCII text is sent as encoded words of UTF-8 base64, file
 * names in RFC 2231 form. Addresses are ASCII: SMTPUTF8 is not offered by enough servers to promise
 * it.
 */
#include "mail/message.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/rand.h"

/* WORD_BYTES of UTF-8 make an encoded word of at most 75 characters. */
enum { LINE_MAX_BYTES = 16 << 10, HEADERS_MAX = 40, WORD_BYTES = 45 };
enum { ADDRESS_MAX = 254, FOLD_AT = 70 };

static bool has_control(const char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text < 0x20 || *text == 0x7f)
            return true;
    return false;
}

static bool is_ascii(const char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text >= 0x80)
            return false;
    return true;
}

static int check_text(struct op *op, const char *what, const char *text)
{
    if (has_control(text) || !bytes_is_utf8(bytes_of(text)))
        return op_fail(op, ERR_BAD_INPUT, "the mail's %s has a line break or a control character",
                       what);
    return 0;
}

/* local@domain, as mail servers really accept it: no quoting, no comments, no address literals. */
static bool is_bare_address(const char *text)
{
    const char *at = strrchr(text, '@');
    size_t n = strlen(text);
    if (!at || at == text || !at[1] || n > ADDRESS_MAX || at - text > 64 || strchr(text, '@') != at)
        return false;
    for (const char *c = text; *c; c++)
        if ((unsigned char)*c <= ' ' || (unsigned char)*c >= 0x7f || strchr("<>()[]\\,;:\"", *c))
            return false;
    return at[1] != '.' && at[-1] != '.' && text[0] != '.' && text[0] != '-' && !strstr(text, "..");
}

int message_split_address(struct arena *arena, const char *text, const char **name,
                          const char **address)
{
    struct bytes whole = bytes_trim(bytes_of(text));
    ssize_t open = bytes_find_char(whole, '<');
    *name = "";
    if (has_control(text))
        return -1;
    if (open < 0) {
        *address = arena_copy(arena, whole);
        return is_bare_address(*address) ? 0 : -1;
    }
    if (whole.p[whole.n - 1] != '>')
        return -1;
    struct bytes inner = {whole.p + open + 1, whole.n - (size_t)open - 2};
    struct bytes outer = bytes_trim((struct bytes){whole.p, (size_t)open});
    if (outer.n >= 2 && outer.p[0] == '"' && outer.p[outer.n - 1] == '"')
        outer = (struct bytes){outer.p + 1, outer.n - 2};
    *address = arena_copy(arena, inner);
    *name = arena_copy(arena, outer);
    return is_bare_address(*address) && !strpbrk(*name, "\"\\<>") ? 0 : -1;
}

bool mail_is_address(const char *text)
{
    struct arena arena;
    const char *name, *address;
    arena_init(&arena);
    int result = message_split_address(&arena, text, &name, &address);
    arena_fini(&arena);
    return result == 0;
}

/* As many bytes of whole characters as fit into one encoded word. */
static size_t word_length(struct bytes text)
{
    size_t n = text.n < WORD_BYTES ? text.n : WORD_BYTES;
    while (n < text.n && n > 0 && ((unsigned char)text.p[n] & 0xc0) == 0x80)
        n--;
    return n;
}

/* "=?utf-8?B?…?=" for each stretch; a folded line between them. */
static void add_words(struct arena *arena, struct str *out, const char *text)
{
    struct bytes rest = bytes_of(text);
    while (rest.n) {
        size_t n = word_length(rest);
        struct bytes piece = {rest.p, n};
        str_addf(out, "%s=?utf-8?B?%s?=", rest.p == text ? "" : "\r\n ",
                 base64_encode(arena, piece));
        rest = bytes_from(rest, n);
    }
}

/* Plain text of a header; folded at spaces where it gets long. */
static void add_plain(struct str *out, const char *text, size_t column)
{
    struct bytes rest = bytes_of(text), word;
    bool is_first = true;
    while (bytes_split(&rest, ' ', &word)) {
        bool is_folded = !is_first && column + word.n > FOLD_AT && word.n;
        if (!is_first)
            str_adds(out, is_folded ? "\r\n " : " ");
        column = is_folded ? word.n + 1 : column + word.n + 1;
        str_add(out, word);
        is_first = false;
    }
}

static void add_text(struct arena *arena, struct str *out, const char *text)
{
    /* "=?" would be read as an encoded word */
    if (is_ascii(text) && !strstr(text, "=?"))
        add_plain(out, text, out->n);
    else
        add_words(arena, out, text);
}

struct lines {
    struct op *op;
    const char **list;
    size_t n;
};

static void add_line(struct lines *lines, const struct str *line)
{
    lines->list[lines->n++] = arena_copy(&lines->op->arena, str_bytes(line));
}

static struct str *start_line(struct lines *lines, const char *name)
{
    struct str *line = str_new(&lines->op->arena, LINE_MAX_BYTES);
    str_adds(line, name);
    str_adds(line, ": ");
    return line;
}

static int add_text_line(struct lines *lines, const char *name, const char *text)
{
    struct str *line = start_line(lines, name);
    if (check_text(lines->op, name, text) < 0)
        return -1;
    add_text(&lines->op->arena, line, text);
    if (line->is_full)
        return op_fail(lines->op, ERR_BAD_INPUT, "the mail's %s is too long", name);
    add_line(lines, line);
    return 0;
}

static void add_mailbox(struct arena *arena, struct str *out, const char *name, const char *address)
{
    if (!*name) {
        str_adds(out, address);
        return;
    }
    if (is_ascii(name) && !strstr(name, "=?"))
        str_addf(out, "\"%s\"", name);
    else
        add_words(arena, out, name);
    str_addf(out, " <%s>", address);
}

static int add_mailbox_line(struct lines *lines, const char *header, const char *name,
                            const char *text)
{
    struct arena *arena = &lines->op->arena;
    const char *given = "", *address = "";
    if (message_split_address(arena, text, &given, &address) < 0)
        return op_fail(lines->op, ERR_BAD_INPUT, "\"%s\" is not a mail address (%s)", text, header);
    if (name && (check_text(lines->op, header, name) < 0 || strpbrk(name, "\"\\<>")))
        return op_fail(lines->op, ERR_BAD_INPUT, "the name in %s has a quote, a backslash, < or >",
                       header);
    struct str *line = start_line(lines, header);
    add_mailbox(arena, line, name ? name : given, address);
    add_line(lines, line);
    return 0;
}

/* The To line, and the bare addresses for the envelope. */
static int add_recipients(struct lines *lines, const struct mail_message *mail, struct message *out)
{
    struct op *op = lines->op;
    const char **bare = ARENA_ARRAY(&op->arena, const char *, mail->to_n + 1);
    struct str *line = start_line(lines, "To");
    if (mail->to_n == 0)
        return op_fail(op, ERR_BAD_INPUT, "the mail has no recipient");
    for (size_t i = 0; i < mail->to_n; i++) {
        const char *name = "";
        if (message_split_address(&op->arena, mail->to[i], &name, &bare[i]) < 0)
            return op_fail(op, ERR_BAD_INPUT, "\"%s\" is not a mail address", mail->to[i]);
        if (!bytes_is_utf8(bytes_of(name)))
            return op_fail(op, ERR_BAD_INPUT, "a recipient's name is not UTF-8");
        if (i)
            str_adds(line, ",\r\n ");
        add_mailbox(&op->arena, line, name, bare[i]);
    }
    if (line->is_full)
        return op_fail(op, ERR_BAD_INPUT, "too many recipients for one mail");
    add_line(lines, line);
    out->to = bare;
    out->to_n = mail->to_n;
    return 0;
}

static void add_date(struct lines *lines)
{
    static const char *const days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    time_t now = (time_t)(clock_wall_ms() / 1000);
    struct str *line = start_line(lines, "Date");
    struct tm at;
    gmtime_r(&now, &at);
    str_addf(line, "%s, %02d %s %d %02d:%02d:%02d +0000", days[at.tm_wday], at.tm_mday,
             months[at.tm_mon], at.tm_year + 1900, at.tm_hour, at.tm_min, at.tm_sec);
    add_line(lines, line);
}

static bool is_message_id(const char *id)
{
    size_t n = strlen(id);
    return n > 4 && n < 250 && id[0] == '<' && id[n - 1] == '>' && strchr(id, '@') &&
           is_ascii(id) && !has_control(id) && !strpbrk(id + 1, "< \"") &&
           strchr(id, '>') == id + n - 1;
}

static int add_message_id(struct lines *lines, const struct mail_conf *conf, const char *given)
{
    char word[25];
    struct str *line = start_line(lines, "Message-ID");
    if (given && !is_message_id(given))
        return op_fail(lines->op, ERR_BAD_INPUT, "the mail's Message-ID is malformed");
    rand_word(word, sizeof word - 1);
    if (given)
        str_adds(line, given);
    else
        str_addf(line, "<%s%s>", word, strrchr(conf->from, '@'));
    add_line(lines, line);
    return 0;
}

static bool is_own_header(const char *name)
{
    static const char *const own[] = {"From",         "To",     "Cc",         "Bcc",
                                      "Subject",      "Date",   "Message-ID", "Reply-To",
                                      "MIME-Version", "Sender", "Return-Path"};
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        if (strcasecmp(name, own[i]) == 0)
            return true;
    return strncasecmp(name, "Content-", 8) == 0;
}

static int add_extra(struct lines *lines, const struct mail_message *mail)
{
    struct op *op = lines->op;
    if (mail->header_n > HEADERS_MAX - 10)
        return op_fail(op, ERR_BAD_INPUT, "too many headers for one mail");
    for (size_t i = 0; i < mail->header_n; i++) {
        const char *name = mail->headers[i].name;
        for (const char *c = name; *c; c++)
            if (*c <= ' ' || *c >= 0x7f || *c == ':')
                return op_fail(op, ERR_BAD_INPUT, "a mail header's name is malformed");
        if (!*name || is_own_header(name))
            return op_fail(op, ERR_BAD_INPUT, "the mail header %s cannot be set this way", name);
        if (add_text_line(lines, name, mail->headers[i].value) < 0)
            return -1;
    }
    return 0;
}

static int build_headers(struct op *op, const struct mail_conf *conf,
                         const struct mail_message *mail, struct message *out)
{
    struct lines lines = {.op = op, .list = ARENA_ARRAY(&op->arena, const char *, HEADERS_MAX + 1)};
    add_date(&lines);
    if (add_mailbox_line(&lines, "From", conf->from_name, conf->from) < 0 ||
        (conf->reply_to && add_mailbox_line(&lines, "Reply-To", NULL, conf->reply_to) < 0) ||
        add_recipients(&lines, mail, out) < 0 ||
        add_text_line(&lines, "Subject", mail->subject) < 0 ||
        add_message_id(&lines, conf, mail->message_id) < 0 || add_extra(&lines, mail) < 0)
        return -1;
    out->headers = lines.list;
    return 0;
}

/* attachment; filename="plain.pdf", or filename*=utf-8''%C3%9C.pdf. Never both: readers differ in
 * which of the two they take. */
static const char *disposition(struct op *op, const struct mail_file *file)
{
    static const char plain[] = "0123456789abcdefghijklmnopqrstuvwxyz"
                                "ABCDEFGHIJKLMNOPQRSTUVWXYZ-._";
    struct str *line = str_new(&op->arena, LINE_MAX_BYTES);
    bool is_quotable = is_ascii(file->name) && !strpbrk(file->name, "\"\\");
    str_addf(line, "Content-Disposition: %s;\r\n ", file->content_id ? "inline" : "attachment");
    str_adds(line, is_quotable ? "filename=\"" : "filename*=utf-8''");
    for (const char *c = file->name; *c; c++) {
        if (is_quotable || strchr(plain, *c))
            str_addc(line, *c);
        else
            str_addf(line, "%%%02X", (unsigned char)*c);
    }
    str_adds(line, is_quotable ? "\"" : "");
    return arena_copy(&op->arena, str_bytes(line));
}

static bool is_media_type(const char *type)
{
    const char *slash = strchr(type, '/');
    return slash && slash != type && slash[1] && !has_control(type) && is_ascii(type) &&
           !strpbrk(type, "\"<>@,");
}

static int build_file(struct op *op, const struct mail_file *file, struct fetch_part *out)
{
    const char **lines = ARENA_ARRAY(&op->arena, const char *, 3);
    if (!*file->name || strlen(file->name) > 200 || check_text(op, "file name", file->name) < 0)
        return op_fail(op, ERR_BAD_INPUT, "a mail's file needs a name of at most 200 bytes");
    if (!is_media_type(file->type))
        return op_fail(op, ERR_BAD_INPUT, "the type of the mail's file %s is malformed",
                       file->name);
    lines[0] = disposition(op, file);
    if (file->content_id) {
        for (const char *c = file->content_id; *c; c++)
            if (*c <= ' ' || *c >= 0x7f || strchr("<>\"", *c))
                return op_fail(op, ERR_BAD_INPUT, "a content id in the mail is malformed");
        lines[1] = arena_fmt(&op->arena, "Content-ID: <%s>", file->content_id);
    }
    *out = (struct fetch_part){.kind = FETCH_PART_DATA,
                               .type = file->type,
                               .encoding = "base64",
                               .headers = lines,
                               .data = file->data};
    return 0;
}

/* Lines end in CR LF, or the encoder would write their ends out as bytes. */
static struct fetch_part leaf(struct op *op, const char *type, const char *text)
{
    char *lines = arena_alloc(&op->arena, 2 * strlen(text) + 1);
    size_t n = 0;
    for (; *text; text++) {
        if (*text == '\n' && (n == 0 || lines[n - 1] != '\r'))
            lines[n++] = '\r';
        lines[n++] = *text;
    }
    return (struct fetch_part){
        .kind = FETCH_PART_DATA, .type = type, .encoding = "quoted-printable", .data = {lines, n}};
}

/* Files of one kind, behind `first`. */
static int gather(struct op *op, const struct mail_message *mail, bool is_inline,
                  enum fetch_part_kind kind, struct fetch_part *first)
{
    struct fetch_part *parts = ARENA_ARRAY(&op->arena, struct fetch_part, mail->file_n + 1);
    size_t n = 0;
    parts[n++] = *first;
    for (size_t i = 0; i < mail->file_n; i++)
        if ((mail->files[i].content_id != NULL) == is_inline &&
            build_file(op, &mail->files[i], &parts[n++]) < 0)
            return -1;
    if (n > 1)
        *first = (struct fetch_part){.kind = kind, .children = parts, .child_n = n};
    return 0;
}

/* mixed( alternative( text, related( html, pictures ) ), attachments ), as far as needed. */
static int build_tree(struct op *op, const struct mail_message *mail, struct fetch_part *out)
{
    struct fetch_part body = leaf(op, "text/plain; charset=utf-8", mail->text);
    if (!bytes_is_utf8(bytes_of(mail->text)) ||
        (mail->html && !bytes_is_utf8(bytes_of(mail->html))))
        return op_fail(op, ERR_BAD_INPUT, "the mail's text is not UTF-8");
    if (mail->html) {
        struct fetch_part *both = ARENA_ARRAY(&op->arena, struct fetch_part, 2);
        both[0] = body;
        both[1] = leaf(op, "text/html; charset=utf-8", mail->html);
        if (gather(op, mail, true, FETCH_PART_RELATED, &both[1]) < 0)
            return -1;
        body = (struct fetch_part){.kind = FETCH_PART_ALTERNATIVE, .children = both, .child_n = 2};
    } else if (gather(op, mail, true, FETCH_PART_MIXED, &body) < 0) {
        return -1;
    }
    *out = body;
    return gather(op, mail, false, FETCH_PART_MIXED, out);
}

int message_build(struct op *op, const struct mail_conf *conf, const struct mail_message *mail,
                  struct message *out)
{
    *out = (struct message){0};
    if (build_headers(op, conf, mail, out) < 0)
        return -1;
    return build_tree(op, mail, &out->root);
}
