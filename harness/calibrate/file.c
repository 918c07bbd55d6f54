/* What a calibration leaves behind, and what later runs take of it. */
#include "harness/calibrate/calibration.h"

#include <errno.h>
#include <math.h>
#include <string.h>

/* ---- writing ---- */

static json_t *number(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

static json_t *result_of(const struct calibration *calibration, enum calibration_variant variant)
{
    unsigned wrong;
    const struct cell *cell = &calibration->cell;
    bool is_planted = variant == CALIBRATION_PLANTED;
    struct proportion share = calibration_named(calibration, variant, calibration->lengths - 1,
                                                calibration->rounds, CALIBRATION_AS_RUN, &wrong);
    unsigned counted = (unsigned)lround(share.share * calibration->finished);
    return json_pack(
        "{s:s, s:s, s:O, s:s, s:s, s:f, s:f, s:i, s:f, s:i, s:i, s:i, s:o, s:o, s:o}", "workload",
        cell->workload->name, "mode", cell->mode, "params", cell->params, "subject",
        calibration->subject->name, "metric", calibration->metric->name, "minimum_effect",
        calibration->design->minimum_effect, "seconds_per_comparison", calibration->comparison_s,
        "rounds_per_comparison", (int)calibration->rounds, "planted",
        is_planted ? calibration->design->planted : 0.0, "comparisons", (int)calibration->finished,
        "named", (int)(is_planted ? counted + wrong : counted), "wrong", (int)wrong, "share",
        number(share.share), "ci_low", number(share.low), "ci_high", number(share.high));
}

int calibration_add_results(const struct calibration *calibration, json_t *results)
{
    if (calibration->finished == 0)
        return 0;
    int failed = json_array_append_new(results, result_of(calibration, CALIBRATION_B));
    failed |= json_array_append_new(results, result_of(calibration, CALIBRATION_PLANTED));
    return failed ? -ENOMEM : 0;
}

/* [[round, round, ...], ...]: one array for each comparison; null for a round without a valid
 * trial.
 */
static json_t *values_to_json(const struct calibration *calibration, size_t variant, size_t length)
{
    json_t *all = json_array();
    for (unsigned i = 0; i < calibration->finished; i++) {
        json_t *rounds = json_array();
        for (unsigned k = 0; k < calibration->rounds; k++) {
            size_t trial = ((size_t)i * calibration->rounds + k) * CALIBRATION_VARIANTS + variant;
            json_array_append_new(
                rounds, number(calibration->values[trial * CALIBRATION_LENGTHS + length]));
        }
        json_array_append_new(all, rounds);
    }
    return all;
}

static json_t *series_to_json(const struct calibration *calibration)
{
    static const char *const names[CALIBRATION_VARIANTS] = {"A", "B", "planted"};
    json_t *series = json_array();
    for (size_t length = 0; length < calibration->lengths; length++) {
        json_t *drains = calibration->lengths > 1 ? json_integer(calibration_drains[length]) : NULL;
        for (size_t i = 0; i < CALIBRATION_VARIANTS; i++)
            json_array_append_new(series,
                                  json_pack("{s:s, s:O*, s:f, s:o}", "variant", names[i], "drains",
                                            drains, "trial_s", calibration->trial_s[length],
                                            "values", values_to_json(calibration, i, length)));
        json_decref(drains);
    }
    return series;
}

json_t *calibration_to_json(const struct calibration *calibration)
{
    const struct cell *cell = &calibration->cell;
    struct effect effect;
    json_t *ratio = json_null();
    if (calibration->finished > 0 && calibration_planted_ratio(calibration, &effect) == 0)
        ratio = json_pack("{s:f, s:f, s:f, s:f}", "ratio", effect.ratio, "ci_low", effect.low,
                          "ci_high", effect.high, "confidence", effect.confidence);
    return json_pack("{s:s, s:s, s:s, s:O, s:s, s:s, s:f, s:f, s:i, s:I, s:o, s:o}", "name",
                     calibration->design->name, "workload", cell->workload->name, "mode",
                     cell->mode, "params", cell->params, "subject", calibration->subject->name,
                     "metric", calibration->metric->name, "planted", calibration->design->planted,
                     "minimum_effect", calibration->design->minimum_effect, "rounds",
                     (int)calibration->rounds, "invalid_trials", (json_int_t)calibration->invalid,
                     "planted_ratio", ratio, "series", series_to_json(calibration));
}

/* ---- reading ---- */

/* The fields by which a machine is known again; another kernel is another machine here. */
static bool is_same_machine(const json_t *left, const json_t *right)
{
    static const char *const names[] = {"kernel", "kernel_build", "machine",        "cpu",
                                        "cpus",   "memory_kib",   "virtualization", "mitigations"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (!json_equal(json_object_get(left, names[i]), json_object_get(right, names[i])))
            return false;
    }
    return true;
}

/* Each entry of the manifest's form; anything else in the file is no calibration of ours. */
static bool is_result(const json_t *entry)
{
    const char *workload, *mode, *subject, *metric;
    double minimum_effect, seconds, planted;
    json_int_t rounds, comparisons, named, wrong;
    json_t *params, *share, *low, *high;
    return json_unpack((json_t *)entry,
                       "{s:s, s:s, s:o, s:s, s:s, s:F, s:F, s:I, s:F, s:I, s:I, s:I, s:o, s:o, s:o "
                       "!}",
                       "workload", &workload, "mode", &mode, "params", &params, "subject", &subject,
                       "metric", &metric, "minimum_effect", &minimum_effect,
                       "seconds_per_comparison", &seconds, "rounds_per_comparison", &rounds,
                       "planted", &planted, "comparisons", &comparisons, "named", &named, "wrong",
                       &wrong, "share", &share, "ci_low", &low, "ci_high", &high) == 0 &&
           json_is_number(share) && json_is_number(low) && json_is_number(high);
}

static bool are_results(const json_t *results)
{
    size_t i;
    const json_t *entry;
    if (json_array_size(results) == 0)
        return false;
    json_array_foreach(results, i, entry)
    {
        if (!is_result(entry))
            return false;
    }
    return true;
}

json_t *calibration_recall(const json_t *manifest)
{
    json_t *file = json_load_file(CALIBRATION_FOLDER "/" CALIBRATION_FILE, 0, NULL);
    const json_t *theirs = json_object_get(file, "manifest");
    json_t *results = json_object_get(file, "results");
    json_t *recalled = json_null();
    json_int_t schema = json_integer_value(json_object_get(file, "schema"));
    if (schema == CALIBRATION_SCHEMA && is_same_machine(theirs, manifest) && are_results(results))
        recalled = json_pack("{s:O, s:O, s:O, s:O}", "date", json_object_get(theirs, "date"),
                             "commit", json_object_get(theirs, "commit"), "kernel",
                             json_object_get(theirs, "kernel"), "cells", results);
    json_decref(file);
    return recalled != NULL ? recalled : json_null();
}
