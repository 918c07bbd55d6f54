/* A loop over the backend of a case, with a listener, and streams that remember what came. */
#ifndef TESTS_CONFORMANCE_LOOP_SIDE_H
#define TESTS_CONFORMANCE_LOOP_SIDE_H

#include "loop/loop.h"
#include "tests/conformance/fixture.h"

struct loop_side;

/* One accepted connection. Lives until loop_side_end(). */
struct served {
    struct loop_stream stream;
    struct loop_side *side;
    struct served *next;
    uint64_t received;
    unsigned reads, ends, errors, closes;
    bool garbled;
};

struct loop_side {
    struct fixture *fixture;
    struct loop *loop;
    /* An iteration does not block for longer than this. */
    struct loop_timer tick;
    struct loop_listener listener;
    struct sockaddr_in address;
    /* The last one first. */
    struct served *served;
    unsigned connections, failures;
    int failure;
    unsigned listener_closes;
    /* The case's. */
    void *context;
};

/* A loop with the fixture's configuration. */
void loop_side_begin(struct fixture *, struct loop_side *, unsigned event_budget);
void loop_side_listen(struct loop_side *, int backlog, loop_connection_function *);
/* Closes what is not closed, runs the loop to its end and destroys it. */
void loop_side_end(struct loop_side *);

/* Takes the connection that is there. NULL: none is. */
struct served *served_take(struct loop_listener *);
/* Counts what comes, checks that it continues the pattern. */
void served_read(struct loop_stream *, ssize_t bytes, const void *data);
void served_close(struct served *);
static inline struct served *served_of(struct loop_stream *stream)
{
    return list_owner(stream, struct served, stream);
}
/* A connection function: takes it and reads. Another one: only counts. */
void on_connection_read(struct loop_listener *, int status);
void on_connection_leave(struct loop_listener *, int status);

/* One iteration at a time, until the condition holds; fails when that takes too long. */
void loop_side_step(struct loop_side *, uint64_t limit_ns, const char *purpose);
#define RUN_UNTIL(side, condition)                                                                 \
    for (uint64_t limit_until_ns = clock_now_ns() + stall_ns(); !(condition);)                     \
    loop_side_step((side), limit_until_ns, #condition)
void loop_side_run_for(struct loop_side *, unsigned duration_ms);

#endif
