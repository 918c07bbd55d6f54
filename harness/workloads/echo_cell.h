/* A cell of the echo workload: its parameters and metrics, and what follows from them. */
#ifndef HARNESS_WORKLOADS_ECHO_CELL_H
#define HARNESS_WORKLOADS_ECHO_CELL_H

#include "harness/contract/echo_ops.h"
#include "harness/contract/workload.h"

/* The portion in which connections are made, and the backlog: the oldest limit that systems put on
 * one, so that it fits everywhere. */
#define ECHO_PORTION 128u

/* This share of `seconds` is run before the measured window. */
#define ECHO_WARM_UP 0.1

/* Each ends with a NULL name. */
extern const struct parameter echo_parameters[];
extern const struct metric echo_metrics[];

unsigned echo_connections(const struct named_values *params);
/* Connections that talk; more than there are where the cell asks for that. */
unsigned echo_active(const struct named_values *params);
bool echo_is_unix(const struct named_values *params);

/* Why the cell cannot be run, as a sentence, static; NULL. */
const char *echo_impossible(const struct named_values *params);

/* Runs one trial, see workload.run. */
int echo_run(const struct trial_request *, struct outcome *, char *problem);

#endif
