/* What is known about a page, folded out of the browser's events: the plain struct that the
 * readiness judge reads. Gathering needs a browser, judging does not.
 *
 * Everything is bounded; what did not fit is counted in `dropped`. An *epoch* begins with each
 * navigation of ours (page_go, page_push_url, page_mark): finished answers, queries, calls and
 * notes of earlier epochs are gone, what is still open stays with its epoch's number. Texts and
 * lists are borrowed until the next pump. Times are clock_mono_ms.
 */
#ifndef CHROME_FACTS_H
#define CHROME_FACTS_H

#include "base/json.h"

enum {
    FACTS_REQUESTS_MAX = 512,
    FACTS_ANSWERS_MAX = 256,
    FACTS_QUERIES_MAX = 512,
    FACTS_NOTES_MAX = 64,
    FACTS_CALLS_MAX = 64,
    FACTS_REDIRECTS_MAX = 12,
    FACTS_TEXT_MAX = 2048, /* bytes of any one text; longer ones are cut */
    FACTS_PAYLOAD_MAX = 256 * 1024,
};

enum facts_state {
    FACTS_OPEN,      /* asked; no end yet */
    FACTS_DONE,      /* loadingFinished; see status */
    FACTS_FAILED,    /* loadingFailed; see error */
    FACTS_CANCELLED, /* loadingFailed with canceled: the page itself gave it up */
};

/* A request in flight. WebSockets are among them, EventSources too, but neither counts in open_n. Those of
 * a document that has been left are gone. */
struct facts_request {
    char *id;
    char *url;
    char *method;
    char *type; /* CDP's resource type: "Document", "Script", "Fetch", … */
    char *loader;
    uint32_t epoch;
    int64_t begun_ms;
    int status;   /* 0 until the headers came */
    bool is_main; /* the main document */
};

/* An API request (path has /api/ or /apis/), from its start to its end. */
struct facts_answer {
    char *request_id;
    char *method;
    char *path;  /* path and query, without origin */
    char *error; /* net::ERR_…; "" if none */
    uint32_t epoch;
    enum facts_state state;
    int status;
    bool is_cached; /* came from the browser's cache */
    int64_t begun_ms, ended_ms;
};

/* A data query (POST …/query of an API), besides its facts_answer. */
struct facts_query {
    char *request_id;
    char *dashboard_uid;  /* X-Dashboard-Uid; "" if none */
    char *panel_id;       /* X-Panel-Id */
    char *datasource_uid; /* X-Datasource-Uid */
    char *plugin_id;      /* X-Plugin-Id */
    char *path;
    char *error;
    uint32_t epoch;
    enum facts_state state;
    int status;
    int64_t from_ms, to_ms; /* of the request's body; -1 unknown */
    int64_t begun_ms, ended_ms;
    /* The answer's body, when the page keeps bodies (page_keep_bodies). */
    enum { FACTS_BODY_NONE, FACTS_BODY_ASKED, FACTS_BODY_KEPT, FACTS_BODY_LOST } body_state;
    uint64_t body_token; /* which question the body answers; the page's */
    char *body;
    size_t body_n;
};

enum facts_note_kind {
    FACTS_NOTE_CONSOLE,   /* console.error */
    FACTS_NOTE_EXCEPTION, /* uncaught */
    FACTS_NOTE_DIALOG,    /* alert, confirm, beforeunload: accepted by us */
    FACTS_NOTE_BLOCKED,   /* the gate or the browser refused a request; text is its URL */
    FACTS_NOTE_RESOURCE,  /* a script or style that did not load; text is URL and error */
};
struct facts_note {
    enum facts_note_kind kind;
    uint32_t epoch;
    int64_t at_ms;
    char *text;
};

/* A call of a binding (page_add_binding). */
struct facts_call {
    char *name;
    char *payload;
    uint32_t epoch;
    int64_t at_ms;
};

struct facts_download {
    enum {
        FACTS_DOWNLOAD_NONE,
        FACTS_DOWNLOAD_RUNNING,
        FACTS_DOWNLOAD_DONE,
        FACTS_DOWNLOAD_FAILED
    } state;
    char *guid;
    char *name; /* suggested; never a path of ours */
    char *url;
    int64_t received;
};

struct facts {
    uint32_t epoch;   /* 0 before the first navigation */
    int64_t epoch_ms; /* when it began */
    uint64_t events;  /* folded so far */
    uint64_t dropped; /* did not fit */

    /* The main document. */
    char *main_frame;    /* frame id */
    char *loader;        /* of the document now shown */
    char *wanted_loader; /* of the navigation we asked for; "" if none */
    char *url;           /* as it stands, in-page changes included; "about:blank" at first */
    char *mime;
    char *error;       /* net::ERR_… of the document; "" if none */
    int status;        /* HTTP status; 0 unknown */
    bool is_requested; /* the document of this epoch has been asked for */
    bool is_committed; /* the document of this epoch is shown (true at once after a push) */
    bool is_dom_ready;
    bool is_loaded;         /* load event */
    bool is_off_origin;     /* set by the page: the main document left the credential's origin */
    bool is_crashed;        /* the renderer died */
    bool is_detached;       /* the tab is gone */
    uint32_t commits;       /* main-frame navigations since the tab opened */
    uint32_t commits_epoch; /* of these, in this epoch: more than 1 = the page navigated itself */
    char *redirects[FACTS_REDIRECTS_MAX]; /* URLs the document passed through, this epoch */
    size_t redirects_n;

    /* Network. */
    int64_t activity_ms; /* last request, data or end of one */
    size_t open_n;       /* requests in flight, streams excepted */
    size_t queries_open_n;
    int64_t pictures_ended_ms; /* the last end of a request for a picture; 0: none yet */
    size_t streams_n;          /* WebSockets and EventSources, alive */
    struct facts_request *requests;
    size_t requests_n;
    struct facts_answer *answers;
    size_t answers_n;
    struct facts_query *queries; /* in the order asked */
    size_t queries_n;
    uint32_t blocked_n; /* refused by the gate, this epoch */

    struct facts_call *calls;
    size_t calls_n;
    struct facts_note *notes;
    size_t notes_n;
    struct facts_download download;
};

void facts_init(struct facts *facts);
void facts_fini(struct facts *facts);
/* Begins an epoch. is_document: a new document is expected (page_go), so document facts reset. */
void facts_begin(struct facts *facts, bool is_document, int64_t now_ms);
/* How an event is to be parsed: the object members that facts_fold does not read (NULL at the end; NULL: it
 * may read any), and the one string that may be huge (NULL: there is none). */
struct facts_reading {
    const char *const *unread;
    const char *big;
};
/* True when the event is worth parsing; then *how is set. Cheap. */
bool facts_wants(struct bytes method, struct bytes message, struct facts_reading *how);
/* Folds one event. `big`: the string that facts_reading names, still escaped, when it was cut out of the
 * params. Pure: no I/O, no clock. */
void facts_fold(struct facts *facts, struct bytes method, const struct jv *params, struct bytes big,
                int64_t now_ms);
/* Data came (Network.dataReceived, not parsed). */
void facts_touch(struct facts *facts, int64_t now_ms);

/* For something that the page will show as a picture: an image, or an icon that a script fetches. */
bool facts_is_picture(const struct facts_request *request);

/* The newest query of a panel in this epoch; NULL if none. */
const struct facts_query *facts_last_query(const struct facts *facts, const char *panel_id);
/* The newest call of a binding in this epoch. */
const struct facts_call *facts_last_call(const struct facts *facts, const char *name);

#endif
