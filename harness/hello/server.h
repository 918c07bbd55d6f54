/* A small HTTP/1.1 server on one loop, the whole path from listening to the answer, and a model of
 * how loop/loop.h is used: all memory is taken at the start, each handle lives in what it serves,
 * and closing always goes through the loop. */
#ifndef HARNESS_HELLO_SERVER_H
#define HARNESS_HELLO_SERVER_H

#include "harness/hello/connection.h"

struct hello_setup {
    const struct backend_variant *variant;
    const struct sockaddr *address;
    socklen_t address_bytes;
    unsigned connections; /* at most so many at once; further ones wait in the listen queue */
    struct hello_limits limits;
    uint64_t waits_ns[HELLO_WAITS];
    uint64_t grace_ns;                    /* after hello_server_stop(), for what is under way */
    uint64_t run_ns;                      /* ends by itself; UINT64_MAX: does not */
    void (*on_accept_failure)(int error); /* the first time; it goes on */
};

struct hello_server;

/* -errno; *what names the step that failed. */
int hello_server_open(struct hello_server **, const struct hello_setup *, const char **what);

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
