#include "../test.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/mem.h"
#include "blob/blob.h"
#include "sys/file.h"
#include "sys/thread.h"

#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

struct fixture {
    char dir[64];
    struct op op;
    struct blobs blobs;
};

static int setup(void **state)
{
    struct fixture *f = MEM_NEW(struct fixture);
    *state = f;
    snprintf(f->dir, sizeof f->dir, "/tmp/rounds-blob-test-XXXXXX");
    if (!mkdtemp(f->dir))
        return -1;
    op_init(&f->op, -1);
    return blob_fs_open(&f->op, arena_fmt(&f->op.arena, "%s/blobs", f->dir), true, &f->blobs);
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    blob_close(&f->blobs);
    op_fini(&f->op);
    file_drop_tree(f->dir);
    mem_free(f);
    return 0;
}

static struct blob_key put(struct fixture *f, const char *content)
{
    struct blob_key key;
    assert_int_equal(blob_put(&f->op, &f->blobs, bytes_of(content), &key), 0);
    return key;
}

static const char *path_of(struct fixture *f, struct blob_key key)
{
    char hex[BLOB_HEX_MAX];
    blob_key_hex(key, hex);
    return arena_fmt(&f->op.arena, "%s/blobs/%.2s/%.2s/%s", f->dir, hex, hex + 2, hex);
}

static void fails_with(struct fixture *f, int result, enum err code)
{
    assert_int_equal(result, -1);
    assert_int_equal(f->op.err, code);
    op_clear(&f->op);
}

static void what_is_put_is_got_under_the_hash_of_its_content(void **state)
{
    struct fixture *f = *state;
    struct bytes got;
    struct blob_key same, key = put(f, "abc");
    char hex[BLOB_HEX_MAX];
    blob_key_hex(key, hex);
    assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_true(blob_key_parse(bytes_of(hex), &same));
    assert_true(blob_key_eq(key, same));
    assert_int_equal(blob_get(&f->op, &f->blobs, key, &got), 0);
    assert_true(bytes_eq_s(got, "abc"));
    FD_CLOSE int fd = -1;
    int64_t size;
    assert_int_equal(blob_open(&f->op, &f->blobs, key, &fd, &size), 0);
    assert_int_equal(size, 3);
    key = put(f, "");
    assert_int_equal(blob_get(&f->op, &f->blobs, key, &got), 0);
    assert_int_equal(got.n, 0);
}

static void keys_are_read_strictly(void **state)
{
    struct blob_key key;
    static const char *const bad[] = {
        "", "ba78", "../../../../etc/passwd",
        "BA7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad0",
        "/a7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(blob_key_parse(bytes_of(bad[i]), &key));
}

static void the_same_content_is_stored_once_and_grows_young(void **state)
{
    struct fixture *f = *state;
    struct blob_info info;
    struct blob_key key = put(f, "picture");
    const struct timespec old[2] = {{.tv_sec = 1000}, {.tv_sec = 1000}};
    assert_int_equal(utimensat(AT_FDCWD, path_of(f, key), old, 0), 0);
    assert_int_equal(blob_stat(&f->op, &f->blobs, key, &info), 0);
    assert_int_equal(info.touched_ms, 1000000);
    put(f, "picture");
    assert_int_equal(blob_stat(&f->op, &f->blobs, key, &info), 0);
    assert_true(info.touched_ms > 1000000);
    assert_int_equal(info.size, 7);
}

static void dropping_spares_what_was_touched_since(void **state)
{
    struct fixture *f = *state;
    struct bytes got;
    struct blob_info info;
    struct blob_key key = put(f, "picture");
    assert_int_equal(blob_stat(&f->op, &f->blobs, key, &info), 0);
    assert_int_equal(blob_drop(&f->op, &f->blobs, key, info.touched_ms), 0);
    assert_int_equal(blob_get(&f->op, &f->blobs, key, &got), 0);
    assert_int_equal(blob_drop(&f->op, &f->blobs, key, info.touched_ms + 1), 0);
    fails_with(f, blob_get(&f->op, &f->blobs, key, &got), ERR_GONE);
    fails_with(f, blob_stat(&f->op, &f->blobs, key, &info), ERR_GONE);
    assert_int_equal(blob_drop(&f->op, &f->blobs, key, 0), 0); /* twice is no harm */
}

static void damage_is_noticed_and_mended_by_putting_again(void **state)
{
    struct fixture *f = *state;
    struct bytes got;
    struct blob_key key = put(f, "picture");
    FD_CLOSE int fd = open(path_of(f, key), O_WRONLY | O_TRUNC);
    assert_int_equal(write(fd, "pic", 3), 3);
    fails_with(f, blob_get(&f->op, &f->blobs, key, &got), ERR_STORAGE);
    put(f, "picture");
    assert_int_equal(blob_get(&f->op, &f->blobs, key, &got), 0);
}

static void the_list_has_every_blob_once_and_nothing_else(void **state)
{
    struct fixture *f = *state;
    enum { BLOBS = 60 };
    for (int i = 0; i < BLOBS; i++)
        put(f, arena_fmt(&f->op.arena, "picture %d", i));
    const char *foreign = arena_fmt(&f->op.arena, "%s/blobs/notes.txt", f->dir);
    assert_int_equal(file_write_atomic(&f->op, foreign, BYTES("x"), 0600), 0);
    const char *cursor = NULL;
    struct blob_key before = {{0}};
    size_t seen = 0;
    do {
        struct blob_info *infos;
        size_t n;
        assert_int_equal(blob_list(&f->op, &f->blobs, &cursor, &infos, &n), 0);
        for (size_t i = 0; i < n; i++, seen++) {
            assert_true(memcmp(before.sha, infos[i].key.sha, HASH_SIZE) < 0);
            before = infos[i].key;
        }
    } while (cursor);
    assert_int_equal(seen, BLOBS);
}

static void what_a_dead_process_left_half_written_is_cleared_by_the_owner(void **state)
{
    struct fixture *f = *state;
    const char *dir = arena_fmt(&f->op.arena, "%s/blobs", f->dir);
    const char *half = arena_fmt(&f->op.arena, "%s/tmp/half", dir);
    struct blob_key key = put(f, "whole");
    struct bytes got;
    struct blobs guest;
    assert_int_equal(file_write_atomic(&f->op, half, BYTES("ha"), 0600), 0);
    assert_int_equal(blob_fs_open(&f->op, dir, false, &guest), 0);
    assert_true(file_exists(half));
    assert_int_equal(blob_get(&f->op, &guest, key, &got), 0);
    blob_close(&guest);
    blob_close(&f->blobs);
    assert_int_equal(blob_fs_open(&f->op, dir, true, &f->blobs), 0);
    assert_false(file_exists(half));
    assert_int_equal(blob_get(&f->op, &f->blobs, key, &got), 0);
}

/* ---- Putting and dropping the same content at once ---- */

struct race {
    struct blobs *blobs;
    atomic_int lost;
    atomic_bool is_over;
};

static void put_and_look(void *ctx)
{
    struct race *r = ctx;
    for (int i = 0; i < 200; i++) {
        struct op op;
        struct blob_key key;
        struct bytes got;
        op_init(&op, 10000);
        /* Put, then there: a sweep of older blobs may not take it away again. */
        if (blob_put(&op, r->blobs, BYTES("shared"), &key) ||
            blob_get(&op, r->blobs, key, &got))
            atomic_fetch_add(&r->lost, 1);
        op_fini(&op);
    }
    r->is_over = true;
}

static void sweep(void *ctx)
{
    struct race *r = ctx;
    int64_t start = clock_wall_ms() - 60000; /* files' times lag behind the clock by a kernel's tick */
    while (!r->is_over) {
        struct op op;
        op_init(&op, 10000);
        if (blob_drop(&op, r->blobs, blob_key_of(BYTES("shared")), start))
            atomic_fetch_add(&r->lost, 1);
        op_fini(&op);
    }
}

static void a_sweep_never_takes_what_was_just_put(void **state)
{
    struct fixture *f = *state;
    struct race race = {.blobs = &f->blobs};
    struct thread threads[2] = {0};
    const struct timespec old[2] = {{.tv_sec = 1000}, {.tv_sec = 1000}};
    struct blob_key key = put(f, "shared");
    assert_int_equal(utimensat(AT_FDCWD, path_of(f, key), old, 0), 0);
    thread_start(&threads[0], "put", put_and_look, &race);
    thread_start(&threads[1], "sweep", sweep, &race);
    thread_join(&threads[0]);
    thread_join(&threads[1]);
    assert_int_equal(race.lost, 0);
}

static void a_full_disk_leaves_nothing_half_written(void **state)
{
    struct fixture *f = *state;
    struct rlimit limit, small;
    struct bytes got;
    char content[20000];
    memset(content, 'x', sizeof content);
    struct bytes large = {content, sizeof content};
    struct blob_key key;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    small = (struct rlimit){.rlim_cur = 10000, .rlim_max = limit.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    int result = blob_put(&f->op, &f->blobs, large, &key);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    fails_with(f, result, ERR_STORAGE);
    fails_with(f, blob_get(&f->op, &f->blobs, key, &got), ERR_GONE);
    const char *tmp = arena_fmt(&f->op.arena, "%s/blobs/tmp", f->dir);
    assert_int_equal(rmdir(tmp), 0); /* empty */
    assert_int_equal(file_make_dir(&f->op, tmp, 0700), 0);
    assert_int_equal(blob_put(&f->op, &f->blobs, large, &key), 0);
}

static void free_space_is_told(void **state)
{
    struct fixture *f = *state;
    int64_t free_bytes, total;
    assert_int_equal(blob_space(&f->op, &f->blobs, &free_bytes, &total), 0);
    assert_true(total > 0 && free_bytes <= total);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(what_is_put_is_got_under_the_hash_of_its_content),
        TEST(keys_are_read_strictly),
        TEST(the_same_content_is_stored_once_and_grows_young),
        TEST(dropping_spares_what_was_touched_since),
        TEST(damage_is_noticed_and_mended_by_putting_again),
        TEST(the_list_has_every_blob_once_and_nothing_else),
        TEST(what_a_dead_process_left_half_written_is_cleared_by_the_owner),
        TEST(a_sweep_never_takes_what_was_just_put),
        TEST(a_full_disk_leaves_nothing_half_written),
        TEST(free_space_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
