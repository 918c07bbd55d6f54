#include "harness/compare/pairs.h"

#include "harness/analysis/samples.h"
#include "harness/base/printable.h"
#include "harness/compare/view.h"
#include "harness/contract/parameters.h"
#include "harness/stats/statistics.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- the control ---- */

/* Code that a change of a backend does not touch. That is no question for a baseline within a run
 * (analysis/baseline.h), which is what people know best. */
static unsigned control_rank(const char *name)
{
    static const char *const ranked[] = {"floor:epoll", "floor:nanosleep", "floor:", "peer:"};
    enum { RANKS = sizeof ranked / sizeof ranked[0] };
    for (unsigned i = 0; i < RANKS; i++) {
        bool any = ranked[i][strlen(ranked[i]) - 1] == ':';
        if (any ? strncmp(name, ranked[i], strlen(ranked[i])) == 0 : strcmp(name, ranked[i]) == 0)
            return i;
    }
    return RANKS;
}

/* Of this cell: a subject that both sides have. */
static size_t find_control(const struct run_comparison *self, const struct cell_view *views)
{
    size_t best = NOT_IN_RUN;
    for (size_t i = 0; i < self->subject_count; i++) {
        unsigned bar = control_rank(best != NOT_IN_RUN ? self->subjects[best] : "");
        bool wanted = self->control != NOT_IN_RUN
                          ? i == self->control
                          : self->why_no_control == NULL && control_rank(self->subjects[i]) < bar;
        if (wanted && views[BASE].subjects[i].rounds > 0 && views[NEW].subjects[i].rounds > 0)
            best = i;
    }
    return best;
}

/* ---- values ---- */

/* Without control, all rounds; with one, those that have a value of it. */
static void take_run(struct side_values *side, const struct samples *samples,
                     const struct samples *control)
{
    double *values = side->values + side->count, *raw = side->raw + side->raw_count;
    size_t count = samples->count;
    if (control == NULL) {
        memcpy(values, samples->values, count * sizeof *values);
    } else {
        /* The control's stand for a moment where the metric's go. */
        count = samples_pair(samples, control, values, raw);
        for (size_t i = 0; i < count; i++)
            values[i] /= raw[i];
    }
    memcpy(raw, samples->values, samples->count * sizeof *raw);
    side->raw_count += samples->count;
    side->count += count;
    if (count == 0)
        return;
    side->run_medians[side->runs++] = statistics_median(values, count);
    side->fewest = side->runs == 1 || count < side->fewest ? count : side->fewest;
}

static int take_side(struct side_values *values, const struct cell_view *view, size_t subject,
                     size_t control)
{
    size_t room = view->subjects[subject].rounds + 1;
    values->raw = calloc(room, sizeof *values->raw);
    values->values = calloc(room, sizeof *values->values);
    values->run_medians = calloc(view->side->count, sizeof *values->run_medians);
    if (values->raw == NULL || values->values == NULL || values->run_medians == NULL)
        return -ENOMEM;
    for (size_t run = 0; run < view->side->count; run++) {
        const struct samples *samples = cell_view_samples(view, run, subject), *divisor = NULL;
        if (control != NOT_IN_RUN)
            divisor = cell_view_samples(view, run, control);
        if (samples != NULL && (control == NOT_IN_RUN || divisor != NULL))
            take_run(values, samples, divisor);
    }
    values->raw_median = statistics_median(values->raw, values->raw_count);
    return 0;
}

/* ---- why a pair is not judged ---- */

/* The rest of a sentence that ends with the side; "" for nothing. */
static void write_why(const struct run_comparison *self, const struct metric *metric,
                      const struct cell_view *view, size_t subject, char *why, size_t size)
{
    const struct subject_view *found = &view->subjects[subject];
    const char *name = self->subjects[subject];
    if (found->rounds == 0)
        snprintf(why, size, "no trial of %s is valid", name);
    else if (view->unranked)
        snprintf(why, size, "%s", RUN_WHY_UNRANKED);
    else if (verdicts_are_bound(metric, found->bound, found->rounds))
        snprintf(why, size, "the generator was the bound in %u of %zu trials of %s", found->bound,
                 found->rounds, name);
    else if (found->early)
        snprintf(why, size, "timers of %s ran before their time", name);
}

static int note_why_invalid(const struct run_comparison *self, struct compared_pair *pair,
                            const struct cell_view *views, size_t subject, size_t control)
{
    for (int side = 0; side < SIDES; side++) {
        char why[REASON_BYTES] = "", sentence[REASON_BYTES + sizeof " in BASE"];
        write_why(self, pair->metric, &views[side], subject, why, sizeof why);
        if (*why == '\0' && control != NOT_IN_RUN)
            write_why(self, pair->metric, &views[side], control, why, sizeof why);
        if (*why == '\0' && pair->sides[side].count == 0)
            snprintf(why, sizeof why, "no round has both %s and %s", pair->subject, pair->control);
        if (*why == '\0')
            continue;
        snprintf(sentence, sizeof sentence, "%s in %s", why, side_names[side]);
        return text_set(&pair->why_invalid, sentence);
    }
    return 0;
}

/* ---- all pairs ---- */

static struct compared_pair *new_pair(struct run_comparison *self)
{
    if (self->pair_count == self->pair_room) {
        size_t room = self->pair_room > 0 ? 2 * self->pair_room : 64;
        struct compared_pair *grown = realloc(self->pairs, room * sizeof *grown);
        if (grown == NULL)
            return NULL;
        self->pairs = grown;
        self->pair_room = room;
    }
    self->pairs[self->pair_count] = (struct compared_pair){.place = self->pair_count};
    return &self->pairs[self->pair_count++];
}

static int add_pair(struct run_comparison *self, const struct cell_view *views,
                    const struct metric *metric, size_t subject, size_t control)
{
    struct compared_pair *pair = new_pair(self);
    if (pair == NULL)
        return -ENOMEM;
    /* Divided by itself it would be 1. What it does between the runs is worth knowing. */
    if (control == subject)
        control = NOT_IN_RUN;
    pair->cell = self->cells[views[BASE].cell];
    pair->subject = self->subjects[subject];
    pair->control = control != NOT_IN_RUN ? self->subjects[control] : NULL;
    pair->metric = metric;
    int r = 0;
    for (int side = 0; side < SIDES && r == 0; side++)
        r = take_side(&pair->sides[side], &views[side], subject, control);
    return r == 0 ? note_why_invalid(self, pair, views, subject, control) : r;
}

static int list(struct unpaired_list *list, const struct cell *cell, const char *subject,
                const char *why)
{
    if (list->count == list->room) {
        size_t room = list->room > 0 ? 2 * list->room : 16;
        struct unpaired *grown = realloc(list->list, room * sizeof *grown);
        if (grown == NULL)
            return -ENOMEM;
        list->list = grown;
        list->room = room;
    }
    list->list[list->count++] = (struct unpaired){cell, subject, why};
    return 0;
}

/* Why the subject takes no part although both sides have it; NULL: it does. */
static const char *why_left_out(const struct run_comparison *self, const char *subject)
{
    const struct named_values *manifest = &self->sides[BASE].runs[0].run.manifest;
    const char *kernel = value_text_or(named_values_find(manifest, "", "kernel"), "");
    if (strcmp(subject, "null") == 0)
        return "it has no kernel behind it";
    if (strcmp(subject, "kqueue") == 0 && strncmp(kernel, "Linux", 5) == 0)
        return "it is an emulation here";
    return NULL;
}

static int add_subject(struct run_comparison *self, const struct cell_view *views,
                       const struct metric *metric, size_t subject, size_t control)
{
    const struct cell *cell = self->cells[views[BASE].cell];
    const char *name = self->subjects[subject], *why = why_left_out(self, name);
    bool in_base = views[BASE].subjects[subject].tried, in_new = views[NEW].subjects[subject].tried;
    if (!self->wanted[subject] || (!in_base && !in_new))
        return 0;
    if (!in_new)
        return list(&self->only[BASE], cell, name, cell_view_why_absent(&views[NEW], subject));
    if (!in_base)
        return list(&self->only[NEW], cell, name, cell_view_why_absent(&views[BASE], subject));
    if (why != NULL)
        return list(&self->left_out, cell, name, why);
    return *self->refused == '\0' ? add_pair(self, views, metric, subject, control) : 0;
}

static int add_subjects(struct run_comparison *self, size_t cell, const struct metric *metric)
{
    struct cell_view views[SIDES] = {0};
    int r = cell_view_open(&views[BASE], self, BASE, cell, metric);
    if (r == 0)
        r = cell_view_open(&views[NEW], self, NEW, cell, metric);
    size_t control = r == 0 ? find_control(self, views) : NOT_IN_RUN;
    for (size_t i = 0; i < self->subject_count && r == 0; i++)
        r = add_subject(self, views, metric, i, control);
    cell_view_close(&views[BASE]);
    cell_view_close(&views[NEW]);
    return r;
}

static int add_cell(struct run_comparison *self, size_t place)
{
    const struct cell *cell = self->cells[place];
    const struct metric *metric = workload_main_metric(cell->workload, cell->mode);
    const struct side *base = &self->sides[BASE], *new = &self->sides[NEW];
    bool in_base = side_has_cell(base, place), in_new = side_has_cell(new, place);
    if (!in_base && !in_new)
        return 0;
    if (!in_new)
        return list(&self->only[BASE], cell, NULL, side_why_no_cell(new, place));
    if (!in_base)
        return list(&self->only[NEW], cell, NULL, side_why_no_cell(base, place));
    if (metric == NULL)
        return list(&self->left_out, cell, NULL, "no metric of this mode decides");
    return add_subjects(self, place, metric);
}

static bool is_wanted(const struct compare_options *options, const struct cell *cell)
{
    bool wanted = options->workload_count == 0;
    for (size_t i = 0; i < options->workload_count && !wanted; i++)
        wanted = options->workloads[i] == cell->workload;
    return wanted;
}

int comparison_find_pairs(struct run_comparison *self)
{
    int r = 0;
    for (size_t i = 0; i < self->cell_count && r == 0; i++) {
        if (is_wanted(self->options, self->cells[i]))
            r = add_cell(self, i);
    }
    return r;
}
