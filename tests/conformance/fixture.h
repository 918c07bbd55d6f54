/* What every case stands on: one backend, descriptors in its care, peers at their other ends, and a
 * wait that checks of each result what the contract promises of all results. A case fails by an
 * expectation (expect.h), or ends as skipped. It runs alone in its process.
 *
 * Of every wait: interest that was not set, or was withdrawn, yields nothing. A final result has
 * ended its interest. A source that was released yields nothing but the IO_CLOSED it may have
 * announced, and its memory is not written to any more. Buffers have numbers and sizes of the pool,
 * and are never in two hands. The event array is not overrun. */
#ifndef TESTS_CONFORMANCE_FIXTURE_H
#define TESTS_CONFORMANCE_FIXTURE_H

#include "backends/backend.h"
#include "backends/clock.h"
#include "backends/registry.h"
#include "tests/conformance/expect.h"

#include <netinet/in.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>

#define CAPACITY_MAX 1024
#define EXIT_SKIPPED 77
#define SCRIBBLE 0xa5 /* fills memory that the backend has no business with any more */

struct descriptors; /* which numbers are open in this process */
struct fixture;
struct endpoint;

typedef void event_hook(struct fixture *, struct endpoint *, const struct io_event *);

/* A source as a case sees it, with all that came for it. Lives until the case is over. */
struct endpoint {
    struct io_source source;
    enum endpoint_state {
        ENDPOINT_ADOPTED,
        ENDPOINT_CLOSING,
        ENDPOINT_GONE,
        ENDPOINT_FORGOTTEN
    } state;
    struct endpoint *next;
    /* What source.want has to be: interest set, less what has ended. */
    uint16_t interest;
    const struct io_send *sending;

    /* All that came, IO_CLOSED not counted. */
    unsigned results;
    /* Of these, how many came in the last wait that had one, and the number of that wait. */
    unsigned last_results;
    uint64_t last_in;
    unsigned accepts, accept_errors;
    unsigned receives, ends, receive_errors;
    unsigned sends, polls, poll_errors;
    /* IO_CLOSED. */
    unsigned closes;
    /* The last result < 0 of accepting, receiving or polling. */
    int error;
    int send_result;
    /* Of the last IO_POLL. */
    int poll_bits;
    /* Bytes. */
    uint64_t received;
    /* One of them did not continue the pattern. */
    bool garbled;
};

struct fixture {
    const struct backend_variant *variant;
    const struct backend_ops *ops;
    /* A case changes it before backend_start(). */
    struct backend_config config;
    /* Of the event array in the next waits. */
    unsigned capacity;
    /* NULL until backend_start(). */
    struct backend *backend;

    /* Of the last wait. */
    struct io_event *events;
    /* Sees each result before it is counted; may release, set interest, adopt. */
    event_hook *on_event;
    /* The hook's. */
    void *context;
    /* Received buffers stay taken until recycle_all(). */
    bool hold_buffers;

    /* Calls of wait(); also the number of the last one. */
    uint64_t waits;
    /* Results in all. */
    uint64_t delivered;
    /* Waits that gave nothing and returned before their deadline. */
    uint64_t empty_early;
    /* Waits that gave nothing at all. */
    uint64_t empty_waits;
    unsigned wakes;

    /* Not taken yet, in order. */
    int *accepted;
    size_t accepted_count, accepted_capacity, accepted_taken;
    uint16_t *held;
    size_t held_count;
    bool *buffer_is_out;

    struct endpoint *endpoints;
    /* -1: closed. */
    int *peers;
    size_t peer_count, peer_capacity;
    /* Where connection() and narrow_connection() join their ends. */
    struct meeting_point {
        /* 0: not there yet. */
        int fd;
        struct sockaddr_in address;
    } meeting_points[2];
    struct descriptors *before;
};

/* ---- one case, from begin to end ---- */

int fixture_init(struct fixture *, const struct backend_variant *);
/* Closes every peer, by a reset: thousands of ports in TIME_WAIT would be missed by the next case.
 */
void fixture_close_peers(struct fixture *);
/* Closes everything; asserts that no descriptor is left that was not there at first, and none gone
 * that was. */
void fixture_finish(struct fixture *);
void fixture_free(struct fixture *);

/* Ends the process: the case does not apply to this machine, for the reason given. */
_Noreturn void case_skip(const struct fixture *, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Skips where the mechanism is imitated and, for the reason given, imitated badly. */
void skip_emulated(struct fixture *, const char *reason);
/* Skips unless this process may have `count` descriptors at a time. */
void need_descriptors(struct fixture *, unsigned count);

/* Leaves this process `spare` (0..15) descriptors to open, and no more. Returns the limit as it
 * was. */
struct rlimit descriptors_leave(int spare);

void backend_start(struct fixture *); /* opens with fixture.config */
void backend_stop(struct fixture *);  /* closes; fixture_finish() does it for who does not */

/* ---- sources ---- */

struct endpoint *adopt(struct fixture *, int fd, uint16_t want);
void set_interest(struct fixture *, struct endpoint *, uint16_t want);
/* As the table's send(), and expects exactly the IO_SEND that its answer announces. */
int start_send(struct fixture *, struct endpoint *, struct io_send *);
/* 1 and 0 as the contract says; the rest of the batch must not be looked at for this source. */
int release(struct fixture *, struct endpoint *);
/* The same, and waits for an IO_CLOSED that was announced. */
void release_wholly(struct fixture *, struct endpoint *);
/* The backend is through with it. */
static inline bool is_over(const struct endpoint *endpoint)
{
    return endpoint->state == ENDPOINT_GONE || endpoint->state == ENDPOINT_FORGOTTEN;
}
int take_accepted(struct fixture *);
void give_back(struct fixture *, uint16_t buffer);
void recycle_all(struct fixture *); /* those held */

/* ---- waiting ---- */

/* One wait(), each result checked and counted. Returns how many there were. */
unsigned wait_once(struct fixture *, uint64_t deadline_ns);
/* Waits until something came; a backend that stalls fails the case, saying what was waited for. */
#define wait_some(fixture, purpose) wait_some_at(__FILE__, __LINE__, fixture, purpose)
void wait_some_at(const char *file, int line, struct fixture *, const char *purpose);
/* The same over and over; what a hung case was waiting for is printed by its alarm. */
extern const char *waited_for;
#define WAIT_UNTIL(fixture, condition)                                                             \
    while (!(condition))                                                                           \
    wait_some((fixture), #condition)
/* Nothing may come for so long, and wait() must sleep meanwhile rather than return or turn in
 * circles. */
#define expect_quiet(fixture, duration_ms) expect_quiet_at(__FILE__, __LINE__, fixture, duration_ms)
void expect_quiet_at(const char *file, int line, struct fixture *, unsigned duration_ms);
/* The same just after interest was withdrawn: in the completion tier, what the kernel had given
 * away before it was told still comes. */
void expect_quiet_after_withdrawal(struct fixture *, unsigned duration_ms);

uint64_t in_ms(unsigned ms); /* a deadline */
/* What is long enough for anything that happens at all. Only a failing case takes so long. */
uint64_t stall_ns(void);
/* The alarm of a whole case. */
unsigned case_limit_s(void);
/* What both are multiplied by, for a machine that is slow. */
void case_time_limit_factor(double factor);

#endif
