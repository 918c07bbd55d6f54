/* What proves that the generator could make more, and what becomes of a cell where it did not. */
#include "harness/contract/parameters.h"
#include "harness/execute/headroom.h"
#include "harness/generator/open_loop_tally.h"
#include "harness/workloads/workloads.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* A trial of 10,000 requests, all of them answered but those that are named. */
static struct trial trial_of(double late_share, unsigned limited, unsigned not_sent,
                             unsigned failed)
{
    struct trial trial = {.valid = true, .has_outcome = true};
    trial.outcome.has_generator = true;
    trial.outcome.generator = (struct generator_report){
        .cpu_utilisation = 0.4,
        .has_plan = true,
        .late_share = late_share,
        .plan = {.arrivals = 10000,
                 .answered = 10000 - not_sent - failed,
                 .failed = failed,
                 .limited = limited,
                 .not_sent = not_sent},
    };
    return trial;
}

/* NULL expects that it proves; otherwise a part of the sentence. */
static void expect(const struct trial trial, const char *why)
{
    char why_not[PROBLEM_BYTES] = "";
    assert_int_equal(headroom_is_proof(&trial, why_not), why == NULL);
    if (why != NULL)
        assert_non_null(strstr(why_not, why));
}

static void a_load_that_was_made_and_answered_is_a_proof(void **state)
{
    (void)state;
    expect(trial_of(0, 0, 0, 0), NULL);
    expect(trial_of(0.01, 0, 0, 0), NULL);
    expect(trial_of(0, 100, 0, 0), NULL);
    expect(trial_of(0, 50, 50, 0), NULL);
    expect(trial_of(0, 0, 0, 100), NULL);
}

static void one_that_was_late_held_up_or_not_answered_is_none(void **state)
{
    (void)state;
    expect(trial_of(0.02, 0, 0, 0), "2.0 % of the requests were sent more than 1 ms late");
    expect(trial_of(0, 101, 0, 0), "1.0 % of the requests found all connections taken");
    expect(trial_of(0, 51, 50, 0), "ran for 40 % of the time");
    expect(trial_of(0, 0, 0, 101), "1.0 % of the requests had no answer");
}

static void a_trial_without_a_load_is_none(void **state)
{
    struct trial trial = trial_of(0, 0, 0, 0);
    (void)state;
    trial.outcome.generator.plan.arrivals = 0;
    expect(trial, "no request was planned");
    /* What an earlier trial left in the memory is no plan. */
    trial = trial_of(0, 0, 0, 0);
    trial.outcome.has_generator = false;
    expect(trial, "no request was planned");
    trial = trial_of(0, 0, 0, 0);
    trial.outcome.generator.has_plan = false;
    expect(trial, "no request was planned");
    trial = (struct trial){.why_invalid = "it was killed"};
    expect(trial, "it was killed");
}

static void where_it_was_not_proved_the_generator_was_the_bound_in_every_trial(void **state)
{
    const struct headroom headroom = {
        .known = true, .against = "floor:epoll", .factor = 1.5, .why_not = "it was late"};
    struct trial_batch trials = {0};
    (void)state;
    for (int i = 0; i < 3; i++)
        *trial_batch_add(&trials) = trial_of(0, 0, 0, 0);
    struct generator_report *second = &trials.list[1].outcome.generator;
    second->bound = true;
    snprintf(second->why_bound, sizeof second->why_bound, "its own reason");
    trials.list[2].valid = trials.list[2].outcome.has_generator = false;
    headroom_mark(&headroom, &trials);

    assert_true(trials.list[0].outcome.generator.bound);
    assert_string_equal(
        trials.list[0].outcome.generator.why_bound,
        "the generator did not make 1.5 times the load against floor:epoll: it was late");
    assert_string_equal(second->why_bound, "its own reason");
    assert_false(trials.list[2].outcome.generator.bound);
    trial_batch_free(&trials);
}

static void where_it_was_proved_or_there_is_nothing_to_prove_trials_stay(void **state)
{
    const struct headroom proved = {.known = true, .proved = true}, unknown = {0};
    struct trial_batch trials = {0};
    (void)state;
    *trial_batch_add(&trials) = trial_of(0, 0, 0, 0);
    headroom_mark(&proved, &trials);
    assert_false(trials.list[0].outcome.generator.bound);
    headroom_mark(&unknown, &trials);
    assert_false(trials.list[0].outcome.generator.bound);
    assert_string_equal(trials.list[0].outcome.generator.why_bound, "");
    trial_batch_free(&trials);
}

static void a_batch_keeps_what_is_added_while_it_grows_and_forgets_it_when_cleared(void **state)
{
    struct trial_batch trials = {0};
    (void)state;
    for (uint64_t i = 0; i < 100; i++) {
        struct trial *trial = trial_batch_add(&trials);
        assert_non_null(trial);
        trial_reset(trial);
        trial->round = i;
        assert_non_null(outcome_add_histogram(&trial->outcome, "latency_ns"));
    }
    assert_int_equal(trials.count, 100);
    for (uint64_t i = 0; i < 100; i++) {
        assert_int_equal(trials.list[i].round, i);
        assert_non_null(outcome_histogram(&trials.list[i].outcome, "latency_ns"));
    }
    trial_batch_clear(&trials);
    assert_int_equal(trials.count, 0);
    trial_batch_free(&trials);
}

/* ---- the load that it has to make ---- */

static struct named_values params, scaled;

static int forget_params(void **state)
{
    (void)state;
    named_values_free(&params);
    named_values_free(&scaled);
    return 0;
}

static int scale(const char *mode, double offered_per_s)
{
    const struct workload *accept = workload_find("accept");
    named_values_free(&scaled);
    return accept->scale(mode, &params, OPEN_LOOP_HEADROOM, offered_per_s, &scaled);
}

static void a_scaled_load_is_the_planned_one_or_of_a_share_what_came_of_it(void **state)
{
    const struct value long_s = {.kind = VALUE_REAL, .real = 60};
    (void)state;
    named_values_add_real(&params, "", "rate", 2000);
    named_values_add_real(&params, "", "seconds", 0.1);
    named_values_add_integer(&params, "", "bytes", 64);
    assert_int_equal(scale("rate", 1900), 0);
    assert_true(parameter_number(&scaled, "rate") == 3000);
    assert_true(parameter_number(&scaled, "seconds") == 0.1);
    assert_int_equal(parameter_integer(&scaled, "bytes"), 64);

    named_values_add_real(&params, "", "share", 0.5);
    named_values_set(&params, "", "seconds", &long_s);
    assert_int_equal(scale("rate", 8000), 0);
    assert_true(parameter_number(&scaled, "rate") == 12000);
    assert_true(parameter_number(&scaled, "seconds") == 1);
    assert_null(named_values_find(&scaled, "", "share"));
    assert_true(parameter_number(&params, "share") == 0.5);

    assert_int_equal(scale("drain", 1), -ENOTSUP);
    assert_int_equal(scale("steady", 1), -ENOTSUP);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_load_that_was_made_and_answered_is_a_proof),
        cmocka_unit_test(one_that_was_late_held_up_or_not_answered_is_none),
        cmocka_unit_test(a_trial_without_a_load_is_none),
        cmocka_unit_test(where_it_was_not_proved_the_generator_was_the_bound_in_every_trial),
        cmocka_unit_test(where_it_was_proved_or_there_is_nothing_to_prove_trials_stay),
        cmocka_unit_test(a_batch_keeps_what_is_added_while_it_grows_and_forgets_it_when_cleared),
        cmocka_unit_test_teardown(a_scaled_load_is_the_planned_one_or_of_a_share_what_came_of_it,
                                  forget_params),
    };
    return cmocka_run_group_tests_name("headroom of the generator", tests, NULL, NULL);
}
