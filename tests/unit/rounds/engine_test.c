#include "engine.h"

#include "base/pack.h"

#include "base/clock.h"
#include "cron/cron.h"
#include "rounds/prepare.h"
#include "rounds/rounds_priv.h"
#include "rounds/series.h"
#include "store/archive.h"

#include <math.h>
#include <string.h>

static void a_round_is_taken_judged_and_kept(void **state)
{
    struct engine *e = *state;
    engine_plan(e, "");
    rounds_start(e->rounds);
    struct store_round round = engine_round(e);
    assert_int_equal(round.total, 5); /* two panels in two windows, words in one */
    assert_int_equal(round.done, 5);
    struct store_shot shot = engine_shot(e, &round, "1");
    assert_int_equal(shot.state, SHOT_DONE);
    assert_true(shot.picture.size > 0 && shot.thumb.size > 0 && shot.data.size > 0);
    assert_int_equal(shot.series_n, 1);
    assert_true(shot.series[0].max == 50);
    assert_non_null(strstr(shot.meta, "\"dashboard_version\":3"));
    assert_non_null(strstr(shot.meta, "/d/gw/_?orgId=1&viewPanel=1"));
    assert_null(strstr(shot.meta, "good")); /* the token */
    assert_non_null(strstr(shot.panel_detail, "\"folder\":\"Core\""));
    struct bytes packed, data;
    struct series_set set;
    succeeds(&e->op, blob_get(&e->op, &e->blobs, shot.data.key, &packed));
    succeeds(&e->op, pack_gunzip(&e->op, packed, 1 << 20, &data));
    assert_true(data.n > packed.n);
    succeeds(&e->op, series_set_read(&e->op, data, &set));
    assert_string_equal(set.note, "complete");
    assert_true(e->events[ROUNDS_SHOT] >= 10);
}

static void change_and_thresholds_are_found(void **state)
{
    struct engine *e = *state;
    engine_plan(e, "rules: [{stat: max, op: change, value: 0.5, severity: warn}]\n");
    rounds_start(e->rounds);
    (void)engine_round(e);
    e->level = 95;
    e->shade = 20;
    struct store_round round = engine_round(e);
    struct store_shot shot = engine_shot(e, &round, "1"), words = engine_shot(e, &round, "3");
    assert_true(shot.is_changed);
    assert_non_null(strstr(shot.findings, "\"kind\":\"threshold\""));
    assert_non_null(strstr(shot.findings, "\"kind\":\"rule\""));
    assert_non_null(strstr(shot.findings, "\"kind\":\"data_changed\""));
    assert_int_equal(shot.weight, FINDING_SERIOUS);
    assert_true(*shot.reference_id != 0);
    assert_true(words.is_changed);
    assert_non_null(strstr(words.findings, "\"kind\":\"pixels_changed\""));
    struct bytes png;
    double share;
    succeeds(&e->op,
             round_difference(&e->op, e->rounds, words.id, words.reference_id, &png, &share));
    assert_true(share == 1);
    assert_true(png.n > 100);
}

static void what_heals_is_tried_again_and_what_does_not_is_final(void **state)
{
    struct engine *e = *state;
    engine_plan(e, "");
    e->faults[0] = (struct fake_fault){"1", ERR_TIMEOUT, TRUTH_OK, 2};
    e->faults[1] = (struct fake_fault){"2", ERR_TARGET_MISSING, TRUTH_PANEL_MISSING, 100};
    rounds_start(e->rounds);
    struct store_round round = engine_round(e);
    assert_int_equal(round.failed, 2); /* panel 2 in both windows */
    struct store_shot gone = engine_shot(e, &round, "2");
    assert_string_equal(gone.error_word, "panel_missing");
    assert_int_equal(gone.attempts, 1);
    assert_non_null(strstr(gone.findings, "\"kind\":\"not_rendered\""));
    assert_int_equal(engine_shot(e, &round, "1").state, SHOT_DONE);
    /* Mended in Grafana: taken again, and the round is over again. */
    e->faults[1].times = 0;
    int n;
    succeeds(&e->op, round_retry_failed(&e->op, e->rounds, round.id, &n));
    assert_int_equal(n, 2);
    round = engine_wait(e, round.id, ROUND_REVIEW);
    assert_int_equal(round.failed, 0);
    assert_int_equal(round.done, 5);
}

static void attempts_end(void **state)
{
    struct engine *e = *state;
    engine_plan(e, "");
    e->faults[0] = (struct fake_fault){"1", ERR_BROWSER, TRUTH_OK, 100};
    e->faults[1] = (struct fake_fault){"2", ERR_UNAVAILABLE, TRUTH_OK, 100};
    e->faults[2] = (struct fake_fault){"3", ERR_TARGET_LOGIN, TRUTH_LOGIN, 100};
    rounds_start(e->rounds);
    struct store_round round = engine_round(e);
    static const struct {
        const char *panel, *word;
        int attempts;
    } rows[] = {{"1", "browser", 3}, {"2", "browser", 3}, {"3", "login", 2}};
    for (size_t i = 0; i < 3; i++) {
        struct store_shot shot = engine_shot(e, &round, rows[i].panel);
        assert_int_equal(shot.state, SHOT_FAILED);
        assert_int_equal(shot.attempts, rows[i].attempts);
        assert_string_equal(shot.error_word, rows[i].word);
    }
}

static void stopping_loses_and_doubles_nothing(void **state)
{
    struct engine *e = *state;
    struct store_round round;
    engine_plan(e, "");
    e->is_stuck = true;
    rounds_start(e->rounds);
    struct round_start start = {.plan_id = e->plan.id, .trigger = ROUND_BY_HAND};
    succeeds(&e->op, round_start(&e->op, e->rounds, &start, &round));
    lock_take(&e->lock);
    while (e->visits == 0)
        (void)lock_wait(&e->lock, INT64_MAX);
    lock_give(&e->lock);
    rounds_stop(e->rounds);
    e->is_stuck = false;
    engine_reopen(e);
    rounds_start(e->rounds);
    round = engine_wait(e, round.id, ROUND_REVIEW);
    assert_int_equal(round.done, 5);
    assert_int_equal(e->pictures, 5);
    assert_int_equal(engine_shot(e, &round, "1").attempts, 1); /* the stop did not count */
}

static int claim_round(struct engine *e, int64_t now_ms, struct store_round *out)
{
    struct store_claim_ask ask = {
        .worker = "w", .now_ms = now_ms, .lease_until_ms = now_ms + 60000};
    return store_round_claim(&e->op, e->store, &ask, out);
}

static void a_grafana_that_is_down_puts_the_round_off(void **state)
{
    struct engine *e = *state;
    struct store_round round;
    engine_plan(e, "");
    e->grafana.is_down = true;
    struct round_start start = {.plan_id = e->plan.id, .trigger = ROUND_BY_HAND};
    succeeds(&e->op, round_start(&e->op, e->rounds, &start, &round));
    int64_t now = clock_wall_ms();
    succeeds(&e->op, claim_round(e, now, &round));
    succeeds(&e->op, prepare_round(&e->op, e->rounds, &round, -1));
    succeeds(&e->op, store_round_get(&e->op, e->store, round.row, &round));
    assert_int_equal(round.state, ROUND_PREPARING);
    assert_non_null(strstr(round.error, "502"));
    /* Not before its rest is over; then it is worked out. */
    e->grafana.is_down = false;
    struct store_round none;
    succeeds(&e->op, claim_round(e, now, &none));
    assert_int_equal(none.row, 0);
    succeeds(&e->op, claim_round(e, now + 3600000, &round));
    succeeds(&e->op, prepare_round(&e->op, e->rounds, &round, -1));
    succeeds(&e->op, store_round_get(&e->op, e->store, round.row, &round));
    assert_int_equal(round.state, ROUND_RUNNING);
    assert_string_equal(round.error, "");
}

static void a_plan_of_nothing_fails_and_says_why(void **state)
{
    struct engine *e = *state;
    const char *drift;
    engine_plan(e, "");
    engine_plan(e, "rules: []\n");
    struct plan_spec spec;
    succeeds(&e->op, plan_read_text(&e->op, e->plan.spec, &spec));
    spec.selections[0].dashboard = "gone";
    struct plan_author author = {e->user.row, ""};
    succeeds(&e->op, plan_keep_set(&e->op, e->rounds, e->plan.id, e->plan.version, &spec, author,
                                   &e->plan));
    rounds_start(e->rounds);
    struct store_round round;
    struct round_start start = {.plan_id = e->plan.id, .trigger = ROUND_BY_HAND};
    succeeds(&e->op, round_start(&e->op, e->rounds, &start, &round));
    round = engine_wait(e, round.id, ROUND_FAILED);
    assert_non_null(strstr(round.error, "gone"));
    succeeds(&e->op, prepare_find_drift(&e->op, e->rounds, e->plan.id, &drift));
    assert_non_null(strstr(drift, "\"name\":\"gone\""));
}

static void overlap_follows_the_plan(void **state)
{
    struct engine *e = *state;
    struct store_round first, second;
    struct round_start start;
    engine_plan(e, "overlap: skip\n");
    start = (struct round_start){.plan_id = e->plan.id, .trigger = ROUND_BY_HAND};
    succeeds(&e->op, round_start(&e->op, e->rounds, &start, &first));
    fails_with(&e->op, round_start(&e->op, e->rounds, &start, &second), ERR_CONFLICT);
    engine_plan(e, "overlap: queue\n");
    succeeds(&e->op, round_start(&e->op, e->rounds, &start, &second));
    engine_plan(e, "overlap: cancel_old\n");
    succeeds(&e->op, round_start(&e->op, e->rounds, &start, &second));
    succeeds(&e->op, store_round_get(&e->op, e->store, first.row, &first));
    assert_int_equal(first.state, ROUND_CANCELLED);
    succeeds(&e->op, store_round_get(&e->op, e->store, second.row, &second));
    assert_int_equal(second.state, ROUND_PREPARING);
}

static void a_missed_schedule_runs_once_and_is_late(void **state)
{
    struct engine *e = *state;
    struct store_round_list list;
    struct store_round_ask ask = {0};
    int64_t next;
    engine_plan(e, "schedule: {cron: [\"30 8 * * *\"]}\noverlap: queue\n");
    int64_t due = e->plan.next_due_ms, later = due + 3 * 86400000LL + 3600000;
    succeeds(&e->op, schedule_job(e->rounds, &e->op, due - 1000, &next));
    assert_int_equal(next, due);
    succeeds(&e->op, schedule_job(e->rounds, &e->op, later, &next));
    succeeds(&e->op, schedule_job(e->rounds, &e->op, later, &next));
    ask.plan_row = e->plan.row;
    succeeds(&e->op, store_round_list(&e->op, e->store, &ask, (struct store_page){0}, &list));
    assert_int_equal(list.n, 1);
    assert_int_equal(list.items[0].moment_ms, due + 3 * 86400000LL);
    assert_int_equal(list.items[0].trigger, ROUND_BY_SCHEDULE);
    succeeds(&e->op, store_plan_get(&e->op, e->store, e->plan.row, &e->plan));
    assert_int_equal(e->plan.next_due_ms, due + 4 * 86400000LL);
    /* Paused, it is not run. */
    succeeds(&e->op, plan_keep_pause(&e->op, e->rounds, e->plan.id, true));
    succeeds(&e->op, schedule_job(e->rounds, &e->op, later + 86400000LL, &next));
    succeeds(&e->op, store_round_list(&e->op, e->store, &ask, (struct store_page){0}, &list));
    assert_int_equal(list.n, 1);
}

static void quiet_hours_end_where_they_say(void **state)
{
    struct engine *e = *state;
    const struct zone *zone;
    struct quiet quiet = {23 * 60, 60};
    succeeds(&e->op, zone_open(&e->op, "UTC", &zone));
    int64_t midnight = 20000LL * 86400000;
    assert_int_equal(quiet_end(&quiet, 1, zone, midnight - 1800000), midnight + 3600000);
    assert_int_equal(quiet_end(&quiet, 1, zone, midnight + 1800000), midnight + 3600000);
    assert_int_equal(quiet_end(&quiet, 1, zone, midnight + 3600000), 0);
}

static void quiet_hours_follow_the_clock_on_the_wall(void **state)
{
    struct engine *e = *state;
    const struct zone *zone;
    struct quiet spring = {90, 150}, autumn = {60, 180}; /* 01:30 to 02:30, 01:00 to 03:00 */
    succeeds(&e->op, zone_open(&e->op, "Europe/Berlin", &zone));
    int64_t hour = 3600000, day = 86400000;
    int64_t march = zone_days(2026, 3, 29) * day, october = zone_days(2026, 10, 25) * day;
    /* 02:30 does not exist that night: they end when the clocks jump. */
    assert_int_equal(quiet_end(&spring, 1, zone, march + 3 * hour / 4), march + hour);
    /* 02:00 to 03:00 comes twice: they last three hours. */
    assert_int_equal(quiet_end(&autumn, 1, zone, october - hour / 2), october + 2 * hour);
    assert_int_equal(quiet_end(&autumn, 1, zone, october + 3 * hour / 2), october + 2 * hour);
    assert_int_equal(quiet_end(&autumn, 1, zone, october + 2 * hour), 0);
}

static void a_dry_run_foresees_shots_and_costs(void **state)
{
    struct engine *e = *state;
    struct plan_spec spec;
    struct expand_result result;
    struct round_estimate estimate;
    engine_plan(e, "schedule: {cron: [\"0 8 * * *\"]}\n");
    succeeds(&e->op, plan_read_text(&e->op, e->plan.spec, &spec));
    succeeds(&e->op, round_dry_run(&e->op, e->rounds, &spec, e->plan.row, 0, &result, &estimate));
    assert_int_equal(result.n, 5);
    assert_false(estimate.is_measured);
    assert_int_equal(estimate.bytes_per_month, estimate.bytes * 30);
    rounds_start(e->rounds);
    (void)engine_round(e);
    succeeds(&e->op, round_dry_run(&e->op, e->rounds, &spec, e->plan.row, 0, &result, &estimate));
    assert_true(estimate.is_measured);
    assert_true(estimate.bytes > 0 && estimate.bytes < 100000);
}

static void old_pictures_go_and_hashes_stay(void **state)
{
    struct engine *e = *state;
    struct retention_result result;
    struct retention_preview preview;
    struct retention_forecast ahead;
    struct verify_result verified;
    struct store_signoff signoff;
    engine_plan(e, "retention: {days: 10, abnormal_days: 20}\n");
    rounds_start(e->rounds);
    struct store_round round = engine_round(e);
    rounds_stop(e->rounds);
    struct verdict_words normal = {.kind = VERDICT_NORMAL,
                                   .how = VERDICT_BULK,
                                   .user_row = e->user.row,
                                   .comment = "",
                                   .category = "",
                                   .links = "[]"};
    struct verdict_bulk bulk = {.round_id = round.id, .by_filter = true, .expected_n = 5};
    size_t applied, skipped;
    succeeds(&e->op, verdict_give_bulk(&e->op, e->rounds, &bulk, &normal, &applied, &skipped));
    struct signoff_words words = {
        .round_id = round.id, .user_row = e->user.row, .summary = "fine", .expected_undecided = 0};
    succeeds(&e->op, signoff_give(&e->op, e->rounds, &words, &signoff, NULL, NULL));
    int64_t later = clock_wall_ms() + 11 * 86400000LL;
    /* All that was added today goes within the month: a disk with room for 100 such days lasts
     * longer than that. */
    succeeds(&e->op, retention_forecast(&e->op, e->rounds, clock_wall_ms(), 0, &ahead));
    assert_int_equal(ahead.due_rounds, 1);
    assert_true(ahead.added_bytes > 0 && ahead.due_bytes == ahead.added_bytes);
    succeeds(&e->op, retention_forecast(&e->op, e->rounds, clock_wall_ms(), 100 * ahead.added_bytes,
                                        &ahead));
    assert_true(ahead.full_days > 100 && ahead.full_days < 110);
    succeeds(&e->op, retention_preview(&e->op, e->rounds, later, &preview));
    assert_int_equal(preview.rounds, 1);
    succeeds(&e->op, retention_run(&e->op, e->rounds, later, &result));
    assert_int_equal(result.shots, 5);
    succeeds(&e->op, retention_run(&e->op, e->rounds, later + 7200000, &result));
    assert_true(result.blobs > 0);
    struct store_weight weight;
    succeeds(&e->op, store_archive_weight(&e->op, e->store, &weight));
    assert_int_equal(weight.blobs, 0);
    succeeds(&e->op, verify_all(&e->op, e->rounds, NULL, NULL, &verified));
    assert_int_equal(verified.fault_n, 0);
    assert_int_equal(verified.signoffs, 1);
    assert_true(engine_shot(e, &round, "1").is_expired);
}

static void orphans_are_swept_when_they_are_old(void **state)
{
    struct engine *e = *state;
    struct retention_result result;
    struct blob_key key;
    succeeds(&e->op, blob_put(&e->op, &e->blobs, BYTES("nobody's"), &key));
    succeeds(&e->op, retention_run(&e->op, e->rounds, clock_wall_ms(), &result));
    assert_int_equal(result.orphans, 0);
    succeeds(&e->op, retention_run(&e->op, e->rounds, clock_wall_ms() + 7200000, &result));
    assert_int_equal(result.orphans, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ENGINE_TEST(a_round_is_taken_judged_and_kept),
        ENGINE_TEST(change_and_thresholds_are_found),
        ENGINE_TEST(what_heals_is_tried_again_and_what_does_not_is_final),
        ENGINE_TEST(attempts_end),
        ENGINE_TEST(stopping_loses_and_doubles_nothing),
        ENGINE_TEST(a_grafana_that_is_down_puts_the_round_off),
        ENGINE_TEST(a_plan_of_nothing_fails_and_says_why),
        ENGINE_TEST(overlap_follows_the_plan),
        ENGINE_TEST(a_missed_schedule_runs_once_and_is_late),
        ENGINE_TEST(quiet_hours_end_where_they_say),
        ENGINE_TEST(quiet_hours_follow_the_clock_on_the_wall),
        ENGINE_TEST(a_dry_run_foresees_shots_and_costs),
        ENGINE_TEST(old_pictures_go_and_hashes_stay),
        ENGINE_TEST(orphans_are_swept_when_they_are_old),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
