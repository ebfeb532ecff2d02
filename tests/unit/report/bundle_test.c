/* The whole road on a real store: a signed round is loaded, packed, unpacked and verified by the
 * program in the bundle, which needs Python and openssl (skipped without them). */
#include "../test.h"

#include "auth/keys.h"
#include "base/clock.h"
#include "report/report.h"
#include "store/plan.h"
#include "store/source.h"
#include "store/user.h"
#include "sys/file.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <locale.h>
#include <math.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static char folder[] = "/tmp/rounds-bundle-test-XXXXXX";

struct place {
    struct op op;
    struct store *store;
    struct keys *keys;
    struct blobs blobs;
    struct store_user user;
    struct store_source source;
    struct store_plan plan;
    struct store_round round;
    struct str out;
};

static int read_blob(void *ctx, struct op *op, const struct store_shot *shot,
                     enum report_blob which, struct bytes *out)
{
    struct place *place = ctx;
    const struct store_blob_ref *blob = which == REPORT_DATA    ? &shot->data
                                        : which == REPORT_THUMB ? &shot->thumb
                                                                : &shot->picture;
    return blob_get(op, &place->blobs, blob->key, out);
}

static int write_out(void *ctx, struct op *op, struct bytes piece)
{
    str_add(&((struct place *)ctx)->out, piece);
    return 0;
}

static void people_and_plan(struct place *place)
{
    struct op *op = &place->op;
    place->user = (struct store_user){.login = "wang",
                                      .name = "王芳",
                                      .email = "",
                                      .role = ROLE_ADMIN,
                                      .password = "",
                                      .prefs = "{}",
                                      .sees_all = true};
    place->source = (struct store_source){.name = "生产",
                                          .base_url = "http://grafana",
                                          .auth = "none",
                                          .ca_file = "",
                                          .origins = "[]",
                                          .options = "{}"};
    assert_int_equal(store_user_add(op, place->store, &place->user), 0);
    assert_int_equal(store_source_add(op, place->store, &place->source), 0);
    place->plan = (struct store_plan){.name = "早巡检",
                                      .note = "",
                                      .labels = "[]",
                                      .spec = "{}",
                                      .author_row = place->user.row,
                                      .change = ""};
    assert_int_equal(store_plan_add(op, place->store, &place->plan, &place->source.row, 1), 0);
}

static void put_blob(struct place *place, const char *text, struct store_blob_ref *out)
{
    assert_int_equal(blob_put(&place->op, &place->blobs, bytes_of(text), &out->key), 0);
    out->size = (int64_t)strlen(text);
}

static void take_shots(struct place *place)
{
    struct op *op = &place->op;
    struct store_shot_new shots[2] = {
        {.source_row = place->source.row,
         .dashboard_uid = "gw",
         .dashboard_title = "网关",
         .panel_key = "1",
         .panel_title = "CPU 使用率",
         .panel_detail = "{}",
         .vars = "{}",
         .window_key = "6h",
         .window_spec = "{}",
         .from_ms = 1000,
         .to_ms = 2000,
         .visit = 1},
    };
    shots[1] = shots[0];
    shots[1].window_key = "24h";
    assert_int_equal(store_round_fill(op, place->store, place->round.row, shots, 2), 0);
    struct store_claim_ask ask = {.worker = "w",
                                  .now_ms = clock_wall_ms(),
                                  .max = 10,
                                  .lease_until_ms = clock_wall_ms() + 60000};
    struct store_claimed *claimed;
    size_t n;
    bool is_last = false;
    assert_int_equal(store_shot_claim(op, place->store, &ask, &claimed, &n), 0);
    assert_int_equal(n, 2);
    for (size_t i = 0; i < n; i++) {
        struct store_series series = {.name = "cpu0",
                                      .unit = "percent",
                                      .last = 1,
                                      .min = 0,
                                      .max = 2,
                                      .mean = 1,
                                      .points = 60};
        struct store_outcome outcome = {.row = claimed[i].row,
                                        .claim = claimed[i].claim,
                                        .state = SHOT_DONE,
                                        .error_word = "",
                                        .error = "",
                                        .taken_ms = 3000,
                                        .meta = "{}",
                                        .series = &series,
                                        .series_n = 1,
                                        .change_score = NAN};
        put_blob(place, i ? "\x89PNG\r\n\x1a\n two" : "\x89PNG\r\n\x1a\n one", &outcome.picture);
        put_blob(place, "RIFFxxxxWEBP", &outcome.thumb);
        put_blob(place, i ? "{\"b\":1}" : "{\"a\":1}", &outcome.data);
        assert_int_equal(store_shot_complete(op, place->store, &outcome, &is_last), 0);
    }
    assert_true(is_last);
    struct store_verdict verdict = {.kind = VERDICT_NORMAL,
                                    .how = VERDICT_BULK,
                                    .user_row = place->user.row,
                                    .comment = "看过\n两行",
                                    .category = "",
                                    .links = "[\"https://t/1\"]",
                                    .given_ms = clock_wall_ms()};
    struct store_verdict_item items[2] = {{claimed[0].row, -1}, {claimed[1].row, -1}};
    assert_int_equal(store_verdict_add(op, place->store, &verdict, items, 2, &n), 0);
    assert_int_equal(n, 2);
}

static void sign(struct place *place)
{
    struct store_signoff signoff = {.round_row = place->round.row,
                                    .is_final = true,
                                    .user_row = place->user.row,
                                    .summary = "一切正常",
                                    .reasons = "",
                                    .signed_ms = clock_wall_ms(),
                                    .key_id = keys_signing_id(place->keys)};
    assert_int_equal(store_signoff_add(&place->op, place->store, &signoff, keys_sign, place->keys),
                     0);
}

static void place_init(struct place *place)
{
    struct op *op = &place->op;
    *place = (struct place){0};
    op_init(op, -1);
    str_init(&place->out, 16 << 20);
    const char *dir = arena_fmt(&op->arena, "%s/data", folder);
    assert_int_equal(store_open(op, &(struct store_conf){.dir = dir}, &place->store), 0);
    assert_int_equal(keys_open(op, &(struct keys_conf){0}, &place->keys), 0);
    assert_int_equal(
        blob_fs_open(op, arena_fmt(&op->arena, "%s/blobs", folder), true, &place->blobs), 0);
    people_and_plan(place);
    place->round = (struct store_round){.plan_row = place->plan.row,
                                        .plan_version = 1,
                                        .trigger = ROUND_BY_HAND,
                                        .moment_ms = 1000,
                                        .starter_row = place->user.row};
    assert_int_equal(store_round_add(op, place->store, &place->round), 0);
    take_shots(place);
    sign(place);
}

static void place_fini(struct place *place)
{
    keys_close(place->keys);
    blob_close(&place->blobs);
    store_close(place->store);
    str_fini(&place->out);
    op_fini(&place->op);
}

static const char *unpack(struct place *place)
{
    struct archive *archive = archive_read_new();
    struct archive *disk = archive_write_disk_new();
    struct archive_entry *entry;
    const char *root = NULL;
    archive_read_support_format_zip(archive);
    assert_int_equal(archive_read_open_memory(archive, place->out.p, place->out.n), ARCHIVE_OK);
    while (archive_read_next_header(archive, &entry) == ARCHIVE_OK) {
        const char *name = archive_entry_pathname(entry);
        const char *path = arena_fmt(&place->op.arena, "%s/%s", folder, name);
        if (!root)
            root = arena_fmt(&place->op.arena, "%s/%.*s", folder, (int)strcspn(name, "/"), name);
        archive_entry_set_pathname(entry, path);
        assert_int_equal(archive_write_header(disk, entry), ARCHIVE_OK);
        const void *block;
        size_t n;
        la_int64_t offset;
        while (archive_read_data_block(archive, &block, &n, &offset) == ARCHIVE_OK)
            assert_int_equal(archive_write_data_block(disk, block, n, offset), ARCHIVE_OK);
    }
    archive_write_free(disk);
    archive_read_free(archive);
    return root;
}

/* The exit code of `python3 ROOT/verify.py`; 127: there is no python3. Its words go to a file. */
static int verify(struct place *place, const char *root, struct bytes *out_words)
{
    char *script = arena_fmt(&place->op.arena, "%s/verify.py", root);
    char *log = arena_fmt(&place->op.arena, "%s/verify.log", folder);
    char *argv[] = {"python3", script, NULL};
    posix_spawn_file_actions_t actions;
    pid_t child;
    int status = 0;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    posix_spawn_file_actions_adddup2(&actions, 1, 2);
    int failed = posix_spawnp(&child, "python3", &actions, NULL, argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    if (failed)
        return 127;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(file_read(&place->op, log, 1 << 20, out_words), 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void overwrite(struct place *place, const char *path, const char *text)
{
    assert_int_equal(file_write_atomic(&place->op, path, bytes_of(text), 0600), 0);
}

static void a_signed_round_verifies_offline_until_something_is_changed(void **state)
{
    struct place place;
    struct report report;
    struct bytes words;
    place_init(&place);
    struct report_ask ask = {.round_id = place.round.id, .with_series = true};
    struct report_sink sink = {write_out, &place};
    assert_int_equal(report_load(&place.op, place.store, &ask, &report), 0);
    assert_int_equal(report.shot_n, 2);
    assert_int_equal(report.verdict_n, 2);
    assert_int_equal(report.signoff_n, 1);
    assert_int_equal(report.shots[0].series_n, 1);
    assert_string_equal(report.sources[0].name, "生产");
    report.public_key = keys_public_pem(place.keys, report.signoffs[0].key_id);
    report.calls.ctx = &place;
    report.calls.read = read_blob;
    report.made_ms = clock_wall_ms();
    assert_int_equal(report_zip(&place.op, &report, &sink), 0);

    const char *root = unpack(&place);
    int code = verify(&place, root, &words);
    if (code == 127) {
        place_fini(&place);
        skip();
    }
    if (code != 0)
        print_message("%.*s\n", BYTES_ARG(words));
    assert_int_equal(code, 0);
    assert_true(bytes_find(words, bytes_of("verdicts are those that were signed")) >= 0);

    /* A changed comment, with the sum put right: the chain notices. */
    struct bytes text, sums;
    char sum[HASH_HEX_MAX], old[HASH_HEX_MAX];
    const char *path = arena_fmt(&place.op.arena, "%s/chain/verdicts.txt", root);
    assert_int_equal(file_read(&place.op, path, 1 << 20, &text), 0);
    hash_sha256_hex(text, old);
    char *changed = arena_copy(&place.op.arena, text);
    memcpy(strstr(changed, "看过"), "看漏", strlen("看漏"));
    overwrite(&place, path, changed);
    hash_sha256_hex(bytes_of(changed), sum);
    path = arena_fmt(&place.op.arena, "%s/SHA256SUMS", root);
    assert_int_equal(file_read(&place.op, path, 1 << 20, &sums), 0);
    memcpy(strstr((char *)sums.p, old), sum, HASH_HEX_MAX - 1);
    overwrite(&place, path, sums.p);
    assert_int_equal(verify(&place, root, &words), 1);
    assert_true(bytes_find(words, BYTES("FAULT")) >= 0);
    place_fini(&place);
}

static void rounds_of_hidden_plans_do_not_exist(void **state)
{
    struct place place;
    struct report report;
    place_init(&place);
    struct store_user blind = {.login = "guest",
                               .name = "Guest",
                               .email = "",
                               .role = ROLE_VIEWER,
                               .password = "",
                               .prefs = "{}"};
    assert_int_equal(store_user_add(&place.op, place.store, &blind), 0);
    struct report_ask ask = {.round_id = place.round.id, .visible_row = blind.row};
    assert_int_equal(report_load(&place.op, place.store, &ask, &report), -1);
    assert_int_equal(place.op.err, ERR_NOT_FOUND);
    op_clear(&place.op);
    ask = (struct report_ask){.round_id = "nosuch"};
    assert_int_equal(report_load(&place.op, place.store, &ask, &report), -1);
    assert_int_equal(place.op.err, ERR_NOT_FOUND);
    place_fini(&place);
}

static int setup(void **state)
{
    return mkdtemp(folder) ? 0 : -1;
}

static int teardown(void **state)
{
    file_drop_tree(folder);
    return 0;
}

static int each_setup(void **state)
{
    return mkdir(folder, 0700) && !file_exists(folder) ? -1 : 0;
}

static int each_teardown(void **state)
{
    file_drop_tree(folder);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_signed_round_verifies_offline_until_something_is_changed,
                                        each_setup, each_teardown),
        cmocka_unit_test_setup_teardown(rounds_of_hidden_plans_do_not_exist, each_setup,
                                        each_teardown),
    };
    /* The reader of archives converts names to the locale. */
    setlocale(LC_ALL, "C.UTF-8");
    return cmocka_run_group_tests(tests, setup, teardown);
}
