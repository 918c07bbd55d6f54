/* What `pollbench run` was asked for. */
#ifndef HARNESS_PLAN_RUN_OPTIONS_H
#define HARNESS_PLAN_RUN_OPTIONS_H

#include "harness/base/options.h"
#include "harness/plan/profiles.h"
#include "harness/contract/workload.h"

/* The fewest rounds that figures may rest on (METHOD.md), and the most that can be asked for. */
enum { ROUNDS_MINIMUM = 10, ROUNDS_MAXIMUM = 100000 };
enum { RUN_WORKLOADS_MAX = 16, RUN_SUBJECTS_MAX = 64 };

struct run_options {
    const struct workload *workloads[RUN_WORKLOADS_MAX];
    size_t workload_count;
    const struct subject *subjects[RUN_SUBJECTS_MAX]; /* as named by --backends, in that order */
    size_t subject_count; /* 0: every available one that is not opt-in */
    json_t *settings;     /* {"queue": ["1000", "2000"]}: the texts of --set, in order; owned */
    const struct profile *profile;
    uint64_t rounds; /* 0: not given */
    double time_s;   /* 0: not given */
    uint64_t seed;
    bool seed_given;
    double minimum_effect;  /* a share */
    const char *out_folder; /* NULL: a new one under results/runs */
    bool quiet, json;
};

/* OPTIONS_DONE, OPTIONS_HELP, or -EINVAL with a sentence. Release with run_options_free() in every
 * case. */
int run_options_parse(struct run_options *, int argc, char **argv, char *problem);
void run_options_free(struct run_options *);
void run_options_print_help(FILE *);

#endif
