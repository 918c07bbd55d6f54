/* How long a run will still take: the workloads' own estimates, corrected by how long trials have
 * really taken so far. */
#ifndef HARNESS_EXECUTE_PACE_H
#define HARNESS_EXECUTE_PACE_H

#include <stdbool.h>
#include <stdint.h>

struct pace {
    uint64_t begin_ns;
    /* One round, by the workloads' estimates. */
    double round_estimate_s;
    /* Trials that are over, by the same estimates. */
    double done_estimate_s;
    /* Of the run. */
    double time_bound_s;
    uint64_t minimum_rounds, maximum_rounds;
};

void pace_begin(struct pace *);
void pace_trial_ended(struct pace *, double estimate_s);
double pace_elapsed_s(const struct pace *);

/* Seconds that a round takes. */
double pace_round_s(const struct pace *);

/* Whether there is time for one more round after `finished` ones. */
bool pace_allows_round(const struct pace *, uint64_t finished);

/* What is left of the run with `finished` rounds over and `in_round_s` (estimated) of the present
 * one. */
double pace_left_s(const struct pace *, uint64_t finished, double in_round_s);

#endif
