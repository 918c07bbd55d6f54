/* A calibration as its file has it, so that what it found can be looked at again. */
#include "harness/calibrate/calibration.h"

#include "harness/base/problem.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct calibration_design *find_design(const char *name, double planted)
{
    for (const struct calibration_design *d = calibration_designs; d->name != NULL; d++) {
        if (strcmp(d->name, name) == 0 && d->planted == planted)
            return d;
    }
    return NULL;
}

static const struct metric *find_metric(const struct workload *workload, const char *name)
{
    const struct metric *metric = workload->metrics;
    while (metric->name != NULL && strcmp(metric->name, name) != 0)
        metric++;
    return metric->name != NULL ? metric : NULL;
}

/* One array of rounds for each comparison, all of one length. */
static bool read_values(struct calibration *calibration, const json_t *values, size_t variant,
                        size_t length)
{
    for (unsigned i = 0; i < calibration->finished; i++) {
        const json_t *rounds = json_array_get(values, i);
        if (json_array_size(rounds) != calibration->rounds)
            return false;
        for (unsigned k = 0; k < calibration->rounds; k++) {
            const json_t *value = json_array_get(rounds, k);
            size_t trial = ((size_t)i * calibration->rounds + k) * CALIBRATION_VARIANTS + variant;
            calibration->values[trial * CALIBRATION_LENGTHS + length] =
                json_is_number(value) ? json_number_value(value) : NAN;
        }
    }
    return true;
}

/* The order of series is that of calibration_to_json(): by length, then by variant. */
static bool read_series(struct calibration *calibration, const json_t *series)
{
    size_t count = json_array_size(series);
    calibration->lengths = count / CALIBRATION_VARIANTS;
    if (count != CALIBRATION_VARIANTS && count != CALIBRATION_VARIANTS * CALIBRATION_LENGTHS)
        return false;
    calibration->finished =
        (unsigned)json_array_size(json_object_get(json_array_get(series, 0), "values"));
    calibration->values = calloc((size_t)calibration->finished * calibration->rounds + 1,
                                 CALIBRATION_VARIANTS * CALIBRATION_LENGTHS * sizeof(double));
    if (calibration->values == NULL)
        return false;
    for (size_t i = 0; i < count; i++) {
        const json_t *entry = json_array_get(series, i), *values = json_object_get(entry, "values");
        size_t length = i / CALIBRATION_VARIANTS;
        calibration->trial_s[length] = json_number_value(json_object_get(entry, "trial_s"));
        if (json_array_size(values) != calibration->finished ||
            !(calibration->trial_s[length] > 0) ||
            !read_values(calibration, values, i % CALIBRATION_VARIANTS, length))
            return false;
    }
    return true;
}

/* How long a comparison took stands with the results. */
static double seconds_of(const json_t *results, const json_t *design)
{
    static const char *const names[] = {"workload", "mode",           "params",
                                        "subject",  "minimum_effect", "planted"};
    size_t i, k;
    const json_t *entry;
    json_array_foreach(results, i, entry)
    {
        for (k = 0; k < sizeof names / sizeof names[0]; k++) {
            if (!json_equal(json_object_get(entry, names[k]), json_object_get(design, names[k])))
                break;
        }
        if (k == sizeof names / sizeof names[0])
            return json_number_value(json_object_get(entry, "seconds_per_comparison"));
    }
    return 0;
}

int calibration_load(struct calibration *calibration, const json_t *file, const json_t *design,
                     char *problem)
{
    const char *name, *workload, *mode, *subject, *metric;
    double planted, minimum_effect;
    json_int_t rounds, invalid;
    json_t *params, *series;
    *calibration = (struct calibration){0};
    if (json_unpack((json_t *)design, "{s:s, s:s, s:s, s:o, s:s, s:s, s:F, s:F, s:I, s:I, s:o}",
                    "name", &name, "workload", &workload, "mode", &mode, "params", &params,
                    "subject", &subject, "metric", &metric, "planted", &planted, "minimum_effect",
                    &minimum_effect, "rounds", &rounds, "invalid_trials", &invalid, "series",
                    &series) < 0)
        return problem_say(problem, -EINVAL, "a design of it is not understood");
    calibration->design = find_design(name, planted);
    calibration->subject = subject_find(subject);
    calibration->cell =
        (struct cell){.workload = workload_find(workload), .mode = mode, .params = params};
    if (calibration->design == NULL || calibration->subject == NULL ||
        calibration->cell.workload == NULL || rounds < 1 || rounds > ROUNDS_MAXIMUM)
        return problem_say(problem, -EINVAL, "%s of %s is no design of this pollbench", name,
                           subject);
    calibration->metric = find_metric(calibration->cell.workload, metric);
    calibration->rounds = (unsigned)rounds;
    calibration->invalid = (uint64_t)invalid;
    calibration->comparison_s = seconds_of(json_object_get(file, "results"), design);
    if (calibration->metric == NULL || !read_series(calibration, series) ||
        (calibration->finished > 0 && !(calibration->comparison_s > 0)))
        return problem_say(problem, -EINVAL, "the values of %s are not those of its rounds", name);
    calibration->comparisons = calibration->finished;
    return 0;
}
