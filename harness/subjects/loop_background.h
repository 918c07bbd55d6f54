/* A listener that accepts and closes at once, on a loop that has something else to do. */
#ifndef HARNESS_SUBJECTS_LOOP_BACKGROUND_H
#define HARNESS_SUBJECTS_LOOP_BACKGROUND_H

#include "loop/loop.h"

#include <stdbool.h>
#include <stdint.h>

struct background {
    struct loop_listener listener;
    /* On 127.0.0.1; 0 when it is not open. */
    uint16_t port;
    /* Accepting has failed; the loop was stopped then. */
    int error;
    /* The listener has a connection that could not be taken yet. */
    bool offered;
    unsigned free_count;
    struct loop_stream *streams, **free;
};

/* For at most `conns` connections at a time. All memory is taken here. On -errno nothing is left.
 * It does not move until the loop is destroyed. */
int background_open(struct background *, struct loop *, unsigned conns, const char **what);
/* Ends with the loop's next iterations; then background_free(). */
void background_close(struct background *);
void background_free(struct background *);

#endif
