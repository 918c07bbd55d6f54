#include "harness/compare/view.h"

#include "harness/analysis/parts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* ---- which cells are the same ---- */

static bool are_same_params(const json_t *one, const json_t *other)
{
    const char *name;
    json_t *value;
    if (json_object_size(one) != json_object_size(other))
        return false;
    json_object_foreach((json_t *)one, name, value)
    {
        char text[64], other_text[64];
        const json_t *match = json_object_get(other, name);
        if (match == NULL || strcmp(report_param(value, text, sizeof text),
                                    report_param(match, other_text, sizeof other_text)) != 0)
            return false;
    }
    return true;
}

bool compare_is_same_cell(const json_t *one, const json_t *other)
{
    return strcmp(report_text(one, "workload"), report_text(other, "workload")) == 0 &&
           strcmp(report_text(one, "mode"), report_text(other, "mode")) == 0 &&
           are_same_params(json_object_get(one, "params"), json_object_get(other, "params"));
}

const json_t *compare_find_cell(const json_t *run, const json_t *wanted)
{
    size_t i;
    const json_t *cell;
    json_array_foreach(json_object_get(run, "cells"), i, cell)
    {
        if (compare_is_same_cell(cell, wanted))
            return cell;
    }
    return NULL;
}

bool compare_is_named(const json_t *list, const char *name)
{
    size_t i;
    const json_t *entry;
    json_array_foreach(list, i, entry)
    {
        if (strcmp(json_string_value(entry), name) == 0)
            return true;
    }
    return list == NULL;
}

void compare_view_close(struct compare_view *view)
{
    json_decref(view->early);
    for (size_t i = 0; view->samples != NULL && i < view->count; i++)
        cell_samples_free(&view->samples[i]);
    free(view->runs);
    free(view->cells);
    free(view->samples);
}

/* A timer before its time is a fault, and its lateness means nothing. */
static void note_early(struct compare_view *view)
{
    const struct metric *early = report_metric(view->cell, "early");
    if (early == NULL)
        return;
    compare_view_collect(view, early);
    for (size_t run = 0; run < view->count; run++) {
        for (size_t i = 0; i < view->samples[run].count; i++) {
            const struct subject_samples *subject = &view->samples[run].subjects[i];
            const struct samples *samples = &subject->figures[FIGURE_METRIC];
            for (size_t k = 0; k < samples->count; k++) {
                if (samples->values[k] > 0)
                    json_object_set_new(view->early, subject->name, json_true());
            }
        }
    }
}

int compare_view_open(struct compare_view *view, json_t *runs, const json_t *wanted)
{
    size_t room = json_array_size(runs) + 1, i;
    *view = (struct compare_view){
        .runs = calloc(room, sizeof *view->runs),
        .cells = calloc(room, sizeof *view->cells),
        .samples = calloc(room, sizeof *view->samples),
        .early = json_object(),
    };
    if (view->early == NULL || view->runs == NULL || view->cells == NULL || view->samples == NULL)
        return -ENOMEM;
    json_t *run;
    int result = 0;
    json_array_foreach(runs, i, run)
    {
        const json_t *cell = compare_find_cell(run, wanted);
        if (cell == NULL || result < 0)
            continue;
        view->runs[view->count] = run;
        view->cells[view->count] = cell;
        result = cell_samples_open(&view->samples[view->count++], cell);
        view->cell = view->cells[0];
    }
    if (result == 0 && view->count > 0)
        note_early(view);
    return result;
}

void compare_view_collect(struct compare_view *view, const struct metric *metric)
{
    for (size_t i = 0; i < view->count; i++)
        cell_samples_collect(&view->samples[i], metric);
}

/* ---- what a subject has in it ---- */

const struct samples *compare_view_samples(const struct compare_view *view, size_t run,
                                           const char *subject)
{
    const struct cell_samples *samples = &view->samples[run];
    for (size_t i = 0; i < samples->count; i++) {
        if (strcmp(samples->subjects[i].name, subject) == 0)
            return &samples->subjects[i].figures[FIGURE_METRIC];
    }
    return NULL;
}

size_t compare_view_rounds(const struct compare_view *view, const char *subject)
{
    size_t rounds = 0;
    for (size_t run = 0; run < view->count; run++) {
        const struct samples *samples = compare_view_samples(view, run, subject);
        rounds += samples != NULL ? samples->count : 0;
    }
    return rounds;
}

/* Valid or not. */
bool compare_view_has_trials(const struct compare_view *view, const char *subject)
{
    for (size_t run = 0; run < view->count; run++) {
        const struct trials *trials = trials_of(view->cells[run]);
        size_t place = trials_find_subject(trials, subject);
        for (size_t i = 0; i < trials_count(trials); i++) {
            if (trials_list(trials)[i].subject == place)
                return true;
        }
    }
    return false;
}

static const char *reason_in(const json_t *list, const char *key, const char *subject)
{
    size_t i;
    const json_t *entry;
    json_array_foreach(list, i, entry)
    {
        const char *reason = report_text(entry, "reason");
        if (strcmp(report_text(entry, key), subject) == 0 && *reason != '\0')
            return reason;
    }
    return NULL;
}

/* Why a subject has no trial, as far as the runs say; NULL: they do not. */
const char *compare_view_why_absent(const struct compare_view *view, json_t *runs,
                                    const char *subject)
{
    size_t i;
    const json_t *run;
    const char *why = NULL;
    for (i = 0; i < view->count && why == NULL; i++) {
        why = json_string_value(json_object_get(view->cells[i], "skipped"));
        if (why == NULL && subject != NULL)
            why =
                reason_in(json_object_get(view->cells[i], "skipped_subjects"), "subject", subject);
    }
    json_array_foreach(runs, i, run)
    {
        if (why == NULL && subject != NULL)
            why = reason_in(json_object_get(run, "subjects"), "name", subject);
    }
    return why;
}
