#include "harness/execute/pace.h"

#include "backends/clock.h"

void pace_begin(struct pace *pace)
{
    pace->begin_ns = clock_now_ns();
    pace->done_estimate_s = 0;
}

void pace_trial_ended(struct pace *pace, double estimate_s)
{
    pace->done_estimate_s += estimate_s;
}

double pace_elapsed_s(const struct pace *pace)
{
    return (double)(clock_now_ns() - pace->begin_ns) / 1e9;
}

static double correction(const struct pace *pace)
{
    return pace->done_estimate_s > 0 ? pace_elapsed_s(pace) / pace->done_estimate_s : 1;
}

double pace_round_s(const struct pace *pace)
{
    return pace->round_estimate_s * correction(pace);
}

bool pace_allows_round(const struct pace *pace, uint64_t finished)
{
    if (finished >= pace->maximum_rounds)
        return false;
    return finished < pace->minimum_rounds ||
           pace_elapsed_s(pace) + pace_round_s(pace) <= pace->time_bound_s;
}

double pace_left_s(const struct pace *pace, uint64_t finished, double in_round_s)
{
    double round_s = pace_round_s(pace), spent_s = in_round_s * correction(pace);
    double by_rounds_s = (double)(pace->maximum_rounds - finished) * round_s - spent_s;
    double by_time_s = pace->time_bound_s - pace_elapsed_s(pace);
    double at_least_s = finished < pace->minimum_rounds
                            ? (double)(pace->minimum_rounds - finished) * round_s - spent_s
                            : 0;
    double left_s = by_rounds_s < by_time_s ? by_rounds_s : by_time_s;
    return left_s > at_least_s ? left_s : at_least_s;
}
