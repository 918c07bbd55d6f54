/* One connection of the hello server, from accept to close.
 *
 * Requests are answered in order. Answers gather in `output`; what is there goes out in one write,
 * and what comes up meanwhile follows in the next. When `output` has no room for another answer,
 * the rest of the input is kept in `held` and reading stops until a write is over. So a client that
 * asks without reading the answers costs sizeof(struct hello_connection), and what the loop had
 * received for it before it was told to stop. */
#ifndef HARNESS_HELLO_CONNECTION_H
#define HARNESS_HELLO_CONNECTION_H

#include "harness/hello/request.h"
#include "harness/hello/response.h"
#include "harness/hello/timeouts.h"

#include "loop/loop.h"

enum {
    HELLO_INPUT_BYTES = 4096, /* the most that one read brings */
    HELLO_OUTPUT_BYTES = 8192,
};

struct hello_counts {
    uint64_t connections;     /* accepted */
    uint64_t answers;         /* which the system took for sending */
    uint64_t refusals;        /* of these or of those that were lost: 4xx and 5xx */
    uint64_t accept_failures; /* not for lack of connections but of descriptors, memory, ... */
    uint64_t timeouts[HELLO_WAITS];
};

struct hello_connection;

/* What all connections of a server share. */
struct hello_shared {
    struct loop *loop;
    struct hello_limits limits;
    struct hello_timeouts timeouts;
    struct hello_date date;
    struct hello_counts counts;
    bool ending; /* every answer is the last one of its connection */
    void (*on_closed)(struct hello_connection *); /* its memory is free for another one */
};

struct hello_connection {
    struct loop_stream stream;
    struct loop_write write;
    struct hello_waiter waiter;
    struct list node; /* the server's */
    struct hello_shared *shared;
    struct hello_request request;
    uint16_t held_first, held_end;     /* in `held`: input that was not looked at yet */
    uint16_t sending, filled;          /* in `output`: bytes with the loop, bytes in all */
    uint16_t answers_sending, answers; /* in those bytes */
    bool reading;
    bool last;  /* the last answer is in `output` or gone; input does not matter any more */
    bool shut;  /* the sending direction is closed: the client is given time to read */
    bool ended; /* the client will send no more */
    char held[HELLO_INPUT_BYTES];
    char output[HELLO_OUTPUT_BYTES];
};

/* Takes the connection that the listener offers. On -errno it is gone; on_closed() comes in either
 * case, later. */
int hello_connection_open(struct hello_connection *, struct hello_shared *, struct loop_listener *);

/* shared->ending has become true: closes the connection unless a request is under way. */
void hello_connection_end(struct hello_connection *);

void hello_connection_close(struct hello_connection *);

/* For shared->timeouts. */
void hello_connection_expire(struct hello_waiter *, enum hello_wait);

#endif
