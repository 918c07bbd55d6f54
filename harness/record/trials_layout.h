/* How the block of a cell's trials is laid out. Internal to trials*.c. */
#ifndef HARNESS_RECORD_TRIALS_LAYOUT_H
#define HARNESS_RECORD_TRIALS_LAYOUT_H

#include "harness/record/trials.h"

/* Names that trials bring along, each with columns of its own. */
enum trials_kind { TRIALS_METRIC, TRIALS_COUNTER, TRIALS_USAGE, TRIALS_HISTOGRAM, TRIALS_KINDS };

/* Columns of doubles that a name has. */
static inline size_t trials_width(enum trials_kind kind)
{
    return kind == TRIALS_HISTOGRAM ? TRIALS_PERCENTS : 1;
}

struct trials_pooled {
    uint32_t histogram, subject;
    struct pooled_histogram pooled;
};

/* Every offset is in bytes from here. A name's columns follow those of the name before it, each as
 * long as there are trials. */
struct trials {
    uint64_t trial_count, pooled_count, subject_count;
    uint64_t list_at;     /* struct trial */
    uint64_t pooled_at;   /* struct trials_pooled */
    uint64_t subjects_at; /* uint32_t: the offset of each name */
    struct {
        uint64_t count;
        uint64_t columns_at; /* double */
        uint64_t texts_at;   /* uint32_t: the offset of each name */
    } names[TRIALS_KINDS];
};

static inline const void *trials_at(const struct trials *trials, uint64_t offset)
{
    return (const char *)trials + offset;
}

#define TRIALS_KEY "trials in a block"
#define TRIALS_COUNTING_KEY "counting_trials in a block"

#endif
