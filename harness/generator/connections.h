/* The connections that the generator keeps open: those of `fill`, until `drop`. Making and ending
 * them is what most of a trial's time goes into; where there is a second CPU, which then is the
 * subject's, both take their share of it while the subject sleeps. */
#ifndef HARNESS_GENERATOR_CONNECTIONS_H
#define HARNESS_GENERATOR_CONNECTIONS_H

#include "harness/generator/control.h"
#include "harness/generator/helper.h"
#include "harness/generator/target.h"

#define CONNECTIONS_MAX (1u << 20)

/* A load in which nothing happens for so long is given up. A connection request that the kernel
 * threw away is sent again after 1, 2, 3, 4, 5, 7 and 11 s in all since Linux 6.5
 * (tcp_syn_linear_timeouts), and after 1, 3 and 7 s before. */
#define CONNECT_TIMEOUT_NS (5 * UINT64_C(1000000000))

struct connections {
    int *fds;
    size_t count, capacity;
    /* The first `held` stay open when the others are dropped. */
    size_t held;
    /* Sockets of dropped connections, for the next fill, which leaves none; -1: closed. */
    int *spares;
    size_t spare_count, spare_capacity;
    /* NULL: there is none, everything is done by the calling thread. The caller's. */
    struct helper *helper;
};

/* Opens `count` connections more, all or none. -ECANCELED when the control channel ends meanwhile.
 * On every -errno `problem` is a sentence. */
int connections_fill(struct connections *, struct target *, size_t count, const struct control *,
                     char *problem);

/* The connections of this moment are kept by connections_drop(). */
void connections_hold(struct connections *);

/* Resets all but the held ones. The next fill uses their sockets again. */
void connections_drop(struct connections *);

/* Closes all, by reset; none is held any more. */
void connections_release(struct connections *);

/* Closes all and frees the memory. */
void connections_free(struct connections *);

#endif
