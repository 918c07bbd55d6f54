/* The subcommand calibrate: takes its own name as argv[0] and returns the exit status. */
#ifndef HARNESS_CALIBRATE_CALIBRATE_H
#define HARNESS_CALIBRATE_CALIBRATE_H

#include "harness/base/exit_status.h"

int command_calibrate(int argc, char **argv);

#endif
