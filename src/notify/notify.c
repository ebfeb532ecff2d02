/* Events' words, and which addresses channels may not reach. Pure. */
#include "notify/notify.h"

#include <string.h>

static const char *const words[NOTIFY_EVENT_COUNT] = {
    [NOTIFY_TEST] = "test",         [NOTIFY_ROUND_FINISHED] = "round_finished",
    [NOTIFY_SIGNED] = "signed",     [NOTIFY_FAILURES] = "failures",
    [NOTIFY_ABNORMAL] = "abnormal", [NOTIFY_OVERDUE] = "overdue",
};

const char *notify_event_word(enum notify_event event)
{
    return (unsigned)event < NOTIFY_EVENT_COUNT ? words[event] : "";
}

bool notify_event_parse(const char *word, enum notify_event *out)
{
    for (int event = 0; event < NOTIFY_EVENT_COUNT; event++) {
        if (word && strcmp(word, words[event]) == 0) {
            *out = (enum notify_event)event;
            return true;
        }
    }
    return false;
}

unsigned notify_refuse(bool allows_private)
{
    /* What multicast or reserved addresses could be good for, nobody has to set up webhooks; and
     * metadata services hand out credentials. */
    return allows_private ? FETCH_LINK_LOCAL | FETCH_SPECIAL
                          : FETCH_LOOPBACK | FETCH_LINK_LOCAL | FETCH_PRIVATE | FETCH_SPECIAL;
}
