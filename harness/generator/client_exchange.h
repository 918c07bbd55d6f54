/* The client's side of one exchange (harness/contract/exchange.h): connects, sends the request,
 * receives the response. It waits for nothing: its owner has it go on when its socket is ready. */
#ifndef HARNESS_GENERATOR_CLIENT_EXCHANGE_H
#define HARNESS_GENERATOR_CLIENT_EXCHANGE_H

#include "harness/contract/exchange.h"
#include "harness/generator/generator_wait.h"
#include "harness/generator/target.h"

/* What all exchanges of a load send and expect. */
struct client_messages {
    /* Of each, 1..EXCHANGE_BYTES_MAX. */
    unsigned bytes;
    char request[EXCHANGE_BYTES_MAX], response[EXCHANGE_BYTES_MAX];
    /* Scratch. */
    char received[EXCHANGE_BYTES_MAX];
};

struct client_exchange {
    /* -1: none. The owner closes it. */
    int fd;
    /* What it waits for. */
    enum generator_interest interest;
    enum { CONNECTING, SENDING, RECEIVING } phase;
    /* Bytes sent, then bytes received. */
    unsigned done;
};

void client_messages_set(struct client_messages *, unsigned bytes);

/* Connects and sends, as far as that goes at once: on loopback, all the way. -errno; fd is -1 when
 * there was no connection. */
int client_exchange_begin(struct client_exchange *, struct target *,
                          const struct client_messages *);

/* Its socket is ready. 1: the response is complete; 0: not yet, and `interest` may be another one;
 * -errno: -ECONNABORTED when the response was cut short, -EBADMSG when it is not the one expected.
 */
int client_exchange_step(struct client_exchange *, struct client_messages *);

#endif
