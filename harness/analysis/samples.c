#include "harness/analysis/samples.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

const double summary_percents[FIGURES] = {-1, 50, 90, 99, 99.9, 99.99, 100};

/* A valid trial, and where it stands. */
struct entry {
    uint32_t subject;
    uint64_t round;
    size_t place;
};

static int by_subject_and_round(const void *a, const void *b)
{
    const struct entry *left = a, *right = b;
    if (left->subject != right->subject)
        return left->subject < right->subject ? -1 : 1;
    return (left->round > right->round) - (left->round < right->round);
}

/* Returns how many. */
static size_t list_valid(const struct trials *trials, struct entry *entries)
{
    const struct trial *list = trials_list(trials);
    size_t count = 0;
    for (size_t i = 0; i < trials_count(trials); i++) {
        if (list[i].valid)
            entries[count++] = (struct entry){list[i].subject, list[i].round, i};
    }
    qsort(entries, count, sizeof *entries, by_subject_and_round);
    return count;
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

int cell_samples_open(struct cell_samples *samples, const json_t *cell)
{
    const struct trials *trials = trials_of(cell);
    size_t count = trials_subject_count(trials), used = 0;
    struct entry *entries = calloc(trials_count(trials) + 1, sizeof *entries);
    *samples = (struct cell_samples){
        .trials = trials,
        .subjects = calloc(count + 1, sizeof *samples->subjects),
    };
    int result = entries != NULL && samples->subjects != NULL ? 0 : -ENOMEM;
    if (result == 0) {
        samples->count = count;
        used = list_valid(trials, entries);
    }
    for (size_t i = 0; i < used; i++)
        samples->subjects[entries[i].subject].trial_count++;
    for (size_t i = 0; i < samples->count && result == 0; i++) {
        struct subject_samples *subject = &samples->subjects[i];
        subject->name = trials_subject_name(trials, i);
        result = take_room(subject, subject->trial_count);
        subject->trial_count = 0;
    }
    for (size_t i = 0; i < used && result == 0; i++) {
        struct subject_samples *owner = &samples->subjects[entries[i].subject];
        owner->trials[owner->trial_count++] = entries[i].place;
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

/* The values of one column, without the trials that have none. */
static void take_column(struct samples *samples, const struct trials *trials,
                        const struct subject_samples *subject, const double *column)
{
    const struct trial *list = trials_list(trials);
    samples->count = samples->bound = 0;
    for (size_t i = 0; i < subject->trial_count && column != NULL; i++) {
        size_t place = subject->trials[i];
        if (isnan(column[place]))
            continue;
        samples->bound += list[place].bound;
        samples->rounds[samples->count] = (json_int_t)list[place].round;
        samples->values[samples->count++] = column[place];
    }
}

static void take_pooled(struct subject_samples *subject, const struct pooled_histogram *pooled)
{
    subject->pooled_rounds = pooled != NULL ? pooled->trials : 0;
    subject->pooled_values = pooled != NULL ? pooled->count : 0;
    memset(subject->pooled, 0, sizeof subject->pooled);
    for (size_t i = 0; i < TRIALS_PERCENTS && pooled != NULL; i++) {
        if (!isnan(pooled->percentiles_ns[i]))
            subject->pooled[FIGURE_PERCENTILES + i] =
                (struct pooled){.known = true, .value = pooled->percentiles_ns[i]};
    }
}

void cell_samples_collect(struct cell_samples *cell, const struct metric *metric)
{
    for (size_t i = 0; i < cell->count; i++) {
        struct subject_samples *subject = &cell->subjects[i];
        take_column(&subject->figures[FIGURE_METRIC], cell->trials, subject,
                    trials_metric(cell->trials, metric->name));
        for (size_t k = 0; k < TRIALS_PERCENTS; k++) {
            struct samples *samples = &subject->figures[FIGURE_PERCENTILES + k];
            take_column(samples, cell->trials, subject,
                        trials_percentile_ns(cell->trials, metric->name, k));
            if (samples->count < subject->trial_count)
                samples->count = samples->bound = 0;
        }
        take_pooled(subject, trials_pooled(cell->trials, metric->name, i));
    }
}
