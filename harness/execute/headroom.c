#include "harness/execute/headroom.h"

#include "backends/clock.h"
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

/* ---- proving ---- */

/* Where a system has no floor, the backend has to do: it takes more of the machine, and what the
 * generator can do against it, it can do. */
const struct subject *headroom_cheapest_server(const struct cell *cell,
                                               const struct subject *backend)
{
    char reason[REASON_BYTES];
    uint32_t granted;
    size_t count;
    const struct subject *all = subjects(&count);
    for (size_t i = 0; i < count; i++) {
        if (subject_is_floor(all[i].name) &&
            cell->workload->refuses(&all[i], cell->mode, &cell->params, reason) == NULL &&
            all[i].available(&all[i], reason, &granted) == 0)
            return &all[i];
    }
    return backend;
}

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

int headroom_attempt(const struct launch *launch, size_t cell, uint64_t deadline_ns,
                     struct trial_batch *proofs, bool *proved, char *why)
{
    *proved = false;
    for (unsigned i = 0; i < TRIAL_ATTEMPTS && !*proved && clock_now_ns() < deadline_ns; i++) {
        struct trial *trial = trial_batch_add(proofs);
        if (trial == NULL)
            return -ENOMEM;
        int r = launch_trial(launch, trial);
        if (r < 0)
            return r;
        trial->kind = TRIAL_HEADROOM;
        trial->cell = cell;
        trial->subject_name = launch->subject->name;
        trial->attempt = i;
        *proved = headroom_is_proof(trial, why);
    }
    return 0;
}

/* On `scaled`, the cell with so much more to do. */
static int prove(const struct launch *like, const struct cell *scaled, size_t cell,
                 struct headroom *headroom, struct trial_batch *proofs)
{
    struct launch launch = *like;
    char why[PROBLEM_BYTES];
    launch.cell = scaled;
    launch.subject = headroom_cheapest_server(scaled, like->subject);
    launch.count_system_calls = false;
    int r = headroom_attempt(&launch, cell, UINT64_MAX, proofs, &headroom->proved, why);
    if (r == 0)
        r = text_set(&headroom->against, launch.subject->name);
    if (r == 0)
        r = text_set(&headroom->why_not, headroom->proved ? NULL : why);
    headroom->known = r == 0;
    return r;
}

int headroom_prove(const struct launch *like, size_t cell, const struct trial_batch *measured,
                   struct headroom *headroom, struct trial_batch *proofs)
{
    const struct workload *workload = like->cell->workload;
    struct cell scaled = {.workload = workload, .mode = like->cell->mode};
    double offered_per_s = highest_offer(measured);
    if (workload->scale == NULL || !(offered_per_s > 0))
        return 0;
    int r = workload->scale(scaled.mode, &like->cell->params, OPEN_LOOP_HEADROOM, offered_per_s,
                            &scaled.params);
    if (r < 0)
        return r == -ENOTSUP ? 0 : r;
    headroom->factor = OPEN_LOOP_HEADROOM;
    headroom->offered_per_s = offered_per_s;
    r = prove(like, &scaled, cell, headroom, proofs);
    cell_free(&scaled);
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
