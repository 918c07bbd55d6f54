/* What a trial came to, in memory. Names are those of a workload's metrics and of counters; a trial
 * has few of them, and none is longer than FIGURE_NAME_BYTES. */
#ifndef HARNESS_CONTRACT_OUTCOME_H
#define HARNESS_CONTRACT_OUTCOME_H

#include "harness/contract/generator_report.h"
#include "harness/stats/histogram.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    FIGURE_NAME_BYTES = 48,
    FIGURES_MAX = 48,
    OUTCOME_HISTOGRAMS_MAX = 8,
    OUTCOME_SAMPLES_MAX = 128,
    OUTCOME_TEXT_BYTES = 512,
};

struct figure {
    char name[FIGURE_NAME_BYTES];
    double value;
};

struct figures {
    struct figure list[FIGURES_MAX];
    size_t count;
};

struct outcome_histogram {
    char name[FIGURE_NAME_BYTES];
    struct histogram *histogram;
};

struct outcome {
    struct figures metrics, counters, usage;
    /* What one metric of the trial is the median of, in the order in which it was measured; none:
     * sample_count 0. */
    char sampled_metric[FIGURE_NAME_BYTES];
    double samples[OUTCOME_SAMPLES_MAX];
    size_t sample_count;
    /* The memory of histograms beyond histogram_count is kept for the next trial. */
    struct outcome_histogram histograms[OUTCOME_HISTOGRAMS_MAX];
    size_t histogram_count;
    bool has_generator;
    struct generator_report generator;
    /* backend_feature bits. */
    uint32_t granted;
    /* Why system calls could not be counted though that was asked for; "" otherwise. */
    char syscalls_unavailable[OUTCOME_TEXT_BYTES];
};

/* Sets, or sets again, one figure. 0; -ENAMETOOLONG; -ENOSPC: there are FIGURES_MAX. */
int figures_set(struct figures *, const char *name, double value);
/* false: there is none of that name. */
bool figures_get(const struct figures *, const char *name, double *value);

/* All zeros is an empty outcome. Reset empties it and keeps its memory, free gives that back. */
void outcome_reset(struct outcome *);
void outcome_free(struct outcome *);

/* An empty histogram of that name, which the outcome owns; NULL without memory, or when there are
 * OUTCOME_HISTOGRAMS_MAX, or the name is too long. */
struct histogram *outcome_add_histogram(struct outcome *, const char *name);
const struct histogram *outcome_histogram(const struct outcome *, const char *name);

#endif
