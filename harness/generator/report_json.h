/* A histogram and the generator's report as JSON: on the control channel, and in result files
 * (results/schema.json, "histogram" and "generator"). */
#ifndef HARNESS_GENERATOR_REPORT_JSON_H
#define HARNESS_GENERATOR_REPORT_JSON_H

#include "harness/contract/generator_report.h"
#include "harness/stats/histogram.h"

#include <jansson.h>

/* {"unit":"ns","layout":"log-linear-64","count":N,"sum":S,"min":m,"max":M,"under":u,"over":o,
 *  "buckets":"first:count,count,...;first:count"}; see histogram_buckets_to_text(). min and max are
 * 0 while empty, and at most INT64_MAX. The caller's reference; NULL: no memory. */
json_t *histogram_to_json(const struct histogram *);

/* Reads that back, into an empty histogram on error: -ENOTSUP for another unit or layout, -EILSEQ
 * for buckets that are not written that way, -EINVAL for anything else that is malformed, negative
 * or at odds with itself. */
int histogram_from_json(struct histogram *, const json_t *);

/* What is not known is null. The caller's reference; NULL: no memory. */
json_t *generator_report_to_json(const struct generator_report *);

/* Reads that back. -EINVAL: `problem` (PROBLEM_BYTES) is the rest of a sentence that begins with
 * where the report stands: "plan.seed: expected a whole number". */
int generator_report_from_json(struct generator_report *, const json_t *, char *problem);

#endif
