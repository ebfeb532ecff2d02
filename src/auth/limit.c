/* Counters of wrong tries to sign in, with growing pauses. Any thread: one lock, never held for
 * longer than a few look-ups.
 *
 * A fixed array, chained by hash and by age: a stranger who tries a million names only turns the
 * oldest counters out, and the address he comes from keeps its own. Names and addresses are kept as
 * keyed 128-bit hashes, so that memory holds no list of who tried. Deliberately not in the
 * database: a restart forgives, and an attack must not write to the disk.
 */
#include "auth/limit.h"

#include "base/assert.h"
#include "base/bytes.h"
#include "base/mem.h"
#include "sys/lock.h"

#include <arpa/inet.h>
#include <sodium.h>
#include <string.h>

enum { BUCKETS = 8192, NONE = -1 };

struct entry {
    unsigned char key[crypto_shorthash_siphashx24_BYTES];
    int wrong;
    int64_t last_ms;  /* of the newest wrong try */
    int64_t until_ms; /* no try is looked at before */
    int next;         /* in the bucket */
    int newer, older; /* by use */
};

struct limit {
    struct limit_conf conf;
    unsigned char hash_key[crypto_shorthash_siphashx24_KEYBYTES];
    struct lock lock;
    int buckets[BUCKETS];
    struct entry entries[LIMIT_ENTRIES];
    int used; /* entries that were ever taken */
    int newest, oldest;
};

enum kind { PAIR, ADDRESS, NAME, KINDS };

struct trio {
    unsigned char of[KINDS][crypto_shorthash_siphashx24_BYTES];
};

static void set_default(int64_t *value, int64_t otherwise)
{
    if (*value <= 0)
        *value = otherwise;
}

static void set_default_count(int *value, int otherwise)
{
    if (*value <= 0)
        *value = otherwise;
}

struct limit *limit_new(const struct limit_conf *conf)
{
    struct limit *limit = MEM_NEW(struct limit);
    ASSERT(sodium_init() >= 0);
    limit->conf = *conf;
    set_default_count(&limit->conf.pair_free, 5);
    set_default_count(&limit->conf.address_free, 30);
    set_default_count(&limit->conf.name_free, 20);
    set_default(&limit->conf.pause_ms, 1000);
    set_default(&limit->conf.pause_max_ms, 15 * 60 * 1000);
    set_default(&limit->conf.name_pause_max_ms, 30 * 1000);
    set_default(&limit->conf.forget_ms, 30 * 60 * 1000);
    randombytes_buf(limit->hash_key, sizeof limit->hash_key);
    lock_init(&limit->lock);
    for (int i = 0; i < BUCKETS; i++)
        limit->buckets[i] = NONE;
    limit->newest = limit->oldest = NONE;
    return limit;
}

void limit_free(struct limit *limit)
{
    if (!limit)
        return;
    lock_fini(&limit->lock);
    mem_free(limit);
}

/* An IPv4 address in whichever spelling, or the first half of an IPv6 one: who has one of these
 * has all of its /64. Anything else counts as it is written. */
static struct bytes address_bytes(const char *address, unsigned char raw[16])
{
    static const unsigned char mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    if (inet_pton(AF_INET, address, raw) == 1)
        return (struct bytes){(const char *)raw, 4};
    if (inet_pton(AF_INET6, address, raw) != 1)
        return bytes_of(address);
    if (memcmp(raw, mapped, sizeof mapped) == 0)
        return (struct bytes){(const char *)raw + 12, 4};
    return (struct bytes){(const char *)raw, 8};
}

static void hash_into(const struct limit *limit, enum kind kind, struct bytes name,
                      struct bytes address, struct trio *keys)
{
    /* Both parts are hashed by themselves first: no name can imitate another pair. */
    unsigned char parts[1 + 2 * crypto_shorthash_siphashx24_BYTES] = {(unsigned char)kind};
    unsigned char *at = parts + 1;
    crypto_shorthash_siphashx24(at, (const unsigned char *)name.p, name.n, limit->hash_key);
    at += crypto_shorthash_siphashx24_BYTES;
    crypto_shorthash_siphashx24(at, (const unsigned char *)address.p, address.n, limit->hash_key);
    crypto_shorthash_siphashx24(keys->of[kind], parts, sizeof parts, limit->hash_key);
}

static struct trio keys_of(const struct limit *limit, const char *name, const char *address)
{
    struct trio keys;
    unsigned char raw[16];
    char lower[256];
    size_t n = 0;
    for (; name && name[n] && n < sizeof lower; n++)
        lower[n] = (char)(name[n] >= 'A' && name[n] <= 'Z' ? name[n] + 32 : name[n]);
    struct bytes who = {lower, n};
    struct bytes from = address_bytes(address ? address : "", raw);
    hash_into(limit, PAIR, who, from, &keys);
    hash_into(limit, ADDRESS, BYTES(""), from, &keys);
    hash_into(limit, NAME, who, BYTES(""), &keys);
    return keys;
}

static int *bucket_of(struct limit *limit, const unsigned char *key)
{
    uint32_t h;
    memcpy(&h, key, sizeof h);
    return &limit->buckets[h % BUCKETS];
}

static void unlink_age(struct limit *limit, int i)
{
    struct entry *e = &limit->entries[i];
    *(e->newer == NONE ? &limit->newest : &limit->entries[e->newer].older) = e->older;
    *(e->older == NONE ? &limit->oldest : &limit->entries[e->older].newer) = e->newer;
}

static void link_newest(struct limit *limit, int i)
{
    struct entry *e = &limit->entries[i];
    e->newer = NONE;
    e->older = limit->newest;
    *(limit->newest == NONE ? &limit->oldest : &limit->entries[limit->newest].newer) = i;
    limit->newest = i;
}

static void unlink_bucket(struct limit *limit, int i)
{
    int *at = bucket_of(limit, limit->entries[i].key);
    while (*at != i)
        at = &limit->entries[*at].next;
    *at = limit->entries[i].next;
}

static struct entry *find(struct limit *limit, const unsigned char *key, int64_t now_ms)
{
    for (int i = *bucket_of(limit, key); i != NONE; i = limit->entries[i].next) {
        struct entry *e = &limit->entries[i];
        if (memcmp(e->key, key, sizeof e->key) != 0)
            continue;
        if (now_ms - e->last_ms > limit->conf.forget_ms)
            e->wrong = 0, e->until_ms = 0;
        return e;
    }
    return NULL;
}

static struct entry *add(struct limit *limit, const unsigned char *key)
{
    int i = limit->used < LIMIT_ENTRIES ? limit->used++ : NONE;
    if (i == NONE) {
        i = limit->oldest;
        unlink_age(limit, i);
        unlink_bucket(limit, i);
    }
    struct entry *e = &limit->entries[i];
    int *bucket = bucket_of(limit, key);
    *e = (struct entry){.next = *bucket};
    memcpy(e->key, key, sizeof e->key);
    *bucket = i;
    link_newest(limit, i);
    return e;
}

int64_t limit_pause(struct limit *limit, const char *name, const char *address, int64_t now_ms)
{
    struct trio keys = keys_of(limit, name, address);
    int64_t pause = 0;
    lock_take(&limit->lock);
    for (int kind = 0; kind < KINDS; kind++) {
        const struct entry *e = find(limit, keys.of[kind], now_ms);
        if (e && e->until_ms - now_ms > pause)
            pause = e->until_ms - now_ms;
    }
    lock_give(&limit->lock);
    return pause;
}

static int64_t pause_after(const struct limit_conf *conf, enum kind kind, int wrong)
{
    const int free_tries[KINDS] = {conf->pair_free, conf->address_free, conf->name_free};
    int64_t most = kind == NAME ? conf->name_pause_max_ms : conf->pause_max_ms;
    if (wrong < free_tries[kind])
        return 0;
    int doublings = wrong - free_tries[kind];
    int64_t pause = doublings < 30 ? conf->pause_ms << doublings : most;
    return pause < most ? pause : most;
}

void limit_add_wrong(struct limit *limit, const char *name, const char *address, int64_t now_ms)
{
    struct trio keys = keys_of(limit, name, address);
    lock_take(&limit->lock);
    for (int kind = 0; kind < KINDS; kind++) {
        struct entry *e = find(limit, keys.of[kind], now_ms);
        if (e) {
            unlink_age(limit, (int)(e - limit->entries));
            link_newest(limit, (int)(e - limit->entries));
        } else {
            e = add(limit, keys.of[kind]);
        }
        e->wrong++;
        e->last_ms = now_ms;
        e->until_ms = now_ms + pause_after(&limit->conf, (enum kind)kind, e->wrong);
    }
    lock_give(&limit->lock);
}

void limit_drop_wrong(struct limit *limit, const char *name, const char *address)
{
    struct trio keys = keys_of(limit, name, address);
    static const enum kind forgiven[] = {PAIR, NAME};
    lock_take(&limit->lock);
    for (size_t i = 0; i < sizeof forgiven / sizeof forgiven[0]; i++) {
        struct entry *e = find(limit, keys.of[forgiven[i]], 0);
        if (e)
            e->wrong = 0, e->until_ms = 0;
    }
    lock_give(&limit->lock);
}
