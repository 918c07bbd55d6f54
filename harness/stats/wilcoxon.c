#include "harness/stats/wilcoxon.h"

#include "harness/stats/normal.h"
#include "harness/stats/sort.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Ranks are doubled, so that a shared one is whole: they add up to n(n+1), and a tail is at most
 * half of that. */
#define TAIL_SUMS (WILCOXON_EXACT * (WILCOXON_EXACT + 1) / 2 + 1)

struct ranks {
    uint64_t *doubled; /* of the differences that are not zero, ascending */
    size_t count;
    uint64_t all, positive; /* sums */
    double squares;
    bool even;  /* nothing is shared in a way that needs the doubling */
    bool whole; /* nothing is shared, and nothing is zero: 1 to n */
};

/* `sorted` is by magnitude. */
static void assign_ranks(const double *sorted, size_t n, struct ranks *ranks)
{
    ranks->even = ranks->whole = true;
    for (size_t first = 0, end; first < n; first = end) {
        for (end = first + 1; end < n && fabs(sorted[end]) == fabs(sorted[first]);)
            end++;
        ranks->whole &= end == first + 1 && sorted[first] != 0;
        if (sorted[first] == 0)
            continue;
        uint64_t doubled = (uint64_t)first + 1 + end;
        ranks->even &= doubled % 2 == 0;
        for (size_t i = first; i < end; i++) {
            ranks->doubled[ranks->count++] = doubled;
            ranks->all += doubled;
            ranks->positive += sorted[i] > 0 ? doubled : 0;
            ranks->squares += (double)doubled * (double)doubled;
        }
    }
}

/* In how many of the 2^count choices of signs the positive ranks add up to 0, 1, ... `limit`. A
 * double counts these to 1 part in 2^50 or better. */
static void count_sums(const uint64_t *ranks, size_t count, uint64_t limit, double *ways)
{
    memset(ways, 0, (limit + 1) * sizeof *ways);
    ways[0] = 1;
    uint64_t reached = 0;
    for (size_t i = 0; i < count; i++) {
        reached = reached + ranks[i] < limit ? reached + ranks[i] : limit;
        for (uint64_t sum = reached + 1; sum-- > ranks[i];)
            ways[sum] += ways[sum - ranks[i]];
    }
}

/* The same for the ranks 1 to n, up to the middle of all sums: what every sample of n values has
 * that differ from each other and from zero, so that it is computed once for each n. */
static const double *whole_ways(size_t n)
{
    static double all[WILCOXON_EXACT + 1][WILCOXON_EXACT * (WILCOXON_EXACT + 1) / 4 + 1];
    uint64_t ranks[WILCOXON_EXACT] = {0};
    double *ways = all[n];
    if (ways[0] > 0)
        return ways;
    for (size_t i = 0; i < n; i++)
        ranks[i] = i + 1;
    count_sums(ranks, n, (uint64_t)n * (n + 1) / 4, ways);
    return ways;
}

static double sum_of(const double *ways, uint64_t limit)
{
    double total = 0;
    for (uint64_t sum = 0; sum <= limit; sum++)
        total += ways[sum];
    return total;
}

static double exact_p(struct ranks *ranks)
{
    uint64_t negative = ranks->all - ranks->positive;
    uint64_t limit = ranks->positive < negative ? ranks->positive : negative;
    double total;
    if (ranks->whole) {
        total = sum_of(whole_ways(ranks->count), limit / 2);
    } else {
        double ways[TAIL_SUMS];
        limit /= ranks->even ? 2 : 1;
        for (size_t i = 0; i < ranks->count; i++)
            ranks->doubled[i] /= ranks->even ? 2 : 1;
        count_sums(ranks->doubled, ranks->count, limit, ways);
        total = sum_of(ways, limit);
    }
    return fmin(1, 2 * ldexp(total, -(int)ranks->count));
}

static double normal_p(const struct ranks *ranks)
{
    double distance = fabs((double)ranks->positive - (double)ranks->all / 2) / 2;
    double deviation = sqrt(ranks->squares) / 4;
    double p = 2 * normal_below(-fmax(0, distance - 0.5) / deviation);
    return fmax(p, 2.2250738585072014e-308);
}

int wilcoxon_signed_rank(const double *differences, size_t n, struct wilcoxon *out)
{
    if (n < 1 || n > UINT32_MAX)
        return -EINVAL;
    for (size_t i = 0; i < n; i++)
        if (!isfinite(differences[i]))
            return -EINVAL;
    double *sorted = calloc(n, sizeof *sorted);
    struct ranks ranks = {.doubled = calloc(n, sizeof *ranks.doubled)};
    int result = -ENOMEM;
    if (sorted != NULL && ranks.doubled != NULL) {
        memcpy(sorted, differences, n * sizeof *sorted);
        sort_by_magnitude(sorted, n);
        assign_ranks(sorted, n, &ranks);
        *out = (struct wilcoxon){
            .n = n,
            .zeros = n - ranks.count,
            .rank_sum = (double)ranks.positive / 2,
            .exact = n <= WILCOXON_EXACT || ranks.count == 0,
        };
        out->p = ranks.count == 0 ? 1 : out->exact ? exact_p(&ranks) : normal_p(&ranks);
        result = 0;
    }
    free(ranks.doubled);
    free(sorted);
    return result;
}

/* The largest number of averages to be cut off, plus one. */
static void exact_cut(size_t n, double outside, struct wilcoxon_cut *cut)
{
    const double *ways = whole_ways(n);
    uint64_t limit = (uint64_t)n * (n + 1) / 4;
    double below = 0, next = ldexp(ways[0], 1 - (int)n);
    uint64_t position = 0;
    while (position < limit && below + next <= outside) {
        below += next;
        next = ldexp(ways[++position], 1 - (int)n);
    }
    /* Nothing can be cut off and the outermost averages are not far enough out: they have to do. */
    if (position == 0)
        below = next;
    *cut = (struct wilcoxon_cut){.position = position == 0 ? 1 : position, .confidence = 1 - below};
}

static void normal_cut(size_t n, double outside, struct wilcoxon_cut *cut)
{
    double count = (double)n, middle = count * (count + 1) / 4;
    double deviation = sqrt(count * (count + 1) * (2 * count + 1) / 24);
    double position = floor(middle + 0.5 + normal_quantile(outside / 2) * deviation);
    position = fmax(1, position);
    cut->position = (uint64_t)position;
    cut->confidence = 1 - 2 * normal_below((position - 0.5 - middle) / deviation);
}

int wilcoxon_cut(size_t n, double confidence, struct wilcoxon_cut *cut)
{
    if (n < 1 || n > UINT32_MAX || !(confidence > 0 && confidence < 1))
        return -EINVAL;
    if (n <= WILCOXON_EXACT)
        exact_cut(n, 1 - confidence, cut);
    else
        normal_cut(n, 1 - confidence, cut);
    return 0;
}
