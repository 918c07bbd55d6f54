/* The timer workload on one subject: test_timer SUBJECT, "poll" unless named. A subject that this
 * system does not have ends with status 77, or 1 when REQUIRE_BACKENDS names it. */
#include "tests/harness/generator_process.h"

#include "backends/clock.h"
#include "harness/measure/histogram.h"
#include "harness/timer_ops.h"
#include "harness/workload.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* Under a sanitizer a limit of address space cannot be set: the shadow takes terabytes. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif

static const struct subject *subject;
static struct generator_process generator;
static json_t *outcome;
static char problem[PROBLEM_BYTES];

static int start(void **state)
{
    (void)state;
    generator_start(&generator, CHANNEL_SOCKETPAIR, NULL);
    outcome = NULL;
    problem[0] = '\0';
    return 0;
}

static int end(void **state)
{
    (void)state;
    json_decref(outcome);
    return generator_end(&generator);
}

static json_t *accuracy_params(int interval_us, int timers, int busy_us, int conns, double seconds)
{
    return json_pack("{s:i, s:i, s:s, s:i, s:i, s:s, s:f}", "interval_us", interval_us, "timers",
                     timers, "slack", "default", "busy_us", busy_us, "conns", conns, "scheduler",
                     "other", "seconds", seconds);
}

/* Takes the reference. */
static int run_as(const struct subject *who, const char *mode, json_t *params, bool count)
{
    struct trial_request request = {
        .subject = who,
        .mode = mode,
        .params = params,
        .generator_fd = generator.control.fd,
        .count_system_calls = count,
    };
    int result = timer_workload.run(&request, &outcome, problem);
    if (result < 0)
        print_message("%s\n", problem);
    json_decref(params);
    return result;
}

static int run_accuracy(json_t *params)
{
    return run_as(subject, "accuracy", params, false);
}

static int run_scale(int timers, const char *due)
{
    return run_as(subject, "scale", json_pack("{s:i, s:s}", "timers", timers, "due", due), false);
}

static double number(const char *part, const char *name)
{
    json_t *value = json_object_get(json_object_get(outcome, part), name);
    assert_true(json_is_number(value));
    return json_number_value(value);
}

static void read_histogram(struct histogram *histogram, const char *name)
{
    json_t *json = json_object_get(json_object_get(outcome, "histograms"), name);
    assert_int_equal(histogram_from_json(histogram, json), 0);
}

static bool has_kernel(void)
{
    return subject->tier != TIER_NONE;
}

static bool is_on_time(void)
{
    return subject->timer->accuracy != NULL;
}

static bool has_loop(void)
{
    return is_on_time() && subject->timer->accuracy->accepts;
}

static bool has_crowd(void)
{
    return subject->timer->scale != NULL;
}

/* ---- accuracy ---- */

static void every_planned_time_comes_once_and_none_is_early(void **state)
{
    struct histogram lateness;
    (void)state;
    if (!is_on_time())
        return;
    assert_int_equal(run_accuracy(accuracy_params(1000, 1, 0, 0, 0.05)), 0);
    read_histogram(&lateness, "lateness_ns");
    assert_int_equal(number("metrics", "early"), 0);
    assert_int_equal(lateness.count, 50);
    assert_int_equal(number("counters", "operations"), 50);
    assert_true(number("metrics", "lateness_p50_ns") > 0);
    assert_true(number("metrics", "cpu_us_per_timer") > 0);
    assert_true(number("usage", "wall_ns") >= 49e6);
    assert_int_equal(number("generator", "connections"), 0);
    assert_true(json_is_array(json_object_get(outcome, "granted")));
}

static void timers_are_spread_over_the_interval_and_all_run(void **state)
{
    struct histogram lateness;
    (void)state;
    if (!is_on_time())
        return;
    /* The last of the 7 fall beyond the window once less: 12.5 ms in intervals of 5 ms. */
    assert_int_equal(run_accuracy(accuracy_params(5000, 7, 0, 0, 0.0125)), 0);
    read_histogram(&lateness, "lateness_ns");
    assert_int_equal(lateness.count, 2 * 7 + 4);
    assert_int_equal(number("metrics", "early"), 0);
}

static void a_thousand_timers_run_as_often_as_planned(void **state)
{
    (void)state;
    if (!is_on_time())
        return;
    assert_int_equal(run_accuracy(accuracy_params(10000, 1000, 0, 0, 0.03)), 0);
    assert_int_equal(number("counters", "operations"), 3000);
    assert_int_equal(number("metrics", "early"), 0);
    assert_true(number("metrics", "lateness_p99_ns") >= number("metrics", "lateness_p50_ns"));
}

static void a_percentile_of_too_few_timers_is_absent_and_the_median_is_not(void **state)
{
    (void)state;
    if (!is_on_time())
        return;
    assert_int_equal(run_accuracy(accuracy_params(10000, 1, 0, 0, 0.01)), 0);
    assert_int_equal(number("counters", "operations"), 1);
    assert_true(number("metrics", "lateness_p50_ns") > 0);
    assert_null(json_object_get(json_object_get(outcome, "metrics"), "lateness_p99_ns"));
}

static void callbacks_that_burn_time_cost_it_and_make_the_loop_lag(void **state)
{
    struct histogram lag;
    (void)state;
    if (!is_on_time())
        return;
    assert_int_equal(run_accuracy(accuracy_params(2000, 1, 500, 0, 0.02)), 0);
    assert_int_equal(number("counters", "operations"), 10);
    /* CPU time, not wall time: a machine that is busy otherwise takes none away from the sum. */
    if (!has_loop())
        return;
    read_histogram(&lag, "loop_lag_ns");
    assert_true(lag.count >= 10);
    assert_true(lag.maximum_ns >= 500000);
}

static void a_repeating_timer_drifts_and_a_plan_does_not(void **state)
{
    (void)state;
    if (!is_on_time())
        return;
    assert_int_equal(run_accuracy(accuracy_params(1000, 1, 0, 0, 0.02)), 0);
    json_t *drift = json_object_get(json_object_get(outcome, "metrics"), "drift_ns_per_s");
    if (!has_loop()) {
        assert_null(drift);
        return;
    }
    /* It is armed from the time of its last run, so it loses its lateness every time: never none,
     * and never all of a second. */
    assert_true(json_number_value(drift) > 0 && json_number_value(drift) < 1e9);
}

static void a_loop_accepts_connections_beside_its_timers(void **state)
{
    char reason[REASON_BYTES];
    (void)state;
    if (!is_on_time())
        return;
    json_t *params = accuracy_params(1000, 2, 0, 8, 0.05);
    const char *refusal = timer_workload.refuses(subject, "accuracy", params, reason);
    if (!has_loop() || !has_kernel()) {
        assert_non_null(refusal);
        json_decref(params);
        return;
    }
    assert_null(refusal);
    assert_int_equal(run_accuracy(params), 0);
    assert_int_equal(number("metrics", "early"), 0);
    assert_int_equal(number("counters", "operations"), 100);
    assert_true(number("generator", "connections") > 0);
    assert_int_equal(
        json_object_size(json_object_get(json_object_get(outcome, "generator"), "errors")), 0);
    assert_null(json_object_get(json_object_get(outcome, "histograms"), "connect_latency_ns"));
}

/* In a child, because it stays with the thread. true: it was granted; false: it is refused here. */
static bool run_in_a_child(const char *name, const char *value, bool (*is_granted)(void))
{
    int status;
    json_t *params = accuracy_params(1000, 1, 0, 0, 0.01);
    json_object_set_new(params, name, json_string(value));
    const char *reason = timer_workload.needs("accuracy", params).impossible;
    if (reason != NULL) {
        print_message("not here: %s\n", reason);
        json_decref(params);
        return false;
    }
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0)
        _exit(run_accuracy(params) == 0 && is_granted() ? 0 : 1);
    json_decref(params);
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
    if (!is_on_time())
        return;
    run_in_a_child("slack", "1", has_slack_of_one);
    run_in_a_child("scheduler", "fifo", is_real_time);
    assert_false(is_real_time()); /* asking whether it is permitted does not keep it */
}

static void counting_gives_system_calls_or_says_why_not(void **state)
{
    (void)state;
    if (!is_on_time())
        return;
    assert_int_equal(run_as(subject, "accuracy", accuracy_params(1000, 1, 0, 0, 0.05), true), 0);
    json_t *count = json_object_get(json_object_get(outcome, "counters"), "syscalls");
    json_t *reason = json_object_get(outcome, "syscalls_unavailable");
    assert_true((count == NULL) != (reason == NULL));
    if (reason != NULL)
        print_message("not counted: %s\n", json_string_value(reason));
    else if (!has_kernel() && has_loop())
        assert_int_equal(json_integer_value(count), 0);
    else
        assert_true(json_integer_value(count) <= 200);
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
    return run_as(&other, "accuracy", accuracy_params(1000, 1, 0, 0, 0.02), false);
}

static void a_timer_that_runs_early_is_counted(void **state)
{
    (void)state;
    if (!is_on_time())
        return;
    assert_int_equal(run_with(run_early), 0);
    assert_int_equal(number("metrics", "early"), 19);
}

static void a_timer_that_is_lost_fails_the_trial(void **state)
{
    (void)state;
    if (!is_on_time())
        return;
    assert_int_equal(run_with(run_half), -EPROTO);
    assert_non_null(strstr(problem, "where the plan has 20"));
    assert_null(outcome);
}

/* ---- scale ---- */

static void a_crowd_is_started_restarted_cancelled_and_fired_in_order(void **state)
{
    static const char *const dues[] = {"random", "monotone"};
    static const char *const figures[] = {"ns_per_start_and_fire", "ns_per_start", "ns_per_cancel",
                                          "ns_per_fire", "ns_per_restart"};
    (void)state;
    if (!has_crowd())
        return;
    for (unsigned i = 0; i < 2; i++) {
        assert_int_equal(run_scale(5000, dues[i]), 0);
        for (unsigned k = 0; k < sizeof figures / sizeof figures[0]; k++)
            assert_true(number("metrics", figures[k]) > 0);
        assert_true(number("metrics", "ns_per_start_and_fire") >= number("metrics", "ns_per_fire"));
        assert_int_equal(number("counters", "operations"), 4 * 5 * 5000);
        json_decref(outcome);
    }
    outcome = NULL;
}

static void a_timer_takes_its_handle_and_its_share_of_the_heap(void **state)
{
    (void)state;
    if (!has_crowd())
        return;
    assert_int_equal(run_scale(20000, "monotone"), 0);
    double bytes = number("metrics", "bytes_per_timer");
    print_message("%s: %.1f bytes\n", subject->name, bytes);
    assert_true(bytes >= 64 && bytes <= 160);
}

static void a_crowd_of_one_works(void **state)
{
    (void)state;
    if (!has_crowd())
        return;
    assert_int_equal(run_scale(1, "random"), 0);
    assert_true(number("metrics", "ns_per_start_and_fire") > 0);
}

static void the_timers_of_a_crowd_wait_for_as_many_milliseconds_as_they_are_told(void **state)
{
    static const uint32_t order[] = {1, 0}, delays_ms[] = {30, 20};
    struct timer_crowd *crowd;
    const char *what;
    uint32_t count = 0;
    (void)state;
    if (!has_crowd())
        return;
    const struct timer_scale_ops *ops = subject->timer->scale;
    assert_int_equal(ops->open(&crowd, subject, 2, &what), 0);
    assert_int_equal(ops->iterate(crowd), 0);
    uint64_t begin_ns = clock_now_ns();
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
    return run_as(&other, "scale", json_pack("{s:i, s:s}", "timers", 100, "due", "random"), false);
}

static void a_crowd_that_fires_out_of_order_or_not_whole_fails_the_trial(void **state)
{
    (void)state;
    if (!has_crowd())
        return;
    assert_int_equal(run_scale_with(fired_disordered), -EPROTO);
    assert_non_null(strstr(problem, "due, or started, earlier"));
    assert_int_equal(run_scale_with(fired_all_but_one), -EPROTO);
    assert_non_null(strstr(problem, "99 of 100 timers fired"));
}

/* In a child, with hardly more memory than it has now: first the handles do not fit, then, with
 * more, what the loop or the harness needs besides them. Each time it is a sentence. */
static int run_in_little_memory(uint64_t bytes_more)
{
#ifdef SANITIZED
    (void)bytes_more;
    return 77;
#else
    FILE *file = fopen("/proc/self/statm", "r");
    unsigned long long pages;
    if (file == NULL || fscanf(file, "%llu", &pages) != 1)
        return 77;
    fclose(file);
    rlim_t most = (rlim_t)(pages * (uint64_t)sysconf(_SC_PAGESIZE) + bytes_more);
    struct rlimit limit = {.rlim_cur = most, .rlim_max = most};
    setrlimit(RLIMIT_AS, &limit);
    int result = run_scale(200000, "random");
    if (result == -ENOMEM && strstr(problem, "200000 timers") && strstr(problem, subject->name))
        return 0;
    return result == 0 ? 2 : 1;
#endif
}

static void more_timers_than_memory_are_a_sentence(void **state)
{
    unsigned refused = 0;
    (void)state;
    /* Of the backends one is enough: the timers are the loop's. */
    if (!has_crowd() || (subject->variant && strcmp(subject->name, "poll") != 0))
        return;
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

/* ---- which subject ---- */

static bool is_required(const char *name)
{
    const char *required = getenv("REQUIRE_BACKENDS");
    const char *found = required ? strstr(required, name) : NULL;
    size_t length = strlen(name);
    return found && (found == required || strchr(" \n,", found[-1])) &&
           (found[length] == '\0' || strchr(" \n,", found[length]));
}

static int choose(const char *name)
{
    char reason[256] = "it has no timers";
    uint32_t granted;
    subject = subject_find(name);
    if (!subject) {
        fprintf(stderr, "there is no subject \"%s\"\n", name);
        return 1;
    }
    if (subject->timer && subject->available(subject, reason, &granted) == 0)
        return 0;
    bool must = is_required(name);
    fprintf(stderr, "%s: %s is not available: %s\n", must ? "failed" : "skipped", name, reason);
    return must ? 1 : 77;
}

#define WITH_GENERATOR(test) cmocka_unit_test_setup_teardown(test, start, end)

int main(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : "poll";
    int status = choose(name);
    if (status != 0)
        return status;
    const struct CMUnitTest tests[] = {
        WITH_GENERATOR(every_planned_time_comes_once_and_none_is_early),
        WITH_GENERATOR(timers_are_spread_over_the_interval_and_all_run),
        WITH_GENERATOR(a_thousand_timers_run_as_often_as_planned),
        WITH_GENERATOR(a_percentile_of_too_few_timers_is_absent_and_the_median_is_not),
        WITH_GENERATOR(callbacks_that_burn_time_cost_it_and_make_the_loop_lag),
        WITH_GENERATOR(a_repeating_timer_drifts_and_a_plan_does_not),
        WITH_GENERATOR(a_loop_accepts_connections_beside_its_timers),
        WITH_GENERATOR(slack_and_real_time_scheduling_are_set_or_refused_before_the_run),
        WITH_GENERATOR(counting_gives_system_calls_or_says_why_not),
        WITH_GENERATOR(a_timer_that_runs_early_is_counted),
        WITH_GENERATOR(a_timer_that_is_lost_fails_the_trial),
        WITH_GENERATOR(a_crowd_is_started_restarted_cancelled_and_fired_in_order),
        WITH_GENERATOR(a_timer_takes_its_handle_and_its_share_of_the_heap),
        WITH_GENERATOR(a_crowd_of_one_works),
        WITH_GENERATOR(the_timers_of_a_crowd_wait_for_as_many_milliseconds_as_they_are_told),
        WITH_GENERATOR(a_crowd_that_fires_out_of_order_or_not_whole_fails_the_trial),
        WITH_GENERATOR(more_timers_than_memory_are_a_sentence),
    };
    return cmocka_run_group_tests_name(name, tests, NULL, NULL);
}
