#include "harness/record/calibration_file.h"

#include "harness/base/problem.h"
#include "harness/record/json_set.h"
#include "harness/record/machine.h"
#include "harness/record/manifest_json.h"
#include "harness/record/run.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- writing ---- */

json_t *calibration_result_to_json(const struct calibration_result *result)
{
    json_t *json = json_object();
    int r = 0;
    json_set(&r, json, "workload", json_text(result->workload));
    json_set(&r, json, "mode", json_text(result->mode));
    json_set(&r, json, "params", params_to_json(&result->params));
    json_set(&r, json, "subject", json_text(result->subject));
    json_set(&r, json, "metric", json_text(result->metric));
    json_set(&r, json, "minimum_effect", json_figure(result->minimum_effect));
    json_set(&r, json, "seconds_per_comparison", json_figure(result->seconds_per_comparison));
    json_set(&r, json, "rounds_per_comparison", json_count(result->rounds_per_comparison));
    json_set(&r, json, "planted", json_figure(result->planted));
    json_set(&r, json, "comparisons", json_count(result->comparisons));
    json_set(&r, json, "named", json_count(result->named));
    json_set(&r, json, "wrong", json_count(result->wrong));
    json_set(&r, json, "share", json_figure(result->share));
    json_set(&r, json, "ci_low", json_figure(result->low));
    json_set(&r, json, "ci_high", json_figure(result->high));
    return json_finish(r, json);
}

json_t *calibration_record_to_json(const struct calibration_record *record)
{
    if (record->count == 0)
        return json_null();
    json_t *json = json_object(), *cells = json_array();
    int r = 0;
    for (size_t i = 0; i < record->count; i++)
        json_push(&r, cells, calibration_result_to_json(&record->results[i]));
    json_set(&r, json, "date", json_text(record->date));
    json_set(&r, json, "commit", json_text(record->commit));
    json_set(&r, json, "kernel", json_text(record->kernel));
    json_set(&r, json, "cells", cells);
    return json_finish(r, json);
}

/* ---- reading ---- */

static void take_share(struct json_take *take, const char *name, double *share)
{
    json_take_amount(take, name, JSON_NEEDED, share);
    if (*share > 1)
        json_take_complain(take, name, "expected at most 1, not %.9g", *share);
}

static void take_positive(struct json_take *take, const char *name, uint64_t *count)
{
    json_take_whole(take, name, JSON_NEEDED, count);
    if (*count == 0)
        json_take_complain(take, name, "expected at least 1");
}

void calibration_result_take(struct json_take *take, struct calibration_result *result)
{
    json_take_text(take, "workload", JSON_NEEDED, &result->workload);
    json_take_text(take, "mode", JSON_NEEDED, &result->mode);
    params_take(take, &result->params);
    json_take_text(take, "subject", JSON_NEEDED, &result->subject);
    json_take_text(take, "metric", JSON_NEEDED, &result->metric);
    json_take_amount(take, "minimum_effect", JSON_NEEDED, &result->minimum_effect);
    json_take_amount(take, "seconds_per_comparison", JSON_NEEDED, &result->seconds_per_comparison);
    take_positive(take, "rounds_per_comparison", &result->rounds_per_comparison);
    json_take_amount(take, "planted", JSON_NEEDED, &result->planted);
    take_positive(take, "comparisons", &result->comparisons);
    json_take_whole(take, "named", JSON_NEEDED, &result->named);
    json_take_whole(take, "wrong", JSON_NEEDED, &result->wrong);
    take_share(take, "share", &result->share);
    take_share(take, "ci_low", &result->low);
    take_share(take, "ci_high", &result->high);
}

static void take_results(struct json_take *take, const char *name,
                         struct calibration_record *record)
{
    const json_t *list = json_take_list(take, name, JSON_NEEDED);
    size_t count = json_array_size(list);
    if (list != NULL && count == 0)
        json_take_complain(take, name, "expected at least one");
    if (take->r < 0)
        return;
    record->results = calloc(count, sizeof *record->results);
    if (record->results == NULL) {
        take->r = problem_say(take->problem, -ENOMEM, "there is no memory for a calibration");
        return;
    }
    for (size_t i = 0; i < count && take->r == 0; i++) {
        struct json_take each;
        json_take_enter(&each, take, name, i, json_array_get(list, i));
        calibration_result_take(&each, &record->results[record->count++]);
        json_take_leave(take, &each);
    }
}

int calibration_record_from_json(struct calibration_record *record, const json_t *json,
                                 char *problem)
{
    struct json_take whole, take;
    if (json_is_null(json))
        return 0;
    json_take_open(&whole, NULL, problem);
    json_take_enter(&take, &whole, "calibration", SIZE_MAX, json);
    json_take_text(&take, "date", JSON_OR_NULL, &record->date);
    json_take_text(&take, "commit", JSON_OR_NULL, &record->commit);
    json_take_text(&take, "kernel", JSON_OR_NULL, &record->kernel);
    take_results(&take, "cells", record);
    if (take.r < 0)
        calibration_record_free(record);
    return take.r;
}

/* ---- recalling ---- */

static int copy_text(char **text, const struct named_values *manifest, const char *name)
{
    return text_set(text, value_text_or(named_values_find(manifest, "", name), NULL));
}

static int take_record(struct calibration_record *record, const struct named_values *theirs,
                       const json_t *file, char *problem)
{
    struct json_take take;
    json_take_open(&take, file, problem);
    take_results(&take, "results", record);
    int r = take.r;
    if (r == 0)
        r = copy_text(&record->date, theirs, "date");
    if (r == 0)
        r = copy_text(&record->commit, theirs, "commit");
    if (r == 0)
        r = copy_text(&record->kernel, theirs, "kernel");
    if (r < 0)
        calibration_record_free(record);
    return r;
}

int calibration_recall(struct calibration_record *record, const struct named_values *manifest)
{
    char unused[PROBLEM_BYTES];
    json_error_t error;
    struct named_values theirs = {0};
    json_t *file = json_load_file(CALIBRATION_FOLDER "/" CALIBRATION_FILE, 0, &error);
    if (file == NULL)
        return json_error_code(&error) == json_error_out_of_memory ? -ENOMEM : 0;
    int r = -EINVAL;
    if (json_integer_value(json_object_get(file, "schema")) == CALIBRATION_SCHEMA)
        r = manifest_from_json(&theirs, json_object_get(file, "manifest"), unused);
    if (r == 0 && machine_is_same(&theirs, manifest))
        r = take_record(record, &theirs, file, unused);
    named_values_free(&theirs);
    json_decref(file);
    return r == -ENOMEM ? r : 0;
}
