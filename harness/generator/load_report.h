/* What the generator says of itself: whether it kept up, and what its connections saw. */
#ifndef HARNESS_GENERATOR_LOAD_REPORT_H
#define HARNESS_GENERATOR_LOAD_REPORT_H

#include "harness/generator/open_loop_tally.h"
#include "harness/stats/histogram.h"

#include <stdbool.h>
#include <stdint.h>

/* Above this share of one CPU the generator, not the server, is what a result depends on. */
#define GENERATOR_BOUND_UTILISATION 0.90

struct load_clock {
    uint64_t wall_ns, cpu_ns;
    uint64_t delay_ns; /* ready to run, without a CPU */
};

struct load_clock load_clock_now(void);

/* Failed connections by errno. What does not fit in is counted under the last one's key, "other".
 */
#define LOAD_ERRORS 8

struct load_errors {
    int number[LOAD_ERRORS];
    uint64_t count[LOAD_ERRORS];
};

void load_errors_count(struct load_errors *, int number);

struct load_report {
    struct load_clock begin, end; /* the measured window */
    bool waited;                  /* it only waited for the next command, so it was not the bound */
    bool pinned;
    unsigned source_addresses;
    uint64_t connections;
    struct load_errors errors;
    const struct histogram *connect_latency; /* NULL: none was taken */
    const struct open_loop_tally *open_loop; /* NULL: nothing was planned ahead */
};

/* A new object, with "why_bound" as a sentence when it is bound; NULL when out of memory. */
json_t *load_report_to_json(const struct load_report *);

#endif
