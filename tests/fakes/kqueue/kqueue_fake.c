/* kqueue(2) over poll(2), so that kqueue.c can be tested where there is no kqueue. It keeps:
 *
 * A filter belongs to a descriptor number, and goes when that is closed, duplicates or not. Here
 * the change is noticed afterwards, by the file being another one.
 *
 * A change that fails is reported with EV_ERROR, and then nothing is waited for; without room in
 * the event list the call fails, and the rest of the changes is not made.
 *
 * EV_RECEIPT reports each change, failed or not. A call without room for events does not wait.
 *
 * Events are level-triggered; those that were reported go to the end of the queue.
 *
 * A user event may be triggered from any thread, and lasts until it is taken, if EV_CLEAR says so.
 * It does not keep:
 *
 * `data` and `fflags` of an event: asking a socket for its error would take the error away.
 *
 * EV_CLEAR for descriptors, and all flags that kqueue.c does not use: they are refused.
 *
 * Changes by other threads than the one that waits, but for triggers. */
#include "tests/fakes/kqueue/kqueue_fake.h"

#include "backends/clock.h"
#include "backends/syscalls.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/event.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#if defined(POLLRDHUP)
#define PEER_DONE POLLRDHUP
#else
#define PEER_DONE 0
#endif

/* What is open at a number: two files never share it at a time. */
struct identity {
    dev_t device;
    ino_t inode;
};

struct knote {
    uintptr_t ident;
    short filter;
    bool clear, triggered;
    struct identity file;
    kqueue_fake_udata udata;
};

struct queue {
    /* A datagram socket that is connected to itself: readable once somebody triggered. */
    int fd;
    struct identity file;
    struct knote *notes;
    /* In step with `notes`, and then the queue's own. */
    struct pollfd *set;
    unsigned used, capacity;
    /* Whose turn it is. */
    unsigned first;
    struct queue *next;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct queue *queues;
static int refused_fd = -1, refused_error;

void kqueue_fake_refuse(int fd, int error)
{
    refused_fd = fd;
    refused_error = error;
}

static int identify(int fd, struct identity *file)
{
    struct stat status;
    if (fstat(fd, &status) < 0)
        return -errno;
    *file = (struct identity){status.st_dev, status.st_ino};
    return 0;
}

static bool is_still(int fd, const struct identity *file)
{
    struct identity now = {0};
    return identify(fd, &now) == 0 && now.device == file->device && now.inode == file->inode;
}

/* ---- queues ---- */

static int open_own_socket(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    if (fd < 0)
        return -errno;
    if (bind(fd, (struct sockaddr *)&address, length) == 0 &&
        getsockname(fd, (struct sockaddr *)&address, &length) == 0 &&
        connect(fd, (struct sockaddr *)&address, length) == 0)
        return fd;
    int r = -errno;
    close(fd);
    return r;
}

static void free_closed(void)
{
    for (struct queue **link = &queues; *link != NULL;) {
        struct queue *queue = *link;
        if (is_still(queue->fd, &queue->file)) {
            link = &queue->next;
            continue;
        }
        *link = queue->next;
        free(queue->notes);
        free(queue->set);
        free(queue);
    }
}

static int add_queue(void)
{
    struct queue *queue = calloc(1, sizeof *queue);
    if (queue == NULL)
        return -ENOMEM;
    queue->set = calloc(1, sizeof *queue->set);
    queue->fd = queue->set == NULL ? -ENOMEM : open_own_socket();
    int r = queue->fd < 0 ? queue->fd : identify(queue->fd, &queue->file);
    if (r < 0) {
        free(queue->set);
        free(queue);
        return r;
    }
    queue->next = queues;
    queues = queue;
    return queue->fd;
}

static int result_of(int r)
{
    if (r >= 0)
        return r;
    errno = -r;
    return -1;
}

int kqueue(void)
{
    pthread_mutex_lock(&lock);
    free_closed();
    int r = add_queue();
    pthread_mutex_unlock(&lock);
    return result_of(r);
}

static struct queue *find_queue(int fd)
{
    for (struct queue *queue = queues; queue != NULL; queue = queue->next)
        if (queue->fd == fd && is_still(fd, &queue->file))
            return queue;
    return NULL;
}

/* ---- changes ---- */

static bool is_user(short filter)
{
#if defined(EVFILT_USER)
    return filter == EVFILT_USER;
#else
    (void)filter;
    return false;
#endif
}

static bool is_trigger(const struct kevent *change)
{
#if defined(EVFILT_USER)
    return is_user(change->filter) && change->fflags & NOTE_TRIGGER;
#else
    (void)change;
    return false;
#endif
}

static void remove_note(struct queue *queue, unsigned at)
{
    queue->used--;
    queue->notes[at] = queue->notes[queue->used];
    queue->set[at] = queue->set[queue->used];
}

static struct knote *find_note(struct queue *queue, const struct kevent *change)
{
    for (unsigned at = 0; at < queue->used; at++) {
        struct knote *note = &queue->notes[at];
        if (note->ident != change->ident || note->filter != change->filter)
            continue;
        if (is_user(note->filter) || is_still((int)note->ident, &note->file))
            return note;
        remove_note(queue, at);
        return NULL;
    }
    return NULL;
}

static struct knote *new_note(struct queue *queue)
{
    if (queue->used == queue->capacity) {
        unsigned capacity = queue->capacity == 0 ? 16 : queue->capacity * 2;
        struct knote *notes = realloc(queue->notes, capacity * sizeof *notes);
        if (notes == NULL)
            return NULL;
        queue->notes = notes;
        struct pollfd *set = realloc(queue->set, (capacity + 1) * sizeof *set);
        if (set == NULL)
            return NULL;
        queue->set = set;
        queue->capacity = capacity;
    }
    queue->set[queue->used] = (struct pollfd){.fd = -1};
    return &queue->notes[queue->used++];
}

static int add_note(struct queue *queue, struct knote *note, const struct kevent *change)
{
    struct identity file = {0};
    bool user = is_user(change->filter);
    int r = user ? 0 : identify((int)change->ident, &file);
    if (r < 0)
        return r;
    if (refused_error != 0 && !user && (int)change->ident == refused_fd)
        return -refused_error;
    if (note == NULL)
        note = new_note(queue);
    if (note == NULL)
        return -ENOMEM;
    *note = (struct knote){.ident = change->ident,
                           .filter = change->filter,
                           .clear = change->flags & EV_CLEAR,
                           .file = file,
                           .udata = change->udata};
    return 0;
}

static int make_change(struct queue *queue, const struct kevent *change)
{
    const unsigned known = EV_ADD | EV_DELETE | EV_CLEAR | EV_RECEIPT;
    bool user = is_user(change->filter);
    if (change->flags & ~known || (!user && change->flags & EV_CLEAR) ||
        (!user && change->filter != EVFILT_READ && change->filter != EVFILT_WRITE))
        return -EINVAL;
    struct knote *note = find_note(queue, change);
    if (change->flags & EV_ADD)
        return add_note(queue, note, change);
    if (note == NULL)
        return -ENOENT;
    if (change->flags & EV_DELETE) {
        remove_note(queue, (unsigned)(note - queue->notes));
    } else if (is_trigger(change)) {
        note->triggered = true;
        send(queue->fd, "", 1, MSG_DONTWAIT); /* when it is full, it is readable all the same */
    }
    return 0;
}

/* How many of them were reported. */
static int make_changes(struct queue *queue, const struct kevent *changes, int count,
                        struct kevent *events, int capacity)
{
    int reported = 0;
    for (int i = 0; i < count; i++) {
        int r = make_change(queue, &changes[i]);
        if (r == 0 && !(changes[i].flags & EV_RECEIPT))
            continue;
        if (reported == capacity)
            return r;
        events[reported] = changes[i];
        events[reported].flags = EV_ERROR;
        events[reported].data = -r;
        reported++;
    }
    return reported;
}

/* ---- events ---- */

/* Returns whether something is to be told at once. */
static bool fill_set(struct queue *queue)
{
    bool triggered = false;
    for (unsigned at = 0; at < queue->used; at++) {
        const struct knote *note = &queue->notes[at];
        triggered |= note->triggered;
        queue->set[at] = (struct pollfd){
            .fd = is_user(note->filter) ? -1 : (int)note->ident,
            .events = note->filter == EVFILT_READ ? POLLIN | PEER_DONE : POLLOUT,
        };
    }
    queue->set[queue->used] = (struct pollfd){.fd = queue->fd, .events = POLLIN};
    return triggered;
}

static void drop_closed(struct queue *queue)
{
    for (unsigned at = queue->used; at-- > 0;)
        if (queue->set[at].revents != 0 &&
            !is_still((int)queue->notes[at].ident, &queue->notes[at].file))
            remove_note(queue, at);
}

static int report(struct queue *queue, struct kevent *events, int capacity)
{
    int count = 0;
    unsigned turns = 0;
    for (; turns < queue->used && count < capacity; turns++) {
        unsigned at = (queue->first + turns) % queue->used;
        struct knote *note = &queue->notes[at];
        short seen = queue->set[at].revents;
        if (seen == 0 && !note->triggered)
            continue;
        events[count++] = (struct kevent){
            .ident = note->ident,
            .filter = note->filter,
            .flags = seen & (POLLHUP | POLLERR | PEER_DONE) ? EV_EOF : 0,
            .udata = note->udata,
        };
        if (note->clear)
            note->triggered = false;
    }
    if (queue->used > 0)
        queue->first = (queue->first + turns) % queue->used;
    return count;
}

static int collect(struct queue *queue, struct kevent *events, int capacity, uint64_t deadline_ns)
{
    for (;;) {
        char byte;
        struct timespec left;
        bool at_once = fill_set(queue);
        pthread_mutex_unlock(&lock);
        int ready =
            sys.poll(queue->set, queue->used + 1, clock_until(at_once ? 0 : deadline_ns, &left));
        pthread_mutex_lock(&lock);
        if (ready < 0)
            return ready;
        while (recv(queue->fd, &byte, 1, MSG_DONTWAIT) > 0)
            ;
        drop_closed(queue);
        int count = report(queue, events, capacity);
        if (count > 0 || ready == 0)
            return count;
    }
}

int kevent(int fd, const struct kevent *changes, int change_count, struct kevent *events,
           int capacity, const struct timespec *timeout)
{
    uint64_t deadline_ns = UINT64_MAX;
    if (timeout != NULL)
        deadline_ns =
            clock_now_ns() + (uint64_t)timeout->tv_sec * NS_PER_S + (uint64_t)timeout->tv_nsec;
    pthread_mutex_lock(&lock);
    struct queue *queue = find_queue(fd);
    int r = -EBADF;
    if (queue != NULL)
        r = make_changes(queue, changes, change_count, events, capacity);
    if (r == 0 && capacity > 0)
        r = collect(queue, events, capacity, deadline_ns);
    pthread_mutex_unlock(&lock);
    return result_of(r);
}
