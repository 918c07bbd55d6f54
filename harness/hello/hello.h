/* The subcommand hello: takes its own name as argv[0] and returns the exit status. */
#ifndef HARNESS_HELLO_HELLO_H
#define HARNESS_HELLO_HELLO_H

#include "harness/base/exit_status.h"

int command_hello(int argc, char **argv);

#endif
