#include "tests/harness/analysis/made_rounds.h"

#include "tests/harness/stats/synthetic.h"

#include <math.h>

/* How much of a turn, or of a round's noise, is left in the next one. */
#define PERSISTENCE 0.9

const char *made_shape_name(enum made_shape shape)
{
    static const char *const names[] = {"normal",    "heavy",    "skewed",
                                        "disturbed", "drifting", "bursts"};
    return names[shape];
}

void made_rounds_begin(struct made_rounds *self)
{
    self->level = self->burst = 0;
}

static double normal(struct made_rounds *self)
{
    return synthetic_draw(&self->random, SYNTHETIC_NORMAL);
}

/* The noise of one turn, with a standard deviation of 1. */
static double turn(struct made_rounds *self)
{
    switch (self->shape) {
    case MADE_HEAVY:
        return synthetic_draw(&self->random, SYNTHETIC_HEAVY);
    case MADE_SKEWED:
        return synthetic_draw(&self->random, SYNTHETIC_SKEWED);
    case MADE_DISTURBED:
        return normal(self) / 2 +
               (random_below(&self->random, 10) == 0 ? 2.5 * fabs(normal(self)) : 0);
    case MADE_DRIFTING:
        self->level =
            PERSISTENCE * self->level + sqrt(1 - PERSISTENCE * PERSISTENCE) * normal(self);
        return self->level;
    case MADE_BURSTS:
        return exp(self->burst - 0.5) * normal(self);
    default:
        return normal(self);
    }
}

void made_rounds_values(void *source, size_t cell, size_t round, double *values)
{
    struct made_rounds *self = source;
    size_t count = self->subjects[cell], order[PLAYED_SUBJECTS];
    double level = normal(self);
    (void)round;
    if (cell == 0)
        self->burst =
            PERSISTENCE * self->burst + sqrt(1 - PERSISTENCE * PERSISTENCE) * 0.7 * normal(self);
    for (size_t i = 0; i < count; i++)
        order[i] = i;
    random_shuffle(&self->random, order, count);
    for (size_t i = 0; i < count; i++) {
        double own = order[i] + 1 == count ? self->log_ratio : 0;
        values[order[i]] = 3000 * exp(level + own + self->deviation / sqrt(2) * turn(self));
    }
}
