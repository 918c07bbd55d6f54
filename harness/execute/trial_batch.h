/* Trials that are kept for a while, with their memory for those that come next. */
#ifndef HARNESS_EXECUTE_TRIAL_BATCH_H
#define HARNESS_EXECUTE_TRIAL_BATCH_H

#include "harness/record/trial.h"

#include <stddef.h>

/* All zeros is an empty one. */
struct trial_batch {
    /* The first `count` are in use. */
    struct trial *list;
    size_t count, room;
};

/* One more, whose content is not defined; NULL without memory. It moves when the next is added. */
struct trial *trial_batch_add(struct trial_batch *);
/* Keeps the memory. */
void trial_batch_clear(struct trial_batch *);
void trial_batch_free(struct trial_batch *);

#endif
