#include "../test.h"

#include "sys/file.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/rounds-file-test-XXXXXX";

static int setup(void **state)
{
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    file_drop_tree(folder);
    return file_exists(folder) ? -1 : 0;
}

static int count_entries(const char *path)
{
    DIR *dir = opendir(path);
    int n = 0;
    for (struct dirent *entry; (entry = readdir(dir));)
        n++;
    closedir(dir);
    return n - 2;
}

static void an_atomic_write_replaces_whole_and_leaves_nothing_beside(void **state)
{
    (void)state;
    struct op op;
    struct bytes back;
    struct stat st;
    op_init(&op, -1);
    char *deep = arena_fmt(&op.arena, "%s/a/b", folder);
    assert_int_equal(file_make_dir(&op, deep, 0700), 0);
    assert_int_equal(file_make_dir(&op, deep, 0700), 0);
    char *path = arena_fmt(&op.arena, "%s/key", deep);
    assert_int_equal(file_write_atomic(&op, path, BYTES("one"), 0600), 0);
    assert_int_equal(file_write_atomic(&op, path, BYTES("two"), 0600), 0);
    assert_int_equal(file_read(&op, path, 100, &back), 0);
    assert_true(bytes_eq_s(back, "two"));
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(count_entries(deep), 1);
    op_fini(&op);
}

static void failures_name_the_path(void **state)
{
    (void)state;
    struct op op;
    struct bytes back;
    op_init(&op, -1);
    assert_int_equal(file_read(&op, "/nonexistent/x", 100, &back), -1);
    assert_int_equal(op.err, ERR_NOT_FOUND);
    assert_string_equal(op.err_text, "cannot open /nonexistent/x: No such file or directory");
    op_clear(&op);
    char *path = arena_fmt(&op.arena, "%s/big", folder);
    assert_int_equal(file_write_atomic(&op, path, BYTES("12345"), 0600), 0);
    assert_int_equal(file_read(&op, path, 4, &back), -1);
    assert_int_equal(op.err, ERR_TOO_LARGE);
    op_fini(&op);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_atomic_write_replaces_whole_and_leaves_nothing_beside),
        cmocka_unit_test(failures_name_the_path),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
