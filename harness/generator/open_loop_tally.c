#include "harness/generator/open_loop_tally.h"

#include <math.h>
#include <stdio.h>

void open_loop_tally_reset(struct open_loop_tally *tally)
{
    tally->arrivals = tally->answered = tally->unanswered = tally->failed = 0;
    tally->not_sent = tally->limited = tally->late = 0;
    histogram_reset(&tally->lateness);
    histogram_reset(&tally->response);
    histogram_reset(&tally->uncorrected);
}

static uint64_t sent(const struct open_loop_tally *tally)
{
    return tally->arrivals - tally->not_sent;
}

void open_loop_tally_fill(const struct open_loop_tally *tally, double window_s,
                          struct generator_report *report)
{
    uint64_t late_ns;
    bool known = histogram_percentile(&tally->lateness, 99, &late_ns);
    report->late_p99_ns = known ? (double)late_ns : NAN;
    report->late_share = sent(tally) > 0 ? (double)tally->late / (double)sent(tally) : 0;
    report->has_plan = true;
    report->plan = (struct generator_plan){
        .window_s = window_s,
        .seed = tally->seed,
        .arrivals = tally->arrivals,
        .answered = tally->answered,
        .unanswered = tally->unanswered,
        .failed = tally->failed,
        .not_sent = tally->not_sent,
        .limited = tally->limited,
    };
}

bool open_loop_tally_bound(const struct open_loop_tally *tally, double cpu, double cpu_wait,
                           char why[OPEN_LOOP_WHY_BYTES])
{
    uint64_t late_ns, response_ns;
    if ((cpu + cpu_wait) * OPEN_LOOP_HEADROOM > 1.0) {
        snprintf(
            why, OPEN_LOOP_WHY_BYTES,
            "it ran for %.0f %% of the time and waited for a CPU for %.0f %%: it could not have "
            "made %.1f times the load",
            cpu * 100, cpu_wait * 100, OPEN_LOOP_HEADROOM);
        return true;
    }
    if (histogram_percentile(&tally->lateness, 99, &late_ns) &&
        histogram_percentile(&tally->response, 99, &response_ns) &&
        (double)late_ns > OPEN_LOOP_LATE_SHARE * (double)response_ns) {
        snprintf(why, OPEN_LOOP_WHY_BYTES,
                 "at the 99th percentile it sent %.0f us late, more than half of the latency there "
                 "(%.0f us)",
                 (double)late_ns / 1e3, (double)response_ns / 1e3);
        return true;
    }
    return false;
}
