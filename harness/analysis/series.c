#include "harness/analysis/series.h"

#include "harness/analysis/samples.h"
#include "harness/contract/parameters.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

int cell_series_open(struct cell_series *self, const struct run *run, const struct run_cell *cell)
{
    const struct metric *metric = workload_main_metric(cell->cell.workload, cell->cell.mode);
    *self = (struct cell_series){.metric = metric, .twin_of = SUBJECT_NONE};
    if (metric == NULL)
        return 0;
    self->metric_index = workload_metric_index(cell->cell.workload, metric);
    self->list = calloc(run->subject_count + 1, sizeof *self->list);
    if (self->list == NULL)
        return -ENOMEM;
    self->count = run->subject_count + 1;
    return 0;
}

void cell_series_close(struct cell_series *self)
{
    for (size_t i = 0; i < self->count; i++) {
        free(self->list[i].values);
        free(self->list[i].trials);
        free(self->list[i].counts);
        free(self->list[i].bounds);
    }
    free(self->list);
    *self = (struct cell_series){0};
}

/* ---- room ---- */

static int grow_counts(unsigned **counts, size_t before, size_t room)
{
    unsigned *larger = realloc(*counts, room * sizeof *larger);
    if (larger == NULL)
        return -ENOMEM;
    memset(larger + before, 0, (room - before) * sizeof *larger);
    *counts = larger;
    return 0;
}

static int grow(struct series *series, size_t before, size_t room)
{
    double *values = realloc(series->values, room * sizeof *values);
    if (values == NULL)
        return -ENOMEM;
    for (size_t i = before; i < room; i++)
        values[i] = NAN;
    series->values = values;
    int r = grow_counts(&series->trials, before, room);
    if (r == 0)
        r = grow_counts(&series->counts, before, room);
    return r == 0 ? grow_counts(&series->bounds, before, room) : r;
}

static int make_room(struct cell_series *self, size_t rounds)
{
    size_t room = self->room > 0 ? self->room : 32;
    int r = 0;
    while (room < rounds)
        room *= 2;
    for (size_t i = 0; i < self->count && r == 0 && room > self->room; i++) {
        if (self->list[i].values != NULL)
            r = grow(&self->list[i], self->room, room);
    }
    if (r == 0)
        self->room = room;
    return r;
}

/* ---- taking trials in ---- */

/* Until all of them are in, the counts have what there was in the round itself. */
static int take_row(struct cell_series *self, struct series *series, const struct trial_row *row,
                    double value)
{
    if (series->values == NULL && grow(series, 0, self->room) < 0)
        return -ENOMEM;
    series->trials[row->round]++;
    if (!row->valid || isnan(value))
        return 0;
    series->values[row->round] = value;
    series->bounds[row->round] = row->bound;
    return 0;
}

/* Rows from `from` on. `place` SUBJECT_NONE: that of the row's subject. */
static int take_rows(struct cell_series *self, const struct run *run,
                     const struct trial_table *table, size_t from, size_t rounds, size_t place)
{
    const double *values = table->metrics[self->metric_index];
    int r = 0;
    for (size_t i = from; i < table->count && r == 0; i++) {
        const struct trial_row *row = &table->rows[i];
        if (row->round >= rounds || row->round < self->rounds ||
            row->subject >= run->subject_count || run->subjects[row->subject].tier == TIER_NONE)
            continue;
        if (place != SUBJECT_NONE)
            self->twin_of = row->subject;
        r = take_row(self, &self->list[place == SUBJECT_NONE ? row->subject : place], row,
                     values != NULL ? values[i] : NAN);
    }
    return r;
}

static void add_up(struct series *series, size_t from, size_t rounds)
{
    for (size_t i = from; series->values != NULL && i < rounds; i++) {
        series->counts[i] = !isnan(series->values[i]);
        if (i == 0)
            continue;
        series->trials[i] += series->trials[i - 1];
        series->counts[i] += series->counts[i - 1];
        series->bounds[i] += series->bounds[i - 1];
    }
}

void cell_series_count_rounds(struct cell_series *self, const struct run_cell *cell, size_t *rounds)
{
    for (; self->seen < cell->trials.count; self->seen++) {
        size_t round = cell->trials.rows[self->seen].round;
        *rounds = round >= *rounds ? round + 1 : *rounds;
    }
}

int cell_series_take(struct cell_series *self, const struct run *run, const struct run_cell *cell,
                     size_t rounds)
{
    if (self->metric == NULL || rounds <= self->rounds)
        return 0;
    int r = make_room(self, rounds);
    if (r == 0)
        r = take_rows(self, run, &cell->trials, self->rows, rounds, SUBJECT_NONE);
    if (r == 0)
        r = take_rows(self, run, &cell->twins, self->twin_rows, rounds, self->count - 1);
    for (size_t i = 0; i < self->count && r == 0; i++)
        add_up(&self->list[i], self->rounds, rounds);
    self->rows = cell->trials.count;
    self->twin_rows = cell->twins.count;
    self->rounds = rounds;
    return r;
}

/* ---- as of a round ---- */

bool series_has_value(const struct series *series, size_t rounds)
{
    return series->values != NULL && series->counts[rounds - 1] > 0;
}

bool series_has_trial(const struct series *series, size_t since, size_t rounds)
{
    return series->values != NULL &&
           series->trials[rounds - 1] > (since > 0 ? series->trials[since - 1] : 0);
}

bool series_is_bound(const struct series *series, const struct metric *metric, size_t rounds)
{
    return verdicts_are_bound(metric, series->bounds[rounds - 1], series->counts[rounds - 1]);
}
