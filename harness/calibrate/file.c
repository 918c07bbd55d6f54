/* Writing calibration.json. Series stand by length, then by variant; of each the values of every
 * comparison, [[round, round, ...], ...], null for a round without a valid trial. */
#include "harness/calibrate/calibration.h"

#include "harness/base/file_save.h"
#include "harness/base/problem.h"
#include "harness/record/json_set.h"
#include "harness/record/manifest_json.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

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

/* ---- as JSON: NULL is no memory ---- */

static json_t *values_to_json(const struct calibration *calibration, size_t variant, size_t length)
{
    json_t *all = json_array();
    int r = 0;
    for (unsigned i = 0; i < calibration->finished; i++) {
        json_t *rounds = json_array();
        for (unsigned k = 0; k < calibration->rounds; k++) {
            double value = *calibration_value(calibration, i, k, variant, length);
            json_push(&r, rounds, json_figure(value));
        }
        json_push(&r, all, rounds);
    }
    return json_finish(r, all);
}

static json_t *series_to_json(const struct calibration *calibration, size_t variant, size_t length)
{
    static const char *const names[CALIBRATION_VARIANTS] = {"A", "B", "planted"};
    json_t *series = json_object();
    int r = 0;
    json_set(&r, series, "variant", json_text(names[variant]));
    if (calibration->lengths > 1)
        json_set(&r, series, "drains", json_count(calibration_drains[length]));
    json_set(&r, series, "trial_s", json_figure(calibration->trial_s[length]));
    json_set(&r, series, "values", values_to_json(calibration, variant, length));
    return json_finish(r, series);
}

static json_t *all_series_to_json(const struct calibration *calibration)
{
    json_t *all = json_array();
    int r = 0;
    for (size_t length = 0; length < calibration->lengths; length++) {
        for (size_t i = 0; i < CALIBRATION_VARIANTS; i++)
            json_push(&r, all, series_to_json(calibration, i, length));
    }
    return json_finish(r, all);
}

static json_t *ratio_to_json(const struct calibration *calibration)
{
    struct effect effect;
    int r = 0;
    if (calibration->finished == 0 || calibration_planted_ratio(calibration, &effect) < 0)
        return json_null();
    json_t *ratio = json_object();
    json_set(&r, ratio, "ratio", json_figure(effect.ratio));
    json_set(&r, ratio, "ci_low", json_figure(effect.low));
    json_set(&r, ratio, "ci_high", json_figure(effect.high));
    json_set(&r, ratio, "confidence", json_figure(effect.confidence));
    return json_finish(r, ratio);
}

static json_t *design_to_json(const struct calibration *calibration)
{
    const struct cell *cell = &calibration->cell;
    json_t *design = json_object();
    int r = 0;
    json_set(&r, design, "name", json_text(calibration->design->name));
    json_set(&r, design, "workload", json_text(cell->workload->name));
    json_set(&r, design, "mode", json_text(cell->mode));
    json_set(&r, design, "params", params_to_json(&cell->params));
    json_set(&r, design, "subject", json_text(calibration->subject->name));
    json_set(&r, design, "metric", json_text(calibration->metric->name));
    json_set(&r, design, "planted", json_figure(calibration->design->planted));
    json_set(&r, design, "minimum_effect", json_figure(calibration->design->minimum_effect));
    json_set(&r, design, "rounds", json_count(calibration->rounds));
    json_set(&r, design, "invalid_trials", json_count(calibration->invalid));
    json_set(&r, design, "planted_ratio", ratio_to_json(calibration));
    json_set(&r, design, "series", all_series_to_json(calibration));
    return json_finish(r, design);
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
    int r = 0;
    for (size_t i = 0; i < set->count; i++) {
        if (set->list[i].finished == 0)
            continue;
        json_push(&r, all, result_to_json(&set->list[i], CALIBRATION_B));
        json_push(&r, all, result_to_json(&set->list[i], CALIBRATION_PLANTED));
    }
    return json_finish(r, all);
}

static json_t *designs_to_json(const struct calibration_set *set)
{
    json_t *all = json_array();
    int r = 0;
    for (size_t i = 0; i < set->count; i++)
        json_push(&r, all, design_to_json(&set->list[i]));
    return json_finish(r, all);
}

static json_t *set_to_json(const struct calibration_set *set, bool with_rounds)
{
    json_t *json = json_object(), *command = json_array(), *placement = json_object();
    int r = 0;
    for (size_t i = 0; i < set->command_count; i++)
        json_push(&r, command, json_text(set->command[i]));
    json_set(&r, placement, "subject_cpu", json_integer(set->subject_cpu));
    json_set(&r, placement, "generator_cpu", json_integer(set->generator_cpu));
    json_set(&r, json, "schema", json_count(CALIBRATION_SCHEMA));
    json_set(&r, json, "command", command);
    json_set(&r, json, "seed", json_count(set->seed));
    json_set(&r, json, "placement", placement);
    json_set(&r, json, "manifest", manifest_to_json(&set->manifest));
    json_set(&r, json, "results", results_to_json(set));
    if (with_rounds)
        json_set(&r, json, "designs", designs_to_json(set));
    return json_finish(r, json);
}

/* ---- as text ---- */

int calibration_set_print(const struct calibration_set *set, FILE *out)
{
    json_t *json = set_to_json(set, false);
    if (json == NULL)
        return -ENOMEM;
    int r = json_dumpf(json, out, JSON_INDENT(2) | JSON_REAL_PRECISION(9));
    json_decref(json);
    return r < 0 || putc('\n', out) == EOF || fflush(out) != 0 ? -EIO : 0;
}

int calibration_set_save(const struct calibration_set *set, const char *folder, char *problem)
{
    json_t *json = set_to_json(set, true);
    char *text = json != NULL ? json_dumps(json, JSON_COMPACT | JSON_REAL_PRECISION(9)) : NULL;
    int r = text != NULL ? file_save(folder, CALIBRATION_FILE, text, strlen(text)) : -ENOMEM;
    free(text);
    json_decref(json);
    return r == 0 ? 0
                  : problem_say(problem, r, "writing %s/" CALIBRATION_FILE " failed: %s", folder,
                                strerror(-r));
}
