#include "harness/analysis/looks.h"

#include "harness/analysis/series.h"
#include "harness/stats/max_t.h"
#include "harness/stats/paired.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

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

struct looks {
    const struct run *run;
    struct cell_series *cells;
    struct looked_pair *pairs;
    size_t pair_count, pair_room;
    /* One for each pair that there may ever be; those without a pair take no part. */
    struct max_t_pair *tests;
    /* [(cell * places + subject) * places + baseline]: its place from 1; places: with the twin's.
     */
    size_t *pair_at;
    size_t places;
    struct max_t *max_t;
    /* Rounds that pairs have room for, and that were looked at. */
    size_t room, looked;
    /* Rounds that trials tell of. */
    size_t with_trials;
    /* Pairs in the last look. */
    size_t tested;
};

static size_t *find_place(const struct looks *self, size_t cell, size_t one, size_t other)
{
    size_t later = one > other ? one : other, earlier = one > other ? other : one;
    return &self->pair_at[(cell * self->places + later) * self->places + earlier];
}

/* ---- opening and closing ---- */

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
        r = cell_series_open(&self->cells[i], run, &run->cells[i]);
    if (r < 0) {
        looks_close(self);
        return r;
    }
    *out = self;
    return 0;
}

void looks_close(struct looks *self)
{
    if (self == NULL)
        return;
    for (size_t i = 0; self->cells != NULL && i < self->run->cell_count; i++)
        cell_series_close(&self->cells[i]);
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

/* ---- room ---- */

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

static int grow_pair(struct looked_pair *pair, size_t before, size_t room)
{
    int r = grow(&pair->log_ratios, sizeof *pair->log_ratios, before, room);
    return r == 0 ? grow(&pair->scores, sizeof *pair->scores, before, room) : r;
}

static int make_room(struct looks *self, size_t rounds)
{
    size_t room = self->room > 0 ? self->room : 32;
    int r = 0;
    while (room < rounds)
        room *= 2;
    for (size_t i = 0; i < self->pair_count && r == 0 && room > self->room; i++)
        r = grow_pair(&self->pairs[i], self->room, room);
    if (r == 0)
        self->room = room;
    return r;
}

/* Rounds that are over and have trials: what a damaged file says of rounds may be anything. */
static size_t count_rounds(struct looks *self)
{
    for (size_t i = 0; i < self->run->cell_count; i++)
        cell_series_count_rounds(&self->cells[i], &self->run->cells[i], &self->with_trials);
    return self->with_trials < self->run->rounds ? self->with_trials : self->run->rounds;
}

static int take_trials(struct looks *self, size_t rounds)
{
    int r = make_room(self, rounds);
    for (size_t i = 0; i < self->run->cell_count && r == 0; i++)
        r = cell_series_take(&self->cells[i], self->run, &self->run->cells[i], rounds);
    return r;
}

/* ---- pairs ---- */

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

/* Pairs of which both have a value by now. Most have one in the first round; who fails at first
 * may come later. */
static int find_pairs(struct looks *self, size_t rounds)
{
    int r = 0;
    for (size_t c = 0; c < self->run->cell_count; c++) {
        const struct series *series = self->cells[c].list;
        for (size_t s = 1; s < self->cells[c].count; s++) {
            for (size_t b = 0; b < s && r == 0; b++) {
                if (series_has_value(&series[s], rounds) && series_has_value(&series[b], rounds) &&
                    are_pair(self, c, s, b) && *find_place(self, c, s, b) == 0)
                    r = add_pair(self, c, s, b);
            }
        }
    }
    return r;
}

/* Before the first look. A run without subjects has none. */
static int open_tests(struct looks *self)
{
    size_t compared = 0;
    for (size_t i = 0; i < self->run->subject_count; i++)
        compared += self->run->subjects[i].tier != TIER_NONE;
    /* The twin makes one pair more. */
    size_t most = self->run->cell_count * (compared * (compared + 1) / 2 + 1);
    self->tests = calloc(most + 1, sizeof *self->tests);
    if (self->tests == NULL)
        return -ENOMEM;
    return max_t_open(&self->max_t, most + 1);
}

/* ---- a look ---- */

/* Who was left out before the first look is looked at this once. */
static bool is_measured(const struct looks *self, const struct looked_pair *pair, size_t rounds)
{
    const struct series *series = self->cells[pair->cell].list;
    return pair->looked == 0 || (series_has_trial(&series[pair->subject], pair->looked, rounds) &&
                                 series_has_trial(&series[pair->baseline], pair->looked, rounds));
}

/* What the test is asked about the pair; a scale of 0: nothing. */
static int prepare(struct looks *self, struct looked_pair *pair, size_t rounds,
                   struct max_t_pair *test)
{
    const struct cell_series *cell = &self->cells[pair->cell];
    const struct series *subject = &cell->list[pair->subject];
    const struct series *baseline = &cell->list[pair->baseline];
    *test = (struct max_t_pair){.scores = pair->scores};
    if (!is_measured(self, pair, rounds))
        return 0;
    for (size_t i = pair->rounds; i < rounds; i++)
        pair->log_ratios[i] = paired_log_ratio(subject->values[i], baseline->values[i]);
    pair->rounds = rounds;
    double scale = paired_scores(pair->log_ratios, rounds, pair->scores);
    if (scale < 0)
        return -ENOMEM;
    if (!run_cell_is_unranked(self->run, &self->run->cells[pair->cell]) &&
        !series_is_bound(subject, cell->metric, rounds) &&
        !series_is_bound(baseline, cell->metric, rounds))
        test->scale = scale;
    return 0;
}

static void keep(const struct looks *self, struct looked_pair *pair, size_t rounds,
                 const struct max_t_pair *test)
{
    if (!is_measured(self, pair, rounds))
        return;
    pair->looked = rounds;
    pair->critical = test->critical;
    pair->tested = test->scale > 0;
    pair->named = pair->tested && test->named;
    pair->p = test->p;
    pair->p_adjusted = test->p_adjusted;
}

static int look(struct looks *self, size_t rounds, bool last)
{
    int r = self->tests == NULL ? open_tests(self) : 0;
    if (r == 0)
        r = find_pairs(self, rounds);
    for (size_t i = 0; i < self->pair_count && r == 0; i++)
        r = prepare(self, &self->pairs[i], rounds, &self->tests[i]);
    if (r == 0)
        r = max_t_look(self->max_t, rounds, last, self->tests);
    if (r < 0)
        return r;
    self->looked = rounds;
    self->tested = 0;
    for (size_t i = 0; i < self->pair_count; i++) {
        keep(self, &self->pairs[i], rounds, &self->tests[i]);
        self->tested += self->pairs[i].tested;
    }
    return 0;
}

int looks_advance(struct looks *self, enum looks_until until, bool *looked)
{
    size_t rounds = count_rounds(self), before = self->looked;
    int r = take_trials(self, rounds);
    for (size_t next = max_t_next_look(self->looked); next <= rounds && r == 0;
         next = max_t_next_look(self->looked))
        r = look(self, next, until == LOOKS_END && next == rounds);
    if (r == 0 && until != LOOKS_DUE && self->looked < rounds)
        r = look(self, rounds, until == LOOKS_END);
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
        .rounds = pair->looked,
        .estimate = interval.estimate,
        .low = interval.low,
        .high = interval.high,
        .deviation = interval.deviation,
        .bounded = interval.bounded,
        .tested = pair->tested,
        .p = pair->p,
        .p_adjusted = pair->p_adjusted,
        .named = pair->named && interval.bounded,
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
