/* Everything of a run that is settled before its first trial. */
#ifndef HARNESS_EXECUTE_EXECUTION_H
#define HARNESS_EXECUTE_EXECUTION_H

#include "harness/execute/rounds.h"

/* A run, and what it takes to make it. All zeros, but for the options, is an empty one. It is not
 * moved once it is prepared. */
struct execution {
    struct run_options options;
    struct selection selection;
    struct cell_list cells;
    struct run run;
    struct run_folder folder;
    struct rounds rounds;
    char problem[PROBLEM_BYTES];
};

/* Settles cells, subjects, bounds and seed, and fills the run with all that is known before it. The
 * folder is not opened. The time of the run begins. -EINVAL: bad usage; -ENODEV: nothing can run;
 * -ENOMEM; `problem` says what. Release with execution_free() in every case, but the folder, which
 * is the caller's to close. */
int execution_prepare(struct execution *, int argc, char **argv);
void execution_free(struct execution *);

/* From the probe to the last round. The folder is open. */
enum rounds_end execution_measure(struct execution *);

#endif
