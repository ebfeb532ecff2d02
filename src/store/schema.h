/* The migrations, in order. For store/ only. A number that was released never changes. */
#ifndef STORE_SCHEMA_H
#define STORE_SCHEMA_H

#include <stddef.h>

struct migration {
    int number;
    const char *what;       /* for the log and schema_versions */
    const char *const *sql; /* parts, ended by NULL; one transaction */
};
extern const struct migration schema_migrations[];
extern const size_t schema_migrations_n;

/* "Rnds": marks a SQLite file as ours (PRAGMA application_id). */
enum { SCHEMA_APPLICATION_ID = 0x526e6473 };

#endif
