/* The client behind trusted reverse proxies. Loop thread, at each request; the list is read at the
 * start and never changes.
 *
 * X-Forwarded-For has precedence over Forwarded, because the proxies in use write the former and
 * hand the latter through as a client sent it.
 */
#include "httpd/proxy.h"

#include <arpa/inet.h>
#include <string.h>

#include "base/mem.h"

enum { TEXT_MAX = 64, MAPPED_BITS = 96, ELEMENTS_MAX = 64 };

static const unsigned char mapped[12] = {[10] = 0xff, [11] = 0xff};

static bool read_address(struct bytes text, unsigned char out[16], bool *is_4)
{
    char copy[TEXT_MAX];
    if (text.n == 0 || text.n >= sizeof copy || memchr(text.p, 0, text.n))
        return false;
    memcpy(copy, text.p, text.n);
    copy[text.n] = '\0';
    *is_4 = inet_pton(AF_INET, copy, out + sizeof mapped) == 1;
    if (*is_4)
        memcpy(out, mapped, sizeof mapped);
    return *is_4 || inet_pton(AF_INET6, copy, out) == 1;
}

static bool read_block(struct bytes text, struct proxy_block *out)
{
    ssize_t slash = bytes_find_char(text, '/');
    struct bytes address = slash < 0 ? text : (struct bytes){text.p, (size_t)slash};
    bool is_4;
    int64_t bits;
    if (!read_address(address, out->address, &is_4))
        return false;
    int64_t most = is_4 ? 32 : 128;
    bits = most;
    if (slash >= 0 && !bytes_to_i64(bytes_from(text, (size_t)slash + 1), &bits))
        return false;
    if (bits < 0 || bits > most)
        return false;
    out->bits = (unsigned)bits + (is_4 ? MAPPED_BITS : 0);
    return true;
}

int proxy_list_read(struct op *op, const char *const *texts, size_t n, struct proxy_list *out)
{
    *out = (struct proxy_list){mem_calloc(n + 1, sizeof *out->blocks), 0};
    for (size_t i = 0; i < n; i++)
        if (!read_block(bytes_of(texts[i]), &out->blocks[out->n++]))
            return op_fail(op, ERR_BAD_INPUT,
                           "a trusted proxy must be an address or a block such as 10.0.0.0/8, not "
                           "\"%s\"",
                           texts[i]);
    return 0;
}

void proxy_list_fini(struct proxy_list *list)
{
    mem_free(list->blocks);
    *list = (struct proxy_list){0};
}

static bool is_inside(const unsigned char address[16], const struct proxy_block *block)
{
    size_t whole = block->bits / 8, rest = block->bits % 8;
    if (memcmp(address, block->address, whole) != 0)
        return false;
    return rest == 0 || ((address[whole] ^ block->address[whole]) >> (8 - rest)) == 0;
}

static bool is_trusted(const struct proxy_list *list, const unsigned char address[16])
{
    for (size_t i = 0; i < list->n; i++)
        if (is_inside(address, &list->blocks[i]))
            return true;
    return false;
}

/* One element of a chain: whom a proxy spoke for, and how it was spoken to. */
struct element {
    struct bytes address, proto;
};

/* "192.0.2.1", "192.0.2.1:4711", "2001:db8::1", "[2001:db8::1]:4711", each perhaps in quotes. */
static struct bytes strip_port(struct bytes text)
{
    if (text.n >= 2 && text.p[0] == '"' && text.p[text.n - 1] == '"')
        text = (struct bytes){text.p + 1, text.n - 2};
    ssize_t end = bytes_find_char(text, ']'), colon = bytes_find_char(text, ':');
    if (text.n && text.p[0] == '[' && end > 0)
        return (struct bytes){text.p + 1, (size_t)end - 1};
    bool has_port = colon >= 0 && bytes_find_char(bytes_from(text, (size_t)colon + 1), ':') < 0;
    return has_port ? (struct bytes){text.p, (size_t)colon} : text;
}

static struct element read_forwarded(struct bytes text)
{
    struct element element = {{0}, {0}};
    struct bytes pair;
    while (bytes_split(&text, ';', &pair)) {
        ssize_t equals = bytes_find_char(pair, '=');
        if (equals < 0)
            continue;
        struct bytes name = bytes_trim((struct bytes){pair.p, (size_t)equals});
        struct bytes value = bytes_trim(bytes_from(pair, (size_t)equals + 1));
        if (bytes_eq_nocase(name, BYTES("for")))
            element.address = strip_port(value);
        else if (bytes_eq_nocase(name, BYTES("proto")))
            element.proto = value;
    }
    return element;
}

/* All lines of that header, in order; of too many elements the last ones. */
static size_t read_chain(const struct head *head, struct bytes name, bool is_forwarded,
                         struct element chain[ELEMENTS_MAX])
{
    const struct head_header *line;
    size_t n = 0;
    for (size_t nth = 0; (line = head_find(head, name, nth)); nth++) {
        struct bytes rest = line->value, piece;
        while (bytes_split(&rest, ',', &piece)) {
            if (n == ELEMENTS_MAX)
                memmove(chain, chain + 1, --n * sizeof *chain);
            piece = bytes_trim(piece);
            chain[n++] = is_forwarded ? read_forwarded(piece)
                                      : (struct element){.address = strip_port(piece)};
        }
    }
    return n;
}

static struct bytes last_word(const struct head *head, struct bytes name)
{
    const struct head_header *line;
    struct bytes word = {0}, rest, piece;
    for (size_t nth = 0; (line = head_find(head, name, nth)); nth++)
        for (rest = line->value; bytes_split(&rest, ',', &piece);)
            word = bytes_trim(piece);
    return word;
}

static void set_scheme(struct bytes proto, struct proxy_client *client)
{
    if (bytes_eq_nocase(proto, BYTES("https")))
        client->is_tls = true;
    else if (bytes_eq_nocase(proto, BYTES("http")))
        client->is_tls = false;
}

void proxy_find_client(struct arena *arena, const struct proxy_list *list, const struct head *head,
                       struct proxy_client *client)
{
    struct element chain[ELEMENTS_MAX];
    unsigned char address[16];
    char text[INET6_ADDRSTRLEN];
    bool is_4;
    if (list->n == 0 || !read_address(bytes_of(client->address), address, &is_4) ||
        !is_trusted(list, address))
        return;
    set_scheme(last_word(head, BYTES("X-Forwarded-Proto")), client);
    size_t n = read_chain(head, BYTES("X-Forwarded-For"), false, chain);
    if (n == 0)
        n = read_chain(head, BYTES("Forwarded"), true, chain);
    while (n > 0 && read_address(chain[n - 1].address, address, &is_4)) {
        const void *at = is_4 ? address + sizeof mapped : address;
        inet_ntop(is_4 ? AF_INET : AF_INET6, at, text, sizeof text);
        client->address = arena_strdup(arena, text);
        set_scheme(chain[n - 1].proto, client);
        if (!is_trusted(list, address))
            return;
        n--;
    }
}
