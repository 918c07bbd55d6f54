/* epoll(7), Linux: the set lives in the kernel, a wait costs by what is ready.
 *
 * One source, three variants: level-triggered; edge-triggered, where a registration is made once
 * and never taken back (readiness.c remembers what an edge said and was not used up); one-shot,
 * where each report disarms and each wait pays an epoll_ctl(2) per reported descriptor to arm it
 * again.
 *
 * A registration belongs to the open file, not to the number: it outlives close(2) while a
 * duplicate is open (man 7 epoll, Q6). release() therefore removes it while the descriptor is still
 * ours, and tokens carry a generation.
 *
 * EPOLLERR and EPOLLHUP are reported even with an empty mask, for ever when level-triggered: a
 * source that wants nothing is taken out, not masked.
 *
 * Deadlines have nanoseconds through epoll_pwait2 (Linux 5.11; older container runtimes answer
 * EPERM to a call that they do not know). Without it they are rounded up to the next millisecond;
 * that is counted, and missing from `granted`.
 *
 * Modifying a registration makes the kernel look at the descriptor again, edge-triggered or not. */
#include "backends/readiness.h"

#include "backends/syscalls.h"
#include "backends/syscalls_linux.h"

#include <errno.h>
#include <stdlib.h>

/* Reports taken per call. More would be asked for only by an event array larger than this. */
#define REPORTS 256

struct epoll_backend {
    struct readiness readiness;
    int fd;
    bool nanoseconds;
    struct epoll_event reports[REPORTS];
};

static int epoll_change(struct readiness *readiness, struct io_source *source, unsigned need)
{
    struct epoll_backend *self = (struct epoll_backend *)readiness;
    bool registered = source->state & READINESS_REGISTERED;
    if (need == 0 && !registered)
        return 0;
    struct epoll_event event = {.data.u64 = source_token(source)};
    if (need & READY_IN)
        event.events |= EPOLLIN;
    if (need & READY_OUT)
        event.events |= EPOLLOUT;
    if (readiness->trigger == TRIGGER_EDGE)
        event.events |= EPOLLET;
    if (readiness->trigger == TRIGGER_ONESHOT)
        event.events |= EPOLLONESHOT;
    int operation = need == 0 ? EPOLL_CTL_DEL : registered ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
    int r = sys_linux.epoll_ctl(self->fd, operation, source->fd, &event);
    if (r < 0)
        return r;
    if (need == 0)
        source->state &= (uint16_t)~READINESS_REGISTERED;
    else
        source->state |= READINESS_REGISTERED;
    return 0;
}

static unsigned mask_of(uint32_t events)
{
    if (events & (EPOLLERR | EPOLLHUP))
        return READY_IN | READY_OUT;
    return (events & EPOLLIN ? READY_IN : 0u) | (events & EPOLLOUT ? READY_OUT : 0u);
}

static int epoll_collect(struct readiness *readiness, uint64_t deadline_ns, unsigned capacity)
{
    struct epoll_backend *self = (struct epoll_backend *)readiness;
    int most = capacity < REPORTS ? (int)capacity : REPORTS;
    int ready;
    if (self->nanoseconds) {
        struct timespec left;
        ready =
            sys_linux.epoll_pwait2(self->fd, self->reports, most, clock_until(deadline_ns, &left));
    } else {
        if (deadline_ns != 0 && deadline_ns != BACKEND_NO_DEADLINE)
            readiness->base.counters.rounded_deadlines++;
        ready = sys_linux.epoll_wait(self->fd, self->reports, most, clock_until_ms(deadline_ns));
    }
    for (int i = 0; i < ready; i++) {
        uint64_t token = self->reports[i].data.u64;
        struct io_source *source = source_table_find(&readiness->sources, token);
        if (source == NULL) {
            readiness->base.counters.stale_drops++;
            continue;
        }
        readiness_note(readiness, source, mask_of(self->reports[i].events));
        if (readiness->trigger == TRIGGER_ONESHOT)
            readiness_disarmed(readiness, source, READY_IN | READY_OUT);
    }
    return ready;
}

static void epoll_close(struct backend *backend)
{
    struct epoll_backend *self = (struct epoll_backend *)backend;
    readiness_close(&self->readiness);
    sys.close(self->fd);
    free(self);
}

static int start(struct epoll_backend *self, const struct backend_config *config)
{
    static const struct readiness_mechanism mechanism = {.change = epoll_change,
                                                         .collect = epoll_collect};
    self->readiness.mechanism = &mechanism;
    self->readiness.trigger = config->features & BACKEND_EDGE      ? TRIGGER_EDGE
                              : config->features & BACKEND_ONESHOT ? TRIGGER_ONESHOT
                                                                   : TRIGGER_LEVEL;
    self->readiness.base.granted = config->features & (BACKEND_EDGE | BACKEND_ONESHOT);
    self->fd = sys_linux.epoll_create();
    if (self->fd < 0)
        return self->fd;
    int r = sys_linux.epoll_pwait2(self->fd, self->reports, 1, &(struct timespec){0});
    self->nanoseconds = r >= 0;
    if (self->nanoseconds)
        self->readiness.base.granted |= BACKEND_EPOLL_PWAIT2;
    r = r == -ENOSYS || r == -EPERM || r >= 0 ? readiness_open(&self->readiness, config) : r;
    if (r < 0)
        sys.close(self->fd);
    return r;
}

static int epoll_open(struct backend **out, const struct backend_config *config)
{
    struct epoll_backend *self = calloc(1, sizeof *self);
    if (self == NULL)
        return -ENOMEM;
    int r = start(self, config);
    if (r < 0) {
        free(self);
        return r;
    }
    *out = &self->readiness.base;
    return 0;
}

const struct backend_ops epoll_ops = {READINESS_OPS, .open = epoll_open, .close = epoll_close};
