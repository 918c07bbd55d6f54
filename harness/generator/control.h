/* The control channel: JSON lines both ways over one stream socket. Nothing in it assumes that both
 * ends are on the same host, nor that a line arrives in one piece. */
#ifndef HARNESS_GENERATOR_CONTROL_H
#define HARNESS_GENERATOR_CONTROL_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A longer line is an error: the largest honest one is a report with a full histogram, about 40
 * KiB. */
#define CONTROL_LINE_BYTES (256u * 1024u)

/* How long the other end may take to read what was written. */
#define CONTROL_TIMEOUT_NS (10 * UINT64_C(1000000000))

struct control {
    /* The caller's: control_close() leaves it open. */
    int fd;
    char *buffer;
    /* Bytes in the buffer, and of them, how many hold no end of line. */
    size_t used, scanned;
};

/* -ENOMEM. Blocking and non-blocking sockets are both fine. */
int control_open(struct control *, int fd);
void control_close(struct control *);

/* Writes one line, waiting up to CONTROL_TIMEOUT_NS for room. Takes the reference; NULL is -ENOMEM.
 * -ETIMEDOUT; -EPIPE when the other end is gone. */
int control_send(struct control *, json_t *message);

/* The two short replies: {"ok":true}, and {"ok":false,"problem":sentence} as a new object. */
int control_accept(struct control *);
json_t *control_refusal(const char *sentence);

/* Takes one line, waiting up to deadline_ns (monotonic; 0: only what is there already).
 * 1: *message is a new object. 0: the other end has closed the channel, between two lines.
 * -EAGAIN (deadline 0) or -ETIMEDOUT: nothing whole yet. -EPROTO: the line is not a JSON object, or
 * the channel ended inside it; `problem` says where, and after a bad line the next one can be read.
 * -EMSGSIZE: the line is too long; the channel is of no more use. */
int control_receive(struct control *, uint64_t deadline_ns, json_t **message, char *problem);

/* Whether the other end has closed the channel and nothing is left to read. Never blocks. */
bool control_ended(const struct control *);

/* Sends a request, whose reference it takes, and waits for its reply. -ECONNREFUSED: the other end
 * says no, `problem` is its sentence; on every other -errno too it is one. On success *reply is a
 * new object; reply may be NULL. */
int control_ask(struct control *, json_t *request, uint64_t deadline_ns, json_t **reply,
                char *problem);

/* The second half of control_ask(), for a request that was sent before. */
int control_reply(struct control *, uint64_t deadline_ns, json_t **reply, char *problem);

#endif
