/* The options of `pollbench hello`. */
#ifndef HARNESS_HELLO_OPTIONS_H
#define HARNESS_HELLO_OPTIONS_H

#include "harness/base/options.h"
#include "harness/hello/server.h"
#include "harness/subjects/subjects.h"

#include <netinet/in.h>
#include <sys/socket.h>

union hello_address {
    struct sockaddr any;
    struct sockaddr_in four;
    struct sockaddr_in6 six;
};

struct hello_options {
    const struct subject *subject;
    const char *host;
    unsigned port;
    bool allow_remote, json;
    union hello_address address;
    /* All but on_accept_failure; points into this structure. */
    struct hello_setup setup;
};

/* As options_parse(). -EINVAL: a sentence in `problem`. */
int hello_options_parse(struct hello_options *, int argc, char **argv, char *problem);
void hello_options_print_help(void);

#endif
