#include "harness/analysis/sweeps.h"

#include "harness/contract/parameters.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* What a knee is judged by. */
#define LOAD_PARAMETER "load"
enum { PERCENTILE_99 = 2 };

/* ---- which cells ---- */

static const struct value *value_in(const struct run *run, size_t cell, const char *parameter)
{
    return named_values_find(&run->cells[cell].cell.params, "", parameter);
}

static bool differ_only_in(const struct cell *a, const struct cell *b, const char *parameter)
{
    if (!cell_same_mode(a, b) || a->params.count != b->params.count)
        return false;
    for (size_t i = 0; i < a->params.count; i++) {
        const struct named_value *param = &a->params.list[i];
        const struct value *other = named_values_find(&b->params, param->group, param->name);
        bool is_swept = strcmp(param->name, parameter) == 0;
        if (other == NULL || (!is_swept && !value_equal(&param->value, other)))
            return false;
    }
    return true;
}

void sweep_find(const struct run *run, size_t cell, const char *parameter, struct sweep *sweep)
{
    sweep->parameter = parameter;
    sweep->count = 0;
    for (size_t i = 0; i < run->cell_count && sweep->count < SWEEP_MAX; i++) {
        if (i != cell && !differ_only_in(&run->cells[cell].cell, &run->cells[i].cell, parameter))
            continue;
        double value = value_number(value_in(run, i, parameter));
        size_t at = sweep->count++;
        for (; at > 0 && sweep_number(run, sweep, at - 1) > value; at--)
            sweep->cells[at] = sweep->cells[at - 1];
        sweep->cells[at] = i;
    }
}

static size_t values_of(const struct run *run, const size_t *cells, size_t count,
                        const char *parameter)
{
    size_t different = 0;
    for (size_t i = 0; i < count; i++) {
        const struct value *value = value_in(run, cells[i], parameter);
        bool is_known = !value_is_number(value);
        for (size_t k = 0; k < i && !is_known; k++)
            is_known = value_equal(value, value_in(run, cells[k], parameter));
        different += !is_known;
    }
    return different;
}

const char *sweep_parameter(const struct run *run, const size_t *cells, size_t count)
{
    const char *best = NULL;
    size_t most = 1;
    if (count == 0)
        return NULL;
    const struct named_values *params = &run->cells[cells[0]].cell.params;
    for (size_t i = 0; i < params->count; i++) {
        size_t different = values_of(run, cells, count, params->list[i].name);
        if (different > most) {
            most = different;
            best = params->list[i].name;
        }
    }
    return best;
}

char *sweep_print(const struct run *run, const struct sweep *sweep, size_t place, char *text,
                  size_t size)
{
    return value_print(value_in(run, sweep->cells[place], sweep->parameter), text, size);
}

double sweep_number(const struct run *run, const struct sweep *sweep, size_t place)
{
    return value_number(value_in(run, sweep->cells[place], sweep->parameter));
}

/* ---- the knee ---- */

bool sweep_is_of_load(const struct sweep *sweep)
{
    return strcmp(sweep->parameter, LOAD_PARAMETER) == 0;
}

static double median_of(const struct analysis *analysis, size_t cell, const char *metric,
                        size_t subject)
{
    const struct cell *where = &analysis->run->cells[cell].cell;
    const struct metric *known = workload_metric(where->workload, where->mode, metric);
    const struct median *median =
        known != NULL ? analysis_median(analysis, cell, known, subject) : NULL;
    return median != NULL ? median->median : NAN;
}

/* The mean over all values of a histogram in all valid trials; 0 when there are none. */
static double histogram_mean(const struct run_cell *cell, const char *name, size_t subject)
{
    const struct workload *workload = cell->cell.workload;
    const struct metric *metric = workload_metric(workload, cell->cell.mode, name);
    struct pooled_histogram pooled;
    if (metric == NULL ||
        !trial_table_pooled(&cell->trials, workload_metric_index(workload, metric), subject,
                            &pooled))
        return 0;
    return pooled.count > 0 ? (double)pooled.sum_ns / (double)pooled.count : 0;
}

/* false: the cell has no such figures. */
static bool knee_point_of(const struct analysis *analysis, size_t cell, size_t subject,
                          struct knee_point *point)
{
    const struct run_cell *where = &analysis->run->cells[cell];
    const struct metric *wait =
        workload_metric(where->cell.workload, where->cell.mode, "queue_wait_ns");
    bool pooled;
    *point = (struct knee_point){
        .load = value_number(value_in(analysis->run, cell, LOAD_PARAMETER)),
        .offered_per_s = median_of(analysis, cell, "offered_per_s", subject),
        .delivered_per_s = median_of(analysis, cell, "jobs_per_s", subject),
        .service_ns = histogram_mean(where, "service_ns", subject),
    };
    if (wait == NULL || !analysis_percentile_value(analysis, cell, wait, PERCENTILE_99, subject,
                                                   &point->wait_p99_ns, &pooled))
        point->wait_p99_ns = NAN;
    return !isnan(point->delivered_per_s) && point->load > 0 && point->offered_per_s > 0 &&
           point->service_ns > 0;
}

bool sweep_knee(const struct analysis *analysis, const struct sweep *sweep, size_t subject,
                struct knee *knee)
{
    struct knee_point points[SWEEP_MAX];
    size_t places[SWEEP_MAX], count = 0;
    for (size_t i = 0; i < sweep->count; i++) {
        places[count] = i;
        count += knee_point_of(analysis, sweep->cells[i], subject, &points[count]);
    }
    if (count == 0 || knee_find(points, count, knee) < 0)
        return false;
    knee->left_out += sweep->count - count;
    knee->carried = places[knee->carried];
    knee->overloaded = places[knee->overloaded];
    return true;
}

/* ---- crossovers ---- */

static bool is_named(enum verdict_word word)
{
    return word == VERDICT_FASTER || word == VERDICT_SLOWER;
}

static void end_stretches(struct course *course)
{
    const struct stretch *before = NULL;
    unsigned turns = 0;
    for (size_t i = 0; i < course->count; i++) {
        const struct stretch *stretch = &course->stretches[i];
        if (!is_named(stretch->word))
            continue;
        if (before != NULL && before->word != stretch->word && turns++ == 0) {
            course->from = before->word;
            course->until = before->last;
            course->since = stretch->first;
        }
        before = stretch;
    }
    course->named = before != NULL;
    course->crosses = turns > 0;
    course->turns_once = turns == 1;
}

bool sweep_follow(const struct analysis *analysis, const struct sweep *sweep, size_t subject,
                  size_t against, struct course *course)
{
    course->count = 0;
    for (size_t i = 0; i < sweep->count; i++) {
        struct comparison comparison;
        if (!analysis_compare(analysis, sweep->cells[i], subject, against, &comparison))
            return false;
        if (course->count > 0 && course->stretches[course->count - 1].word == comparison.word)
            course->stretches[course->count - 1].last = i;
        else
            course->stretches[course->count++] = (struct stretch){comparison.word, i, i};
    }
    end_stretches(course);
    return true;
}

static const char *words_for(enum verdict_word word)
{
    return word == VERDICT_INCONCLUSIVE ? "undecided" : verdict_name(word);
}

/* "SLOWER from 100 up". */
static void print_stretch(const struct run *run, const struct sweep *sweep,
                          const struct stretch *stretch, char *text, size_t size)
{
    char from[40], to[40];
    const char *word = words_for(stretch->word);
    bool from_start = stretch->first == 0, to_end = stretch->last + 1 == sweep->count;
    sweep_print(run, sweep, stretch->first, from, sizeof from);
    sweep_print(run, sweep, stretch->last, to, sizeof to);
    if (from_start && to_end)
        snprintf(text, size, "%s everywhere", word);
    else if (stretch->first == stretch->last)
        snprintf(text, size, "%s at %s", word, from);
    else if (to_end)
        snprintf(text, size, "%s from %s up", word, from);
    else if (from_start)
        snprintf(text, size, "%s up to %s", word, to);
    else
        snprintf(text, size, "%s from %s to %s", word, from, to);
}

void course_print(const struct run *run, const struct sweep *sweep, const struct course *course,
                  char *text, size_t size)
{
    for (size_t i = 0; i < course->count; i++) {
        size_t length = strlen(text);
        char stretch[128];
        print_stretch(run, sweep, &course->stretches[i], stretch, sizeof stretch);
        snprintf(text + length, size - length, "%s%s", i > 0 ? ", " : "", stretch);
    }
}
