#include "harness/execute/pace.h"

#include "backends/clock.h"

#include <math.h>
#include <stdlib.h>
#include <unistd.h>

/* Tables, charts and page: measured on two cores of a virtual machine, by the number of cells. No
 * more charts than of so many cells are drawn. */
#define REPORT_S 0.1
#define REPORT_CELL_S 0.15
#define REPORT_CELLS 40.0

double pace_report_s(size_t cells)
{
    return REPORT_S + REPORT_CELL_S * fmin((double)cells, REPORT_CELLS);
}

/* With 3.3 to 4 programs for each of two CPUs the report took twice as long as alone. The load
 * average of the last minute is that of all of them; a run adds little to it, because of its two
 * processes one sleeps mostly. */
static double slower_by_others(void)
{
    double load;
    long cpus = sysconf(_SC_NPROCESSORS_ONLN);
    if (cpus < 1 || getloadavg(&load, 1) < 1)
        return 1;
    return sqrt(fmax(1, load / (double)cpus));
}

void pace_set_report(struct pace *pace, size_t cells)
{
    pace->reserve_s = fmin(slower_by_others() * pace_report_s(cells), pace->time_bound_s / 2);
}

void pace_begin(struct pace *pace)
{
    pace->begin_ns = clock_now_ns();
    pace->done_estimate_s = pace->done_s = 0;
}

void pace_trial_ended(struct pace *pace, double estimate_s, double took_s)
{
    pace->done_estimate_s += estimate_s;
    pace->done_s += took_s;
}

double pace_elapsed_s(const struct pace *pace)
{
    return (double)(clock_now_ns() - pace->begin_ns) / 1e9;
}

double pace_correction(const struct pace *pace)
{
    return pace->done_estimate_s > 0 ? pace->done_s / pace->done_estimate_s : 1;
}

double pace_remaining_s(const struct pace *pace)
{
    return pace->time_bound_s - pace->reserve_s - pace_elapsed_s(pace);
}

bool pace_has_time_for(const struct pace *pace, double rounds, double round_s)
{
    return rounds * round_s <= pace_remaining_s(pace);
}

bool pace_is_over(const struct pace *pace, double work_s)
{
    return work_s > pace_remaining_s(pace) + PACE_TOLERANCE * pace->time_bound_s;
}

bool pace_allows_round(const struct pace *pace, uint64_t finished, double round_s)
{
    if (finished == 0 || finished >= pace->maximum_rounds)
        return finished < pace->maximum_rounds;
    return round_s / 2 <= pace_remaining_s(pace) && !pace_is_over(pace, round_s);
}

double pace_left_s(const struct pace *pace, uint64_t finished, double round_s, double in_round_s)
{
    double by_rounds_s = (double)(pace->maximum_rounds - finished) * round_s - in_round_s;
    return fmax(0, fmin(by_rounds_s, pace_remaining_s(pace)));
}
