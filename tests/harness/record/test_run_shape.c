/* What run_shape_check() and trials_pack() say of a run that is not one. */
#include "harness/record/run_shape.h"
#include "harness/record/trials.h"
#include "harness/contract/workload.h"
#include "tests/harness/analysis/one_cell_run.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static json_t *new_run(const char *mode)
{
    static const char *const subjects[][2] = {{"select", "readiness"}, {"epoll", "readiness"}};
    return run_of_one_cell("accept", mode, subjects, 2);
}

static void expect_problem(json_t *run, const char *field)
{
    char problem[PROBLEM_BYTES] = "";
    int result = run_shape_check(run, problem);
    assert_int_equal(result < 0 ? result : trials_pack(run, problem), -EINVAL);
    if (strncmp(problem, field, strlen(field)) != 0)
        fail_msg("\"%s\" does not name %s", problem, field);
    json_decref(run);
}

static void a_wrong_field_is_named(void **state)
{
    (void)state;
    json_t *run = new_run("drain");
    json_object_set_new(run, "schema", json_integer(2));
    expect_problem(run, "schema: ");

    run = new_run("drain");
    json_object_del(run, "cells");
    expect_problem(run, "cells: ");

    run = new_run("drain");
    json_object_set_new(json_object_get(run, "manifest"), "cpus", json_string("two"));
    expect_problem(run, "manifest.cpus: ");

    run = new_run("drain");
    json_object_set_new(add_trial(run, "epoll", 0, "ns_per_accept", 1), "round", json_integer(-1));
    expect_problem(run, "cells[0].trials[0].round: ");

    run = new_run("drain");
    add_trial(run, "kqueue", 0, "ns_per_accept", 1);
    expect_problem(run, "cells[0].trials[0].subject: ");

    run = new_run("drain");
    add_trial(run, "epoll", 0, "ns_per_accept", -1);
    expect_problem(run, "cells[0].trials[0].metrics.ns_per_accept: ");

    run = new_run("drain");
    add_trial(run, "epoll", 0, "ns_per_accept", 1);
    add_trial(run, "select", 0, "ns_per_accept", 1);
    add_trial(run, "epoll", 0, "ns_per_accept", 1);
    expect_problem(run, "cells[0].trials[2]: epoll has a valid trial in round 0 already");

    run = new_run("drain");
    add_trial(run, "epoll", 0, "ns_per_accept", 1);
    add_trial(run, "epoll", 1, "connect_latency_ns", 1); /* a metric of the other mode */
    expect_problem(run, "cells[0].trials[1].metrics.connect_latency_ns: ");

    run = new_run("steady");
    json_t *trial = add_trial(run, "epoll", 0, "accepts_per_s", 1);
    json_object_set_new(json_object_get(trial, "histograms"), "connect_latency_ns", json_object());
    expect_problem(run, "cells[0].trials[0].histograms.connect_latency_ns.unit: ");

    run = new_run("rate");
    json_object_set_new(
        only_cell(run), "headroom",
        json_pack("{s:s, s:f, s:s}", "against", "floor:epoll", "factor", 1.5, "proved", "no"));
    expect_problem(run, "cells[0].headroom.proved: ");

    expect_problem(new_run("sideways"), "cells[0].mode: ");

    run = new_run("drain");
    json_object_set_new(only_cell(run), "workload", json_string("acceptance"));
    expect_problem(run, "cells[0].workload: ");
    expect_problem(json_array(), "the file: ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_wrong_field_is_named),
    };
    return cmocka_run_group_tests_name("run, shape", tests, NULL, NULL);
}
