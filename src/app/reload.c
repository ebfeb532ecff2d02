/* What can be replaced while the app runs: the certificate with its key, the tokens of callers, the
 * secrets of the settings' credentials. Read at the start, on a signal, and when the files change;
 * main thread, but for reload_copy_secret, which any thread may call.
 *
 * Each is replaced by itself: what can not be read stays as it was, the rest is taken. Files are
 * looked at by their stamps rather than watched, since a secret that is mounted changes by a link in
 * a folder above it.
 */
#include "app/app_priv.h"

#include "auth/token.h"
#include "base/log.h"
#include "base/mem.h"
#include "sys/file.h"
#include "sys/lock.h"

#include <string.h>
#include <sys/stat.h>

enum { TOKENS_FILE_MAX = 1 << 20, FILES_MAX = 64, RELOAD_MS = 10000 };

struct stamp {
    ino_t inode;
    off_t size;
    struct timespec changed;
};

struct watched {
    const char *path;
    struct stamp used, seen; /* when it was last read; when it was last looked at */
};

struct reload {
    struct lock lock;       /* of the secrets */
    struct secret *secrets; /* of the settings' rows, in their order */
    size_t secrets_n;
    struct watched files[FILES_MAX];
    size_t files_n;
};

/* --- tokens --- */

static bool is_loopback_only(const char *const *addresses, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        bool is_loopback = strncmp(addresses[i], "127.", 4) == 0 ||
                           strncmp(addresses[i], "[::1]", 5) == 0 ||
                           strncmp(addresses[i], "localhost:", 10) == 0;
        if (!is_loopback)
            return false;
    }
    return true;
}

static int check_tokens(struct op *op, struct app *app, const struct token_list *list)
{
    size_t n;
    const char *const *addresses = settings_list(app->settings, SET_LISTEN, &n);
    bool is_loopback = is_loopback_only(addresses, n) || !app->want.is_listening;
    const char *refusal = token_list_refusal(list, is_loopback);
    return refusal ? op_fail(op, ERR_BAD_INPUT, "%s", refusal) : 0;
}

/* Every token of the environment or the file. */
static int read_tokens(struct op *op, struct app *app, size_t least)
{
    const struct settings *s = app->settings;
    const char *file = settings_text(s, SET_AUTH_TOKENS_FILE);
    struct bytes text = secret_reveal(settings_secret(s, SET_AUTH_TOKENS)), piece;
    if (*file && file_read(op, file, TOKENS_FILE_MAX, &text) < 0)
        return -1;
    struct secret *tokens = ARENA_ARRAY(&op->arena, struct secret, text.n + 1);
    size_t n = 0;
    for (struct bytes rest = text; bytes_split(&rest, *file ? '\n' : ',', &piece);) {
        piece = bytes_trim(piece);
        if (piece.n)
            secret_set(&tokens[n++], piece);
    }
    struct token_list list = {tokens, n};
    int failed = n < least ? op_fail(op, ERR_BAD_INPUT, "%s holds no token", file)
                           : check_tokens(op, app, &list);
    if (!failed)
        token_book_set(app->api.render_conf.tokens, &list);
    for (size_t i = 0; i < n; i++)
        secret_fini(&tokens[i]);
    if (*file)
        explicit_bzero((char *)(uintptr_t)text.p, text.n);
    return failed;
}

/* --- secrets of credentials --- */

void reload_copy_secret(struct app *app, const struct settings_grafana *row, struct secret *out)
{
    size_t n;
    const struct settings_grafana *rows = settings_grafanas(app->settings, &n);
    lock_take(&app->reload->lock);
    secret_copy(out, &app->reload->secrets[row - rows]);
    lock_give(&app->reload->lock);
}

static int read_secret(struct op *op, struct app *app, size_t i, const char *file)
{
    struct secret fresh = {0}, former;
    if (settings_read_secret(op, file, &fresh) < 0) {
        secret_fini(&fresh);
        return -1;
    }
    lock_take(&app->reload->lock);
    former = app->reload->secrets[i];
    app->reload->secrets[i] = fresh;
    lock_give(&app->reload->lock);
    secret_fini(&former);
    return 0;
}

/* --- files --- */

static struct stamp stamp_of(const char *path)
{
    struct stat st;
    if (stat(path, &st) < 0)
        return (struct stamp){0};
    return (struct stamp){st.st_ino, st.st_size, st.st_mtim};
}

static bool is_same(const struct stamp *a, const struct stamp *b)
{
    return a->inode == b->inode && a->size == b->size && a->changed.tv_sec == b->changed.tv_sec &&
           a->changed.tv_nsec == b->changed.tv_nsec;
}

static void watch(struct reload *r, const char *path)
{
    if (!*path || r->files_n == FILES_MAX)
        return;
    struct watched *w = &r->files[r->files_n++];
    w->path = path;
    w->used = w->seen = stamp_of(path);
}

/* --- together --- */

int reload_open(struct op *op, struct app *app)
{
    const struct settings *s = app->settings;
    struct reload *r = MEM_NEW(struct reload);
    const struct settings_grafana *rows = settings_grafanas(s, &r->secrets_n);
    app->reload = r;
    app->api.render_conf.tokens = token_book_new();
    lock_init(&r->lock);
    r->secrets = mem_calloc(r->secrets_n + 1, sizeof *r->secrets);
    for (size_t i = 0; i < r->secrets_n; i++) {
        secret_copy(&r->secrets[i], &rows[i].secret);
        watch(r, rows[i].secret_file);
    }
    watch(r, settings_text(s, SET_TLS_CERT));
    watch(r, settings_text(s, SET_TLS_KEY));
    watch(r, settings_text(s, SET_AUTH_TOKENS_FILE));
    return read_tokens(op, app, 0);
}

void reload_close(struct app *app)
{
    struct reload *r = app->reload;
    token_book_free(app->api.render_conf.tokens);
    if (!r)
        return;
    for (size_t i = 0; i < r->secrets_n; i++)
        secret_fini(&r->secrets[i]);
    mem_free(r->secrets);
    lock_fini(&r->lock);
    mem_free(r);
}

/* Says the outcome of one of them; the former stays where it failed. */
static void say(struct op *op, int failed, const char *what)
{
    if (failed)
        log_msg(LOG_ERROR, op, "reload", "the former %s stays in use: %s", what, op->err_text);
    else
        log_msg(LOG_INFO, op, "reload", "read again: %s", what);
    op_clear(op);
}

void app_reload(struct app *app)
{
    const struct settings *s = app->settings;
    struct reload *r = app->reload;
    const struct settings_grafana *rows = settings_grafanas(s, &(size_t){0});
    struct op op;
    bool is_new;
    op_init(&op, RELOAD_MS);
    for (size_t i = 0; i < r->files_n; i++)
        r->files[i].used = r->files[i].seen = stamp_of(r->files[i].path);
    if (app->httpd && *settings_text(s, SET_TLS_CERT))
        say(&op, httpd_reload_tls(&op, app->httpd, &is_new), "certificate");
    if (*settings_text(s, SET_AUTH_TOKENS_FILE))
        say(&op, read_tokens(&op, app, 1), "list of tokens");
    for (size_t i = 0; i < r->secrets_n; i++)
        if (*rows[i].secret_file)
            say(&op, read_secret(&op, app, i, rows[i].secret_file),
                arena_fmt(&op.arena, "credential of %s", rows[i].origin));
    op_fini(&op);
}

/* Two files that belong together are written one after the other: not before they have stood still. */
void app_reload_changed(struct app *app)
{
    struct reload *r = app->reload;
    bool is_changed = false, is_moving = false;
    for (size_t i = 0; i < r->files_n; i++) {
        struct watched *w = &r->files[i];
        struct stamp now = stamp_of(w->path);
        is_changed |= !is_same(&now, &w->used);
        is_moving |= !is_same(&now, &w->seen);
        w->seen = now;
    }
    if (is_changed && !is_moving)
        app_reload(app);
}

bool app_has_files(const struct app *app)
{
    return app->reload->files_n > 0;
}
