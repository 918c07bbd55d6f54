/* What `pollbench run` tells the process of a trial: one small JSON object on its standard input.
 * It is written and read here alone. */
#ifndef HARNESS_EXECUTE_TRIAL_REQUEST_H
#define HARNESS_EXECUTE_TRIAL_REQUEST_H

#include "harness/contract/workload.h"
#include "harness/execute/launch.h"

#include <stddef.h>

/* In both processes of a trial: the descriptor of the control channel between them. */
enum { CONTROL_FD = 3 };

/* In the subject's, where subjects take turns (harness/contract/turns.h). */
enum { TURN_FD = 4 };

/* As the trial's process has it. All zeros is an empty one. */
struct trial_order {
    const struct workload *workload;
    /* Its `params` are those below, its `generator_fd` is CONTROL_FD. */
    struct trial_request request;
    /* Owned. */
    struct named_values params;
    /* To stay on; -1: any. */
    int cpu;
};

/* free() it. NULL: no memory. */
char *trial_request_to_text(const struct launch *);

/* The order is empty before, is not moved afterwards, and is freed in any case. 0; -ENOMEM; or
 * -EINVAL with a sentence. */
int trial_request_from_text(struct trial_order *, const char *text, size_t length, char *problem);
void trial_order_free(struct trial_order *);

#endif
