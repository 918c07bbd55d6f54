/* A run ends as near to its time as whole rounds allow. */
#include "backends/clock.h"
#include "harness/execute/pace.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* A run of so many seconds that began so long ago. */
static struct pace pace_of(double bound_s, double ago_s, double reserve_s)
{
    return (struct pace){
        .begin_ns = clock_now_ns() - (uint64_t)(ago_s * (double)NS_PER_S),
        .time_bound_s = bound_s,
        .reserve_s = reserve_s,
        .maximum_rounds = 1000,
    };
}

static void another_round_is_run_when_that_ends_nearer_to_the_time(void **state)
{
    (void)state;
    struct pace pace = pace_of(100, 90, 0);
    assert_true(pace_allows_round(&pace, 5, 9));
    assert_true(pace_allows_round(&pace, 5, 14));  /* 4 over, or 10 under */
    assert_false(pace_allows_round(&pace, 5, 21)); /* 11 over, or 10 under */
}

static void no_round_is_run_that_ends_beyond_the_tolerance(void **state)
{
    (void)state;
    struct pace pace = pace_of(100, 85, 0);
    assert_false(pace_allows_round(&pace, 5, 21)); /* 6 over, or 15 under */
    assert_true(pace_allows_round(&pace, 5, 19));
    assert_true(pace_is_over(&pace, 21));
    assert_false(pace_is_over(&pace, 19));
}

static void the_first_round_is_always_run(void **state)
{
    (void)state;
    struct pace pace = pace_of(1, 90, 8);
    assert_true(pace_allows_round(&pace, 0, 21));
    assert_false(pace_allows_round(&pace, 1, 0.1));
}

static void what_the_report_takes_is_kept_for_it(void **state)
{
    (void)state;
    struct pace with = pace_of(100, 90, 8), without = pace_of(100, 90, 0);
    assert_true(pace_allows_round(&without, 5, 8));
    assert_false(pace_allows_round(&with, 5, 8));
    assert_true(pace_remaining_s(&with) < 2.1 && pace_remaining_s(&with) > 1);
}

static void the_reserve_grows_with_the_cells_and_leaves_half_of_the_time(void **state)
{
    (void)state;
    struct pace pace = pace_of(1000, 0, 0);
    pace_set_report(&pace, 1);
    double one_s = pace.reserve_s;
    assert_true(one_s >= pace_report_s(1));
    pace_set_report(&pace, 20);
    assert_true(pace.reserve_s > one_s);
    pace = pace_of(0.5, 0, 0);
    pace_set_report(&pace, 20);
    assert_true(pace.reserve_s == 0.25);
}

static void time_for_many_rounds_is_what_is_left_without_the_reserve(void **state)
{
    (void)state;
    struct pace pace = pace_of(100, 40, 10), unbounded = pace_of(INFINITY, 1e6, 8);
    assert_true(pace_has_time_for(&pace, 10, 4.9));
    assert_false(pace_has_time_for(&pace, 10, 5.1));
    assert_true(pace_has_time_for(&unbounded, 10, 1e9));
}

static void without_a_time_the_rounds_alone_count(void **state)
{
    (void)state;
    struct pace pace = pace_of(INFINITY, 1e6, 8);
    pace.maximum_rounds = 7;
    assert_true(pace_allows_round(&pace, 6, 1e9));
    assert_false(pace_allows_round(&pace, 7, 1));
    assert_false(pace_is_over(&pace, 1e12));
    assert_true(pace_left_s(&pace, 4, 10, 5) == 25);
}

static void what_is_left_is_the_smaller_of_rounds_and_time_and_never_below_nothing(void **state)
{
    (void)state;
    struct pace pace = pace_of(100, 90, 0);
    assert_true(pace_left_s(&pace, 4, 1, 0) <= 10);
    pace.maximum_rounds = 6;
    assert_true(pace_left_s(&pace, 4, 1, 0.5) == 1.5);
    pace = pace_of(100, 200, 0);
    assert_true(pace_left_s(&pace, 4, 1, 0) == 0);
    assert_true(pace_remaining_s(&pace) < 0);
}

static void estimates_are_corrected_by_trials_alone(void **state)
{
    (void)state;
    struct pace pace = pace_of(100, 50, 0);
    assert_true(pace_correction(&pace) == 1);
    pace_trial_ended(&pace, 1, 3);
    pace_trial_ended(&pace, 1, 1);
    assert_true(pace_correction(&pace) == 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(another_round_is_run_when_that_ends_nearer_to_the_time),
        cmocka_unit_test(no_round_is_run_that_ends_beyond_the_tolerance),
        cmocka_unit_test(the_first_round_is_always_run),
        cmocka_unit_test(what_the_report_takes_is_kept_for_it),
        cmocka_unit_test(the_reserve_grows_with_the_cells_and_leaves_half_of_the_time),
        cmocka_unit_test(time_for_many_rounds_is_what_is_left_without_the_reserve),
        cmocka_unit_test(without_a_time_the_rounds_alone_count),
        cmocka_unit_test(what_is_left_is_the_smaller_of_rounds_and_time_and_never_below_nothing),
        cmocka_unit_test(estimates_are_corrected_by_trials_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
