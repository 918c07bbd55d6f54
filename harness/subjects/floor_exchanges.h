/* The connections of a floor's answer(), by their descriptors: the kernel gives out the lowest free
 * one, so that the table stays as short as the connections are many. */
#ifndef HARNESS_SUBJECTS_FLOOR_EXCHANGES_H
#define HARNESS_SUBJECTS_FLOOR_EXCHANGES_H

#include "harness/contract/subject.h"

#include <stdbool.h>

struct exchange {
    unsigned received;
    /* Where the floor, not the kernel, goes on with a send. */
    unsigned sent;
    bool is_open;
    /* Where requests stand in the kernel: closed without any. */
    bool receiving, sending, ended;
};

struct exchanges {
    /* NULL: answer() is never called. */
    struct exchange *by_fd;
    unsigned places;
    /* Of a request and of a response. */
    unsigned bytes;
    /* The same for all connections. */
    char *response;
};

/* setup->bytes > 0. -ENOMEM. */
int exchanges_open(struct exchanges *, const struct accept_setup *);

/* Closes those that are open. One that is all zero may be closed, too. */
void exchanges_close(struct exchanges *);

/* A connection that was just accepted; -ENOMEM closes it. */
int exchanges_begin(struct exchanges *, int fd);

#endif
