#include "harness/measure/walsh.h"

#include "harness/measure/random.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>

static int compare_doubles(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

int walsh_open(struct walsh *self, const double *values, size_t n)
{
    *self = (struct walsh){.n = n};
    if (n < 1 || n > UINT32_MAX)
        return -EINVAL;
    for (size_t i = 0; i < n; i++)
        if (!isfinite(values[i]))
            return -EINVAL;
    self->halves = calloc(n, sizeof *self->halves);
    self->from = calloc(n, sizeof *self->from);
    self->until = calloc(n, sizeof *self->until);
    if (self->halves == NULL || self->from == NULL || self->until == NULL) {
        walsh_close(self);
        return -ENOMEM;
    }
    /* Halved before they are added, so that no sum overflows. */
    for (size_t i = 0; i < n; i++)
        self->halves[i] = values[i] / 2;
    qsort(self->halves, n, sizeof *self->halves, compare_doubles);
    return 0;
}

void walsh_close(struct walsh *self)
{
    free(self->halves);
    free(self->from);
    free(self->until);
    *self = (struct walsh){0};
}

uint64_t walsh_count(size_t n)
{
    return (uint64_t)n * (n + 1) / 2;
}

/* One of those that are left, each equally likely; `left` is how many there are. */
static double draw(const struct walsh *self, uint64_t left, struct random *random)
{
    uint64_t chosen = random_next(random) % left;
    size_t row = 0;
    while (chosen >= self->until[row] - self->from[row]) {
        chosen -= self->until[row] - self->from[row];
        row++;
    }
    return self->halves[row] + self->halves[self->from[row] + chosen];
}

/* How many averages are below the pivot, and how many at most equal to it. Further down, rows start
 * with larger values: what exceeds the pivot in one row does in all after it. */
static void count(const struct walsh *self, double pivot, uint64_t *below, uint64_t *up_to)
{
    size_t below_end = self->n, up_to_end = self->n;
    *below = *up_to = 0;
    for (size_t row = 0; row < up_to_end; row++) {
        while (up_to_end > row && self->halves[row] + self->halves[up_to_end - 1] > pivot)
            up_to_end--;
        while (below_end > row && self->halves[row] + self->halves[below_end - 1] >= pivot)
            below_end--;
        *up_to += up_to_end - row;
        *below += below_end > row ? below_end - row : 0;
    }
}

/* Leaves only averages below the pivot; how many. */
static uint64_t keep_below(struct walsh *self, double pivot)
{
    uint64_t left = 0;
    size_t end = self->n;
    for (size_t row = 0; row < self->n; row++) {
        while (end > row && self->halves[row] + self->halves[end - 1] >= pivot)
            end--;
        if (self->until[row] > end)
            self->until[row] = (uint32_t)(end > self->from[row] ? end : self->from[row]);
        left += self->until[row] - self->from[row];
    }
    return left;
}

/* Leaves only averages above the pivot; how many. */
static uint64_t keep_above(struct walsh *self, double pivot)
{
    uint64_t left = 0;
    size_t end = self->n;
    for (size_t row = 0; row < self->n; row++) {
        while (end > row && self->halves[row] + self->halves[end - 1] > pivot)
            end--;
        if (self->from[row] < end)
            self->from[row] = (uint32_t)(end < self->until[row] ? end : self->until[row]);
        left += self->until[row] - self->from[row];
    }
    return left;
}

double walsh_at(struct walsh *self, uint64_t position)
{
    uint64_t left = walsh_count(self->n);
    assert(position >= 1 && position <= left);
    for (size_t row = 0; row < self->n; row++) {
        self->from[row] = (uint32_t)row;
        self->until[row] = (uint32_t)self->n;
    }
    /* Which pivots are drawn decides how long it takes, never what is found. */
    struct random random;
    random_seed(&random, position);
    for (;;) {
        double pivot = draw(self, left, &random);
        uint64_t below, up_to;
        count(self, pivot, &below, &up_to);
        if (position <= below)
            left = keep_below(self, pivot);
        else if (position > up_to)
            left = keep_above(self, pivot);
        else
            return pivot;
    }
}

double walsh_median(struct walsh *self)
{
    uint64_t all = walsh_count(self->n);
    double lower = walsh_at(self, (all + 1) / 2);
    if (all % 2 == 1)
        return lower;
    double upper = walsh_at(self, all / 2 + 1);
    return lower == upper ? lower : lower / 2 + upper / 2;
}
