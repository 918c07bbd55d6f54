/* The measured region of a trial: what of it becomes figures. */
#include "harness/workloads/region.h"

#include "backends/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static struct figures figures;
static struct outcome outcome;

static int start_empty(void **state)
{
    (void)state;
    figures.count = 0;
    outcome_reset(&outcome);
    return 0;
}

static double figure(const char *name)
{
    double value = -1;
    assert_true(figures_get(&figures, name, &value));
    return value;
}

static bool has_figure(const char *name)
{
    double value;
    return figures_get(&figures, name, &value);
}

static void usage_is_figures_of_its_fields_names(void **state)
{
    (void)state;
    const struct usage usage = {.wall_ns = 1,
                                .cpu_ns = 2,
                                .user_us = 3,
                                .system_us = 4,
                                .voluntary = 5,
                                .involuntary = 6,
                                .migrations_known = true,
                                .migrations = 7,
                                .steal_known = true,
                                .steal_us = 8,
                                .maxrss_kib = 9};
    assert_int_equal(usage_to_figures(&usage, &figures), 0);
    assert_int_equal(figures.count, 9);
    assert_true(figure("wall_ns") == 1 && figure("cpu_ns") == 2);
    assert_true(figure("user_us") == 3 && figure("system_us") == 4);
    assert_true(figure("voluntary") == 5 && figure("involuntary") == 6);
    assert_true(figure("migrations") == 7 && figure("steal_us") == 8);
    assert_true(figure("maxrss_kib") == 9);
}

static void stolen_time_and_migrations_that_are_not_known_are_left_out(void **state)
{
    (void)state;
    assert_int_equal(usage_to_figures(&(struct usage){.steal_known = true}, &figures), 0);
    assert_int_equal(figures.count, 8);
    assert_true(has_figure("steal_us") && !has_figure("migrations"));
    figures.count = 0;
    assert_int_equal(usage_to_figures(&(struct usage){.migrations_known = true}, &figures), 0);
    assert_int_equal(figures.count, 8);
    assert_true(has_figure("migrations") && !has_figure("steal_us"));
    figures.count = 0;
    assert_int_equal(usage_to_figures(&(struct usage){0}, &figures), 0);
    assert_int_equal(figures.count, 7);
}

static void figures_that_find_no_room_are_an_error(void **state)
{
    (void)state;
    figures.count = FIGURES_MAX;
    memset(figures.list, 0, sizeof figures.list);
    assert_true(usage_to_figures(&(struct usage){0}, &figures) < 0);
}

/* Stretches add up; what lies between them is in none of them. */
static void a_region_has_its_stretches_and_nothing_between_them(void **state)
{
    (void)state;
    struct region region;
    const struct trial_request request = {0};
    uint64_t inside_ns = 0, begin_ns = clock_now_ns();
    region_open(&region, &request, REGION_WALL);
    for (int stretch = 0; stretch < 3; stretch++) {
        assert_int_equal(region_begin(&region), 0);
        assert_int_equal(region_end(&region), 0);
        inside_ns += region.stretch_ns;
        for (uint64_t until_ns = clock_now_ns() + NS_PER_MS; clock_now_ns() < until_ns;)
            continue;
    }
    region_close(&region);
    assert_int_equal(region.wall_ns, inside_ns);
    assert_true(region.wall_ns + 3 * NS_PER_MS <= clock_now_ns() - begin_ns);
}

static void what_the_backend_counted_is_figures_and_system_calls_only_when_asked_for(void **state)
{
    (void)state;
    struct region region;
    const struct trial_request request = {0};
    double waits;
    region_open(&region, &request, REGION_WALL);
    region.counters_begin = (struct backend_counters){.waits = 10};
    region_add_counters(&region, &(struct backend_counters){.waits = 13});
    region.counters_begin = (struct backend_counters){.waits = 20};
    region_add_counters(&region, &(struct backend_counters){.waits = 24});
    assert_int_equal(region_fill(&region, &outcome), 0);
    region_close(&region);
    assert_true(figures_get(&outcome.counters, "waits", &waits));
    assert_true(waits == 7);
    assert_false(figures_get(&outcome.counters, "syscalls", &waits));
    assert_string_equal(outcome.syscalls_unavailable, "");
    assert_true(outcome.usage.count >= 7);
}

static void system_calls_that_cannot_be_counted_leave_their_reason(void **state)
{
    (void)state;
    struct region region;
    double calls;
    const struct trial_request request = {.count_system_calls = true};
    region_open(&region, &request, REGION_WALL);
    assert_int_equal(region_begin(&region), 0);
    assert_int_equal(region_end(&region), 0);
    assert_int_equal(region_fill(&region, &outcome), 0);
    assert_int_equal(figures_get(&outcome.counters, "syscalls", &calls),
                     outcome.syscalls_unavailable[0] == '\0');
    assert_string_equal(outcome.syscalls_unavailable, region.count_problem);
    region_close(&region);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(usage_is_figures_of_its_fields_names, start_empty),
        cmocka_unit_test_setup(stolen_time_and_migrations_that_are_not_known_are_left_out,
                               start_empty),
        cmocka_unit_test_setup(figures_that_find_no_room_are_an_error, start_empty),
        cmocka_unit_test_setup(a_region_has_its_stretches_and_nothing_between_them, start_empty),
        cmocka_unit_test_setup(
            what_the_backend_counted_is_figures_and_system_calls_only_when_asked_for, start_empty),
        cmocka_unit_test_setup(system_calls_that_cannot_be_counted_leave_their_reason, start_empty),
    };
    return cmocka_run_group_tests_name("region", tests, NULL, NULL);
}
