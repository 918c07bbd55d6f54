/* The conformance cases of a `pollbench check`: which there are, and running them, each on each
 * backend in a process of its own. */
#ifndef HARNESS_CHECK_CASES_H
#define HARNESS_CHECK_CASES_H

#include "harness/system/process.h"

#include "backends/registry.h"

#include <limits.h>

enum { CHECK_NAMES_MAX = 1024, CHECK_JOBS_MAX = 64 };

struct check_names {
    char *list[CHECK_NAMES_MAX];
    size_t count;
};

enum check_outcome { CHECK_PENDING, CHECK_OK, CHECK_SKIP, CHECK_FAIL };

struct check_result {
    enum check_outcome outcome;
    /* Of a skip or a failure; NULL for none. */
    char *reason;
};

/* One case on one backend that runs now. */
struct check_running {
    struct process process;
    /* Its standard output and standard error. */
    struct process_text texts[2];
    uint64_t deadline_ns;
    /* Where its result goes; NULL: this place is free. */
    struct check_result *result;
};

struct check {
    const struct backend_variant *backends[CHECK_NAMES_MAX];
    size_t backend_count;
    /* Those that were asked for; none: all. */
    struct check_names chosen;
    /* Those that are run. */
    struct check_names cases;
    bool json;
    unsigned jobs;
    /* As it was given; NULL: it was not. */
    const char *time_limit_factor;
    /* For a process, by when its case should have ended itself. */
    unsigned limit_s;
    char program[PATH_MAX];
    /* All backends of the first case, then of the second one, and so on. */
    struct check_result *results;
    size_t result_count, started, ended;
    /* Cases that were printed. */
    size_t shown;
    struct check_running running[CHECK_JOBS_MAX];
};

/* How many names there are now, or -E2BIG, -ENOMEM. */
int check_add_name(struct check_names *, const char *name);

/* Asks the conformance program for its cases, and makes room for their results: `cases`, `limit_s`
 * and `results` are set. Every case that was asked for is one; without any, all are. */
int check_choose_cases(struct check *, char *problem);

/* Runs them all, `jobs` at a time, and calls `on_progress` after each step. -errno: they could not
 * be run, or a signal ended the run (-EINTR). */
int check_run_cases(struct check *, void (*on_progress)(struct check *, void *context),
                    void *context, char *problem);

/* Ends what still runs, frees what was allocated. */
void check_end(struct check *);

/* The case and the backend of a result. */
const char *check_case_of(const struct check *, size_t result);
const char *check_backend_of(const struct check *, size_t result);

#endif
