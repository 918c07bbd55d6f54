#include "harness/compare/pairs.h"

#include "harness/compare/view.h"
#include "harness/stats/statistics.h"
#include "harness/base/printable.h"
#include "harness/analysis/parts.h"
#include "harness/analysis/verdicts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char *const side_names[SIDES] = {"BASE", "NEW"};

/* ---- the control ---- */

/* Code that a change of a backend does not touch. */
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
static const char *find_control(const struct compare_pairs *pairs, const struct compare_view *views)
{
    const char *asked = pairs->options->control, *best = NULL;
    const struct cell_samples *samples = &views[BASE].samples[0];
    for (size_t i = 0; i < samples->count; i++) {
        const char *name = samples->subjects[i].name;
        unsigned rank = control_rank(name), bar = control_rank(best != NULL ? best : "");
        bool wanted = asked != NULL ? strcmp(name, asked) == 0 : pairs->may_control && rank < bar;
        if (wanted && compare_view_rounds(&views[BASE], name) > 0 &&
            compare_view_rounds(&views[NEW], name) > 0)
            best = name;
    }
    return best;
}

/* ---- values ---- */

static void side_close(struct side_values *side)
{
    free(side->raw);
    free(side->values);
    free(side->run_medians);
}

/* Rounds that have a value of the control; without control, all. Returns how many. */
static size_t divide(const struct samples *samples, const struct samples *control, double *values)
{
    size_t count = 0;
    if (control == NULL) {
        memcpy(values, samples->values, samples->count * sizeof *values);
        return samples->count;
    }
    for (size_t i = 0, j = 0; i < samples->count && j < control->count;) {
        if (samples->rounds[i] < control->rounds[j])
            i++;
        else if (samples->rounds[i] > control->rounds[j])
            j++;
        else
            values[count++] = samples->values[i++] / control->values[j++];
    }
    return count;
}

static int side_open(struct side_values *side, const struct compare_view *view, const char *subject,
                     const char *control)
{
    size_t room = compare_view_rounds(view, subject) + 1;
    side->raw = calloc(room, sizeof *side->raw);
    side->values = calloc(room, sizeof *side->values);
    side->run_medians = calloc(view->count + 1, sizeof *side->run_medians);
    if (side->raw == NULL || side->values == NULL || side->run_medians == NULL)
        return -ENOMEM;
    for (size_t run = 0; run < view->count; run++) {
        const struct samples *samples = compare_view_samples(view, run, subject);
        const struct samples *divisor =
            control != NULL ? compare_view_samples(view, run, control) : NULL;
        if (samples == NULL || samples->count == 0 || (control != NULL && divisor == NULL))
            continue;
        double *values = side->values + side->count;
        size_t count = divide(samples, divisor, values);
        memcpy(side->raw + side->raw_count, samples->values, samples->count * sizeof *side->raw);
        side->raw_count += samples->count;
        side->count += count;
        if (count == 0)
            continue;
        side->run_medians[side->runs++] = statistics_median(values, count);
        side->fewest = side->runs == 1 || count < side->fewest ? count : side->fewest;
    }
    return 0;
}

/* ---- why a pair is not judged ---- */

static json_t *why_bound(const struct metric *metric, const struct compare_view *view,
                         const char *subject, const char *side)
{
    unsigned bound = 0;
    size_t count = compare_view_rounds(view, subject);
    for (size_t run = 0; run < view->count; run++) {
        const struct samples *samples = compare_view_samples(view, run, subject);
        bound += samples != NULL && samples->count > 0 ? samples->bound : 0;
    }
    if (!metric->generator_dependent || bound <= VERDICT_BOUND_SHARE * (double)count)
        return NULL;
    return json_sprintf("the generator was the bound in %u of %zu trials of %s in %s", bound, count,
                        subject, side);
}

static json_t *why_not(const struct compare_pair *pair, const struct compare_view *view, int side)
{
    const char *names[] = {pair->subject, pair->control};
    json_t *why = NULL;
    for (int i = 0; i < 2 && names[i] != NULL && why == NULL; i++) {
        if (compare_view_rounds(view, names[i]) == 0)
            why = json_sprintf("no trial of %s in %s is valid", names[i], side_names[side]);
        else
            why = why_bound(pair->metric, view, names[i], side_names[side]);
        if (why == NULL && json_object_get(view->early, names[i]) != NULL)
            why = json_sprintf("timers of %s ran before their time in %s", names[i],
                               side_names[side]);
    }
    if (why == NULL && pair->sides[side].count == 0)
        why = json_sprintf("no round of %s has %s and %s", side_names[side], pair->subject,
                           pair->control);
    return why;
}

/* ---- all pairs ---- */

static struct compare_pair *new_pair(struct compare_pairs *pairs)
{
    if (pairs->count == pairs->room) {
        size_t room = pairs->room > 0 ? 2 * pairs->room : 64;
        struct compare_pair *grown = realloc(pairs->pairs, room * sizeof *grown);
        if (grown == NULL)
            return NULL;
        pairs->pairs = grown;
        pairs->room = room;
    }
    pairs->pairs[pairs->count] = (struct compare_pair){.cell = NULL};
    return &pairs->pairs[pairs->count++];
}

static int add_pair(struct compare_pairs *pairs, struct compare_view *views,
                    const struct metric *metric, const char *subject, const char *control)
{
    struct compare_pair *pair = new_pair(pairs);
    if (pair == NULL)
        return -ENOMEM;
    pair->cell = views[BASE].cell;
    pair->subject = subject;
    pair->metric = metric;
    /* By itself it would be 1. What it does between the runs is worth knowing. */
    if (control != NULL && strcmp(control, subject) != 0)
        pair->control = control;
    for (int side = 0; side < SIDES; side++) {
        int result = side_open(&pair->sides[side], &views[side], subject, pair->control);
        if (result < 0)
            return result;
        if (pair->why_invalid == NULL)
            pair->why_invalid = why_not(pair, &views[side], side);
    }
    return 0;
}

static int list(json_t *to, const json_t *cell, const char *subject, const char *why)
{
    json_t *params = json_deep_copy(json_object_get(cell, "params"));
    return json_array_append_new(to, json_pack("{s:s, s:s, s:o, s:s?, s:s?}", "workload",
                                               report_text(cell, "workload"), "mode",
                                               report_text(cell, "mode"), "params", params,
                                               "subject", subject, "why", why)) < 0
               ? -ENOMEM
               : 0;
}

/* Why the subject takes no part although both sides have it; NULL: it does. */
static const char *why_left_out(const struct compare_view *view, const char *subject)
{
    const char *kernel = report_text(json_object_get(view->runs[0], "manifest"), "kernel");
    if (strcmp(subject, "null") == 0)
        return "it has no kernel behind it";
    if (strcmp(subject, "kqueue") == 0 && strncmp(kernel, "Linux", 5) == 0)
        return "it is an emulation here";
    return NULL;
}

static int add_subject(struct compare_pairs *pairs, struct compare_view *views, json_t *const *runs,
                       const struct metric *metric, const char *subject, const char *control)
{
    bool has[SIDES];
    for (int side = 0; side < SIDES; side++)
        has[side] = compare_view_has_trials(&views[side], subject);
    if (!compare_is_named(pairs->options->subjects, subject) || (!has[BASE] && !has[NEW]))
        return 0;
    for (int side = 0; side < SIDES; side++) {
        int other = SIDES - 1 - side;
        if (!has[other])
            return list(pairs->only[side], views[side].cell, subject,
                        compare_view_why_absent(&views[other], runs[other], subject));
    }
    const char *why = why_left_out(&views[BASE], subject);
    if (why != NULL)
        return list(pairs->left_out, views[BASE].cell, subject, why);
    return add_pair(pairs, views, metric, subject, control);
}

/* The subjects of the first run of BASE, then those that only runs after it list. */
static int add_subjects(struct compare_pairs *pairs, struct compare_view *views,
                        json_t *const *runs, const struct metric *metric)
{
    const char *control = find_control(pairs, views);
    json_t *seen = json_object();
    int result = seen != NULL ? 0 : -ENOMEM;
    for (int side = 0; side < SIDES; side++) {
        for (size_t run = 0; run < views[side].count; run++) {
            const struct cell_samples *samples = &views[side].samples[run];
            for (size_t i = 0; i < samples->count && result == 0; i++) {
                const char *name = samples->subjects[i].name;
                if (json_object_get(seen, name) != NULL)
                    continue;
                json_object_set_new(seen, name, json_true());
                result = add_subject(pairs, views, runs, metric, name, control);
            }
        }
    }
    json_decref(seen);
    return result;
}

static int add_cell(struct compare_pairs *pairs, json_t *const *runs, const json_t *cell, int side)
{
    struct compare_view views[SIDES] = {0};
    int result = 0, other = SIDES - 1 - side;
    for (int i = 0; i < SIDES && result == 0; i++)
        result = compare_view_open(&views[i], runs[i], cell);
    const struct metric *metric = report_main_metric(cell);
    if (result < 0) {
        /* falls through to closing */
    } else if (views[other].count == 0 ||
               compare_view_why_absent(&views[other], runs[other], NULL) != NULL) {
        if (compare_view_why_absent(&views[side], runs[side], NULL) == NULL)
            result = list(pairs->only[side], cell, NULL,
                          compare_view_why_absent(&views[other], runs[other], NULL));
    } else if (side == BASE && metric == NULL) {
        result = list(pairs->left_out, cell, NULL, "no metric of this mode decides");
    } else if (side == BASE) {
        compare_view_collect(&views[BASE], metric);
        compare_view_collect(&views[NEW], metric);
        result = add_subjects(pairs, views, runs, metric);
    }
    compare_view_close(&views[BASE]);
    compare_view_close(&views[NEW]);
    return result;
}

/* Whether an earlier run of the same side has the cell, which was then seen to. */
static bool is_seen(json_t *runs, size_t before, const json_t *cell)
{
    for (size_t run = 0; run < before; run++) {
        if (compare_find_cell(json_array_get(runs, run), cell) != NULL)
            return true;
    }
    return false;
}

static int add_side(struct compare_pairs *pairs, json_t *const *runs, int side)
{
    size_t run, i;
    const json_t *each, *cell;
    json_array_foreach(runs[side], run, each)
    {
        json_array_foreach(json_object_get(each, "cells"), i, cell)
        {
            if (!compare_is_named(pairs->options->workloads, report_text(cell, "workload")) ||
                is_seen(runs[side], run, cell))
                continue;
            int result = add_cell(pairs, runs, cell, side);
            if (result < 0)
                return result;
        }
    }
    return 0;
}

int compare_pairs_open(struct compare_pairs *pairs, const struct compare_options *options,
                       bool may_control, json_t *const *runs)
{
    *pairs = (struct compare_pairs){
        .options = options,
        .may_control = may_control,
        .only = {json_array(), json_array()},
        .left_out = json_array(),
    };
    int result = 0;
    for (int side = 0; side < SIDES && result == 0; side++)
        result = add_side(pairs, runs, side);
    return result;
}

void compare_pairs_close(struct compare_pairs *pairs)
{
    for (size_t i = 0; i < pairs->count; i++) {
        side_close(&pairs->pairs[i].sides[BASE]);
        side_close(&pairs->pairs[i].sides[NEW]);
        json_decref(pairs->pairs[i].why_invalid);
    }
    free(pairs->pairs);
    json_decref(pairs->only[BASE]);
    json_decref(pairs->only[NEW]);
    json_decref(pairs->left_out);
}
