#include "tests/harness/analysis/one_cell_run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

json_t *run_of_one_cell(const char *workload, const char *mode, const char *const (*subjects)[2],
                        size_t count)
{
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, json_pack("{s:s, s:s, s:b, s:n, s:[], s:[]}", "name",
                                              subjects[i][0], "tier", subjects[i][1], "available",
                                              1, "reason", "asked", "granted"));
    json_t *run =
        json_pack("{s:i, s:s, s:[s], s:i, s:{s:s, s:s, s:i, s:n}, s:o, s:[{s:s, s:s, s:{}, s:[]}]}",
                  "schema", 1, "id", "test", "command", "pollbench", "seed", 7, "manifest",
                  "kernel", "Linux", "cpu", "some", "cpus", 2, "virtualization", "subjects", list,
                  "cells", "workload", workload, "mode", mode, "params", "trials");
    assert_non_null(run);
    return run;
}

json_t *only_cell(const json_t *run)
{
    return json_array_get(json_object_get(run, "cells"), 0);
}

json_t *add_trial(json_t *run, const char *subject, int round, const char *metric, double value)
{
    json_t *trial = json_pack("{s:s, s:i, s:{s:f}, s:{}, s:{}, s:{s:b}, s:b, s:n}", "subject",
                              subject, "round", round, "metrics", metric, value, "histograms",
                              "counters", "generator", "bound", 0, "valid", 1, "why_invalid");
    assert_int_equal(json_array_append_new(json_object_get(only_cell(run), "trials"), trial), 0);
    return trial;
}
