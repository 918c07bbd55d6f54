/* What the control groups of this process allow it (Linux, version 1 and 2). A group is bound by
 * its own limits and by those of every group above it. */
#ifndef HARNESS_SYSTEM_CGROUP_H
#define HARNESS_SYSTEM_CGROUP_H

#include <stdint.h>

struct cgroup_limits {
    /* Seconds of CPU time a second; 0: no quota. */
    double cpus;
    /* 0: no limit. */
    uint64_t memory_bytes;
};

/* The tightest of each. `root` stands before every path that is read: "" for this system, or a
 * folder with a copy of its files. -ENOTSUP: there is nothing to ask. */
int cgroup_limits(const char *root, struct cgroup_limits *);

/* Periods so far in which a quota made this process, or others of its groups, wait for the next
 * one. -ENOTSUP where there is nothing to ask. */
int cgroup_throttled(const char *root, uint64_t *periods);

#endif
