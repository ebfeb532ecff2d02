/* A round to report on, without a store: two dashboards, three panels, hostile names. */
#ifndef TESTS_UNIT_REPORT_FIXTURE_H
#define TESTS_UNIT_REPORT_FIXTURE_H

#include "../test.h"

#include "report/shape.h"

#include <string.h>

#define FIXTURE_PNG                                                                                \
    "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x02\0\0\0\x02\x08\x02\0\0\0\xfd\xd4\x9as"                 \
    "\0\0\0\x13IDATx\x9c\x63\xf8\xcf\xc0\x00\xc2\x0c\xff\x19\x18\x00\x1f\xee\x03\xfd\x0b\x9d\xc8"  \
    "\xfe"                                                                                         \
    "\0\0\0\0IEND\xae"                                                                             \
    "B`\x82"
#define FIXTURE_DATA "{\"series\":[1,2,3]}"

enum { FIXTURE_SHOTS = 6 };

struct fixture {
    struct op op;
    struct report report;
    struct store_round round;
    struct store_shot shots[FIXTURE_SHOTS];
    struct store_verdict verdicts[3];
    struct store_signoff signoff;
    struct store_series series;
    struct report_source source;
    struct str out;      /* what the sink got */
    enum err read_fails; /* of shot 2 */
    int prints;          /* calls of print_page */
    struct report_print_ask asked;
    size_t print_bytes; /* what print_page answers: so many bytes… */
    size_t print_less;  /* …and so many less each time */
    char *printed;      /* the page it got last */
};

void fixture_init(struct fixture *f, enum report_lang lang);
void fixture_fini(struct fixture *f);
/* Into f->out. */
struct report_sink fixture_sink(struct fixture *f);
bool fixture_has(const struct fixture *f, const char *text);

#endif
