/* The path of a unix socket, in a folder of its own that nobody else can enter. */
#ifndef HARNESS_WORKLOADS_ECHO_PATH_H
#define HARNESS_WORKLOADS_ECHO_PATH_H

#include <stddef.h>

enum { ECHO_PATH_BYTES = 4096 };

struct echo_path {
    /* "": none. */
    char folder[ECHO_PATH_BYTES];
    char socket[ECHO_PATH_BYTES];
};

/* Makes the folder under TMPDIR, else /tmp; `most` bytes of a path fit an address, its end
 * included. 0, or -errno with a sentence. */
int echo_path_make(struct echo_path *, size_t most, char *problem);

/* Removes the socket and the folder, as far as they are there. Connections go on without them. */
void echo_path_remove(struct echo_path *);

#endif
