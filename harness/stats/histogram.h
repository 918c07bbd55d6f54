/* A log-linear histogram of durations: 64 equal buckets in every power of two. The bucketing is
 * that of HdrHistogram (Gil Tene), with a fixed range.
 *
 * - Plain memory of fixed size (about 15 KiB), no allocation, merges by addition.
 * - From HISTOGRAM_LOWEST_NS to HISTOGRAM_HIGHEST_NS a value is known by the middle of its bucket,
 *   which is off by less than 1/128 (0.8 %) of it. Up to 127 ns buckets are one nanosecond wide.
 * - Values outside that range are counted apart, below and above. Nothing is clipped: count, sum,
 *   minimum and maximum are exact over all values, and a percentile that falls outside is refused,
 *   not guessed.
 */
#ifndef HARNESS_STATS_HISTOGRAM_H
#define HARNESS_STATS_HISTOGRAM_H

#include <jansson.h>
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
    uint64_t count;      /* all values */
    uint64_t sum_ns;     /* all values; stops at INT64_MAX, which JSON can still carry */
    uint64_t minimum_ns; /* all values; UINT64_MAX while empty */
    uint64_t maximum_ns; /* all values; 0 while empty */
    uint64_t under;      /* values below HISTOGRAM_LOWEST_NS, in no bucket */
    uint64_t over;       /* values above HISTOGRAM_HIGHEST_NS, in no bucket */
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

/* {"unit":"ns","layout":"log-linear-64","count":N,"sum":S,"min":m,"max":M,"under":u,"over":o,
 *  "buckets":"first:count,count,...;first:count"}: runs of neighbouring buckets, each beginning
 * with the index of its first; ascending; a count may be 0. min and max are 0 while empty, and at
 * most INT64_MAX. The caller's reference; NULL when out of memory. */
json_t *histogram_to_json(const struct histogram *);

/* Reads that back, into an empty histogram on error: -ENOTSUP for another unit or layout, -EILSEQ
 * for buckets that are not written that way, -EINVAL for anything else that is malformed, negative
 * or at odds with itself. */
int histogram_from_json(struct histogram *, const json_t *);

#endif
