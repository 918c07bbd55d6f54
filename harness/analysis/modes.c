#include "harness/analysis/modes.h"

#include "harness/contract/parameters.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static bool is_of_mode(const struct mode_view *mode, const struct cell *cell)
{
    return mode->workload == cell->workload && mode->mode == cell->mode;
}

static bool has_part(const struct analysis *analysis, const struct mode_view *mode, size_t subject,
                     bool in_verdicts)
{
    for (size_t i = 0; i < mode->cell_count; i++) {
        size_t cell = mode->cells[i];
        if (in_verdicts && analysis_takes_part(analysis, cell, subject))
            return true;
        if (!in_verdicts && mode->metric != NULL &&
            analysis_median(analysis, cell, mode->metric, subject) != NULL)
            return true;
    }
    return false;
}

static void add_subjects(const struct analysis *analysis, struct mode_view *mode, bool in_verdicts)
{
    static const enum backend_tier tiers[] = {TIER_READINESS, TIER_COMPLETION, TIER_NONE};
    for (size_t tier = 0; tier < sizeof tiers / sizeof tiers[0]; tier++) {
        for (size_t i = 0; i < analysis->run->subject_count; i++) {
            if (analysis->run->subjects[i].tier == tiers[tier] &&
                has_part(analysis, mode, i, in_verdicts))
                mode->subjects[mode->subject_count++] = i;
        }
    }
}

static int fill_mode(const struct analysis *analysis, struct mode_view *mode, size_t first)
{
    const struct run *run = analysis->run;
    mode->workload = run->cells[first].cell.workload;
    mode->mode = run->cells[first].cell.mode;
    mode->metric = workload_main_metric(mode->workload, mode->mode);
    mode->cells = calloc(run->cell_count, sizeof *mode->cells);
    mode->subjects = calloc(run->subject_count + 1, sizeof *mode->subjects);
    if (mode->cells == NULL || mode->subjects == NULL)
        return -ENOMEM;
    for (size_t i = first; i < run->cell_count; i++) {
        if (is_of_mode(mode, &run->cells[i].cell) && analysis_has_figures(analysis, i))
            mode->cells[mode->cell_count++] = i;
    }
    add_subjects(analysis, mode, true);
    if (mode->subject_count == 0)
        add_subjects(analysis, mode, false);
    return 0;
}

static bool is_in_a_mode(const struct mode_list *list, const struct cell *cell)
{
    for (size_t i = 0; i < list->count; i++) {
        if (is_of_mode(&list->modes[i], cell))
            return true;
    }
    return false;
}

int mode_list_open(struct mode_list *list, const struct analysis *analysis)
{
    const struct run *run = analysis->run;
    *list = (struct mode_list){.modes = calloc(run->cell_count + 1, sizeof *list->modes)};
    if (list->modes == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < run->cell_count; i++) {
        if (is_in_a_mode(list, &run->cells[i].cell) || !analysis_has_figures(analysis, i))
            continue;
        int r = fill_mode(analysis, &list->modes[list->count++], i);
        if (r < 0)
            return r;
    }
    return 0;
}

void mode_list_free(struct mode_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        free(list->modes[i].cells);
        free(list->modes[i].subjects);
    }
    free(list->modes);
    *list = (struct mode_list){.count = 0};
}

/* ---- one tier of one cell ---- */

/* Its ratio to the baseline; false when it has no valid pair with it. */
static bool ratio_to(const struct analysis *analysis, size_t cell, size_t subject, size_t baseline,
                     double *ratio)
{
    struct comparison comparison;
    *ratio = 1;
    if (subject == baseline)
        return true;
    if (!analysis_compare(analysis, cell, subject, baseline, &comparison) ||
        !comparison.has_ratio || comparison.word == VERDICT_INVALID)
        return false;
    *ratio = comparison.ratio;
    return true;
}

static bool is_slower(const struct analysis *analysis, size_t cell, size_t subject,
                      const size_t *rivals, size_t count)
{
    struct comparison comparison;
    for (size_t i = 0; i < count; i++) {
        if (analysis_compare(analysis, cell, subject, rivals[i], &comparison) &&
            comparison.word == VERDICT_SLOWER)
            return true;
    }
    return false;
}

static void insert(struct group *group, double *ratios, size_t subject, double ratio,
                   bool lower_is_better)
{
    size_t at = group->count++;
    for (; at > 0 && (lower_is_better ? ratio < ratios[at - 1] : ratio > ratios[at - 1]); at--) {
        group->subjects[at] = group->subjects[at - 1];
        ratios[at] = ratios[at - 1];
    }
    group->subjects[at] = subject;
    ratios[at] = ratio;
}

static bool is_undecided(const struct analysis *analysis, size_t cell, const struct group *group)
{
    struct comparison comparison;
    for (size_t i = 0; i < group->count; i++) {
        for (size_t k = i + 1; k < group->count; k++) {
            if (analysis_compare(analysis, cell, group->subjects[i], group->subjects[k],
                                 &comparison) &&
                comparison.word == VERDICT_INCONCLUSIVE)
                return true;
        }
    }
    return false;
}

void group_find(const struct analysis *analysis, size_t cell, enum backend_tier tier,
                struct group *group)
{
    const struct run *run = analysis->run;
    const struct cell *where = &run->cells[cell].cell;
    const struct metric *metric = workload_main_metric(where->workload, where->mode);
    size_t rivals[TABLE_SUBJECTS_MAX], baseline = analysis->cells[cell].baseline;
    double ratios[TABLE_SUBJECTS_MAX];
    group->count = group->of = 0;
    group->undecided = false;
    for (size_t i = 0; i < run->subject_count && group->of < TABLE_SUBJECTS_MAX; i++) {
        if (run->subjects[i].tier == tier && !subject_is_floor(run->subjects[i].name) &&
            analysis_takes_part(analysis, cell, i))
            rivals[group->of++] = i;
    }
    for (size_t i = 0; i < group->of && metric != NULL; i++) {
        double ratio;
        if (!is_slower(analysis, cell, rivals[i], rivals, group->of) &&
            ratio_to(analysis, cell, rivals[i], baseline, &ratio))
            insert(group, ratios, rivals[i], ratio, metric->lower_is_better);
    }
    group->undecided = is_undecided(analysis, cell, group);
}
