/* What this machine can do, found out within two seconds before the first round: how much load the
 * generator can make, and how much trials scatter. Loads and lengths are chosen by it. */
#ifndef HARNESS_EXECUTE_PROBE_H
#define HARNESS_EXECUTE_PROBE_H

#include "harness/execute/launch.h"
#include "harness/execute/trial_batch.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct probe {
    /* Requests per second that the generator has made against a floor, as a proof of headroom is
     * made (execute/headroom.h). 0: it was not asked, or proved nothing. */
    double rate_per_s;
    /* The lowest rate that it was asked for. */
    double lowest_per_s;
    /* The proof, in `trials`; and against whom, NULL: none. */
    size_t proof;
    const char *against;
    /* Deviation of the logarithm of the ratio of two neighbouring drains of a floor, each in a
     * process of its own: what a comparison has to see through. And ratios; 0: not known. */
    double deviation;
    unsigned ratios;
    /* Every trial of the search for a rate, each of the kind `headroom`. */
    struct trial_batch trials;
};

/* By doubling from 2,000 a second up, or halving down, until three trials in a row prove nothing,
 * and once between the two. `like` is of the cell in mode rate, which is at this place of the run;
 * ends at deadline_ns with what is proved by then. 0, or as launch_trial(). */
int probe_rate(struct probe *, const struct launch *like, size_t cell, uint64_t deadline_ns);

/* `like` says where to run; its cell and subject are not used. */
int probe_noise(struct probe *, const struct launch *like, uint64_t deadline_ns);

void probe_free(struct probe *);

/* Standard deviation of log(value / the next), from the mean absolute one: a disturbed trial
 * counts, and does not outweigh all others. 0 with fewer than three values. */
double probe_deviation(const double *values, size_t count);

#endif
