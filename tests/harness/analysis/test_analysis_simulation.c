/* Runs of which the truth is known, played with the looks and with the leaving of what is decided:
 * how often they name somebody falsely, and what they find. The same numbers on every run of this
 * program; simulate_runs.c prints longer tables. */
#include "tests/harness/analysis/made_rounds.h"
#include "tests/harness/analysis/measured_rounds.h"
#include "tests/harness/analysis/played_run.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* More of so many runs name somebody with a chance of 1e-6 when each does with 1 %. */
static unsigned most_of(unsigned runs)
{
    double chance = pow(0.99, runs), below = chance;
    unsigned count = 0;
    while (1 - below > 1e-6) {
        chance *= (double)(runs - count) / (count + 1) * 0.01 / 0.99;
        below += chance;
        count++;
    }
    return count;
}

struct found {
    unsigned named, wrong_way, planted, planted_found;
    size_t trials;
};

/* `truth`: of the last subject of each cell to all others, as a logarithm. */
static struct found play(const struct played_plan *plan, double truth)
{
    struct played_run run;
    struct found found = {0};
    assert_true(played_run(&run, plan));
    for (size_t i = 0; i < run.pair_count; i++) {
        const struct played_pair *pair = &run.pairs[i];
        bool planted = truth != 0 && pair->subject + 1 == plan->subjects[pair->cell];
        bool right = (pair->result.estimate > 0) == (truth > 0);
        found.named += !planted && pair->ever_named;
        found.planted += planted && pair->baseline == 0;
        found.planted_found += planted && pair->baseline == 0 && pair->named && right;
        found.wrong_way += planted && pair->named && !right;
    }
    found.trials = run.trials;
    played_run_free(&run);
    return found;
}

static void real_rounds_of_which_the_subjects_are_exchanged_hardly_ever_name_somebody(void **state)
{
    (void)state;
    enum { RUNS = 60 };
    struct measured_rounds *rounds;
    unsigned with_a_name = 0;
    assert_true(measured_rounds_read(&rounds, MEASURED_FILE));
    random_seed(&rounds->random, 1);
    rounds->exchange = true;
    const struct played_plan plan = measured_rounds_plan(rounds);
    assert_true(plan.cells > 1 && plan.rounds >= 9);
    for (unsigned i = 0; i < RUNS; i++)
        with_a_name += play(&plan, 0).named > 0;
    print_message("%u of %u runs name somebody\n", with_a_name, RUNS);
    assert_in_range(with_a_name, 0, most_of(RUNS));
    measured_rounds_free(rounds);
}

static struct played_plan made_plan(struct made_rounds *source)
{
    static const size_t subjects[] = {4, 4, 2, 2};
    source->subjects = subjects;
    return (struct played_plan){
        .cells = 4,
        .rounds = 24,
        .subjects = subjects,
        .values = made_rounds_values,
        .source = source,
        .minimum_effect = 0.03,
        .stops = true,
    };
}

static void rounds_of_any_shape_hardly_ever_name_equals(void **state)
{
    (void)state;
    enum { RUNS = 10 };
    for (unsigned shape = 0; shape < MADE_SHAPES; shape++) {
        struct made_rounds source = {.shape = shape, .deviation = 0.13};
        const struct played_plan plan = made_plan(&source);
        unsigned with_a_name = 0;
        random_seed(&source.random, shape + 1);
        for (unsigned i = 0; i < RUNS; i++) {
            made_rounds_begin(&source);
            with_a_name += play(&plan, 0).named > 0;
        }
        print_message("%s: %u of %u runs name somebody\n", made_shape_name(shape), with_a_name,
                      RUNS);
        assert_in_range(with_a_name, 0, most_of(RUNS));
    }
}

static void a_quarter_more_is_found_and_who_is_decided_leaves(void **state)
{
    (void)state;
    enum { RUNS = 20 };
    struct made_rounds source = {.shape = MADE_NORMAL, .deviation = 0.1, .log_ratio = log(1.25)};
    const struct played_plan plan = made_plan(&source);
    struct found all = {0};
    random_seed(&source.random, 20);
    for (unsigned i = 0; i < RUNS; i++) {
        made_rounds_begin(&source);
        struct found found = play(&plan, source.log_ratio);
        all.planted += found.planted;
        all.planted_found += found.planted_found;
        all.wrong_way += found.wrong_way;
        all.trials += found.trials;
    }
    print_message("%u of %u found, with %zu trials\n", all.planted_found, all.planted, all.trials);
    assert_int_equal(all.planted, RUNS * 4);
    assert_true(all.planted_found >= all.planted * 9 / 10);
    assert_int_equal(all.wrong_way, 0);
    assert_true(all.trials < (size_t)RUNS * 24 * 12 * 9 / 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(real_rounds_of_which_the_subjects_are_exchanged_hardly_ever_name_somebody),
        cmocka_unit_test(rounds_of_any_shape_hardly_ever_name_equals),
        cmocka_unit_test(a_quarter_more_is_found_and_who_is_decided_leaves),
    };
    return cmocka_run_group_tests_name("simulated runs", tests, NULL, NULL);
}
