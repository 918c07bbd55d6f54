/* What the measured window of an open loop came to.
 *
 * Every arrival that was planned within the window is in it, whatever became of it:
 *   arrivals = answered + unanswered + failed + not_sent
 * and each one is a sample of `response`, so that nothing slow can vanish. One that was not
 * answered when the drain ended, that failed, or that could not even be sent is recorded as having
 * waited until then: it took at least so long. */
#ifndef HARNESS_GENERATOR_OPEN_LOOP_TALLY_H
#define HARNESS_GENERATOR_OPEN_LOOP_TALLY_H

#include "harness/contract/generator_report.h"
#include "harness/stats/histogram.h"

/* A request sent later than this after it could have been is counted as late. */
#define OPEN_LOOP_LATE_NS UINT64_C(1000000)

/* A generator that wants a CPU for more than 1 / 1.5 of the time could not make 1.5 times the load:
 * it has no headroom. It wants one while it runs, and while it is ready to run and others do. What
 * one connection costs it falls with the rate, if anything (more of them come of one wait), so that
 * it has rather more headroom than this says. */
#define OPEN_LOOP_HEADROOM 1.5

/* Nor may its own lateness make up more than this share of a latency at the 99th percentile. */
#define OPEN_LOOP_LATE_SHARE 0.5

struct open_loop_tally {
    /* Of the plan; at most INT64_MAX. */
    uint64_t seed;
    /* Planned within the window. */
    uint64_t arrivals;
    /* With the whole response. */
    uint64_t answered;
    /* Sent, and not answered when the drain ended. */
    uint64_t unanswered;
    /* The connection ended in an error. */
    uint64_t failed;
    /* No connection was free for them until the drain ended. */
    uint64_t not_sent;
    /* Waited because as many connections as allowed were under way. */
    uint64_t limited;
    /* Sent more than OPEN_LOOP_LATE_NS after they could have been. */
    uint64_t late;
    /* How late each was sent, by the generator's own fault. */
    struct histogram lateness;
    /* From the planned time to the response's last byte. */
    struct histogram response;
    /* From connect() to the response's last byte. */
    struct histogram uncorrected;
};

/* The seed stays. */
void open_loop_tally_reset(struct open_loop_tally *);

/* Fills late_p99_ns, late_share and the plan of a report. */
void open_loop_tally_fill(const struct open_loop_tally *, double window_s,
                          struct generator_report *);

#define OPEN_LOOP_WHY_BYTES 256

/* Why the load says more of the generator than of the server, as a sentence in `why`; false when it
 * does not. cpu, cpu_wait: shares of the window in which it ran, and in which it was
 * ready to. */
bool open_loop_tally_bound(const struct open_loop_tally *, double cpu, double cpu_wait,
                           char why[OPEN_LOOP_WHY_BYTES]);

#endif
