/* Serving the embedded UI. Pure but for the answer; any thread.
 *
 * Files whose names carry a hash are kept by browsers for ever; the document is asked for each time
 * and costs a 304. The policy allows nothing but our own origin, no inline script or style, no
 * frame: what a dashboard's title or a comment might smuggle in cannot run.
 */
#include "web/web.h"

#include "web/assets.h"

#include <string.h>

static const char policy[] =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
    "font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'";

bool web_is_there(void)
{
    return web_assets_n > 0;
}

static const struct web_asset *find_asset(const char *path)
{
    for (size_t i = 0; i < web_assets_n; i++)
        if (strcmp(web_assets[i].path, path) == 0)
            return &web_assets[i];
    return NULL;
}

/* A page of the UI: no file's ending, and not under what belongs to programs. */
static bool is_page(const char *path)
{
    static const char *const foreign[] = {"/api/", "/render/", "/assets/", "/.well-known/"};
    const char *last = strrchr(path, '/');
    for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++)
        if (strncmp(path, foreign[i], strlen(foreign[i])) == 0)
            return false;
    return last && !strchr(last, '.') && strcmp(path, "/api") != 0 && strcmp(path, "/render") != 0;
}

static void send_asset(struct httpd_request *req, const struct web_asset *asset)
{
    bool is_packed = asset->packed && httpd_takes_gzip(req);
    const char *p = is_packed ? asset->packed : asset->plain;
    const char *end = is_packed ? asset->packed_end : asset->plain_end;
    httpd_header(req, "Cache-Control",
                 asset->is_immutable ? "public, max-age=31536000, immutable" : "no-cache");
    httpd_header(req, "Content-Security-Policy", policy);
    httpd_header(req, "X-Frame-Options", "DENY");
    httpd_header(req, "Referrer-Policy", "same-origin");
    httpd_header(req, "Cross-Origin-Opener-Policy", "same-origin");
    if (asset->packed)
        httpd_header(req, "Vary", "Accept-Encoding");
    if (httpd_reply_unchanged(req, asset->etag))
        return;
    if (is_packed)
        httpd_header(req, "Content-Encoding", "gzip");
    httpd_reply(req, 200, asset->type, (struct bytes){p, (size_t)(end - p)});
}

bool web_serve(struct httpd_request *req)
{
    const struct web_asset *asset;
    if (strcmp(req->method, "GET") != 0)
        return false;
    if (!web_is_there()) {
        if (strcmp(req->path, "/") != 0)
            return false;
        httpd_reply(
            req, 200, "text/plain; charset=utf-8",
            BYTES("Rounds " ROUNDS_VERSION "\nThis program was built without the web UI.\n"));
        return true;
    }
    asset = find_asset(req->path);
    if (!asset && is_page(req->path))
        asset = find_asset("/index.html");
    if (asset)
        send_asset(req, asset);
    return asset != NULL;
}
