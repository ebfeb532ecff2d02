/* Small things to remember: the SQL. Any thread. */
#include "store/setting.h"

#include "store/inner.h"

static void read_value(struct op *op, struct cols *c, void *item)
{
    *(const char **)item = take_text(c);
}

int store_setting_find(struct op *op, struct store *store, const char *key, const char **out)
{
    CLEANUP(unit_end) struct unit u = {0};
    *out = "";
    if (unit_begin(op, store, DB_READ, &u))
        return -1;
    int got = read_one(op, u.tx, "SELECT value FROM settings WHERE key = $1", DB_ARGS(db_text(key)),
                       read_value, out);
    return got < 0 ? -1 : 0;
}

int store_setting_set(struct op *op, struct store *store, const char *key, const char *value)
{
    if (!value)
        return unit_run(op, store, DB_DURABLE, "DELETE FROM settings WHERE key = $1",
                        DB_ARGS(db_text(key)), NULL);
    return unit_run(op, store, DB_DURABLE,
                    "INSERT INTO settings VALUES ($1, $2, $3) ON CONFLICT (key) DO UPDATE SET "
                    "value = excluded.value, set_ms = excluded.set_ms",
                    DB_ARGS(db_text(key), db_text(value), db_int(clock_wall_ms())), NULL);
}
