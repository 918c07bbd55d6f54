/* Runs of made-up trials of which the truth is known: rounds that share a machine which wanders. */
#ifndef TESTS_HARNESS_COMPARE_MADE_RUNS_H
#define TESTS_HARNESS_COMPARE_MADE_RUNS_H

#include "harness/compare/comparison.h"

enum { MADE_SUBJECTS_MAX = 8, MADE_RUNS_MAX = 7 };

struct made_subject {
    const char *name;
    /* 1.3: it takes 1.3 times as long as the others; 0: as long. */
    double cost;
};

/* What is 0 has the value in brackets. */
struct made_run {
    uint64_t seed;
    /* (30) and (1: accept drain with idle=0, 1, ...). */
    unsigned rounds, cells;
    /* (floor:epoll, epoll, poll.) */
    struct made_subject subjects[MADE_SUBJECTS_MAX];
    /* Deviation of the logarithm of a trial (0.05), and of what the trials of a round share (0.1),
     * correlated by 0.9 with the next round. */
    double noise, drift;
    /* A factor on everything: another state of the machine (1). */
    double offset;
    /* (accept, drain) */
    const struct workload *workload;
    const char *mode;
    /* In this round the last subject has a timer before its time. */
    unsigned early_round;
    /* In one of so many rounds the generator was the bound. */
    unsigned bound_every;
    /* No trial counts. */
    bool all_invalid;
    /* (Linux 6.18.0) */
    const char *kernel;
    /* Why its first cell was not measured. */
    const char *skipped;
};

/* A comparison of made runs. */
struct made_comparison {
    struct compare_options options;
    struct run_comparison comparison;
    char problem[PROBLEM_BYTES];
    int r;
};

/* The options are set before; close the comparison afterwards. */
void compare_runs(struct made_comparison *, const struct made_run *base, size_t base_count,
                  const struct made_run *new, size_t new_count);
void compare_two(struct made_comparison *, const struct made_run *base, const struct made_run *new);

/* The pair of that subject, of its first cell; it is there. */
const struct compared_pair *pair_of(const struct made_comparison *, const char *subject);
enum verdict_word word_of(const struct made_comparison *, const char *subject);

#endif
