/* Where the two processes of a trial run. */
#ifndef HARNESS_EXECUTE_PLACES_H
#define HARNESS_EXECUTE_PLACES_H

#include <stdbool.h>

struct places {
    /* -1: anywhere. */
    int subject_cpu, generator_cpu;
    /* They are the same CPU, or hardware threads of one core. */
    bool one_core;
};

/* The CPUs that are wanted, or (-1) as placement_choose() has it; -1 for both where this system
 * refuses to put a process on a CPU. 0; -EINVAL for one that this process may not use, -ENOMEM, or
 * what refused a CPU that was wanted, with a sentence. */
int places_choose(int wanted_server, int wanted_generator, struct places *, char *problem);

#endif
