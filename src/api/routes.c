/* Every route of the service, one row each. */
#include "api/handlers.h"

#define V1 "/api/v1"

const struct route routes[] = {
    /* The renderer, as grafana-image-renderer has it. */
    {"GET", "/render", WHO_RENDERER, HTTPD_HEAVY, handle_render, "A page of Grafana as a picture or PDF",
     .gives = "image/png", .face = FACE_PLAIN,
     .query = "url width height deviceScaleFactor timeout timezone encoding quality theme landscape "
              "renderKey domain pdf.format pdf.landscape pdf.printBackground pdf.pageRanges"},
    {"GET", "/render/csv", WHO_RENDERER, HTTPD_HEAVY, handle_render_csv, "The CSV that a page downloads",
     .gives = "text/csv", .face = FACE_PLAIN,
     .query = "url timeout timezone encoding renderKey domain filePath"},
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
};
const size_t routes_n = sizeof routes / sizeof *routes;
