/* What the generator says of itself after a load: whether it kept up, and what became of the
 * requests. */
#ifndef HARNESS_CONTRACT_GENERATOR_REPORT_H
#define HARNESS_CONTRACT_GENERATOR_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    GENERATOR_ERRORS = 8,
    GENERATOR_ERROR_BYTES = 32,
    GENERATOR_WHY_BYTES = 1152,
};

struct generator_error {
    /* "ECONNRESET"; "other" for what did not fit. */
    char name[GENERATOR_ERROR_BYTES];
    uint64_t count;
};

/* Of an open loop: every arrival that was planned within the window, whatever became of it.
 * arrivals = answered + unanswered + failed + not_sent. */
struct generator_plan {
    double window_s;
    uint64_t seed;
    uint64_t arrivals, answered, unanswered, failed, not_sent;
    /* Waited because as many connections as allowed were under way. */
    uint64_t limited;
};

struct generator_report {
    /* Share of one CPU, and the 99th percentile of how late requests were sent. NAN: not known. */
    double cpu_utilisation, late_p99_ns;
    /* It set the pace, not the subject; `why_bound` is a sentence then, else "". */
    bool bound;
    char why_bound[GENERATOR_WHY_BYTES];
    bool pinned;
    uint64_t connections;
    unsigned source_addresses;
    struct generator_error errors[GENERATOR_ERRORS];
    size_t error_count;
    /* Of an open loop alone. */
    bool has_plan;
    double late_share, cpu_wait;
    struct generator_plan plan;
};

#endif
