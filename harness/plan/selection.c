#include "harness/plan/selection.h"

#include "harness/plan/subject_list.h"

#include <stdio.h>
#include <string.h>

static void add_subject(struct selection *selection, const struct subject *subject, json_t *list)
{
    json_t *description = subject_describe(subject);
    json_array_append_new(list, description);
    if (json_is_true(json_object_get(description, "available"))) {
        selection->subjects[selection->count++] = subject;
        return;
    }
    fprintf(stderr, "SKIPPED %s: %s\n", subject->name,
            json_string_value(json_object_get(description, "reason")));
}

json_t *selection_of_subjects(const struct run_options *options, struct selection *selection)
{
    json_t *list = json_array();
    size_t count;
    const struct subject *all = subjects(&count);
    selection->count = 0;
    selection->named = options->subject_count > 0;
    for (size_t i = 0; i < options->subject_count; i++)
        add_subject(selection, options->subjects[i], list);
    for (size_t i = 0; i < count && options->subject_count == 0; i++) {
        if (!all[i].opt_in && selection->count < RUN_SUBJECTS_MAX)
            add_subject(selection, &all[i], list);
    }
    return list;
}

static bool cell_fits(const struct cell *cell, const struct limits *limits)
{
    char problem[PROBLEM_BYTES], name[192];
    struct cell_needs needs = cell->workload->needs(cell->mode, cell->params);
    if (limits_allow(limits, &needs, problem))
        return true;
    cell_describe(cell, name, sizeof(name));
    fprintf(stderr, "SKIPPED %s: %s\n", name, problem);
    json_object_set_new(cell->json, "skipped", json_string(problem));
    return false;
}

/* Said once for neighbouring cells with the same reason, recorded for each. */
static void refuse(const struct cell *cell, const struct subject *subject, const char *reason,
                   const char **said)
{
    json_array_append_new(json_object_get(cell->json, "skipped_subjects"),
                          json_pack("{s:s, s:s}", "subject", subject->name, "reason", reason));
    if (*said == NULL || strcmp(*said, reason) != 0)
        fprintf(stderr, "SKIPPED %s on %s %s: %s\n", subject->name, cell->workload->name,
                cell->mode, reason);
    *said = reason;
}

size_t selection_of_cells(const struct selection *selection, const struct limits *limits,
                          json_t *list, struct cell *cells)
{
    json_t *json;
    size_t i, opened = 0, used = 0;
    json_array_foreach(list, i, json)
    {
        cell_open(&cells[opened], json);
        opened += cell_fits(&cells[opened], limits);
    }
    for (size_t s = 0; s < selection->count; s++) {
        const struct subject *subject = selection->subjects[s];
        const char *said = NULL;
        for (size_t c = 0; c < opened; c++) {
            struct cell *cell = &cells[c];
            if (!selection->named && !cell->workload->by_default(subject, cell->mode, cell->params))
                continue;
            char text[REASON_BYTES];
            const char *reason = cell->workload->refuses(subject, cell->mode, cell->params, text);
            if (reason != NULL)
                refuse(cell, subject, reason, &said);
            else
                cell->subjects[cell->subject_count++] = subject;
        }
    }
    for (size_t c = 0; c < opened; c++) {
        if (cells[c].subject_count > 0)
            cells[used++] = cells[c];
    }
    return used;
}
