/* What the generator says of itself: whether it kept up, and what its connections saw. */
#ifndef HARNESS_GENERATOR_LOAD_REPORT_H
#define HARNESS_GENERATOR_LOAD_REPORT_H

#include "harness/contract/generator_report.h"
#include "harness/generator/open_loop_tally.h"
#include "harness/stats/histogram.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

/* Above this share of one CPU the generator, not the server, is what a result depends on. */
#define GENERATOR_BOUND_UTILISATION 0.90

struct load_clock {
    uint64_t wall_ns, cpu_ns;
    /* Ready to run, without a CPU. */
    uint64_t delay_ns;
};

struct load_clock load_clock_now(void);

/* Failed connections by errno. What does not fit in is counted under the last one's key, "other".
 */
#define LOAD_ERRORS GENERATOR_ERRORS

struct load_errors {
    int number[LOAD_ERRORS];
    uint64_t count[LOAD_ERRORS];
};

void load_errors_count(struct load_errors *, int number);

struct load_report {
    /* The measured window. */
    struct load_clock begin, end;
    /* It only waited for the next command, so it was not the bound. */
    bool waited;
    bool pinned;
    unsigned source_addresses;
    uint64_t connections;
    struct load_errors errors;
    /* Each NULL: none was taken. */
    const struct histogram *connect_latency;
    const struct histogram *message_latency;
    /* NULL: nothing was planned ahead. */
    const struct open_loop_tally *open_loop;
};

void load_report_fill(const struct load_report *, struct generator_report *);

/* The answer to "stop": {"ok":true,"report":{...},"histograms":{...}}. A new object; NULL: no
 * memory. */
json_t *load_report_reply(const struct load_report *);

#endif
