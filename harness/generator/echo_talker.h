/* The client's side of one connection of an echo load: sends a stream of bytes, and checks that the
 * same stream comes back. It waits for nothing: its owner has it go on when its socket is ready.
 *
 * Where a stream begins in the pattern depends on the connection, so that bytes that went astray
 * from one to another are seen, and bytes that were lost, doubled or exchanged shift what follows.
 */
#ifndef HARNESS_GENERATOR_ECHO_TALKER_H
#define HARNESS_GENERATOR_ECHO_TALKER_H

#include <stdint.h>
#include <sys/types.h>

/* After so many bytes the pattern repeats: a prime, so that no size of a message or of a buffer
 * divides it, and more than there are connections. */
#define ECHO_PATTERN_PERIOD 65521u

/* Bytes of one call at most. */
#define ECHO_CHUNK 65536u

struct echo_pattern {
    /* Any chunk of the stream is in one piece. */
    char bytes[ECHO_PATTERN_PERIOD + ECHO_CHUNK];
    /* Scratch. */
    char received[ECHO_CHUNK];
};

struct echo_talker {
    int fd;
    /* Where the stream begins in the pattern. */
    uint32_t shift;
    uint64_t sent, received;
};

void echo_pattern_set(struct echo_pattern *);

/* Sends the stream up to byte `goal`. 1: it is all out; 0: there is no more room; -errno. */
int echo_talker_send(struct echo_talker *, const struct echo_pattern *, uint64_t goal);

/* What has come, up to ECHO_CHUNK bytes: how many. -EAGAIN: nothing; -ECONNABORTED: the server has
 * closed; -EBADMSG: it is not what was sent, `received` is then the place of the first byte that
 * differs; another -errno. */
ssize_t echo_talker_receive(struct echo_talker *, struct echo_pattern *);

#endif
