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

static void read_setting(struct op *op, struct cols *c, void *item)
{
    struct store_setting *s = item;
    s->key = take_text(c);
    s->value = take_text(c);
    s->set_ms = take_int(c);
}

int store_setting_list(struct op *op, struct store *store, const char *prefix,
                       struct store_setting **out, size_t *out_n)
{
    CLEANUP(unit_end) struct unit u = {0};
    if (unit_begin(op, store, DB_READ, &u))
        return -1;
    return read_all(op, u.tx,
                    "SELECT key, value, set_ms FROM settings "
                    "WHERE substr(key, 1, length($1)) = $1 ORDER BY key",
                    DB_ARGS(db_text(prefix)), sizeof **out, read_setting, (void **)out, out_n);
}
