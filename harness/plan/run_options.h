/* What `pollbench run` was asked for. */
#ifndef HARNESS_PLAN_RUN_OPTIONS_H
#define HARNESS_PLAN_RUN_OPTIONS_H

#include "harness/base/options.h"
#include "harness/contract/workload.h"
#include "harness/plan/profiles.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* The fewest rounds that figures may rest on (METHOD.md), and the most that can be asked for. */
enum { ROUNDS_MINIMUM = 10, ROUNDS_MAXIMUM = 100000 };
enum { RUN_WORKLOADS_MAX = 16, RUN_SUBJECTS_MAX = 64 };

/* One --set: {"queue", {"1000", "2000"}}. */
struct setting {
    char *name;
    char **values;
    size_t count;
};

struct run_options {
    const struct workload *workloads[RUN_WORKLOADS_MAX];
    size_t workload_count;
    /* As named by --backends, in that order. */
    const struct subject *subjects[RUN_SUBJECTS_MAX];
    /* 0: every available one that is not opt-in. */
    size_t subject_count;
    /* In the order in which they were given. Owned. */
    struct setting *settings;
    size_t setting_count;
    const struct profile *profile;
    /* NULL: by the rule of analysis/baseline.h. */
    const struct subject *baseline;
    /* 0: not given. */
    uint64_t rounds;
    double time_s;
    uint64_t seed;
    bool seed_given;
    /* A share. */
    double minimum_effect;
    /* NULL: a new one under results/runs. */
    const char *out_folder;
    bool quiet, json, verbose;
    /* With OPTIONS_HELP: of everything; or else of the workload that was named first, NULL: none.
     */
    bool help_all;
    const struct workload *help_workload;
};

/* OPTIONS_DONE, OPTIONS_HELP, or -EINVAL with a sentence. Release with run_options_free() in every
 * case. */
int run_options_parse(struct run_options *, int argc, char **argv, char *problem);
void run_options_free(struct run_options *);
/* The help that was asked for. */
void run_options_print_help(FILE *, const struct run_options *);

/* NULL: there was no --set of that name. */
const struct setting *run_options_setting(const struct run_options *, const char *name);

#endif
