/* mode=accuracy of the timer workload on one subject: test_timer SUBJECT. */
#include "tests/harness/workloads/subject_trial.h"

#include "backends/clock.h"
#include "harness/contract/timer_ops.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* Static memory, until the next call. */
static const char *accuracy_params(int interval_us, int timers, int busy_us, int conns,
                                   double seconds)
{
    static char text[256];
    snprintf(
        text, sizeof text,
        "interval_us=%d timers=%d slack=default busy_us=%d conns=%d scheduler=other seconds=%g",
        interval_us, timers, busy_us, conns, seconds);
    return text;
}

static int run_accuracy(const char *params)
{
    return run_trial((struct trial_request){.mode = "accuracy"}, params);
}

static bool has_loop(void)
{
    return subject->timer->accuracy->accepts;
}

static void every_planned_time_comes_once_and_none_is_early(void **state)
{
    (void)state;
    assert_int_equal(run_accuracy(accuracy_params(1000, 1, 0, 0, 0.05)), 0);
    struct histogram lateness = distribution("lateness_ns");
    assert_int_equal(metric("early"), 0);
    assert_int_equal(lateness.count, 50);
    assert_int_equal(counter("operations"), 50);
    assert_true(metric("lateness_p50_ns") > 0);
    assert_true(metric("cpu_us_per_timer") > 0);
    assert_true(usage("wall_ns") >= 49e6);
    assert_int_equal(outcome.generator.connections, 0);
    granted_as_announced();
}

static void timers_are_spread_over_the_interval_and_all_run(void **state)
{
    (void)state;
    /* The last of the 7 fall beyond the window once less: 12.5 ms in intervals of 5 ms. */
    assert_int_equal(run_accuracy(accuracy_params(5000, 7, 0, 0, 0.0125)), 0);
    struct histogram lateness = distribution("lateness_ns");
    assert_int_equal(lateness.count, 2 * 7 + 4);
    assert_int_equal(metric("early"), 0);
}

static void a_thousand_timers_run_as_often_as_planned(void **state)
{
    (void)state;
    assert_int_equal(run_accuracy(accuracy_params(10000, 1000, 0, 0, 0.03)), 0);
    assert_int_equal(counter("operations"), 3000);
    assert_int_equal(metric("early"), 0);
    assert_true(metric("lateness_p99_ns") >= metric("lateness_p50_ns"));
}

static void a_percentile_of_too_few_timers_is_absent_and_the_median_is_not(void **state)
{
    (void)state;
    assert_int_equal(run_accuracy(accuracy_params(10000, 1, 0, 0, 0.01)), 0);
    assert_int_equal(counter("operations"), 1);
    assert_true(metric("lateness_p50_ns") > 0);
    assert_false(has_metric("lateness_p99_ns"));
}

static void callbacks_that_burn_time_lengthen_the_iteration(void **state)
{
    (void)state;
    assert_int_equal(run_accuracy(accuracy_params(2000, 1, 500, 0, 0.02)), 0);
    assert_int_equal(counter("operations"), 10);
    if (!has_loop())
        return;
    /* Burnt is CPU time: a machine that is busy otherwise makes an iteration longer, never shorter.
     */
    struct histogram iteration = distribution("iteration_ns");
    assert_true(iteration.count >= 10);
    assert_true(iteration.maximum_ns >= 500000);
}

static void a_repeating_timer_drifts_and_a_plan_does_not(void **state)
{
    (void)state;
    assert_int_equal(run_accuracy(accuracy_params(1000, 1, 0, 0, 0.02)), 0);
    if (!has_loop()) {
        assert_false(has_metric("drift_ns_per_s"));
        return;
    }
    /* It is armed from the time of its last run, so it loses its lateness every time: never none,
     * and never all of a second. */
    assert_true(metric("drift_ns_per_s") > 0 && metric("drift_ns_per_s") < 1e9);
}

static void a_loop_accepts_connections_beside_its_timers(void **state)
{
    char reason[REASON_BYTES];
    (void)state;
    struct named_values params = params_of(accuracy_params(1000, 2, 0, 8, 0.05));
    const char *refusal = timer_workload.refuses(subject, "accuracy", &params, reason);
    named_values_free(&params);
    if (!has_loop() || !has_kernel()) {
        assert_non_null(refusal);
        return;
    }
    assert_null(refusal);
    /* On a machine so busy that no connection came in the window, a longer one is measured. */
    double seconds = 0.05, connections = 0;
    for (; connections == 0 && seconds < 30; seconds *= 2) {
        assert_int_equal(run_accuracy(accuracy_params(1000, 2, 0, 8, seconds)), 0);
        assert_int_equal(metric("early"), 0);
        assert_int_equal(counter("operations"), 2000 * seconds);
        connections = outcome.generator.connections;
    }
    assert_true(connections > 0);
    no_connection_failed();
    assert_null(outcome_histogram(&outcome, "connect_latency_ns"));
}

/* In a child, because it stays with the thread. true: it was granted; false: it is refused here. */
static bool run_in_a_child(const char *slack, const char *scheduler, bool (*is_granted)(void))
{
    int status;
    char text[256];
    snprintf(text, sizeof text,
             "interval_us=1000 timers=1 slack=%s busy_us=0 conns=0 scheduler=%s seconds=0.01",
             slack, scheduler);
    struct named_values params = params_of(text);
    const char *reason = timer_workload.needs("accuracy", &params).impossible;
    named_values_free(&params);
    if (reason != NULL) {
        print_message("not here: %s\n", reason);
        return false;
    }
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0)
        _exit(run_accuracy(text) == 0 && is_granted() ? 0 : 1);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    return true;
}

static bool has_slack_of_one(void)
{
    int slack_ns = 1;
    FILE *file = fopen("/proc/self/timerslack_ns", "r");
    if (file == NULL)
        return true; /* an older kernel does not show it */
    int found = fscanf(file, "%d", &slack_ns);
    fclose(file);
    return found == 1 && slack_ns == 1;
}

static bool is_real_time(void)
{
    struct sched_param priority;
    int policy;
    return pthread_getschedparam(pthread_self(), &policy, &priority) == 0 && policy == SCHED_FIFO;
}

static void slack_and_real_time_scheduling_are_set_or_refused_before_the_run(void **state)
{
    (void)state;
    run_in_a_child("'1'", "other", has_slack_of_one);
    run_in_a_child("default", "fifo", is_real_time);
    assert_false(is_real_time()); /* asking whether it is permitted does not keep it */
}

static void counting_gives_system_calls_or_says_why_not(void **state)
{
    (void)state;
    assert_int_equal(
        run_trial((struct trial_request){.mode = "accuracy", .count_system_calls = true},
                  accuracy_params(1000, 1, 0, 0, 0.05)),
        0);
    const char *reason = outcome.syscalls_unavailable;
    assert_int_equal(has_counter("syscalls"), reason[0] == '\0');
    if (reason[0] != '\0')
        print_message("not counted: %s\n", reason);
    else if (!has_kernel() && has_loop())
        assert_int_equal(counter("syscalls"), 0);
    else
        assert_true(counter("syscalls") <= 200);
}

/* ---- a subject that is at fault ---- */

static int run_early(struct timer_bed *bed, const struct timer_plan *plan,
                     struct timer_record *record)
{
    (void)bed;
    for (uint64_t due_ns = plan->begin_ns; due_ns < plan->end_ns; due_ns += NS_PER_MS)
        timer_record_fired(record, due_ns, due_ns - 1 + (due_ns == plan->begin_ns));
    return 0;
}

static int run_half(struct timer_bed *bed, const struct timer_plan *plan,
                    struct timer_record *record)
{
    struct timer_plan half = {plan->begin_ns, (plan->begin_ns + plan->end_ns) / 2};
    return subject->timer->accuracy->run(bed, &half, record);
}

static int run_with(int (*run)(struct timer_bed *, const struct timer_plan *,
                               struct timer_record *))
{
    struct timer_accuracy_ops accuracy = *subject->timer->accuracy;
    struct timer_ops ops = {.accuracy = &accuracy};
    struct subject other = *subject;
    accuracy.run = run;
    other.timer = &ops;
    return run_trial((struct trial_request){.subject = &other, .mode = "accuracy"},
                     accuracy_params(1000, 1, 0, 0, 0.02));
}

static void a_timer_that_runs_early_is_counted(void **state)
{
    (void)state;
    assert_int_equal(run_with(run_early), 0);
    assert_int_equal(metric("early"), 19);
}

static void a_timer_that_is_lost_fails_the_trial(void **state)
{
    (void)state;
    assert_int_equal(run_with(run_half), -EPROTO);
    assert_non_null(strstr(problem, "where the plan has 20"));
    assert_int_equal(outcome.metrics.count, 0);
}

int main(int argc, char **argv)
{
    int status = subject_trial_choose(&timer_workload, argc, argv);
    if (status != 0)
        return status;
    const struct CMUnitTest tests[] = {
        WITH_GENERATOR(every_planned_time_comes_once_and_none_is_early),
        WITH_GENERATOR(timers_are_spread_over_the_interval_and_all_run),
        WITH_GENERATOR(a_thousand_timers_run_as_often_as_planned),
        WITH_GENERATOR(a_percentile_of_too_few_timers_is_absent_and_the_median_is_not),
        WITH_GENERATOR(callbacks_that_burn_time_lengthen_the_iteration),
        WITH_GENERATOR(a_repeating_timer_drifts_and_a_plan_does_not),
        WITH_GENERATOR(a_loop_accepts_connections_beside_its_timers),
        WITH_GENERATOR(slack_and_real_time_scheduling_are_set_or_refused_before_the_run),
        WITH_GENERATOR(counting_gives_system_calls_or_says_why_not),
        WITH_GENERATOR(a_timer_that_runs_early_is_counted),
        WITH_GENERATOR(a_timer_that_is_lost_fails_the_trial),
    };
    return cmocka_run_group_tests_name(subject->name, tests, NULL, NULL);
}
