/* OpenAPI 3.1 from the table of routes and the table of shapes: what is served is what is
 * described.
 *
 * Paths that this process does not serve (the platform's, under --render-only) are left out.
 */
#include "api/handlers.h"

#include "api/reply.h"
#include "api/schemas.h"

#include <string.h>

static bool is_there(const struct call *call, const struct route *route)
{
    return !route->is_platform || call->api->platform;
}

/* "List:Plan", "[Person]", "Plan". */
static void print_schema(struct jw *w, const char *name)
{
    if (strncmp(name, "List:", 5) != 0) {
        schema_print_type(w, name);
        return;
    }
    jw_object(w);
    jw_text_at(w, "type", "object");
    jw_object_at(w, "properties");
    jw_object_at(w, "items");
    jw_text_at(w, "type", "array");
    jw_key(w, "items");
    schema_print_type(w, name + 5);
    jw_end(w);
    jw_key(w, "next");
    schema_print_type(w, "text|null");
    jw_end(w);
    jw_array_at(w, "required");
    jw_text(w, "items");
    jw_text(w, "next");
    jw_end(w);
    jw_end(w);
}

/* A schema's name is JSON; else one or more media types. */
static void print_content(struct jw *w, struct arena *arena, const char *name)
{
    struct bytes rest = bytes_of(name), media;
    bool is_media = strchr(name, '/') != NULL;
    jw_object_at(w, "content");
    if (!is_media) {
        jw_object_at(w, "application/json");
        jw_key(w, "schema");
        print_schema(w, name);
        jw_end(w);
    }
    while (is_media && bytes_split(&rest, ' ', &media)) {
        jw_object_at(w, arena_copy(arena, media));
        jw_end(w);
    }
    jw_end(w);
}

static void print_body(struct jw *w, const struct route *route, struct arena *arena)
{
    if (!route->takes)
        return;
    jw_object_at(w, "requestBody");
    jw_bool_at(w, "required", strcmp(route->takes, "Empty") != 0);
    if (!route->takes_text)
        print_content(w, arena, route->takes);
    else {
        jw_object_at(w, "content");
        jw_object_at(w, "application/yaml");
        jw_end(w);
        jw_object_at(w, "application/json");
        jw_key(w, "schema");
        schema_print_type(w, route->takes);
        jw_end(w);
        jw_end(w);
    }
    jw_end(w);
}

static void print_parameter(struct jw *w, struct bytes name, const char *in, const char *type)
{
    jw_object(w);
    jw_key(w, "name");
    jw_bytes(w, name);
    jw_text_at(w, "in", in);
    if (strcmp(in, "path") == 0)
        jw_bool_at(w, "required", true);
    jw_key(w, "schema");
    schema_print_type(w, type);
    jw_end(w);
}

static const char *parameter_type(struct bytes name)
{
    static const struct {
        const char *name, *type;
    } types[] = {{"limit", "int"}, {"page", "int"}, {"width", "int"},
                 {"from", "time"}, {"to", "time"},  {"dry_run", "bool"}};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (bytes_eq_s(name, types[i].name))
            return types[i].type;
    return "text";
}

static void print_parameters(struct jw *w, const struct route *route)
{
    struct bytes path = bytes_of(route->path), query = bytes_of(route->query), word;
    jw_array_at(w, "parameters");
    while (bytes_split(&path, '/', &word))
        if (word.n > 2 && word.p[0] == '{')
            print_parameter(w, (struct bytes){word.p + 1, word.n - 2}, "path", "text");
    while (bytes_split(&query, ' ', &word))
        if (word.n)
            print_parameter(w, word, "query", parameter_type(word));
    jw_end(w);
}

static void print_scheme(struct jw *w, const char *a, const char *b)
{
    jw_object(w);
    jw_array_at(w, a);
    jw_end(w);
    if (b) {
        jw_array_at(w, b);
        jw_end(w);
    }
    jw_end(w);
}

/* A session's cookie counts with its CSRF token only, unless nothing is changed. */
static void print_security(struct jw *w, const struct route *route)
{
    jw_array_at(w, "security");
    if (route->who == WHO_RENDERER)
        print_scheme(w, "renderer", NULL);
    else if (route->who != WHO_OPEN) {
        print_scheme(w, "session", strcmp(route->method, "GET") == 0 ? NULL : "csrf");
        print_scheme(w, "token", NULL);
    }
    jw_end(w);
}

static void print_answers(struct jw *w, const struct route *route, struct arena *arena)
{
    int status = route->status ? route->status : route->gives ? 200 : 204;
    jw_object_at(w, "responses");
    jw_object_at(w, arena_fmt(arena, "%d", status));
    jw_text_at(w, "description", route->gives ? "As asked" : "Done");
    if (route->gives)
        print_content(w, arena, route->gives);
    jw_end(w);
    jw_object_at(w, "default");
    jw_text_at(w, "description", "What went wrong, and how to mend it");
    print_content(w, arena, route->face == FACE_JSON ? "Error" : "text/plain");
    jw_end(w);
    jw_end(w);
}

/* "getPlansIdVersions": stable names for generated clients. */
static const char *operation_id(struct arena *arena, const struct route *route)
{
    struct str *s = str_new(arena, 400);
    bool is_start = true;
    for (const char *c = route->method; *c; c++)
        str_addc(s, (char)(*c | 32));
    const char *path = strncmp(route->path, "/api/v1", 7) == 0 ? route->path + 7 : route->path;
    for (const char *c = path; *c; c++) {
        bool is_word = (*c >= 'a' && *c <= 'z') || (*c >= '0' && *c <= '9');
        if (is_word)
            str_addc(s, is_start && *c >= 'a' ? (char)(*c - 32) : *c);
        is_start = !is_word;
    }
    return s->p;
}

static void print_operation(struct jw *w, const struct route *route, struct arena *arena)
{
    static const char *const roles[] = {
        [WHO_SELF] = "anyone signed in", [WHO_VIEWER] = "viewer", [WHO_REVIEWER] = "reviewer",
        [WHO_EDITOR] = "editor",         [WHO_ADMIN] = "admin",
    };
    char method[16] = "";
    for (size_t i = 0; route->method[i] && i < sizeof method - 1; i++)
        method[i] = (char)(route->method[i] | 32);
    jw_object_at(w, method);
    jw_text_at(w, "operationId", operation_id(arena, route));
    jw_text_at(w, "summary", route->summary);
    if (route->who >= WHO_SELF)
        jw_text_at(w, "description", arena_fmt(arena, "Needs: %s", roles[route->who]));
    print_security(w, route);
    print_parameters(w, route);
    print_body(w, route, arena);
    print_answers(w, route, arena);
    jw_end(w);
}

/* Rows of one path are gathered wherever they stand in the table. */
static void print_paths(struct jw *w, const struct call *call)
{
    struct arena *arena = &call->op->arena;
    jw_object_at(w, "paths");
    for (size_t i = 0; i < routes_n; i++) {
        bool is_first = is_there(call, &routes[i]);
        for (size_t k = 0; k < i && is_first; k++)
            is_first = strcmp(routes[k].path, routes[i].path) != 0;
        if (!is_first)
            continue;
        jw_object_at(w, routes[i].path);
        for (size_t k = i; k < routes_n; k++)
            if (strcmp(routes[k].path, routes[i].path) == 0)
                print_operation(w, &routes[k], arena);
        jw_end(w);
    }
    jw_end(w);
}

static void print_key_scheme(struct jw *w, const char *name, const char *in, const char *key)
{
    jw_object_at(w, name);
    jw_text_at(w, "type", "apiKey");
    jw_text_at(w, "in", in);
    jw_text_at(w, "name", key);
    jw_end(w);
}

static void print_components(struct jw *w)
{
    jw_object_at(w, "components");
    jw_object_at(w, "schemas");
    for (size_t i = 0; i < schemas_n; i++) {
        jw_key(w, schemas[i].name);
        schema_print(w, &schemas[i]);
    }
    jw_end(w);
    jw_object_at(w, "securitySchemes");
    print_key_scheme(w, "session", "cookie", "rounds_session");
    print_key_scheme(w, "csrf", "header", "X-CSRF-Token");
    print_key_scheme(w, "renderer", "header", "X-Auth-Token");
    jw_object_at(w, "token");
    jw_text_at(w, "type", "http");
    jw_text_at(w, "scheme", "bearer");
    jw_end(w);
    jw_end(w);
    jw_end(w);
}

int handle_openapi(struct call *call)
{
    struct reply r;
    reply_open(&r, call);
    jw_object(&r.w);
    jw_text_at(&r.w, "openapi", "3.1.0");
    jw_object_at(&r.w, "info");
    jw_text_at(&r.w, "title", "Rounds");
    jw_text_at(&r.w, "version", ROUNDS_VERSION);
    jw_end(&r.w);
    print_paths(&r.w, call);
    print_components(&r.w);
    jw_end(&r.w);
    return reply_json(&r, 200);
}
