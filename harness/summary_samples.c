#include "harness/summary_samples.h"

#include "harness/measure/histogram.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

const double summary_percents[FIGURES] = {-1, 50, 90, 99, 99.9, 99.99, 100};

/* A valid trial, and where it stands: a repeated trial comes later in the file and counts. */
struct entry {
    size_t subject;
    json_int_t round;
    size_t position;
    const json_t *trial;
};

static int by_subject_and_round(const void *a, const void *b)
{
    const struct entry *left = a, *right = b;
    if (left->subject != right->subject)
        return left->subject < right->subject ? -1 : 1;
    if (left->round != right->round)
        return left->round < right->round ? -1 : 1;
    return (left->position > right->position) - (left->position < right->position);
}

static const char *subject_of(const json_t *trial)
{
    return json_string_value(json_object_get(trial, "subject"));
}

/* Neighbouring trials often have one subject or follow the list, so the last place is tried first.
 */
static size_t place_of(const struct cell_samples *cell, const char *name, size_t last)
{
    for (size_t i = 0; i < cell->count; i++) {
        size_t place = (last + i) % cell->count;
        if (strcmp(cell->subjects[place].name, name) == 0)
            return place;
    }
    return cell->count;
}

/* Valid trials in order; of one round only the last. Returns how many. */
static size_t list_trials(const struct cell_samples *cell, const json_t *trials,
                          struct entry *entries)
{
    size_t count = 0, kept = 0, place = 0, i;
    const json_t *trial;
    json_array_foreach(trials, i, trial)
    {
        if (cell->count == 0 || !json_is_true(json_object_get(trial, "valid")))
            continue;
        place = place_of(cell, subject_of(trial), place);
        entries[count++] =
            (struct entry){place, json_integer_value(json_object_get(trial, "round")), i, trial};
    }
    qsort(entries, count, sizeof *entries, by_subject_and_round);
    for (i = 0; i < count; i++) {
        if (kept > 0 && entries[kept - 1].subject == entries[i].subject &&
            entries[kept - 1].round == entries[i].round)
            kept--;
        entries[kept++] = entries[i];
    }
    return kept;
}

static int take_room(struct subject_samples *subject, size_t trials)
{
    subject->trials = calloc(trials + 1, sizeof *subject->trials);
    bool failed = subject->trials == NULL;
    for (size_t figure = 0; figure < FIGURES; figure++) {
        subject->figures[figure].rounds = calloc(trials + 1, sizeof(json_int_t));
        subject->figures[figure].values = calloc(trials + 1, sizeof(double));
        failed |= subject->figures[figure].rounds == NULL;
        failed |= subject->figures[figure].values == NULL;
    }
    return failed ? -ENOMEM : 0;
}

int cell_samples_open(struct cell_samples *cell, const json_t *subjects, const json_t *trials)
{
    size_t count = json_array_size(subjects), i;
    struct entry *entries = calloc(json_array_size(trials) + 1, sizeof *entries);
    *cell = (struct cell_samples){.subjects = calloc(count + 1, sizeof *cell->subjects)};
    int result = entries != NULL && cell->subjects != NULL ? 0 : -ENOMEM;
    const json_t *subject;
    json_array_foreach(subjects, i, subject)
    {
        if (result == 0)
            cell->subjects[cell->count++].name =
                json_string_value(json_object_get(subject, "name"));
    }
    size_t used = result == 0 ? list_trials(cell, trials, entries) : 0;
    for (i = 0; i < used; i++)
        cell->subjects[entries[i].subject].trial_count++;
    for (i = 0; i < cell->count && result == 0; i++) {
        result = take_room(&cell->subjects[i], cell->subjects[i].trial_count);
        cell->subjects[i].trial_count = 0;
    }
    for (i = 0; i < used && result == 0; i++) {
        struct subject_samples *owner = &cell->subjects[entries[i].subject];
        owner->trials[owner->trial_count++] = entries[i].trial;
    }
    free(entries);
    return result;
}

void cell_samples_free(struct cell_samples *cell)
{
    for (size_t i = 0; i < cell->count; i++) {
        for (size_t figure = 0; figure < FIGURES; figure++) {
            free(cell->subjects[i].figures[figure].rounds);
            free(cell->subjects[i].figures[figure].values);
        }
        free(cell->subjects[i].trials);
    }
    free(cell->subjects);
}

static void add(struct samples *samples, const json_t *trial, double value)
{
    const json_t *generator = json_object_get(trial, "generator");
    samples->bound += json_is_true(json_object_get(generator, "bound"));
    samples->rounds[samples->count] = json_integer_value(json_object_get(trial, "round"));
    samples->values[samples->count++] = value;
}

/* `resolved` is cleared for a percentile that this trial does not have. */
static void collect_histogram(struct subject_samples *subject, const json_t *trial,
                              const json_t *stored, bool *resolved, struct histogram *all)
{
    struct histogram histogram;
    bool known = stored != NULL && histogram_from_json(&histogram, stored) == 0;
    if (known) {
        histogram_merge(all, &histogram);
        subject->pooled_rounds++;
    }
    for (size_t figure = FIGURE_PERCENTILES; figure < FIGURES; figure++) {
        uint64_t value_ns;
        if (known && histogram_percentile(&histogram, summary_percents[figure], &value_ns))
            add(&subject->figures[figure], trial, (double)value_ns);
        else
            resolved[figure] = false;
    }
}

static void pool(struct subject_samples *subject, const struct histogram *all)
{
    subject->pooled_values = all->count;
    for (size_t figure = FIGURE_PERCENTILES; figure < FIGURES; figure++) {
        uint64_t value_ns = 0;
        subject->pooled[figure].known =
            histogram_percentile(all, summary_percents[figure], &value_ns);
        subject->pooled[figure].value = (double)value_ns;
    }
}

static void collect_subject(struct subject_samples *subject, const struct metric *metric)
{
    bool resolved[FIGURES], any = false;
    struct histogram all;
    subject->pooled_rounds = 0;
    memset(subject->pooled, 0, sizeof subject->pooled);
    for (size_t figure = 0; figure < FIGURES; figure++) {
        subject->figures[figure].count = subject->figures[figure].bound = 0;
        resolved[figure] = true;
    }
    for (size_t i = 0; i < subject->trial_count; i++) {
        const json_t *trial = subject->trials[i];
        const json_t *value = json_object_get(json_object_get(trial, "metrics"), metric->name);
        const json_t *stored = json_object_get(json_object_get(trial, "histograms"), metric->name);
        if (json_is_number(value))
            add(&subject->figures[FIGURE_METRIC], trial, json_number_value(value));
        if (stored != NULL && !any)
            histogram_reset(&all);
        any |= stored != NULL;
        if (any)
            collect_histogram(subject, trial, stored, resolved, &all);
        else
            memset(resolved + FIGURE_PERCENTILES, 0, FIGURES - FIGURE_PERCENTILES);
    }
    if (any)
        pool(subject, &all);
    for (size_t figure = FIGURE_PERCENTILES; figure < FIGURES; figure++) {
        if (!resolved[figure])
            subject->figures[figure].count = 0;
    }
}

void cell_samples_collect(struct cell_samples *cell, const struct metric *metric)
{
    for (size_t i = 0; i < cell->count; i++)
        collect_subject(&cell->subjects[i], metric);
}
