/* One trial of the accept workload: the server in this process, the load over the control channel.
 */
#ifndef HARNESS_WORKLOADS_ACCEPT_TRIAL_H
#define HARNESS_WORKLOADS_ACCEPT_TRIAL_H

#include "harness/contract/workload.h"

/* See workload.run. */
int accept_run(const struct trial_request *, struct outcome *, char *problem);

#endif
