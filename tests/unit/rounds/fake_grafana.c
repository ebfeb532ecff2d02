#include "engine.h"

#include "base/str.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define REPEATED(uid)                                                                              \
    {                                                                                              \
        "/api/dashboards/uid/" uid,                                                                \
            "{\"dashboard\":{\"uid\":\"" uid "\",\"title\":\"" uid "\",\"panels\":["               \
            "{\"id\":1,\"type\":\"stat\",\"title\":\"x\",\"repeat\":\"uid\"}],"                     \
            "\"templating\":{\"list\":[{\"name\":\"uid\",\"type\":\"query\",\"multi\":true,"         \
            "\"includeAll\":true,\"current\":{\"value\":[\"$__all\"]}}]}}}"                          \
    }

static const struct {
    const char *path, *body;
} pages[] = {
    REPEATED("v1"), REPEATED("v2"), REPEATED("v3"),
    {"/api/health", "{\"database\":\"ok\",\"version\":\"12.3.0\"}"},
    {"/api/org", "{\"id\":1,\"name\":\"Main\"}"},
    {"/api/frontend/settings",
     "{\"buildInfo\":{\"version\":\"12.3.0\"},\"appSubUrl\":\"\",\"datasources\":{}}"},
    {"/api/access-control/user/permissions", "{\"dashboards:read\":[\"*\"]}"},
    {"/api/datasources", "[]"},
    {"/api/search", "[{\"uid\":\"gw\",\"title\":\"Gateway\",\"tags\":[]}]"},
    {"/api/dashboards/uid/gw",
     "{\"meta\":{\"folderTitle\":\"Core\",\"folderUid\":\"f1\"},\"dashboard\":{\"uid\":\"gw\","
     "\"title\":\"Gateway\","
     "\"version\":3,\"panels\":["
     "{\"id\":1,\"type\":\"timeseries\",\"title\":\"CPU of "
     "$host\",\"gridPos\":{\"w\":12,\"h\":8},\"fieldConfig\":{\"defaults\":"
     "{\"unit\":\"percent\",\"custom\":{\"thresholdsStyle\":{\"mode\":\"line\"}},\"thresholds\":{"
     "\"mode\":\"absolute\","
     "\"steps\":[{\"value\":null,\"color\":\"green\"},{\"value\":90,\"color\":\"red\"}]}}}},"
     "{\"id\":2,\"type\":\"stat\",\"title\":\"Errors\",\"gridPos\":{\"w\":12,\"h\":8}},"
     "{\"id\":3,\"type\":\"text\",\"title\":\"Words\",\"gridPos\":{\"w\":24,\"h\":4}}],"
     "\"templating\":{\"list\":[{\"name\":\"host\",\"type\":\"custom\",\"query\":\"a,b\","
     "\"current\":{\"value\":\"a\"}}]}}}"},
};

static const char *answer(const struct fake_grafana *grafana, const char *request, int *status)
{
    *status = 502;
    if (grafana->is_down)
        return "{\"message\":\"bad gateway\"}";
    *status = 401;
    bool is_open = strncmp(request, "GET /api/health", 15) == 0;
    if (grafana->needs_token && !is_open && !strstr(request, "Authorization: Bearer good\r\n"))
        return "{\"message\":\"Unauthorized\"}";
    *status = 200;
    const char *path = request + 4;
    size_t n = strcspn(path, "? ");
    for (size_t i = 0; i < sizeof pages / sizeof *pages; i++)
        if (strlen(pages[i].path) == n && strncmp(pages[i].path, path, n) == 0)
            return pages[i].body;
    *status = 404;
    return "{\"message\":\"Not found\"}";
}

static bool read_head(int fd, char *out, size_t max)
{
    size_t n = 0;
    while (n + 1 < max) {
        ssize_t got = recv(fd, out + n, max - n - 1, 0);
        if (got <= 0)
            return false;
        n += (size_t)got;
        out[n] = 0;
        if (strstr(out, "\r\n\r\n"))
            return true;
    }
    return false;
}

static void serve(void *ctx)
{
    struct fake_grafana *grafana = ctx;
    for (;;) {
        char head[8192], reply[16384];
        int fd = accept(grafana->fd, NULL, NULL), status;
        if (fd < 0)
            return;
        if (read_head(fd, head, sizeof head)) {
            const char *body = answer(grafana, head, &status);
            int n =
                snprintf(reply, sizeof reply,
                         "HTTP/1.1 %d X\r\nContent-Type: application/json\r\nConnection: close\r\n"
                         "Content-Length: %zu\r\n\r\n%s",
                         status, strlen(body), body);
            (void)!send(fd, reply, (size_t)n, MSG_NOSIGNAL);
        }
        close(fd);
    }
}

void fake_grafana_start(struct fake_grafana *grafana)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof address;
    grafana->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(grafana->fd >= 0);
    assert_int_equal(bind(grafana->fd, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(grafana->fd, 16), 0);
    assert_int_equal(getsockname(grafana->fd, (struct sockaddr *)&address, &n), 0);
    grafana->port = ntohs(address.sin_port);
    thread_start(&grafana->thread, "fake-grafana", serve, grafana);
}

void fake_grafana_stop(struct fake_grafana *grafana)
{
    shutdown(grafana->fd, SHUT_RDWR);
    thread_join(&grafana->thread);
    close(grafana->fd);
}
