#include "harness/analysis/sweeps.h"

#include "harness/analysis/parts.h"
#include "harness/record/trials.h"

#include <math.h>
#include <string.h>

bool sweep_same_mode(const json_t *a, const json_t *b)
{
    return strcmp(report_text(a, "workload"), report_text(b, "workload")) == 0 &&
           strcmp(report_text(a, "mode"), report_text(b, "mode")) == 0;
}

static bool differ_only_in(const json_t *a, const json_t *b, const char *parameter)
{
    const json_t *left = json_object_get(a, "params"), *right = json_object_get(b, "params");
    if (!sweep_same_mode(a, b) || json_object_size(left) != json_object_size(right))
        return false;
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)left, name, value)
    {
        const json_t *other = json_object_get(right, name);
        bool is_swept = strcmp(name, parameter) == 0;
        if (other == NULL || (!is_swept && !json_equal(value, (json_t *)other)))
            return false;
    }
    return true;
}

double sweep_value(const json_t *cell, const char *parameter)
{
    return json_number_value(json_object_get(json_object_get(cell, "params"), parameter));
}

void sweep_find(const json_t *cells, const json_t *cell, const char *parameter, struct sweep *sweep)
{
    size_t i;
    const json_t *other;
    sweep->parameter = parameter;
    sweep->count = 0;
    json_array_foreach(cells, i, other)
    {
        if (other != cell && !differ_only_in(cell, other, parameter))
            continue;
        if (sweep->count == SWEEP_MAXIMUM)
            break;
        size_t at = sweep->count++;
        for (;
             at > 0 && sweep_value(sweep->cells[at - 1], parameter) > sweep_value(other, parameter);
             at--)
            sweep->cells[at] = sweep->cells[at - 1];
        sweep->cells[at] = other;
    }
}

/* The mean over all values of a histogram in all valid trials; 0 when there are none. */
static double histogram_mean(const json_t *cell, const char *metric, const char *subject)
{
    const struct trials *trials = trials_of(cell);
    const struct pooled_histogram *pooled =
        trials_pooled(trials, metric, trials_find_subject(trials, subject));
    return pooled != NULL && pooled->count > 0 ? (double)pooled->sum_ns / (double)pooled->count : 0;
}

static bool knee_point_of(const json_t *cell, const char *subject, struct knee_point *point)
{
    const json_t *offered = report_entry(cell, "summary", "offered_per_s", subject);
    const json_t *delivered = report_entry(cell, "summary", "jobs_per_s", subject);
    bool pooled;
    *point = (struct knee_point){
        .load = sweep_value(cell, "load"),
        .offered_per_s = report_number(offered, "median"),
        .delivered_per_s = report_number(delivered, "median"),
        .service_ns = histogram_mean(cell, "service_ns", subject),
    };
    if (!report_percentile_value(cell, "queue_wait_ns", subject, 99, &point->wait_p99_ns, &pooled))
        point->wait_p99_ns = NAN;
    return delivered != NULL && point->load > 0 && point->offered_per_s > 0 &&
           point->service_ns > 0;
}

bool sweep_knee(const struct sweep *sweep, const char *subject, struct knee *knee)
{
    struct knee_point points[SWEEP_MAXIMUM];
    size_t places[SWEEP_MAXIMUM], count = 0;
    for (size_t i = 0; i < sweep->count; i++) {
        places[count] = i;
        count += knee_point_of(sweep->cells[i], subject, &points[count]);
    }
    if (count == 0 || knee_find(points, count, knee) < 0)
        return false;
    knee->left_out += sweep->count - count;
    knee->carried = places[knee->carried];
    knee->overloaded = places[knee->overloaded];
    return true;
}
