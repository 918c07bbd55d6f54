#include "harness/analysis/samples.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

/* A valid trial, and where it stands. */
struct entry {
    uint32_t subject, round;
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
static size_t list_valid(const struct trial_table *table, size_t subject_count,
                         struct entry *entries)
{
    size_t count = 0;
    for (size_t i = 0; i < table->count; i++) {
        const struct trial_row *row = &table->rows[i];
        if (row->valid && row->subject < subject_count)
            entries[count++] = (struct entry){row->subject, row->round, i};
    }
    qsort(entries, count, sizeof *entries, by_subject_and_round);
    return count;
}

static int take_room(struct subject_samples *subject, size_t trials)
{
    subject->trials = calloc(trials + 1, sizeof *subject->trials);
    bool failed = subject->trials == NULL;
    for (size_t figure = 0; figure < FIGURES; figure++) {
        struct samples *samples = &subject->figures[figure];
        samples->rounds = calloc(trials + 1, sizeof *samples->rounds);
        samples->values = calloc(trials + 1, sizeof *samples->values);
        failed |= samples->rounds == NULL || samples->values == NULL;
    }
    return failed ? -ENOMEM : 0;
}

int cell_samples_open(struct cell_samples *samples, const struct trial_table *table,
                      size_t subject_count)
{
    struct entry *entries = calloc(table->count + 1, sizeof *entries);
    size_t used = 0;
    *samples = (struct cell_samples){
        .table = table,
        .subjects = calloc(subject_count + 1, sizeof *samples->subjects),
    };
    int r = entries != NULL && samples->subjects != NULL ? 0 : -ENOMEM;
    if (r == 0) {
        samples->count = subject_count;
        used = list_valid(table, subject_count, entries);
    }
    for (size_t i = 0; i < used; i++)
        samples->subjects[entries[i].subject].trial_count++;
    for (size_t i = 0; i < samples->count && r == 0; i++) {
        r = take_room(&samples->subjects[i], samples->subjects[i].trial_count);
        samples->subjects[i].trial_count = 0;
    }
    for (size_t i = 0; i < used && r == 0; i++) {
        struct subject_samples *owner = &samples->subjects[entries[i].subject];
        owner->trials[owner->trial_count++] = entries[i].place;
    }
    free(entries);
    return r;
}

void cell_samples_free(struct cell_samples *samples)
{
    for (size_t i = 0; i < samples->count; i++) {
        for (size_t figure = 0; figure < FIGURES; figure++) {
            free(samples->subjects[i].figures[figure].rounds);
            free(samples->subjects[i].figures[figure].values);
        }
        free(samples->subjects[i].trials);
    }
    free(samples->subjects);
    *samples = (struct cell_samples){0};
}

/* The values of a column, whose entry for row i is at [step * i], without the trials that have
 * none. */
static void take_column(struct samples *samples, const struct trial_table *table,
                        const struct subject_samples *subject, const double *column, size_t step)
{
    samples->count = samples->bound = 0;
    for (size_t i = 0; i < subject->trial_count && column != NULL; i++) {
        size_t place = subject->trials[i];
        double value = column[step * place];
        if (isnan(value))
            continue;
        samples->bound += table->rows[place].bound;
        samples->rounds[samples->count] = table->rows[place].round;
        samples->values[samples->count++] = value;
    }
}

void cell_samples_collect(struct cell_samples *samples, size_t metric)
{
    const struct trial_table *table = samples->table;
    const double *percentiles_ns = table->percentiles_ns[metric];
    for (size_t i = 0; i < samples->count; i++) {
        struct subject_samples *subject = &samples->subjects[i];
        take_column(&subject->figures[FIGURE_METRIC], table, subject, table->metrics[metric], 1);
        for (size_t k = 0; k < PERCENTILES; k++) {
            struct samples *figure = &subject->figures[FIGURE_PERCENTILES + k];
            take_column(figure, table, subject, percentiles_ns != NULL ? percentiles_ns + k : NULL,
                        PERCENTILES);
            if (figure->count < subject->trial_count)
                figure->count = figure->bound = 0;
        }
    }
}

size_t samples_pair(const struct samples *samples, const struct samples *other, double *values,
                    double *other_values)
{
    size_t pairs = 0;
    for (size_t i = 0, j = 0; i < samples->count && j < other->count;) {
        if (samples->rounds[i] < other->rounds[j]) {
            i++;
        } else if (samples->rounds[i] > other->rounds[j]) {
            j++;
        } else {
            values[pairs] = samples->values[i++];
            other_values[pairs++] = other->values[j++];
        }
    }
    return pairs;
}

bool verdicts_are_bound(const struct metric *metric, unsigned bound, size_t count)
{
    return metric->generator_dependent && bound > VERDICT_BOUND_SHARE * (double)count;
}
