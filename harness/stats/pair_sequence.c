#include "harness/stats/pair_sequence.h"

#include "harness/stats/max_t.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

struct player {
    const double *log_ratios;
    double *scores, margin;
    bool lower_is_better;
    struct max_t *max_t;
};

static int look(struct player *self, size_t rounds, bool last, struct pair_sequence *out)
{
    double scale = paired_scores(self->log_ratios, rounds, self->scores);
    struct max_t_pair pair = {.scores = self->scores, .scale = scale};
    int r = scale < 0 ? -ENOMEM : max_t_look(self->max_t, rounds, last, &pair);
    if (r == 0)
        r = paired_interval(self->log_ratios, rounds, pair.critical, &out->interval);
    if (r < 0)
        return r;
    const struct paired_interval *interval = &out->interval;
    out->rounds = rounds;
    out->word = VERDICT_INCONCLUSIVE;
    if (pair.named && interval->n >= MAX_T_ROUNDS && fabs(interval->estimate) >= self->margin)
        out->word =
            (interval->estimate < 0) == self->lower_is_better ? VERDICT_FASTER : VERDICT_SLOWER;
    else if (interval->bounded && -self->margin < interval->low && interval->high < self->margin)
        out->word = VERDICT_EQUIVALENT;
    return 0;
}

static int play(struct player *self, size_t rounds, struct pair_sequence *out)
{
    size_t next = 0;
    int r = 0;
    do {
        next = max_t_next_look(next);
        next = next < rounds ? next : rounds;
        r = look(self, next, next == rounds, out);
    } while (r == 0 && next < rounds && out->word == VERDICT_INCONCLUSIVE);
    return r;
}

int pair_sequence_play(const double *log_ratios, size_t rounds, double minimum_effect,
                       bool lower_is_better, struct pair_sequence *out)
{
    struct player self = {
        .log_ratios = log_ratios,
        .scores = calloc(rounds + 1, sizeof(double)),
        .margin = log1p(minimum_effect),
        .lower_is_better = lower_is_better,
    };
    struct pair_sequence found = {0};
    int r = self.scores != NULL ? max_t_open(&self.max_t, 1) : -ENOMEM;
    if (r == 0)
        r = rounds > 0 ? play(&self, rounds, &found) : -EINVAL;
    if (r == 0)
        *out = found;
    max_t_close(self.max_t);
    free(self.scores);
    return r;
}
