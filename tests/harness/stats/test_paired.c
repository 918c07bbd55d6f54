/* One pair: its scores, and the interval that says what the test says. */
#include "harness/stats/paired.h"
#include "tests/harness/stats/synthetic.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

enum { MOST = 100 };

static struct paired_interval interval_of(const double *values, size_t n, double critical)
{
    struct paired_interval interval;
    assert_int_equal(paired_interval(values, n, critical, &interval), 0);
    return interval;
}

/* The statistic that is tested. */
static double statistic_of(const double *values, size_t n)
{
    double scores[MOST], sum = 0, scale = paired_scores(values, n, scores);
    for (size_t i = 0; i < n; i++)
        sum += scores[i];
    return scale > 0 ? fabs(sum) / scale : 0;
}

/* ---- log ratios and scores ---- */

static void exchanging_two_values_changes_nothing_but_the_sign(void **state)
{
    (void)state;
    struct random random;
    random_seed(&random, 1);
    for (unsigned i = 0; i < 10000; i++) {
        double a = exp(50 * synthetic_draw(&random, SYNTHETIC_NORMAL));
        double b = exp(50 * synthetic_draw(&random, SYNTHETIC_NORMAL));
        assert_true(paired_log_ratio(a, b) == -paired_log_ratio(b, a));
        assert_true(paired_log_ratio(a, a) == 0);
        assert_true(fabs(paired_log_ratio(a, b) - (log(a) - log(b))) < 1e-12);
    }
    assert_true(isfinite(paired_log_ratio(1e300, 1e-300)));
    const double none[] = {0, -1, NAN, INFINITY, -INFINITY};
    for (size_t i = 0; i < COUNT(none); i++) {
        assert_true(isnan(paired_log_ratio(none[i], 1)));
        assert_true(isnan(paired_log_ratio(1, none[i])));
    }
}

static int ascending(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

/* By sorting distances, which the code does not. */
static double limit_of(const double *values, size_t n)
{
    double distances[MOST];
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        if (!isnan(values[i]))
            distances[count++] = fabs(values[i]);
    }
    qsort(distances, count, sizeof *distances, ascending);
    return 1.25 * (distances[(count - 1) / 2] + distances[count / 2]) / 2;
}

static void scores_end_at_one_and_a_quarter_median_distances_whatever_the_signs(void **state)
{
    (void)state;
    struct random random;
    random_seed(&random, 2);
    unsigned clipped = 0;
    for (unsigned repeat = 0; repeat < 2000; repeat++) {
        double values[MOST], turned[MOST], scores[MOST], turned_scores[MOST], squares = 0;
        size_t n = 1 + random_below(&random, MOST);
        for (size_t i = 0; i < n; i++) {
            values[i] = random_below(&random, 8) == 0 && i > 0
                            ? NAN
                            : synthetic_draw(&random, SYNTHETIC_HEAVY);
            turned[i] = random_below(&random, 2) ? -values[i] : values[i];
        }
        double limit = limit_of(values, n), scale = paired_scores(values, n, scores);
        for (size_t i = 0; i < n; i++) {
            double expected = isnan(values[i]) ? 0 : fmax(-limit, fmin(limit, values[i]));
            assert_true(fabs(scores[i] - expected) <= 1e-15 * limit);
            clipped += fabs(values[i]) > limit;
            squares += scores[i] * scores[i];
        }
        assert_true(fabs(scale - sqrt(squares)) < 1e-12 * scale);
        assert_true(paired_scores(turned, n, turned_scores) == scale);
        for (size_t i = 0; i < n; i++)
            assert_true(fabs(turned_scores[i]) == fabs(scores[i]));
    }
    assert_true(clipped > 1000);
}

/* Nothing is too far out where half of the rounds say nothing of how far that is. */
static void where_half_of_the_rounds_are_ties_nothing_is_pulled_in(void **state)
{
    (void)state;
    const double values[] = {0, 0, 0, 0, 0.1, -50};
    double scores[6];
    assert_true(fabs(paired_scores(values, 6, scores) - sqrt(2500.01)) < 1e-9);
    assert_true(scores[5] == -50 && scores[0] == 0);
}

static void no_round_and_nothing_but_ties_have_no_scale(void **state)
{
    (void)state;
    const double none[] = {NAN, NAN}, ties[] = {0, 0, 0};
    double scores[3];
    assert_true(paired_scores(none, 2, scores) == 0 && scores[0] == 0 && scores[1] == 0);
    assert_true(paired_scores(ties, 3, scores) == 0);
    assert_true(paired_scores(NULL, 0, scores) == 0);
}

/* ---- the interval ---- */

/* Draws from several shapes, with ties, gaps and round numbers among them. */
static size_t draw(struct random *random, double *values)
{
    size_t n = 2 + random_below(random, MOST - 2);
    enum synthetic_shape shape = random_below(random, SYNTHETIC_DISTURBED + 1);
    double center = 0.7 * synthetic_draw(random, SYNTHETIC_NORMAL);
    double scale = exp(3 * synthetic_draw(random, SYNTHETIC_NORMAL));
    bool rounded = random_below(random, 4) == 0;
    for (size_t i = 0; i < n; i++) {
        double value = center + synthetic_draw(random, shape);
        values[i] = scale * (rounded ? rint(2 * value) / 2 : value);
        if (i > 1 && random_below(random, 15) == 0)
            values[i] = NAN;
    }
    return n;
}

static size_t count_values(const double *values, size_t n)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        count += !isnan(values[i]);
    return count;
}

static void the_interval_holds_zero_exactly_when_the_test_names_nobody(void **state)
{
    (void)state;
    struct random random;
    random_seed(&random, 3);
    unsigned held = 0, clear = 0;
    for (unsigned repeat = 0; repeat < 6000; repeat++) {
        double values[MOST];
        size_t n = draw(&random, values), count = count_values(values, n);
        double critical =
            1 + (sqrt((double)count) - 1) * (double)random_below(&random, 1000) / 1000;
        struct paired_interval interval = interval_of(values, n, critical);
        if (!interval.bounded)
            continue;
        bool holds = interval.low <= 0 && 0 <= interval.high;
        assert_int_equal(holds, statistic_of(values, n) <= critical);
        assert_true(interval.low <= interval.estimate && interval.estimate <= interval.high);
        assert_int_equal(interval.n, count);
        held += holds;
        clear += !holds;
    }
    print_message("%u hold zero, %u do not\n", held, clear);
    assert_true(held > 1000 && clear > 1000);
}

/* So that the exchange of subject and baseline says the opposite. */
static void the_other_sign_mirrors_the_interval(void **state)
{
    (void)state;
    struct random random;
    random_seed(&random, 4);
    for (unsigned repeat = 0; repeat < 2000; repeat++) {
        double values[MOST], turned[MOST];
        size_t n = draw(&random, values);
        for (size_t i = 0; i < n; i++)
            turned[i] = -values[i];
        struct paired_interval one = interval_of(values, n, 2), other = interval_of(turned, n, 2);
        double width = one.bounded ? one.high - one.low : 0;
        double near = 1e-9 * (width + fabs(one.estimate)) + 1e-15;
        assert_int_equal(one.bounded, other.bounded);
        assert_true(fabs(one.estimate + other.estimate) <= near);
        if (one.bounded)
            assert_true(fabs(one.low + other.high) <= near && fabs(one.high + other.low) <= near);
        assert_true(fabs(one.deviation - other.deviation) <= 1e-9 * one.deviation);
    }
}

static void a_larger_critical_value_gives_a_wider_interval(void **state)
{
    (void)state;
    struct random random;
    random_seed(&random, 5);
    double values[30];
    for (size_t i = 0; i < 30; i++)
        values[i] = 0.2 + synthetic_draw(&random, SYNTHETIC_NORMAL);
    double width = 0;
    for (double critical = 0.5; critical < 5; critical += 0.5) {
        struct paired_interval interval = interval_of(values, 30, critical);
        assert_true(interval.bounded && interval.high - interval.low > width);
        width = interval.high - interval.low;
    }
}

static void a_critical_value_that_no_statistic_reaches_leaves_no_bounds(void **state)
{
    (void)state;
    const double values[] = {0.1, 0.2, 0.15, 0.3, 0.12, NAN, 0.22, 0.18, 0.25, 0.16};
    const double beyond[] = {3, 3.5, INFINITY};
    assert_true(interval_of(values, 10, 2.99).bounded);
    for (size_t i = 0; i < COUNT(beyond); i++) {
        struct paired_interval interval = interval_of(values, 10, beyond[i]);
        assert_false(interval.bounded);
        assert_true(isinf(interval.low) && isinf(interval.high) && interval.low < interval.high);
        assert_true(interval.estimate > 0.12 && interval.estimate < 0.25);
    }
}

static void fewer_than_eight_rounds_with_a_value_leave_no_bounds(void **state)
{
    (void)state;
    double values[20] = {0.1, 0.2, 0.15, 0.3, 0.12, 0.22, 0.18};
    for (size_t i = 7; i < 20; i++)
        values[i] = NAN;
    assert_false(interval_of(values, 20, 2).bounded);
    values[19] = 0.16;
    assert_true(interval_of(values, 20, 2).bounded);
}

static void one_round_and_equal_rounds_are_their_own_estimate_without_bounds(void **state)
{
    (void)state;
    const double level[] = {0.25, -3, 0, 1e-12, 700};
    for (size_t k = 0; k < COUNT(level); k++) {
        const double values[] = {level[k], level[k], level[k], level[k]};
        for (size_t n = 1; n <= 4; n++) {
            struct paired_interval interval = interval_of(values, n, 0.5);
            assert_int_equal(interval.n, n);
            assert_true(interval.estimate == level[k]);
            assert_true(interval.deviation == 0);
            assert_false(interval.bounded);
        }
    }
}

static void half_of_the_rounds_ties_and_huge_values_are_no_trouble(void **state)
{
    (void)state;
    const double ties[] = {0, 0, 0, 0, 0, 0.1, 0.2, 0.1, 0.3, 0.2};
    struct paired_interval interval = interval_of(ties, 10, 2);
    assert_true(interval.bounded && interval.low <= interval.estimate &&
                interval.estimate <= interval.high && interval.estimate >= 0);
    assert_true(statistic_of(ties, 10) > 2 && interval.low > 0);
    const double huge[] = {-700, 1400, -1400, 3, 700, 1e-300, 0, 5, -2, 1};
    interval = interval_of(huge, 10, 2);
    assert_true(interval.bounded && isfinite(interval.low) && isfinite(interval.high));
    assert_true(interval.low <= 0 && 0 <= interval.high);
}

static void what_has_no_value_or_no_critical_value_is_refused(void **state)
{
    (void)state;
    const double none[] = {NAN, NAN}, one[] = {1, 2};
    struct paired_interval interval;
    assert_int_equal(paired_interval(none, 2, 2, &interval), -EINVAL);
    assert_int_equal(paired_interval(NULL, 0, 2, &interval), -EINVAL);
    assert_int_equal(paired_interval(one, 2, NAN, &interval), -EINVAL);
    assert_int_equal(paired_interval(one, 2, -1, &interval), -EINVAL);
}

/* One round in twenty that was disturbed moves a mean by ten times this. */
static void a_disturbed_round_hardly_moves_the_estimate(void **state)
{
    (void)state;
    double values[20];
    for (size_t i = 0; i < 20; i++)
        values[i] = 0.1 + 0.001 * ((double)(i * 7 % 20) - 9.5);
    double before = interval_of(values, 20, 3).estimate;
    values[3] = 10;
    assert_true(fabs(before - 0.1) < 0.001);
    assert_true(fabs(interval_of(values, 20, 3).estimate - before) < 0.002);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exchanging_two_values_changes_nothing_but_the_sign),
        cmocka_unit_test(scores_end_at_one_and_a_quarter_median_distances_whatever_the_signs),
        cmocka_unit_test(where_half_of_the_rounds_are_ties_nothing_is_pulled_in),
        cmocka_unit_test(no_round_and_nothing_but_ties_have_no_scale),
        cmocka_unit_test(the_interval_holds_zero_exactly_when_the_test_names_nobody),
        cmocka_unit_test(the_other_sign_mirrors_the_interval),
        cmocka_unit_test(a_larger_critical_value_gives_a_wider_interval),
        cmocka_unit_test(a_critical_value_that_no_statistic_reaches_leaves_no_bounds),
        cmocka_unit_test(fewer_than_eight_rounds_with_a_value_leave_no_bounds),
        cmocka_unit_test(one_round_and_equal_rounds_are_their_own_estimate_without_bounds),
        cmocka_unit_test(half_of_the_rounds_ties_and_huge_values_are_no_trouble),
        cmocka_unit_test(what_has_no_value_or_no_critical_value_is_refused),
        cmocka_unit_test(a_disturbed_round_hardly_moves_the_estimate),
    };
    return cmocka_run_group_tests_name("paired", tests, NULL, NULL);
}
