/* Reading calibration.json, as file.c writes it. */
#include "harness/calibrate/calibration.h"

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

enum { FILE_PATH_BYTES = 4096 };

static void no_memory(struct json_take *take)
{
    take->r = problem_say(take->problem, -ENOMEM, "there is no memory for it");
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
            *calibration_value(calibration, i, k, variant, length) =
                json_is_number(value) ? json_number_value(value) : NAN;
        }
    }
    return true;
}

static void take_one_series(struct json_take *take, struct calibration *calibration, size_t place)
{
    size_t length = place / CALIBRATION_VARIANTS, variant = place % CALIBRATION_VARIANTS;
    double *trial_s = &calibration->trial_s[length];
    json_take_amount(take, "trial_s", JSON_NEEDED, trial_s);
    if (!(*trial_s > 0))
        json_take_complain(take, "trial_s", "expected more than 0");
    const json_t *values = json_take_list(take, "values", JSON_NEEDED);
    if (values != NULL && !read_values(calibration, values, variant, length))
        json_take_complain(take, "values", "they are not those of %u rounds in %u comparisons",
                           calibration->rounds, calibration->finished);
}

static void take_series(struct json_take *take, struct calibration *calibration)
{
    const json_t *list = json_take_list(take, "series", JSON_NEEDED);
    size_t count = json_array_size(list);
    calibration->lengths = count / CALIBRATION_VARIANTS;
    if (count != CALIBRATION_VARIANTS && count != CALIBRATION_VARIANTS * CALIBRATION_LENGTHS)
        json_take_complain(take, "series", "expected %d or %d, not %zu", CALIBRATION_VARIANTS,
                           CALIBRATION_VARIANTS * CALIBRATION_LENGTHS, count);
    if (take->r < 0)
        return;
    calibration->finished =
        (unsigned)json_array_size(json_object_get(json_array_get(list, 0), "values"));
    calibration->comparisons = calibration->finished;
    calibration->values = calloc((size_t)calibration->finished * calibration->rounds + 1,
                                 CALIBRATION_VARIANTS * CALIBRATION_LENGTHS * sizeof(double));
    if (calibration->values == NULL)
        no_memory(take);
    for (size_t i = 0; i < count && take->r == 0; i++) {
        struct json_take each;
        json_take_enter(&each, take, "series", i, json_array_get(list, i));
        take_one_series(&each, calibration, i);
        json_take_leave(take, &each);
    }
}

struct design_names {
    char *name, *workload, *mode, *subject, *metric;
};

static void find_names(struct json_take *take, struct calibration *calibration,
                       const struct design_names *names, double planted)
{
    struct cell *cell = &calibration->cell;
    if (take->r < 0)
        return;
    calibration->design = find_design(names->name, planted);
    calibration->subject = subject_find(names->subject);
    cell->workload = workload_find(names->workload);
    if (cell->workload != NULL)
        cell->mode = workload_mode(cell->workload, names->mode);
    if (cell->mode != NULL)
        calibration->metric = workload_metric(cell->workload, cell->mode, names->metric);
    if (calibration->design == NULL || calibration->subject == NULL || calibration->metric == NULL)
        json_take_complain(take, "name", "%s of %s by %s is no design of this pollbench",
                           names->name, names->subject, names->metric);
}

static void take_design(struct json_take *take, struct calibration *calibration)
{
    struct design_names names = {0};
    double planted = 0;
    uint64_t rounds = 0;
    json_take_text(take, "name", JSON_NEEDED, &names.name);
    json_take_text(take, "workload", JSON_NEEDED, &names.workload);
    json_take_text(take, "mode", JSON_NEEDED, &names.mode);
    json_take_text(take, "subject", JSON_NEEDED, &names.subject);
    json_take_text(take, "metric", JSON_NEEDED, &names.metric);
    json_take_amount(take, "planted", JSON_NEEDED, &planted);
    json_take_whole(take, "rounds", JSON_NEEDED, &rounds);
    json_take_whole(take, "invalid_trials", JSON_NEEDED, &calibration->invalid);
    find_names(take, calibration, &names, planted);
    if (rounds < 1 || rounds > ROUNDS_MAXIMUM)
        json_take_complain(take, "rounds", "expected from 1 to %d", ROUNDS_MAXIMUM);
    calibration->rounds = (unsigned)rounds;
    params_take(take, &calibration->cell.params);
    take_series(take, calibration);
    free(names.name);
    free(names.workload);
    free(names.mode);
    free(names.subject);
    free(names.metric);
}

static void take_designs(struct json_take *take, struct calibration_set *set)
{
    const json_t *list = json_take_list(take, "designs", JSON_NEEDED);
    size_t count = json_array_size(list);
    if (count == 0 || count > CALIBRATIONS_MAX)
        json_take_complain(take, "designs", "expected 1 to %d, not %zu", CALIBRATIONS_MAX, count);
    for (size_t i = 0; i < count && take->r == 0; i++) {
        struct json_take each;
        json_take_enter(&each, take, "designs", i, json_array_get(list, i));
        take_design(&each, &set->list[set->count++]);
        json_take_leave(take, &each);
    }
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

static void take_results(struct json_take *take, struct calibration_set *set)
{
    const json_t *list = json_take_list(take, "results", JSON_NEEDED);
    for (size_t i = 0; i < json_array_size(list) && take->r == 0; i++) {
        struct calibration_result result = {0};
        struct json_take each;
        json_take_enter(&each, take, "results", i, json_array_get(list, i));
        calibration_result_take(&each, &result);
        json_take_leave(take, &each);
        if (take->r == 0)
            take_seconds(set, &result);
        calibration_result_free(&result);
    }
    for (size_t i = 0; i < set->count; i++) {
        if (set->list[i].finished > 0 && !(set->list[i].comparison_s > 0))
            json_take_complain(take, "results", "they do not say how long designs[%zu] took", i);
    }
}

static void take_command(struct json_take *take, struct calibration_set *set)
{
    const json_t *words = json_take_list(take, "command", JSON_NEEDED);
    size_t count = json_array_size(words);
    set->command = calloc(count + 1, sizeof *set->command);
    if (set->command == NULL)
        no_memory(take);
    for (size_t i = 0; i < count && take->r == 0; i++) {
        const char *word = json_string_value(json_array_get(words, i));
        if (word == NULL)
            json_take_complain(take, "command", "expected strings");
        else if ((set->command[i] = strdup(word)) == NULL)
            no_memory(take);
        else
            set->command_count++;
    }
}

static void take_placement(struct json_take *take, struct calibration_set *set)
{
    struct json_take inner;
    int64_t subject_cpu = -1, generator_cpu = -1;
    json_take_enter(&inner, take, "placement", SIZE_MAX,
                    json_take_object(take, "placement", JSON_NEEDED));
    json_take_integer(&inner, "subject_cpu", JSON_NEEDED, &subject_cpu);
    json_take_integer(&inner, "generator_cpu", JSON_NEEDED, &generator_cpu);
    json_take_leave(take, &inner);
    set->subject_cpu = (int)subject_cpu;
    set->generator_cpu = (int)generator_cpu;
}

static int read_set(struct calibration_set *set, const json_t *file, char *problem)
{
    struct json_take take;
    uint64_t schema = 0;
    json_take_open(&take, file, problem);
    json_take_whole(&take, "schema", JSON_NEEDED, &schema);
    if (schema != CALIBRATION_SCHEMA)
        json_take_complain(&take, "schema", "this pollbench reads %d, not %u", CALIBRATION_SCHEMA,
                           (unsigned)schema);
    take_command(&take, set);
    json_take_whole(&take, "seed", JSON_NEEDED, &set->seed);
    take_placement(&take, set);
    const json_t *manifest = json_take_object(&take, "manifest", JSON_NEEDED);
    if (manifest != NULL)
        take.r = manifest_from_json(&set->manifest, manifest, problem);
    take_designs(&take, set);
    take_results(&take, set);
    return take.r;
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
