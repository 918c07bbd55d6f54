/* What only Linux has: stolen time, migrations of threads, the timer's frequency. */
#include "harness/system/manifest.h"
#include "harness/system/usage.h"

#include <math.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

/* The same figure, found another way: the eighth word after "cpu". */
static uint64_t steal_from_proc_stat_us(void)
{
    char line[512];
    FILE *file = fopen("/proc/stat", "r");
    assert_non_null(file);
    assert_non_null(fgets(line, sizeof(line), file));
    fclose(file);
    char *rest = line, *word = strtok_r(line, " ", &rest);
    assert_string_equal(word, "cpu");
    for (unsigned i = 0; i < 8; i++)
        word = strtok_r(NULL, " ", &rest);
    return strtoull(word, NULL, 10) * 1000000 / (uint64_t)sysconf(_SC_CLK_TCK);
}

static void stolen_time_is_the_eighth_figure_of_proc_stat(void **state)
{
    (void)state;
    uint64_t before_us = steal_from_proc_stat_us(), steal_us = 0;
    assert_int_equal(usage_steal_us(&steal_us), 0);
    assert_in_range(steal_us, before_us, steal_from_proc_stat_us());
}

static int move_to(int cpu)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    return sched_setaffinity(0, sizeof(set), &set);
}

static void *move_to_and_fro(void *barrier)
{
    for (int i = 0; i < 5; i++) {
        move_to(0);
        move_to(1);
    }
    pthread_barrier_wait(barrier);
    pthread_barrier_wait(barrier);
    return NULL;
}

/* A thread that is moved by hand ten times, and counts while it is there. */
static void migrations_of_all_threads_are_counted(void **state)
{
    (void)state;
    cpu_set_t before_set;
    uint64_t before = 0, after;
    unsigned threads = 0;
    sched_getaffinity(0, sizeof(before_set), &before_set);
    if (!CPU_ISSET(0, &before_set) || !CPU_ISSET(1, &before_set) ||
        usage_migrations(&before, &threads) < 0) {
        print_message("SKIPPED: there are no two CPUs, or no /proc/self/task/*/sched\n");
        skip();
    }
    unsigned threads_before = threads;
    pthread_t thread;
    pthread_barrier_t barrier;
    pthread_barrier_init(&barrier, NULL, 2);
    assert_int_equal(pthread_create(&thread, NULL, move_to_and_fro, &barrier), 0);
    pthread_barrier_wait(&barrier);
    assert_int_equal(usage_migrations(&after, &threads), 0);
    assert_int_equal(threads, threads_before + 1);
    assert_true(after >= before + 9); /* it may have been on CPU 0 already */
    pthread_barrier_wait(&barrier);
    pthread_join(thread, NULL);
    pthread_barrier_destroy(&barrier);
}

/* The coarse clock steps once per tick: the smallest step that is seen is the length of one. */
static double next_coarse_step_ns(struct timespec *last)
{
    struct timespec now;
    double step_ns;
    do {
        clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
        step_ns = (double)(now.tv_sec - last->tv_sec) * 1e9 + (double)(now.tv_nsec - last->tv_nsec);
    } while (step_ns == 0);
    *last = now;
    return step_ns;
}

/* The clock steps by one tick, or by several where this process did not run: one alone must come
 * sooner or later. */
static void the_timer_frequency_is_that_of_the_coarse_clock_steps(void **state)
{
    (void)state;
    struct named_values manifest = {0};
    assert_int_equal(manifest_collect(&manifest), 0);
    double hz = value_number(named_values_find(&manifest, "", "hz")), ticks = 0;
    named_values_free(&manifest);
    struct timespec last;
    clock_gettime(CLOCK_MONOTONIC_COARSE, &last);
    for (unsigned steps = 0; steps < 1000 && fabs(ticks - 1) > 0.02; steps++) {
        ticks = next_coarse_step_ns(&last) * hz / 1e9;
        if (ticks < 0.98)
            fail_msg("a step of the clock lasts %.2f ticks of %.0f Hz", ticks, hz);
    }
    assert_true(fabs(ticks - 1) <= 0.02);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stolen_time_is_the_eighth_figure_of_proc_stat),
        cmocka_unit_test(migrations_of_all_threads_are_counted),
        cmocka_unit_test(the_timer_frequency_is_that_of_the_coarse_clock_steps),
    };
    return cmocka_run_group_tests_name("usage on Linux", tests, NULL, NULL);
}
