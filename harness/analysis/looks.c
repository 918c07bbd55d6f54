#include "harness/analysis/looks.h"

#include "harness/analysis/verdicts.h"
#include "harness/contract/parameters.h"
#include "harness/stats/max_t.h"
#include "harness/stats/paired.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The main metric of one subject (or of the twin), by round. */
struct series {
    /* Of a subject that takes part, as many as there are rounds; NAN: no valid trial. */
    double *values;
    /* Up to and with this round: values, and those whose generator was the bound. */
    unsigned *counts, *bounds;
    /* Up to and with its last trial, valid or not. */
    size_t rounds;
};

/* Two subjects of a cell; `subject` comes later in the run's list, and the twin after all. */
struct looked_pair {
    size_t cell, subject, baseline;
    double *log_ratios, *scores;
    /* Of these rounds log_ratios has what there is. */
    size_t rounds;
    /* At its last look: after so many rounds, with this critical value. 0: there was none. */
    size_t looked;
    double critical;
    bool tested, named;
    double p, p_adjusted;
};

struct looked_cell {
    const struct metric *metric;
    size_t metric_index;
    /* One for each subject of the run, and the twin's. */
    struct series *series;
    /* Rows of the tables that were taken in. */
    size_t rows, twin_rows;
    /* Whose twin it is; SUBJECT_NONE: there are no twins. */
    size_t twin_of;
};

struct looks {
    const struct run *run;
    struct looked_cell *cells;
    struct looked_pair *pairs;
    struct max_t_pair *tests;
    size_t pair_count, pair_room;
    /* [(cell * places + subject) * places + baseline]: its place from 1; places: with the twin's.
     */
    size_t *pair_at;
    size_t places;
    struct max_t *max_t;
    /* Rounds that there is room for, that were taken in, and that were looked at. */
    size_t room, taken, looked;
    /* Pairs in the last look. */
    size_t tested;
};

static size_t *find_place(const struct looks *self, size_t cell, size_t one, size_t other)
{
    size_t later = one > other ? one : other, earlier = one > other ? other : one;
    return &self->pair_at[(cell * self->places + later) * self->places + earlier];
}

/* ---- opening and closing ---- */

static int open_cell(struct looked_cell *cell, const struct run_cell *of, size_t places)
{
    const struct metric *metric = workload_main_metric(of->cell.workload, of->cell.mode);
    *cell = (struct looked_cell){.metric = metric, .twin_of = SUBJECT_NONE};
    if (metric == NULL)
        return 0;
    cell->metric_index = workload_metric_index(of->cell.workload, metric);
    cell->series = calloc(places, sizeof *cell->series);
    return cell->series != NULL ? 0 : -ENOMEM;
}

int looks_open(struct looks **out, const struct run *run)
{
    struct looks *self = calloc(1, sizeof *self);
    if (self == NULL)
        return -ENOMEM;
    self->run = run;
    self->places = run->subject_count + 1;
    self->cells = calloc(run->cell_count + 1, sizeof *self->cells);
    self->pair_at = calloc(run->cell_count * self->places * self->places + 1, sizeof(size_t));
    int r = self->cells != NULL && self->pair_at != NULL ? 0 : -ENOMEM;
    for (size_t i = 0; i < run->cell_count && r == 0; i++)
        r = open_cell(&self->cells[i], &run->cells[i], self->places);
    if (r < 0) {
        looks_close(self);
        return r;
    }
    *out = self;
    return 0;
}

static void close_cell(struct looked_cell *cell, size_t places)
{
    for (size_t i = 0; cell->series != NULL && i < places; i++) {
        free(cell->series[i].values);
        free(cell->series[i].counts);
        free(cell->series[i].bounds);
    }
    free(cell->series);
}

void looks_close(struct looks *self)
{
    if (self == NULL)
        return;
    for (size_t i = 0; self->cells != NULL && i < self->run->cell_count; i++)
        close_cell(&self->cells[i], self->places);
    for (size_t i = 0; i < self->pair_count; i++) {
        free(self->pairs[i].log_ratios);
        free(self->pairs[i].scores);
    }
    max_t_close(self->max_t);
    free(self->cells);
    free(self->pairs);
    free(self->tests);
    free(self->pair_at);
    free(self);
}

/* ---- taking trials in ---- */

/* What is new is zero. */
static int grow(void *array, size_t entry, size_t before, size_t room)
{
    char *larger = realloc(*(void **)array, room * entry);
    if (larger == NULL)
        return -ENOMEM;
    memset(larger + before * entry, 0, (room - before) * entry);
    *(void **)array = larger;
    return 0;
}

static int grow_series(struct series *series, size_t before, size_t room)
{
    int r = grow(&series->values, sizeof *series->values, before, room);
    for (size_t i = before; i < room && r == 0; i++)
        series->values[i] = NAN;
    if (r == 0)
        r = grow(&series->counts, sizeof *series->counts, before, room);
    return r == 0 ? grow(&series->bounds, sizeof *series->bounds, before, room) : r;
}

static int grow_pair(struct looked_pair *pair, size_t before, size_t room)
{
    int r = grow(&pair->log_ratios, sizeof *pair->log_ratios, before, room);
    return r == 0 ? grow(&pair->scores, sizeof *pair->scores, before, room) : r;
}

static int make_room(struct looks *self, size_t rounds)
{
    size_t room = self->room > 0 ? self->room : 32;
    int r = 0;
    if (rounds <= self->room)
        return 0;
    while (room < rounds)
        room *= 2;
    for (size_t c = 0; c < self->run->cell_count; c++) {
        for (size_t s = 0; self->cells[c].series != NULL && s < self->places && r == 0; s++) {
            if (self->cells[c].series[s].values != NULL)
                r = grow_series(&self->cells[c].series[s], self->room, room);
        }
    }
    for (size_t i = 0; i < self->pair_count && r == 0; i++)
        r = grow_pair(&self->pairs[i], self->room, room);
    if (r == 0)
        self->room = room;
    return r;
}

/* Rows from `from` on, of subjects with a tier. `place` SUBJECT_NONE: that of the row's subject.
 * Until all are in, bounds has whether the round's generator was the bound. */
static int take_rows(struct looks *self, size_t cell, const struct trial_table *table, size_t from,
                     size_t place)
{
    struct looked_cell *to = &self->cells[cell];
    const double *values = table->metrics[to->metric_index];
    for (size_t i = from; i < table->count; i++) {
        const struct trial_row *row = &table->rows[i];
        if (row->round >= self->room || row->subject >= self->run->subject_count ||
            self->run->subjects[row->subject].tier == TIER_NONE)
            continue;
        struct series *series = &to->series[place == SUBJECT_NONE ? row->subject : place];
        series->rounds = row->round + 1;
        if (place != SUBJECT_NONE)
            to->twin_of = row->subject;
        if (!row->valid || values == NULL || isnan(values[i]))
            continue;
        if (series->values == NULL && grow_series(series, 0, self->room) < 0)
            return -ENOMEM;
        series->values[row->round] = values[i];
        series->bounds[row->round] = row->bound;
    }
    return 0;
}

static void add_up(struct series *series, size_t from, size_t rounds)
{
    for (size_t i = from; series->values != NULL && i < rounds; i++) {
        series->counts[i] = !isnan(series->values[i]) + (i > 0 ? series->counts[i - 1] : 0);
        series->bounds[i] += i > 0 ? series->bounds[i - 1] : 0;
    }
}

static int take_trials(struct looks *self)
{
    size_t before = self->taken, rounds = self->run->rounds;
    int r = make_room(self, rounds);
    for (size_t i = 0; i < self->run->cell_count && r == 0; i++) {
        struct looked_cell *cell = &self->cells[i];
        const struct run_cell *from = &self->run->cells[i];
        if (cell->metric == NULL)
            continue;
        r = take_rows(self, i, &from->trials, cell->rows, SUBJECT_NONE);
        if (r == 0)
            r = take_rows(self, i, &from->twins, cell->twin_rows, self->places - 1);
        cell->rows = from->trials.count;
        cell->twin_rows = from->twins.count;
        for (size_t s = 0; s < self->places && r == 0; s++)
            add_up(&cell->series[s], before, rounds);
    }
    self->taken = rounds;
    return r;
}

/* ---- pairs ---- */

static bool has_value(const struct series *series, size_t rounds)
{
    return series->values != NULL && series->counts[rounds - 1] > 0;
}

static int add_pair(struct looks *self, size_t cell, size_t subject, size_t baseline)
{
    if (self->pair_count == self->pair_room) {
        size_t before = self->pair_room, room = before > 0 ? 2 * before : 64;
        if (grow(&self->pairs, sizeof *self->pairs, before, room) < 0)
            return -ENOMEM;
        self->pair_room = room;
    }
    struct looked_pair *pair = &self->pairs[self->pair_count++];
    *pair = (struct looked_pair){.cell = cell, .subject = subject, .baseline = baseline};
    *find_place(self, cell, subject, baseline) = self->pair_count;
    return grow_pair(pair, 0, self->room);
}

/* A twin is compared with its own subject only. */
static bool are_pair(const struct looks *self, size_t cell, size_t subject, size_t baseline)
{
    return subject != self->places - 1 || baseline == self->cells[cell].twin_of;
}

/* The pairs are those of which both have a value by the first look: how many there are is settled
 * then. */
static int find_pairs(struct looks *self, size_t rounds)
{
    int r = 0;
    for (size_t c = 0; c < self->run->cell_count; c++) {
        const struct looked_cell *cell = &self->cells[c];
        for (size_t s = 1; cell->series != NULL && s < self->places; s++) {
            for (size_t b = 0; b < s && r == 0; b++) {
                if (has_value(&cell->series[s], rounds) && has_value(&cell->series[b], rounds) &&
                    are_pair(self, c, s, b))
                    r = add_pair(self, c, s, b);
            }
        }
    }
    if (r == 0 && self->pair_count > 0)
        r = max_t_open(&self->max_t, self->pair_count);
    if (r == 0)
        self->tests = calloc(self->pair_count + 1, sizeof *self->tests);
    return r == 0 && self->tests == NULL ? -ENOMEM : r;
}

/* ---- a look ---- */

static bool is_bound(const struct looked_cell *cell, const struct series *series, size_t rounds)
{
    return verdicts_are_bound(cell->metric, series->bounds[rounds - 1], series->counts[rounds - 1]);
}

/* Who was left out before the first look is looked at this once. */
static bool is_measured(const struct looks *self, const struct looked_pair *pair, size_t rounds)
{
    const struct series *series = self->cells[pair->cell].series;
    return pair->looked == 0 ||
           (series[pair->subject].rounds >= rounds && series[pair->baseline].rounds >= rounds);
}

/* What the test is asked about the pair; a scale of 0: nothing. */
static int prepare(struct looks *self, struct looked_pair *pair, size_t rounds,
                   struct max_t_pair *test)
{
    const struct looked_cell *cell = &self->cells[pair->cell];
    const struct series *subject = &cell->series[pair->subject];
    const struct series *baseline = &cell->series[pair->baseline];
    *test = (struct max_t_pair){.scores = pair->scores};
    if (!is_measured(self, pair, rounds))
        return 0;
    for (size_t i = pair->rounds; i < rounds; i++)
        pair->log_ratios[i] = paired_log_ratio(subject->values[i], baseline->values[i]);
    pair->rounds = rounds;
    double scale = paired_scores(pair->log_ratios, rounds, pair->scores);
    if (scale < 0)
        return -ENOMEM;
    if (!is_bound(cell, subject, rounds) && !is_bound(cell, baseline, rounds))
        test->scale = scale;
    return 0;
}

static void keep(const struct looks *self, struct looked_pair *pair, size_t rounds,
                 const struct max_t_pair *test, double critical)
{
    if (!is_measured(self, pair, rounds))
        return;
    pair->looked = rounds;
    pair->critical = critical;
    pair->tested = test->scale > 0;
    pair->named = pair->tested && test->named;
    pair->p = test->p;
    pair->p_adjusted = test->p_adjusted;
}

static int look(struct looks *self, size_t rounds)
{
    double critical = INFINITY;
    int r = self->tests == NULL ? find_pairs(self, rounds) : 0;
    for (size_t i = 0; i < self->pair_count && r == 0; i++)
        r = prepare(self, &self->pairs[i], rounds, &self->tests[i]);
    if (r == 0 && self->max_t != NULL)
        r = max_t_look(self->max_t, rounds, self->tests, &critical);
    if (r < 0)
        return r;
    self->looked = rounds;
    self->tested = 0;
    for (size_t i = 0; i < self->pair_count; i++) {
        keep(self, &self->pairs[i], rounds, &self->tests[i], critical);
        self->tested += self->pairs[i].tested;
    }
    return 0;
}

int looks_advance(struct looks *self, bool last, bool *looked)
{
    size_t rounds = self->run->rounds, before = self->looked;
    int r = rounds > self->taken ? take_trials(self) : 0;
    for (size_t next = max_t_next_look(self->looked); next <= rounds && r == 0;
         next = max_t_next_look(self->looked))
        r = look(self, next);
    if (r == 0 && last && self->looked < rounds)
        r = look(self, rounds);
    *looked = self->looked > before;
    return r;
}

/* ---- what was found ---- */

size_t looks_tests(const struct looks *self)
{
    return self->tested;
}

static int fill_result(const struct looked_pair *pair, struct look_result *result)
{
    struct paired_interval interval;
    int r = paired_interval(pair->log_ratios, pair->looked, pair->critical, &interval);
    if (r == -EINVAL)
        return 0; /* no round has both */
    if (r < 0)
        return r;
    *result = (struct look_result){
        .n = interval.n,
        .estimate = interval.estimate,
        .low = interval.low,
        .high = interval.high,
        .deviation = interval.deviation,
        .bounded = interval.bounded,
        .tested = pair->tested,
        .p = pair->p,
        .p_adjusted = pair->p_adjusted,
        .named = pair->named,
    };
    return 0;
}

int looks_result(const struct looks *self, size_t cell, size_t subject, size_t baseline,
                 struct look_result *result)
{
    size_t place = subject != baseline ? *find_place(self, cell, subject, baseline) : 0;
    *result = (struct look_result){0};
    int r = place > 0 ? fill_result(&self->pairs[place - 1], result) : 0;
    if (r == 0 && subject < baseline) {
        double low = result->low;
        result->estimate = -result->estimate;
        result->low = -result->high;
        result->high = -low;
    }
    return r;
}

size_t looks_twin_of(const struct looks *self, size_t cell)
{
    return self->cells[cell].twin_of;
}

int looks_twin(const struct looks *self, size_t cell, struct look_result *result)
{
    size_t of = self->cells[cell].twin_of;
    *result = (struct look_result){0};
    return of != SUBJECT_NONE ? looks_result(self, cell, self->places - 1, of, result) : 0;
}

int looks_is_decided(const struct looks *self, size_t cell, size_t subject, size_t baseline,
                     double minimum_effect)
{
    double margin = log1p(minimum_effect);
    struct look_result result;
    int r = looks_result(self, cell, subject, baseline, &result);
    if (r < 0 || result.n == 0)
        return r;
    if (!result.tested)
        return 1;
    bool inside = result.bounded && -margin < result.low && result.high < margin;
    return inside || (result.named && fabs(result.estimate) >= margin);
}
