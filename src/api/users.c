/* People: who may sign in, as what, and which sources they see. Admins only, but for the list of
 * names that pickers show.
 *
 * Nobody is ever removed: verdicts and sign-offs name their person for ever. DELETE disables.
 */
#include "api/users.h"

#include "api/events.h"
#include "api/fields.h"
#include "api/handlers.h"
#include "api/note.h"
#include "api/platform.h"
#include "auth/password.h"
#include "base/cleanup.h"
#include "store/source.h"

#include <string.h>

enum { NAME_MAX_CHARS = 100, SOURCES_MAX = 1000 };

const char *const user_languages[] = {"auto", "zh-CN", "en", NULL};
const char *const user_themes[] = {"auto", "light", "dark", NULL};
static const char *const role_words[] = {"viewer", "reviewer", "editor", "admin", NULL};

int user_word(const char *const *words, const char *word)
{
    for (int i = 0; words[i]; i++)
        if (strcmp(words[i], word) == 0)
            return i;
    return 0;
}

struct user_prefs user_prefs_read(struct op *op, const struct store_user *user)
{
    const struct jv *v = jv_parse_quiet(&op->arena, bytes_of(user->prefs));
    int language = user_word(user_languages, jv_text_at(v, "language", "auto"));
    int theme = user_word(user_themes, jv_text_at(v, "theme", "auto"));
    return (struct user_prefs){user_languages[language], user_themes[theme]};
}

static int print_sources(struct call *call, struct reply *r, const struct store_user *user)
{
    struct store *store = call->api->platform->store;
    struct store_source source;
    int64_t *rows;
    size_t n;
    jw_key(&r->w, "source_ids");
    if (user->sees_all) {
        jw_null(&r->w);
        return 0;
    }
    if (store_user_sources(call->op, store, user->row, &rows, &n) < 0)
        return -1;
    jw_array(&r->w);
    for (size_t i = 0; i < n; i++) {
        if (store_source_get(call->op, store, rows[i], &source) < 0)
            return -1;
        jw_text(&r->w, source.id);
    }
    jw_end(&r->w);
    return 0;
}

int user_print(struct call *call, struct reply *r, const struct store_user *user)
{
    struct user_prefs prefs = user_prefs_read(call->op, user);
    jw_object(&r->w);
    jw_text_at(&r->w, "id", user->id);
    jw_text_at(&r->w, "name", user->login);
    jw_text_at(&r->w, "display_name", user->name);
    jw_text_at(&r->w, "role", role_word(user->role));
    jw_text_at(&r->w, "language", prefs.language);
    jw_text_at(&r->w, "theme", prefs.theme);
    if (print_sources(call, r, user) < 0)
        return -1;
    jw_bool_at(&r->w, "disabled", user->is_disabled);
    reply_time_at(r, "created_at", user->created_ms);
    reply_time_at(r, "last_seen_at", user->seen_ms);
    jw_int_at(&r->w, "version", user->version);
    jw_end(&r->w);
    return 0;
}

int user_reply(struct call *call, const struct store_user *user, int status)
{
    struct reply r;
    reply_open(&r, call);
    if (user_print(call, &r, user) < 0) {
        str_fini(&r.text);
        return -1;
    }
    return reply_json(&r, status);
}

int handle_users_list(struct call *call)
{
    struct store_page page;
    struct store_user_list list;
    struct reply r;
    if (query_page(call, &page) < 0 || store_user_list(call->op, call->api->platform->store,
                                                       query_text(call, "q"), page, &list) < 0)
        return -1;
    reply_list_begin(&r, call);
    for (size_t i = 0; i < list.n; i++)
        if (user_print(call, &r, &list.items[i]) < 0) {
            str_fini(&r.text);
            return -1;
        }
    reply_list_end(&r, list.next);
    return reply_json(&r, 200);
}

/* Everybody who can be chosen, in one answer: pickers search by themselves. */
int handle_people(struct call *call)
{
    struct store_page page = {.limit = STORE_PAGE_MAX};
    struct store_user_list list;
    struct reply r;
    reply_open(&r, call);
    jw_array(&r.w);
    do {
        if (store_user_list(call->op, call->api->platform->store, NULL, page, &list) < 0) {
            str_fini(&r.text);
            return -1;
        }
        for (size_t i = 0; i < list.n; i++) {
            if (list.items[i].is_disabled)
                continue;
            jw_object(&r.w);
            jw_text_at(&r.w, "id", list.items[i].id);
            jw_text_at(&r.w, "display_name", list.items[i].name);
            jw_text_at(&r.w, "role", role_word(list.items[i].role));
            jw_end(&r.w);
        }
        page.cursor = list.next;
    } while (list.next);
    jw_end(&r.w);
    return reply_json(&r, 200);
}

int handle_users_show(struct call *call)
{
    struct store_user user;
    if (store_user_find(call->op, call->api->platform->store, call->params[0], &user) < 0)
        return -1;
    return user_reply(call, &user, 200);
}

/* Rows of the sources named; unknown ones are faults. */
static int64_t *read_sources(struct fields *f, size_t *out_n)
{
    struct call *call = f->call;
    struct store_source source;
    size_t n;
    const char **ids = fields_texts(f, "source_ids", SOURCES_MAX, 100, &n);
    int64_t *rows = ARENA_ARRAY(&call->op->arena, int64_t, n + 1);
    *out_n = 0;
    for (size_t i = 0; i < n; i++) {
        if (store_source_find(call->op, call->api->platform->store, ids[i], &source) == 0)
            rows[(*out_n)++] = source.row;
        else if (call->op->err == ERR_NOT_FOUND) {
            op_clear(call->op);
            fields_fault(f, arena_fmt(&call->op->arena, "source_ids[%zu]", i),
                         "there is no source %s", ids[i]);
        }
    }
    return rows;
}

/* What a body may change in a person; members that are left out stay. */
static void read_changes(struct fields *f, struct store_user *user, int64_t **sources, size_t *n)
{
    user->login = fields_text(f, "name", NAME_MAX_CHARS, user->login);
    user->name = fields_text(f, "display_name", NAME_MAX_CHARS, user->name);
    int role = fields_word(f, "role", role_words, user->role ? (int)user->role - 1 : 0);
    user->role = (enum user_role)(role + 1);
    user->is_disabled = fields_bool(f, "disabled", user->is_disabled);
    *sources = read_sources(f, n);
    if (fields_has(f, "source_ids"))
        user->sees_all = !fields_value(f, "source_ids");
}

/* The login goes into logs and the audit trail. */
static void check_login(struct fields *f, const char *login)
{
    for (const unsigned char *c = (const unsigned char *)login; *c; c++)
        if (*c <= ' ' || *c == 127) {
            fields_fault(f, "name", "must not contain spaces or control characters");
            return;
        }
    if (!*login)
        fields_fault(f, "name", "must not be empty");
}

static const char *detail_of(struct call *call, const struct store_user *user)
{
    struct str *s = str_new(&call->op->arena, 4096);
    struct jw w;
    jw_init(&w, s);
    jw_object(&w);
    jw_text_at(&w, "name", user->login);
    jw_text_at(&w, "role", role_word(user->role));
    jw_bool_at(&w, "disabled", user->is_disabled);
    jw_bool_at(&w, "all_sources", user->sees_all);
    jw_end(&w);
    return s->p;
}

/* Without a given one, *once is a one-time password. Either way somebody else knows it, so that it
 * must be changed. */
static int make_password(struct fields *f, struct store_user *user, struct secret *once)
{
    struct op *op = f->call->op;
    struct secret given = {0};
    char *text = arena_alloc(&op->arena, PASSWORD_TEXT_MAX);
    fields_secret(f, "password", PASSWORD_MAX, &given);
    bool is_given = !secret_is_empty(&given);
    if (!is_given)
        password_make(once);
    int failed = (is_given && password_check_policy(op, &given, user->login) < 0) ||
                 password_hash(op, is_given ? &given : once, text) < 0;
    if (failed && op->err == ERR_UNPROCESSABLE)
        reply_detail(f->call, "password", op->err_text);
    secret_fini(&given);
    user->password = text;
    user->must_change = true;
    return failed ? -1 : 0;
}

static int add_user(struct call *call, struct store_user *user, const int64_t *sources, size_t n)
{
    CLEANUP(store_end) struct store *bound = NULL;
    if (store_begin(call->op, call->api->platform->store, STORE_DURABLE, &bound) < 0 ||
        store_user_add(call->op, bound, user) < 0 ||
        store_user_set_sources(call->op, bound, user->row, sources, n) < 0 ||
        note_add(call, bound, "user.added", "user", user->id, detail_of(call, user)) < 0)
        return -1;
    return store_commit(call->op, &bound);
}

static int reply_new_user(struct call *call, const struct store_user *user,
                          const struct secret *once)
{
    struct reply r;
    struct str *text = str_new(&call->op->arena, 64 << 10);
    reply_open(&r, call);
    if (user_print(call, &r, user) < 0) {
        str_fini(&r.text);
        return -1;
    }
    if (!secret_is_empty(once)) { /* the same object with one member more */
        str_add(text, (struct bytes){r.text.p, r.text.n - 1});
        str_addf(text, ",\"password\":\"%.*s\"}", BYTES_ARG(secret_reveal(once)));
        str_clear(&r.text);
        str_add(&r.text, str_bytes(text));
        memset(text->p, 0, text->n);
    }
    return reply_json(&r, 201);
}

int handle_users_add(struct call *call)
{
    struct store_user user = {
        .login = "", .name = "", .email = "", .prefs = "{}", .sees_all = true};
    struct secret once = {0};
    struct fields f;
    int64_t *sources;
    size_t n;
    fields_open(&f, call, "name display_name role password source_ids disabled");
    read_changes(&f, &user, &sources, &n);
    check_login(&f, user.login);
    if (!*user.name)
        user.name = user.login;
    if (!fields_has(&f, "role"))
        fields_fault(&f, "role", "is missing: viewer, reviewer, editor or admin");
    int failed = fields_end(&f);
    if (!failed)
        failed = make_password(&f, &user, &once);
    if (!failed)
        failed = add_user(call, &user, sources, n);
    if (!failed)
        failed = reply_new_user(call, &user, &once);
    secret_fini(&once);
    return failed;
}

static int set_user(struct call *call, struct store_user *user, bool has_sources,
                    const int64_t *sources, size_t n)
{
    CLEANUP(store_end) struct store *bound = NULL;
    if (store_begin(call->op, call->api->platform->store, STORE_DURABLE, &bound) < 0 ||
        store_user_set(call->op, bound, user) < 0)
        return -1;
    if (has_sources && store_user_set_sources(call->op, bound, user->row, sources, n) < 0)
        return -1;
    if (note_add(call, bound, "user.set", "user", user->id, detail_of(call, user)) < 0)
        return -1;
    if (store_commit(call->op, &bound) < 0)
        return -1;
    events_recheck(call->api->platform->events);
    return 0;
}

int handle_users_set(struct call *call)
{
    struct store_user user;
    struct fields f;
    int64_t *sources;
    size_t n;
    if (store_user_find(call->op, call->api->platform->store, call->params[0], &user) < 0)
        return -1;
    fields_open(&f, call, "name display_name role disabled source_ids version");
    read_changes(&f, &user, &sources, &n);
    check_login(&f, user.login);
    user.version = fields_need_int(&f, "version", 1, INT64_MAX);
    if (fields_end(&f) < 0 || set_user(call, &user, fields_has(&f, "source_ids"), sources, n) < 0)
        return -1;
    return user_reply(call, &user, 200);
}

int handle_users_drop(struct call *call)
{
    struct store_user user;
    if (store_user_find(call->op, call->api->platform->store, call->params[0], &user) < 0)
        return -1;
    if (user.row == call->who.user_row)
        return op_fail(call->op, ERR_CONFLICT, "you cannot disable yourself; another admin can");
    user.is_disabled = true;
    if (set_user(call, &user, false, NULL, 0) < 0)
        return -1;
    return reply_empty(call);
}

int handle_users_reset(struct call *call)
{
    struct secret once = {0};
    struct reply r;
    if (signin_reset_password(call->op, call->api->platform->store, &call->who, call->params[0],
                              call->req->peer, &once) < 0)
        return -1;
    events_recheck(call->api->platform->events);
    reply_open(&r, call);
    jw_object(&r.w);
    jw_key(&r.w, "password");
    jw_bytes(&r.w, secret_reveal(&once));
    jw_end(&r.w);
    secret_fini(&once);
    return reply_json(&r, 200);
}
