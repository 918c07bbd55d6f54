#include "harness/stats/sort.h"

#include <math.h>
#include <stdlib.h>

/* Up to here moving values one by one is the faster way. */
enum { SHORT_MAX = 64 };

static int by_value(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

static int by_magnitude(const void *left, const void *right)
{
    double a = fabs(*(const double *)left), b = fabs(*(const double *)right);
    return (a > b) - (a < b);
}

void sort_doubles(double *values, size_t n)
{
    if (n > SHORT_MAX) {
        qsort(values, n, sizeof *values, by_value);
        return;
    }
    for (size_t i = 1; i < n; i++) {
        double value = values[i];
        size_t place = i;
        for (; place > 0 && values[place - 1] > value; place--)
            values[place] = values[place - 1];
        values[place] = value;
    }
}

void sort_by_magnitude(double *values, size_t n)
{
    if (n > SHORT_MAX) {
        qsort(values, n, sizeof *values, by_magnitude);
        return;
    }
    for (size_t i = 1; i < n; i++) {
        double value = values[i];
        size_t place = i;
        for (; place > 0 && fabs(values[place - 1]) > fabs(value); place--)
            values[place] = values[place - 1];
        values[place] = value;
    }
}
