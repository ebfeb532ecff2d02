/* The sender: a checked configuration and a client of fetch/. Any thread may send.
 *
 * A login over a connection that nobody encrypted is refused unless the server is this machine:
 * MAIL_TLS_OFFERED cannot know beforehand whether TLS will come about.
 */
#include <string.h>

#include "base/mem.h"
#include "mail/mail.h"
#include "mail/message.h"

struct mail {
    struct mail_conf conf;
    struct fetch_client *client;
    char *url;
};

static bool is_this_machine(const char *host)
{
    int class_bits = fetch_address_class(host);
    return strcmp(host, "localhost") == 0 || (class_bits > 0 && (class_bits & FETCH_LOOPBACK));
}

static bool is_host_name(const char *host)
{
    for (const char *c = host; *c; c++)
        if (*c <= ' ' || *c >= 0x7f || strchr("/?#@\\[]<>\"", *c))
            return false;
    return *host != '\0';
}

static int check_conf(struct op *op, const struct mail_conf *conf)
{
    if (!conf->host || !is_host_name(conf->host))
        return op_fail(op, ERR_BAD_INPUT, "the mail server's host is missing or malformed");
    if (conf->port < 0 || conf->port > 65535)
        return op_fail(op, ERR_BAD_INPUT, "the mail server's port must be 1 to 65535");
    if (!conf->from || strchr(conf->from, '<') || !mail_is_address(conf->from))
        return op_fail(op, ERR_BAD_INPUT, "the sender must be a bare address: rounds@example.org");
    if (conf->reply_to && !mail_is_address(conf->reply_to))
        return op_fail(op, ERR_BAD_INPUT, "the reply-to setting is not a mail address");
    if (conf->hello && !is_host_name(conf->hello))
        return op_fail(op, ERR_BAD_INPUT, "the name for EHLO is malformed");
    if (conf->user && conf->tls == MAIL_TLS_OFFERED && !is_this_machine(conf->host))
        return op_fail(op, ERR_BAD_INPUT,
                       "a password is sent over TLS only: set the mail server's TLS to starttls "
                       "or direct");
    return 0;
}

int mail_open(struct op *op, const struct mail_conf *conf, struct mail **out)
{
    struct fetch_conf client = {.ca_file = conf->ca_file, .is_insecure = conf->is_insecure};
    struct fetch_client *made;
    if (check_conf(op, conf) < 0 || fetch_open(op, &client, &made) < 0)
        return -1;
    bool is_direct = conf->tls == MAIL_TLS_DIRECT;
    bool is_ipv6 = strchr(conf->host, ':') != NULL;
    int usual_port = is_direct ? 465 : 587;
    struct mail *mail = MEM_NEW(struct mail);
    mail->conf = *conf;
    mail->client = made;
    mail->url = mem_fmt("%s://%s%s%s:%d", is_direct ? "smtps" : "smtp", is_ipv6 ? "[" : "",
                        conf->host, is_ipv6 ? "]" : "", conf->port ? conf->port : usual_port);
    *out = mail;
    return 0;
}

void mail_close(struct mail *mail)
{
    if (!mail)
        return;
    fetch_close(mail->client);
    mem_free(mail->url);
    mem_free(mail);
}

int mail_send(struct op *op, struct mail *mail, const struct mail_message *message)
{
    const struct mail_conf *conf = &mail->conf;
    struct message built;
    if (message_build(op, conf, message, &built) < 0)
        return -1;
    struct fetch_smtp smtp = {
        .url = mail->url,
        .needs_tls = conf->tls != MAIL_TLS_OFFERED,
        .user = conf->user,
        .password = &conf->password,
        .hello = conf->hello,
        .from = conf->from,
        .to = built.to,
        .to_n = built.to_n,
        .headers = built.headers,
        .root = &built.root,
    };
    return fetch_smtp_send(op, mail->client, &smtp, NULL);
}
