/* Answers with a body known in full: the handler's thread builds the library's response object,
 * which belongs to nobody else until the job is posted. Files and ranges are in reply_file.c.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/assert.h"
#include "base/mem.h"
#include "httpd/httpd_priv.h"

enum { HEADER_VALUE_MAX = 4096 };

static void clean_value(char *value)
{
    for (; *value; value++)
        if ((unsigned char)*value < 0x20 || *value == 0x7f)
            *value = ' ';
}

static void add_header(struct httpd_request *req, const char *name, char *value)
{
    struct httpd_job *job = req->private_job;
    struct job_header *header = ARENA_NEW(&job->arena, struct job_header);
    clean_value(value);
    header->name = arena_strdup(&job->arena, name);
    header->value = value;
    header->next = job->reply_headers;
    job->reply_headers = header;
}

void httpd_header(struct httpd_request *req, const char *name, const char *value)
{
    add_header(req, name, arena_strdup(&req->private_job->arena, value));
}

void httpd_headerf(struct httpd_request *req, const char *name, const char *fmt, ...)
{
    char value[HEADER_VALUE_MAX];
    va_list args;
    va_start(args, fmt);
    vsnprintf(value, sizeof value, fmt, args);
    va_end(args);
    httpd_header(req, name, value);
}

/* Newest first in the list; added in the order given. */
static void add_all(struct MHD_Response *response, const struct job_header *header)
{
    if (!header)
        return;
    add_all(response, header->next);
    if (*header->value)
        (void)MHD_add_response_header(response, header->name, header->value);
}

void reply_set(struct httpd_job *job, int status, struct MHD_Response *response, const char *type)
{
    ASSERT(!job->is_answered && status >= 200 && status <= 599);
    (void)MHD_add_response_header(response, "Server", "rounds");
    if (type)
        (void)MHD_add_response_header(response, "Content-Type", type);
    add_all(response, job->reply_headers);
    job->response = response;
    job->status = (unsigned)status;
    job->is_answered = true;
}

void reply_close_header(struct httpd_job *job)
{
    (void)MHD_add_response_header(job->response, "Connection", "close");
}

static void reply_heap(struct httpd_job *job, int status, const char *type, char *p, size_t n)
{
    struct MHD_Response *response =
        MHD_create_response_from_buffer_with_free_callback(n, p, mem_free);
    ASSERT(response);
    reply_set(job, status, response, type);
}

void reply_plain(struct httpd_job *job, int status, const char *text)
{
    char *body = mem_fmt("%s\n", text);
    reply_heap(job, status, "text/plain; charset=utf-8", body, strlen(body));
}

void httpd_reply(struct httpd_request *req, int status, const char *type, struct bytes body)
{
    char *copy = mem_alloc(body.n + 1);
    if (body.n)
        memcpy(copy, body.p, body.n);
    reply_heap(req->private_job, status, type, copy, body.n);
}

void httpd_reply_take(struct httpd_request *req, int status, const char *type, struct str *body)
{
    char *p = body->p;
    size_t n = body->n;
    if (!p || !body->cap) {
        httpd_reply(req, status, type, (struct bytes){p, n});
        return;
    }
    body->p = NULL;
    body->n = body->cap = 0;
    reply_heap(req->private_job, status, type, p, n);
}
