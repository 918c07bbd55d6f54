/* A log-linear histogram of durations: 64 equal buckets in every power of two. The bucketing is
 * that of HdrHistogram (Gil Tene), with a fixed range. Plain memory of fixed size (about 15 KiB),
 * no allocation, merges by addition.
 *
 * From HISTOGRAM_LOWEST_NS to HISTOGRAM_HIGHEST_NS a value is known by the middle of its bucket,
 * which is off by less than 1/128 (0.8 %) of it. Up to 127 ns buckets are one nanosecond wide.
 *
 * Values outside that range are counted apart, below and above. Nothing is clipped: count, sum,
 * minimum and maximum are exact over all values, and a percentile that falls outside is refused,
 * not guessed. */
#ifndef HARNESS_STATS_HISTOGRAM_H
#define HARNESS_STATS_HISTOGRAM_H

#include <stdbool.h>
#include <stdint.h>

#define HISTOGRAM_LAYOUT "log-linear-64"
#define HISTOGRAM_LOWEST_NS UINT64_C(100)
#define HISTOGRAM_HIGHEST_NS UINT64_C(100000000000)

/* Samples that must lie above a percentile for it to be given. */
#define HISTOGRAM_SAMPLES_ABOVE 10

/* The power of two that holds the lowest value, 2^6, starts at bucket 0; 1949 holds the highest. */
enum {
    HISTOGRAM_SUB_BITS = 6,
    HISTOGRAM_SUB_BUCKETS = 1 << HISTOGRAM_SUB_BITS,
    HISTOGRAM_BUCKETS = 1950,
};

struct histogram {
    /* Of all values: how many there are, and their sum, which stops at INT64_MAX. */
    uint64_t count, sum_ns;
    /* Of all values, too. UINT64_MAX and 0 while empty. */
    uint64_t minimum_ns, maximum_ns;
    /* Values below HISTOGRAM_LOWEST_NS and above HISTOGRAM_HIGHEST_NS, in no bucket. */
    uint64_t under, over;
    uint64_t buckets[HISTOGRAM_BUCKETS];
};

/* The bucket of a value in range: its power of two, then the six bits after the highest one. */
static inline unsigned histogram_bucket(uint64_t value_ns)
{
    unsigned shift = 63u - (unsigned)__builtin_clzll(value_ns) - HISTOGRAM_SUB_BITS;
    return shift * HISTOGRAM_SUB_BUCKETS + (unsigned)(value_ns >> shift) - HISTOGRAM_SUB_BUCKETS;
}

/* The smallest value of a bucket; that of the next one is where it ends. */
static inline uint64_t histogram_bucket_low_ns(unsigned bucket)
{
    uint64_t sub = HISTOGRAM_SUB_BUCKETS + bucket % HISTOGRAM_SUB_BUCKETS;
    return sub << (bucket / HISTOGRAM_SUB_BUCKETS);
}

/* The value that stands for all of a bucket: its middle. */
static inline uint64_t histogram_bucket_middle_ns(unsigned bucket)
{
    uint64_t width_ns = UINT64_C(1) << (bucket / HISTOGRAM_SUB_BUCKETS);
    return histogram_bucket_low_ns(bucket) + (width_ns - 1) / 2;
}

static inline void histogram_record(struct histogram *histogram, uint64_t value_ns)
{
    histogram->count++;
    histogram->sum_ns += value_ns;
    if ((histogram->sum_ns | value_ns) > INT64_MAX)
        histogram->sum_ns = INT64_MAX;
    if (value_ns < histogram->minimum_ns)
        histogram->minimum_ns = value_ns;
    if (value_ns > histogram->maximum_ns)
        histogram->maximum_ns = value_ns;

    if (value_ns < HISTOGRAM_LOWEST_NS)
        histogram->under++;
    else if (value_ns > HISTOGRAM_HIGHEST_NS)
        histogram->over++;
    else
        histogram->buckets[histogram_bucket(value_ns)]++;
}

/* Empties it; a histogram must be reset before it is used. */
void histogram_reset(struct histogram *);

/* Adds all values of `from`, as if they had been recorded in `into`. */
void histogram_merge(struct histogram *into, const struct histogram *from);

/* The smallest value that at least `percent` (0..100) of all values do not exceed, within the error
 * above. false when fewer than 10 values lie above it, or when it lies outside the range of the
 * buckets. 0 and 100 are the exact minimum and maximum, always given when there is any value. */
bool histogram_percentile(const struct histogram *, double percent, uint64_t *value_ns);

/* The buckets as text: "first:count,count,...;first:count", runs of neighbouring buckets, each
 * beginning with the index of its first; ascending. The caller frees it; NULL: no memory. */
char *histogram_buckets_to_text(const struct histogram *);

/* Reads that back into the buckets, which are empty before; a count may be 0. *total: how many
 * values they hold. false: it is not written that way. */
bool histogram_buckets_from_text(struct histogram *, const char *text, uint64_t *total);

/* Whether counts, sum, extremes and buckets can all be of the same values. The extremes of an empty
 * one are 0 here, as in a file. */
bool histogram_is_consistent(const struct histogram *);

#endif
