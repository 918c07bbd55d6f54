/* When an open loop sends, and how it judges itself: no process, no socket. */
#include "harness/generator/load_report.h"
#include "harness/generator/open_loop_plan.h"
#include "harness/generator/open_loop_tally.h"

#include "backends/clock.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define BEGIN_NS UINT64_C(123456789000)
#define MANY 20000

/* ---- the plan ---- */

static void constant_arrivals_are_multiples_of_the_gap_and_do_not_drift(void **state)
{
    (void)state;
    struct open_loop_plan plan;
    open_loop_plan_begin(&plan, ARRIVALS_CONSTANT, 3.0, 1, BEGIN_NS);
    for (uint64_t i = 1; i <= 3000000; i++) {
        uint64_t exact_ns = BEGIN_NS + i * NS_PER_S / 3;
        assert_in_range(plan.next_ns, exact_ns - 1, exact_ns + 1);
        open_loop_plan_step(&plan);
    }
}

static void a_seed_decides_the_whole_plan(void **state)
{
    (void)state;
    struct open_loop_plan a, b, other;
    open_loop_plan_begin(&a, ARRIVALS_POISSON, 1000, 7, BEGIN_NS);
    open_loop_plan_begin(&b, ARRIVALS_POISSON, 1000, 7, BEGIN_NS);
    open_loop_plan_begin(&other, ARRIVALS_POISSON, 1000, 8, BEGIN_NS);
    unsigned same = 0;
    for (int i = 0; i < 1000; i++) {
        assert_true(a.next_ns == b.next_ns);
        same += a.next_ns == other.next_ns;
        open_loop_plan_step(&a);
        open_loop_plan_step(&b);
        open_loop_plan_step(&other);
    }
    assert_true(same < 10);
}

static int by_value(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

/* Kolmogorov and Smirnov: with 20,000 gaps the largest distance from the exponential distribution
 * stays below 1.95 / sqrt(n) in 999 cases of 1,000; the seed is fixed, so the result is, too. */
static void poisson_gaps_are_exponential_and_independent(void **state)
{
    (void)state;
    static double gaps[MANY];
    struct open_loop_plan plan;
    const double mean_ns = 1e9 / 5000;
    open_loop_plan_begin(&plan, ARRIVALS_POISSON, 5000, 1, BEGIN_NS);
    uint64_t last_ns = BEGIN_NS;
    double sum = 0, products = 0;
    for (int i = 0; i < MANY; i++) {
        assert_true(plan.next_ns >= last_ns);
        gaps[i] = (double)(plan.next_ns - last_ns);
        last_ns = plan.next_ns;
        sum += gaps[i];
        products += i > 0 ? (gaps[i] - mean_ns) * (gaps[i - 1] - mean_ns) : 0;
        open_loop_plan_step(&plan);
    }
    assert_true(fabs(sum / MANY - mean_ns) < 4 * mean_ns / sqrt(MANY));
    assert_true(fabs(products / MANY) < 4 * mean_ns * mean_ns / sqrt(MANY));
    qsort(gaps, MANY, sizeof gaps[0], by_value);
    double widest = 0;
    for (int i = 0; i < MANY; i++) {
        double expected = 1 - exp(-gaps[i] / mean_ns);
        widest = fmax(widest, fabs(expected - (i + 0.5) / MANY));
    }
    assert_true(widest < 1.95 / sqrt(MANY));
}

/* ---- the judgement ---- */

static struct open_loop_tally tally;
static char why[OPEN_LOOP_WHY_BYTES];

/* `count` requests that were sent late_ns late and answered response_ns after the plan. */
static void sent(unsigned count, uint64_t late_ns, uint64_t response_ns)
{
    for (unsigned i = 0; i < count; i++) {
        tally.arrivals++;
        tally.answered++;
        histogram_record(&tally.lateness, late_ns);
        histogram_record(&tally.response, response_ns);
    }
}

static void a_generator_without_room_for_half_as_much_again_is_the_bound(void **state)
{
    (void)state;
    open_loop_tally_reset(&tally);
    sent(2000, 10000, 1000000);
    assert_false(open_loop_tally_bound(&tally, 0.66, 0, why));
    assert_true(open_loop_tally_bound(&tally, 0.67, 0, why));
    assert_non_null(strstr(why, "ran for 67 %"));
    assert_false(open_loop_tally_bound(&tally, 0.1, 0.56, why));
    assert_true(open_loop_tally_bound(&tally, 0.1, 0.57, why));
    assert_non_null(strstr(why, "waited for a CPU for 57 %"));
}

static void a_generator_whose_lateness_is_most_of_the_latency_is_the_bound(void **state)
{
    (void)state;
    open_loop_tally_reset(&tally);
    sent(2000, 10000, 1000000);
    sent(19, 700000, 1000000); /* fewer than one in a hundred */
    assert_false(open_loop_tally_bound(&tally, 0.1, 0, why));
    sent(20, 700000, 1000000);
    assert_true(open_loop_tally_bound(&tally, 0.1, 0, why));
    assert_non_null(strstr(why, "us late"));
    /* The same lateness beside a server that is far slower says little of the generator. */
    sent(40, 0, 10000000);
    assert_false(open_loop_tally_bound(&tally, 0.1, 0, why));
}

static void a_report_has_the_plan_and_why_it_is_bound(void **state)
{
    (void)state;
    open_loop_tally_reset(&tally);
    sent(2000, 2000000, 2500000);
    tally.late = 1500;
    tally.arrivals += 500;
    tally.not_sent = 500;
    struct load_report report = {.end = {.wall_ns = 2 * NS_PER_S, .cpu_ns = NS_PER_S},
                                 .open_loop = &tally};
    json_t *json = load_report_to_json(&report);
    json_t *plan = json_object_get(json, "plan");
    assert_int_equal(json_integer_value(json_object_get(plan, "arrivals")), 2500);
    assert_int_equal(json_integer_value(json_object_get(plan, "not_sent")), 500);
    assert_true(json_real_value(json_object_get(plan, "window_s")) == 2.0);
    assert_true(json_real_value(json_object_get(json, "late_share")) == 0.75);
    assert_in_range(json_integer_value(json_object_get(json, "late_ns_p99")), 1980000, 2020000);
    assert_true(json_is_true(json_object_get(json, "bound")));
    assert_non_null(
        strstr(json_string_value(json_object_get(json, "why_bound")), "more than half"));
    json_decref(json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(constant_arrivals_are_multiples_of_the_gap_and_do_not_drift),
        cmocka_unit_test(a_seed_decides_the_whole_plan),
        cmocka_unit_test(poisson_gaps_are_exponential_and_independent),
        cmocka_unit_test(a_generator_without_room_for_half_as_much_again_is_the_bound),
        cmocka_unit_test(a_generator_whose_lateness_is_most_of_the_latency_is_the_bound),
        cmocka_unit_test(a_report_has_the_plan_and_why_it_is_bound),
    };
    return cmocka_run_group_tests_name("open loop, plan", tests, NULL, NULL);
}
