/* From libcurl's verdict to an error that names the hop that failed and how to mend it.
 *
 * Texts show host and port, never the rest of a URL: a query can hold a credential.
 */
#include <string.h>

#include "fetch/fetch_priv.h"

static int64_t time_of(const struct fetch_run *run, CURLINFO info)
{
    curl_off_t us = 0;
    (void)curl_easy_getinfo(run->slot->easy, info, &us);
    return us;
}

static const char *phase(const struct fetch_run *run)
{
    if (time_of(run, CURLINFO_PRETRANSFER_TIME_T) == 0) {
        if (time_of(run, CURLINFO_NAMELOOKUP_TIME_T) == 0)
            return "while its name was being resolved";
        if (time_of(run, CURLINFO_CONNECT_TIME_T) == 0)
            return "while connecting";
        if (run->is_https && time_of(run, CURLINFO_APPCONNECT_TIME_T) == 0)
            return "during the TLS handshake";
        return "while logging in";
    }
    if (time_of(run, CURLINFO_STARTTRANSFER_TIME_T) == 0)
        return "waiting for its answer";
    return "in the middle of its answer";
}

int fault_timeout(struct fetch_run *run)
{
    (void)op_fail(run->op, ERR_TIMEOUT, "%s: no time left %s", run->where, phase(run));
    return op_cause(run->op, "timeout", run->where, phase(run));
}

static int report_connect(struct fetch_run *run)
{
    long cause = 0;
    if (*run->refused) {
        (void)op_fail(run->op, ERR_FORBIDDEN,
                      "%s leads to %s (%s), which the settings do not allow", run->where,
                      run->refused, address_class_name(run->refused_class));
        return op_cause(run->op, "address_refused", run->where, run->refused);
    }
    (void)curl_easy_getinfo(run->slot->easy, CURLINFO_OS_ERRNO, &cause);
    const char *why = cause ? strerror((int)cause) : run->slot->error;
    (void)op_fail(run->op, ERR_TARGET, "%s: cannot connect: %s", run->where, why);
    return op_cause(run->op, "connect", run->where, why);
}

/* OpenSSL's words for what is wrong with a certificate, and the usual mend. */
static const struct {
    const char *words, *term, *mend;
} cert_faults[] = {
    {"self-signed certificate", "self-signed",
     "set the CA file that signed it (network.ca_file, or with the source)"},
    {"unable to get local issuer", "issuer unknown",
     "its issuer is unknown here: set the CA file (network.ca_file, or with the source)"},
    {"has expired", "expired", "it has expired: renew it there, or check this machine's clock"},
    {"not yet valid", "not yet valid", "it is not valid yet: check both clocks"},
    {"alternative certificate subject name", "other name", "it was made for another host name"},
    {"does not match target host", "other name", "it was made for another host name"},
};

static int report_certificate(struct fetch_run *run)
{
    const char *mend = "check the certificate chain", *term = "chain";
    for (size_t i = 0; i < sizeof cert_faults / sizeof *cert_faults; i++)
        if (strstr(run->slot->error, cert_faults[i].words)) {
            mend = cert_faults[i].mend;
            term = cert_faults[i].term;
        }
    (void)op_fail(run->op, ERR_TARGET, "%s: its certificate is not trusted (%s): %s", run->where,
                  run->slot->error, mend);
    return op_cause(run->op, "certificate", run->where, term);
}

int fault_report(struct fetch_run *run, CURLcode code)
{
    struct op *op = run->op;
    const char *said = *run->slot->error ? run->slot->error : curl_easy_strerror(code);
    switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
        (void)op_fail(op, ERR_TARGET, "%s: the name is not known: check its spelling and the DNS",
                      run->where);
        return op_cause(op, "name_unknown", run->where, NULL);
    case CURLE_COULDNT_RESOLVE_PROXY:
        (void)op_fail(op, ERR_TARGET, "the proxy's name is not known: check the proxy setting");
        return op_cause(op, "proxy_unknown", NULL, NULL);
    case CURLE_COULDNT_CONNECT:
        return report_connect(run);
    case CURLE_PROXY:
        (void)op_fail(op, ERR_TARGET, "%s: the proxy refuses: %s", run->where, said);
        return op_cause(op, "proxy", run->where, said);
    case CURLE_OPERATION_TIMEDOUT:
        if (op_left_ms(op) == 0)
            return fault_timeout(run);
        (void)op_fail(op, ERR_TARGET, "%s: no answer %s", run->where, phase(run));
        return op_cause(op, "no_answer", run->where, phase(run));
    case CURLE_PEER_FAILED_VERIFICATION:
        return report_certificate(run);
    case CURLE_SSL_CACERT_BADFILE:
        (void)op_fail(op, ERR_BAD_INPUT, "the CA file cannot be used: %s", said);
        return op_cause(op, "ca_file", said, NULL);
    case CURLE_SSL_CONNECT_ERROR:
        (void)op_fail(op, ERR_TARGET, "%s: the TLS handshake failed: %s", run->where, said);
        return op_cause(op, "tls", run->where, said);
    case CURLE_USE_SSL_FAILED:
        (void)op_fail(op, ERR_TARGET, "%s offers no TLS, which the settings ask for", run->where);
        return op_cause(op, "no_tls", run->where, NULL);
    case CURLE_GOT_NOTHING:
        (void)op_fail(op, ERR_TARGET, "%s closed the connection without an answer", run->where);
        return op_cause(op, "closed", run->where, NULL);
    case CURLE_PARTIAL_FILE:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
        (void)op_fail(op, ERR_TARGET, "%s: the connection broke: %s", run->where, said);
        return op_cause(op, "broken", run->where, said);
    default:
        (void)op_fail(op, ERR_TARGET, "%s: %s", run->where, said);
        return op_cause(op, "broken", run->where, said);
    }
}
