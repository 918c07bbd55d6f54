/* The pool workload on one subject: test_pool SUBJECT, "poll" unless named. A subject that this
 * system does not have ends with status 77, or 1 when REQUIRE_BACKENDS names it. */
#include "harness/measure/histogram.h"
#include "harness/pool_ops.h"
#include "harness/workload.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* libuv's pool has one size for the life of a process: all tests here use it. */
#define THREADS "\"threads\":3"

static const struct subject *subject;
static json_t *outcome;
static char problem[PROBLEM_BYTES];

static int end(void **state)
{
    (void)state;
    json_decref(outcome);
    outcome = NULL;
    return 0;
}

static int run(const char *mode, const char *params_text)
{
    json_t *params = json_loads(params_text, 0, NULL);
    assert_non_null(params);
    const struct trial_request request = {
        .subject = subject, .mode = mode, .params = params, .seed = 5};
    problem[0] = '\0';
    int error = pool_workload.run(&request, &outcome, problem);
    json_decref(params);
    if (error < 0)
        print_message("%s\n", problem);
    return error;
}

static double number(const char *part, const char *name)
{
    json_t *value = json_object_get(json_object_get(outcome, part), name);
    assert_true(json_is_number(value));
    return json_number_value(value);
}

static struct histogram distribution(const char *name)
{
    struct histogram histogram;
    json_t *stored = json_object_get(json_object_get(outcome, "histograms"), name);
    assert_int_equal(histogram_from_json(&histogram, stored), 0);
    return histogram;
}

static int saturate(const char *job, const char *more)
{
    char params[512];
    snprintf(params, sizeof params,
             "{" THREADS ",\"job\":\"%s\",\"cache\":\"warm\",\"seconds\":0.1,%s}", job, more);
    return run("saturate", params);
}

/* What holds of any trial of saturate, however busy the machine. */
static void expect_a_sound_outcome(void)
{
    struct histogram wait = distribution("queue_wait_ns"), late = distribution("submit_late_ns");
    double planned = number("metrics", "offered_per_s") * 0.1;
    double refused = number("metrics", "refused_share") * planned;
    assert_int_equal((uint64_t)(planned + 0.5), late.count);
    assert_int_equal((uint64_t)(planned - refused + 0.5), wait.count);
    assert_int_equal(distribution("service_ns").count, wait.count);
    assert_int_equal(distribution("delivery_ns").count, wait.count);
    assert_true(distribution("loop_lag_ns").count > 0);
    assert_true(number("metrics", "capacity_per_s") > 0);
    assert_true(number("metrics", "cpu_us_per_job") > 0);
    assert_true(number("counters", "operations") > 0);
    assert_true(json_is_array(json_object_get(outcome, "granted")));
    assert_true(json_is_false(json_object_get(json_object_get(outcome, "generator"), "bound")));
    bool counted = json_object_get(json_object_get(outcome, "counters"), "pool_wakes") != NULL;
    assert_int_equal(counted, subject->variant != NULL);
}

static void sleeping_jobs_run_side_by_side_and_wait_in_a_queue(void **state)
{
    (void)state;
    assert_int_equal(saturate("sleep", "\"job_us\":200,\"load\":0.5,\"queue_limit\":2000"), 0);
    expect_a_sound_outcome();
    assert_true(distribution("service_ns").minimum_ns >= 200000);
    /* Three threads can sleep for 200 us 15,000 times a second; twice that is left to jobs
     * that had ended before and were delivered in the measured time. */
    assert_true(number("metrics", "capacity_per_s") <= 30000);
    assert_true(number("metrics", "refused_share") == 0);
}

static void past_its_capacity_the_queue_stays_bounded_and_the_rest_is_refused(void **state)
{
    (void)state;
    assert_int_equal(saturate("sleep", "\"job_us\":200,\"load\":4,\"queue_limit\":8"), 0);
    expect_a_sound_outcome();
    assert_true(number("metrics", "refused_share") > 0.2);
}

static void each_kind_of_job_gives_a_sound_outcome(void **state)
{
    static const char *const kinds[] = {"spin", "pbkdf2", "file"};
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(saturate(kinds[i], "\"job_us\":20,\"iterations\":20,\"load\":0.3,"
                                            "\"queue_limit\":1000"),
                         0);
        expect_a_sound_outcome();
        end(state);
    }
}

static void looking_up_runs_where_there_is_a_slow_class(void **state)
{
    (void)state;
    char reason[REASON_BYTES];
    json_t *params = json_pack("{s:s}", "job", "getaddrinfo");
    const char *why = pool_workload.refuses(subject, "saturate", params, reason);
    json_decref(params);
    assert_int_equal(why == NULL, subject->pool->has_slow_class);
    if (why != NULL)
        return;
    assert_int_equal(saturate("getaddrinfo", "\"job_us\":1,\"load\":0.3,\"queue_limit\":1000"), 0);
    expect_a_sound_outcome();
}

static void fast_jobs_are_measured_alone_and_behind_slow_ones(void **state)
{
    (void)state;
    assert_int_equal(run("mixed", "{" THREADS ",\"load\":0.5,\"queue_limit\":2000,"
                                  "\"seconds\":0.1,\"iterations\":20,\"fast_per_s\":1000}"),
                     0);
    assert_int_equal(distribution("alone_queue_wait_ns").count,
                     distribution("fast_queue_wait_ns").count);
    assert_true(distribution("slow_service_ns").count > 0);
    assert_true(number("metrics", "fast_queue_wait_p50_ns") > 0);
    assert_true(number("metrics", "alone_queue_wait_p50_ns") > 0);
}

static void empty_jobs_go_through_in_numbers(void **state)
{
    (void)state;
    assert_int_equal(run("throughput", "{" THREADS ",\"batch\":64,\"seconds\":0.1}"), 0);
    double operations = number("counters", "operations");
    assert_true(operations > 64);
    assert_true(number("metrics", "jobs_per_s") > 0);
    double cpu_us = number("metrics", "cpu_us_per_job") * operations;
    double used_us = number("usage", "cpu_ns") / 1e3;
    assert_true(cpu_us > 0.8 * used_us && cpu_us < 1.2 * used_us);
    end(state);
    assert_int_equal(run("throughput", "{" THREADS ",\"batch\":1,\"seconds\":0.1}"), 0);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(sleeping_jobs_run_side_by_side_and_wait_in_a_queue, end),
        cmocka_unit_test_teardown(past_its_capacity_the_queue_stays_bounded_and_the_rest_is_refused,
                                  end),
        cmocka_unit_test_teardown(each_kind_of_job_gives_a_sound_outcome, end),
        cmocka_unit_test_teardown(looking_up_runs_where_there_is_a_slow_class, end),
        cmocka_unit_test_teardown(fast_jobs_are_measured_alone_and_behind_slow_ones, end),
        cmocka_unit_test_teardown(empty_jobs_go_through_in_numbers, end),
    };
    char reason[REASON_BYTES] = "it has no pool here";
    uint32_t granted;
    const char *name = argc > 1 ? argv[1] : "poll";
    subject = subject_find(name);
    if (subject == NULL || subject->pool == NULL ||
        subject->available(subject, reason, &granted) < 0) {
        const char *required = getenv("REQUIRE_BACKENDS");
        printf("%s: %s\n", name, reason);
        return required != NULL && strstr(required, name) != NULL ? 1 : 77;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
