/* Signing a round, verifying it, and the key that others verify with. */
#include "store/signoff.h"

#include "api/fields.h"
#include "api/handlers.h"
#include "api/note.h"
#include "api/shots.h"
#include "rounds/verdict.h"
#include "rounds/verify.h"

enum { SUMMARY_MAX = 10000, REASON_MAX = 2000, REASONS_MAX = 20000, ID_MAX = 64 };

static void read_words(struct call *call, struct fields *f, struct signoff_words *out)
{
    size_t n = fields_len(f, "reasons", REASONS_MAX);
    struct signoff_reason *reasons = ARENA_ARRAY(&call->op->arena, struct signoff_reason, n + 1);
    for (size_t i = 0; i < n; i++) {
        struct fields item;
        fields_open_item(&item, f, "reasons", i, "shot_id reason");
        reasons[i].shot_id = fields_need_text(&item, "shot_id", ID_MAX);
        reasons[i].reason = fields_need_text(&item, "reason", REASON_MAX);
    }
    out->user_row = call->who.user_row;
    out->summary = fields_text(f, "summary", SUMMARY_MAX, "");
    out->reasons = reasons;
    out->reason_n = n;
    out->expected_undecided = fields_int(f, "expected_undecided", 0, REASONS_MAX * 10, -1);
}

/* Which shots are undecided and without a reason. */
static void tell_missing(struct call *call, const char **missing, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct str *text = str_new(&call->op->arena, 4096);
        struct jw w;
        jw_init(&w, text);
        jw_object(&w);
        jw_text_at(&w, "path", "reasons");
        jw_text_at(&w, "message", "undecided, and no reason given");
        jw_text_at(&w, "shot_id", missing[i]);
        jw_end(&w);
        if (!text->is_full)
            reply_detail_json(call, str_bytes(text));
    }
}

int handle_rounds_sign(struct call *call)
{
    struct platform *platform = call->api->platform;
    struct signoff_words words = {0};
    struct store_signoff signoff;
    struct store_round round;
    struct fields f;
    const char **missing = NULL;
    size_t missing_n = 0;
    fields_open(&f, call, "summary reasons expected_undecided");
    read_words(call, &f, &words);
    if (fields_end(&f) < 0 || round_of_call(call, &round) < 0)
        return -1;
    words.round_id = round.id;
    if (signoff_give(call->op, platform->rounds, &words, &signoff, &missing, &missing_n) < 0) {
        tell_missing(call, missing, missing_n);
        return -1;
    }
    if (note_add(call, platform->store, "round.signed", "round", round.id,
                 arena_fmt(&call->op->arena, "{\"hash\":\"%s\"}", signoff.hash)) < 0)
        return -1;
    return reply_round(call, round.id, 200);
}

int handle_rounds_verify(struct call *call)
{
    struct verify_result *result = ARENA_NEW(&call->op->arena, struct verify_result);
    struct store_round round;
    struct reply r;
    if (round_of_call(call, &round) < 0 ||
        verify_round(call->op, call->api->platform->rounds, round.id, result) < 0)
        return -1;
    reply_open(&r, call);
    verify_print(result, &r.w);
    return reply_json(&r, 200);
}

int handle_public_key(struct call *call)
{
    const struct keys *keys = call->api->platform->keys;
    const char *pem = keys_public_pem(keys, query_text(call, "id"));
    if (!pem)
        return op_fail(call->op, ERR_NOT_FOUND, "there was never such a key");
    httpd_header(call->req, "Cache-Control", "no-store");
    httpd_reply(call->req, 200, "application/x-pem-file", bytes_of(pem));
    return 0;
}
