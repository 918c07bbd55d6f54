/* calibration.json, written and read. Series stand by length, then by variant; of each the values
 * of every comparison, [[round, round, ...], ...], null for a round without a valid trial. */
#include "harness/calibrate/calibration.h"

#include "harness/base/file_save.h"
#include "harness/base/problem.h"
#include "harness/contract/parameters.h"
#include "harness/plan/run_options.h"
#include "harness/record/manifest_json.h"
#include "harness/subjects/subjects.h"
#include "harness/workloads/workloads.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_PATH_BYTES = 4096, PLACE_BYTES = 64 };

void calibration_set_free(struct calibration_set *set)
{
    for (size_t i = 0; i < set->count; i++)
        calibration_close(&set->list[i]);
    for (size_t i = 0; i < set->command_count; i++)
        free(set->command[i]);
    free(set->command);
    named_values_free(&set->manifest);
    *set = (struct calibration_set){0};
}

/* ---- writing: each returns NULL without memory ---- */

static json_t *number(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

static size_t place_of(const struct calibration *calibration, unsigned comparison, unsigned round,
                       size_t variant, size_t length)
{
    size_t trial =
        ((size_t)comparison * calibration->rounds + round) * CALIBRATION_VARIANTS + variant;
    return trial * CALIBRATION_LENGTHS + length;
}

static json_t *or_nothing(json_t *json, int r)
{
    if (r == 0)
        return json;
    json_decref(json);
    return NULL;
}

static json_t *values_to_json(const struct calibration *calibration, size_t variant, size_t length)
{
    json_t *all = json_array();
    int r = all != NULL ? 0 : -1;
    for (unsigned i = 0; i < calibration->finished && r == 0; i++) {
        json_t *rounds = json_array();
        for (unsigned k = 0; k < calibration->rounds; k++)
            r |= json_array_append_new(
                rounds, number(calibration->values[place_of(calibration, i, k, variant, length)]));
        r |= json_array_append_new(all, rounds);
    }
    return or_nothing(all, r);
}

static json_t *series_to_json(const struct calibration *calibration)
{
    static const char *const names[CALIBRATION_VARIANTS] = {"A", "B", "planted"};
    json_t *all = json_array();
    int r = all != NULL ? 0 : -1;
    for (size_t length = 0; length < calibration->lengths; length++) {
        for (size_t i = 0; i < CALIBRATION_VARIANTS && r == 0; i++) {
            json_t *series = json_pack("{s:s, s:f, s:o}", "variant", names[i], "trial_s",
                                       calibration->trial_s[length], "values",
                                       values_to_json(calibration, i, length));
            if (calibration->lengths > 1)
                r = json_object_set_new(series, "drains", json_integer(calibration_drains[length]));
            r |= json_array_append_new(all, series);
        }
    }
    return or_nothing(all, r);
}

static json_t *ratio_to_json(const struct calibration *calibration)
{
    struct effect effect;
    if (calibration->finished == 0 || calibration_planted_ratio(calibration, &effect) < 0)
        return json_null();
    return json_pack("{s:f, s:f, s:f, s:f}", "ratio", effect.ratio, "ci_low", effect.low, "ci_high",
                     effect.high, "confidence", effect.confidence);
}

static json_t *design_to_json(const struct calibration *calibration)
{
    const struct cell *cell = &calibration->cell;
    return json_pack("{s:s, s:s, s:s, s:o, s:s, s:s, s:f, s:f, s:I, s:I, s:o, s:o}", "name",
                     calibration->design->name, "workload", cell->workload->name, "mode",
                     cell->mode, "params", params_to_json(&cell->params), "subject",
                     calibration->subject->name, "metric", calibration->metric->name, "planted",
                     calibration->design->planted, "minimum_effect",
                     calibration->design->minimum_effect, "rounds", (json_int_t)calibration->rounds,
                     "invalid_trials", (json_int_t)calibration->invalid, "planted_ratio",
                     ratio_to_json(calibration), "series", series_to_json(calibration));
}

static json_t *result_to_json(const struct calibration *calibration,
                              enum calibration_variant variant)
{
    struct calibration_result result = {0};
    json_t *json = NULL;
    if (calibration_result(calibration, variant, &result) == 0)
        json = calibration_result_to_json(&result);
    calibration_result_free(&result);
    return json;
}

static json_t *results_to_json(const struct calibration_set *set)
{
    json_t *all = json_array();
    int r = all != NULL ? 0 : -1;
    for (size_t i = 0; i < set->count; i++) {
        if (set->list[i].finished == 0)
            continue;
        r |= json_array_append_new(all, result_to_json(&set->list[i], CALIBRATION_B));
        r |= json_array_append_new(all, result_to_json(&set->list[i], CALIBRATION_PLANTED));
    }
    return or_nothing(all, r);
}

static json_t *command_to_json(const struct calibration_set *set)
{
    json_t *words = json_array();
    int r = words != NULL ? 0 : -1;
    for (size_t i = 0; i < set->command_count; i++)
        r |= json_array_append_new(words, json_string(set->command[i]));
    return or_nothing(words, r);
}

static json_t *set_to_json(const struct calibration_set *set)
{
    return json_pack("{s:i, s:o, s:I, s:{s:i, s:i}, s:o, s:o}", "schema", CALIBRATION_SCHEMA,
                     "command", command_to_json(set), "seed", (json_int_t)set->seed, "placement",
                     "subject_cpu", set->subject_cpu, "generator_cpu", set->generator_cpu,
                     "manifest", manifest_to_json(&set->manifest), "results", results_to_json(set));
}

int calibration_set_print(const struct calibration_set *set, FILE *out)
{
    json_t *json = set_to_json(set);
    if (json == NULL)
        return -ENOMEM;
    int r = json_dumpf(json, out, JSON_INDENT(2) | JSON_REAL_PRECISION(9));
    json_decref(json);
    return r < 0 || putc('\n', out) == EOF || fflush(out) != 0 ? -EIO : 0;
}

/* NULL: no memory. */
static char *set_to_text(const struct calibration_set *set)
{
    json_t *json = set_to_json(set), *designs = json_array();
    int r = json != NULL && designs != NULL ? 0 : -1;
    for (size_t i = 0; i < set->count && r == 0; i++)
        r = json_array_append_new(designs, design_to_json(&set->list[i]));
    r |= json_object_set_new(json, "designs", designs);
    char *text = r == 0 ? json_dumps(json, JSON_COMPACT | JSON_REAL_PRECISION(9)) : NULL;
    json_decref(json);
    return text;
}

int calibration_set_save(const struct calibration_set *set, const char *folder, char *problem)
{
    char *text = set_to_text(set);
    int r = text != NULL ? file_save(folder, CALIBRATION_FILE, text, strlen(text)) : -ENOMEM;
    free(text);
    return r == 0 ? 0
                  : problem_say(problem, r, "writing %s/" CALIBRATION_FILE " failed: %s", folder,
                                strerror(-r));
}

/* ---- reading: problems are the rest of a sentence that begins with the file ---- */

static int no_memory(char *problem)
{
    return problem_say(problem, -ENOMEM, "there is no memory for it");
}

static const struct calibration_design *find_design(const char *name, double planted)
{
    for (const struct calibration_design *d = calibration_designs; d->name != NULL; d++) {
        if (strcmp(d->name, name) == 0 && d->planted == planted)
            return d;
    }
    return NULL;
}

/* One array of rounds for each comparison, all of one length. */
static bool read_values(struct calibration *calibration, const json_t *values, size_t variant,
                        size_t length)
{
    if (json_array_size(values) != calibration->finished)
        return false;
    for (unsigned i = 0; i < calibration->finished; i++) {
        const json_t *rounds = json_array_get(values, i);
        if (json_array_size(rounds) != calibration->rounds)
            return false;
        for (unsigned k = 0; k < calibration->rounds; k++) {
            const json_t *value = json_array_get(rounds, k);
            calibration->values[place_of(calibration, i, k, variant, length)] =
                json_is_number(value) ? json_number_value(value) : NAN;
        }
    }
    return true;
}

static int read_series(struct calibration *calibration, const json_t *series, const char *place,
                       char *problem)
{
    size_t count = json_array_size(series);
    calibration->lengths = count / CALIBRATION_VARIANTS;
    if (count != CALIBRATION_VARIANTS && count != CALIBRATION_VARIANTS * CALIBRATION_LENGTHS)
        return problem_say(problem, -EINVAL, "%s.series: expected a list of %d or %d, not %zu",
                           place, CALIBRATION_VARIANTS, CALIBRATION_VARIANTS * CALIBRATION_LENGTHS,
                           count);
    calibration->finished =
        (unsigned)json_array_size(json_object_get(json_array_get(series, 0), "values"));
    calibration->values = calloc((size_t)calibration->finished * calibration->rounds + 1,
                                 CALIBRATION_VARIANTS * CALIBRATION_LENGTHS * sizeof(double));
    if (calibration->values == NULL)
        return no_memory(problem);
    for (size_t i = 0; i < count; i++) {
        const json_t *entry = json_array_get(series, i);
        size_t length = i / CALIBRATION_VARIANTS;
        calibration->trial_s[length] = json_number_value(json_object_get(entry, "trial_s"));
        if (!(calibration->trial_s[length] > 0))
            return problem_say(problem, -EINVAL, "%s.series[%zu].trial_s: expected seconds", place,
                               i);
        if (!read_values(calibration, json_object_get(entry, "values"), i % CALIBRATION_VARIANTS,
                         length))
            return problem_say(problem, -EINVAL,
                               "%s.series[%zu]: the values are not those of its rounds", place, i);
    }
    calibration->comparisons = calibration->finished;
    return 0;
}

static int read_design(struct calibration *calibration, const json_t *json, const char *place,
                       char *problem)
{
    const char *name, *workload, *mode, *subject, *metric;
    double planted;
    json_int_t rounds, invalid;
    json_t *params, *series;
    json_error_t error;
    if (json_unpack_ex((json_t *)json, &error, 0,
                       "{s:s, s:s, s:s, s:o, s:s, s:s, s:F, s:I, s:I, s:o}", "name", &name,
                       "workload", &workload, "mode", &mode, "params", &params, "subject", &subject,
                       "metric", &metric, "planted", &planted, "rounds", &rounds, "invalid_trials",
                       &invalid, "series", &series) < 0)
        return problem_say(problem, -EINVAL, "%s: %s", place, error.text);
    calibration->design = find_design(name, planted);
    calibration->subject = subject_find(subject);
    struct cell *cell = &calibration->cell;
    cell->workload = workload_find(workload);
    if (cell->workload != NULL)
        cell->mode = workload_mode(cell->workload, mode);
    if (cell->mode != NULL)
        calibration->metric = workload_metric(cell->workload, cell->mode, metric);
    if (calibration->design == NULL || calibration->subject == NULL ||
        calibration->metric == NULL || rounds < 1 || rounds > ROUNDS_MAXIMUM)
        return problem_say(problem, -EINVAL, "%s: %s of %s by %s is no design of this pollbench",
                           place, name, subject, metric);
    calibration->rounds = (unsigned)rounds;
    calibration->invalid = (uint64_t)invalid;
    char inner[PLACE_BYTES + 16];
    snprintf(inner, sizeof inner, "%s.params", place);
    int r = params_from_json(&cell->params, params, inner, problem);
    return r == 0 ? read_series(calibration, series, place, problem) : r;
}

static int read_designs(struct calibration_set *set, const json_t *designs, char *problem)
{
    size_t count = json_array_size(designs);
    if (count == 0 || count > CALIBRATIONS_MAX)
        return problem_say(problem, -EINVAL, "designs: expected a list of 1 to %d, not %zu",
                           CALIBRATIONS_MAX, count);
    for (size_t i = 0; i < count; i++) {
        char place[PLACE_BYTES];
        snprintf(place, sizeof place, "designs[%zu]", i);
        int r = read_design(&set->list[set->count++], json_array_get(designs, i), place, problem);
        if (r < 0)
            return r;
    }
    return 0;
}

/* How long a comparison took stands with the results. */
static void take_seconds(struct calibration_set *set, const struct calibration_result *result)
{
    for (size_t i = 0; i < set->count; i++) {
        struct calibration *calibration = &set->list[i];
        const struct cell *cell = &calibration->cell;
        if (result->planted == calibration->design->planted &&
            result->minimum_effect == calibration->design->minimum_effect &&
            strcmp(result->workload, cell->workload->name) == 0 &&
            strcmp(result->mode, cell->mode) == 0 &&
            strcmp(result->subject, calibration->subject->name) == 0 &&
            named_values_equal(&result->params, &cell->params))
            calibration->comparison_s = result->seconds_per_comparison;
    }
}

static int read_results(struct calibration_set *set, const json_t *results, char *problem)
{
    int r = 0;
    for (size_t i = 0; i < json_array_size(results) && r == 0; i++) {
        char place[PLACE_BYTES];
        struct calibration_result result = {0};
        snprintf(place, sizeof place, "results[%zu]", i);
        r = calibration_result_from_json(&result, json_array_get(results, i), place, problem);
        if (r == 0)
            take_seconds(set, &result);
        calibration_result_free(&result);
    }
    for (size_t i = 0; i < set->count && r == 0; i++) {
        if (set->list[i].finished > 0 && !(set->list[i].comparison_s > 0))
            r = problem_say(problem, -EINVAL, "results: there is none of designs[%zu]", i);
    }
    return r;
}

static int read_command(struct calibration_set *set, const json_t *words, char *problem)
{
    size_t count = json_array_size(words);
    set->command = calloc(count + 1, sizeof *set->command);
    if (set->command == NULL)
        return no_memory(problem);
    for (size_t i = 0; i < count; i++) {
        const char *word = json_string_value(json_array_get(words, i));
        if (word == NULL)
            return problem_say(problem, -EINVAL, "command[%zu]: expected a string", i);
        set->command[i] = strdup(word);
        if (set->command[i] == NULL)
            return no_memory(problem);
        set->command_count++;
    }
    return 0;
}

static int read_set(struct calibration_set *set, const json_t *file, char *problem)
{
    json_int_t schema, seed;
    json_t *command, *manifest, *results, *designs;
    json_error_t error;
    if (json_unpack_ex((json_t *)file, &error, 0, "{s:I}", "schema", &schema) < 0 ||
        schema != CALIBRATION_SCHEMA)
        return problem_say(problem, -EINVAL, "schema: it is not %d, which this pollbench reads",
                           CALIBRATION_SCHEMA);
    if (json_unpack_ex((json_t *)file, &error, 0, "{s:o, s:I, s:{s:i, s:i}, s:o, s:o, s:o}",
                       "command", &command, "seed", &seed, "placement", "subject_cpu",
                       &set->subject_cpu, "generator_cpu", &set->generator_cpu, "manifest",
                       &manifest, "results", &results, "designs", &designs) < 0)
        return problem_say(problem, -EINVAL, "%s", error.text);
    set->seed = (uint64_t)seed;
    int r = read_command(set, command, problem);
    if (r == 0)
        r = manifest_from_json(&set->manifest, manifest, problem);
    if (r == 0)
        r = read_designs(set, designs, problem);
    return r == 0 ? read_results(set, results, problem) : r;
}

int calibration_set_load(struct calibration_set *set, const char *folder, char *problem)
{
    char path[FILE_PATH_BYTES], why[PROBLEM_BYTES];
    json_error_t error;
    snprintf(path, sizeof path, "%s/" CALIBRATION_FILE, folder);
    json_t *file = json_load_file(path, JSON_REJECT_DUPLICATES, &error);
    if (file == NULL && error.line < 1)
        return problem_say(problem, -EINVAL, "%s", error.text);
    if (file == NULL)
        return problem_say(problem, -EINVAL, "%s, line %d: %s", path, error.line, error.text);
    int r = read_set(set, file, why);
    json_decref(file);
    return r == 0 ? 0 : problem_say(problem, r, "%s: %.300s", path, why);
}
