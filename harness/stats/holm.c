#include "harness/stats/holm.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

struct test {
    double p;
    size_t position;
};

/* Equal ones by their position: the order is the same on every system. */
static int by_p(const void *left, const void *right)
{
    const struct test *a = left, *b = right;
    if (a->p != b->p)
        return a->p < b->p ? -1 : 1;
    return (a->position > b->position) - (a->position < b->position);
}

int holm_adjust(const double *p, size_t n, double *adjusted)
{
    for (size_t i = 0; i < n; i++)
        if (!(p[i] >= 0 && p[i] <= 1))
            return -EINVAL;
    struct test *tests = n == 0 ? NULL : calloc(n, sizeof *tests);
    if (tests == NULL)
        return n == 0 ? 0 : -ENOMEM;
    for (size_t i = 0; i < n; i++)
        tests[i] = (struct test){.p = p[i], .position = i};
    qsort(tests, n, sizeof *tests, by_p);
    double largest = 0;
    for (size_t i = 0; i < n; i++) {
        largest = fmax(largest, fmin(1, (double)(n - i) * tests[i].p));
        adjusted[tests[i].position] = largest;
    }
    free(tests);
    return 0;
}
