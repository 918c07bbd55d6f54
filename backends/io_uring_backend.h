/* What the three files of the io_uring backend share. Each calls only into those before it:
 * io_uring_requests.c builds what the kernel is asked, io_uring_results.c turns what it answers
 * into events, io_uring.c is the table of operations. */
#ifndef BACKENDS_IO_URING_BACKEND_H
#define BACKENDS_IO_URING_BACKEND_H

#include "backends/io_uring_buffers.h"
#include "backends/io_uring_ring.h"
#include "backends/wake.h"

/* Direct descriptors are told as this and their slot. */
#define FIRST_DIRECT (1 << 28)

enum operation {
    OP_ACCEPT = 1,
    OP_RECV,
    OP_POLL,
    OP_SEND,
    OP_CANCEL,
    OP_CLOSE,
    OP_WAKE,
    OP_PROVIDE,
    OP_QUIET
};

/* Bits of io_source.have: requests that stand in the kernel. */
enum held { HELD_ACCEPT = 1, HELD_RECV = 2, HELD_POLL = 4, HELD_SEND = 8 };

/* Bits of io_source.state. */
enum state {
    /* The standing request was asked to end. */
    STATE_CANCELLING = 1,
    /* Receiving waits for a buffer. */
    STATE_STARVED = 2,
    /* It has brought bytes since it was armed. */
    STATE_FED = 32,
    STATE_RELEASED = 4,
    /* Released, and the cancel of everything is out. */
    STATE_ENDING = 8,
    STATE_CLOSING = 16,
};

struct io_uring_backend {
    struct backend base;
    struct ring ring;
    struct source_table sources;
    struct ring_buffers buffers;
    /* Those that wait for a buffer: without a byte since they were armed, and the others. */
    struct list hungry, starved;
    struct wake wake;
    /* Where the eventfd is read to. */
    uint64_t wake_count;
    bool wake_armed;
    /* Slots of the file table to close; with BACKEND_DIRECT. */
    unsigned *discarded;
    unsigned discarded_count;
    /* One result that filled several buffers is told in pieces. */
    uint64_t bundle_token;
    /* What is still to be told of that result. */
    unsigned bundle_bytes;
};

static inline struct io_uring_backend *io_uring_of(struct backend *backend)
{
    return (struct io_uring_backend *)backend;
}

static inline bool io_uring_asked(const struct io_uring_backend *self, uint32_t feature)
{
    return self->base.granted & feature;
}

static inline void io_uring_mark_dirty(struct io_uring_backend *self, struct io_source *source)
{
    if (!list_is_linked(&source->dirty))
        list_append(&self->base.dirty, &source->dirty);
}

/* The number that the kernel knows a source by. */
static inline int io_uring_kernel_fd(const struct io_source *source)
{
    return source->fd >= FIRST_DIRECT ? source->fd - FIRST_DIRECT : source->fd;
}

/* A submission entry, making room by an enter that does not wait. NULL: the kernel takes none
 * before completions are taken from it. */
struct io_uring_sqe *io_uring_submission(struct io_uring_backend *self);

/* Builds the requests for everything that changed. What finds no room stays dirty. */
void io_uring_apply_changes(struct io_uring_backend *self);

/* Closes a connection that nobody adopted: at once, or by a request if it is a direct descriptor.
 */
void io_uring_discard(struct backend *backend, int fd);

struct io_uring_batch {
    struct io_event *events;
    unsigned capacity, used;
};

/* Turns completions into events, as far as there is room. */
void io_uring_take_completions(struct io_uring_backend *self, struct io_uring_batch *batch);

#endif
