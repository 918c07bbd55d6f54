/* Many waits of a few fixed lengths, on one timer of the loop. Waits of one kind last equally long,
 * so their list is in the order of their deadlines by itself, and beginning or ending a wait, which
 * happens several times per request, moves a list node and nothing else. */
#ifndef HARNESS_HELLO_TIMEOUTS_H
#define HARNESS_HELLO_TIMEOUTS_H

#include "loop/loop.h"

enum hello_wait {
    HELLO_WAIT_NONE,
    /* For the first byte of a request. */
    HELLO_WAIT_IDLE,
    /* For the rest of one. */
    HELLO_WAIT_REQUEST,
    /* For the client to read. */
    HELLO_WAIT_WRITE,
    /* For the client to close, too. */
    HELLO_WAIT_LINGER,
    HELLO_WAITS,
};

struct hello_waiter {
    struct list node;
    uint64_t deadline_ns;
    /* enum hello_wait */
    uint8_t wait;
};

struct hello_timeouts {
    struct loop_timer timer;
    /* When the timer runs. */
    uint64_t due_ns;
    struct list lists[HELLO_WAITS];
    uint64_t lengths_ns[HELLO_WAITS];
    /* Its wait is over already when this is called. */
    void (*expire)(struct hello_waiter *, enum hello_wait);
};

/* lengths_ns and expire are the caller's to set, before the first wait. -ENOMEM: close it all the
 * same. */
int hello_timeouts_open(struct loop *, struct hello_timeouts *);
void hello_timeouts_close(struct hello_timeouts *);

void hello_waiter_init(struct hello_waiter *);
/* Begins a wait, in place of the one that it may be in. */
void hello_wait_begin(struct hello_timeouts *, struct hello_waiter *, enum hello_wait);
void hello_wait_end(struct hello_waiter *);

#endif
