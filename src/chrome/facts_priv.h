/* The insides of the facts, shared by facts.c (texts, lists, epochs) and facts_fold.c (events). Private to
 * chrome/. */
#ifndef CHROME_FACTS_PRIV_H
#define CHROME_FACTS_PRIV_H

#include "chrome/facts.h"

/* A copy of at most max bytes, cut between characters. */
char *facts_keep_n(const char *s, size_t max);
char *facts_keep(const char *s);
/* Replaces a text; s may be part of the old one. */
void facts_put(char **slot, const char *s);

void facts_drop_request(struct facts *facts, size_t i);
void facts_drop_answer(struct facts *facts, size_t i);
void facts_drop_query(struct facts *facts, size_t i);
void facts_drop_note(struct facts *facts, size_t i);
void facts_drop_call(struct facts *facts, size_t i);
void facts_clear_download(struct facts *facts);
/* Makes the sums that judges read true again. */
void facts_recount(struct facts *facts);

/* By request id, the newest first; NULL if none. */
struct facts_request *facts_request_by(struct facts *facts, const char *id);
struct facts_answer *facts_answer_by(struct facts *facts, const char *id);
struct facts_query *facts_query_by(struct facts *facts, const char *id);

#endif
