#include "harness/generator/open_loop_tally.h"

#include <errno.h>
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

static json_t *counts_to_json(const struct open_loop_tally *tally, uint64_t window_ns)
{
    return json_pack("{s:f, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "window_s",
                     (double)window_ns / 1e9, "seed", (json_int_t)tally->seed, "arrivals",
                     (json_int_t)tally->arrivals, "answered", (json_int_t)tally->answered,
                     "unanswered", (json_int_t)tally->unanswered, "failed",
                     (json_int_t)tally->failed, "not_sent", (json_int_t)tally->not_sent, "limited",
                     (json_int_t)tally->limited);
}

int open_loop_tally_to_json(const struct open_loop_tally *tally, uint64_t window_ns, json_t *report,
                            json_t *histograms)
{
    uint64_t late_ns;
    bool known = histogram_percentile(&tally->lateness, 99, &late_ns);
    double late_share = sent(tally) > 0 ? (double)tally->late / (double)sent(tally) : 0.0;
    int failed = json_object_set_new(report, "late_ns_p99",
                                     known ? json_integer((json_int_t)late_ns) : json_null());
    failed |= json_object_set_new(report, "late_share", json_real(late_share));
    failed |= json_object_set_new(report, "plan", counts_to_json(tally, window_ns));
    failed |=
        json_object_set_new(histograms, "response_latency_ns", histogram_to_json(&tally->response));
    failed |= json_object_set_new(histograms, "response_latency_uncorrected_ns",
                                  histogram_to_json(&tally->uncorrected));
    failed |=
        json_object_set_new(histograms, "send_lateness_ns", histogram_to_json(&tally->lateness));
    return failed ? -ENOMEM : 0;
}

bool open_loop_tally_bound(const struct open_loop_tally *tally, double cpu, double cpu_wait,
                           char *why)
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
