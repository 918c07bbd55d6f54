/* A backend without a kernel. The test says what the next wait() returns; time is a number that
 * wait() moves to its deadline when nothing was said. Every call of the loop is recorded.
 *
 * There is one fake per process, because neither open() nor the loop's clock take a context.
 * fake_reset() makes it new before a test.
 *
 * It also keeps the backend's side of the contract, and fails the test when the loop breaks its
 * own: an interest that was changed without backend_want(), a second send while one is in progress,
 * a buffer recycled twice, a source released twice, a descriptor discarded that was adopted.
 */
#ifndef TESTS_FAKES_FAKE_BACKEND_H
#define TESTS_FAKES_FAKE_BACKEND_H

#include "backends/backend.h"
#include "backends/clock.h"
#include "backends/registry.h"

/* Descriptors from here up exist only in the script: never given to close(2). */
#define FAKE_FD 1000000

enum fake_call_kind {
    FAKE_OPEN,
    FAKE_CLOSE,
    FAKE_ADOPT,
    FAKE_RELEASE,
    FAKE_DISCARD,
    FAKE_SEND,
    FAKE_SHUTDOWN,
    FAKE_RECYCLE,
    FAKE_WAIT,
    FAKE_WAKE,
};

struct fake_call {
    enum fake_call_kind kind;
    /* What the fake answered. */
    int result;
    /* The rest depends on the kind. Of adopt, release, send and shutdown: */
    const struct io_source *source;
    /* Of send: */
    const void *data;
    size_t length;
    /* Of adopt, release and discard: */
    int fd;
    /* Of recycle: */
    uint16_t buffer;
    /* Of wait; virtual time before and after, sources on the dirty list: */
    uint64_t deadline_ns;
    uint64_t began_ns, ended_ns;
    unsigned capacity;
    unsigned changes;
};

/* What the test may set, at any time. */
struct fake_script {
    /* 0, or the -errno of the next open(). */
    int open_result;
    /* 0, or the -errno of every adopt(). */
    int adopt_result;
    /* 0, or the -errno of every shutdown(). */
    int shutdown_result;
    /* 0, or the -errno of every wait(). */
    int wait_result;
    /* release() answers 0, and the test says fake_deliver_closed(). */
    bool release_later;
    /* wait() wakes this much after its deadline. */
    uint64_t oversleep_ns;
    /* A wait() without a deadline sleeps until wake() comes from another thread. */
    bool block;
};

extern struct fake_script fake_script;
extern const struct backend_variant fake_variant;          /* wants non-blocking sockets */
extern const struct backend_variant fake_blocking_variant; /* wants blocking ones */

/* The virtual clock, for loop_options.now_ns. */
uint64_t fake_now_ns(void);
void fake_advance(uint64_t ns);

/* Forgets everything: script, calls, time (which starts at FAKE_EPOCH_NS). */
void fake_reset(void);
#define FAKE_EPOCH_NS (1000 * NS_PER_S)

/* ---- what wait() returns ----
 * Events are said one by one and come together, in that order, from the next wait(). After
 * fake_next_wait() they belong to a later one; after fake_at(), to one that has lasted until then.
 * Bytes and connections that are not wanted stay in the kernel until they are. */
void fake_next_wait(void);
void fake_at(uint64_t at_ns);
void fake_deliver_nothing(void); /* wait() returns with no event, as after a signal */
void fake_deliver_accept(struct io_source *, int fd_or_errno);
void fake_deliver_bytes(struct io_source *, const char *text);
void fake_deliver_end(struct io_source *, int errno_or_0);  /* IO_RECV without bytes */
void fake_deliver_sent(struct io_source *, int errno_or_0); /* 0: all of the send in progress */
void fake_deliver_closed(struct io_source *);

/* What the next send() answers that has no answer yet: FAKE_SEND_LATER or -errno. Without one, all
 * of the bytes are sent at once. `sent` bytes of a later one are out already. */
#define FAKE_SEND_LATER 0
void fake_answer_send(int answer, size_t sent);

/* ---- what the loop did ---- */
size_t fake_call_count(enum fake_call_kind);
/* The n-th call of a kind, from 0; from the end with n < 0. Fails the test when there is none. */
const struct fake_call *fake_call(enum fake_call_kind, int n);
void fake_forget_calls(void);
bool fake_discarded(int fd);

/* Fails the test when a source, a buffer, a connection or the backend was not given back. */
void fake_assert_clean(void);

#endif
