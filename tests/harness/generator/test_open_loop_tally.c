/* How an open loop judges itself: no process, no socket. */
#include "harness/generator/load_report.h"
#include "harness/generator/open_loop_tally.h"

#include "backends/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

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
    const struct load_report load = {.end = {.wall_ns = 2 * NS_PER_S, .cpu_ns = NS_PER_S},
                                     .open_loop = &tally};
    struct generator_report report;
    load_report_fill(&load, &report);
    assert_true(report.has_plan);
    assert_int_equal(report.plan.arrivals, 2500);
    assert_int_equal(report.plan.not_sent, 500);
    assert_true(report.plan.window_s == 2.0);
    assert_true(report.late_share == 0.75);
    assert_in_range((uint64_t)report.late_p99_ns, 1980000, 2020000);
    assert_true(report.bound);
    assert_non_null(strstr(report.why_bound, "more than half"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_generator_without_room_for_half_as_much_again_is_the_bound),
        cmocka_unit_test(a_generator_whose_lateness_is_most_of_the_latency_is_the_bound),
        cmocka_unit_test(a_report_has_the_plan_and_why_it_is_bound),
    };
    return cmocka_run_group_tests_name("open loop, tally", tests, NULL, NULL);
}
