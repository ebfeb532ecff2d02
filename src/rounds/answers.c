/* Answers of data sources into one packed document. Pure but for memory.
 *
 * They go into the packer piece by piece, because a whole document beside the answers themselves
 * would double what a round's worker holds. What is kept is the text as it came, not as our own
 * reader would print it: numbers keep their digits. Identities of requests are left out, since they
 * differ from visit to visit and would keep equal data from being stored once.
 */
#include "rounds/answers.h"

#include "base/json.h"
#include "base/pack.h"

enum { HEAD_MAX = 4096 };

/* Everything of an entry but the answer itself. */
static struct bytes print_head(struct arena *arena, const struct render_frames *frames)
{
    struct str *text = str_new(arena, HEAD_MAX);
    struct jw w;
    jw_init(&w, text);
    jw_object(&w);
    jw_text_at(&w, "panel", frames->panel);
    jw_text_at(&w, "datasource", frames->datasource);
    jw_int_at(&w, "status", frames->status);
    jw_end(&w);
    return text->is_full ? BYTES("{\"panel\":\"\"}") : str_bytes(text);
}

/* What is no JSON (a proxy's page of HTML) becomes a text. */
static struct bytes print_text(struct arena *arena, struct bytes body)
{
    struct str *text = str_new(arena, 6 * body.n + HEAD_MAX);
    struct jw w;
    jw_init(&w, text);
    jw_bytes(&w, body);
    return str_bytes(text);
}

static void add_entry(struct packer *packer, struct arena *arena,
                      const struct render_frames *frames, bool is_json)
{
    struct bytes head = print_head(arena, frames);
    head.n--; /* the object goes on */
    packer_add(packer, head);
    packer_add(packer, BYTES(",\"answer\":"));
    packer_add(packer, is_json ? frames->body : print_text(arena, frames->body));
    packer_add(packer, BYTES("}"));
}

struct bytes answers_pack(struct arena *arena, const struct render_result *result,
                          const bool *is_json, size_t max)
{
    size_t kept = 0, n = 0;
    bool is_whole = result->has_all_frames;
    bool *is_kept = ARENA_ARRAY(arena, bool, result->frames_n + 1);
    for (size_t i = 0; i < result->frames_n; i++) {
        size_t more = result->frames[i].body.n;
        is_kept[i] = more > 0 && more <= max && kept <= max - more;
        kept += is_kept[i] ? more : 0;
        n += is_kept[i];
        is_whole = is_whole && is_kept[i];
    }
    if (n == 0)
        return (struct bytes){0};
    struct packer *packer = packer_new(arena);
    packer_add(packer, BYTES("{\"format\":\"grafana-frames-1\",\"note\":"));
    packer_add(packer, is_whole ? BYTES("\"complete\"") : BYTES("\"bounded\""));
    packer_add(packer, BYTES(",\"answers\":["));
    for (size_t i = 0, seen = 0; i < result->frames_n; i++) {
        if (!is_kept[i])
            continue;
        if (seen++ > 0)
            packer_add(packer, BYTES(","));
        add_entry(packer, arena, &result->frames[i], is_json[i]);
    }
    packer_add(packer, BYTES("]}"));
    return packer_end(packer);
}
