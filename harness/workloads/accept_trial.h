/* One trial of the accept workload: the server in this process, the load over the control channel.
 */
#ifndef HARNESS_WORKLOADS_ACCEPT_TRIAL_H
#define HARNESS_WORKLOADS_ACCEPT_TRIAL_H

#include "harness/contract/workload.h"

/* The smallest backlog of `steady`, and with it the portion in which idle connections are made. 128
 * is the oldest limit that systems put on a backlog, so it fits everywhere. */
#define STEADY_BACKLOG_MIN 128u

/* Measured drains of a trial. */
#define ACCEPT_DRAINS_MAX 100u

/* `steady` runs this share of `seconds` before the measured window. */
#define STEADY_WARM_UP 0.2

/* `rate` too. */
#define RATE_WARM_UP 0.2

/* Where `share` is set, the subject's maximum is measured twice so long, the first time as warm-up.
 */
#define RATE_PROBE 0.2
#define RATE_PROBE_LEAST 16u /* answers that a maximum rests on */

/* Each ends with a NULL name. */
extern const struct parameter accept_parameters[];
extern const struct metric accept_metrics[];

/* Buffers and rings as the cell asks for them. */
struct backend_config accept_config(const json_t *params);

unsigned accept_backlog(const char *mode, const json_t *params);

/* Connections that the server may hold at once, idle ones included. */
unsigned accept_capacity(const char *mode, const json_t *params);

/* See workload.run. */
int accept_run(const struct trial_request *, json_t **outcome, char *problem);

#endif
