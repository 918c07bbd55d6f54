#include "harness/stats/shifts.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#define LARGEST 1e300

static bool are_small_enough(const double *values, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!(fabs(values[i]) <= LARGEST))
            return false;
    }
    return true;
}

int shifts_open(struct shifts *self, const double *first, size_t n, const double *second, size_t m)
{
    *self = (struct shifts){0};
    if (n < 1 || m < 1 || n > UINT32_MAX || m > UINT32_MAX || !are_small_enough(first, n) ||
        !are_small_enough(second, m))
        return -EINVAL;
    self->first = pair_sums_sorted(first, n, 1);
    self->second = pair_sums_sorted(second, m, -1);
    int result = self->first != NULL && self->second != NULL
                     ? pair_sums_open(&self->sums, self->first, n, self->second, m, false)
                     : -ENOMEM;
    if (result < 0)
        shifts_close(self);
    return result;
}

void shifts_close(struct shifts *self)
{
    pair_sums_close(&self->sums);
    free(self->first);
    free(self->second);
    *self = (struct shifts){0};
}

double shifts_at(struct shifts *self, uint64_t position)
{
    return pair_sums_at(&self->sums, position);
}

double shifts_median(struct shifts *self)
{
    return pair_sums_median(&self->sums);
}
