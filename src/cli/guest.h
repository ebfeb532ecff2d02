/* The data directory with the engine over it, for commands beside a running daemon. */
#ifndef CLI_GUEST_H
#define CLI_GUEST_H

#include "app/data.h"
#include "cli/command.h"
#include "rounds/rounds.h"

struct guest {
    struct settings *settings;
    struct data data;
    struct rounds *rounds; /* not started: no workers, no clockwork */
};

/* On -1 nothing is left open. */
int guest_open(struct invocation *in, struct guest *out) MUST_CHECK;
/* Harmless when not open. */
void guest_close(struct guest *guest);

#endif
