#include "harness/stats/walsh.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

int walsh_open(struct walsh *self, const double *values, size_t n)
{
    *self = (struct walsh){0};
    if (n < 1 || n > UINT32_MAX)
        return -EINVAL;
    for (size_t i = 0; i < n; i++)
        if (!isfinite(values[i]))
            return -EINVAL;
    /* Halved before they are added, so that no sum overflows. */
    self->halves = pair_sums_sorted(values, n, 0.5);
    int result = self->halves != NULL
                     ? pair_sums_open(&self->sums, self->halves, n, self->halves, n, true)
                     : -ENOMEM;
    if (result < 0)
        walsh_close(self);
    return result;
}

void walsh_close(struct walsh *self)
{
    pair_sums_close(&self->sums);
    free(self->halves);
    *self = (struct walsh){0};
}

uint64_t walsh_count(size_t n)
{
    return (uint64_t)n * (n + 1) / 2;
}

double walsh_at(struct walsh *self, uint64_t position)
{
    return pair_sums_at(&self->sums, position);
}

double walsh_median(struct walsh *self)
{
    return pair_sums_median(&self->sums);
}
