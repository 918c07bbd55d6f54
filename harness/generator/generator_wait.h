/* How the generator waits for its sockets: epoll on Linux, poll(2) elsewhere. Its own code and
 * never a backend under test, so that the load is made in the same way whatever is measured. */
#ifndef HARNESS_GENERATOR_GENERATOR_WAIT_H
#define HARNESS_GENERATOR_GENERATOR_WAIT_H

#include <stddef.h>
#include <stdint.h>

struct generator_wait;

enum generator_interest { GENERATOR_READABLE, GENERATOR_WRITABLE, GENERATOR_EITHER };

/* Room for the tokens 0..capacity-1. -errno, nothing is left behind then. */
int generator_wait_open(struct generator_wait **out, uint32_t capacity);
void generator_wait_close(struct generator_wait *);

/* One descriptor per token. Errors and hang-ups are always reported as ready. */
int generator_wait_add(struct generator_wait *, int fd, enum generator_interest, uint32_t token);

/* Waits for something else of a descriptor that was added. */
int generator_wait_change(struct generator_wait *, int fd, enum generator_interest, uint32_t token);

/* Takes the descriptor out and leaves it open. */
void generator_wait_remove(struct generator_wait *, int fd, uint32_t token);

/* Takes it out and closes it: one system call less where closing is enough. */
void generator_wait_close_fd(struct generator_wait *, int fd, uint32_t token);

/* The tokens that are ready, at most `capacity`; 0 once deadline_ns has passed, or a signal came.
 */
int generator_wait_next(struct generator_wait *, uint64_t deadline_ns, uint32_t *tokens,
                        size_t capacity);

#endif
