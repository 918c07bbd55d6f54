/* What kqueue.c sees where there is no kqueue(2): the interface of FreeBSD's <sys/event.h>, as far
 * as the fake of kqueue_fake.c has it. What is missing here is used by nobody. Values are the
 * fake's own. */
#ifndef TESTS_FAKES_KQUEUE_SYS_EVENT_H
#define TESTS_FAKES_KQUEUE_SYS_EVENT_H

#include <stdint.h>
#include <time.h>

/* As on NetBSD 9, an integer, and as on 32-bit systems, too small for a token. */
#if defined(KQUEUE_FAKE_OLD)
typedef int32_t kqueue_fake_udata;
#else
typedef void *kqueue_fake_udata;
#endif

struct kevent {
    uintptr_t ident;
    short filter;
    unsigned short flags;
    unsigned int fflags;
    int64_t data;
    kqueue_fake_udata udata;
};

#define EVFILT_READ (-1)
#define EVFILT_WRITE (-2)
#if !defined(KQUEUE_FAKE_OLD)
#define EVFILT_USER (-11) /* not on OpenBSD before 7.8 and NetBSD before 10 */
#define NOTE_TRIGGER 0x01000000
#endif

#define EV_ADD 0x0001
#define EV_DELETE 0x0002
#define EV_CLEAR 0x0020
#define EV_RECEIPT 0x0040
#define EV_ERROR 0x4000
#define EV_EOF 0x8000

int kqueue(void);
int kevent(int fd, const struct kevent *changes, int change_count, struct kevent *events,
           int capacity, const struct timespec *timeout);

#endif
