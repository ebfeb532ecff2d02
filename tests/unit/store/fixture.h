/* A store in a folder of its own, with a person, a source and a plan in it. */
#ifndef TESTS_UNIT_STORE_FIXTURE_H
#define TESTS_UNIT_STORE_FIXTURE_H

#include "../test.h"

#include "base/cleanup.h"
#include "store/archive.h"
#include "store/audit.h"
#include "store/channel.h"
#include "store/outbox.h"
#include "store/plan.h"
#include "store/round.h"
#include "store/schedule.h"
#include "store/search.h"
#include "store/session.h"
#include "store/setting.h"
#include "store/shot_list.h"
#include "store/signoff.h"
#include "store/source.h"
#include "store/user.h"
#include "store/verdict.h"

struct fixture {
    char dir[64];
    struct op op;
    struct store *store;
    struct store_user user;
    struct store_user second;
    struct store_source source;
    struct store_plan plan;
};

/* cmocka's setup and teardown of a test; *state is the fixture. */
int fixture_setup(void **state);
int fixture_teardown(void **state);

/* The call must fail with this code; the op is usable again. */
void fails_with(struct op *op, int result, enum err code);
/* The call must succeed; prints the op's error if not. */
void succeeds(struct op *op, int result);

/* A round by hand at a moment with n shots: panels 1…n in one dashboard, ten a visit. */
int64_t make_round(struct fixture *f, int64_t moment_ms, int n);
/* Claims and completes everything that is due; shots whose panel key is `failing` fail. */
void take_all(struct fixture *f, const char *failing);
struct store_round round_of(struct fixture *f, int64_t row);
struct store_shot shot_at(struct fixture *f, int64_t round_row, int pos);
/* A verdict on one shot, whatever its version. */
void give(struct fixture *f, int64_t shot_row, enum verdict_kind kind, const char *comment);
struct store_blob_ref blob_of(const char *content);
/* What somebody with the sqlite3 shell could do to the file, beside the running store. */
bool try_sql(struct fixture *f, const char *sql);
void run_sql(struct fixture *f, const char *sql);

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

#endif
