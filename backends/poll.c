/* poll(2): no state in the kernel, the whole set is passed with each call.
 *
 * The cost of a wait grows with the descriptors watched, not with those that are ready: the array
 * is copied in and every entry is asked. Sources that want nothing are therefore not in it.
 *
 * Errors and hang-ups are reported whether asked for or not: one more reason not to leave an entry
 * in.
 *
 * A closed descriptor is reported as POLLNVAL rather than dropped. By contract it cannot happen;
 * should a program close one behind our back, the call that follows fails with EBADF and says so.
 *
 * Deadlines have nanoseconds through ppoll(2), but for macOS, which has only milliseconds. */
#include "backends/mechanism.h"
#include "backends/readiness.h"

#include "backends/syscalls.h"

#include <errno.h>
#include <stdlib.h>

struct poll_backend {
    struct readiness readiness;
    struct pollfd *set;
    /* In step with `set`. */
    struct io_source **sources;
    /* By slot: where the source stands in `set`. */
    uint32_t *position;
    unsigned used, capacity, slots;
};

static int grow(void **array, size_t count, size_t size)
{
    void *larger = realloc(*array, count * size);
    if (larger == NULL)
        return -ENOMEM;
    *array = larger;
    return 0;
}

static int make_room(struct poll_backend *self)
{
    if (self->used == self->capacity) {
        unsigned capacity = self->capacity == 0 ? 64 : self->capacity * 2;
        if (grow((void **)&self->set, capacity, sizeof *self->set) < 0 ||
            grow((void **)&self->sources, capacity, sizeof(struct io_source *)) < 0)
            return -ENOMEM;
        self->capacity = capacity;
    }
    if (self->slots < self->readiness.sources.capacity) {
        unsigned slots = self->readiness.sources.capacity;
        if (grow((void **)&self->position, slots, sizeof *self->position) < 0)
            return -ENOMEM;
        self->slots = slots;
    }
    return 0;
}

static int poll_change(struct readiness *readiness, struct io_source *source, unsigned need)
{
    struct poll_backend *self = (struct poll_backend *)readiness;
    bool present = source->have != 0;
    if (!present) {
        int r = make_room(self);
        if (r < 0)
            return r;
        self->position[source->slot] = self->used;
        self->sources[self->used] = source;
        self->set[self->used++] = (struct pollfd){.fd = source->fd};
    }
    unsigned at = self->position[source->slot];
    if (need == 0) {
        unsigned last = --self->used;
        self->set[at] = self->set[last];
        self->sources[at] = self->sources[last];
        self->position[self->sources[at]->slot] = at;
        return 0;
    }
    self->set[at].events =
        (short)((need & READY_IN ? POLLIN : 0) | (need & READY_OUT ? POLLOUT : 0));
    return 0;
}

static unsigned mask_of(short seen)
{
    if (seen & (POLLERR | POLLHUP | POLLNVAL))
        return READY_IN | READY_OUT;
    return (seen & POLLIN ? READY_IN : 0u) | (seen & POLLOUT ? READY_OUT : 0u);
}

static int poll_collect(struct readiness *readiness, uint64_t deadline_ns, unsigned capacity)
{
    struct poll_backend *self = (struct poll_backend *)readiness;
    (void)capacity; /* poll(2) tells of all of them; those without room wait in the queue */
    struct timespec left;
    if (SYSCALLS_POLL_IS_MILLISECOND && deadline_ns != 0 && deadline_ns != BACKEND_NO_DEADLINE)
        readiness->base.counters.rounded_deadlines++;
    int ready = sys.poll(self->set, self->used, clock_until(deadline_ns, &left));
    for (unsigned at = 0, seen = 0; (int)seen < ready && at < self->used; at++) {
        if (self->set[at].revents == 0)
            continue;
        readiness_note(readiness, self->sources[at], mask_of(self->set[at].revents));
        seen++;
    }
    return ready;
}

static void poll_close(struct backend *backend)
{
    struct poll_backend *self = (struct poll_backend *)backend;
    readiness_close(&self->readiness);
    free(self->set);
    free(self->sources);
    free(self->position);
    free(self);
}

static int poll_open(struct backend **out, const struct backend_config *config)
{
    static const struct readiness_mechanism mechanism = {.change = poll_change,
                                                         .collect = poll_collect};
    struct poll_backend *self = calloc(1, sizeof *self);
    if (self == NULL)
        return -ENOMEM;
    self->readiness.base.granted = SYSCALLS_POLL_IS_MILLISECOND ? 0 : BACKEND_PPOLL;
    self->readiness.mechanism = &mechanism;
    self->readiness.trigger = TRIGGER_LEVEL;
    int r = readiness_open(&self->readiness, config);
    if (r < 0) {
        free(self);
        return r;
    }
    *out = &self->readiness.base;
    return 0;
}

static const struct backend_ops poll_ops = {READINESS_OPS, .open = poll_open, .close = poll_close};

static const struct backend_variant variants[] = {
    {.name = "poll",
     .tier = TIER_READINESS,
     .ops = &poll_ops,
     .asked = BACKEND_PPOLL,
     .summary = "ppoll over an array of what is watched"},
};

BACKEND_MECHANISM(poll, variants);
