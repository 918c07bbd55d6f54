/* Each reads one field of results/trial.schema.json into reading->trial->outcome; 0 or -errno, with
 * -ENOMEM for histograms alone. */
#ifndef HARNESS_RECORD_OUTCOME_READ_H
#define HARNESS_RECORD_OUTCOME_READ_H

#include "harness/record/reading.h"

int outcome_read_metrics(struct reading *);
int outcome_read_samples(struct reading *);
int outcome_read_histograms(struct reading *);
int outcome_read_counters(struct reading *);
int outcome_read_usage(struct reading *);
/* null: there was none. */
int outcome_read_generator(struct reading *);
int outcome_read_granted(struct reading *);
int outcome_read_syscalls_unavailable(struct reading *);

#endif
