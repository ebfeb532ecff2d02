#include "../test.h"

#include "base/hash.h"
#include "base/secret.h"

static void known_sums(void **state)
{
    (void)state;
    char hex[HASH_HEX_MAX];
    hash_sha256_hex(BYTES("abc"), hex); /* FIPS 180-2, appendix B.1 */
    assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    struct hash_sum *sum = hash_sum_new();
    hash_sum_add(sum, BYTES("a"));
    hash_sum_add(sum, BYTES("bc"));
    char parts[HASH_HEX_MAX];
    hash_sum_end(sum, parts);
    assert_string_equal(parts, hex);
}

static void base64_is_strict(void **state)
{
    (void)state;
    struct arena arena;
    struct bytes out;
    arena_init(&arena);
    assert_string_equal(base64_encode(&arena, BYTES("ab")), "YWI=");
    assert_true(base64_decode(&arena, BYTES("YWI="), &out) && bytes_eq_s(out, "ab"));
    assert_false(base64_decode(&arena, BYTES("YW I="), &out));
    assert_false(base64_decode(&arena, BYTES("YWI"), &out));
    arena_fini(&arena);
}

static void secrets_compare_and_show_only_a_fingerprint(void **state)
{
    (void)state;
    struct secret s = {0};
    char print[SECRET_PRINT_MAX];
    secret_set(&s, BYTES("abc"));
    assert_true(secret_eq(&s, BYTES("abc")));
    assert_false(secret_eq(&s, BYTES("abd")));
    assert_false(secret_eq(&s, BYTES("abcd")));
    secret_fingerprint(&s, print);
    assert_string_equal(print, "ba7816bf8f01");
    secret_fini(&s);
    assert_true(secret_is_empty(&s));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_sums),
        cmocka_unit_test(base64_is_strict),
        cmocka_unit_test(secrets_compare_and_show_only_a_fingerprint),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
