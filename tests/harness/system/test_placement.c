/* Which two CPUs a trial's processes get. */
#include "harness/system/placement.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

enum { MOST = 8 };

static const struct {
    const char *what;
    /* number, core, speed */
    struct placement_cpu cpus[MOST];
    size_t count;
    int server, generator;
    bool one_core;
} machines[] = {
    {"two cores", {{0, 0, 0}, {1, 1, 0}}, 2, 1, 0, false},
    {"one CPU", {{3, 3, 0}}, 1, 3, 3, true},
    {"nothing known of the cores", {{0, -1, 0}, {1, -1, 0}}, 2, 1, 0, false},
    {"siblings side by side", {{0, 0, 0}, {1, 0, 0}, {2, 2, 0}, {3, 2, 0}}, 4, 3, 0, false},
    {"siblings by halves", {{0, 0, 0}, {1, 1, 0}, {2, 0, 0}, {3, 1, 0}}, 4, 3, 0, false},
    {"two threads of one core", {{4, 4, 0}, {5, 4, 0}}, 2, 5, 4, true},
    {"the first is the server's sibling", {{0, 0, 0}, {2, 2, 0}, {8, 0, 0}}, 3, 8, 2, false},
    {"efficiency cores come last", {{0, 0, 2}, {1, 1, 2}, {2, 2, 1}, {3, 3, 1}}, 4, 1, 0, false},
    {"efficiency cores come first",
     {{0, 0, 400}, {1, 1, 400}, {2, 2, 1024}, {3, 3, 1024}},
     4,
     3,
     2,
     false},
    {"one fast core", {{0, 0, 400}, {1, 1, 400}, {2, 2, 1024}}, 3, 2, 0, false},
    {"one fast core of two threads", {{0, 0, 1024}, {1, 0, 1024}, {2, 2, 400}}, 3, 1, 2, false},
    {"a preferred core", {{0, 0, 1024}, {1, 1, 1000}, {2, 2, 990}}, 3, 2, 0, false},
};

static void both_are_fast_and_share_no_core_where_that_can_be(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(machines); i++) {
        int server, generator;
        placement_choose(machines[i].cpus, machines[i].count, &server, &generator);
        if (server != machines[i].server || generator != machines[i].generator)
            fail_msg("%s: server on %d, generator on %d", machines[i].what, server, generator);
        if (placement_shares_core(machines[i].cpus, machines[i].count, server, generator) !=
            machines[i].one_core)
            fail_msg("%s: whether they share a core", machines[i].what);
    }
}

static void without_a_list_of_cpus_neither_is_placed(void **state)
{
    int server, generator;
    (void)state;
    placement_choose(NULL, 0, &server, &generator);
    assert_int_equal(server, -1);
    assert_int_equal(generator, -1);
    assert_false(placement_shares_core(NULL, 0, -1, -1));
}

static void the_cpus_are_those_that_are_allowed(void **state)
{
    enum { ALL = 1024 };
    static struct placement_cpu cpus[ALL];
    static int allowed[ALL];
    (void)state;
    int count = placement_allowed_cpus(allowed, ALL);
    assert_int_equal(placement_cpus("", cpus, ALL), count);
    for (int i = 0; i < count && i < ALL; i++)
        assert_int_equal(cpus[i].number, allowed[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_are_fast_and_share_no_core_where_that_can_be),
        cmocka_unit_test(without_a_list_of_cpus_neither_is_placed),
        cmocka_unit_test(the_cpus_are_those_that_are_allowed),
    };
    return cmocka_run_group_tests_name("placement", tests, NULL, NULL);
}
