/* Sources, plans, verdicts and sign-offs: what people do. */
#include "engine.h"

#include "store/channel.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct tree *tree_of(struct engine *e, const char *text)
{
    const struct tree *tree;
    succeeds(&e->op, tree_from_yaml(&e->op, bytes_of(text), &tree));
    return tree;
}

static void a_secret_is_kept_sealed_and_never_told(void **state)
{
    struct engine *e = *state;
    struct str *text = str_new(&e->op.arena, 10000);
    struct jw w;
    jw_init(&w, text);
    source_print(&e->op, &e->source, &w);
    assert_null(strstr(text->p, "good"));
    assert_non_null(strstr(text->p, "\"has_secret\":true"));
    struct bytes sealed = e->source.credential;
    assert_true(sealed.n > 0);
    assert_int_equal(bytes_find(sealed, BYTES("good")), -1);
    struct render_login login;
    succeeds(&e->op, source_login(&e->op, e->rounds, e->source.row, &login));
    assert_string_equal(login.name, "Authorization");
    assert_string_equal(secret_reveal(&login.value).p, "Bearer good");
    render_login_fini(&login);
}

static void a_secret_does_not_follow_to_a_new_address(void **state)
{
    struct engine *e = *state;
    struct source_form form;
    struct plan_faults faults = {.n = 0};
    fails_with(&e->op,
               source_form_read(&e->op, tree_of(e, "{url: \"http://elsewhere\"}"), &e->source,
                                &form, &faults),
               ERR_UNPROCESSABLE);
    assert_string_equal(faults.items[0].path, "credential.secret");
    succeeds(&e->op,
             source_form_read(&e->op, tree_of(e, "{name: renamed}"), &e->source, &form, NULL));
    assert_false(form.has_secret);
    succeeds(&e->op, source_set(&e->op, e->rounds, &e->source, &form, &e->source));
    source_form_fini(&form);
    assert_string_equal(e->source.name, "renamed");
    assert_true(e->source.credential.n > 0);
}

static void a_source_is_tested_hop_by_hop(void **state)
{
    struct engine *e = *state;
    struct grafana_check check;
    succeeds(&e->op, source_test(&e->op, e->rounds, &e->source, &check));
    assert_true(check.is_ok);
    assert_string_equal(check.version, "12.3.0");
    assert_string_equal(check.rights, "viewer");
    assert_string_equal(check.organisation, "Main");
    struct source_form form;
    succeeds(&e->op,
             source_form_read(&e->op, tree_of(e, "{credential: {kind: token, secret: bad}}"),
                              &e->source, &form, NULL));
    succeeds(&e->op, source_test_form(&e->op, e->rounds, &form, &e->source, &check));
    source_form_fini(&form);
    assert_false(check.is_ok);
    bool is_login = false;
    for (size_t i = 0; i < check.hop_n; i++)
        if (check.hops[i].state == HOP_FAIL) {
            assert_string_equal(check.hops[i].id, "login");
            assert_true(*check.hops[i].mend.zh && *check.hops[i].mend.en);
            is_login = true;
        }
    assert_true(is_login);
}

static void a_page_finds_its_source(void **state)
{
    struct engine *e = *state;
    struct target target;
    struct store_source found;
    const char *page = arena_fmt(&e->op.arena, "%s/d/gw?orgId=1", e->source.base_url);
    succeeds(&e->op, target_parse(&e->op, bytes_of(page), &target));
    succeeds(&e->op, source_find_page(&e->op, e->rounds, &target, &found));
    assert_int_equal(found.row, e->source.row);
    succeeds(&e->op, target_parse(&e->op, BYTES("http://other:3000/d/gw"), &target));
    succeeds(&e->op, source_find_page(&e->op, e->rounds, &target, &found));
    assert_int_equal(found.row, 0);
}

static void plans_refuse_what_is_not_there(void **state)
{
    struct engine *e = *state;
    struct plan_spec spec;
    struct plan_faults faults = {.n = 0};
    const struct tree *tree =
        tree_of(e, "name: x\nselections: [{source: nowhere, tag: a}]\nwindows: [{length: 1h}]\n"
                   "review: {reviewers: [nobody]}\nnotify: [{channel: none, events: [signed]}]\n");
    fails_with(&e->op, plan_keep_read(&e->op, e->rounds, tree, 0, &spec, &faults),
               ERR_UNPROCESSABLE);
    assert_int_equal(faults.n, 3);
    assert_string_equal(faults.items[0].path, "selections[0].source");
    assert_string_equal(faults.items[1].path, "review.reviewers[0]");
    assert_string_equal(faults.items[2].path, "notify[0].channel");
}

static void plans_travel_by_names(void **state)
{
    struct engine *e = *state;
    struct plan_import result;
    struct plan_author author = {e->user.row, ""};
    engine_plan(e, "review: {reviewers: [li]}\n");
    struct str *text = str_new(&e->op.arena, 1000000);
    succeeds(&e->op, plan_keep_export(&e->op, e->rounds, NULL, 0, 0, true, text));
    assert_non_null(strstr(text->p, "source: prod"));
    assert_non_null(strstr(text->p, "- li"));
    assert_null(strstr(text->p, e->source.id));
    succeeds(&e->op,
             plan_keep_import(&e->op, e->rounds, str_bytes(text), false, 0, author, &result, NULL));
    assert_int_equal(result.unchanged.n, 1);
    char *two = arena_fmt(&e->op.arena,
                          "%s  - name: evening\n    selections: [{source: prod, tag: a}]\n    "
                          "windows: [{length: 2h}]\n",
                          text->p);
    char *at = strstr(two, "1h");
    memcpy(at, "3h", 2);
    succeeds(&e->op,
             plan_keep_import(&e->op, e->rounds, bytes_of(two), true, 0, author, &result, NULL));
    assert_int_equal(result.created.n, 1);
    assert_int_equal(result.changed.n, 1);
    assert_non_null(strstr(result.diffs[0].items[0], "windows[0]"));
    struct store_plan none;
    fails_with(&e->op, store_plan_find_name(&e->op, e->store, "evening", &none),
               ERR_NOT_FOUND); /* a dry run */
    char *bad = arena_fmt(&e->op.arena, "%s  - {name: bad}\n", two);
    struct plan_faults faults = {.n = 0};
    fails_with(
        &e->op,
        plan_keep_import(&e->op, e->rounds, bytes_of(bad), false, 0, author, &result, &faults),
        ERR_UNPROCESSABLE);
    assert_true(faults.items[0].line > 10);
    fails_with(&e->op, store_plan_find_name(&e->op, e->store, "evening", &none), ERR_NOT_FOUND);
    succeeds(&e->op,
             plan_keep_import(&e->op, e->rounds, bytes_of(two), false, 0, author, &result, NULL));
    succeeds(&e->op, store_plan_find_name(&e->op, e->store, "evening", &none));
    succeeds(&e->op, store_plan_get(&e->op, e->store, e->plan.row, &e->plan));
    assert_int_equal(e->plan.version, 2);
}

static void a_copy_has_a_free_name_and_is_paused(void **state)
{
    struct engine *e = *state;
    struct store_plan copy;
    struct plan_author author = {e->user.row, ""};
    engine_plan(e, "schedule: {cron: [\"0 8 * * *\"]}\n");
    assert_true(e->plan.next_due_ms > 0);
    succeeds(&e->op, plan_keep_duplicate(&e->op, e->rounds, e->plan.id, author, &copy));
    assert_string_equal(copy.name, "morning (2)");
    assert_true(copy.is_paused);
    assert_int_equal(copy.next_due_ms, 0);
    fails_with(&e->op,
               plan_keep_set(&e->op, e->rounds, e->plan.id, 7,
                             &(struct plan_spec){.name = "x", .timezone = "UTC", .description = ""},
                             author, &copy),
               ERR_CONFLICT);
}

static struct verdict_words words_of(struct engine *e, enum verdict_kind kind, const char *comment)
{
    return (struct verdict_words){.kind = kind,
                                  .how = VERDICT_SINGLE,
                                  .user_row = e->user.row,
                                  .comment = comment,
                                  .category = "",
                                  .links = "[]",
                                  .dwell_ms = 1200};
}

static void verdicts_are_checked_and_told(void **state)
{
    struct engine *e = *state;
    struct store_verdict verdict;
    engine_plan(e, "");
    rounds_start(e->rounds);
    struct store_round round = engine_round(e);
    struct store_shot shot = engine_shot(e, &round, "1");
    struct verdict_words bad = words_of(e, VERDICT_ABNORMAL, " ");
    fails_with(&e->op, verdict_give(&e->op, e->rounds, shot.id, 0, &bad, &verdict),
               ERR_UNPROCESSABLE);
    bad = words_of(e, VERDICT_NORMAL, "");
    bad.links = "[\"javascript:alert(1)\"]";
    fails_with(&e->op, verdict_give(&e->op, e->rounds, shot.id, 0, &bad, &verdict),
               ERR_UNPROCESSABLE);
    struct verdict_words good = words_of(e, VERDICT_ABNORMAL, "too high");
    good.links = "[\"https://tickets.example/1\"]";
    int64_t version = shot.verdict_version;
    succeeds(&e->op, verdict_give(&e->op, e->rounds, shot.id, version, &good, &verdict));
    assert_int_equal(e->events[ROUNDS_VERDICT], 1);
    good.kind = VERDICT_NORMAL;
    fails_with(&e->op, verdict_give(&e->op, e->rounds, shot.id, version, &good, &verdict),
               ERR_CONFLICT);
    succeeds(&e->op, store_round_get(&e->op, e->store, round.row, &round));
    assert_int_equal(round.abnormal, 1);
}

static void unchanged_ones_in_one_act(void **state)
{
    struct engine *e = *state;
    size_t applied, skipped;
    engine_plan(e, "");
    rounds_start(e->rounds);
    struct store_round first = engine_round(e);
    struct verdict_words normal = words_of(e, VERDICT_NORMAL, "");
    struct verdict_bulk all = {.round_id = first.id, .by_filter = true, .expected_n = 9};
    fails_with(&e->op, verdict_give_bulk(&e->op, e->rounds, &all, &normal, &applied, &skipped),
               ERR_CONFLICT);
    all.expected_n = 5;
    succeeds(&e->op, verdict_give_bulk(&e->op, e->rounds, &all, &normal, &applied, &skipped));
    assert_int_equal(applied, 5);
    e->faults[0] = (struct fake_fault){"2", ERR_NONE, TRUTH_NO_DATA, 2};
    struct store_round second = engine_round(e);
    struct verdict_bulk same = {.round_id = second.id,
                                .by_filter = true,
                                .is_unchanged_only = true,
                                .expected_n = -1,
                                .filter = {.is_undecided = true}};
    succeeds(&e->op, verdict_give_bulk(&e->op, e->rounds, &same, &normal, &applied, &skipped));
    assert_int_equal(applied, 3); /* not the two without data */
    struct store_shot shot = engine_shot(e, &second, "1");
    assert_int_equal(shot.verdict, VERDICT_NORMAL);
}

static void a_round_is_signed_by_two_when_the_plan_says_so(void **state)
{
    struct engine *e = *state;
    struct store_signoff signoff;
    const char **missing;
    size_t n, applied, skipped;
    engine_plan(e, "review: {second_person: true}\n");
    rounds_start(e->rounds);
    struct store_round round = engine_round(e);
    struct signoff_words words = {
        .round_id = round.id, .user_row = e->user.row, .summary = "ok", .expected_undecided = -1};
    fails_with(&e->op, signoff_give(&e->op, e->rounds, &words, &signoff, &missing, &n),
               ERR_UNPROCESSABLE);
    assert_int_equal(n, 5);
    struct store_shot odd = engine_shot(e, &round, "3");
    struct verdict_words normal = words_of(e, VERDICT_NORMAL, "");
    struct store_shot_list shots = engine_shots(e, &round);
    const char *ids[4];
    size_t picked = 0;
    for (size_t i = 0; i < shots.n; i++)
        if (shots.items[i].row != odd.row)
            ids[picked++] = shots.items[i].id;
    struct verdict_bulk bulk = {
        .round_id = round.id, .shots = ids, .shot_n = picked, .expected_n = 4};
    succeeds(&e->op, verdict_give_bulk(&e->op, e->rounds, &bulk, &normal, &applied, &skipped));
    struct signoff_reason reason = {odd.id, "nobody knows this text"};
    words.reasons = &reason;
    words.reason_n = 1;
    words.expected_undecided = 1;
    succeeds(&e->op, signoff_give(&e->op, e->rounds, &words, &signoff, NULL, NULL));
    assert_false(signoff.is_final);
    fails_with(&e->op, signoff_give(&e->op, e->rounds, &words, &signoff, NULL, NULL),
               ERR_UNPROCESSABLE);
    words.user_row = e->second.row;
    succeeds(&e->op, signoff_give(&e->op, e->rounds, &words, &signoff, NULL, NULL));
    assert_true(signoff.is_final);
    fails_with(&e->op, signoff_give(&e->op, e->rounds, &words, &signoff, NULL, NULL),
               ERR_READ_ONLY);
    struct store_verdict verdict;
    fails_with(&e->op, verdict_give(&e->op, e->rounds, odd.id, -1, &normal, &verdict),
               ERR_READ_ONLY);
    fails_with(&e->op, round_reshoot(&e->op, e->rounds, odd.id), ERR_READ_ONLY);
}

static void a_damaged_picture_is_found(void **state)
{
    struct engine *e = *state;
    struct verify_result result;
    char hex[BLOB_HEX_MAX], command[400];
    engine_plan(e, "");
    rounds_start(e->rounds);
    struct store_round round = engine_round(e);
    succeeds(&e->op, verify_round(&e->op, e->rounds, round.id, &result));
    assert_int_equal(result.fault_n, 0);
    assert_true(result.pictures >= 10);
    struct store_shot shot = engine_shot(e, &round, "1");
    blob_key_hex(shot.picture.key, hex);
    snprintf(command, sizeof command,
             "find %s/blobs -type f -name '*%s*' | xargs -I@ sh -c 'chmod u+w @; echo x >> @'",
             e->dir, hex + 4);
    assert_int_equal(system(command), 0);
    succeeds(&e->op, verify_round(&e->op, e->rounds, round.id, &result));
    assert_true(result.fault_n >= 1);
    assert_string_equal(result.faults[0].kind, "picture_damaged");
    succeeds(&e->op, verify_all(&e->op, e->rounds, NULL, NULL, &result));
    assert_int_equal(result.fault_n, 1);
    /* One of its shots: equal pictures are kept once. */
    assert_memory_equal(result.faults[0].object, round.id, strlen(round.id));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ENGINE_TEST(a_secret_is_kept_sealed_and_never_told),
        ENGINE_TEST(a_secret_does_not_follow_to_a_new_address),
        ENGINE_TEST(a_source_is_tested_hop_by_hop),
        ENGINE_TEST(a_page_finds_its_source),
        ENGINE_TEST(plans_refuse_what_is_not_there),
        ENGINE_TEST(plans_travel_by_names),
        ENGINE_TEST(a_copy_has_a_free_name_and_is_paused),
        ENGINE_TEST(verdicts_are_checked_and_told),
        ENGINE_TEST(unchanged_ones_in_one_act),
        ENGINE_TEST(a_round_is_signed_by_two_when_the_plan_says_so),
        ENGINE_TEST(a_damaged_picture_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
