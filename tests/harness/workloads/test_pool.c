/* The pool workload on one subject: test_pool SUBJECT, "poll" unless named. A subject that this
 * system does not have ends with status 77, or 1 when REQUIRE_BACKENDS names it. */
#include "tests/harness/workloads/subject_trial.h"

#include "harness/contract/pool_ops.h"

#include <stdio.h>

/* libuv's pool has one size for the life of a process: all tests here use it. */
#define THREADS "threads=3"

static int run(const char *mode, const char *params)
{
    return run_trial((struct trial_request){.mode = mode, .seed = 5}, params);
}

static double seconds; /* of the last trial's window */

/* On a machine so busy that the loop had no CPU in the window, a longer one is measured. */
static int saturate(const char *job, const char *more)
{
    char params[512];
    int r;
    seconds = 0.05;
    do {
        seconds *= 2;
        snprintf(params, sizeof params, THREADS " job=%s cache=warm seconds=%g %s", job, seconds,
                 more);
        r = run("saturate", params);
    } while (r == 0 && counter("operations") == 0 && seconds < 30);
    return r;
}

/* What holds of any trial of saturate, however busy the machine. */
static void expect_a_sound_outcome(void)
{
    struct histogram wait = distribution("queue_wait_ns"), late = distribution("submit_late_ns");
    double planned = metric("offered_per_s") * seconds;
    double refused = metric("refused_share") * planned;
    assert_int_equal((uint64_t)(planned + 0.5), late.count);
    assert_int_equal((uint64_t)(planned - refused + 0.5), wait.count);
    assert_int_equal(distribution("service_ns").count, wait.count);
    assert_int_equal(distribution("delivery_ns").count, wait.count);
    assert_true(distribution("loop_lag_ns").count > 0);
    assert_true(metric("capacity_per_s") > 0);
    assert_true(metric("cpu_us_per_job") > 0);
    assert_true(counter("operations") > 0);
    assert_false(outcome.generator.bound);
    assert_int_equal(has_counter("pool_wakes"), subject->variant != NULL);
    granted_as_announced();
}

static void sleeping_jobs_run_side_by_side_and_wait_in_a_queue(void **state)
{
    (void)state;
    assert_int_equal(saturate("sleep", "job_us=200 load=0.5 queue_limit=2000"), 0);
    expect_a_sound_outcome();
    assert_true(distribution("service_ns").minimum_ns >= 200000);
    /* Three threads can sleep for 200 us 15,000 times a second. What had ended before may be
     * delivered in the measured time, too, which is 50 ms or more: a queue and what ran. */
    assert_true(metric("capacity_per_s") <= 15000 + 2003 / 0.05);
    assert_true(metric("refused_share") == 0);
}

static void past_its_capacity_the_queue_stays_bounded_and_the_rest_is_refused(void **state)
{
    (void)state;
    assert_int_equal(saturate("sleep", "job_us=200 load=10 queue_limit=8"), 0);
    expect_a_sound_outcome();
    assert_true(metric("refused_share") > 0);
}

static void each_kind_of_job_gives_a_sound_outcome(void **state)
{
    (void)state;
    static const char *const kinds[] = {"spin", "pbkdf2", "file"};
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(saturate(kinds[i], "job_us=20 iterations=20 load=0.3 queue_limit=1000"),
                         0);
        expect_a_sound_outcome();
    }
}

static void looking_up_runs_where_there_is_a_slow_class(void **state)
{
    (void)state;
    char reason[REASON_BYTES];
    struct named_values params = params_of("job=getaddrinfo");
    const char *why = pool_workload.refuses(subject, "saturate", &params, reason);
    named_values_free(&params);
    assert_int_equal(why == NULL, subject->pool->has_slow_class);
    if (why != NULL)
        return;
    assert_int_equal(saturate("getaddrinfo", "job_us=1 load=0.3 queue_limit=1000"), 0);
    expect_a_sound_outcome();
}

static void fast_jobs_are_measured_alone_and_behind_slow_ones(void **state)
{
    (void)state;
    assert_int_equal(run("mixed", THREADS
                         " load=0.5 queue_limit=2000 seconds=0.1 iterations=20 fast_per_s=1000"),
                     0);
    /* The same arrivals both times. Alone there are fewer than the queue holds; beside slow ones,
     * on a machine that stands still for a while, some may find it full. */
    double arrivals = (double)distribution("alone_queue_wait_ns").count;
    double refused = metric("refused_share") * arrivals;
    assert_int_equal(distribution("fast_queue_wait_ns").count,
                     (uint64_t)(arrivals - refused + 0.5));
    assert_true(distribution("slow_service_ns").count > 0);
    assert_true(metric("fast_queue_wait_p50_ns") > 0);
    assert_true(metric("alone_queue_wait_p50_ns") > 0);
}

static void empty_jobs_go_through_in_numbers(void **state)
{
    (void)state;
    assert_int_equal(run("throughput", THREADS " batch=64 seconds=0.1"), 0);
    double operations = counter("operations");
    assert_true(operations > 64);
    assert_true(metric("jobs_per_s") > 0);
    double cpu_us = metric("cpu_us_per_job") * operations;
    double used_us = usage("cpu_ns") / 1e3;
    assert_true(cpu_us > 0.8 * used_us && cpu_us < 1.2 * used_us);
    assert_int_equal(run("throughput", THREADS " batch=1 seconds=0.1"), 0);
}

int main(int argc, char **argv)
{
    int status = subject_trial_choose(&pool_workload, argc, argv);
    if (status != 0)
        return status;
    const struct CMUnitTest tests[] = {
        WITHOUT_GENERATOR(sleeping_jobs_run_side_by_side_and_wait_in_a_queue),
        WITHOUT_GENERATOR(past_its_capacity_the_queue_stays_bounded_and_the_rest_is_refused),
        WITHOUT_GENERATOR(each_kind_of_job_gives_a_sound_outcome),
        WITHOUT_GENERATOR(looking_up_runs_where_there_is_a_slow_class),
        WITHOUT_GENERATOR(fast_jobs_are_measured_alone_and_behind_slow_ones),
        WITHOUT_GENERATOR(empty_jobs_go_through_in_numbers),
    };
    return cmocka_run_group_tests_name(subject->name, tests, NULL, NULL);
}
