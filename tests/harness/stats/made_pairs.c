#include "tests/harness/stats/made_pairs.h"

#include "harness/stats/paired.h"
#include "tests/harness/stats/synthetic.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

struct max_t *opened(size_t pairs)
{
    struct max_t *max_t;
    assert_int_equal(max_t_open(&max_t, pairs), 0);
    return max_t;
}

static void look(struct max_t *max_t, struct made *made, size_t rounds, bool last)
{
    for (size_t k = 0; k < made->pairs; k++) {
        made->tests[k] = (struct max_t_pair){
            .scores = made->scores[k],
            .scale = paired_scores(made->values[k], rounds, made->scores[k]),
        };
    }
    assert_int_equal(max_t_look(max_t, rounds, last, made->tests), 0);
}

void look_at(struct max_t *max_t, struct made *made, size_t rounds)
{
    look(max_t, made, rounds, false);
}

void look_last(struct max_t *max_t, struct made *made, size_t rounds)
{
    look(max_t, made, rounds, true);
}

void look_once(struct made *made, size_t rounds)
{
    struct max_t *max_t = opened(made->pairs);
    look_last(max_t, made, rounds);
    max_t_close(max_t);
}

void fill_normal(struct made *made, struct random *random)
{
    for (size_t k = 0; k < made->pairs; k++) {
        for (size_t i = 0; i < ROUNDS_MOST; i++)
            made->values[k][i] = synthetic_draw(random, SYNTHETIC_NORMAL);
    }
}
