#include "tests/harness/record/made_run.h"

#include "harness/stats/histogram.h"
#include "harness/stats/random.h"
#include "harness/record/run_read.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

static const char *const names[] = {"select", "epoll", "floor:epoll"};

/* ---- a run ---- */

static json_t *new_histogram(struct random *random)
{
    static struct histogram histogram;
    histogram_reset(&histogram);
    for (unsigned i = 0; i < 300; i++)
        histogram_record(&histogram, 20000 + random_below(random, 60000));
    return histogram_to_json(&histogram);
}

static json_t *new_trial(struct random *random, const char *subject, size_t round, size_t order)
{
    double rate = 1000.0 + random_below(random, 100), cpu_us = 1 + random_below(random, 100) / 7.0;
    int waits = (int)random_below(random, 1000);
    return json_pack("{s:s, s:I, s:I, s:i, s:{s:f, s:f}, s:{s:o}, s:{s:i, s:i}, s:{s:i}, s:{s:b, "
                     "s:n}, s:b, s:n}",
                     "subject", subject, "round", (json_int_t)round, "order", (json_int_t)order,
                     "attempt", 0, "metrics", "accepts_per_s", rate, "server_cpu_us_per_accept",
                     cpu_us, "histograms", "connect_latency_ns", new_histogram(random), "counters",
                     "waits", waits, "operations", 100, "usage", "wall_ns", 1, "generator", "bound",
                     round % 2 == 0, "late_ns_p99", "valid", 1, "why_invalid");
}

static json_t *new_cell(struct random *random, int conns, size_t rounds)
{
    json_t *trials = json_array(), *counting = json_array();
    for (size_t round = 0; round < rounds; round++) {
        for (size_t i = 0; i < 3; i++)
            json_array_append_new(trials, new_trial(random, names[(i + round + 1) % 3], round, i));
    }
    json_array_append_new(counting, new_trial(random, "epoll", 0, 0));
    return json_pack("{s:s, s:s, s:{s:i}, s:o, s:o, s:[{s:s}]}", "workload", "accept", "mode",
                     "steady", "params", "conns", conns, "counting_trials", counting, "trials",
                     trials, "summary", "computed", "before");
}

json_t *made_run(size_t cells, size_t rounds)
{
    struct random random;
    json_t *list = json_array(), *subjects = json_array();
    random_seed(&random, 4);
    for (size_t i = 0; i < cells; i++)
        json_array_append_new(list, new_cell(&random, (int)i, rounds));
    for (size_t i = 0; i < 3; i++)
        json_array_append_new(subjects, json_pack("{s:s, s:s, s:b, s:n}", "name", names[i], "tier",
                                                  "readiness", "available", 1, "reason"));
    return json_pack("{s:i, s:s, s:[s], s:i, s:{s:s, s:s, s:i, s:n}, s:o, s:o, s:i}", "schema", 1,
                     "id", "test", "command", "pollbench \u00fc", "seed", 7, "manifest", "kernel",
                     "Linux \"6", "cpu", "some [", "cpus", 2, "virtualization", "subjects",
                     subjects, "cells", list, "rounds", (int)rounds);
}

json_t *made_cell(const json_t *run, size_t index)
{
    return json_array_get(json_object_get(run, "cells"), index);
}

json_t *made_trial(const json_t *run, size_t index)
{
    return json_array_get(json_object_get(made_cell(run, 0), "trials"), index);
}

static json_t *reversed(const json_t *object)
{
    const char *fields[64], *name;
    size_t count = 0;
    json_t *value, *result = json_object();
    json_object_foreach((json_t *)object, name, value) fields[count++] = name;
    while (count-- > 0)
        json_object_set(result, fields[count], json_object_get(object, fields[count]));
    return result;
}

json_t *made_run_turned_round(const json_t *run)
{
    json_t *result = reversed(run), *cells = json_array(), *cell, *trial;
    size_t i, k;
    json_array_foreach(json_object_get(run, "cells"), i, cell)
    {
        json_t *turned = reversed(cell), *trials = json_array();
        json_array_foreach(json_object_get(cell, "trials"), k, trial)
            json_array_append_new(trials, reversed(trial));
        json_object_set_new(turned, "trials", trials);
        json_array_append_new(cells, turned);
    }
    json_object_set_new(result, "cells", cells);
    return result;
}

static int new_file(const char *bytes, size_t length)
{
    char path[] = "/tmp/pollbench-test-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    unlink(path);
    assert_int_equal(write(fd, bytes, length), length);
    return fd;
}

json_t *made_run_read(const char *bytes, size_t length, char *problem)
{
    int fd = new_file(bytes, length);
    problem[0] = '\0';
    json_t *run = run_read(fd, "r/run.json", problem);
    close(fd);
    return run;
}
