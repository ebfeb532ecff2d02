/* Any bytes from a browser: no crash, no endless wait, and every call ends in an answer or in a
 * browser's error. The input is what stands in the pipe before it ends. */
#include "chrome/cdp.h"
#include "chrome/cdp_text.h"
#include "chrome/facts.h"

#include "base/assert.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum { INPUT_MAX = 60 * 1024, MESSAGE_MAX = 32 * 1024 };

static int see_event(void *ctx, struct op *op, struct cdp_event *event)
{
    struct facts_reading how = {0};
    if (facts_wants(event->method, event->message, &how)) {
        event->unread = how.unread;
        event->big_name = how.big;
    }
    const struct jv *params = cdp_event_params(event);
    *(size_t *)ctx += event->method.n + event->session.n + jv_len(params);
    return 0;
}

static int see_reply(void *ctx, struct op *op, const struct cdp_reply *reply)
{
    ASSERT(reply->token == 7);
    ASSERT(reply->result || reply->error);
    *(size_t *)ctx += jv_len(reply->result) + reply->big.n;
    return 0;
}

static void talk(struct op *op, struct cdp *cdp, size_t *seen)
{
    const struct cdp_ask plain = {.method = "Browser.getVersion"};
    const struct cdp_ask late = {.session = "S", .method = "Page.captureScreenshot", .big = "data",
                                 .token = 7};
    const struct cdp_ask big = {.session = "S", .method = "Network.getResponseBody", .big = "body"};
    const struct jv *result;
    struct bytes body;
    if (cdp_send(op, cdp, &late, see_reply, seen) < 0 || cdp_call(op, cdp, &plain, &result) < 0)
        op_clear(op);
    if (cdp_call_big(op, cdp, &big, &result, &body) == 0) {
        struct str *text = str_new(&op->arena, MESSAGE_MAX * 4);
        cdp_unescape(body, text);
    }
    op_clear(op);
    cdp_drop_session(cdp, "S", "crashed");
    while (cdp_pump(op, cdp, 0, NULL) == 0 && !cdp_is_broken(cdp))
        ;
    ASSERT(op->err == ERR_NONE || op->err == ERR_BROWSER || op->err == ERR_TIMEOUT);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t n);
int LLVMFuzzerTestOneInput(const unsigned char *data, size_t n)
{
    int ends[2];
    size_t seen = 0;
    struct op op;
    if (n > INPUT_MAX)
        return 0;
    op_init(&op, 5000);
    int sink = open("/dev/null", O_WRONLY | O_CLOEXEC);
    ASSERT(pipe2(ends, O_NONBLOCK | O_CLOEXEC) == 0 && sink >= 0);
    ASSERT(write(ends[1], data, n) == (ssize_t)n);
    close(ends[1]);
    struct cdp_conf conf = {.read_fd = ends[0], .write_fd = sink, .message_max = MESSAGE_MAX,
                            .on_event = see_event, .ctx = &seen};
    struct cdp *cdp = cdp_new(&conf);
    talk(&op, cdp, &seen);
    cdp_free(cdp);
    close(ends[0]);
    close(sink);
    op_fini(&op);
    return 0;
}
