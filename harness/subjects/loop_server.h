/* A listener and its streams on a loop: what the accept workload's server is made of. Connections
 * are kept in open[], or given to on_accepted().
 *
 * All memory is taken and touched when the server is opened: streams, the list of free ones, the
 * list of open ones. A stream that was closed goes back to the free list and is used again. */
#ifndef HARNESS_SUBJECTS_LOOP_SERVER_H
#define HARNESS_SUBJECTS_LOOP_SERVER_H

#include "harness/contract/subject.h"
#include "loop/loop.h"

/* What an exchange needs beside a stream; the one of streams[i] is exchanges[i]. */
struct loop_exchange {
    struct loop_write write;
    unsigned received;
};

struct accept_server {
    struct loop *loop;
    struct loop_listener listener;
    struct loop_timer deadline;
    uint16_t port;
    /* What becomes of a connection; NULL: it is kept, as long as drain() wants more. */
    void (*on_accepted)(struct accept_server *, struct loop_stream *);
    /* The listener has a connection that could not be taken yet. */
    bool offered;
    /* drain() wants so many more. */
    unsigned accept_left;
    /* By serve(), and by answer(). */
    uint64_t accepted, answered;
    /* It closes; idle connections that have ended since. */
    bool closing;
    unsigned ended;
    /* What ended a run before its time. */
    int error;
    /* Connections that it was asked to hold at most. */
    unsigned limit;
    unsigned capacity, free_count, open_count;
    /* The first `held` of the open ones are the idle connections. */
    unsigned held;
    struct loop_stream *streams, **free, **open;
    /* NULL unless exchanges may be served. */
    struct loop_exchange *exchanges;
    unsigned bytes;
    /* The same for all. */
    char *response;
};

/* Memory for `capacity` streams, and the listener on a loop that is open. -errno. */
int loop_server_take_memory(struct accept_server *, unsigned capacity);
int loop_server_listen(struct accept_server *, unsigned backlog);

/* Ends everything on the loop, the loop, and the memory, however far it was opened. */
void loop_server_close(struct accept_server *);

/* Ends the run with an error. */
void loop_server_fail(struct accept_server *, int r);

/* The close callback of every stream. */
void loop_server_closed(struct loop_handle *);

/* Until deadline_ns: each connection goes to `on_accepted`. */
int loop_server_run(struct accept_server *, uint64_t deadline_ns,
                    void (*on_accepted)(struct accept_server *, struct loop_stream *));

/* As in struct accept_ops: those that are kept are in open[]. */
int loop_server_drain(struct accept_server *, unsigned count, uint64_t deadline_ns);
int loop_server_drop(struct accept_server *);

#endif
