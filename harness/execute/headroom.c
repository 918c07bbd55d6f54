#include "harness/execute/headroom.h"

#include "harness/generator/open_loop_tally.h"

#include <errno.h>
#include <stdio.h>

enum { ATTEMPTS = 3 };

/* A generator that cannot keep up falls further behind with every request, so that soon all are
 * late; one that can is late now and then. */
#define LATE_SHARE 0.01

/* Requests that found every connection taken, and requests without an answer: beyond this share the
 * load was not made. */
#define LOST_SHARE 0.01

static double number(const json_t *object, const char *name)
{
    return json_number_value(json_object_get(object, name));
}

bool headroom_is_proof(const json_t *trial, char *why)
{
    const json_t *generator = json_object_get(trial, "generator");
    const json_t *plan = json_object_get(generator, "plan");
    double arrivals = number(plan, "arrivals"), late = number(generator, "late_share");
    double held_up = number(plan, "limited") + number(plan, "not_sent");
    double lost = arrivals - number(plan, "answered");
    if (!json_is_true(json_object_get(trial, "valid")))
        snprintf(why, PROBLEM_BYTES, "%s",
                 json_string_value(json_object_get(trial, "why_invalid")));
    else if (!(arrivals > 0))
        snprintf(why, PROBLEM_BYTES, "no request was planned");
    else if (late > LATE_SHARE)
        snprintf(why, PROBLEM_BYTES, "%.1f %% of the requests were sent more than %.0f ms late",
                 late * 100, OPEN_LOOP_LATE_NS / 1e6);
    /* Connections are all taken when the server is slow to answer, and when the generator is slow
     * to read: either way it has not made the load. */
    else if (held_up > LOST_SHARE * arrivals)
        snprintf(why, PROBLEM_BYTES,
                 "%.1f %% of the requests found all connections taken (it ran for %.0f %% of the "
                 "time)",
                 held_up / arrivals * 100, number(generator, "cpu_utilisation") * 100);
    else if (lost > LOST_SHARE * arrivals)
        snprintf(why, PROBLEM_BYTES, "%.1f %% of the requests had no answer",
                 lost / arrivals * 100);
    else
        return true;
    return false;
}

char *headroom_sentence(const json_t *headroom, char *text, size_t bytes)
{
    snprintf(text, bytes, "the generator did not make %g times the load against %s: %s",
             number(headroom, "factor"), json_string_value(json_object_get(headroom, "against")),
             json_string_value(json_object_get(headroom, "why_not")));
    return text;
}

/* The highest load that any subject of the round was offered. */
static double highest_offer(const json_t *trials)
{
    double highest = 0;
    size_t i;
    const json_t *trial;
    json_array_foreach((json_t *)trials, i, trial)
    {
        double offered = number(json_object_get(trial, "metrics"), METRIC_OFFERED);
        highest = offered > highest ? offered : highest;
    }
    return highest;
}

/* Where a system has no floor, a backend has to do: it takes more of the machine, and what the
 * generator can do against it, it can do. */
static const struct subject *cheapest_server(const struct cell *cell, const json_t *params)
{
    char reason[REASON_BYTES];
    uint32_t granted;
    size_t count;
    const struct subject *all = subjects(&count);
    for (size_t i = 0; i < count; i++) {
        if (subject_is_floor(all[i].name) &&
            cell->workload->refuses(&all[i], cell->mode, params, reason) == NULL &&
            all[i].available(&all[i], reason, &granted) == 0)
            return &all[i];
    }
    return cell->subjects[0];
}

/* Until one is the proof; `why` is of the last one that was none. */
static int attempt(const struct launch *launch, json_t *trials, bool *proved, char *why)
{
    *proved = false;
    for (int i = 0; i < ATTEMPTS && !*proved; i++) {
        json_t *trial;
        int r = launch_trial(launch, &trial);
        if (r < 0)
            return r;
        json_object_set_new(trial, "round", json_integer(0));
        json_object_set_new(trial, "order", json_integer(0));
        json_object_set_new(trial, "attempt", json_integer(i));
        if (json_array_append_new(trials, trial) < 0)
            return -ENOMEM;
        *proved = headroom_is_proof(trial, why);
    }
    return 0;
}

static int prove(const struct launch *like, const json_t *params, double offered_per_s,
                 json_t **headroom)
{
    struct cell cell = *like->cell;
    struct launch launch = *like;
    cell.params = params;
    launch.cell = &cell;
    launch.subject = cheapest_server(like->cell, params);
    launch.count_system_calls = false;
    json_t *trials = json_array();
    char why[PROBLEM_BYTES];
    bool proved;
    int r = attempt(&launch, trials, &proved, why);
    if (r < 0) {
        json_decref(trials);
        return r;
    }
    *headroom = json_pack("{s:s, s:f, s:f, s:b, s:s?, s:o}", "against", launch.subject->name,
                          METRIC_OFFERED, offered_per_s, "factor", OPEN_LOOP_HEADROOM, "proved",
                          proved, "why_not", proved ? NULL : why, "trials", trials);
    return *headroom != NULL ? 0 : -ENOMEM;
}

int headroom_prove(const struct launch *like, const json_t *trials, json_t **headroom)
{
    const struct cell *cell = like->cell;
    double offered_per_s = highest_offer(trials);
    *headroom = NULL;
    if (cell->workload->heavier == NULL || !(offered_per_s > 0) || cell->subject_count == 0)
        return 0;
    json_t *params =
        cell->workload->heavier(cell->mode, cell->params, OPEN_LOOP_HEADROOM, offered_per_s);
    if (params == NULL)
        return 0;
    int r = prove(like, params, offered_per_s, headroom);
    json_decref(params);
    return r;
}

void headroom_mark(const json_t *headroom, json_t *trials)
{
    char why[2 * PROBLEM_BYTES];
    size_t i;
    json_t *trial;
    if (headroom == NULL || json_is_true(json_object_get(headroom, "proved")))
        return;
    headroom_sentence(headroom, why, sizeof(why));
    json_array_foreach(trials, i, trial)
    {
        json_t *generator = json_object_get(trial, "generator");
        if (!json_is_object(generator) || json_is_true(json_object_get(generator, "bound")))
            continue;
        json_object_set_new(generator, "bound", json_true());
        json_object_set_new(generator, "why_bound", json_string(why));
    }
}
