#include "harness/compare/view.h"

#include "harness/analysis/analysis.h"
#include "harness/contract/parameters.h"

#include <errno.h>
#include <stdlib.h>

/* NULL: the run does not have it. */
static const struct run_cell *cell_of(const struct compared_run *run, size_t cell)
{
    size_t place = run->cells[cell];
    return place != NOT_IN_RUN ? &run->run.cells[place] : NULL;
}

bool side_has_cell(const struct side *side, size_t cell)
{
    bool has = false;
    for (size_t i = 0; i < side->count && !has; i++) {
        const struct run_cell *found = cell_of(&side->runs[i], cell);
        has = found != NULL && found->skipped == NULL;
    }
    return has;
}

const char *side_why_no_cell(const struct side *side, size_t cell)
{
    const char *why = NULL;
    for (size_t i = 0; i < side->count && why == NULL; i++) {
        const struct run_cell *found = cell_of(&side->runs[i], cell);
        why = found != NULL ? found->skipped : NULL;
    }
    return why;
}

static void look_at_subject(struct subject_view *view, const struct run_cell *cell, size_t place,
                            const struct samples *samples)
{
    for (size_t i = 0; i < cell->trials.count; i++)
        view->tried |= cell->trials.rows[i].subject == place;
    view->early |= early_timers(cell, place) > 0;
    view->rounds += samples->count;
    view->bound += samples->bound;
}

static int open_run(struct cell_view *view, size_t run, size_t subject_count,
                    const struct metric *metric)
{
    const struct compared_run *compared = &view->side->runs[run];
    const struct run_cell *cell = cell_of(compared, view->cell);
    if (cell == NULL || cell->skipped != NULL)
        return 0;
    view->unranked |= run_cell_is_unranked(&compared->run, cell);
    int r = cell_samples_open(&view->samples[run], &cell->trials, compared->run.subject_count);
    if (r < 0)
        return r;
    cell_samples_collect(&view->samples[run], workload_metric_index(cell->cell.workload, metric));
    for (size_t subject = 0; subject < subject_count; subject++) {
        const struct samples *samples = cell_view_samples(view, run, subject);
        if (samples != NULL)
            look_at_subject(&view->subjects[subject], cell, compared->subjects[subject], samples);
    }
    return 0;
}

int cell_view_open(struct cell_view *view, const struct run_comparison *comparison, int side,
                   size_t cell, const struct metric *metric)
{
    *view = (struct cell_view){
        .side = &comparison->sides[side],
        .cell = cell,
        .samples = calloc(comparison->sides[side].count, sizeof *view->samples),
        .subjects = calloc(comparison->subject_count + 1, sizeof *view->subjects),
    };
    int r = view->samples != NULL && view->subjects != NULL ? 0 : -ENOMEM;
    for (size_t run = 0; run < view->side->count && r == 0; run++)
        r = open_run(view, run, comparison->subject_count, metric);
    return r;
}

void cell_view_close(struct cell_view *view)
{
    for (size_t i = 0; view->samples != NULL && i < view->side->count; i++)
        cell_samples_free(&view->samples[i]);
    free(view->samples);
    free(view->subjects);
}

const struct samples *cell_view_samples(const struct cell_view *view, size_t run, size_t subject)
{
    size_t place = view->side->runs[run].subjects[subject];
    if (place >= view->samples[run].count)
        return NULL;
    return &view->samples[run].subjects[place].figures[FIGURE_METRIC];
}

const char *cell_view_why_absent(const struct cell_view *view, size_t subject)
{
    const char *why = side_why_no_cell(view->side, view->cell);
    for (size_t i = 0; i < view->side->count && why == NULL; i++) {
        const struct compared_run *run = &view->side->runs[i];
        const struct run_cell *cell = cell_of(run, view->cell);
        for (size_t k = 0; cell != NULL && k < cell->skipped_count; k++) {
            if (cell->skipped_subjects[k].subject == run->subjects[subject])
                why = cell->skipped_subjects[k].reason;
        }
    }
    for (size_t i = 0; i < view->side->count && why == NULL; i++) {
        size_t place = view->side->runs[i].subjects[subject];
        why = place != NOT_IN_RUN ? view->side->runs[i].run.subjects[place].reason : NULL;
    }
    return why;
}
