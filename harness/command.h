/* The subcommands. Each takes its own name as argv[0] and returns the exit status. */
#ifndef HARNESS_COMMAND_H
#define HARNESS_COMMAND_H

#include "harness/base/exit_status.h"
#include "harness/calibrate/calibrate.h"
#include "harness/compare/compare.h"
#include "harness/hello/hello.h"

int command_list(int argc, char **argv);
int command_run(int argc, char **argv);
int command_report(int argc, char **argv);
int command_check(int argc, char **argv);

/* Internal: the two processes of a trial (harness/execute/trial_request.h). */
int command_trial(int argc, char **argv);
int command_generate(int argc, char **argv);

#endif
