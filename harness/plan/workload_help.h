/* What `pollbench run --help` says of the workloads. */
#ifndef HARNESS_PLAN_WORKLOAD_HELP_H
#define HARNESS_PLAN_WORKLOAD_HELP_H

#include "harness/contract/workload.h"

#include <stdio.h>

/* One workload on one screen: its modes with what decides in them, and its parameters, those for
 * tuning and the other metrics by their names alone. */
void workload_help_print(FILE *, const struct workload *);

/* Modes, parameters and metrics of every workload, in full. */
void workload_help_print_all(FILE *);

#endif
