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
    return op_fail(run->op, ERR_TIMEOUT, "%s: no time left %s", run->where, phase(run));
}

static int report_connect(struct fetch_run *run)
{
    long cause = 0;
    if (*run->refused)
        return op_fail(run->op, ERR_FORBIDDEN,
                       "%s leads to %s (%s), which the settings do not allow", run->where,
                       run->refused, address_class_name(run->refused_class));
    (void)curl_easy_getinfo(run->slot->easy, CURLINFO_OS_ERRNO, &cause);
    return op_fail(run->op, ERR_TARGET, "%s: cannot connect: %s", run->where,
                   cause ? strerror((int)cause) : run->slot->error);
}

/* OpenSSL's words for what is wrong with a certificate, and the usual mend. */
static const struct {
    const char *words, *mend;
} cert_faults[] = {
    {"self-signed certificate", "set the CA file that signed it (network.ca_file, or with the source)"},
    {"unable to get local issuer",
     "its issuer is unknown here: set the CA file (network.ca_file, or with the source)"},
    {"has expired", "it has expired: renew it there, or check this machine's clock"},
    {"not yet valid", "it is not valid yet: check both clocks"},
    {"alternative certificate subject name", "it was made for another host name"},
    {"does not match target host", "it was made for another host name"},
};

static int report_certificate(struct fetch_run *run)
{
    const char *mend = "check the certificate chain";
    for (size_t i = 0; i < sizeof cert_faults / sizeof *cert_faults; i++)
        if (strstr(run->slot->error, cert_faults[i].words))
            mend = cert_faults[i].mend;
    return op_fail(run->op, ERR_TARGET, "%s: its certificate is not trusted (%s): %s", run->where,
                   run->slot->error, mend);
}

int fault_report(struct fetch_run *run, CURLcode code)
{
    struct op *op = run->op;
    const char *said = *run->slot->error ? run->slot->error : curl_easy_strerror(code);
    switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
        return op_fail(op, ERR_TARGET, "%s: the name is not known: check its spelling and the DNS",
                       run->where);
    case CURLE_COULDNT_RESOLVE_PROXY:
        return op_fail(op, ERR_TARGET, "the proxy's name is not known: check the proxy setting");
    case CURLE_COULDNT_CONNECT:
        return report_connect(run);
    case CURLE_PROXY:
        return op_fail(op, ERR_TARGET, "%s: the proxy refuses: %s", run->where, said);
    case CURLE_OPERATION_TIMEDOUT:
        if (op_left_ms(op) == 0)
            return fault_timeout(run);
        return op_fail(op, ERR_TARGET, "%s: no answer %s", run->where, phase(run));
    case CURLE_PEER_FAILED_VERIFICATION:
        return report_certificate(run);
    case CURLE_SSL_CACERT_BADFILE:
        return op_fail(op, ERR_BAD_INPUT, "the CA file cannot be used: %s", said);
    case CURLE_SSL_CONNECT_ERROR:
        return op_fail(op, ERR_TARGET, "%s: the TLS handshake failed: %s", run->where, said);
    case CURLE_USE_SSL_FAILED:
        return op_fail(op, ERR_TARGET, "%s offers no TLS, which the settings ask for", run->where);
    case CURLE_GOT_NOTHING:
        return op_fail(op, ERR_TARGET, "%s closed the connection without an answer", run->where);
    case CURLE_PARTIAL_FILE:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
        return op_fail(op, ERR_TARGET, "%s: the connection broke: %s", run->where, said);
    default:
        return op_fail(op, ERR_TARGET, "%s: %s", run->where, said);
    }
}
