/* The parts of the inspection platform that handlers use. Filled once by app/. */
#ifndef API_PLATFORM_H
#define API_PLATFORM_H

#include "auth/keys.h"
#include "auth/signin.h"
#include "blob/blob.h"

struct platform {
    struct store *store;
    struct blob_store *blobs;
    struct keys *keys;
    struct sessions *sessions;
    struct limit *limit;
    struct signin signin;
    bool is_secure_cookie; /* people reach us by TLS */
};

#endif
