#include "harness/stats/pair_sums.h"

#include "harness/stats/random.h"
#include "harness/stats/sort.h"

/* Up to here listing all sums is the faster way: 90 values have so many Walsh averages. */
#define LISTED_MAX 4095

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

double *pair_sums_sorted(const double *values, size_t count, double factor)
{
    double *copy = calloc(count, sizeof *copy);
    if (copy == NULL)
        return NULL;
    for (size_t i = 0; i < count; i++)
        copy[i] = factor * values[i];
    sort_doubles(copy, count);
    return copy;
}

uint64_t pair_sums_count(const struct pair_sums *self)
{
    uint64_t rows = self->rows;
    return self->upper ? rows * (rows + 1) / 2 : rows * self->columns;
}

static size_t first_column(const struct pair_sums *self, size_t row)
{
    return self->upper ? row : 0;
}

/* ---- few sums ---- */

static int list_sums(struct pair_sums *self)
{
    size_t at = 0;
    self->listed = malloc(pair_sums_count(self) * sizeof *self->listed);
    if (self->listed == NULL)
        return -ENOMEM;
    for (size_t row = 0; row < self->rows; row++) {
        for (size_t column = first_column(self, row); column < self->columns; column++)
            self->listed[at++] = self->first[row] + self->second[column];
    }
    return 0;
}

/* Of three values that are spread over the stretch. */
static double middle_of_three(const double *list, uint64_t low, uint64_t high)
{
    double a = list[low], b = list[low + (high - low) / 2], c = list[high];
    double smaller = a < b ? a : b, larger = a < b ? b : a;
    return c < smaller ? smaller : c > larger ? larger : c;
}

/* Puts into place `at` what a sorted list has there; all that is looked at is from `low` to `high`.
 */
static void partition(double *list, uint64_t low, uint64_t high, uint64_t at)
{
    while (low < high) {
        double pivot = middle_of_three(list, low, high);
        uint64_t i = low, j = high;
        for (;;) {
            while (list[i] < pivot)
                i++;
            while (list[j] > pivot)
                j--;
            if (i >= j)
                break;
            double swapped = list[i];
            list[i++] = list[j];
            list[j--] = swapped;
        }
        /* Up to j nothing is above the pivot, from j + 1 nothing is below it. */
        if (at <= j)
            high = j;
        else
            low = j + 1;
    }
}

static double listed_at(struct pair_sums *self, uint64_t at)
{
    uint64_t low = 0, high = pair_sums_count(self) - 1;
    size_t place = 0;
    for (; place < self->settled_count && self->settled[place] <= at; place++)
        low = self->settled[place];
    if (place < self->settled_count)
        high = self->settled[place];
    partition(self->listed, low, high, at);
    if (self->settled_count < PAIR_SUMS_SETTLED && (place == 0 || self->settled[place - 1] != at)) {
        for (size_t i = self->settled_count++; i > place; i--)
            self->settled[i] = self->settled[i - 1];
        self->settled[place] = at;
    }
    return self->listed[at];
}

int pair_sums_open(struct pair_sums *self, const double *first, size_t rows, const double *second,
                   size_t columns, bool upper)
{
    *self = (struct pair_sums){
        .rows = rows, .columns = columns, .first = first, .second = second, .upper = upper};
    if (pair_sums_count(self) <= LISTED_MAX)
        return list_sums(self);
    self->from = calloc(rows, sizeof *self->from);
    self->until = calloc(rows, sizeof *self->until);
    if (self->from != NULL && self->until != NULL)
        return 0;
    pair_sums_close(self);
    return -ENOMEM;
}

void pair_sums_close(struct pair_sums *self)
{
    free(self->from);
    free(self->until);
    free(self->listed);
    *self = (struct pair_sums){0};
}

/* One of those that are left, each equally likely; `left` is how many there are. */
static double draw(const struct pair_sums *self, uint64_t left, struct random *random)
{
    uint64_t chosen = random_next(random) % left;
    size_t row = 0;
    while (chosen >= self->until[row] - self->from[row]) {
        chosen -= self->until[row] - self->from[row];
        row++;
    }
    return self->first[row] + self->second[self->from[row] + chosen];
}

/* How many sums are below the pivot, and how many at most equal to it. Rows further down start with
 * larger values: what exceeds the pivot in one row does in all after it. */
static void count(const struct pair_sums *self, double pivot, uint64_t *below, uint64_t *up_to)
{
    size_t below_end = self->columns, up_to_end = self->columns;
    *below = *up_to = 0;
    for (size_t row = 0; row < self->rows && up_to_end > first_column(self, row); row++) {
        size_t begin = first_column(self, row);
        while (up_to_end > begin && self->first[row] + self->second[up_to_end - 1] > pivot)
            up_to_end--;
        while (below_end > begin && self->first[row] + self->second[below_end - 1] >= pivot)
            below_end--;
        *up_to += up_to_end - begin;
        *below += below_end > begin ? below_end - begin : 0;
    }
}

/* Leaves only sums below the pivot; how many. */
static uint64_t keep_below(struct pair_sums *self, double pivot)
{
    uint64_t left = 0;
    size_t end = self->columns;
    for (size_t row = 0; row < self->rows; row++) {
        while (end > first_column(self, row) && self->first[row] + self->second[end - 1] >= pivot)
            end--;
        if (self->until[row] > end)
            self->until[row] = (uint32_t)(end > self->from[row] ? end : self->from[row]);
        left += self->until[row] - self->from[row];
    }
    return left;
}

/* Leaves only sums above the pivot; how many. */
static uint64_t keep_above(struct pair_sums *self, double pivot)
{
    uint64_t left = 0;
    size_t end = self->columns;
    for (size_t row = 0; row < self->rows; row++) {
        while (end > first_column(self, row) && self->first[row] + self->second[end - 1] > pivot)
            end--;
        if (self->from[row] < end)
            self->from[row] = (uint32_t)(end < self->until[row] ? end : self->until[row]);
        left += self->until[row] - self->from[row];
    }
    return left;
}

double pair_sums_at(struct pair_sums *self, uint64_t position)
{
    uint64_t left = pair_sums_count(self);
    assert(position >= 1 && position <= left);
    if (self->listed != NULL)
        return listed_at(self, position - 1);
    for (size_t row = 0; row < self->rows; row++) {
        self->from[row] = (uint32_t)first_column(self, row);
        self->until[row] = (uint32_t)self->columns;
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

double pair_sums_median(struct pair_sums *self)
{
    uint64_t all = pair_sums_count(self);
    double lower = pair_sums_at(self, (all + 1) / 2);
    if (all % 2 == 1)
        return lower;
    double upper = pair_sums_at(self, all / 2 + 1);
    return lower == upper ? lower : lower / 2 + upper / 2;
}
