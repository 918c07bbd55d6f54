/* Seeded pseudo-random numbers, the same on every machine: xoshiro256** by David Blackman and
 * Sebastiano Vigna (2018), its state filled by Vigna's splitmix64, as its authors advise. Both are
 * in the public domain (prng.di.unimi.it); "Scrambled Linear Pseudorandom Number Generators", ACM
 * TOMS 47(4), 2021. */
#ifndef HARNESS_STATS_RANDOM_H
#define HARNESS_STATS_RANDOM_H

#include <stddef.h>
#include <stdint.h>

struct random {
    uint64_t state[4]; /* not all zero */
};

/* Any seed will do; neighbouring seeds give unrelated sequences. */
void random_seed(struct random *, uint64_t seed);

/* 64 random bits. */
uint64_t random_next(struct random *);

/* Each of 0..bound-1 equally likely; bound >= 1. Lemire, "Fast Random Integer Generation in an
 * Interval", ACM TOMACS 29(1), 2019. */
uint32_t random_below(struct random *, uint32_t bound);

/* Each order of the n (<= UINT32_MAX) entries equally likely (Fisher and Yates). */
void random_shuffle(struct random *, size_t *entries, size_t n);

#endif
