/* What proves that the generator could make more, and what becomes of a cell where it did not. */
#include "harness/execute/headroom.h"

#include "harness/generator/open_loop_tally.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

/* A trial of 10,000 requests, all of them answered but those that are named. */
static json_t *trial_of(double late_share, int limited, int not_sent, int failed)
{
    return json_pack("{s:b, s:n, s:{s:f, s:f, s:b, s:{s:i, s:i, s:i, s:i}}}", "valid", 1,
                     "why_invalid", "generator", "cpu_utilisation", 0.4, "late_share", late_share,
                     "bound", 0, "plan", "arrivals", 10000, "answered", 10000 - not_sent - failed,
                     "limited", limited, "not_sent", not_sent);
}

/* NULL expects that it proves; otherwise a part of the sentence. */
static void expect(json_t *trial, const char *why)
{
    char why_not[PROBLEM_BYTES] = "";
    assert_int_equal(headroom_is_proof(trial, why_not), why == NULL);
    if (why != NULL)
        assert_non_null(strstr(why_not, why));
    json_decref(trial);
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
    (void)state;
    json_t *empty = trial_of(0, 0, 0, 0);
    json_object_set_new(json_object_get(json_object_get(empty, "generator"), "plan"), "arrivals",
                        json_integer(0));
    expect(empty, "no request was planned");
    expect(json_pack("{s:b, s:s, s:n}", "valid", 0, "why_invalid", "it was killed", "generator"),
           "it was killed");
}

static json_t *generator_of(const json_t *trials, size_t index)
{
    return json_object_get(json_array_get(trials, index), "generator");
}

static void where_it_was_not_proved_the_generator_was_the_bound_in_every_trial(void **state)
{
    (void)state;
    json_t *headroom = json_pack("{s:s, s:f, s:b, s:s}", "against", "floor:epoll", "factor", 1.5,
                                 "proved", 0, "why_not", "it was late");
    json_t *trials = json_array();
    json_array_append_new(trials, trial_of(0, 0, 0, 0));
    json_array_append_new(trials, trial_of(0, 0, 0, 0));
    json_object_set_new(generator_of(trials, 1), "bound", json_true());
    json_object_set_new(generator_of(trials, 1), "why_bound", json_string("its own reason"));
    json_array_append_new(trials, json_pack("{s:b, s:n}", "valid", 0, "generator"));
    headroom_mark(headroom, trials);

    assert_true(json_is_true(json_object_get(generator_of(trials, 0), "bound")));
    assert_string_equal(
        json_string_value(json_object_get(generator_of(trials, 0), "why_bound")),
        "the generator did not make 1.5 times the load against floor:epoll: it was late");
    assert_string_equal(json_string_value(json_object_get(generator_of(trials, 1), "why_bound")),
                        "its own reason");
    assert_true(json_is_null(generator_of(trials, 2)));
    json_decref(trials);
    json_decref(headroom);
}

static void where_it_was_proved_or_there_is_nothing_to_prove_trials_stay(void **state)
{
    (void)state;
    json_t *headroom = json_pack("{s:b, s:n}", "proved", 1, "why_not");
    json_t *trials = json_array();
    json_array_append_new(trials, trial_of(0, 0, 0, 0));
    headroom_mark(headroom, trials);
    assert_true(json_is_false(json_object_get(generator_of(trials, 0), "bound")));
    headroom_mark(NULL, trials);
    assert_true(json_is_false(json_object_get(generator_of(trials, 0), "bound")));
    assert_null(json_object_get(generator_of(trials, 0), "why_bound"));
    json_decref(trials);
    json_decref(headroom);
}

static void a_heavier_load_is_the_planned_one_or_of_a_share_what_came_of_it(void **state)
{
    (void)state;
    const struct workload *accept = workload_find("accept");
    json_t *params = json_pack("{s:f, s:f, s:i}", "rate", 2000.0, "seconds", 0.1, "bytes", 64);
    json_t *heavier = accept->heavier("rate", params, OPEN_LOOP_HEADROOM, 1900);
    assert_true(parameter_number(heavier, "rate") == 3000);
    assert_true(parameter_number(heavier, "seconds") == 0.1);
    assert_int_equal(parameter_integer(heavier, "bytes"), 64);
    json_decref(heavier);

    json_object_set_new(params, "share", json_real(0.5));
    json_object_set_new(params, "seconds", json_real(60));
    heavier = accept->heavier("rate", params, OPEN_LOOP_HEADROOM, 8000);
    assert_true(parameter_number(heavier, "rate") == 12000);
    assert_true(parameter_number(heavier, "seconds") == 1);
    assert_null(json_object_get(heavier, "share"));
    assert_true(parameter_number(params, "share") == 0.5);
    json_decref(heavier);
    json_decref(params);

    assert_null(accept->heavier("drain", json_null(), OPEN_LOOP_HEADROOM, 1));
    assert_null(accept->heavier("steady", json_null(), OPEN_LOOP_HEADROOM, 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_load_that_was_made_and_answered_is_a_proof),
        cmocka_unit_test(one_that_was_late_held_up_or_not_answered_is_none),
        cmocka_unit_test(a_trial_without_a_load_is_none),
        cmocka_unit_test(where_it_was_not_proved_the_generator_was_the_bound_in_every_trial),
        cmocka_unit_test(where_it_was_proved_or_there_is_nothing_to_prove_trials_stay),
        cmocka_unit_test(a_heavier_load_is_the_planned_one_or_of_a_share_what_came_of_it),
    };
    return cmocka_run_group_tests_name("headroom of the generator", tests, NULL, NULL);
}
