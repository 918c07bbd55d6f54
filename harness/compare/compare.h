/* The subcommand compare: takes its own name as argv[0] and returns the exit status. */
#ifndef HARNESS_COMPARE_COMPARE_H
#define HARNESS_COMPARE_COMPARE_H

#include "harness/base/exit_status.h"

int command_compare(int argc, char **argv);

#endif
