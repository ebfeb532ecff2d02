/* The table of settings: the one place that names them. `rounds settings`, the flags, the man page and
 * the README's list are printed from it.
 */
#include "app/settings.h"

#include "base/assert.h"

/* One row a setting, name first. */
/* clang-format off */
static const struct setting_row rows[SET_COUNT] = {
    [SET_LISTEN] = {"listen.address", SETTING_LIST, "127.0.0.1:8081",
        {"ROUNDS_LISTEN", "SERVER_ADDR"},
         .text = "addresses to listen on, as host:port; :8081 is every address, [::1]:8081 is "
                 "IPv6, port 0 lets the system choose"},
    [SET_LISTEN_PEOPLE] = {"listen.people", SETTING_LIST, "", {"ROUNDS_LISTEN_PEOPLE"},
         .text = "addresses for people's side (UI and API) alone; empty: the same as "
                 "listen.address"},
    [SET_TLS_CERT] = {"listen.tls_cert", SETTING_TEXT, "",
        {"ROUNDS_TLS_CERT", "SERVER_CERTIFICATE_FILE"},
         .text = "PEM file with the certificate chain; turns TLS (1.2 and newer) on. A new one is used "
                 "without a restart"},
    [SET_TLS_KEY] = {"listen.tls_key", SETTING_TEXT, "", {"ROUNDS_TLS_KEY", "SERVER_KEY_FILE"},
         .text = "PEM file with the certificate's key"},
    [SET_TRUSTED_PROXIES] = {"listen.trusted_proxies", SETTING_LIST, "",
        {"ROUNDS_TRUSTED_PROXIES"},
         .text = "addresses and blocks (10.0.0.0/8) of reverse proxies whose word for the client's "
                 "address and scheme counts: X-Forwarded-For and -Proto, or Forwarded; empty: "
                 "nobody's"},
    [SET_WORKERS] = {"listen.workers", SETTING_INT, "40",
        {"ROUNDS_WORKERS"}, .min = 4, .max = 1000,
         .text = "threads that answer requests; each render in flight or waiting holds one"},
    [SET_AUTH_TOKENS] = {"auth.tokens", SETTING_SECRET, "-", {"ROUNDS_AUTH_TOKENS", "AUTH_TOKEN"},
         .text = "what callers of /render must send as X-Auth-Token; several with commas. The "
                 "well-known - is accepted only while listening on loopback"},
    [SET_AUTH_TOKENS_FILE] = {"auth.tokens_file", SETTING_TEXT, "", {"ROUNDS_AUTH_TOKENS_FILE"},
         .text = "file with such tokens, one a line, instead of the environment; read again when it "
                 "changes"},
    [SET_DATA] = {"data", SETTING_TEXT, "", {"ROUNDS_DATA"},
         .text = "folder of the database, pictures and keys; empty: /var/lib/rounds as a "
                 "service, else $XDG_DATA_HOME/rounds"},
    [SET_TEMP] = {"temp", SETTING_TEXT, "", {"ROUNDS_TEMP", "TMPDIR"},
         .text = "folder for browser profiles; empty: /tmp"},
    [SET_MASTER_KEY_FILE] = {"master_key_file", SETTING_TEXT, "", {"ROUNDS_MASTER_KEY_FILE"},
         .text = "file with the key that encrypts stored credentials; empty: master.key in data,"
                 " made on first start"},
    [SET_PUBLIC_URL] = {"public_url", SETTING_TEXT, "", {"ROUNDS_PUBLIC_URL"},
         .text = "the address under which people reach this service, for links in messages"},
    [SET_LOG_LEVEL] = {"log.level", SETTING_CHOICE, "info",
        {"ROUNDS_LOG_LEVEL", "LOG_LEVEL"}, "debug|info|warn|error",
         .text = "the least severe lines that are written"},
    [SET_LOG_FORMAT] = {"log.format", SETTING_CHOICE, "text",
        {"ROUNDS_LOG_FORMAT", "LOG_FORMAT"}, "text|json",
         .text = "form of the log lines"},
    [SET_BROWSER_PATH] = {"browser.path", SETTING_TEXT, "",
        {"ROUNDS_BROWSER_PATH", "BROWSER_PATH"},
         .text = "the browser's program; empty: chromium-headless-shell, chromium or Chrome, as "
                 "found"},
    [SET_BROWSER_FLAGS] = {"browser.flags", SETTING_LIST, "",
        {"ROUNDS_BROWSER_FLAGS", "BROWSER_FLAGS", "BROWSER_FLAG"},
         .text = "further command line flags for the browser"},
    [SET_BROWSER_SANDBOX] = {"browser.sandbox", SETTING_CHOICE, "auto",
        {"ROUNDS_BROWSER_SANDBOX"}, "auto|on|off",
         .text = "Chromium's sandbox: auto is on where the kernel allows it; on refuses to start"
                 " without"},
    [SET_BROWSER_TIMEZONE] = {"browser.timezone", SETTING_TEXT, "",
        {"ROUNDS_BROWSER_TIMEZONE", "BROWSER_TIMEZONE", "TZ"},
         .text = "zone of pages whose caller names none; empty: the machine's"},
    [SET_BROWSERS_MIN] = {"browser.min", SETTING_INT, "1",
        {"ROUNDS_BROWSERS_MIN"}, .min = 0, .max = 64,
         .text = "browsers kept warm"},
    [SET_BROWSERS_MAX] = {"browser.max", SETTING_INT, "0",
        {"ROUNDS_BROWSERS_MAX"}, .min = 0, .max = 64,
         .text = "browsers at once; 0: one and a half per core, bounded by memory"},
    [SET_BROWSER_MEMORY] = {"browser.memory", SETTING_SIZE, "1GiB",
        {"ROUNDS_BROWSER_MEMORY"}, .min = 256LL << 20, .max = 64LL << 30,
         .text = "a browser that grew beyond this is replaced"},
    [SET_DOCUMENT_HEAP] = {"browser.document_heap", SETTING_SIZE, "512MiB",
        {"ROUNDS_BROWSER_DOCUMENT_HEAP"}, .min = 1LL << 20, .max = 3LL << 30,
         .text = "a page whose scripts hold more than this is loaded anew instead of led on"},
    [SET_BROWSER_RENDERS] = {"browser.renders", SETTING_INT, "2000",
        {"ROUNDS_BROWSER_RENDERS"}, .min = 1, .max = 1000000,
         .text = "a browser that made so many pictures is replaced"},
    [SET_BROWSER_AGE] = {"browser.age", SETTING_DURATION, "6h",
        {"ROUNDS_BROWSER_AGE"}, .min = 60000, .max = 30LL * 86400000,
         .text = "a browser of this age is replaced"},
    [SET_QUEUE_MAX] = {"render.queue", SETTING_INT, "500",
        {"ROUNDS_QUEUE"}, .min = 1, .max = 10000,
         .text = "renders that may wait for a browser"},
    [SET_ISOLATION] = {"render.isolation", SETTING_CHOICE, "wash",
        {"ROUNDS_ISOLATION"}, "wash|context|process",
         .text = "wall between Grafana's drop-in calls: a washed tab, a fresh browser context, "
                 "or a browser each"},
    [SET_DEFAULT_ENCODING] = {"render.default_encoding", SETTING_CHOICE, "png",
        {"ROUNDS_DEFAULT_ENCODING", "API_DEFAULT_ENCODING"}, "png|jpeg|webp|pdf",
         .text = "format when the caller names none (grafana-image-renderer 5: pdf)"},
    [SET_DEFAULT_TIMEOUT] = {"render.timeout", SETTING_DURATION, "60s",
        {"ROUNDS_TIMEOUT"}, .min = 1000, .max = 86400000,
         .text = "deadline when the caller names none"},
    [SET_TIMEOUT_MAX] = {"render.timeout_max", SETTING_DURATION, "1h",
        {"ROUNDS_TIMEOUT_MAX"}, .min = 1000, .max = 86400000,
         .text = "longest deadline that is granted"},
    [SET_SIZE_FLOOR] = {"render.size_floor", SETTING_TEXT, "16x16", {"ROUNDS_SIZE_FLOOR"},
         .text = "smallest picture, widthxheight; smaller wishes are raised to it (grafana-"
                 "image-renderer 5: 1000x500)"},
    [SET_WIDTH_MAX] = {"render.width_max", SETTING_INT, "3000",
        {"ROUNDS_WIDTH_MAX", "BROWSER_MAX_WIDTH"}, .min = 16, .max = 16000,
         .text = "widest picture in CSS pixels; wider wishes are cut to it"},
    [SET_HEIGHT_MAX] = {"render.height_max", SETTING_INT, "3000",
        {"ROUNDS_HEIGHT_MAX", "BROWSER_MAX_HEIGHT"}, .min = 16, .max = 16000,
         .text = "highest picture in CSS pixels, full pages excepted"},
    [SET_SCALE_MAX] = {"render.scale_max", SETTING_REAL, "4",
        {"ROUNDS_SCALE_MAX", "BROWSER_MAX_PAGE_SCALE_FACTOR"}, .min = 1, .max = 10,
         .text = "largest device scale factor; larger wishes are cut to it"},
    [SET_ON_TIMEOUT] = {"render.on_timeout", SETTING_CHOICE, "error",
        {"ROUNDS_ON_TIMEOUT"}, "error|picture",
         .text = "at the deadline: 408 naming what was missing, or the picture as it stands"},
    [SET_STRICT_OWN] = {"render.strict", SETTING_BOOL, "true", {"ROUNDS_STRICT"},
         .text = "with credentials of our own: login pages and missing panels are errors, not "
                 "pictures"},
    [SET_STRICT_DROP_IN] = {"render.strict_drop_in", SETTING_BOOL, "false",
        {"ROUNDS_STRICT_DROP_IN"},
         .text = "the same for Grafana's own calls"},
    [SET_PNG] = {"render.png", SETTING_CHOICE, "fast", {"ROUNDS_PNG"}, "fast|small",
         .text = "compression of PNG: fast is quicker by tens of milliseconds and a quarter "
                 "larger"},
    [SET_LANDSCAPE] = {"render.landscape", SETTING_BOOL, "true", {"ROUNDS_LANDSCAPE"},
         .text = "PDF pages lie down unless the caller says otherwise"},
    [SET_ALLOWED_ORIGINS] = {"network.allowed_origins", SETTING_LIST, "",
        {"ROUNDS_ALLOWED_ORIGINS"},
         .text = "origins that may be rendered; empty: any, for authenticated callers"},
    [SET_EXTRA_HOSTS] = {"network.extra_hosts", SETTING_LIST, "", {"ROUNDS_EXTRA_HOSTS"},
         .text = "further host:port that any page may load from, such as map tiles"},
    [SET_CA_FILE] = {"network.ca_file", SETTING_TEXT, "", {"ROUNDS_CA_FILE"},
         .text = "PEM file with certificate authorities of your own, trusted beside the system's by "
                 "the browsers and by every request that the service itself makes"},
    [SET_PROXY] = {"network.proxy", SETTING_TEXT, "", {"ROUNDS_PROXY"},
         .text = "http://host:port or socks5://host:port by which pages are reached"},
    [SET_NO_PROXY] = {"network.no_proxy", SETTING_LIST, "", {"ROUNDS_NO_PROXY"},
         .text = "hosts, .suffixes and CIDR blocks reached without the proxy"},
    [SET_ISSUER_KEY_FILE] = {"issuer.key_file", SETTING_TEXT, "", {"ROUNDS_ISSUER_KEY_FILE"},
         .text = "file with the keys that sign our JWTs, sealed by the master key; empty: "
                 "issuer.key in data, made on first start"},
    [SET_ISSUER_ALGORITHM] = {"issuer.algorithm", SETTING_CHOICE, "ES256",
        {"ROUNDS_ISSUER_ALGORITHM"}, "ES256|RS256",
         .text = "of a key that we make"},
    [SET_ISSUER_ROTATE] = {"issuer.rotate", SETTING_DURATION, "30d",
        {"ROUNDS_ISSUER_ROTATE"}, .min = 86400000, .max = 36500LL * 86400000,
         .text = "a key signs for so long; the next one is published a day before. For Grafanas "
                 "that read the keys from a file (jwk_set_file), and so only when they start, 3650d"},
    [SET_FRAMES_MAX] = {"rounds.frames_max", SETTING_SIZE, "8MiB",
        {"ROUNDS_FRAMES_MAX"}, .min = 0, .max = 256LL << 20,
         .text = "largest answer of a data source kept behind a picture"},
    [SET_ANSWERS_MAX] = {"rounds.answers_max", SETTING_SIZE, "4MiB",
        {"ROUNDS_ANSWERS_MAX"}, .min = 0, .max = 256LL << 20,
         .text = "bytes of Grafana's own answers (data frames) kept with a shot, counted before they "
                 "are packed; longer ones are left out. 0: none are kept, only the series made of them"},
    [SET_ARCHIVE_MAX] = {"rounds.archive_max", SETTING_SIZE, "0",
        {"ROUNDS_ARCHIVE_MAX"}, .min = 0, .max = 1LL << 50,
         .text = "bytes of pictures and data that are kept; beyond, the oldest rounds' go first. "
                 "0: no limit, only the plans' retention"},
    [SET_ROUND_WORKERS] = {"rounds.workers", SETTING_INT, "0",
        {"ROUNDS_ROUND_WORKERS"}, .min = 0, .max = 64,
         .text = "threads that run rounds; 0: as many as browsers"},
    [SET_PARANOIA] = {"rounds.paranoia", SETTING_REAL, "0",
        {"ROUNDS_PARANOIA"}, .min = 0, .max = 1,
         .text = "share of fast pictures that are made again by a fresh load and compared"},
    [SET_SMTP_URL] = {"smtp.url", SETTING_TEXT, "", {"ROUNDS_SMTP_URL"},
         .text = "smtp://host:587 or smtps://host:465"},
    [SET_SMTP_FROM] = {"smtp.from", SETTING_TEXT, "", {"ROUNDS_SMTP_FROM"},
         .text = "sender of mails"},
    [SET_SMTP_USER] = {"smtp.user", SETTING_TEXT, "", {"ROUNDS_SMTP_USER"},
         .text = "login name; empty: none"},
    [SET_SMTP_PASSWORD_FILE] = {"smtp.password_file", SETTING_TEXT, "",
        {"ROUNDS_SMTP_PASSWORD_FILE"},
         .text = "file with the login's password"},
    [SET_NOTIFY_PRIVATE] = {"notify.allow_private", SETTING_BOOL, "false",
        {"ROUNDS_NOTIFY_ALLOW_PRIVATE"},
         .text = "notifications may go to private and loopback addresses"},
    [SET_ADMIN_PASSWORD] = {"admin_password", SETTING_SECRET, "", {"ROUNDS_ADMIN_PASSWORD"},
         .text = "first password of admin; without it a one-time password is printed on first "
                 "start"},
};
/* clang-format on */

const struct setting_row *setting_row(enum setting setting)
{
    ASSERT((unsigned)setting < SET_COUNT && rows[setting].name);
    return &rows[setting];
}
