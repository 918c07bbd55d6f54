/* A cell of the accept workload: its parameters and metrics, and what follows from them. */
#ifndef HARNESS_WORKLOADS_ACCEPT_CELL_H
#define HARNESS_WORKLOADS_ACCEPT_CELL_H

#include "backends/backend.h"
#include "harness/contract/workload.h"

/* The smallest backlog of `steady`, and with it the portion in which idle connections are made. 128
 * is the oldest limit that systems put on a backlog, so it fits everywhere. */
#define STEADY_BACKLOG_MIN 128u

/* Measured drains of a trial. */
#define ACCEPT_DRAINS_MAX 100u

/* `steady` and `rate` run this share of `seconds` before the measured window. */
#define ACCEPT_WARM_UP 0.1

/* Where `share` is set, the subject's maximum is measured twice so long, the first time as warm-up.
 */
#define RATE_PROBE 0.2
/* Answers that a maximum rests on. */
#define RATE_PROBE_LEAST 16u

/* Each ends with a NULL name. */
extern const struct parameter accept_parameters[];
extern const struct metric accept_metrics[];

/* Buffers and rings as the cell asks for them. */
struct backend_config accept_config(const struct named_values *params);

unsigned accept_backlog(const char *mode, const struct named_values *params);
/* The parameter that it follows; NULL: it is the smallest that there is. */
const char *accept_backlog_parameter(const char *mode, const struct named_values *params);

/* Connections that the server may hold at once, idle ones included. */
unsigned accept_capacity(const char *mode, const struct named_values *params);

/* A share is asked for in place of a rate. */
bool accept_has_share(const struct named_values *params);

#endif
