#include "harness/stats/knee.h"

#include <errno.h>
#include <math.h>

static bool is_sound(const struct knee_point *point)
{
    bool wait =
        isnan(point->wait_p99_ns) || (point->wait_p99_ns >= 0 && isfinite(point->wait_p99_ns));
    return isfinite(point->load) && point->load > 0 && isfinite(point->offered_per_s) &&
           point->offered_per_s > 0 && isfinite(point->delivered_per_s) &&
           point->delivered_per_s >= 0 && wait && isfinite(point->service_ns) &&
           point->service_ns > 0;
}

static bool is_resolved(const struct knee_point *point)
{
    return !isnan(point->wait_p99_ns);
}

/* What waiting costs where there is next to no queue. NAN when there is no point. */
static double base_wait_ns(const struct knee_point *points, size_t count)
{
    const struct knee_point *lowest = NULL;
    for (size_t i = 0; i < count; i++) {
        if (is_resolved(&points[i]) && (lowest == NULL || points[i].load < lowest->load))
            lowest = &points[i];
    }
    return lowest != NULL ? lowest->wait_p99_ns : NAN;
}

static bool keeps_up(const struct knee_point *point)
{
    return point->delivered_per_s >= KNEE_DELIVERED * point->offered_per_s;
}

static bool is_carried(const struct knee_point *point, double base_ns)
{
    double limit_ns = KNEE_WAIT_FACTOR * fmax(point->service_ns, base_ns);
    return keeps_up(point) && point->wait_p99_ns <= limit_ns;
}

int knee_find(const struct knee_point *points, size_t count, struct knee *knee)
{
    *knee = (struct knee){0};
    for (size_t i = 0; i < count; i++) {
        if (!is_sound(&points[i]))
            return -EINVAL;
        knee->left_out += !is_resolved(&points[i]);
    }
    double base_ns = base_wait_ns(points, count);
    for (size_t i = 0; i < count; i++) {
        if (!is_resolved(&points[i]) || is_carried(&points[i], base_ns))
            continue;
        if (!knee->bounded || points[i].load < points[knee->overloaded].load)
            knee->overloaded = i;
        knee->bounded = true;
    }
    knee->keeps_up = knee->bounded && keeps_up(&points[knee->overloaded]);
    for (size_t i = 0; i < count; i++) {
        bool below = !knee->bounded || points[i].load < points[knee->overloaded].load;
        if (!is_resolved(&points[i]) || !below)
            continue;
        if (!knee->found || points[i].load > points[knee->carried].load)
            knee->carried = i;
        knee->found = true;
    }
    return 0;
}
