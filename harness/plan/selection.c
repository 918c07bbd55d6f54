#include "harness/plan/selection.h"

#include "harness/plan/limits_allow.h"
#include "harness/subjects/subjects.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CELL_NAME_BYTES = 192 };

static void add_subject(struct selection *selection, const struct subject *subject)
{
    struct subject_description *description = &selection->subjects[selection->count++];
    subject_describe(subject, description);
    if (selection->named && !description->available)
        fprintf(stderr, "SKIPPED %s: %s\n", subject->name, description->reason);
    char name[SUBJECT_SHOWN_BYTES];
    if (subject_is_rounded(description))
        fprintf(stderr, "ROUNDED %s: %s\n", subject_shown(description, name), SUBJECT_WHY_ROUNDED);
}

void selection_of_subjects(struct selection *selection, const struct run_options *options)
{
    size_t count;
    const struct subject *all = subjects(&count);
    selection->count = 0;
    selection->named = options->subject_count > 0;
    selection->profile = options->profile;
    for (size_t i = 0; i < options->subject_count; i++)
        add_subject(selection, options->subjects[i]);
    for (size_t i = 0; i < count && !selection->named; i++) {
        if (run_options_have_subject(options, &all[i]) && selection->count < RUN_SUBJECTS_MAX)
            add_subject(selection, &all[i]);
    }
}

size_t selection_find(const struct selection *selection, const struct subject *subject)
{
    for (size_t i = 0; i < selection->count; i++) {
        if (selection->subjects[i].subject == subject)
            return i;
    }
    return SIZE_MAX;
}

/* 1: it fits. The first that does not is said; all are recorded. */
static int cell_fits(struct planned_cell *planned, const struct limits *limits, bool *said)
{
    const struct cell *cell = &planned->cell;
    char problem[PROBLEM_BYTES], name[CELL_NAME_BYTES];
    struct cell_needs needs = cell->workload->needs(cell->mode, &cell->params);
    if (limits_allow(limits, &needs, problem))
        return 1;
    if (!*said)
        fprintf(stderr, "SKIPPED %s: %s\n", cell_describe(cell, name, sizeof name), problem);
    *said = true;
    planned->skipped = strdup(problem);
    return planned->skipped != NULL ? 0 : -ENOMEM;
}

static int add_refused(struct planned_cell *planned, size_t subject, const char *reason)
{
    size_t bytes = (planned->refused_count + 1) * sizeof planned->refused[0];
    struct refused_subject *grown = realloc(planned->refused, bytes);
    if (grown == NULL)
        return -ENOMEM;
    planned->refused = grown;
    char *copy = strdup(reason);
    if (copy == NULL)
        return -ENOMEM;
    grown[planned->refused_count++] = (struct refused_subject){.subject = subject, .reason = copy};
    return 0;
}

/* As the profile says, else as the workload does. */
static bool runs_unnamed(const struct selection *selection, const struct subject *subject,
                         const struct cell *cell)
{
    const struct profile *profile = selection->profile;
    if (profile_values(profile, cell->workload->name, cell->mode, PROFILE_BACKENDS) == NULL)
        return cell->workload->by_default(subject, cell->mode, &cell->params);
    return profile_has_subject(profile, cell->workload->name, cell->mode, subject->name);
}

/* A refusal is said once for neighbouring cells with the same reason, where the subject was asked
 * for, and recorded for each. */
static int place_subject(const struct selection *selection, size_t place,
                         struct planned_cell *planned, char *said)
{
    const struct subject *subject = selection->subjects[place].subject;
    const struct cell *cell = &planned->cell;
    char text[REASON_BYTES];
    if (!selection->named && !runs_unnamed(selection, subject, cell))
        return 0;
    const char *reason = cell->workload->refuses(subject, cell->mode, &cell->params, text);
    if (reason == NULL) {
        planned->subjects[planned->subject_count++] = place;
        return 0;
    }
    if (selection->named && strcmp(said, reason) != 0)
        fprintf(stderr, "SKIPPED %s on %s %s: %s\n", subject->name, cell->workload->name,
                cell->mode, reason);
    snprintf(said, REASON_BYTES, "%s", reason);
    return add_refused(planned, place, reason);
}

int selection_of_cells(const struct selection *selection, const struct limits *limits,
                       struct cell_list *cells, size_t *running)
{
    bool limit_said = false;
    int r = 0;
    for (size_t i = 0; i < cells->count && r >= 0; i++)
        r = cell_fits(&cells->list[i], limits, &limit_said);
    if (r < 0)
        return r;
    for (size_t s = 0; s < selection->count; s++) {
        char said[REASON_BYTES] = "";
        for (size_t i = 0; i < cells->count && selection->subjects[s].available; i++) {
            if (cells->list[i].skipped != NULL)
                continue;
            r = place_subject(selection, s, &cells->list[i], said);
            if (r < 0)
                return r;
        }
    }
    *running = 0;
    for (size_t i = 0; i < cells->count; i++)
        *running += cells->list[i].subject_count > 0;
    return 0;
}
