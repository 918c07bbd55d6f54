/* What a run tells the process of a trial arrives there as it was. */
#include "harness/base/problem.h"
#include "harness/contract/parameters.h"
#include "harness/execute/trial_request.h"
#include "harness/subjects/subjects.h"
#include "harness/workloads/workloads.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct cell cell;
static struct launch launch;
static char *text;
static struct trial_order order;
static char problem[PROBLEM_BYTES];

static int set_up(void **state)
{
    (void)state;
    cell = (struct cell){.workload = workload_find("accept")};
    cell.mode = workload_mode(cell.workload, "rate");
    launch = (struct launch){.cell = &cell,
                             .subject = subject_find("poll"),
                             .subject_cpu = 1,
                             .generator_cpu = 0,
                             .seed = 1234567890123,
                             .planted_share = 0.1,
                             .count_system_calls = true};
    assert_int_equal(named_values_add_real(&cell.params, "", "rate", 2000), 0);
    assert_int_equal(named_values_add_real(&cell.params, "", "seconds", 0.1), 0);
    assert_int_equal(named_values_add_integer(&cell.params, "", "bytes", 64), 0);
    assert_int_equal(named_values_add_text(&cell.params, "", "arrivals", "poisson"), 0);
    assert_int_equal(named_values_add_text(&cell.params, "", "path", "a \"b\"\n\\ \xc3\xa9"), 0);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    cell_free(&cell);
    trial_order_free(&order);
    free(text);
    text = NULL;
    return 0;
}

static int hand_over(void)
{
    text = trial_request_to_text(&launch);
    assert_non_null(text);
    return trial_request_from_text(&order, text, strlen(text), problem);
}

static void everything_arrives_as_it_was(void **state)
{
    (void)state;
    assert_int_equal(hand_over(), 0);
    assert_ptr_equal(order.workload, cell.workload);
    assert_ptr_equal(order.request.mode, cell.mode);
    assert_ptr_equal(order.request.subject, launch.subject);
    assert_ptr_equal(order.request.params, &order.params);
    assert_true(named_values_equal(&order.params, &cell.params));
    assert_int_equal(named_values_find(&order.params, "", "rate")->kind, VALUE_REAL);
    assert_int_equal(named_values_find(&order.params, "", "bytes")->kind, VALUE_INTEGER);
    assert_int_equal(order.request.seed, launch.seed);
    assert_true(order.request.planted_share == launch.planted_share);
    assert_true(order.request.count_system_calls);
    assert_int_equal(order.request.generator_fd, CONTROL_FD);
    assert_int_equal(order.request.turn_fd, 0);
    assert_int_equal(order.cpu, 1);
}

static void a_subject_that_may_be_anywhere_is_told_so(void **state)
{
    (void)state;
    launch.subject_cpu = -1;
    launch.count_system_calls = false;
    launch.planted_share = 0;
    assert_int_equal(hand_over(), 0);
    assert_int_equal(order.cpu, -1);
    assert_false(order.request.count_system_calls);
    assert_true(order.request.planted_share == 0);
}

static void a_subject_that_takes_turns_is_told_where_they_come_from(void **state)
{
    (void)state;
    launch.turns = true;
    assert_int_equal(hand_over(), 0);
    assert_int_equal(order.request.turn_fd, TURN_FD);
}

static void the_largest_seed_that_json_can_carry_arrives(void **state)
{
    (void)state;
    launch.seed = INT64_MAX;
    assert_int_equal(hand_over(), 0);
    assert_true(order.request.seed == INT64_MAX);
}

static void every_request_that_is_cut_off_is_refused(void **state)
{
    (void)state;
    text = trial_request_to_text(&launch);
    for (size_t length = 0; length < strlen(text); length++) {
        problem[0] = '\0';
        assert_int_equal(trial_request_from_text(&order, text, length, problem), -EINVAL);
        assert_string_not_equal(problem, "");
        trial_order_free(&order);
    }
}

static void what_nobody_knows_is_refused_with_a_sentence(void **state)
{
    static const struct {
        const char *workload, *subject, *mode, *params, *expected;
    } cases[] = {
        {"acept", "poll", "rate", "{}", "is not known"},
        {"accept", "pol", "rate", "{}", "is not known"},
        {"accept", "poll", "rat", "{}", "is not known"},
        {"accept", "poll", "rate", "{\"rate\": [1]}", "parameters"},
        {"accept", "poll", "rate", "{\"rate\": null}", "parameters"},
        {"accept", "poll", "rate", "7", "parameters"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char request[512];
        snprintf(request, sizeof request,
                 "{\"workload\": \"%s\", \"subject\": \"%s\", \"mode\": \"%s\", \"params\": %s, "
                 "\"count_system_calls\": false, \"turns\": false, \"seed\": 1, \"planted_share\": "
                 "0.0, \"cpu\": 0}",
                 cases[i].workload, cases[i].subject, cases[i].mode, cases[i].params);
        assert_int_equal(trial_request_from_text(&order, request, strlen(request), problem),
                         -EINVAL);
        if (strstr(problem, cases[i].expected) == NULL)
            fail_msg("%s: \"%s\" does not say %s", request, problem, cases[i].expected);
        trial_order_free(&order);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(everything_arrives_as_it_was, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_subject_that_may_be_anywhere_is_told_so, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_subject_that_takes_turns_is_told_where_they_come_from,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_largest_seed_that_json_can_carry_arrives, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(every_request_that_is_cut_off_is_refused, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(what_nobody_knows_is_refused_with_a_sentence, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests_name("the request of a trial", tests, NULL, NULL);
}
