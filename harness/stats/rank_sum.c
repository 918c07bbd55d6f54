#include "harness/stats/rank_sum.h"

#include "harness/stats/normal.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A tail of U, 0 to at most half of n * m. */
#define TAIL_WINS (RANK_SUM_EXACT * RANK_SUM_EXACT / 2 + 1)

struct value {
    double value;
    bool first; /* of the first sample */
};

static int by_value(const void *left, const void *right)
{
    double a = ((const struct value *)left)->value, b = ((const struct value *)right)->value;
    return (a > b) - (a < b);
}

static bool is_size(size_t n)
{
    return n >= 1 && n <= UINT32_MAX;
}

/* Pairs that the first sample wins, ties by half; *ties is the sum of t^3 - t over groups of t
 * equal values. */
static double count_wins(const struct value *sorted, size_t count, double *ties)
{
    double wins = 0;
    size_t second_below = 0;
    *ties = 0;
    for (size_t from = 0, until; from < count; from = until) {
        size_t second = 0;
        for (until = from; until < count && sorted[until].value == sorted[from].value; until++)
            second += !sorted[until].first;
        double equal = (double)(until - from), first = equal - (double)second;
        wins += first * ((double)second_below + (double)second / 2);
        *ties += equal * equal * equal - equal;
        second_below += second;
    }
    return wins;
}

/* In how many of all choices of ranks U is 0, 1, ... `limit`: Mann and Whitney's recurrence, by
 * whose the largest value is. Whole numbers under 2^53, so that a double holds them. */
static void count_choices(size_t n, size_t m, uint64_t limit, double *choices)
{
    double ways[RANK_SUM_EXACT + 1][TAIL_WINS]; /* by values of the second sample */
    memset(ways, 0, (m + 1) * sizeof *ways);
    for (size_t second = 0; second <= m; second++)
        ways[second][0] = 1;
    for (size_t first = 1; first <= n; first++) {
        for (size_t second = 1; second <= m; second++) {
            for (uint64_t wins = limit + 1; wins-- > 0;) {
                double with_first = wins >= second ? ways[second][wins - second] : 0;
                ways[second][wins] = with_first + ways[second - 1][wins];
            }
        }
    }
    memcpy(choices, ways[m], (limit + 1) * sizeof *choices);
}

/* n + m over n. */
static double all_choices(size_t n, size_t m)
{
    double larger = (double)(n > m ? n : m), product = 1;
    size_t smaller = n < m ? n : m;
    for (size_t i = 1; i <= smaller && product < 1e300; i++)
        product = product * (larger + (double)i) / (double)i;
    return product;
}

double rank_sum_smallest_p(size_t n, size_t m)
{
    return fmin(1, 2 / all_choices(n, m));
}

static double exact_p(size_t n, size_t m, double wins)
{
    double choices[TAIL_WINS], tail = 0;
    uint64_t limit = (uint64_t)fmin(wins, (double)n * (double)m - wins);
    count_choices(n, m, limit, choices);
    for (uint64_t i = 0; i <= limit; i++)
        tail += choices[i];
    return fmin(1, 2 * tail / all_choices(n, m));
}

static double deviation(double n, double m, double ties)
{
    double all = n + m;
    return sqrt(n * m / 12 * (all + 1 - ties / (all * (all - 1))));
}

static double normal_p(double n, double m, double wins, double ties)
{
    double distance = fmax(0, fabs(wins - n * m / 2) - 0.5);
    double spread = deviation(n, m, ties);
    if (!(spread > 0))
        return 1;
    return fmax(fmin(1, 2 * normal_below(-distance / spread)), 2.2250738585072014e-308);
}

static int gather(const double *values, size_t count, bool first, struct value *to)
{
    for (size_t i = 0; i < count; i++) {
        if (!isfinite(values[i]))
            return -EINVAL;
        to[i] = (struct value){.value = values[i], .first = first};
    }
    return 0;
}

int rank_sum_test(const double *first, size_t n, const double *second, size_t m,
                  struct rank_sum *out)
{
    if (!is_size(n) || !is_size(m))
        return -EINVAL;
    struct value *values = calloc(n + m, sizeof *values);
    if (values == NULL)
        return -ENOMEM;
    int result = gather(first, n, true, values);
    if (result == 0)
        result = gather(second, m, false, values + n);
    if (result == 0) {
        double ties;
        qsort(values, n + m, sizeof *values, by_value);
        double wins = count_wins(values, n + m, &ties);
        bool exact = n <= RANK_SUM_EXACT && m <= RANK_SUM_EXACT && ties == 0;
        *out = (struct rank_sum){
            .wins = wins,
            .p = exact ? exact_p(n, m, wins) : normal_p((double)n, (double)m, wins, ties),
            .exact = exact,
        };
    }
    free(values);
    return result;
}

/* The largest number of differences to be cut off, plus one. */
static void exact_cut(size_t n, size_t m, double outside, struct rank_sum_cut *cut)
{
    double choices[TAIL_WINS], all = all_choices(n, m);
    uint64_t limit = (uint64_t)n * m / 2;
    count_choices(n, m, limit, choices);
    double below = 0, next = 2 * choices[0] / all;
    uint64_t position = 0;
    while (position < limit && below + next <= outside) {
        below += next;
        next = 2 * choices[++position] / all;
    }
    /* Nothing can be cut off and the outermost differences are not far enough out: they have to do.
     */
    if (position == 0)
        below = fmin(1, next);
    *cut = (struct rank_sum_cut){.position = position == 0 ? 1 : position, .confidence = 1 - below};
}

static void normal_cut(double n, double m, double outside, struct rank_sum_cut *cut)
{
    double spread = deviation(n, m, 0);
    double position = floor(n * m / 2 + 0.5 + normal_quantile(outside / 2) * spread);
    position = fmax(1, position);
    cut->position = (uint64_t)position;
    cut->confidence = 1 - fmin(1, 2 * normal_below((position - 0.5 - n * m / 2) / spread));
}

int rank_sum_cut(size_t n, size_t m, double confidence, struct rank_sum_cut *cut)
{
    if (!is_size(n) || !is_size(m) || !(confidence > 0 && confidence < 1))
        return -EINVAL;
    if (n <= RANK_SUM_EXACT && m <= RANK_SUM_EXACT)
        exact_cut(n, m, 1 - confidence, cut);
    else
        normal_cut((double)n, (double)m, 1 - confidence, cut);
    return 0;
}
