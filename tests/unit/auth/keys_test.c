#include "../test.h"

#include "auth/keys.h"
#include "sys/file.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/rounds-keys-test-XXXXXX";

static int setup(void **state)
{
    return mkdtemp(folder) ? 0 : -1;
}

static int teardown(void **state)
{
    file_drop_tree(folder);
    return 0;
}

static struct keys *open_at(struct op *op, const char *dir)
{
    struct keys *keys = NULL;
    assert_int_equal(keys_open(op, &(struct keys_conf){.dir = dir}, &keys), 0);
    return keys;
}

static void what_was_sealed_opens_after_a_restart_and_only_in_its_place(void **state)
{
    struct op op;
    struct secret plain = {0}, back = {0};
    struct bytes sealed, again;
    struct stat st;
    op_init(&op, -1);
    const char *dir = arena_fmt(&op.arena, "%s/restart", folder);
    struct keys *keys = open_at(&op, dir);
    secret_set(&plain, BYTES("glsa_secret"));
    assert_int_equal(keys_seal(&op, keys, "source a", &plain, &sealed), 0);
    assert_int_equal(keys_seal(&op, keys, "source a", &plain, &again), 0);
    assert_false(bytes_eq(sealed, again));
    assert_int_equal(bytes_find(sealed, BYTES("glsa")), -1);
    keys_close(keys);

    assert_int_equal(stat(arena_fmt(&op.arena, "%s/master.key", dir), &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    keys = open_at(&op, dir);
    assert_int_equal(keys_unseal(&op, keys, "source a", sealed, &back), 0);
    assert_true(secret_eq(&back, BYTES("glsa_secret")));
    assert_int_equal(keys_unseal(&op, keys, "source b", sealed, &back), -1);
    assert_int_equal(op.err, ERR_STORAGE);
    assert_null(strstr(op.err_text, "glsa"));
    op_clear(&op);
    ((char *)sealed.p)[sealed.n - 1] ^= 1;
    assert_int_equal(keys_unseal(&op, keys, "source a", sealed, &back), -1);
    op_clear(&op);
    assert_int_equal(keys_unseal(&op, keys, "source a", BYTES("short"), &back), -1);
    keys_close(keys);
    secret_fini(&plain);
    secret_fini(&back);
    op_fini(&op);
}

static void a_key_file_that_others_can_read_is_refused(void **state)
{
    struct op op;
    struct keys *keys = NULL;
    op_init(&op, -1);
    const char *dir = arena_fmt(&op.arena, "%s/open", folder);
    keys_close(open_at(&op, dir));
    assert_int_equal(chmod(arena_fmt(&op.arena, "%s/master.key", dir), 0640), 0);
    assert_int_equal(keys_open(&op, &(struct keys_conf){.dir = dir}, &keys), -1);
    assert_int_equal(op.err, ERR_STORAGE);
    assert_non_null(strstr(op.err_text, "chmod 600"));
    op_fini(&op);
}

static void another_master_key_is_noticed_at_start(void **state)
{
    struct op op;
    struct keys *keys = NULL;
    struct secret master = {0};
    op_init(&op, -1);
    const char *dir = arena_fmt(&op.arena, "%s/other", folder);
    keys_close(open_at(&op, dir));
    secret_set(&master, BYTES("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"));
    struct keys_conf conf = {.dir = dir, .master = &master};
    assert_int_equal(keys_open(&op, &conf, &keys), -1);
    assert_int_equal(op.err, ERR_STORAGE);
    assert_non_null(strstr(op.err_text, "master key"));
    op_clear(&op);
    secret_set(&master, BYTES("too short"));
    assert_int_equal(keys_open(&op, &conf, &keys), -1);
    assert_int_equal(op.err, ERR_BAD_INPUT);
    assert_null(strstr(op.err_text, "too short"));
    secret_fini(&master);
    op_fini(&op);
}

static void a_master_key_from_outside_leaves_no_file(void **state)
{
    struct op op;
    struct keys *keys = NULL;
    struct secret master = {0}, one = {0}, two = {0};
    op_init(&op, -1);
    const char *dir = arena_fmt(&op.arena, "%s/outside", folder);
    secret_set(&master, BYTES("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="));
    struct keys_conf conf = {.dir = dir, .master = &master};
    assert_int_equal(keys_open(&op, &conf, &keys), 0);
    assert_false(file_exists(arena_fmt(&op.arena, "%s/master.key", dir)));
    keys_derive(keys, "csrf", &one);
    keys_close(keys);
    assert_int_equal(keys_open(&op, &conf, &keys), 0);
    keys_derive(keys, "csrf", &two);
    assert_true(secret_eq(&one, secret_reveal(&two)));
    keys_derive(keys, "other", &two);
    assert_false(secret_eq(&one, secret_reveal(&two)));
    keys_close(keys);
    secret_fini(&master);
    secret_fini(&one);
    secret_fini(&two);
    op_fini(&op);
}

static void old_signatures_verify_after_the_signing_key_is_replaced(void **state)
{
    struct op op;
    unsigned char signature[KEYS_SIGNATURE_SIZE];
    op_init(&op, -1);
    const char *dir = arena_fmt(&op.arena, "%s/sign", folder);
    struct keys *keys = open_at(&op, dir);
    char *id = arena_strdup(&op.arena, keys_signing_id(keys));
    assert_int_equal(keys_sign(&op, keys, BYTES("hash"), signature), 0);
    keys_close(keys);
    assert_int_equal(unlink(arena_fmt(&op.arena, "%s/signing.key", dir)), 0);

    keys = open_at(&op, dir);
    assert_string_not_equal(keys_signing_id(keys), id);
    assert_true(keys_verify(keys, id, BYTES("hash"), signature));
    assert_false(keys_verify(keys, id, BYTES("hasH"), signature));
    assert_false(keys_verify(keys, keys_signing_id(keys), BYTES("hash"), signature));
    assert_false(keys_verify(keys, "0000000000000000", BYTES("hash"), signature));
    keys_close(keys);
    op_fini(&op);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_sealed_opens_after_a_restart_and_only_in_its_place),
        cmocka_unit_test(a_key_file_that_others_can_read_is_refused),
        cmocka_unit_test(another_master_key_is_noticed_at_start),
        cmocka_unit_test(a_master_key_from_outside_leaves_no_file),
        cmocka_unit_test(old_signatures_verify_after_the_signing_key_is_replaced),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
