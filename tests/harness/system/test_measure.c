/* What every system has: usage, placement, and a plain answer where counting is impossible. */
#include "harness/system/placement.h"
#include "harness/system/syscall_count.h"
#include "harness/base/text_file.h"
#include "harness/system/usage.h"

#include "backends/clock.h"

#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

/* ---- usage ---- */

static uint64_t thread_cpu_ns(void)
{
    struct timespec cpu;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &cpu);
    return (uint64_t)cpu.tv_sec * NS_PER_S + (uint64_t)cpu.tv_nsec;
}

#define BURNT_NS (20 * NS_PER_MS)

static void *burn(void *unused)
{
    uint64_t end_ns = thread_cpu_ns() + BURNT_NS;
    while (thread_cpu_ns() < end_ns)
        ;
    return unused;
}

static void processor_time_of_every_thread_is_counted(void **state)
{
    (void)state;
    struct usage begin, end;
    pthread_t thread;
    assert_int_equal(usage_now(&begin), 0);
    assert_int_equal(pthread_create(&thread, NULL, burn, NULL), 0);
    burn(NULL);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(usage_now(&end), 0);
    struct usage usage = usage_between(&begin, &end);
    assert_true(usage.cpu_ns >= 2 * BURNT_NS);
    assert_true(usage.wall_ns >= BURNT_NS);
}

static void sleeping_takes_time_but_no_processor(void **state)
{
    (void)state;
    enum { SLEEPS = 10 };
    struct usage begin, end;
    assert_int_equal(usage_now(&begin), 0);
    for (unsigned i = 0; i < SLEEPS; i++)
        nanosleep(&(struct timespec){.tv_nsec = 5 * NS_PER_MS}, NULL);
    assert_int_equal(usage_now(&end), 0);
    struct usage usage = usage_between(&begin, &end);
    assert_true(usage.wall_ns >= SLEEPS * 5 * NS_PER_MS);
    assert_true(usage.cpu_ns < usage.wall_ns / 2);
    assert_true(usage.voluntary >= SLEEPS);
    assert_true(usage.maxrss_kib > 0 && usage.maxrss_kib >= begin.maxrss_kib);
}

/* The least of many, since anything may come between two readings on a busy machine. */
static void taking_a_reading_is_not_part_of_the_stretch_it_begins(void **state)
{
    (void)state;
    uint64_t least_empty_ns = UINT64_MAX, least_own_ns = UINT64_MAX;
    for (unsigned i = 0; i < 200; i++) {
        struct usage begin, end;
        assert_int_equal(usage_now(&begin), 0);
        assert_int_equal(usage_now(&end), 0);
        struct usage usage = usage_between(&begin, &end);
        least_empty_ns = usage.cpu_ns < least_empty_ns ? usage.cpu_ns : least_empty_ns;
        least_own_ns = begin.own_cpu_ns < least_own_ns ? begin.own_cpu_ns : least_own_ns;
    }
    print_message("a reading costs %llu ns, of which an empty stretch keeps %llu\n",
                  (unsigned long long)least_own_ns, (unsigned long long)least_empty_ns);
    assert_true(least_empty_ns < least_own_ns);
}

static void differences_are_taken_field_by_field_and_never_wrap(void **state)
{
    (void)state;
    struct usage begin = {.wall_ns = 100,
                          .cpu_ns = 50,
                          .user_us = 7,
                          .system_us = 9,
                          .voluntary = 1,
                          .involuntary = 2,
                          .steal_known = true,
                          .steal_us = 500,
                          .maxrss_kib = 10,
                          .own_wall_ns = 5,
                          .own_cpu_ns = 4};
    struct usage end = {.wall_ns = 200,
                        .cpu_ns = 90,
                        .user_us = 17,
                        .system_us = 8,
                        .voluntary = 4,
                        .involuntary = 6,
                        .steal_known = true,
                        .steal_us = 400,
                        .maxrss_kib = 30,
                        .own_wall_ns = 11,
                        .own_cpu_ns = 11};
    struct usage usage = usage_between(&begin, &end);
    assert_int_equal(usage.wall_ns, 95);
    assert_int_equal(usage.cpu_ns, 36);
    assert_int_equal(usage.user_us, 10);
    assert_int_equal(usage.system_us, 0); /* an estimate that went back by one */
    assert_int_equal(usage.voluntary, 3);
    assert_int_equal(usage.involuntary, 4);
    assert_int_equal(usage.steal_us, 0);
    assert_int_equal(usage.maxrss_kib, 30);
}

static void stolen_time_that_is_not_known_is_left_out(void **state)
{
    (void)state;
    struct usage known = {.steal_known = true, .steal_us = 3}, unknown = {.steal_known = false};
    assert_false(usage_between(&known, &unknown).steal_known);
    assert_false(usage_between(&unknown, &known).steal_known);
}

static void migrations_that_are_not_known_are_left_out(void **state)
{
    (void)state;
    struct usage begin = {.migrations_known = true, .migrations = 3, .threads = 4};
    struct usage end = {.migrations_known = true, .migrations = 8, .threads = 4}, unknown = {0};
    assert_int_equal(usage_between(&begin, &end).migrations, 5);
    assert_false(usage_between(&begin, &unknown).migrations_known);
    assert_false(usage_between(&unknown, &end).migrations_known);
    end.threads = 3; /* one has ended, and taken its count along */
    assert_false(usage_between(&begin, &end).migrations_known);
    end.threads = 5;
    assert_true(usage_between(&begin, &end).migrations_known);
}

/* ---- placement ---- */

static void allowed_processors_are_ascending_and_counted_beyond_the_capacity(void **state)
{
    (void)state;
    int cpus[4096], first;
    int count = placement_allowed_cpus(cpus, COUNT(cpus));
    if (count == 0) {
        print_message("SKIPPED: this system cannot be asked which CPUs are allowed\n");
        skip();
    }
    assert_in_range(count, 1, COUNT(cpus));
    assert_true(cpus[0] >= 0);
    for (int i = 1; i < count; i++)
        assert_true(cpus[i] > cpus[i - 1]);
    assert_int_equal(placement_allowed_cpus(NULL, 0), count);
    assert_int_equal(placement_allowed_cpus(&first, 1), count);
    assert_int_equal(first, cpus[0]);
}

static void *pin_to_each(void *result)
{
    int cpus[64];
    int count = placement_allowed_cpus(cpus, COUNT(cpus));
    for (int i = 0; i < count && i < (int)COUNT(cpus); i++) {
        int only = -1;
        bool pinned = placement_pin(cpus[i]) == 0 && placement_allowed_cpus(&only, 1) == 1;
        if (!pinned || only != cpus[i])
            *(int *)result = -1;
    }
    return NULL;
}

/* In a thread of its own, which ends: the other tests keep all processors. */
static void a_pinned_thread_is_allowed_that_processor_alone(void **state)
{
    (void)state;
    int before = placement_allowed_cpus(NULL, 0), result = 0;
    if (before == 0) {
        assert_int_equal(placement_pin(0), -ENOTSUP);
        print_message("SKIPPED: this system does not let a thread choose its CPU\n");
        skip();
    }
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, pin_to_each, &result), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(result, 0);
    assert_int_equal(placement_allowed_cpus(NULL, 0), before);
    assert_int_equal(placement_pin(-1), -EINVAL);
    assert_int_equal(placement_pin(60000), -EINVAL);
    assert_int_equal(placement_pin(1 << 30), -EINVAL);
}

/* ---- small files ---- */

static void a_text_file_is_read_as_far_as_it_fits_and_without_its_last_line_end(void **state)
{
    (void)state;
    char path[] = "/tmp/pollbench-text-XXXXXX", text[64], three[4];
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, "one\ntwo \n\n", 10), 10);
    close(fd);
    assert_int_equal(text_file_read(path, text, sizeof text), 7);
    assert_string_equal(text, "one\ntwo");
    assert_int_equal(text_file_read(path, three, sizeof three), 3);
    assert_string_equal(three, "one");
    assert_int_equal(unlink(path), 0);
    assert_int_equal(text_file_read(path, text, sizeof text), -ENOENT);
    assert_string_equal(text, "");
    assert_int_equal(text_file_read("/", text, sizeof text), -EISDIR);
    assert_string_equal(text, "");
}

/* ---- counting system calls ---- */

static void where_system_calls_cannot_be_counted_a_sentence_says_why(void **state)
{
    (void)state;
    struct syscall_count count;
    char problem[SYSCALL_COUNT_PROBLEM_BYTES] = "";
    int r = syscall_count_open(&count, problem);
    if (r == 0) {
        assert_true(count.fd >= 0);
        assert_string_equal(problem, "");
        syscall_count_close(&count);
    } else {
        print_message("%s\n", problem);
        assert_true(r < 0);
        assert_non_null(strstr(problem, "system calls cannot be counted: "));
    }
    assert_int_equal(count.fd, -1);
    syscall_count_close(&count); /* twice, or never opened: nothing happens */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(processor_time_of_every_thread_is_counted),
        cmocka_unit_test(sleeping_takes_time_but_no_processor),
        cmocka_unit_test(taking_a_reading_is_not_part_of_the_stretch_it_begins),
        cmocka_unit_test(differences_are_taken_field_by_field_and_never_wrap),
        cmocka_unit_test(migrations_that_are_not_known_are_left_out),
        cmocka_unit_test(stolen_time_that_is_not_known_is_left_out),
        cmocka_unit_test(allowed_processors_are_ascending_and_counted_beyond_the_capacity),
        cmocka_unit_test(a_pinned_thread_is_allowed_that_processor_alone),
        cmocka_unit_test(a_text_file_is_read_as_far_as_it_fits_and_without_its_last_line_end),
        cmocka_unit_test(where_system_calls_cannot_be_counted_a_sentence_says_why),
    };
    return cmocka_run_group_tests_name("measure", tests, NULL, NULL);
}
