/* The words of reports in both languages, one row each. Pure. */
#ifndef REPORT_WORDS_H
#define REPORT_WORDS_H

#include "report/report.h"

enum word {
    WORD_REPORT, WORD_PLAN, WORD_MOMENT, WORD_STARTED, WORD_FINISHED, WORD_TRIGGER, WORD_STATE,
    WORD_ZONE, WORD_DUE, WORD_LATE, WORD_VERSION, WORD_MADE, WORD_MADE_BY, WORD_ROUND,
    WORD_BY_SCHEDULE, WORD_BY_HAND, WORD_BY_API,
    WORD_STATE_PREPARING, WORD_STATE_RUNNING, WORD_STATE_REVIEW, WORD_STATE_SIGNED,
    WORD_STATE_CANCELLED, WORD_STATE_FAILED,
    WORD_SUMMARY, WORD_SHOTS, WORD_TOTAL, WORD_NORMAL, WORD_ABNORMAL, WORD_NOT_APPLICABLE,
    WORD_UNDECIDED, WORD_FAILED, WORD_CHANGED, WORD_WAITING, WORD_CANCELLED, WORD_WITHDRAWN,
    WORD_COMMENT_ONLY,
    WORD_ATTENTION, WORD_NO_ATTENTION, WORD_SIGNOFFS, WORD_NO_SIGNOFF, WORD_SIGNED_BY,
    WORD_SIGNED_AT, WORD_FIRST_SIGNATURE, WORD_REASONS, WORD_SIGNATURE, WORD_KEY, WORD_HASH,
    WORD_BEFORE, WORD_SHOTS_HASH, WORD_VERDICTS_HASH,
    WORD_SOURCE, WORD_DASHBOARD, WORD_PANEL, WORD_WINDOW, WORD_VARIABLES, WORD_FROM, WORD_TO,
    WORD_TAKEN, WORD_VERDICT, WORD_VERDICTS, WORD_BY, WORD_AT, WORD_HOW, WORD_COMMENT,
    WORD_CATEGORY, WORD_LINKS, WORD_DWELL, WORD_FINDINGS, WORD_CHANGE, WORD_REASON, WORD_PICTURE,
    WORD_DATA, WORD_BYTES, WORD_NUMBER, WORD_SINGLE, WORD_BULK, WORD_PHONE, WORD_KNOWN,
    WORD_SERIES, WORD_NAME, WORD_UNIT, WORD_LAST, WORD_MIN, WORD_MAX, WORD_MEAN, WORD_MISSING,
    WORD_POINTS,
    WORD_PICTURE_GONE, WORD_PICTURE_DAMAGED, WORD_NO_PICTURE, WORD_MORE_BEFORE, WORD_MORE_AFTER,
    WORD_VERIFY,
    WORD_FIND_NOT_RENDERED, WORD_FIND_NO_DATA, WORD_FIND_QUERY_ERROR, WORD_FIND_THRESHOLD,
    WORD_FIND_RULE, WORD_FIND_SERIES_CHANGED, WORD_FIND_DATA_CHANGED, WORD_FIND_PIXELS_CHANGED,
    WORD_FIND_RANGE_IGNORED,
    WORD_COUNT
};

const char *words_say(enum report_lang lang, enum word word);
const char *words_verdict(enum report_lang lang, enum verdict_kind kind);
const char *words_how(enum report_lang lang, enum verdict_how how);
const char *words_state(enum report_lang lang, enum round_state state);
const char *words_trigger(enum report_lang lang, enum round_trigger trigger);
/* What became of a shot: its verdict, or failed, waiting, cancelled, undecided. */
const char *words_shot(enum report_lang lang, const struct store_shot *shot);
/* The kind's name; the kind itself when it is unknown. */
const char *words_finding(enum report_lang lang, const char *kind);
/* "zh-CN", "en". */
const char *words_tag(enum report_lang lang);

#endif
