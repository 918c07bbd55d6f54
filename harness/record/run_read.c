/* From run.json to a run. What can be computed from the trials is passed over; the rest is small,
 * and jansson reads it field by field. */
#include "harness/record/run_json.h"

#include "backends/registry.h"
#include "harness/base/problem.h"
#include "harness/contract/parameters.h"
#include "harness/plan/cells.h"
#include "harness/record/calibration_file.h"
#include "harness/record/json_set.h"
#include "harness/record/json_take.h"
#include "harness/record/manifest_json.h"
#include "harness/record/run_outline.h"
#include "harness/stats/verdict.h"
#include "harness/workloads/workloads.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void take_schema(struct json_take *take)
{
    int64_t schema = 0;
    json_take_integer(take, "schema", JSON_NEEDED, &schema);
    if (take->r == 0 && schema < RUN_SCHEMA)
        json_take_complain(take, "schema",
                           "this file is of version %lld, and this pollbench reads version %d; an "
                           "older pollbench wrote it, and an older one reads it",
                           (long long)schema, RUN_SCHEMA);
    if (take->r == 0 && schema > RUN_SCHEMA)
        json_take_complain(take, "schema",
                           "this file is of version %lld, and this pollbench reads version %d; a "
                           "newer pollbench wrote it",
                           (long long)schema, RUN_SCHEMA);
}

static void take_command(struct json_take *take, struct run *run)
{
    const json_t *list = json_take_list(take, "command", JSON_NEEDED), *word;
    size_t i;
    run->command = calloc(json_array_size(list) + 1, sizeof *run->command);
    if (run->command == NULL)
        take->r = -ENOMEM;
    json_array_foreach(list, i, word)
    {
        if (take->r == 0 && !json_is_string(word))
            json_take_complain(take, "command", "expected strings");
        if (take->r == 0 && (run->command[i] = strdup(json_string_value(word))) == NULL)
            take->r = -ENOMEM;
        run->command_count += take->r == 0;
    }
}

static void take_parts(struct json_take *take, const char *name, char **list)
{
    const json_t *array = json_take_list(take, name, JSON_OPTIONAL), *part;
    char joined[512] = "";
    size_t i, length = 0;
    json_array_foreach(array, i, part)
    {
        const char *text = json_string_value(part);
        if (text == NULL || length + strlen(text) + 2 > sizeof joined) {
            json_take_complain(take, name, "expected a few strings");
            return;
        }
        length += (size_t)snprintf(joined + length, sizeof joined - length, "%s%s",
                                   i > 0 ? "," : "", text);
    }
    if (take->r == 0)
        take->r = text_set(list, joined);
}

static void take_tier(struct json_take *take, enum backend_tier *tier)
{
    char *name = NULL;
    json_take_text(take, "tier", JSON_NEEDED, &name);
    for (int i = TIER_NONE; name != NULL && i <= TIER_COMPLETION; i++) {
        if (strcmp(backend_tier_name((enum backend_tier)i), name) == 0) {
            *tier = (enum backend_tier)i;
            free(name);
            return;
        }
    }
    json_take_complain(take, "tier", "expected readiness, completion or none");
    free(name);
}

static void take_subject(struct json_take *take, struct run *run)
{
    struct run_subject *subject = run_add_subject(run);
    if (subject == NULL) {
        take->r = -ENOMEM;
        return;
    }
    json_take_text(take, "name", JSON_NEEDED, &subject->name);
    take_tier(take, &subject->tier);
    json_take_boolean(take, "available", JSON_NEEDED, &subject->available);
    json_take_boolean(take, "opt_in", JSON_OPTIONAL, &subject->opt_in);
    json_take_text(take, "reason", JSON_OR_NULL, &subject->reason);
    json_take_text(take, "summary", JSON_OPTIONAL, &subject->summary);
    take_parts(take, "asked", &subject->asked);
    take_parts(take, "granted", &subject->granted);
    if (take->r == 0)
        take->r = run_subject_show(subject);
    /* So that everybody may read them. */
    if (take->r < 0 && subject->name == NULL)
        run->subject_count--;
}

static void take_subjects(struct json_take *take, struct run *run)
{
    const json_t *list = json_take_list(take, "subjects", JSON_NEEDED), *subject;
    size_t i;
    json_array_foreach(list, i, subject)
    {
        struct json_take inner;
        if (i == TABLE_SUBJECTS_MAX)
            json_take_complain(take, "subjects", "a run has no more than %d", TABLE_SUBJECTS_MAX);
        json_take_enter(&inner, take, "subjects", i, subject);
        if (inner.r == 0)
            take_subject(&inner, run);
        json_take_leave(take, &inner);
        if (take->r == 0 && run_find_subject(run, run->subjects[i].name) != i)
            json_take_complain(take, "subjects", "\"%.60s\" is there twice", run->subjects[i].name);
    }
}

static void take_workload(struct json_take *take, struct cell *cell)
{
    char *workload = NULL, *mode = NULL;
    json_take_text(take, "workload", JSON_NEEDED, &workload);
    json_take_text(take, "mode", JSON_NEEDED, &mode);
    if (take->r == 0) {
        cell->workload = workload_find(workload);
        if (cell->workload == NULL)
            json_take_complain(take, "workload",
                               "\"%.60s\" is not a workload that this pollbench knows", workload);
    }
    if (take->r == 0) {
        cell->mode = workload_mode(cell->workload, mode);
        if (cell->mode == NULL)
            json_take_complain(take, "mode", "\"%.60s\" is not a mode of %s", mode, workload);
    }
    free(workload);
    free(mode);
}

static void take_skipped(struct json_take *take, const struct run *run, struct run_cell *cell)
{
    const json_t *list = json_take_list(take, "skipped_subjects", JSON_OPTIONAL), *entry;
    size_t i;
    json_array_foreach(list, i, entry)
    {
        struct json_take inner;
        char *name = NULL, *reason = NULL;
        json_take_enter(&inner, take, "skipped_subjects", i, entry);
        json_take_text(&inner, "subject", JSON_NEEDED, &name);
        json_take_text(&inner, "reason", JSON_NEEDED, &reason);
        size_t subject = inner.r == 0 ? run_find_subject(run, name) : SUBJECT_NONE;
        if (inner.r == 0 && subject == SUBJECT_NONE)
            json_take_complain(&inner, "subject", "\"%.60s\" is not among the run's subjects",
                               name);
        if (inner.r == 0)
            inner.r = run_cell_skip_subject(cell, subject, reason);
        json_take_leave(take, &inner);
        free(name);
        free(reason);
    }
}

static void take_headroom(struct json_take *take, struct headroom *headroom)
{
    struct json_take inner;
    const json_t *object = json_take_object(take, "headroom", JSON_OPTIONAL);
    if (object == NULL)
        return;
    json_take_enter(&inner, take, "headroom", SIZE_MAX, object);
    json_take_text(&inner, "against", JSON_NEEDED, &headroom->against);
    json_take_amount(&inner, "factor", JSON_NEEDED, &headroom->factor);
    json_take_amount(&inner, METRIC_OFFERED, JSON_OPTIONAL, &headroom->offered_per_s);
    json_take_boolean(&inner, "proved", JSON_NEEDED, &headroom->proved);
    json_take_text(&inner, "why_not", JSON_OR_NULL, &headroom->why_not);
    headroom->known = inner.r == 0;
    json_take_leave(take, &inner);
}

static void take_cell(struct json_take *take, struct run *run)
{
    struct run_cell *cell = run_add_cell(run);
    if (cell == NULL) {
        take->r = -ENOMEM;
        return;
    }
    take_workload(take, &cell->cell);
    params_take(take, &cell->cell.params);
    json_take_text(take, "skipped", JSON_OPTIONAL, &cell->skipped);
    take_skipped(take, run, cell);
    take_headroom(take, &cell->headroom);
    if (take->r < 0)
        return;
    run_cell_open_tables(cell);
}

static void take_cells(struct json_take *take, struct run *run)
{
    const json_t *list = json_take_list(take, "cells", JSON_NEEDED), *cell;
    size_t i;
    json_array_foreach(list, i, cell)
    {
        struct json_take inner;
        json_take_enter(&inner, take, "cells", i, cell);
        if (inner.r == 0)
            take_cell(&inner, run);
        json_take_leave(take, &inner);
    }
}

/* -1: anywhere. */
static void take_cpu(struct json_take *take, const char *name, int *cpu)
{
    int64_t number = -1;
    json_take_integer(take, name, JSON_NEEDED, &number);
    if (number < -1 || number > INT32_MAX)
        json_take_complain(take, name, "expected the number of a CPU, or -1");
    else
        *cpu = (int)number;
}

static void take_placement(struct json_take *take, struct run *run)
{
    struct json_take inner;
    const json_t *object = json_take_object(take, "placement", JSON_OPTIONAL);
    run->subject_cpu = run->generator_cpu = -1;
    if (object == NULL)
        return;
    json_take_enter(&inner, take, "placement", SIZE_MAX, object);
    take_cpu(&inner, "subject_cpu", &run->subject_cpu);
    take_cpu(&inner, "generator_cpu", &run->generator_cpu);
    json_take_boolean(&inner, "one_core", JSON_OPTIONAL, &run->one_core);
    json_take_leave(take, &inner);
}

static void take_minimum_effect(struct json_take *take, struct run *run)
{
    run->minimum_effect = VERDICT_MINIMUM_EFFECT;
    json_take_amount(take, "minimum_effect", JSON_OPTIONAL, &run->minimum_effect);
    if (!(run->minimum_effect >= VERDICT_MINIMUM_EFFECT_LOWEST &&
          run->minimum_effect <= VERDICT_MINIMUM_EFFECT_HIGHEST))
        json_take_complain(take, "minimum_effect", "expected a share from %g to %g",
                           VERDICT_MINIMUM_EFFECT_LOWEST, VERDICT_MINIMUM_EFFECT_HIGHEST);
}

static void take_manifest(struct json_take *take, struct run *run)
{
    const json_t *manifest = json_take_object(take, "manifest", JSON_NEEDED);
    const json_t *calibration = json_object_get(take->object, "calibration");
    if (take->r == 0)
        take->r = manifest_from_json(&run->manifest, manifest, take->problem);
    if (take->r == 0 && calibration != NULL)
        take->r = calibration_record_from_json(&run->calibration, calibration, take->problem);
}

static int take_run(struct run *run, const json_t *json, char *problem)
{
    struct json_take take;
    json_take_open(&take, json, problem);
    /* First the number: under another one, every other complaint would mislead. */
    take_schema(&take);
    json_take_text(&take, "id", JSON_NEEDED, &run->id);
    take_command(&take, run);
    json_take_whole(&take, "seed", JSON_NEEDED, &run->seed);
    json_take_text(&take, "profile", JSON_OPTIONAL, &run->profile);
    take_minimum_effect(&take, run);
    json_take_text(&take, "baseline", JSON_OPTIONAL, &run->baseline);
    take_manifest(&take, run);
    values_take(&take, "probe", JSON_OPTIONAL, &run->probe);
    take_subjects(&take, run);
    if (take.r == 0 && run->baseline != NULL &&
        run_find_subject(run, run->baseline) == SUBJECT_NONE)
        json_take_complain(&take, "baseline", "\"%.60s\" is not among the run's subjects",
                           run->baseline);
    take_cells(&take, run);
    take_placement(&take, run);
    json_take_text(&take, "why_not_counted", JSON_OPTIONAL, &run->why_not_counted);
    json_take_whole(&take, "rounds", JSON_OPTIONAL, &run->rounds);
    json_take_text(&take, "ended", JSON_OPTIONAL, &run->ended);
    json_take_amount(&take, "elapsed_s", JSON_OPTIONAL, &run->elapsed_s);
    json_take_whole(&take, "lines", JSON_OPTIONAL, &run->lines);
    return take.r;
}

int run_from_text(struct run *run, char *text, size_t length, const char *path, char *problem)
{
    char field[PROBLEM_BYTES];
    json_t *json = json_object();
    int r = json != NULL ? run_outline_read(json, text, length, path, problem) : -ENOMEM;
    if (r == 0) {
        r = take_run(run, json, field);
        if (r == -EINVAL)
            problem_say(problem, r, "%s is not a run of pollbench: %s", path, field);
    }
    if (r == -ENOMEM)
        problem_say(problem, r, "%s: there is no memory to read it", path);
    json_decref(json);
    return r;
}
