/* Sources: Grafanas that people have entered. Reading the API's form, keeping it with its
 * credential sealed, opening clients, testing.
 *
 * Kept in store_source: auth = the credential's kind, options = {"user","header","subject","role",
 * "quiet_hours"},
 * ca_file = the PEM text itself, credential = the secret sealed for "source ID".
 */
#ifndef ROUNDS_SOURCE_H
#define ROUNDS_SOURCE_H

#include "grafana/check.h"
#include "rounds/plan.h"
#include "rounds/rounds.h"
#include "store/source.h"

struct source_form { /* what a person entered */
    const char *name;
    const char *url; /* canonical */
    int64_t org_id;
    struct grafana_credential credential; /* its secret is empty if none was given */
    bool has_secret;                      /* false: the one that is kept stays */
    const char *ca_pem;                   /* "" none */
    struct plan_names extra_origins;      /* canonical */
    int max_parallel;
    const char *quiet; /* JSON {"timezone", "hours"}; "" none */
    bool is_paused;
    int64_t version; /* of a change: the one that was read */
};

/* From the API's Source body. kept NULL: a new one, everything needed must be there; else members
 * that are left out stay as kept. ERR_UNPROCESSABLE with all faults. Wipe with source_form_fini. */
int source_form_read(struct op *op, const struct tree *tree, const struct store_source *kept,
                     struct source_form *out, struct plan_faults *faults) MUST_CHECK;
void source_form_fini(struct source_form *form);

/* ERR_CONFLICT: name taken, version stale. */
int source_add(struct op *op, struct rounds *rounds, const struct source_form *form,
               struct store_source *out) MUST_CHECK;
int source_set(struct op *op, struct rounds *rounds, const struct store_source *kept,
               const struct source_form *form, struct store_source *out) MUST_CHECK;
/* ERR_CONFLICT naming the plans that use it. */
int source_drop(struct op *op, struct rounds *rounds, const char *id) MUST_CHECK;
/* The API's Source. Never the secret. */
void source_print(struct op *op, const struct store_source *source, struct jw *w);

/* A client for a source, shared with others who use it now; give it back with source_return. */
int source_lease(struct op *op, struct rounds *rounds, int64_t source_row,
                 struct grafana **out) MUST_CHECK;
void source_return(struct rounds *rounds, struct grafana *grafana);
/* By id or name, for plans. */
int source_find(struct op *op, struct rounds *rounds, const char *id_or_name,
                struct store_source *out) MUST_CHECK;

/* Tests a form before it is kept (kept: where a secret that was left out comes from; may be NULL).
 */
int source_test_form(struct op *op, struct rounds *rounds, const struct source_form *form,
                     const struct store_source *kept, struct grafana_check *out) MUST_CHECK;
/* Tests a kept one and remembers the result. */
int source_test(struct op *op, struct rounds *rounds, const struct store_source *source,
                struct grafana_check *out) MUST_CHECK;

/* How a browser logs in at a source. Wipe with render_login_fini. */
int source_login(struct op *op, struct rounds *rounds, int64_t source_row,
                 struct render_login *out) MUST_CHECK;
/* The source that a page's address belongs to (origin and sub-path fit; of several the one with the
 * page's orgId, else the first by name). out->row = 0: none. */
int source_find_page(struct op *op, struct rounds *rounds, const struct target *target,
                     struct store_source *out) MUST_CHECK;
/* Further origins that the pages of this origin may load from, of all its sources: for the gate. */
int source_list_origins(struct op *op, struct rounds *rounds, const char *origin,
                        struct plan_names *out) MUST_CHECK;
/* When the quiet hours that now_ms is in will be over; 0: it is in none. options: the source's. */
int64_t source_quiet_end(struct op *op, const char *options, int64_t now_ms);
/* Rows of the sources that rounds must not load now. */
int source_list_quiet(struct op *op, struct rounds *rounds, int64_t **out,
                      size_t *out_n) MUST_CHECK;
/* What to put into that Grafana's grafana.ini. renderer_url: ours, as that Grafana reaches it. */
void source_print_ini(const struct store_source *source, const char *renderer_url, struct str *out);

#endif
