/* A small HTTP/1.1 server on one loop, from listening to the answer, and the example of how
 * loop/loop.h is used. It is a library of its own and needs nothing but loop/, backends/ and one
 * HTTP parser (harness/hello/parser.h). The command `pollbench hello` (command.c, options.c) is not
 * part of it.
 *
 * To read it: server.c has the loop, the listener, the wake-up from another thread and the end that
 * lets requests finish. connection.c has streams: reading, writing, back-pressure, half-close.
 * timeouts.c has many waits on one timer. request.c and response.c are HTTP alone.
 *
 * What it does as any user of the loop should: all memory is taken at the start, each handle lives
 * in what it serves and is found from it by list_owner(), and memory is used again only in or after
 * the handle's close callback. */
#ifndef HARNESS_HELLO_SERVER_H
#define HARNESS_HELLO_SERVER_H

#include "harness/hello/connection.h"

struct hello_setup {
    const struct backend_variant *variant;
    const struct sockaddr *address;
    socklen_t address_bytes;
    /* At most so many at once; further ones wait in the listen queue. */
    unsigned connections;
    struct hello_limits limits;
    uint64_t waits_ns[HELLO_WAITS];
    /* After hello_server_stop(), for what is under way. */
    uint64_t grace_ns;
    /* It ends by itself after this time; UINT64_MAX: it does not. */
    uint64_t run_ns;
    /* Called the first time; the server goes on. */
    void (*on_accept_failure)(int error);
};

struct hello_server;

enum hello_step { HELLO_STEP_MEMORY, HELLO_STEP_LOOP, HELLO_STEP_TIMERS, HELLO_STEP_LISTEN };

/* 0 or -errno; *step is then the one that failed. */
int hello_server_open(struct hello_server **, const struct hello_setup *, enum hello_step *step);

/* The address that it listens on. -errno */
int hello_server_address(const struct hello_server *, struct sockaddr *, socklen_t *);

/* Serves until it was stopped and every connection is closed. -errno: the backend broke. */
int hello_server_run(struct hello_server *);

/* Any thread, while the server runs, or before: takes no further connection, and ends when the
 * requests that are under way are answered or the grace is over. */
void hello_server_stop(struct hello_server *);

const struct hello_counts *hello_server_counts(const struct hello_server *);

/* After hello_server_run(). */
void hello_server_close(struct hello_server *);

#endif
