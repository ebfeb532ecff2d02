#include "../test.h"

#include "base/pack.h"
#include "base/str.h"

#include <string.h>

static void what_is_packed_comes_back_and_is_smaller(void **state)
{
    (void)state;
    struct op op;
    struct bytes back;
    op_init(&op, -1);
    struct str *plain = str_new(&op.arena, 1 << 20);
    for (int i = 0; i < 5000; i++)
        str_addf(plain, "[%d,%d],", 1763000000 + i * 60, i % 97);
    struct bytes packed = pack_gzip(&op.arena, str_bytes(plain));
    assert_true(packed.n * 3 < plain->n);
    assert_int_equal(pack_gunzip(&op, packed, 1 << 20, &back), 0);
    assert_true(bytes_eq(back, str_bytes(plain)));
    assert_true(bytes_eq(packed, pack_gzip(&op.arena, str_bytes(plain))));
    op_fini(&op);
}

static void content_in_pieces_packs_to_the_same_content(void **state)
{
    (void)state;
    struct op op;
    struct bytes back;
    op_init(&op, -1);
    struct str *plain = str_new(&op.arena, 4 << 20);
    struct packer *packer = packer_new(&op.arena);
    for (int i = 0; i < 100000; i++) {
        const char *piece = arena_fmt(&op.arena, "%d,", i * 7919 % 100003);
        str_adds(plain, piece);
        packer_add(packer, bytes_of(piece));
    }
    packer_add(packer, (struct bytes){"", 0});
    assert_int_equal(pack_gunzip(&op, packer_end(packer), 4 << 20, &back), 0);
    assert_true(bytes_eq(back, str_bytes(plain)));
    op_fini(&op);
}

static void plain_content_is_left_as_it_is(void **state)
{
    (void)state;
    struct op op;
    struct bytes back;
    op_init(&op, -1);
    assert_int_equal(pack_gunzip(&op, BYTES("{\"a\":1}"), 100, &back), 0);
    assert_true(bytes_eq_s(back, "{\"a\":1}"));
    op_fini(&op);
}

static void damage_and_bombs_are_refused(void **state)
{
    (void)state;
    struct op op;
    struct bytes back;
    op_init(&op, -1);
    char *zeros = arena_alloc(&op.arena, 1 << 20);
    struct bytes packed = pack_gzip(&op.arena, (struct bytes){zeros, 1 << 20});
    assert_int_equal(pack_gunzip(&op, packed, 1000, &back), -1);
    assert_int_equal(op.err, ERR_TOO_LARGE);
    op_clear(&op);
    packed.n -= 5;
    assert_int_equal(pack_gunzip(&op, packed, 2 << 20, &back), -1);
    assert_int_equal(op.err, ERR_STORAGE);
    op_fini(&op);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_packed_comes_back_and_is_smaller),
        cmocka_unit_test(content_in_pieces_packs_to_the_same_content),
        cmocka_unit_test(plain_content_is_left_as_it_is),
        cmocka_unit_test(damage_and_bombs_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
