#include "tests/harness/analysis/played_run.h"

#include "harness/contract/parameters.h"
#include "harness/workloads/workloads.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

struct player {
    const struct played_plan *plan;
    struct run run;
    struct looks *looks;
    bool (*gone)[PLAYED_SUBJECTS];
    struct played_run *out;
};

static bool add_cells(struct player *self)
{
    bool good = true;
    for (size_t i = 0; i < PLAYED_SUBJECTS && good; i++) {
        char name[16];
        struct run_subject *subject = run_add_subject(&self->run);
        snprintf(name, sizeof name, "s%zu", i);
        good = subject != NULL && text_set(&subject->name, name) == 0;
        if (good)
            subject->tier = TIER_READINESS;
    }
    for (size_t i = 0; i < self->plan->cells && good; i++) {
        struct run_cell *cell = run_add_cell(&self->run);
        good = cell != NULL;
        if (!good)
            break;
        cell->cell.workload = &accept_workload;
        cell->cell.mode = workload_mode(&accept_workload, "drain");
        run_cell_open_tables(cell);
    }
    return good;
}

static bool add_pairs(struct player *self)
{
    struct played_run *out = self->out;
    size_t count = 0;
    for (size_t c = 0; c < self->plan->cells; c++)
        count += self->plan->subjects[c] * (self->plan->subjects[c] - 1) / 2;
    out->pairs = calloc(count + 1, sizeof *out->pairs);
    if (out->pairs == NULL)
        return false;
    for (size_t c = 0; c < self->plan->cells; c++) {
        for (size_t s = 1; s < self->plan->subjects[c]; s++) {
            for (size_t b = 0; b < s; b++)
                out->pairs[out->pair_count++] =
                    (struct played_pair){.cell = c, .subject = s, .baseline = b};
        }
    }
    return true;
}

static bool play_cell(struct player *self, size_t cell, size_t round)
{
    double values[PLAYED_SUBJECTS];
    char problem[PROBLEM_BYTES];
    int r = 0;
    self->plan->values(self->plan->source, cell, round, values);
    for (size_t s = 0; s < self->plan->subjects[cell] && r == 0; s++) {
        struct trial trial = {.subject = s, .round = round, .valid = !isnan(values[s])};
        if (self->gone[cell][s])
            continue;
        if (trial.valid)
            r = figures_set(&trial.outcome.metrics, "ns_per_accept", values[s]);
        if (r == 0)
            r = trial_table_add(&self->run.cells[cell].trials, &trial, 0, problem);
        self->out->trials++;
    }
    return r == 0;
}

/* A pair that one subject of left keeps what it was. */
static bool note(struct player *self, struct played_pair *pair)
{
    double margin = log1p(self->plan->minimum_effect);
    struct look_result *result = &pair->result;
    if (looks_result(self->looks, pair->cell, pair->subject, pair->baseline, result) < 0)
        return false;
    pair->named = result->named && fabs(result->estimate) >= margin;
    pair->inside = result->bounded && -margin < result->low && result->high < margin;
    pair->ever_named |= pair->named;
    if ((pair->named || pair->inside) && pair->decided_at == 0)
        pair->decided_at = self->run.rounds;
    return true;
}

static void leave(struct player *self)
{
    for (size_t i = 0; i < self->out->pair_count && self->plan->stops; i++) {
        const struct played_pair *pair = &self->out->pairs[i];
        if (pair->baseline == 0 && (pair->named || pair->inside))
            self->gone[pair->cell][pair->subject] = true;
    }
    for (size_t c = 0; c < self->plan->cells && self->plan->stops; c++) {
        bool alone = true;
        for (size_t s = 1; s < self->plan->subjects[c]; s++)
            alone &= self->gone[c][s];
        self->gone[c][0] |= alone;
    }
}

static bool play(struct player *self)
{
    bool good = true;
    for (size_t round = 0; round < self->plan->rounds && good; round++) {
        bool looked = false;
        for (size_t c = 0; c < self->plan->cells && good; c++)
            good = play_cell(self, c, round);
        self->run.rounds = round + 1;
        bool last = round + 1 == self->plan->rounds;
        good = good && looks_advance(self->looks, last ? LOOKS_END : LOOKS_DUE, &looked) == 0;
        for (size_t i = 0; i < self->out->pair_count && looked && good; i++)
            good = note(self, &self->out->pairs[i]);
        if (looked)
            leave(self);
    }
    return good;
}

bool played_run(struct played_run *out, const struct played_plan *plan)
{
    struct player self = {
        .plan = plan,
        .run = {.minimum_effect = plan->minimum_effect},
        .gone = calloc(plan->cells, sizeof *self.gone),
        .out = out,
    };
    *out = (struct played_run){0};
    bool good = self.gone != NULL && add_cells(&self) && add_pairs(&self) &&
                looks_open(&self.looks, &self.run) == 0 && play(&self);
    looks_close(self.looks);
    run_free(&self.run);
    free(self.gone);
    return good;
}

void played_run_free(struct played_run *run)
{
    free(run->pairs);
}
