/* What handlers about shots and rounds share. */
#ifndef API_SHOTS_H
#define API_SHOTS_H

#include "api/reply.h"
#include "api/shot_print.h"
#include "store/round.h"

/* The shot, round, panel that the path names first (or as its nth parameter). ERR_NOT_FOUND also
 * when the caller does not see its plan, or source. */
int shot_of_call(struct call *call, size_t param, struct store_shot *out) MUST_CHECK;
int round_of_call(struct call *call, struct store_round *out) MUST_CHECK;
int panel_of_call(struct call *call, struct store_panel *out) MUST_CHECK;

/* Answers with the shot as it is now. */
int reply_shot(struct call *call, const char *id, int status) MUST_CHECK;
/* Answers with a list of shots that have their meta. */
int reply_shots(struct call *call, const struct store_shot_list *list) MUST_CHECK;
/* Answers with the round as it is now. */
int reply_round(struct call *call, const char *id, int status) MUST_CHECK;

#endif
