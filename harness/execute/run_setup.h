/* Everything of a run that is settled before its first trial. */
#ifndef HARNESS_EXECUTE_RUN_SETUP_H
#define HARNESS_EXECUTE_RUN_SETUP_H

#include "harness/execute/rounds.h"

struct run {
    struct run_options options;
    struct rounds rounds;
    char id[40];
    char problem[PROBLEM_BYTES];
};

/* Gives the run its id, by the clock, and its seed, where none was asked for. */
void run_name(struct run *);

/* Builds the run as JSON, and the cells with their subjects. -EINVAL: bad usage; -ENODEV: nothing
 * can run; -ENOMEM; `problem` says what. Release with run_free() in every case. */
int run_prepare(struct run *, int argc, char **argv);
void run_free(struct run *);

/* The CPUs of a trial's two processes, -1: anywhere. The subject has the last one: the first
 * usually serves the machine's interrupts. */
void run_place(int *subject_cpu, int *generator_cpu);

#endif
