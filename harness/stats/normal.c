#include "harness/stats/normal.h"

#include <assert.h>
#include <math.h>

double normal_below(double z)
{
    return erfc(-z / sqrt(2)) / 2;
}

/* Newton's method on the logarithm of normal_below(), which is concave: from the left of the
 * solution, every step comes closer and stops short of it, until rounding ends that. The start is
 * on the left because normal_below(-x) <= exp(-x * x / 2) / 2. */
double normal_quantile(double chance)
{
    assert(chance > 0 && chance < 1);
    if (chance > 0.5)
        return -normal_quantile(1 - chance);
    double z = -sqrt(-2 * log(2 * chance));
    for (unsigned step = 0; step < 100; step++) {
        double below = normal_below(z);
        double density = exp(-z * z / 2) / sqrt(2 * 3.141592653589793);
        double next = z - log(below / chance) * below / density;
        if (next <= z)
            break;
        z = next;
    }
    return z;
}
