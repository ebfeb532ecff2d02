/* How a panel shows one field of its data: the panel's settings with the overrides that fit the
 * field, as Grafana puts them together. Pure. */
#ifndef GRAFANA_FIELD_LOOK_H
#define GRAFANA_FIELD_LOOK_H

#include "base/json.h"

struct field {                   /* what overrides choose by */
    const char *name;            /* as a legend shows it */
    const char *own;             /* in its frame */
    const char *label;           /* the value of its only label; "" */
    const char *ref;             /* refId of its query */
    const char *type;            /* "number", "boolean" */
    double last, min, max, mean; /* NaN: none */
};

struct field_look {
    const struct jv *zones; /* of values whose colour is a bad one: [{at_least, below, weight}];
                               NULL: the panel does not colour this field by thresholds */
    const char *unit;       /* Grafana's id; "" */
};

/* `detail` is what dashboard_print_detail made. */
void field_look_find(const struct jv *detail, const struct field *field, struct field_look *out);

#endif
