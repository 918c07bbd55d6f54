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
    /* They were named, not all there are. */
    bool workloads_named;
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
    /* -1: not given. */
    int server_cpu, generator_cpu;
    /* NULL: a new one under results/runs. */
    const char *out_folder;
    /* Go on with what is decided. */
    bool all_rounds;
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

/* Whether the mode runs: one of --set mode=...; without that every mode, but what the profile
 * leaves out of a run that names no workload. */
bool run_options_has_mode(const struct run_options *, const struct workload *, const char *mode);

/* Whether any mode of the run is to have the subject when nobody named subjects. An opt-in one is
 * in none. */
bool run_options_have_subject(const struct run_options *, const struct subject *);

#endif
