/* The parts of the inspection platform that handlers use. Filled once by app/platform.c. */
#ifndef API_PLATFORM_H
#define API_PLATFORM_H

#include "auth/keys.h"
#include "auth/signin.h"
#include "blob/blob.h"
#include "notify/notify.h"
#include "rounds/rounds.h"

struct events;
struct outbox;

struct platform {
    struct store *store;
    const struct blobs *blobs;
    struct keys *keys;
    struct sessions *sessions;
    struct limit *limit;
    struct signin signin;
    struct rounds *rounds;
    struct outbox *outbox;
    struct events *events;           /* live events; see events.h */
    const char *temp_dir;            /* NULL: the system's */
    const struct notify_env *notify; /* for the test button of channels */
    const char *public_url; /* "https://rounds.example.org", no slash at the end; "" unknown */
    bool notify_allows_private;
    bool is_secure_cookie; /* people reach us by TLS */
};

#endif
