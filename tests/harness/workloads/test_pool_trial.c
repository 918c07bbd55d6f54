/* The program of the pool workload, on a subject that misbehaves as told. */
#include "tests/harness/workloads/fake_pool.h"
#include "tests/harness/workloads/subject_trial.h"

#include "backends/clock.h"
#include "harness/workloads/pool_trial.h"

#include <dirent.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SATURATE                                                                                   \
    "threads=1 job=spin job_us=20 queue_limit=100 cache=warm "                                     \
    "seconds=0.1"
#define MIXED "threads=1 load=0.2 queue_limit=5000 seconds=0.1 iterations=10"

static char folder[] = "/tmp/pollbench-test-XXXXXX";

static int run_seeded(const char *mode, const char *params, uint64_t seed)
{
    int r = run_trial((struct trial_request){.mode = mode, .seed = seed}, params);
    assert_int_equal(fake_pool.open, 0); /* whatever happened */
    return r;
}

static int run(const char *mode, const char *params)
{
    return run_seeded(mode, params, 1);
}

static int forget(void **state)
{
    (void)state;
    fake_pool = (struct fake_pool){0};
    return 0;
}

/* ---- what is counted ---- */

static void every_job_of_the_window_is_run_or_refused(void **state)
{
    (void)state;
    assert_int_equal(run("saturate", SATURATE " load=3"), 0);
    double planned = metric("offered_per_s") * 0.1;
    double refused = metric("refused_share") * planned;
    struct histogram wait = distribution("queue_wait_ns");
    assert_int_equal((uint64_t)(planned - refused + 0.5), wait.count);
    assert_int_equal(distribution("service_ns").count, wait.count);
    assert_int_equal(distribution("delivery_ns").count, wait.count);
    assert_int_equal(distribution("submit_late_ns").count, (uint64_t)(planned + 0.5));
    assert_true(refused > 0);
    assert_true(fake_pool.refusals > refused); /* those of the warm-up and the closed loop, too */
    assert_int_equal(fake_pool.most_waiting, 100);
}

/* The phase of a saturating trial in which arrivals begin: before it are two of the closed loop. */
#define OPEN_LOOP 3

static void an_overload_begins_with_a_full_queue(void **state)
{
    (void)state;
    assert_int_equal(
        run("saturate",
            "threads=1 job=spin job_us=20 queue_limit=5000 cache=warm seconds=0.1 load=2"),
        0);
    assert_int_equal(fake_pool.waiting_at[OPEN_LOOP], 5000);
}

static void an_underload_refuses_nothing(void **state)
{
    (void)state;
    assert_int_equal(
        run("saturate",
            "threads=1 job=spin job_us=20 queue_limit=5000 cache=warm seconds=0.1 load=0.2"),
        0);
    assert_int_equal(fake_pool.waiting_at[OPEN_LOOP], 0);
    assert_true(metric("refused_share") == 0);
    /* Both in the window of 0.1 s: a Poisson number, which is hardly ever five deviations off. */
    double offered = 0.1 * metric("offered_per_s");
    double expected = 0.1 * 0.2 * metric("capacity_per_s");
    assert_true(fabs(offered - expected) <= 5 * sqrt(expected) + 1);
}

static void counters_are_those_of_the_region(void **state)
{
    (void)state;
    assert_int_equal(run("saturate", SATURATE " load=0.5"), 0);
    double operations = counter("operations");
    assert_true(operations > 0 && operations < (double)fake_pool.runs);
    assert_true(counter("pool_wakes") == 2 * operations);
    assert_true(counter("pool_deliveries") == 3 * operations);
    double cpu_us = metric("cpu_us_per_job") * operations;
    double used_us = usage("cpu_ns") / 1e3;
    assert_true(cpu_us > 0.8 * used_us && cpu_us < 1.2 * used_us);
}

/* ---- coordinated omission ---- */

static void a_loop_that_stands_still_is_in_wait_lateness_and_lag(void **state)
{
    (void)state;
    const double fast_per_s = 20000, stall_s = 0.05;
    const char *params =
        "threads=1 load=0.1 queue_limit=20000 seconds=0.1 iterations=10 fast_per_s=20000";
    assert_int_equal(run("mixed", params), 0);
    struct histogram calm = distribution("fast_queue_wait_ns");
    struct histogram wait, lag;
    double due_s = 0; /* the part of the stall in which something falls due: that of the window */
    while (due_s < stall_s / 2) { /* a busy machine may make it come too late in the window */
        forget(NULL);
        fake_pool.stall_at = 20; /* 10 ms into it */
        fake_pool.stall_ns = (uint64_t)(stall_s * 1e9);
        assert_int_equal(run("mixed", params), 0);
        wait = distribution("fast_queue_wait_ns"), lag = distribution("loop_lag_ns");
        assert_int_equal(wait.count, calm.count); /* none was left out because the loop was late */
        due_s = fmin(stall_s, (double)fake_pool.stalled_before_end_ns / 1e9);
    }
    /* Whatever was due in the stall waited for its end. */
    double waited_s = due_s * (stall_s - due_s / 2), samples_per_s = 1e9 / POOL_LAG_PERIOD_NS;
    assert_true((double)wait.sum_ns / 1e9 > 0.8 * fast_per_s * waited_s);
    assert_true((double)lag.sum_ns / 1e9 > 0.8 * samples_per_s * waited_s);
    assert_true(outcome.generator.late_p99_ns > 0.8 * stall_s * 1e9);
    forget(NULL);
    fake_pool.stall_at = 150; /* past the end of the window, which comes before any arrival then */
    fake_pool.stall_ns = (uint64_t)(stall_s * 1e9);
    assert_int_equal(run("mixed", params), 0);
    assert_int_equal(distribution("fast_queue_wait_ns").count, calm.count);
}

/* ---- seeds ---- */

static uint64_t fast_jobs(uint64_t seed)
{
    assert_int_equal(run_seeded("mixed", MIXED, seed), 0);
    uint64_t beside = distribution("fast_queue_wait_ns").count;
    assert_int_equal(beside, distribution("alone_queue_wait_ns").count);
    return beside;
}

static void the_seed_decides_the_arrivals_and_they_are_the_same_alone_and_beside(void **state)
{
    (void)state;
    uint64_t first = fast_jobs(1), different = 0;
    assert_true(first > 100 && first < 400); /* 2,000 a second for 0.1 s */
    assert_int_equal(fast_jobs(1), first);
    for (uint64_t seed = 2; seed < 6; seed++)
        different += fast_jobs(seed) != first;
    assert_true(different > 0);
}

/* ---- what goes wrong ---- */

static void fewer_threads_than_asked_for_end_the_trial(void **state)
{
    (void)state;
    fake_pool.threads_given = 3;
    assert_int_equal(
        run("saturate",
            "threads=4 job=sleep job_us=1 queue_limit=100 cache=warm seconds=0.1 load=0.5"),
        -EAGAIN);
    assert_non_null(strstr(problem, "gave 3 of the 4 threads"));
    forget(NULL);
    fake_pool.threads_given = 3;
    assert_int_equal(run("throughput", "threads=4 batch=8 seconds=0.01"), -EAGAIN);
    assert_non_null(strstr(problem, "gave 3 of the 4 threads"));
}

static void no_thread_at_all_ends_the_trial(void **state)
{
    (void)state;
    fake_pool.refuse_error = -EAGAIN;
    assert_int_equal(run("saturate", SATURATE " load=0.5"), -EAGAIN);
    assert_non_null(strstr(problem, "threads"));
    assert_int_equal(run("throughput", "threads=4 batch=8 seconds=0.01"), -EAGAIN);
    assert_non_null(strstr(problem, "threads"));
}

static void a_submit_that_fails_in_any_phase_ends_the_trial(void **state)
{
    (void)state;
    static const struct {
        const char *mode, *params;
        unsigned phases;
    } trials[] = {
        {"saturate", SATURATE " load=0.5", 4},
        {"mixed", MIXED, 6},
        {"throughput", "threads=4 batch=8 seconds=0.05", 2},
    };
    for (unsigned i = 0; i < sizeof trials / sizeof trials[0]; i++) {
        for (unsigned phase = 0; phase <= trials[i].phases; phase++) {
            forget(NULL);
            fake_pool.refuse_error = -ENOMEM;
            fake_pool.refuse_from = phase;
            assert_int_equal(run(trials[i].mode, trials[i].params), -ENOMEM);
            assert_non_null(strstr(problem, "fake: submitting a job failed: "));
            assert_int_equal(outcome.metrics.count, 0);
            /* Later where the machine was so busy that nothing was submitted in a phase. */
            assert_in_range(fake_pool.phase, phase, trials[i].phases);
        }
    }
}

static void a_timer_that_cannot_be_started_ends_the_trial(void **state)
{
    (void)state;
    fake_pool.timer_error = -ENOMEM;
    assert_int_equal(run("saturate", SATURATE " load=0.5"), -ENOMEM);
    assert_int_equal(run("throughput", "threads=4 batch=8 seconds=0.01"), -ENOMEM);
}

/* Removes the files of the jobs while they are read. */
static void remove_files(void)
{
    char path[1024];
    DIR *stream = opendir(folder);
    for (struct dirent *entry; (entry = readdir(stream)) != NULL;) {
        for (unsigned i = 0; entry->d_name[0] != '.' && i < 64; i++) {
            snprintf(path, sizeof path, "%s/%.200s/%u", folder, entry->d_name, i);
            assert_int_equal(unlink(path), 0);
        }
    }
    closedir(stream);
}

static void a_job_that_fails_ends_the_trial_and_is_named(void **state)
{
    (void)state;
    const char *params =
        "threads=1 job=file job_us=1 queue_limit=10 cache=warm seconds=0.1 load=0.5";
    for (unsigned phase = 1; phase <= 4; phase++) { /* of the closed loop, and of the open one */
        forget(NULL);
        fake_pool.act_in = phase;
        fake_pool.act = remove_files;
        assert_int_equal(run("saturate", params), -ENOENT);
        assert_non_null(strstr(problem, "reading a file in "));
        assert_non_null(strstr(problem, folder));
        assert_non_null(strstr(problem, "No such file"));
    }
}

/* The first part sees 3 to 5 of the 20 jobs that it takes. */
static void the_capacity_is_measured_for_as_long_as_it_takes(void **state)
{
    (void)state;
    assert_int_equal(
        run("saturate",
            "threads=1 job=sleep job_us=10000 queue_limit=1 cache=warm seconds=0.1 load=0.5"),
        0);
    assert_true(fake_pool.phase > 4);
}

static void too_few_jobs_to_know_the_capacity_are_refused_with_a_remedy(void **state)
{
    (void)state;
    assert_int_equal(
        run("saturate",
            "threads=1 job=sleep job_us=60000 queue_limit=1 cache=warm seconds=0.1 load=0.5"),
        -ERANGE);
    assert_non_null(strstr(problem, "set seconds="));
}

static int make_folder(void **state)
{
    (void)state;
    subject_trial_use(&pool_workload, &fake_pool_subject);
    return mkdtemp(folder) == NULL || setenv("TMPDIR", folder, 1) < 0;
}

static int remove_folder(void **state)
{
    subject_trial_end(state);
    return rmdir(folder); /* fails while a trial has left its files */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(every_job_of_the_window_is_run_or_refused, forget),
        cmocka_unit_test_setup(an_overload_begins_with_a_full_queue, forget),
        cmocka_unit_test_setup(an_underload_refuses_nothing, forget),
        cmocka_unit_test_setup(counters_are_those_of_the_region, forget),
        cmocka_unit_test_setup(a_loop_that_stands_still_is_in_wait_lateness_and_lag, forget),
        cmocka_unit_test_setup(the_seed_decides_the_arrivals_and_they_are_the_same_alone_and_beside,
                               forget),
        cmocka_unit_test_setup(fewer_threads_than_asked_for_end_the_trial, forget),
        cmocka_unit_test_setup(no_thread_at_all_ends_the_trial, forget),
        cmocka_unit_test_setup(a_submit_that_fails_in_any_phase_ends_the_trial, forget),
        cmocka_unit_test_setup(a_timer_that_cannot_be_started_ends_the_trial, forget),
        cmocka_unit_test_setup(a_job_that_fails_ends_the_trial_and_is_named, forget),
        cmocka_unit_test_setup(the_capacity_is_measured_for_as_long_as_it_takes, forget),
        cmocka_unit_test_setup(too_few_jobs_to_know_the_capacity_are_refused_with_a_remedy, forget),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
