#include "harness/stats/histogram.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(HISTOGRAM_LOWEST_NS >= HISTOGRAM_SUB_BUCKETS, "the first power of two holds it");
_Static_assert(HISTOGRAM_HIGHEST_NS >> 30 ==
                   HISTOGRAM_SUB_BUCKETS + HISTOGRAM_BUCKETS - 1 - 30 * 64,
               "the last bucket holds the highest value");

void histogram_reset(struct histogram *histogram)
{
    memset(histogram, 0, sizeof *histogram);
    histogram->minimum_ns = UINT64_MAX;
}

/* Where what it holds begins and ends: most distributions use a tenth of the buckets. */
static unsigned first_bucket(const struct histogram *histogram)
{
    uint64_t low_ns = histogram->minimum_ns;
    return low_ns < HISTOGRAM_LOWEST_NS    ? 0
           : low_ns > HISTOGRAM_HIGHEST_NS ? HISTOGRAM_BUCKETS
                                           : histogram_bucket(low_ns);
}

static unsigned end_bucket(const struct histogram *histogram)
{
    uint64_t high_ns = histogram->maximum_ns;
    return high_ns < HISTOGRAM_LOWEST_NS    ? 0
           : high_ns > HISTOGRAM_HIGHEST_NS ? HISTOGRAM_BUCKETS
                                            : histogram_bucket(high_ns) + 1;
}

void histogram_merge(struct histogram *into, const struct histogram *from)
{
    into->count += from->count;
    into->sum_ns += from->sum_ns; /* both <= INT64_MAX, so this does not wrap */
    if (into->sum_ns > INT64_MAX)
        into->sum_ns = INT64_MAX;
    if (from->minimum_ns < into->minimum_ns)
        into->minimum_ns = from->minimum_ns;
    if (from->maximum_ns > into->maximum_ns)
        into->maximum_ns = from->maximum_ns;
    into->under += from->under;
    into->over += from->over;
    for (unsigned bucket = first_bucket(from); bucket < end_bucket(from); bucket++)
        into->buckets[bucket] += from->buckets[bucket];
}

/* How many values are at or below the percentile. 99.9 is not a binary fraction: without the
 * rounding, 99.9 % of 1,000 values might come out as 1,000 of them. */
static uint64_t percentile_rank(uint64_t count, double percent)
{
    double exact = (double)count * percent / 100.0;
    double nearest = round(exact);
    double rank = fabs(exact - nearest) <= 1e-12 * exact ? nearest : ceil(exact);
    return rank < 1.0 ? 1 : (uint64_t)rank;
}

bool histogram_percentile(const struct histogram *histogram, double percent, uint64_t *value_ns)
{
    if (histogram->count == 0 || !(percent >= 0.0 && percent <= 100.0))
        return false;
    if (percent == 0.0 || percent == 100.0) {
        *value_ns = percent == 0.0 ? histogram->minimum_ns : histogram->maximum_ns;
        return true;
    }
    uint64_t rank = percentile_rank(histogram->count, percent);
    if (rank > histogram->count || histogram->count - rank < HISTOGRAM_SAMPLES_ABOVE)
        return false;
    if (rank <= histogram->under)
        return false;

    uint64_t seen = histogram->under;
    for (unsigned bucket = first_bucket(histogram); bucket < end_bucket(histogram); bucket++) {
        seen += histogram->buckets[bucket];
        if (seen < rank)
            continue;
        uint64_t middle_ns = histogram_bucket_middle_ns(bucket);
        if (middle_ns < histogram->minimum_ns)
            middle_ns = histogram->minimum_ns;
        *value_ns = middle_ns > histogram->maximum_ns ? histogram->maximum_ns : middle_ns;
        return true;
    }
    return false;
}

/* A gap of one or two buckets is written as zeros, which is shorter than another beginning. */
char *histogram_buckets_to_text(const struct histogram *histogram)
{
    /* An index and a count are at most 4 and 20 digits, each with a mark. */
    char *text = malloc(HISTOGRAM_BUCKETS * (4 + 1 + 20 + 1) + 1), *at = text;
    unsigned next = 0; /* behind the last one that was written */
    if (text == NULL)
        return NULL;
    *at = '\0';
    for (unsigned bucket = first_bucket(histogram); bucket < end_bucket(histogram); bucket++) {
        if (histogram->buckets[bucket] == 0)
            continue;
        if (at == text || bucket - next > 2)
            at += sprintf(at, "%s%u:", at == text ? "" : ";", bucket);
        else
            at += sprintf(at, "%.*s", 1 + 2 * (int)(bucket - next), ",0,0,");
        at += sprintf(at, "%" PRIu64, histogram->buckets[bucket]);
        next = bucket + 1;
    }
    return text;
}

/* Reads digits, at most INT64_MAX; false when there are none. */
static bool read_number(const char **at, uint64_t *number)
{
    const char *begin = *at;
    for (*number = 0; **at >= '0' && **at <= '9'; ++*at) {
        unsigned digit = (unsigned)(**at - '0');
        if (*number > ((uint64_t)INT64_MAX - digit) / 10)
            return false;
        *number = 10 * *number + digit;
    }
    return *at != begin;
}

bool histogram_buckets_from_text(struct histogram *histogram, const char *text, uint64_t *total)
{
    const char *at = text;
    uint64_t bucket, count, next = 0;
    *total = 0;
    while (*at != '\0') {
        if (!read_number(&at, &bucket) || *at != ':' || bucket < next)
            return false;
        do {
            at++;
            if (!read_number(&at, &count) || bucket >= HISTOGRAM_BUCKETS ||
                *total + count > INT64_MAX)
                return false;
            histogram->buckets[bucket++] = count;
            *total += count;
        } while (*at == ',');
        next = bucket;
        if (*at == ';' && at[1] != '\0')
            at++;
        else if (*at != '\0')
            return false;
    }
    return true;
}

/* Nothing outside of the extremes. */
static bool is_between_extremes(const struct histogram *histogram)
{
    uint64_t count = histogram->under + histogram->over;
    for (unsigned bucket = first_bucket(histogram); bucket < end_bucket(histogram); bucket++)
        count += histogram->buckets[bucket];
    return count == histogram->count;
}

/* Whether an extreme and the buckets tell of the same value. */
static bool is_in_bucket(const struct histogram *histogram, uint64_t value_ns)
{
    if (value_ns < HISTOGRAM_LOWEST_NS)
        return histogram->under > 0;
    if (value_ns > HISTOGRAM_HIGHEST_NS)
        return histogram->over > 0;
    return histogram->buckets[histogram_bucket(value_ns)] > 0;
}

bool histogram_is_consistent(const struct histogram *histogram)
{
    if (histogram->count == 0)
        return histogram->minimum_ns == 0 && histogram->maximum_ns == 0 && histogram->sum_ns == 0;
    double least = (double)histogram->count * (double)histogram->minimum_ns;
    double most = (double)histogram->count * (double)histogram->maximum_ns;
    double sum = (double)histogram->sum_ns;
    bool sum_fits =
        sum <= most * (1 + 1e-9) && (sum >= least * (1 - 1e-9) || histogram->sum_ns == INT64_MAX);
    return histogram->minimum_ns <= histogram->maximum_ns && sum_fits &&
           (histogram->under > 0) == (histogram->minimum_ns < HISTOGRAM_LOWEST_NS) &&
           (histogram->over > 0) == (histogram->maximum_ns > HISTOGRAM_HIGHEST_NS) &&
           is_in_bucket(histogram, histogram->minimum_ns) &&
           is_in_bucket(histogram, histogram->maximum_ns) && is_between_extremes(histogram);
}
