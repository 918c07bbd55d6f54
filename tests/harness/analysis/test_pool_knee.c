/* The knee, on constructed curves. */
#include "harness/stats/knee.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define MS 1e6
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* A load on a pool that can do 1,000 jobs of 1 ms a second. */
static struct knee_point point(double load, double delivered_per_s, double wait_p99_ns)
{
    return (struct knee_point){
        .load = load,
        .offered_per_s = 1000 * load,
        .delivered_per_s = delivered_per_s,
        .wait_p99_ns = wait_p99_ns,
        .service_ns = 1 * MS,
    };
}

static struct knee find(const struct knee_point *points, size_t count)
{
    struct knee knee;
    assert_int_equal(knee_find(points, count, &knee), 0);
    return knee;
}

static void the_knee_is_the_last_load_that_is_delivered(void **state)
{
    (void)state;
    const struct knee_point points[] = {
        point(0.5, 500, 0.1 * MS),
        point(0.9, 899, 4 * MS),
        point(1.1, 1000, 8 * MS),
        point(1.5, 1000, 9 * MS),
    };
    struct knee knee = find(points, COUNT(points));
    assert_true(knee.found && knee.bounded);
    assert_int_equal(knee.carried, 1);
    assert_int_equal(knee.overloaded, 2);
    assert_false(knee.keeps_up);
    assert_int_equal(knee.left_out, 0);
}

static void a_wait_of_more_than_ten_services_is_not_carried_though_all_is_delivered(void **state)
{
    (void)state;
    const struct knee_point points[] = {
        point(0.5, 500, 0.1 * MS),
        point(0.8, 800, 10 * MS),
        point(0.9, 900, 10.1 * MS),
    };
    struct knee knee = find(points, COUNT(points));
    assert_int_equal(knee.carried, 1);
    assert_int_equal(knee.overloaded, 2);
    assert_true(knee.keeps_up);
}

/* With jobs much shorter than a wake-up, the wait at any load is many services. */
static void a_wait_that_is_there_at_the_lowest_load_is_no_queue(void **state)
{
    (void)state;
    struct knee_point points[] = {
        point(0.1, 100, 2 * MS),
        point(0.5, 500, 20 * MS),
        point(0.9, 900, 20.1 * MS),
    };
    struct knee knee = find(points, COUNT(points));
    assert_int_equal(knee.carried, 1);
    points[0].wait_p99_ns = 1 * MS;
    knee = find(points, COUNT(points));
    assert_int_equal(knee.carried, 0);
    assert_int_equal(knee.overloaded, 1);
}

static void two_percent_may_be_missing(void **state)
{
    (void)state;
    const struct knee_point points[] = {point(0.5, 490, 0), point(1.0, 979.9, 0)};
    struct knee knee = find(points, COUNT(points));
    assert_int_equal(knee.carried, 0);
    assert_int_equal(knee.overloaded, 1);
}

static void the_order_of_the_points_does_not_matter(void **state)
{
    (void)state;
    const struct knee_point points[] = {
        point(1.5, 1000, 9 * MS),
        point(0.9, 899, 4 * MS),
        point(1.1, 1000, 8 * MS),
        point(0.1, 100, 0.1 * MS),
    };
    struct knee knee = find(points, COUNT(points));
    assert_int_equal(knee.carried, 1);
    assert_int_equal(knee.overloaded, 2);
}

/* One disturbed trial below the knee must not be jumped over. */
static void a_load_above_one_that_is_not_carried_is_no_knee(void **state)
{
    (void)state;
    const struct knee_point points[] = {
        point(0.3, 300, 0.1 * MS),
        point(0.5, 400, 0.1 * MS),
        point(0.7, 700, 0.1 * MS),
    };
    struct knee knee = find(points, COUNT(points));
    assert_int_equal(knee.carried, 0);
    assert_int_equal(knee.overloaded, 1);
}

static void of_two_points_with_one_load_the_worse_counts(void **state)
{
    (void)state;
    const struct knee_point points[] = {
        point(0.3, 300, 0.1 * MS),
        point(0.5, 500, 0.1 * MS),
        point(0.5, 400, 0.1 * MS),
    };
    struct knee knee = find(points, COUNT(points));
    assert_int_equal(knee.carried, 0);
    assert_int_equal(knee.overloaded, 2);
}

static void a_sweep_that_ends_too_early_says_so(void **state)
{
    (void)state;
    const struct knee_point points[] = {point(0.1, 100, 0.1 * MS), point(0.5, 500, 0.1 * MS)};
    struct knee knee = find(points, COUNT(points));
    assert_true(knee.found);
    assert_false(knee.bounded);
    assert_int_equal(knee.carried, 1);
}

static void no_load_at_all_may_be_carried(void **state)
{
    (void)state;
    const struct knee_point points[] = {point(1.2, 1000, 5 * MS), point(1.5, 1000, 5 * MS)};
    struct knee knee = find(points, COUNT(points));
    assert_false(knee.found);
    assert_true(knee.bounded);
    assert_int_equal(knee.overloaded, 0);
}

static void what_is_not_resolved_is_left_out_and_counted(void **state)
{
    (void)state;
    const struct knee_point points[] = {
        point(0.1, 100, NAN),
        point(0.5, 500, 1 * MS),
        point(0.7, 10, NAN),
        point(0.9, 900, 1 * MS),
    };
    struct knee knee = find(points, COUNT(points));
    assert_int_equal(knee.carried, 3);
    assert_false(knee.bounded);
    assert_int_equal(knee.left_out, 2);
    knee = find(points, 1);
    assert_false(knee.found || knee.bounded);
}

static void no_points_are_no_knee(void **state)
{
    (void)state;
    struct knee knee = find(NULL, 0);
    assert_false(knee.found || knee.bounded);
}

static void numbers_that_cannot_be_are_refused(void **state)
{
    (void)state;
    const struct knee_point good = point(0.5, 500, 1 * MS);
    struct knee_point bad[] = {good, good, good, good, good, good, good, good, good};
    bad[0].load = 0;
    bad[1].load = NAN;
    bad[2].offered_per_s = 0;
    bad[3].delivered_per_s = -1;
    bad[4].wait_p99_ns = -1;
    bad[5].wait_p99_ns = INFINITY;
    bad[6].service_ns = 0;
    bad[7].offered_per_s = INFINITY;
    bad[8].delivered_per_s = NAN;
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct knee knee;
        const struct knee_point points[] = {good, bad[i]};
        assert_int_equal(knee_find(points, 2, &knee), -EINVAL);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_knee_is_the_last_load_that_is_delivered),
        cmocka_unit_test(a_wait_of_more_than_ten_services_is_not_carried_though_all_is_delivered),
        cmocka_unit_test(a_wait_that_is_there_at_the_lowest_load_is_no_queue),
        cmocka_unit_test(two_percent_may_be_missing),
        cmocka_unit_test(the_order_of_the_points_does_not_matter),
        cmocka_unit_test(a_load_above_one_that_is_not_carried_is_no_knee),
        cmocka_unit_test(of_two_points_with_one_load_the_worse_counts),
        cmocka_unit_test(a_sweep_that_ends_too_early_says_so),
        cmocka_unit_test(no_load_at_all_may_be_carried),
        cmocka_unit_test(what_is_not_resolved_is_left_out_and_counted),
        cmocka_unit_test(no_points_are_no_knee),
        cmocka_unit_test(numbers_that_cannot_be_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
