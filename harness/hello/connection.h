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
    /* The most that one read brings. */
    HELLO_INPUT_BYTES = 4096,
    HELLO_OUTPUT_BYTES = 8192,
};

struct hello_counts {
    /* Accepted. */
    uint64_t connections;
    /* Which the system took for sending. */
    uint64_t answers;
    /* Of these or of those that were lost: 4xx and 5xx. */
    uint64_t refusals;
    /* Not for lack of connections but of descriptors, memory, ... */
    uint64_t accept_failures;
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
    /* Every answer is the last one of its connection. */
    bool ending;
    /* The memory of the connection is free for another one. */
    void (*on_closed)(struct hello_connection *);
};

struct hello_connection {
    struct loop_stream stream;
    struct loop_write write;
    struct hello_waiter waiter;
    /* The server's. */
    struct list node;
    struct hello_shared *shared;
    struct hello_request request;
    /* In `held`: input that was not looked at yet. */
    uint16_t held_first, held_end;
    /* In `output`: bytes that the loop has, bytes in all. */
    uint16_t sending, filled;
    /* In those bytes. */
    uint16_t answers_sending, answers;
    bool reading;
    /* The last answer is in `output` or gone; input does not matter any more. */
    bool last;
    /* The sending direction is closed: the client is given time to read. */
    bool shut;
    /* The client will send no more. */
    bool ended;
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
