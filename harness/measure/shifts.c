#include "harness/measure/shifts.h"

#include "harness/measure/random.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#define LARGEST 1e300

static int compare_doubles(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

/* A sorted copy, times `sign`; NULL with *result -EINVAL or -ENOMEM. */
static double *sorted_copy(const double *values, size_t count, double sign, int *result)
{
    double *copy = calloc(count, sizeof *copy);
    if (copy == NULL) {
        *result = -ENOMEM;
        return NULL;
    }
    for (size_t i = 0; i < count; i++) {
        if (!(fabs(values[i]) <= LARGEST))
            *result = -EINVAL;
        copy[i] = sign * values[i];
    }
    if (*result == 0)
        qsort(copy, count, sizeof *copy, compare_doubles);
    return copy;
}

int shifts_open(struct shifts *self, const double *first, size_t n, const double *second, size_t m)
{
    *self = (struct shifts){.n = n, .m = m};
    if (n < 1 || m < 1 || n > UINT32_MAX || m > UINT32_MAX)
        return -EINVAL;
    int result = 0;
    self->first = sorted_copy(first, n, 1, &result);
    self->second = sorted_copy(second, m, -1, &result);
    self->from = calloc(n, sizeof *self->from);
    self->until = calloc(n, sizeof *self->until);
    if (self->from == NULL || self->until == NULL)
        result = -ENOMEM;
    if (result < 0)
        shifts_close(self);
    return result;
}

void shifts_close(struct shifts *self)
{
    free(self->first);
    free(self->second);
    free(self->from);
    free(self->until);
    *self = (struct shifts){0};
}

/* One of those that are left, each equally likely; `left` is how many there are. */
static double draw(const struct shifts *self, uint64_t left, struct random *random)
{
    uint64_t chosen = random_next(random) % left;
    size_t row = 0;
    while (chosen >= self->until[row] - self->from[row]) {
        chosen -= self->until[row] - self->from[row];
        row++;
    }
    return self->first[row] + self->second[self->from[row] + chosen];
}

/* How many differences are below the pivot, and how many at most equal to it. Rows further down
 * start with larger values, so that their ends can only be further left. */
static void count(const struct shifts *self, double pivot, uint64_t *below, uint64_t *up_to)
{
    size_t below_end = self->m, up_to_end = self->m;
    *below = *up_to = 0;
    for (size_t row = 0; row < self->n && up_to_end > 0; row++) {
        while (up_to_end > 0 && self->first[row] + self->second[up_to_end - 1] > pivot)
            up_to_end--;
        while (below_end > 0 && self->first[row] + self->second[below_end - 1] >= pivot)
            below_end--;
        *up_to += up_to_end;
        *below += below_end;
    }
}

/* Leaves only differences below the pivot; how many. */
static uint64_t keep_below(struct shifts *self, double pivot)
{
    uint64_t left = 0;
    size_t end = self->m;
    for (size_t row = 0; row < self->n; row++) {
        while (end > 0 && self->first[row] + self->second[end - 1] >= pivot)
            end--;
        if (self->until[row] > end)
            self->until[row] = (uint32_t)(end > self->from[row] ? end : self->from[row]);
        left += self->until[row] - self->from[row];
    }
    return left;
}

/* Leaves only differences above the pivot; how many. */
static uint64_t keep_above(struct shifts *self, double pivot)
{
    uint64_t left = 0;
    size_t end = self->m;
    for (size_t row = 0; row < self->n; row++) {
        while (end > 0 && self->first[row] + self->second[end - 1] > pivot)
            end--;
        if (self->from[row] < end)
            self->from[row] = (uint32_t)(end < self->until[row] ? end : self->until[row]);
        left += self->until[row] - self->from[row];
    }
    return left;
}

double shifts_at(struct shifts *self, uint64_t position)
{
    uint64_t left = (uint64_t)self->n * self->m;
    assert(position >= 1 && position <= left);
    for (size_t row = 0; row < self->n; row++) {
        self->from[row] = 0;
        self->until[row] = (uint32_t)self->m;
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

double shifts_median(struct shifts *self)
{
    uint64_t all = (uint64_t)self->n * self->m;
    double lower = shifts_at(self, (all + 1) / 2);
    if (all % 2 == 1)
        return lower;
    double upper = shifts_at(self, all / 2 + 1);
    return lower == upper ? lower : lower / 2 + upper / 2;
}
