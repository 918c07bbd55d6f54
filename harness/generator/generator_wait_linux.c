/* epoll, level-triggered: a descriptor is added once and leaves when it is closed, so that a short
 * connection costs one epoll_ctl. Planned sends need deadlines to the nanosecond: epoll_pwait2
 * (Linux 5.11), without which they are rounded up to a millisecond, and a timer slack of one
 * nanosecond instead of 50,000. */
#include "harness/generator/generator_wait.h"

#include "backends/clock.h"
#include "backends/clock_linux.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define EVENTS_PER_WAIT 256

struct generator_wait {
    int epoll_fd;
    struct epoll_event events[EVENTS_PER_WAIT];
};

int generator_wait_open(struct generator_wait **out, uint32_t capacity)
{
    (void)capacity; /* the kernel's table grows by itself */
    struct generator_wait *wait = malloc(sizeof *wait);
    if (!wait)
        return -ENOMEM;
    wait->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (wait->epoll_fd < 0) {
        int r = -errno;
        free(wait);
        return r;
    }
    prctl(PR_SET_TIMERSLACK, 1UL); /* refused: sends are later, and reported as such */
    *out = wait;
    return 0;
}

void generator_wait_close(struct generator_wait *wait)
{
    close(wait->epoll_fd);
    free(wait);
}

static int control(struct generator_wait *wait, int operation, int fd,
                   enum generator_interest interest, uint32_t token)
{
    static const uint32_t events[] = {[GENERATOR_READABLE] = EPOLLIN,
                                      [GENERATOR_WRITABLE] = EPOLLOUT,
                                      [GENERATOR_EITHER] = EPOLLIN | EPOLLOUT};
    struct epoll_event event = {.events = events[interest], .data.u32 = token};
    return epoll_ctl(wait->epoll_fd, operation, fd, &event) < 0 ? -errno : 0;
}

int generator_wait_add(struct generator_wait *wait, int fd, enum generator_interest interest,
                       uint32_t token)
{
    return control(wait, EPOLL_CTL_ADD, fd, interest, token);
}

int generator_wait_change(struct generator_wait *wait, int fd, enum generator_interest interest,
                          uint32_t token)
{
    return control(wait, EPOLL_CTL_MOD, fd, interest, token);
}

void generator_wait_remove(struct generator_wait *wait, int fd, uint32_t token)
{
    (void)token;
    epoll_ctl(wait->epoll_fd, EPOLL_CTL_DEL, fd, NULL);
}

void generator_wait_close_fd(struct generator_wait *wait, int fd, uint32_t token)
{
    (void)wait;
    (void)token;
    close(fd);
}

static int wait_epoll(struct generator_wait *wait, uint64_t deadline_ns, int limit)
{
#ifdef SYS_epoll_pwait2
    struct timespec left;
    struct __kernel_timespec kernel_left;
    int ready = (int)syscall(SYS_epoll_pwait2, wait->epoll_fd, wait->events, limit,
                             clock_kernel_time(clock_until(deadline_ns, &left), &kernel_left), NULL,
                             (size_t)0);
    if (ready >= 0 || (errno != ENOSYS && errno != EPERM))
        return ready;
#endif
    return epoll_wait(wait->epoll_fd, wait->events, limit, clock_until_ms(deadline_ns));
}

int generator_wait_next(struct generator_wait *wait, uint64_t deadline_ns, uint32_t *tokens,
                        size_t capacity)
{
    int limit = capacity < EVENTS_PER_WAIT ? (int)capacity : EVENTS_PER_WAIT;
    int ready = wait_epoll(wait, deadline_ns, limit);
    if (ready < 0)
        return errno == EINTR ? 0 : -errno;
    for (int i = 0; i < ready; i++)
        tokens[i] = wait->events[i].data.u32;
    return ready;
}
