/* What `pollbench run --help` says of the workloads. */
#ifndef HARNESS_PLAN_WORKLOAD_HELP_H
#define HARNESS_PLAN_WORKLOAD_HELP_H

#include <stdio.h>

/* Modes, parameters and metrics of every workload. */
void workload_help_print(FILE *);

#endif
