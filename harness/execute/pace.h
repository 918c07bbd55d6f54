/* How long a run has taken, and how long it will still take: the workloads' own estimates,
 * corrected by how long trials have really taken so far.
 *
 * The time of a run is that of the whole command: probing, counting, proofs, rounds, and the report
 * at its end, for which a reserve is kept. */
#ifndef HARNESS_EXECUTE_PACE_H
#define HARNESS_EXECUTE_PACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A run may take this much more than its time, as a share, where that comes nearer to it than to
 * end a round earlier. */
#define PACE_TOLERANCE 0.05

struct pace {
    uint64_t begin_ns;
    /* One round, by the workloads' estimates. */
    double round_estimate_s;
    /* Trials that are over, by the same estimates, and in truth. */
    double done_estimate_s, done_s;
    /* Of the whole command; INFINITY: none. And what of it is kept for the report. */
    double time_bound_s, reserve_s;
    uint64_t maximum_rounds;
};

void pace_begin(struct pace *);
void pace_trial_ended(struct pace *, double estimate_s, double took_s);
double pace_elapsed_s(const struct pace *);

/* What the report of so many cells takes on a machine that does nothing else. */
double pace_report_s(size_t cells);
/* The reserve is that, more where others are on the CPUs now, and half of the time at most. */
void pace_set_report(struct pace *, size_t cells);

/* What an estimate is to be multiplied by; 1 before the first trial. */
double pace_correction(const struct pace *);

/* Until measuring has to end; below 0: it should have ended. INFINITY without a bound. */
double pace_remaining_s(const struct pace *);

/* Whether there is time for one more round, which takes round_s, after `finished` ones: ending with
 * it comes nearer to the bound than ending without it, and is within the tolerance. The first one
 * is always allowed: it leaves out what there is no time for. */
bool pace_allows_round(const struct pace *, uint64_t finished, double round_s);

/* Whether there is time for so many rounds, before anything of the tolerance is used. */
bool pace_has_time_for(const struct pace *, double rounds, double round_s);

/* Whether work that takes so long would go beyond the tolerance. */
bool pace_is_over(const struct pace *, double work_s);

/* What is left of the run with `finished` rounds over and in_round_s of the present one. */
double pace_left_s(const struct pace *, uint64_t finished, double round_s, double in_round_s);

#endif
