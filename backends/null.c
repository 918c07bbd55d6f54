/* null: no kernel at all. Listeners yield as many connections as the budget allows, sends are over
 * at once, nothing is ever received. What a workload costs here, loop and harness cost by
 * themselves.
 *
 * The descriptors it hands out are no descriptors. They start far above any real one, and closing
 * one costs nothing; those that the loop made (a listening socket) are closed as everywhere.
 *
 * A wait spins until its deadline or a wake-up, because sleeping would be the kernel's work. */
#include "backends/backend.h"

#include "backends/buffer_pool.h"
#include "backends/clock.h"
#include "backends/mechanism.h"
#include "backends/source_table.h"
#include "backends/syscalls.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>

#define FIRST_FALSE_FD (1 << 28)

struct null_backend {
    struct backend base;
    struct source_table sources;
    struct buffer_pool pool;
    /* Sources that want connections, by their `resume` node. */
    struct list accepting;
    unsigned accept_budget;
    int next_fd;
    _Atomic int woken;
};

static struct null_backend *null_of(struct backend *backend)
{
    return (struct null_backend *)backend;
}

static int null_adopt(struct backend *backend, struct io_source *source)
{
    list_init(&source->dirty);
    list_init(&source->resume);
    return source_table_add(&null_of(backend)->sources, source);
}

static void null_discard(struct backend *backend, int fd)
{
    (void)backend;
    if (fd < FIRST_FALSE_FD)
        sys.close(fd);
}

static int null_release(struct backend *backend, struct io_source *source)
{
    list_remove(&source->dirty);
    list_remove(&source->resume);
    source_table_remove(&null_of(backend)->sources, source);
    null_discard(backend, source->fd);
    source->want = 0;
    return 1;
}

static int null_send(struct backend *backend, struct io_source *source, struct io_send *send)
{
    (void)backend, (void)source;
    if (send->length == 0 || send->length > INT32_MAX)
        return -EINVAL;
    send->sent = send->length;
    return (int)send->length;
}

static int null_shutdown(struct backend *backend, struct io_source *source)
{
    (void)backend, (void)source;
    return 0;
}

static void null_recycle(struct backend *backend, uint16_t buffer)
{
    buffer_pool_give(&null_of(backend)->pool, buffer);
}

static void apply_changes(struct null_backend *self)
{
    while (!list_is_empty(&self->base.dirty)) {
        struct list *node = list_take_first(&self->base.dirty);
        struct io_source *source = list_owner(node, struct io_source, dirty);
        bool accepting = source->want & IO_WANT_ACCEPT;
        if (accepting && !list_is_linked(&source->resume))
            list_append(&self->accepting, &source->resume);
        if (!accepting)
            list_remove(&source->resume);
    }
}

static int make_connections(struct null_backend *self, struct io_event *events, unsigned capacity)
{
    unsigned used = 0;
    for (struct list *node = self->accepting.next; node != &self->accepting; node = node->next)
        for (unsigned i = 0; i < self->accept_budget && used < capacity; i++) {
            events[used++] = (struct io_event){
                .source = list_owner(node, struct io_source, resume),
                .kind = IO_ACCEPT,
                .result = self->next_fd,
            };
            self->next_fd = self->next_fd == INT32_MAX ? FIRST_FALSE_FD : self->next_fd + 1;
        }
    return (int)used;
}

static int null_wait(struct backend *backend, uint64_t deadline_ns, struct io_event *events,
                     unsigned capacity)
{
    struct null_backend *self = null_of(backend);
    apply_changes(self);
    self->base.counters.waits++;
    int used = make_connections(self, events, capacity);
    while (used == 0) {
        if (atomic_exchange(&self->woken, 0))
            events[used++] = (struct io_event){.kind = IO_WAKE};
        else if (deadline_ns == 0 ||
                 (deadline_ns != BACKEND_NO_DEADLINE && clock_now_ns() >= deadline_ns))
            break;
    }
    self->base.counters.events += (unsigned)used;
    return used;
}

static int null_wake(struct backend *backend)
{
    atomic_store(&null_of(backend)->woken, 1);
    return 0;
}

static void null_close(struct backend *backend)
{
    struct null_backend *self = null_of(backend);
    for (uint32_t slot = 0; slot < self->sources.capacity; slot++)
        if (self->sources.slots[slot].source != NULL)
            null_discard(backend, self->sources.slots[slot].source->fd);
    source_table_close(&self->sources);
    buffer_pool_close(&self->pool);
    free(self);
}

static int null_open(struct backend **out, const struct backend_config *config)
{
    struct null_backend *self = calloc(1, sizeof *self);
    if (self == NULL)
        return -ENOMEM;
    int r = buffer_pool_open(&self->pool, config->buffer_count, config->buffer_size);
    if (r < 0) {
        free(self);
        return r;
    }
    self->base.buffers = &self->pool;
    list_init(&self->base.dirty);
    list_init(&self->accepting);
    source_table_init(&self->sources);
    self->accept_budget = config->accept_budget;
    self->next_fd = FIRST_FALSE_FD;
    *out = &self->base;
    return 0;
}

static const struct backend_ops null_ops = {
    .nonblocking = true,
    .open = null_open,
    .close = null_close,
    .adopt = null_adopt,
    .release = null_release,
    .discard = null_discard,
    .send = null_send,
    .shutdown = null_shutdown,
    .recycle = null_recycle,
    .wait = null_wait,
    .wake = null_wake,
};

static const struct backend_variant variants[] = {
    {.name = "null",
     .tier = TIER_NONE,
     .ops = &null_ops,
     .summary = "no kernel: what loop and harness cost by themselves"},
};

BACKEND_MECHANISM(null, variants);
