/* A round in short, as lists, plans and events show it. */
#ifndef API_CARD_H
#define API_CARD_H

#include "api/reply.h"
#include "store/round.h"

/* The members of RoundCard, into an object that the caller has open. */
void card_print_members(struct jw *w, const struct store_round *round);
/* The API's RoundCard. */
void card_print(struct jw *w, const struct store_round *round);

#endif
