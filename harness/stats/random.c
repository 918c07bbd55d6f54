#include "harness/stats/random.h"

#include <assert.h>

static uint64_t splitmix64(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

void random_seed(struct random *self, uint64_t seed)
{
    for (size_t i = 0; i < 4; i++)
        self->state[i] = splitmix64(&seed);
}

static uint64_t rotate_left(uint64_t x, unsigned bits)
{
    return (x << bits) | (x >> (64 - bits));
}

uint64_t random_next(struct random *self)
{
    uint64_t *state = self->state;
    uint64_t result = rotate_left(state[1] * 5, 7) * 9;
    uint64_t shifted = state[1] << 17;
    state[2] ^= state[0];
    state[3] ^= state[1];
    state[1] ^= state[2];
    state[0] ^= state[3];
    state[2] ^= shifted;
    state[3] = rotate_left(state[3], 45);
    return result;
}

uint32_t random_below(struct random *self, uint32_t bound)
{
    assert(bound >= 1);
    uint64_t product = (random_next(self) >> 32) * bound;
    if ((uint32_t)product < bound) {
        /* 2^32 mod bound of the low halves would make some results likelier: draw those again. */
        uint32_t surplus = -bound % bound;
        while ((uint32_t)product < surplus)
            product = (random_next(self) >> 32) * bound;
    }
    return (uint32_t)(product >> 32);
}

void random_shuffle(struct random *self, size_t *entries, size_t n)
{
    assert(n <= UINT32_MAX);
    for (size_t left = n; left > 1; left--) {
        size_t chosen = random_below(self, (uint32_t)left);
        size_t last = entries[left - 1];
        entries[left - 1] = entries[chosen];
        entries[chosen] = last;
    }
}
