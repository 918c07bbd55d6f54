/* The other ends: peers that a case moves by hand, and the pattern that shows lost or swapped
 * bytes. */
#ifndef TESTS_CONFORMANCE_NETWORK_H
#define TESTS_CONFORMANCE_NETWORK_H

#include "tests/conformance/fixture.h"

#include <netinet/in.h>
#include <sys/types.h>

/* All descriptors that these give are the fixture's, which closes them in the end, except where
 * stated. */

/* An address of 127.0.0.0/8 for this process alone, where the system has that network, in network
 * order: connections that linger in TIME_WAIT after a case take no port from the next one. */
in_addr_t own_loopback_address(void);

/* A listener on an ephemeral loopback port, in the backend's care. */
struct endpoint *listener(struct fixture *, int backlog, struct sockaddr_in *address,
                          uint16_t want);
/* A bare one: the caller's to close or to adopt. */
int listen_anywhere(int backlog, struct sockaddr_in *address);
int peer_connect(struct fixture *, const struct sockaddr_in *);
/* A TCP connection: one end adopted, the other one in *peer. */
struct endpoint *connection(struct fixture *, int *peer, uint16_t want);
/* The same with small socket buffers, so that a send soon has to wait for its reader. */
struct endpoint *narrow_connection(struct fixture *, int *peer, uint16_t want);
/* A TCP connection, both ends the caller's. */
void connect_pair(struct fixture *, int ends[2]);
/* A pipe: the named end is adopted, the other one a peer. */
struct endpoint *pipe_reader(struct fixture *, int *writer, uint16_t want);
struct endpoint *pipe_writer(struct fixture *, int *reader, uint16_t want);
/* Hands over a descriptor to be closed in the end. */
void peer_track(struct fixture *, int fd);

/* All of it, may block. */
void peer_send(struct fixture *, int peer, const void *data, size_t length);
/* The pattern's bytes from `offset` on; stops where the socket would block. Returns how many went.
 */
size_t peer_send_pattern(int peer, uint64_t offset, size_t length);
/* The peer sends `total` bytes of the pattern while the source takes them; all of them arrive. */
void stream_bytes(struct fixture *, struct endpoint *source, int peer, uint64_t total);
/* Takes what is there, without blocking: bytes, 0 at the end of file, -errno (-EAGAIN: nothing).
 * Checks that it continues the pattern at `offset`. */
ssize_t peer_receive_pattern(int peer, uint64_t offset, size_t limit);
void peer_close(struct fixture *, int peer);
void peer_reset(struct fixture *, int peer); /* closes by RST */
/* Whether the other end is closed or reset, waiting for it. */
bool peer_sees_the_end(int peer);

void set_nonblocking(int fd, bool on);
bool descriptor_is_open(int fd);

/* Byte number `offset` of an endless pattern that does not repeat at any power of two. */
static inline unsigned char pattern_byte(uint64_t offset)
{
    return (unsigned char)((offset * 131 + (offset >> 8) * 17 + (offset >> 16)) % 251);
}
void pattern_fill(void *data, uint64_t offset, size_t length);
bool pattern_continues(const void *data, uint64_t offset, size_t length);

#endif
