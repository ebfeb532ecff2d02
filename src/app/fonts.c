/* The self-test of fonts: are the scripts that dashboards are titled in drawn, or as boxes? Asked
 * once after the start, in a tab without network, by comparing each probe's drawing with that of a
 * code point that no font has.
 */
#include "app/app_priv.h"

#include "base/log.h"

#include <string.h>

static const struct script_row {
    const char *name;
    const char *probe;
    const char *package; /* of Debian */
} scripts[] = {
    {"Chinese", "中文", "fonts-noto-cjk"}, {"Japanese", "あア", "fonts-noto-cjk"},
    {"Korean", "한글", "fonts-noto-cjk"},  {"Cyrillic", "Жя", "fonts-dejavu-core"},
    {"Greek", "Ωλ", "fonts-dejavu-core"},  {"Arabic", "عر", "fonts-noto-core"},
    {"Thai", "ไท", "fonts-noto-core"},     {"Emoji", "😀", "fonts-noto-color-emoji"},
};

/* Draws a text and a code point of the private use area, which no font has, and compares the
 * pixels. */
static const char test_script[] =
    "(texts=>{const draw=t=>{const c=document.createElement('canvas');c.width=64;c.height=40;"
    "const x=c.getContext('2d');x.font='24px sans-serif';x.fillText(t,2,30);"
    "return c.toDataURL();};"
    "const first=t=>String.fromCodePoint(t.codePointAt(0));"
    "const box=draw('\\u{10FF00}'),none=draw('');"
    "return texts.map(t=>{const d=draw(first(t));return d!==box&&d!==none;});})";

static int run_test(struct op *op, struct pool *pool, const struct jv **out)
{
    struct pool_lease lease;
    struct pool_ask ask = {.who = {"", "", "fonts", POOL_CONTEXT}, .class_ = POOL_SCHEDULED};
    struct str *script = str_new(&op->arena, 8192);
    struct jw w;
    str_adds(script, test_script);
    str_addc(script, '(');
    jw_init(&w, script);
    jw_array(&w);
    for (size_t i = 0; i < sizeof scripts / sizeof *scripts; i++)
        jw_text(&w, scripts[i].probe);
    jw_end(&w);
    str_addc(script, ')');
    if (pool_lease(op, pool, &ask, &lease) < 0)
        return -1;
    int failed = page_eval(op, lease.page, script->p, out);
    pool_return(&lease);
    return failed;
}

int app_check_fonts(struct op *op, struct app *app)
{
    const struct jv *drawn;
    if (run_test(op, app->pool, &drawn) < 0)
        return -1;
    struct str *missing = str_new(&op->arena, 4096);
    for (size_t i = 0; i < sizeof scripts / sizeof *scripts; i++)
        if (!jv_bool(jv_item(drawn, i), true))
            str_addf(missing, "%s%s (install %s)", missing->n ? ", " : "", scripts[i].name,
                     scripts[i].package);
    if (missing->n)
        log_msg(LOG_WARN, op, "fonts", "these scripts are drawn as boxes: %s", missing->p);
    /* Written once; readers see the old pointer or the new one. */
    __atomic_store_n(&app->api.fonts_missing, arena_strdup(&app->keep.arena, missing->p),
                     __ATOMIC_RELEASE);
    return 0;
}

static void run_thread(void *ctx)
{
    struct app *app = ctx;
    struct op op;
    op_init(&op, 60000);
    op.cancel_fd = app->stop_fd;
    if (app_check_fonts(&op, app) < 0 && op.err != ERR_CANCELLED && op.err != ERR_UNAVAILABLE)
        log_msg(LOG_WARN, &op, "fonts", "the self-test could not run: %s", op.err_text);
    op_fini(&op);
}

void fonts_start(struct app *app)
{
    thread_start(&app->font_thread, "fonts", run_thread, app);
}

const char *app_fonts_missing(const struct app *app)
{
    const char *missing = __atomic_load_n(&app->api.fonts_missing, __ATOMIC_ACQUIRE);
    return missing ? missing : "";
}
