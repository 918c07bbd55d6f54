#include "harness/execute/headroom.h"

#include "harness/generator/open_loop_tally.h"
#include "harness/subjects/subjects.h"

#include <errno.h>
#include <stdio.h>

/* A generator that cannot keep up falls further behind with every request, so that soon all are
 * late; one that can is late now and then. */
#define LATE_SHARE 0.01

/* Requests that found every connection taken, and requests without an answer: beyond this share the
 * load was not made. */
#define LOST_SHARE 0.01

/* ---- is it one? ---- */

bool headroom_is_proof(const struct trial *trial, char *why)
{
    const struct generator_report *generator = &trial->outcome.generator;
    const struct generator_plan *plan = &generator->plan;
    bool planned = trial->outcome.has_generator && generator->has_plan;
    double arrivals = planned ? (double)plan->arrivals : 0;
    double held_up = (double)plan->limited + (double)plan->not_sent;
    double lost = arrivals - (double)plan->answered;
    if (!trial->valid)
        snprintf(why, PROBLEM_BYTES, "%s", trial->why_invalid);
    else if (!(arrivals > 0))
        snprintf(why, PROBLEM_BYTES, "no request was planned");
    else if (generator->late_share > LATE_SHARE)
        snprintf(why, PROBLEM_BYTES, "%.1f %% of the requests were sent more than %.0f ms late",
                 generator->late_share * 100, OPEN_LOOP_LATE_NS / 1e6);
    /* Connections are all taken when the server is slow to answer, and when the generator is slow
     * to read: either way it has not made the load. */
    else if (held_up > LOST_SHARE * arrivals)
        snprintf(why, PROBLEM_BYTES,
                 "%.1f %% of the requests found all connections taken (it ran for %.0f %% of the "
                 "time)",
                 held_up / arrivals * 100, generator->cpu_utilisation * 100);
    else if (lost > LOST_SHARE * arrivals)
        snprintf(why, PROBLEM_BYTES, "%.1f %% of the requests had no answer",
                 lost / arrivals * 100);
    else
        return true;
    return false;
}

/* ---- against whom ---- */

/* The first of the floors in the table of subjects that can serve the cell; *place in the
 * selection, SIZE_MAX when it is not in it. */
static const struct subject *cheapest_floor(const struct selection *selection,
                                            const struct cell *cell,
                                            const struct named_values *params, size_t *place)
{
    char reason[REASON_BYTES];
    uint32_t granted;
    size_t count;
    const struct subject *all = subjects(&count);
    for (size_t i = 0; i < count; i++) {
        if (subject_is_floor(all[i].name) &&
            cell->workload->refuses(&all[i], cell->mode, params, reason) == NULL &&
            all[i].available(&all[i], reason, &granted) == 0) {
            *place = selection_find(selection, &all[i]);
            return &all[i];
        }
    }
    return NULL;
}

/* -ENOTSUP: no load is planned in this cell. */
static int scale(const struct cell *cell, double offered_per_s, struct named_values *scaled)
{
    if (cell->workload->scale == NULL)
        return -ENOTSUP;
    return cell->workload->scale(cell->mode, &cell->params, OPEN_LOOP_HEADROOM, offered_per_s,
                                 scaled);
}

int headroom_select(struct selection *selection, const struct cell_list *cells)
{
    for (size_t i = 0; i < cells->count; i++) {
        const struct cell *cell = &cells->list[i].cell;
        struct named_values scaled = {0};
        size_t place = 0;
        if (cells->list[i].subject_count == 0)
            continue;
        /* What was offered is not known yet, and what it is decides nothing here. */
        int r = scale(cell, 1, &scaled);
        const struct subject *floor =
            r == 0 ? cheapest_floor(selection, cell, &scaled, &place) : NULL;
        named_values_free(&scaled);
        if (r == -ENOMEM)
            return r;
        if (floor != NULL && place == SIZE_MAX && selection->count < RUN_SUBJECTS_MAX)
            subject_describe(floor, &selection->subjects[selection->count++]);
    }
    return 0;
}

/* Where a system has no floor, a backend has to do: it takes more of the machine, and what the
 * generator can do against it, it can do. */
static size_t cheapest_server(const struct selection *selection, const struct planned_cell *planned,
                              const struct named_values *params)
{
    size_t place = SIZE_MAX;
    cheapest_floor(selection, &planned->cell, params, &place);
    return place != SIZE_MAX ? place : planned->subjects[0];
}

/* ---- proving ---- */

/* The highest load that any subject of the round was offered. */
static double highest_offer(const struct trial_batch *trials)
{
    double highest = 0, offered;
    for (size_t i = 0; i < trials->count; i++) {
        const struct trial *trial = &trials->list[i];
        if (trial->has_outcome && figures_get(&trial->outcome.metrics, METRIC_OFFERED, &offered) &&
            offered > highest)
            highest = offered;
    }
    return highest;
}

/* Until one is the proof; `why` is of the last one that was none. */
static int attempt(const struct launch *launch, size_t cell, size_t subject,
                   struct trial_batch *proofs, bool *proved, char *why)
{
    *proved = false;
    for (unsigned i = 0; i < TRIAL_ATTEMPTS && !*proved; i++) {
        struct trial *trial = trial_batch_add(proofs);
        if (trial == NULL)
            return -ENOMEM;
        int r = launch_trial(launch, trial);
        if (r < 0)
            return r;
        trial->kind = TRIAL_HEADROOM;
        trial->cell = cell;
        trial->subject = subject;
        trial->attempt = i;
        *proved = headroom_is_proof(trial, why);
    }
    return 0;
}

static int prove(const struct launch *like, const struct named_values *scaled, size_t cell,
                 size_t server, const struct subject *subject, struct headroom *headroom,
                 struct trial_batch *proofs)
{
    const struct cell scaled_cell = {
        .workload = like->cell->workload, .mode = like->cell->mode, .params = *scaled};
    struct launch launch = *like;
    char why[PROBLEM_BYTES];
    launch.cell = &scaled_cell;
    launch.subject = subject;
    launch.count_system_calls = false;
    int r = attempt(&launch, cell, server, proofs, &headroom->proved, why);
    if (r < 0)
        return r;
    headroom->known = true;
    headroom->factor = OPEN_LOOP_HEADROOM;
    r = text_set(&headroom->against, subject->name);
    return r < 0 ? r : text_set(&headroom->why_not, headroom->proved ? NULL : why);
}

int headroom_prove(const struct launch *like, const struct selection *selection,
                   const struct planned_cell *planned, size_t cell,
                   const struct trial_batch *measured, struct headroom *headroom,
                   struct trial_batch *proofs)
{
    struct named_values scaled = {0};
    double offered_per_s = highest_offer(measured);
    if (!(offered_per_s > 0) || planned->subject_count == 0)
        return 0;
    int r = scale(&planned->cell, offered_per_s, &scaled);
    if (r < 0)
        return r == -ENOTSUP ? 0 : r;
    size_t server = cheapest_server(selection, planned, &scaled);
    headroom->offered_per_s = offered_per_s;
    r = prove(like, &scaled, cell, server, selection->subjects[server].subject, headroom, proofs);
    named_values_free(&scaled);
    return r;
}

void headroom_mark(const struct headroom *headroom, struct trial_batch *trials)
{
    char why[2 * PROBLEM_BYTES];
    if (!headroom->known || headroom->proved)
        return;
    headroom_sentence(headroom, why, sizeof why);
    for (size_t i = 0; i < trials->count; i++) {
        struct generator_report *generator = &trials->list[i].outcome.generator;
        if (!trials->list[i].outcome.has_generator || generator->bound)
            continue;
        generator->bound = true;
        snprintf(generator->why_bound, sizeof generator->why_bound, "%s", why);
    }
}
