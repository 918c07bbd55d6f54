/* kqueue(2), FreeBSD, OpenBSD, NetBSD, macOS: the set lives in the kernel, and one kevent(2) call
 * makes all changes of it and then waits.
 *
 * A change that the kernel refuses comes back among the reports with EV_ERROR and its errno in
 * `data`, and the call returns without waiting. Where the report array has no room for it the call
 * fails, with the rest of the changes unmade: that array is therefore never shorter than the
 * changes. EV_ERROR concerns changes alone. The error of a socket comes as EV_EOF with the errno in
 * `fflags`, and the call that follows says the same.
 *
 * A call that fails with EINTR has made its changes (man 2 kevent, FreeBSD).
 *
 * Each direction is a registration of its own. EV_EOF may come with bytes that are still to be
 * read; without EV_CLEAR it is reported until the filter is taken off, so nothing of it is kept
 * here. Adding a filter for writing to a pipe without reader fails with EPIPE.
 *
 * close(2) takes the registrations of a descriptor away, duplicates or not: a release costs no
 * call. libkqueue on Linux cannot see a close, and has to be told before it.
 *
 * Wake-ups are a user event, where there is one (OpenBSD 7.8, NetBSD 10). Without EV_CLEAR it would
 * be reported for ever.
 *
 * Deadlines are the time-out of the call, with nanoseconds. EVFILT_TIMER is not used: its NOTE_
 * units differ between systems, and a period of 0 misbehaves on macOS and is refused by NetBSD.
 *
 * `udata` has the size of a pointer, and is an integer on NetBSD before 10. Where a token does not
 * fit, it holds the slot, and the descriptor number tells a report that is stale. */
#include "backends/readiness.h"

#include "backends/syscalls.h"
#include "backends/syscalls_kqueue.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>

/* Reports taken per call, unless there are more changes. */
#define REPORTS 256u

/* Without user events the helper's descriptor wakes, and no report has this filter. */
#if defined(EVFILT_USER)
#define HAVE_USER_EVENT true
#else
#define HAVE_USER_EVENT false
#define EVFILT_USER INT16_MAX
#define NOTE_TRIGGER 0
#endif

struct kqueue_backend {
    struct readiness readiness;
    int fd;
    /* A user event is on its way: further ones need no system call. */
    _Atomic int wake_pending;
    struct kevent *changes, *reports;
    /* `capacity` is that of both arrays. */
    unsigned change_count, capacity;
};

static struct kqueue_backend *kqueue_of(struct readiness *readiness)
{
    return (struct kqueue_backend *)readiness;
}

static bool grow(struct kevent **array, unsigned count)
{
    struct kevent *larger = realloc(*array, count * sizeof *larger);
    if (larger != NULL)
        *array = larger;
    return larger != NULL;
}

/* For the two changes that a source can need. */
static int make_room(struct kqueue_backend *self)
{
    if (self->change_count + 2 <= self->capacity)
        return 0;
    unsigned capacity = self->capacity == 0 ? REPORTS : self->capacity * 2;
    if (!grow(&self->changes, capacity) || !grow(&self->reports, capacity))
        return -ENOMEM;
    self->capacity = capacity;
    return 0;
}

/* ---- changes ---- */

static struct kevent change_of(const struct io_source *source, unsigned direction, bool watched)
{
    struct kevent change = {.ident = (uintptr_t)source->fd,
                            .filter = direction == READY_IN ? EVFILT_READ : EVFILT_WRITE,
                            .flags = watched ? EV_ADD : EV_DELETE};
    bool fits = sizeof change.udata >= sizeof(uint64_t);
    uint64_t token = fits ? source_token(source) : source->slot;
    change.udata = (__typeof__(change.udata))(uintptr_t)token;
    return change;
}

static struct io_source *source_of(struct kqueue_backend *self, const struct kevent *report)
{
    const struct source_table *table = &self->readiness.sources;
    uint64_t token = (uintptr_t)report->udata;
    if (sizeof report->udata >= sizeof token)
        return source_table_find(table, token);
    struct io_source *source = token < table->capacity ? table->slots[token].source : NULL;
    return source != NULL && (uintptr_t)source->fd == report->ident ? source : NULL;
}

static int kqueue_change(struct readiness *readiness, struct io_source *source, unsigned need)
{
    struct kqueue_backend *self = kqueue_of(readiness);
    int r = make_room(self);
    if (r < 0)
        return r;
    for (unsigned direction = READY_IN; direction <= READY_OUT; direction <<= 1)
        if ((need ^ source->have) & direction)
            self->changes[self->change_count++] = change_of(source, direction, need & direction);
    return 0;
}

/* There are no changes waiting now: they are made within one wait(). */
static void kqueue_forget(struct readiness *readiness, struct io_source *source)
{
#if defined(POLLBENCH_KQUEUE_EMULATED)
    for (unsigned direction = READY_IN; direction <= READY_OUT; direction <<= 1) {
        struct kevent change = change_of(source, direction, false);
        if (source->have & direction)
            sys_kqueue.change(kqueue_of(readiness)->fd, &change, 1);
    }
#else
    (void)readiness, (void)source;
#endif
}

/* ---- waking ---- */

static int kqueue_wake(struct readiness *readiness)
{
    struct kqueue_backend *self = kqueue_of(readiness);
    if (atomic_exchange(&self->wake_pending, 1) != 0)
        return 0;
    struct kevent trigger = {.filter = EVFILT_USER, .fflags = NOTE_TRIGGER};
    int r = sys_kqueue.change(self->fd, &trigger, 1);
    if (r < 0)
        atomic_store(&self->wake_pending, 0);
    return r;
}

static int open_wake(struct kqueue_backend *self)
{
    struct kevent change = {.filter = EVFILT_USER, .flags = EV_ADD | EV_CLEAR};
    return sys_kqueue.change(self->fd, &change, 1);
}

/* ---- waiting ---- */

/* A filter that could not be taken off was gone already: the descriptor was closed by somebody
 * else. */
static int take_error(struct kqueue_backend *self, struct io_source *source, unsigned direction,
                      int error)
{
    if (error == 0 || !(source->have & direction))
        return 0;
    return readiness_refuse(&self->readiness, source, direction, -error);
}

static int take_report(struct kqueue_backend *self, const struct kevent *report)
{
    if (report->filter == EVFILT_USER) {
        /* An exchange, so that what was written before a wake-up that saved its call is seen. */
        atomic_exchange(&self->wake_pending, 0);
        readiness_note(&self->readiness, &self->readiness.wake_source, READY_IN);
        return 0;
    }
    struct io_source *source = source_of(self, report);
    unsigned direction = report->filter == EVFILT_WRITE ? READY_OUT : READY_IN;
    if (source == NULL)
        self->readiness.base.counters.stale_drops++;
    else if (report->flags & EV_ERROR)
        return take_error(self, source, direction, (int)report->data);
    else
        readiness_note(&self->readiness, source, direction);
    return 0;
}

static int kqueue_collect(struct readiness *readiness, uint64_t deadline_ns, unsigned capacity)
{
    struct kqueue_backend *self = kqueue_of(readiness);
    unsigned most = capacity < REPORTS ? capacity : REPORTS;
    if (most < self->change_count)
        most = self->change_count;
    struct timespec left;
    int ready =
        sys_kqueue.change_and_wait(self->fd, self->changes, (int)self->change_count, self->reports,
                                   (int)most, clock_until(deadline_ns, &left));
    self->change_count = 0;
    for (int i = 0; i < ready; i++) {
        int r = take_report(self, &self->reports[i]);
        if (r < 0)
            return r;
    }
    return ready;
}

/* ---- opening and closing ---- */

static void free_all(struct kqueue_backend *self)
{
    free(self->changes);
    free(self->reports);
    free(self);
}

static void kqueue_close(struct backend *backend)
{
    struct kqueue_backend *self = (struct kqueue_backend *)backend;
    readiness_close(&self->readiness);
    sys.close(self->fd);
    free_all(self);
}

static int start(struct kqueue_backend *self, const struct backend_config *config)
{
    static const struct readiness_mechanism mechanism = {
        .change = kqueue_change,
        .collect = kqueue_collect,
        .forget = kqueue_forget,
        .wake = HAVE_USER_EVENT ? kqueue_wake : NULL,
    };
    self->readiness.base.granted = HAVE_USER_EVENT ? BACKEND_USER_EVENT : 0;
    self->readiness.mechanism = &mechanism;
    self->readiness.trigger = TRIGGER_LEVEL;
    int r = make_room(self);
    if (r < 0)
        return r;
    self->fd = sys_kqueue.kqueue();
    if (self->fd < 0)
        return self->fd;
    r = HAVE_USER_EVENT ? open_wake(self) : 0;
    if (r >= 0)
        r = readiness_open(&self->readiness, config);
    if (r < 0)
        sys.close(self->fd);
    return r;
}

static int kqueue_open(struct backend **out, const struct backend_config *config)
{
    struct kqueue_backend *self = calloc(1, sizeof *self);
    if (self == NULL)
        return -ENOMEM;
    int r = start(self, config);
    if (r < 0) {
        free_all(self);
        return r;
    }
    *out = &self->readiness.base;
    return 0;
}

const struct backend_ops kqueue_ops = {READINESS_OPS, .open = kqueue_open, .close = kqueue_close};
