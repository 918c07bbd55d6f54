/* What a calibration found, in short: for the manifest of later runs. The whole of it is
 * calibrate/'s. */
#ifndef HARNESS_RECORD_CALIBRATION_RECORD_H
#define HARNESS_RECORD_CALIBRATION_RECORD_H

#include "harness/base/named_values.h"

#include <stddef.h>
#include <stdint.h>

/* One subject against itself in one cell, with a planted delay or (planted 0) without. */
struct calibration_result {
    char *workload, *mode, *subject, *metric;
    struct named_values params;
    /* Shares. */
    double minimum_effect, planted;
    double seconds_per_comparison;
    uint64_t rounds_per_comparison, comparisons;
    /* FASTER or SLOWER; and of those, with the wrong word: without a planted delay every one is. */
    uint64_t named, wrong;
    /* Of the comparisons that were named, with its interval. */
    double share, low, high;
};

struct calibration_record {
    /* NULL: not known. */
    char *date, *commit, *kernel;
    struct calibration_result *results;
    size_t count;
};

/* All zeros is none. */
void calibration_record_free(struct calibration_record *);
void calibration_result_free(struct calibration_result *);

#endif
