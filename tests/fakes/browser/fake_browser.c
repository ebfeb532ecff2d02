/* A browser for tests: speaks the debugging protocol on descriptors 3 and 4 and misbehaves as told.
 *
 *     fake_browser [Chromium's flags…] --fake=MODE[:METHOD]
 *
 * MODE applies to METHOD, or to every command when none is given:
 *   slow      answers after 30 ms           split    writes single bytes
 *   wrongid   answers with another id first silence  never answers
 *   error     answers with an error         crash    says why on stderr and exits
 *   garbage   writes what is not JSON       huge     sends 4 MB without an end
 *   unordered writes "id" last              chatty   sends 50 events before each answer
 *   crashtab  the tab crashes               lost     ignores the first such command
 *   hang      stops reading and answering   refuse   exits at start
 *   early     pauses a request of the new document before it tells of the document; the tab's URL then ends
 *             with #carried or #bare: whether the request was sent on with a header of the caller's
 *   tell      writes environment and open descriptors to stderr at start
 */
#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern char **environ;

enum { IN = 3, OUT = 4, INPUT_MAX = 1 << 22 };

static const char *mode = "", *target_method = "";
static int lost, contexts, targets, loaders;

static const char PNG[] =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJg"
    "gg==";

static void put(const char *p, size_t n)
{
    size_t step = strcmp(mode, "split") == 0 ? 1 : n;
    while (n > 0) {
        ssize_t w = write(OUT, p, step < n ? step : n);
        if (w < 0 && errno == EINTR)
            continue;
        if (w <= 0)
            _exit(0);
        p += w;
        n -= (size_t)w;
    }
}

static void say(const char *text)
{
    put(text, strlen(text) + 1);
}

/* The value of "name":"…" in the text. */
static void find_text(const char *text, const char *name, char *out, size_t size)
{
    char key[64];
    snprintf(key, sizeof key, "\"%s\":\"", name);
    const char *at = strstr(text, key);
    *out = 0;
    if (!at)
        return;
    at += strlen(key);
    size_t n = strcspn(at, "\"");
    if (n >= size)
        n = size - 1;
    memcpy(out, at, n);
    out[n] = 0;
}

struct command {
    long id;
    char method[64], session[64], target[64], url[512];
    bool has_secret;
};

static void say_event(const struct command *c, const char *method, const char *params)
{
    char text[2048];
    snprintf(text, sizeof text, "{\"method\":\"%s\",\"params\":%s%s%s%s}", method, params,
             *c->session ? ",\"sessionId\":\"" : "", c->session, *c->session ? "\"" : "");
    say(text);
}

static void say_result(const struct command *c, const char *result)
{
    char text[4096];
    char tail[128] = "";
    if (*c->session)
        snprintf(tail, sizeof tail, ",\"sessionId\":\"%s\"", c->session);
    if (strcmp(mode, "unordered") == 0)
        snprintf(text, sizeof text, "{\"result\":%s%s,\"id\":%ld}", result, tail, c->id);
    else
        snprintf(text, sizeof text, "{\"id\":%ld,\"result\":%s%s}", c->id, result, tail);
    say(text);
}

static void navigate(const struct command *c)
{
    char text[2048], frame[64];
    snprintf(frame, sizeof frame, "T%s", *c->session ? c->session + 1 : "0");
    int loader = ++loaders;
    snprintf(text, sizeof text,
             "{\"requestId\":\"L%d\",\"loaderId\":\"L%d\",\"type\":\"Document\",\"frameId\":\"%s\","
             "\"request\":{\"url\":\"%s\",\"method\":\"GET\",\"headers\":{}}}",
             loader, loader, frame, c->url);
    say_event(c, "Network.requestWillBeSent", text);
    snprintf(text, sizeof text,
             "{\"requestId\":\"L%d\",\"type\":\"Document\",\"response\":{\"status\":200,"
             "\"mimeType\":\"text/html\"}}",
             loader);
    say_event(c, "Network.responseReceived", text);
    snprintf(text, sizeof text, "{\"frameId\":\"%s\",\"loaderId\":\"L%d\"}", frame, loader);
    say_result(c, text);
    if (strcmp(mode, "early") == 0) {
        snprintf(text, sizeof text,
                 "{\"requestId\":\"P1\",\"frameId\":\"%s\",\"resourceType\":\"Image\","
                 "\"request\":{\"url\":\"%s/early.png\",\"method\":\"GET\",\"headers\":{}}}",
                 frame, c->url);
        say_event(c, "Fetch.requestPaused", text);
    }
    snprintf(text, sizeof text,
             "{\"frame\":{\"id\":\"%s\",\"loaderId\":\"L%d\",\"url\":\"%s\",\"mimeType\":\"text/"
             "html\"}}",
             frame, loader, c->url);
    say_event(c, "Page.frameNavigated", text);
    say_event(c, "Page.loadEventFired", "{\"timestamp\":1}");
}

static void continue_request(const struct command *c)
{
    char text[256];
    say_result(c, "{}");
    snprintf(text, sizeof text, "{\"frameId\":\"T%s\",\"url\":\"http://grafana.example/#%s\"}",
             c->session + 1, c->has_secret ? "carried" : "bare");
    say_event(c, "Page.navigatedWithinDocument", text);
}

static void close_target(const struct command *c)
{
    char text[256];
    say_result(c, "{\"success\":true}");
    snprintf(text, sizeof text, "{\"sessionId\":\"S%s\",\"targetId\":\"%s\"}", c->target + 1,
             c->target);
    say_event(c, "Target.detachedFromTarget", text);
}

static void answer(const struct command *c)
{
    char text[512];
    if (strcmp(c->method, "Browser.getVersion") == 0) {
        say_result(c, "{\"product\":\"Fake/1.0\",\"userAgent\":\"Fake\"}");
    } else if (strcmp(c->method, "Target.createBrowserContext") == 0) {
        snprintf(text, sizeof text, "{\"browserContextId\":\"C%d\"}", ++contexts);
        say_result(c, text);
    } else if (strcmp(c->method, "Target.createTarget") == 0) {
        snprintf(text, sizeof text, "{\"targetId\":\"T%d\"}", ++targets);
        say_result(c, text);
    } else if (strcmp(c->method, "Target.attachToTarget") == 0) {
        snprintf(text, sizeof text, "{\"sessionId\":\"S%s\"}", c->target + 1);
        say_result(c, text);
    } else if (strcmp(c->method, "Target.closeTarget") == 0) {
        close_target(c);
    } else if (strcmp(c->method, "Target.getTargets") == 0) {
        say_result(c, "{\"targetInfos\":[]}");
    } else if (strcmp(c->method, "Page.navigate") == 0) {
        navigate(c);
    } else if (strcmp(c->method, "Fetch.continueRequest") == 0) {
        continue_request(c);
    } else if (strcmp(c->method, "Page.captureScreenshot") == 0) {
        snprintf(text, sizeof text, "{\"data\":\"%s\"}", PNG);
        say_result(c, text);
    } else {
        say_result(c, "{}");
    }
}

static void misbehave_before(const struct command *c)
{
    char text[256];
    if (strcmp(mode, "slow") == 0)
        poll(NULL, 0, 30);
    if (strcmp(mode, "wrongid") == 0) {
        snprintf(text, sizeof text, "{\"id\":%ld,\"result\":{\"wrong\":true}}", c->id + 1000);
        say(text);
    }
    for (int i = 0; i < 50 && strcmp(mode, "chatty") == 0; i++)
        say_event(c, "Network.dataReceived", "{\"requestId\":\"1\"}");
    if (strcmp(mode, "crash") == 0) {
        fputs("FATAL: out of everything\n", stderr);
        _exit(3);
    }
}

/* True when the mode takes the place of an answer. */
static bool misbehave(const struct command *c)
{
    char text[256];
    if (strcmp(mode, "silence") == 0)
        return true;
    if (strcmp(mode, "hang") == 0)
        for (;;)
            pause();
    if (strcmp(mode, "lost") == 0)
        return lost++ == 0;
    if (strcmp(mode, "garbage") == 0) {
        say("this is not JSON");
        return true;
    }
    if (strcmp(mode, "huge") == 0) {
        char *much = malloc(INPUT_MAX);
        memset(much, 'x', INPUT_MAX);
        put(much, INPUT_MAX);
        free(much);
        return true;
    }
    if (strcmp(mode, "crashtab") == 0) {
        say_event(c, "Inspector.targetCrashed", "{}");
        return true;
    }
    if (strcmp(mode, "error") == 0) {
        snprintf(text, sizeof text,
                 "{\"id\":%ld,\"error\":{\"code\":-32000,\"message\":\"no such thing\"}}", c->id);
        say(text);
        return true;
    }
    return false;
}

static void handle(const char *text)
{
    struct command c = {0};
    const char *id = strstr(text, "\"id\":");
    c.id = id ? strtol(id + 5, NULL, 10) : 0;
    find_text(text, "method", c.method, sizeof c.method);
    find_text(text, "sessionId", c.session, sizeof c.session);
    find_text(text, "targetId", c.target, sizeof c.target);
    find_text(text, "url", c.url, sizeof c.url);
    c.has_secret = strstr(text, "Bearer hunter2") != NULL;
    bool is_meant = !*target_method || strcmp(target_method, c.method) == 0;
    if (is_meant) {
        misbehave_before(&c);
        if (misbehave(&c))
            return;
    }
    answer(&c);
}

static void tell(void)
{
    for (char **e = environ; *e; e++)
        fprintf(stderr, "env %s\n", *e);
    DIR *dir = opendir("/proc/self/fd");
    struct dirent *d;
    while (dir && (d = readdir(dir)))
        if (d->d_name[0] != '.' && atol(d->d_name) != dirfd(dir))
            fprintf(stderr, "fd %s\n", d->d_name);
    if (dir)
        closedir(dir);
}

int main(int argc, char **argv)
{
    static char input[INPUT_MAX];
    static char copy[128];
    for (int i = 1; i < argc; i++) {
        if (strncmp(argv[i], "--fake=", 7) != 0)
            continue;
        snprintf(copy, sizeof copy, "%s", argv[i] + 7);
        char *colon = strchr(copy, ':');
        if (colon) {
            *colon = 0;
            target_method = colon + 1;
        }
        mode = copy;
    }
    if (strcmp(mode, "tell") == 0)
        tell();
    if (strcmp(mode, "refuse") == 0) {
        fputs("cannot open display\n", stderr);
        return 1;
    }
    size_t n = 0;
    for (;;) {
        ssize_t r = read(IN, input + n, sizeof input - n);
        if (r <= 0)
            _exit(0); /* without a leak checker's farewell: the test may be killing us */
        n += (size_t)r;
        char *end;
        while ((end = memchr(input, 0, n))) {
            handle(input);
            size_t used = (size_t)(end - input) + 1;
            memmove(input, input + used, n - used);
            n -= used;
        }
    }
}
