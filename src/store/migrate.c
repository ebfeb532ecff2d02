/* Brings a database to the newest schema, forward only, each migration in one transaction.
 *
 * Called once at open, by the owner. A guest, a command beside a running daemon, only looks: it
 * must not change the schema under the daemon. A database of a newer Rounds is refused, because
 * an older program would write rows that the newer one does not expect.
 */
#include "store/inner.h"
#include "store/schema.h"

#include <inttypes.h>
#include <stdio.h>

static int64_t newest(void)
{
    return schema_migrations[schema_migrations_n - 1].number;
}

/* 0: empty; -1 failed. */
static int read_version(struct op *op, struct db_tx *tx, int64_t *out)
{
    int64_t tables = 0, id = 0, has_versions = 0;
    *out = 0;
    if (db_get_int(op, tx, "SELECT count(*) FROM sqlite_schema", DB_NONE, &tables) < 0 ||
        db_get_int(op, tx, "PRAGMA application_id", DB_NONE, &id) < 0 ||
        db_get_int(op, tx, "SELECT count(*) FROM sqlite_schema WHERE name = 'schema_versions'",
                   DB_NONE, &has_versions) < 0)
        return -1;
    if (tables > 0 && (id != SCHEMA_APPLICATION_ID || !has_versions))
        return op_fail(op, ERR_STORAGE,
                       "the database is not one of Rounds; choose another data directory");
    if (!has_versions)
        return 0;
    return db_get_int(op, tx, "SELECT max(number) FROM schema_versions", DB_NONE, out);
}

static int set_up(struct op *op, struct db_tx *tx)
{
    char sql[64];
    snprintf(sql, sizeof sql, "PRAGMA application_id = %d", SCHEMA_APPLICATION_ID);
    if (db_script(op, tx, sql))
        return -1;
    return db_script(op, tx,
                     "CREATE TABLE schema_versions (\n"
                     "  number INTEGER PRIMARY KEY,\n"
                     "  what TEXT NOT NULL,\n"
                     "  applied_ms INTEGER NOT NULL,\n"
                     "  program TEXT NOT NULL -- version of Rounds that applied it\n"
                     ") STRICT;");
}

static int apply(struct op *op, struct db_tx *tx, const struct migration *m)
{
    for (const char *const *part = m->sql; *part; part++)
        if (db_script(op, tx, *part))
            return -1;
    return db_run(op, tx, "INSERT INTO schema_versions VALUES ($1, $2, $3, $4)",
                  DB_ARGS(db_int(m->number), db_text(m->what), db_int(clock_wall_ms()),
                          db_text(ROUNDS_VERSION)),
                  NULL);
}

static int check_version(struct op *op, int64_t version, bool is_guest)
{
    if (version > newest())
        return op_fail(op, ERR_STORAGE,
                       "the database was made by a newer Rounds (schema %" PRId64 ", this one "
                       "knows %" PRId64 "); install that version, or restore a backup from before",
                       version, newest());
    if (is_guest && version < newest())
        return op_fail(op, ERR_STORAGE,
                       "the database has the older schema %" PRId64 "; start the daemon of this "
                       "version once, it brings it to %" PRId64,
                       version, newest());
    return 0;
}

int store_migrate(struct op *op, struct db *db, bool is_guest)
{
    CLEANUP(db_end) struct db_tx tx = {0};
    int64_t version;
    if (db_begin(op, db, is_guest ? DB_READ : DB_DURABLE, &tx) || read_version(op, &tx, &version) ||
        check_version(op, version, is_guest))
        return -1;
    if (version == newest())
        return 0;
    if (version == 0 && set_up(op, &tx))
        return -1;
    for (size_t i = 0; i < schema_migrations_n; i++)
        if (schema_migrations[i].number > version && apply(op, &tx, &schema_migrations[i]))
            return -1;
    return db_commit(op, &tx);
}
