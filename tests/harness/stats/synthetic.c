#include "tests/harness/stats/synthetic.h"

#include <math.h>

const char *synthetic_name(enum synthetic_shape shape)
{
    static const char *const names[] = {"normal", "heavy", "skewed", "disturbed"};
    return names[shape];
}

static double uniform(struct random *random)
{
    return ((double)(random_next(random) >> 11) + 0.5) / (double)(UINT64_C(1) << 53);
}

static double exponential(struct random *random)
{
    return -log(uniform(random));
}

/* Box and Muller, "A Note on the Generation of Random Normal Deviates", 1958. */
static double normal(struct random *random)
{
    double radius = sqrt(2 * exponential(random));
    return radius * cos(2 * 3.141592653589793 * uniform(random));
}

/* Deviation 5 of the normal part to 17.7 of the disturbance; the variance of a trial is then
 * 25 + (0.2 - 0.01) * 17.7^2. */
static double trial(struct random *random)
{
    double value = 5 * normal(random);
    if (uniform(random) < 0.1)
        value += 17.7 * exponential(random);
    return value / sqrt(25 + 0.19 * 17.7 * 17.7);
}

double synthetic_draw(struct random *random, enum synthetic_shape shape)
{
    double squares = 0, value;
    switch (shape) {
    case SYNTHETIC_NORMAL:
        return normal(random);
    case SYNTHETIC_HEAVY:
        value = normal(random);
        for (unsigned i = 0; i < 3; i++)
            squares += pow(normal(random), 2);
        return value / sqrt(squares / 3) / sqrt(3);
    case SYNTHETIC_SKEWED:
        /* The mean of two is half a Gamma(2, 1), whose median is 1.6783469900166605. */
        return exponential(random) - 1.6783469900166605 / 2;
    case SYNTHETIC_DISTURBED:
        value = trial(random);
        return (value - trial(random)) / sqrt(2);
    }
    return NAN;
}

void synthetic_rounds(struct random *random, enum synthetic_shape shape, double ratio,
                      double deviation, double *subject, double *baseline, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        baseline[i] = 3000 * exp(normal(random));
        subject[i] = baseline[i] * ratio * exp(deviation * synthetic_draw(random, shape));
    }
}
