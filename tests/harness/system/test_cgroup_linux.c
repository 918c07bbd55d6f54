/* Limits of control groups, read from copies of the files that kernels have. */
#include "harness/system/cgroup.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

static char root[] = "/tmp/pollbench-cgroup-XXXXXX";

/* With the folders that lead to it. */
static void put(const char *path, const char *text)
{
    char whole[512];
    snprintf(whole, sizeof whole, "%s%s", root, path);
    for (char *at = strchr(whole + 1, '/'); at != NULL; at = strchr(at + 1, '/')) {
        *at = '\0';
        mkdir(whole, 0777);
        *at = '/';
    }
    FILE *file = fopen(whole, "w");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

static int make_root(void **state)
{
    (void)state;
    strcpy(root + strlen(root) - 6, "XXXXXX");
    return mkdtemp(root) != NULL ? 0 : -1;
}

static int remove_root(void **state)
{
    char command[sizeof root + 16];
    (void)state;
    snprintf(command, sizeof command, "rm -rf %s", root);
    return system(command);
}

static void a_group_is_bound_by_all_above_it(void **state)
{
    struct cgroup_limits limits;
    uint64_t periods;
    (void)state;
    put("/proc/self/cgroup", "0::/service/worker\n");
    put("/sys/fs/cgroup/cgroup.controllers", "cpu memory\n");
    put("/sys/fs/cgroup/service/cpu.max", "50000 100000\n");
    put("/sys/fs/cgroup/service/cpu.stat",
        "usage_usec 5\nnr_periods 9\nnr_throttled 4\nthrottled_usec 7\n");
    put("/sys/fs/cgroup/service/memory.max", "max\n");
    put("/sys/fs/cgroup/service/worker/cpu.max", "max 100000\n");
    put("/sys/fs/cgroup/service/worker/cpu.stat", "usage_usec 5\nnr_throttled 3\n");
    put("/sys/fs/cgroup/service/worker/memory.max", "1048576\n");
    assert_int_equal(cgroup_limits(root, &limits), 0);
    assert_true(limits.cpus == 0.5);
    assert_int_equal(limits.memory_bytes, 1048576);
    assert_int_equal(cgroup_throttled(root, &periods), 0);
    assert_int_equal(periods, 7);
}

static void version_1_has_a_hierarchy_for_each_controller(void **state)
{
    struct cgroup_limits limits;
    uint64_t periods;
    (void)state;
    put("/proc/self/cgroup", "4:memory:/small\n3:cpuset:/\n2:cpuacct,cpu:/slow\n0::/\n");
    put("/sys/fs/cgroup/cpu/cgroup.procs", "1\n");
    put("/sys/fs/cgroup/cpu/cpu.cfs_quota_us", "-1\n");
    put("/sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n");
    put("/sys/fs/cgroup/cpu/slow/cpu.cfs_quota_us", "20000\n");
    put("/sys/fs/cgroup/cpu/slow/cpu.cfs_period_us", "100000\n");
    put("/sys/fs/cgroup/cpu/slow/cpu.stat", "nr_periods 1\nnr_throttled 12\nthrottled_time 1\n");
    put("/sys/fs/cgroup/memory/cgroup.procs", "1\n");
    put("/sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
    put("/sys/fs/cgroup/memory/small/memory.limit_in_bytes", "2097152\n");
    assert_int_equal(cgroup_limits(root, &limits), 0);
    assert_true(limits.cpus == 0.2);
    assert_int_equal(limits.memory_bytes, 2097152);
    assert_int_equal(cgroup_throttled(root, &periods), 0);
    assert_int_equal(periods, 12);
}

/* A container that sees the host's path, but its own group where groups are mounted. */
static void a_path_that_is_not_there_ends_at_the_mount(void **state)
{
    struct cgroup_limits limits;
    (void)state;
    put("/proc/self/cgroup", "0::/docker/0123\n");
    put("/sys/fs/cgroup/cgroup.controllers", "cpu\n");
    put("/sys/fs/cgroup/cpu.max", "150000 100000\n");
    assert_int_equal(cgroup_limits(root, &limits), 0);
    assert_true(limits.cpus == 1.5);
    assert_int_equal(limits.memory_bytes, 0);
}

static void without_groups_there_is_nothing_to_ask(void **state)
{
    struct cgroup_limits limits;
    uint64_t periods;
    (void)state;
    assert_int_equal(cgroup_limits(root, &limits), -ENOTSUP);
    assert_int_equal(cgroup_throttled(root, &periods), -ENOTSUP);
    put("/proc/self/cgroup", "no colon\n0:\n0::/\n");
    assert_int_equal(cgroup_throttled(root, &periods), -ENOTSUP);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_group_is_bound_by_all_above_it, make_root, remove_root),
        cmocka_unit_test_setup_teardown(version_1_has_a_hierarchy_for_each_controller, make_root,
                                        remove_root),
        cmocka_unit_test_setup_teardown(a_path_that_is_not_there_ends_at_the_mount, make_root,
                                        remove_root),
        cmocka_unit_test_setup_teardown(without_groups_there_is_nothing_to_ask, make_root,
                                        remove_root),
    };
    return cmocka_run_group_tests_name("cgroup", tests, NULL, NULL);
}
