/* Every route of the service, one row each. */
#include "api/handlers.h"

#define V1 "/api/v1"
#define LIST "limit cursor"

const struct route routes[] = {
    /* The renderer, as grafana-image-renderer has it. */
    {"GET", "/render", WHO_RENDERER, HTTPD_HEAVY, handle_render, "A page of Grafana as a picture or PDF",
     .gives = "image/png", .face = FACE_PLAIN,
     .query = "url width height deviceScaleFactor timeout timezone encoding quality theme landscape "
              "renderKey domain pdf.format pdf.landscape pdf.printBackground pdf.pageRanges"},
    {"GET", "/render/csv", WHO_RENDERER, HTTPD_HEAVY, handle_render_csv, "The CSV that a page downloads",
     .gives = "text/csv", .face = FACE_PLAIN,
     .query = "url timeout timezone encoding renderKey domain filePath"},
    {"POST", "/render/batch", WHO_RENDERER, HTTPD_HEAVY, handle_render_batch,
     "Many pictures in one request, streamed as they come", .takes = "RenderBatch",
     .gives = "application/x-ndjson", .face = FACE_PLAIN, .takes_text = true, .query = "timeout",
     .body_max = 8 << 20},
    {"GET", "/render/version", WHO_OPEN, HTTPD_LIGHT, handle_version_render,
     "The version that Grafana asks for", .gives = "RendererVersion", .face = FACE_PLAIN},
    {"GET", "/version", WHO_OPEN, HTTPD_LIGHT, handle_version, "Versions of service and browser",
     .gives = "text/plain", .face = FACE_PLAIN},
    {"GET", "/healthz", WHO_OPEN, HTTPD_LIGHT, handle_health, "Is the service able to render?",
     .gives = "text/plain", .face = FACE_PLAIN, .query = "verbose"},
    {"GET", "/metrics", WHO_OPEN, HTTPD_LIGHT, handle_metrics, "Metrics for Prometheus",
     .gives = "text/plain", .face = FACE_PLAIN},
    {"GET", "/.well-known/jwks.json", WHO_OPEN, HTTPD_LIGHT, handle_jwks,
     "Public keys of our JWT issuer, for Grafana's jwk_set_url", .gives = "JwkSet"},

    /* Session and people. */
    {"POST", V1 "/session", WHO_OPEN, HTTPD_LIGHT, handle_session_start, "Sign in by password",
     .takes = "SignIn", .gives = "Session", .is_platform = true},
    {"GET", V1 "/session", WHO_SELF, HTTPD_LIGHT, handle_session_show, "Who am I, and the CSRF token",
     .gives = "Session", .is_platform = true},
    {"DELETE", V1 "/session", WHO_SELF, HTTPD_LIGHT, handle_session_stop, "Sign out", .is_platform = true},
    {"PUT", V1 "/session/password", WHO_SELF, HTTPD_LIGHT, handle_session_password,
     "Change the own password", .takes = "PasswordChange", .is_platform = true},
    {"PUT", V1 "/session/preferences", WHO_SELF, HTTPD_LIGHT, handle_session_preferences,
     "Language and theme", .takes = "Preferences", .gives = "User", .is_platform = true},
    {"GET", V1 "/people", WHO_VIEWER, HTTPD_LIGHT, handle_people, "Names of people, for pickers",
     .gives = "[Person]", .is_platform = true},
    {"GET", V1 "/users", WHO_ADMIN, HTTPD_LIGHT, handle_users_list, "People", .gives = "List:User",
     .query = LIST " q", .is_platform = true},
    {"POST", V1 "/users", WHO_ADMIN, HTTPD_LIGHT, handle_users_add, "Add a person", .takes = "UserAdd",
     .gives = "UserAdded", .status = 201, .is_platform = true},
    {"GET", V1 "/users/{id}", WHO_ADMIN, HTTPD_LIGHT, handle_users_show, "One person", .gives = "User",
     .is_platform = true},
    {"PATCH", V1 "/users/{id}", WHO_ADMIN, HTTPD_LIGHT, handle_users_set, "Change a person",
     .takes = "UserSet", .gives = "User", .is_platform = true},
    {"DELETE", V1 "/users/{id}", WHO_ADMIN, HTTPD_LIGHT, handle_users_drop,
     "Disable a person; their verdicts stay", .is_platform = true},
    {"POST", V1 "/users/{id}/password-reset", WHO_ADMIN, HTTPD_LIGHT, handle_users_reset,
     "A new one-time password", .takes = "Empty", .gives = "OneTimePassword", .is_platform = true},
    {"GET", V1 "/tokens", WHO_ADMIN, HTTPD_LIGHT, handle_tokens_list, "API tokens",
     .gives = "List:Token", .query = LIST, .is_platform = true},
    {"POST", V1 "/tokens", WHO_ADMIN, HTTPD_LIGHT, handle_tokens_add, "Make an API token",
     .takes = "TokenAdd", .gives = "TokenAdded", .status = 201, .is_platform = true},
    {"DELETE", V1 "/tokens/{id}", WHO_ADMIN, HTTPD_LIGHT, handle_tokens_drop, "Revoke an API token",
     .is_platform = true},
    {"GET", V1 "/audit", WHO_ADMIN, HTTPD_LIGHT, handle_audit_list, "The audit trail, newest first",
     .gives = "List:AuditLine", .query = LIST " actor action from to", .is_platform = true},

    /* Schedules and search. */
    {"POST", V1 "/schedule/preview", WHO_VIEWER, HTTPD_LIGHT, handle_schedule_preview,
     "When a schedule fires next, and in words", .takes = "SchedulePreviewAsk",
     .gives = "SchedulePreview", .is_platform = true},
    {"GET", V1 "/search", WHO_VIEWER, HTTPD_LIGHT, handle_search,
     "Search panels, plans, verdicts, people", .gives = "List:SearchHit",
     .query = LIST " q kind plan verdict person from to", .is_platform = true},

    /* Notifications. */
    {"GET", V1 "/channels", WHO_EDITOR, HTTPD_LIGHT, handle_channels_list, "Notification channels",
     .gives = "List:Channel", .query = LIST, .is_platform = true},
    {"POST", V1 "/channels", WHO_ADMIN, HTTPD_LIGHT, handle_channels_add, "Add a channel",
     .takes = "ChannelSet", .gives = "Channel", .status = 201, .is_platform = true},
    {"PATCH", V1 "/channels/{id}", WHO_ADMIN, HTTPD_LIGHT, handle_channels_set, "Change a channel",
     .takes = "ChannelSet", .gives = "Channel", .is_platform = true},
    {"DELETE", V1 "/channels/{id}", WHO_ADMIN, HTTPD_LIGHT, handle_channels_drop, "Remove a channel",
     .is_platform = true},
    {"POST", V1 "/channels/{id}/test", WHO_ADMIN, HTTPD_HEAVY, handle_channels_test,
     "Send a test message", .takes = "Empty", .budget_ms = 60000, .is_platform = true},
    {"GET", V1 "/outbox", WHO_ADMIN, HTTPD_LIGHT, handle_outbox_list, "Messages and what became of them",
     .gives = "List:Letter", .query = LIST " state", .is_platform = true},
    {"POST", V1 "/outbox/{id}/retry", WHO_ADMIN, HTTPD_LIGHT, handle_outbox_retry,
     "Send a message once more", .takes = "Empty", .gives = "Letter", .status = 202,
     .is_platform = true},
};
const size_t routes_n = sizeof routes / sizeof *routes;
