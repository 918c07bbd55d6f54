#include "harness/workloads/figures.h"

#include "harness/base/problem.h"

#include <errno.h>

int outcome_keep_histogram(struct outcome *outcome, const char *name,
                           const struct histogram *histogram)
{
    struct histogram *kept = outcome_add_histogram(outcome, name);
    if (kept == NULL)
        return -ENOMEM;
    *kept = *histogram;
    return 0;
}

int figures_set_percentile(struct figures *figures, const char *name,
                           const struct histogram *histogram, double percent)
{
    uint64_t value_ns;
    if (!histogram_percentile(histogram, percent, &value_ns))
        return 0;
    return figures_set(figures, name, (double)value_ns);
}

int outcome_verdict(int r, char *problem)
{
    return r == 0 ? 0 : problem_say(problem, -ENOMEM, "out of memory while writing the outcome");
}
