/* Which CPUs this process may use, which two of them a trial's processes should, and staying on
 * one.
 */
#ifndef HARNESS_SYSTEM_PLACEMENT_H
#define HARNESS_SYSTEM_PLACEMENT_H

#include <stdbool.h>
#include <stddef.h>

struct placement_cpu {
    int number;
    /* The hardware threads of one core have the same; -1: not known. */
    int core;
    /* Of cores that differ: relative; 0: not known. */
    unsigned speed;
};

/* Writes the numbers of the CPUs that the calling thread may run on, ascending, at most `capacity`.
 * How many there are, which may be more than were written; 0 where the system cannot be asked.
 * -errno. */
int placement_allowed_cpus(int *cpus, size_t capacity);

/* The same CPUs with what is known of them. `root` stands before every path that is read: "" for
 * this system, or a folder with a copy of its files. Returns as placement_allowed_cpus(). */
int placement_cpus(const char *root, struct placement_cpu *cpus, size_t capacity);

/* Two of them for server and generator: of the fastest kind, on two cores, where there are such.
 * The server has the last one, because the first usually serves the machine's interrupts. -1:
 * count is 0. */
void placement_choose(const struct placement_cpu *cpus, size_t count, int *server, int *generator);

/* Whether both are hardware threads of one core, or the same CPU. */
bool placement_shares_core(const struct placement_cpu *cpus, size_t count, int one, int other);

/* Whether it may choose at all: 0, or -errno of placement_pin(). Changes nothing. */
int placement_may_pin(void);

/* Keeps the calling thread, and threads and processes that it starts later, on one CPU. -ENOTSUP
 * where the system has no such call; -EINVAL for a CPU that does not exist or is not allowed. */
int placement_pin(int cpu);

#endif
