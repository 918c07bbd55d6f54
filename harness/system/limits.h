/* The limits of this system that a cell may run into, asked before it runs. */
#ifndef HARNESS_SYSTEM_LIMITS_H
#define HARNESS_SYSTEM_LIMITS_H

#include "harness/contract/workload.h"

struct limits {
    uint64_t files;   /* open files of one process: the hard limit, to which ours was raised */
    uint64_t backlog; /* of a listening socket; UINT64_MAX where the system does not say */
    const char *backlog_name; /* "net.core.somaxconn"; NULL where the system does not say */
};

/* Raises the soft limit of open files to the hard one. *files: what it is now. -errno */
int limits_raise_files(uint64_t *files);

/* The longest backlog that the kernel does not cut in silence. -ENOTSUP where it cannot be asked.
 */
int limits_backlog(uint64_t *backlog, const char **name);

void limits_read(struct limits *);

/* Whether a cell fits. If not, false and a sentence: which limit, what it needs, what to do. */
bool limits_allow(const struct limits *, const struct cell_needs *, char *problem);

#endif
