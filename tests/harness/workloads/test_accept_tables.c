/* What the accept workload says of its cells, without a trial. */
#include "harness/contract/parameters.h"
#include "harness/subjects/subjects.h"
#include "harness/workloads/workloads.h"
#include "tests/harness/workloads/params_of.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static void a_cell_needs_files_for_all_connections_and_a_backlog_for_the_queue(void **state)
{
    (void)state;
    struct named_values params =
        params_of("queue=1000 idle=5000 budget=64 conns=300 seconds=1.0 conns_max=700");
    struct cell_needs drain = accept_workload.needs("drain", &params);
    assert_int_equal(drain.backlog, 1000);
    assert_in_range(drain.server_files, 6000, 6200);
    assert_in_range(drain.generator_files, 6000, 6200);
    struct cell_needs steady = accept_workload.needs("steady", &params);
    assert_int_equal(steady.backlog, 300);
    assert_in_range(steady.server_files, 5300, 5500);
    assert_true(accept_workload.estimate_s("steady", &params) > 1.0);
    struct cell_needs rate = accept_workload.needs("rate", &params);
    assert_int_equal(rate.backlog, 700);
    assert_in_range(rate.server_files, 5000 + 2 * 700, 5000 + 2 * 700 + 200);
    assert_in_range(rate.generator_files, 5700, 5900);
    named_values_free(&params);
}

static void a_cell_is_scaled_by_its_rate_and_no_other_is(void **state)
{
    (void)state;
    struct named_values scaled = {0};
    struct named_values params = params_of("rate=100 bytes=64 seconds=3 share=0.5 idle=0");
    assert_int_equal(accept_workload.scale("drain", &params, 2, 0, &scaled), -ENOTSUP);
    assert_int_equal(accept_workload.scale("steady", &params, 2, 0, &scaled), -ENOTSUP);
    assert_int_equal(scaled.count, 0);
    /* A share is of a maximum: twice what was offered at most so far. */
    assert_int_equal(accept_workload.scale("rate", &params, 2, 700, &scaled), 0);
    assert_int_equal(scaled.count, 4);
    assert_true(value_number(named_values_find(&scaled, "", "rate")) == 1400);
    assert_true(value_number(named_values_find(&scaled, "", "seconds")) == 1);
    assert_true(value_number(named_values_find(&scaled, "", "bytes")) == 64);
    assert_null(named_values_find(&scaled, "", "share"));
    named_values_free(&scaled);
    named_values_free(&params);
    params = params_of("rate=100 seconds=0.5");
    assert_int_equal(accept_workload.scale("rate", &params, 2, 0, &scaled), 0);
    assert_true(value_number(named_values_find(&scaled, "", "rate")) == 200);
    assert_true(value_number(named_values_find(&scaled, "", "seconds")) == 0.5);
    named_values_free(&scaled);
    named_values_free(&params);
}

static void every_default_is_in_its_range_and_every_mode_has_one_main_metric(void **state)
{
    (void)state;
    for (const struct parameter *p = accept_workload.parameters; p->name; p++) {
        assert_true(p->fallback != NULL || p->optional);
        double value = p->fallback != NULL ? strtod(p->fallback, NULL) : p->minimum;
        assert_true(value >= p->minimum && value <= p->maximum);
    }
    for (const char *const *mode = accept_workload.modes; *mode; mode++) {
        unsigned mains = 0;
        for (const struct metric *m = accept_workload.metrics; m->name; m++)
            mains += m->main && name_in_list(m->modes, *mode);
        assert_int_equal(mains, 1);
    }
    assert_ptr_equal(workload_find("accept"), &accept_workload);
    assert_null(workload_find("acept"));
    assert_null(subject_find("epol"));
}

static void only_a_load_while_the_clock_runs_takes_a_second_core(void **state)
{
    (void)state;
    struct named_values alone = params_of("conns=0"), loaded = params_of("conns=4");
    assert_int_equal(accept_workload.load("drain", &loaded), LOAD_NONE);
    assert_int_equal(accept_workload.load("steady", &loaded), LOAD_CLOSED);
    assert_int_equal(accept_workload.load("rate", &loaded), LOAD_PLANNED);
    assert_int_equal(timer_workload.load("accuracy", &alone), LOAD_NONE);
    assert_int_equal(timer_workload.load("accuracy", &loaded), LOAD_CLOSED);
    /* Whose parameters have no connections. */
    assert_int_equal(timer_workload.load("scale", &(struct named_values){0}), LOAD_NONE);
    assert_null(pool_workload.load);
    named_values_free(&alone);
    named_values_free(&loaded);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cell_needs_files_for_all_connections_and_a_backlog_for_the_queue),
        cmocka_unit_test(a_cell_is_scaled_by_its_rate_and_no_other_is),
        cmocka_unit_test(every_default_is_in_its_range_and_every_mode_has_one_main_metric),
        cmocka_unit_test(only_a_load_while_the_clock_runs_takes_a_second_core),
    };
    return cmocka_run_group_tests_name("tables of accept", tests, NULL, NULL);
}
