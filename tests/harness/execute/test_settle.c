/* What of a run needs no more rounds. */
#include "harness/execute/settle.h"

#include "harness/analysis/looks.h"
#include "harness/contract/parameters.h"
#include "harness/stats/max_t.h"
#include "harness/workloads/workloads.h"
#include "tests/harness/analysis/one_cell_run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define NS "ns_per_accept"

static struct run run;
static struct planned_cell planned;
static struct cell_list cells = {.list = &planned, .count = 1};
static struct rounds rounds;

/* The cell runs so many of null, epoll, select, poll. */
static void start(size_t subjects)
{
    static const struct named_tier names[] = {{"null", TIER_NONE},
                                              {"epoll", TIER_READINESS},
                                              {"select", TIER_READINESS},
                                              {"poll", TIER_READINESS}};
    run_of_one_cell(&run, &accept_workload, "drain", names, 4);
    planned = (struct planned_cell){.subject_count = subjects, .twin = NO_TWIN};
    for (size_t i = 0; i < subjects; i++)
        planned.subjects[i] = i;
    rounds = (struct rounds){.run = &run, .cells = &cells};
    assert_int_equal(looks_open(&rounds.looks, &run), 0);
}

static int end(void **state)
{
    (void)state;
    looks_close(rounds.looks);
    run_free(&run);
    return 0;
}

static bool runs(const char *subject)
{
    for (size_t i = 0; i < planned.subject_count; i++) {
        if (planned.subjects[i] == place_of(&run, subject))
            return true;
    }
    return false;
}

/* Those that still run, around a level each, by `noise` as a share. */
static void play_round(double select, double poll, double noise)
{
    unsigned round = (unsigned)run.rounds;
    const struct {
        const char *name;
        double level;
        unsigned step;
    } all[] = {{"null", 1, 1}, {"epoll", 100, 3}, {"select", select, 7}, {"poll", poll, 9}};
    for (size_t i = 0; i < 4; i++) {
        double wave = ((round + 3) * all[i].step + 2 * i) % 11 / 5.0 - 1;
        if (runs(all[i].name))
            add_trial(&run, all[i].name, round, NS, all[i].level * (1 + noise * wave));
    }
    run.rounds = round + 1;
    assert_int_equal(settle(&rounds), 0);
}

static void who_is_decided_leaves_and_the_baseline_stays_until_nobody_is_open(void **state)
{
    (void)state;
    start(4);
    /* select differs by far; poll by next to nothing, which takes longer to say. */
    for (unsigned i = 0; i < 8; i++)
        play_round(200, 100.5, 0.03);
    assert_true(runs("select") && runs("poll") && runs("epoll"));
    assert_int_equal(rounds.decided, 0);
    for (unsigned i = 8; i < 12; i++)
        play_round(200, 100.5, 0.03);
    assert_false(runs("select"));
    assert_true(runs("poll") && runs("epoll") && runs("null"));
    assert_int_equal(rounds.decided, 1);
    assert_false(planned.decided || settled(&rounds));
    for (unsigned i = 12; i < 300 && !planned.decided; i++) {
        assert_true(runs("poll") && runs("epoll"));
        play_round(200, 100.5, 0.03);
    }
    assert_true(planned.decided && settled(&rounds));
    assert_int_equal(rounds.decided, 2);
    assert_true(runs("epoll"));
}

static void a_cell_with_one_subject_is_decided_by_its_median(void **state)
{
    (void)state;
    start(2);
    for (unsigned i = 0; i < 30; i++)
        play_round(0, 0, 0.5);
    assert_false(planned.decided);
    end(state);
    start(2);
    for (unsigned i = 0; i < 12; i++)
        play_round(0, 0, 0.001);
    assert_true(planned.decided && settled(&rounds));
    assert_int_equal(rounds.decided, 0);
}

/* By a metric of its own: no main metric of today depends on the generator. */
static void a_pair_that_is_bound_does_not_hold_a_cell(void **state)
{
    (void)state;
    static struct metric metrics[METRICS_MAX];
    static struct workload workload;
    start(3);
    looks_close(rounds.looks);
    for (size_t i = 0; accept_workload.metrics[i].name != NULL; i++)
        metrics[i] = accept_workload.metrics[i];
    metrics[workload_metric_index(&accept_workload, metric_of(&run, NS))].generator_dependent =
        true;
    workload = accept_workload;
    workload.metrics = metrics;
    run.cells[0].cell.workload = &workload;
    assert_int_equal(looks_open(&rounds.looks, &run), 0);
    for (unsigned i = 0; i < MAX_T_FIRST_LOOK; i++) {
        add_trial(&run, "epoll", i, NS, 100 + i);
        struct trial *trial = new_trial(&run, "select", i, NS, 100 + i * 5 % 7);
        trial->outcome.has_generator = true;
        trial->outcome.generator.bound = true;
        keep_trial(&run, trial);
        assert_int_equal(settle(&rounds), 0);
    }
    assert_true(planned.decided && settled(&rounds));
    assert_false(runs("select"));
}

/* It would be left out for ever. */
static void a_subject_without_a_valid_trial_holds_its_cell(void **state)
{
    (void)state;
    start(3);
    for (unsigned i = 0; i < 12; i++) {
        add_trial(&run, "epoll", i, NS, 100 + i % 3);
        struct trial *trial = new_trial(&run, "select", i, NS, 1);
        make_invalid(trial, "something else ran");
        keep_trial(&run, trial);
        assert_int_equal(settle(&rounds), 0);
    }
    assert_true(runs("select"));
    assert_false(planned.decided);
}

static void a_cell_that_is_left_out_is_nothing_to_wait_for(void **state)
{
    (void)state;
    start(0);
    assert_int_equal(settle(&rounds), 0);
    assert_false(planned.decided);
    assert_true(settled(&rounds));
}

int main(void)
{
#define CLOSED(test) cmocka_unit_test_teardown(test, end)
    const struct CMUnitTest tests[] = {
        CLOSED(who_is_decided_leaves_and_the_baseline_stays_until_nobody_is_open),
        CLOSED(a_cell_with_one_subject_is_decided_by_its_median),
        CLOSED(a_pair_that_is_bound_does_not_hold_a_cell),
        CLOSED(a_subject_without_a_valid_trial_holds_its_cell),
        CLOSED(a_cell_that_is_left_out_is_nothing_to_wait_for),
    };
    return cmocka_run_group_tests_name("settle", tests, NULL, NULL);
}
