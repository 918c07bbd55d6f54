/* The trials of a cell as the analysis reads them: what a report needs of each, as plain numbers in
 * one block of memory without pointers in it. The block is a JSON string of bytes inside the cell,
 * so that it lives as long as the cell does, and functions that are given a cell have its trials.
 * It is never written to a file.
 *
 * A run that was read from a file (run_file_load) has these instead of "trials" and
 * "counting_trials". A run that is being measured has both: trials_pack() makes them from the JSON.
 */
#ifndef HARNESS_RECORD_TRIALS_H
#define HARNESS_RECORD_TRIALS_H

#include "harness/stats/histogram.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The percentiles that are kept of a histogram: 50, 90, 99, 99.9, 99.99, 100. */
enum { TRIALS_PERCENTS = 6 };
extern const double trials_percents[TRIALS_PERCENTS];

struct trial {
    uint64_t round, order; /* from 0 */
    uint32_t subject;      /* index for trials_subject_name() */
    uint32_t why_invalid;  /* for trials_why_invalid() */
    bool valid;
    bool bound; /* the generator was the bound */
};

/* All valid trials of one subject together, one histogram. */
struct pooled_histogram {
    uint64_t trials;                        /* that have one; 0: none */
    uint64_t count;                         /* values in all of them */
    uint64_t sum_ns;                        /* stops at INT64_MAX, as in struct histogram */
    double percentiles_ns[TRIALS_PERCENTS]; /* NAN: fewer than 10 values above it */
};

struct trials; /* of one cell */

/* Those of "trials", and those of "counting_trials"; none, rather than NULL, where there is no
 * list. They stay the cell's. */
const struct trials *trials_of(const json_t *cell);
const struct trials *trials_counting(const json_t *cell);

/* In the order of the file. In one round a subject has one valid trial at most. */
size_t trials_count(const struct trials *);
const struct trial *trials_list(const struct trials *);
const char *trials_why_invalid(const struct trials *,
                               const struct trial *); /* "" when it is valid */

/* Subjects in the order of the run's list, all of them. */
size_t trials_subject_count(const struct trials *);
const char *trials_subject_name(const struct trials *, size_t subject);
size_t trials_find_subject(const struct trials *, const char *name); /* count when there is none */

/* One value for each trial, in the order of trials_list(); NAN where a trial has none. NULL when no
 * trial has one. */
const double *trials_metric(const struct trials *, const char *name);
const double *trials_counter(const struct trials *, const char *name);
const double *trials_usage(const struct trials *, const char *name);
const double *trials_percentile_ns(const struct trials *, const char *histogram, size_t percent);

/* NULL when no valid trial of the subject has that histogram. */
const struct pooled_histogram *trials_pooled(const struct trials *, const char *histogram,
                                             size_t subject);

/* Names in the order in which trials have them first. */
size_t trials_metric_count(const struct trials *);
const char *trials_metric_name(const struct trials *, size_t index);
size_t trials_counter_count(const struct trials *);
const char *trials_counter_name(const struct trials *, size_t index);

/* Makes them for every cell whose "trials" or "counting_trials" are JSON. The run has passed
 * run_shape_check(). 0, -ENOMEM, or -EINVAL and `problem` (512 bytes) names the first field of a
 * trial that is wrong. */
int trials_pack(json_t *run, char *problem);

/* The run without what trials_pack() made: what may be written to a file. A new reference to a copy
 * that shares everything else; NULL without memory. */
json_t *trials_unpacked(const json_t *run);

#endif
