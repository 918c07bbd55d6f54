/* mode=scale of the timer workload on one subject: test_timer_scale SUBJECT. */
#include "tests/harness/workloads/subject_trial.h"
#include "tests/sanitized.h"

#include "backends/clock.h"
#include "harness/contract/timer_ops.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static int run_scale(int timers, const char *due)
{
    char params[64];
    snprintf(params, sizeof params, "timers=%d due=%s", timers, due);
    return run_trial((struct trial_request){.mode = "scale"}, params);
}

static void a_crowd_is_started_restarted_cancelled_and_fired_in_order(void **state)
{
    static const char *const dues[] = {"random", "monotone"};
    static const char *const figures[] = {"ns_per_start_and_fire", "ns_per_start", "ns_per_cancel",
                                          "ns_per_fire", "ns_per_restart"};
    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        assert_int_equal(run_scale(5000, dues[i]), 0);
        for (unsigned k = 0; k < sizeof figures / sizeof figures[0]; k++)
            assert_true(metric(figures[k]) > 0);
        assert_true(metric("ns_per_start_and_fire") >= metric("ns_per_fire"));
        assert_int_equal(counter("operations"), 4 * 5 * 5000);
    }
}

static void a_timer_takes_its_handle_and_its_share_of_the_heap(void **state)
{
    (void)state;
    assert_int_equal(run_scale(20000, "monotone"), 0);
    double bytes = metric("bytes_per_timer");
    print_message("%s: %.1f bytes\n", subject->name, bytes);
    assert_true(bytes >= 64 && bytes <= 160);
}

static void a_crowd_of_one_works(void **state)
{
    (void)state;
    assert_int_equal(run_scale(1, "random"), 0);
    assert_true(metric("ns_per_start_and_fire") > 0);
}

static void the_timers_of_a_crowd_wait_for_as_many_milliseconds_as_they_are_told(void **state)
{
    static const uint32_t order[] = {1, 0}, delays_ms[] = {30, 20};
    struct timer_crowd *crowd;
    const char *what;
    uint32_t count = 0;
    (void)state;
    const struct timer_scale_ops *ops = subject->timer->scale;
    assert_int_equal(ops->open(&crowd, subject, 2, &what), 0);
    uint64_t begin_ns = clock_now_ns(); /* before the loop reads the time that they start from */
    assert_int_equal(ops->iterate(crowd), 0);
    assert_int_equal(ops->start(crowd, order, delays_ms), 0);
    const uint32_t *fired = ops->fired(crowd, &count);
    for (; count < 2; fired = ops->fired(crowd, &count))
        assert_int_equal(ops->iterate(crowd), 0);
    /* libuv's time was rounded down to a millisecond when they were started. */
    assert_true(clock_now_ns() - begin_ns >= 28 * NS_PER_MS);
    assert_int_equal(fired[0], 0);
    assert_int_equal(fired[1], 1);
    ops->close(crowd);
}

static const uint32_t *fired_disordered(const struct timer_crowd *crowd, uint32_t *count)
{
    static uint32_t swapped[100];
    const uint32_t *fired = subject->timer->scale->fired(crowd, count);
    assert_int_equal(*count, 100);
    memcpy(swapped, fired, sizeof swapped);
    swapped[50] = fired[51];
    swapped[51] = fired[50];
    return swapped;
}

static const uint32_t *fired_all_but_one(const struct timer_crowd *crowd, uint32_t *count)
{
    const uint32_t *fired = subject->timer->scale->fired(crowd, count);
    --*count;
    return fired;
}

static int run_scale_with(const uint32_t *(*fired)(const struct timer_crowd *, uint32_t *))
{
    struct timer_scale_ops scale = *subject->timer->scale;
    struct timer_ops ops = {.scale = &scale};
    struct subject other = *subject;
    scale.fired = fired;
    other.timer = &ops;
    return run_trial((struct trial_request){.subject = &other, .mode = "scale"},
                     "timers=100 due=random");
}

static void a_crowd_that_fires_out_of_order_or_not_whole_fails_the_trial(void **state)
{
    (void)state;
    assert_int_equal(run_scale_with(fired_disordered), -EPROTO);
    assert_non_null(strstr(problem, "due, or started, earlier"));
    assert_int_equal(run_scale_with(fired_all_but_one), -EPROTO);
    assert_non_null(strstr(problem, "99 of 100 timers fired"));
}

/* In a child, with hardly more memory than it has now: first the handles do not fit, then, with
 * more, what the loop or the harness needs besides them. Each time it is a sentence. */
static int run_in_little_memory(uint64_t bytes_more)
{
    if (SANITIZED)
        return 77;
    FILE *file = fopen("/proc/self/statm", "r");
    unsigned long long pages;
    if (file == NULL || fscanf(file, "%llu", &pages) != 1)
        return 77;
    fclose(file);
    rlim_t most = (rlim_t)(pages * (uint64_t)sysconf(_SC_PAGESIZE) + bytes_more);
    struct rlimit limit = {.rlim_cur = most, .rlim_max = most};
    setrlimit(RLIMIT_AS, &limit);
    int r = run_scale(200000, "random");
    if (r == -ENOMEM && strstr(problem, "200000 timers") && strstr(problem, subject->name))
        return 0;
    return r == 0 ? 2 : 1;
}

static void more_timers_than_memory_are_a_sentence(void **state)
{
    unsigned refused = 0;
    (void)state;
    for (uint64_t mib = 1; mib < 1000; mib += 4) {
        int status;
        pid_t pid = fork();
        assert_true(pid >= 0);
        if (pid == 0)
            _exit(run_in_little_memory(mib << 20));
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_true(WIFEXITED(status));
        if (WEXITSTATUS(status) == 77)
            return;
        if (WEXITSTATUS(status) == 2)
            break; /* it fits */
        assert_int_equal(WEXITSTATUS(status), 0);
        refused++;
    }
    assert_true(refused >= 3);
}

int main(int argc, char **argv)
{
    int status = subject_trial_choose(&timer_workload, argc, argv);
    if (status != 0)
        return status;
    const struct CMUnitTest tests[] = {
        WITH_GENERATOR(a_crowd_is_started_restarted_cancelled_and_fired_in_order),
        WITH_GENERATOR(a_timer_takes_its_handle_and_its_share_of_the_heap),
        WITH_GENERATOR(a_crowd_of_one_works),
        WITH_GENERATOR(the_timers_of_a_crowd_wait_for_as_many_milliseconds_as_they_are_told),
        WITH_GENERATOR(a_crowd_that_fires_out_of_order_or_not_whole_fails_the_trial),
        WITH_GENERATOR(more_timers_than_memory_are_a_sentence),
    };
    return cmocka_run_group_tests_name(subject->name, tests, NULL, NULL);
}
