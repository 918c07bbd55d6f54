/* The limits of this system that a cell may run into, asked before it runs. */
#ifndef HARNESS_SYSTEM_LIMITS_H
#define HARNESS_SYSTEM_LIMITS_H

#include <stdint.h>

struct limits {
    /* Open files of one process: the hard limit, to which ours was raised. */
    uint64_t files;
    /* Of a listening socket; UINT64_MAX where the system does not say. */
    uint64_t backlog;
    /* "net.core.somaxconn"; NULL where the system does not say. */
    const char *backlog_name;
};

/* Raises the soft limit of open files to the hard one. *files: what it is now. -errno */
int limits_raise_files(uint64_t *files);

/* The longest backlog that the kernel does not cut in silence. -ENOTSUP where it cannot be asked.
 */
int limits_backlog(uint64_t *backlog, const char **name);

void limits_read(struct limits *);

#endif
