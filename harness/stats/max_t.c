#include "harness/stats/max_t.h"

#include "harness/stats/random.h"

#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Draws that are worked on together: their sums stay in the nearest cache. LARGEST_MOST: more than
 * MAX_T_LEVEL of the most draws. */
enum {
    LARGEST_MOST = 256,
    BLOCK = 512,
    DRAWS_BITS_MOST = 14,
    DRAWS_BITS_LEAST = 12,
    PAIRS_OF_MOST = 1024
};

/* Sums of floats in another order differ by less. */
#define ROUNDING 1e-5

/* Pairs that are tested together, at one look. */
struct family {
    /* By draw: the largest statistic; below 0: spent by an earlier look. */
    double *largest;
    double critical;
};

struct max_t {
    size_t pairs, rounds;
    bool last;
    unsigned bits;
    size_t draws;
    /* Pairs that no look has named yet; and all. */
    struct family open, all;
    /* By draw: whether an earlier look spent it. */
    bool *spent;
    size_t spent_count;
    /* By pair: named by an earlier look. */
    bool *named, any_named;
    /* By pair, of one look. */
    size_t *as_large;
};

/* 2^14 draws have 164 above the critical value. Many pairs make each draw dear, and do with fewer.
 */
static unsigned bits_for(size_t pairs)
{
    unsigned bits = DRAWS_BITS_MOST;
    for (size_t many = pairs; many > PAIRS_OF_MOST && bits > DRAWS_BITS_LEAST; many /= 2)
        bits--;
    return bits;
}

int max_t_open(struct max_t **out, size_t pairs)
{
    if (pairs < 1)
        return -EINVAL;
    struct max_t *self = calloc(1, sizeof *self);
    if (self == NULL)
        return -ENOMEM;
    self->pairs = pairs;
    self->named = calloc(pairs, sizeof *self->named);
    self->as_large = calloc(pairs, sizeof *self->as_large);
    if (self->named == NULL || self->as_large == NULL) {
        max_t_close(self);
        return -ENOMEM;
    }
    *out = self;
    return 0;
}

void max_t_close(struct max_t *self)
{
    if (self == NULL)
        return;
    free(self->open.largest);
    free(self->all.largest);
    free(self->spent);
    free(self->named);
    free(self->as_large);
    free(self);
}

double max_t_budget(size_t rounds, bool last)
{
    double share = rounds > 0 ? 1 - MAX_T_SPENDING_ROUNDS / (double)rounds : 0;
    return MAX_T_LEVEL * (last ? 1 : MAX_T_INTERIM_SHARE * fmax(0, share));
}

size_t max_t_next_look(size_t rounds)
{
    size_t next = MAX_T_FIRST_LOOK;
    while (next <= rounds)
        next += next < 24 ? 3 : next / 6;
    return next;
}

/* ---- signs ---- */

/* Of one block of draws in one round, as factors. The first round keeps its sign, because turning
 * all of them changes no statistic; the next ones count through all patterns; beyond them signs are
 * drawn, the same ones in every look. The first draw is what was seen. */
static void fill_signs(const struct max_t *self, size_t round, size_t block, float *signs)
{
    if (round <= self->bits) {
        for (size_t i = 0; i < BLOCK; i++)
            signs[i] = round > 0 && ((block * BLOCK + i) >> (round - 1) & 1) ? -1.0f : 1.0f;
        return;
    }
    struct random random;
    random_seed(&random, (uint64_t)round << 32 | block);
    for (size_t i = 0; i < BLOCK; i += 64) {
        uint64_t drawn = random_next(&random);
        for (size_t k = 0; k < 64; k++)
            signs[i + k] = drawn >> k & 1 ? -1.0f : 1.0f;
    }
    if (block == 0)
        signs[0] = 1;
}

/* ---- statistics of the draws ---- */

/* Sums with drawn signs, of one pair and one block. */
static void add_up(const double *scores, size_t rounds, const float *signs, float *sums)
{
    memset(sums, 0, BLOCK * sizeof *sums);
    for (size_t round = 0; round < rounds; round++) {
        const float score = (float)scores[round];
        const float *sign = &signs[round * BLOCK];
        if (score == 0)
            continue;
        for (size_t i = 0; i < BLOCK; i++)
            sums[i] += score * sign[i];
    }
}

static size_t count_as_large(const float *sums, float seen)
{
    uint32_t count = 0;
    float bound = seen * (1 - (float)ROUNDING);
    for (size_t i = 0; i < BLOCK; i++)
        count += fabsf(sums[i]) >= bound;
    return count;
}

static void raise_largest(const float *sums, float weight, float *largest)
{
    for (size_t i = 0; i < BLOCK; i++) {
        float value = fabsf(sums[i]) * weight;
        largest[i] = value > largest[i] ? value : largest[i];
    }
}

static bool takes_part(const struct max_t_pair *pair)
{
    return pair->scale > 0 && isfinite(pair->scale);
}

/* How many draws there are depends on how many pairs take part in the first look. */
static int begin(struct max_t *self, const struct max_t_pair *pairs)
{
    size_t taking_part = 0;
    if (self->draws > 0)
        return 0;
    for (size_t k = 0; k < self->pairs; k++)
        taking_part += takes_part(&pairs[k]);
    unsigned bits = bits_for(taking_part);
    size_t draws = (size_t)1 << bits;
    free(self->open.largest);
    free(self->all.largest);
    free(self->spent);
    self->open.largest = calloc(draws, sizeof(double));
    self->all.largest = calloc(draws, sizeof(double));
    self->spent = calloc(draws, sizeof *self->spent);
    if (self->open.largest == NULL || self->all.largest == NULL || self->spent == NULL)
        return -ENOMEM;
    self->bits = bits;
    self->draws = draws;
    return 0;
}

static float seen_sum(const struct max_t_pair *pair, size_t rounds)
{
    float sum = 0;
    for (size_t round = 0; round < rounds; round++)
        sum += (float)pair->scores[round];
    return fabsf(sum);
}

static void draw_block(struct max_t *self, const struct max_t_pair *pairs, size_t block,
                       float *signs)
{
    float sums[BLOCK], open[BLOCK] = {0}, named[BLOCK] = {0};
    for (size_t round = 0; round < self->rounds; round++)
        fill_signs(self, round, block, &signs[round * BLOCK]);
    for (size_t k = 0; k < self->pairs; k++) {
        if (!takes_part(&pairs[k]))
            continue;
        add_up(pairs[k].scores, self->rounds, signs, sums);
        self->as_large[k] += count_as_large(sums, seen_sum(&pairs[k], self->rounds));
        raise_largest(sums, (float)(1 / pairs[k].scale), self->named[k] ? named : open);
    }
    for (size_t i = 0; i < BLOCK; i++) {
        size_t d = block * BLOCK + i;
        self->open.largest[d] = self->spent[d] ? -1 : open[i];
        self->all.largest[d] = self->spent[d] ? -1 : fmaxf(open[i], named[i]);
    }
}

static int draw_all(struct max_t *self, const struct max_t_pair *pairs)
{
    float *signs = malloc((self->rounds + 1) * BLOCK * sizeof *signs);
    if (signs == NULL)
        return -ENOMEM;
    memset(self->as_large, 0, self->pairs * sizeof *self->as_large);
    for (size_t block = 0; block < self->draws / BLOCK; block++)
        draw_block(self, pairs, block, signs);
    free(signs);
    return 0;
}

/* ---- the look ---- */

/* The value that so many of all others are not below; `many` is less than LARGEST_MOST. */
static double find_largest(const double *values, size_t count, size_t many)
{
    double top[LARGEST_MOST]; /* ascending */
    size_t found = 0;
    for (size_t i = 0; i < count; i++) {
        size_t place = 0;
        if (found > many && values[i] <= top[0])
            continue;
        for (; place < found && top[place] < values[i]; place++)
            ;
        if (found <= many) {
            memmove(&top[place + 1], &top[place], (found - place) * sizeof *top);
            top[place] = values[i];
            found++;
        } else {
            memmove(&top[0], &top[1], (place - 1) * sizeof *top);
            top[place - 1] = values[i];
        }
    }
    return top[0];
}

/* As many of the draws that are left may be above it as the budget has to spend. INFINITY: there is
 * nothing to spend, or nobody to spend it on. */
static void find_critical(const struct max_t *self, struct family *family)
{
    size_t budget = (size_t)floor(max_t_budget(self->rounds, self->last) * (double)self->draws);
    size_t may = budget > self->spent_count ? budget - self->spent_count : 0;
    double critical = find_largest(family->largest, self->draws, may) * (1 + ROUNDING);
    family->critical = self->rounds >= MAX_T_ROUNDS && critical > 0 ? critical : INFINITY;
}

static void spend(struct max_t *self)
{
    for (size_t d = 0; d < self->draws; d++) {
        if (self->open.largest[d] > self->open.critical) {
            self->spent[d] = true;
            self->spent_count++;
        }
    }
}

static size_t count_from(const double *values, size_t count, double value)
{
    size_t found = 0;
    for (size_t i = 0; i < count; i++)
        found += values[i] >= value;
    return found;
}

/* What the look says of one pair, before it spends. */
static void judge(const struct max_t *self, struct max_t_pair *pair, size_t k)
{
    const struct family *family = self->named[k] ? &self->all : &self->open;
    double sum = 0, draws = (double)self->draws;
    pair->named = false;
    pair->statistic = NAN;
    pair->p = pair->p_adjusted = 1;
    pair->critical = (self->any_named ? &self->all : &self->open)->critical;
    if (!takes_part(pair))
        return;
    for (size_t round = 0; round < self->rounds; round++)
        sum += pair->scores[round];
    pair->statistic = fabs(sum) / pair->scale;
    size_t larger = count_from(family->largest, self->draws, pair->statistic * (1 - ROUNDING));
    pair->p = (double)self->as_large[k] / draws;
    pair->p_adjusted = fmax(pair->p, (double)(self->spent_count + larger) / draws);
    pair->critical = family->critical;
    pair->named = pair->statistic > family->critical;
}

int max_t_look(struct max_t *self, size_t rounds, bool last, struct max_t_pair *pairs)
{
    if (rounds <= self->rounds || self->last)
        return -EINVAL;
    int r = begin(self, pairs);
    if (r < 0)
        return r;
    self->rounds = rounds;
    self->last = last;
    r = draw_all(self, pairs);
    if (r < 0)
        return r;
    find_critical(self, &self->open);
    if (self->any_named)
        find_critical(self, &self->all);
    for (size_t k = 0; k < self->pairs; k++)
        judge(self, &pairs[k], k);
    spend(self);
    for (size_t k = 0; k < self->pairs; k++) {
        self->named[k] |= pairs[k].named;
        self->any_named |= pairs[k].named;
    }
    return 0;
}
