#include "harness/headroom.h"

#include "harness/generator/open_loop_tally.h"

#include <errno.h>
#include <string.h>

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

json_t *headroom_why_not(const json_t *trial)
{
    const json_t *generator = json_object_get(trial, "generator");
    const json_t *plan = json_object_get(generator, "plan");
    double arrivals = number(plan, "arrivals");
    if (!json_is_true(json_object_get(trial, "valid")))
        return json_copy(json_object_get(trial, "why_invalid"));
    if (!(arrivals > 0))
        return json_string("no request was planned");
    if (number(generator, "late_share") > LATE_SHARE)
        return json_sprintf("%.1f %% of the requests were sent more than %.0f ms late",
                            number(generator, "late_share") * 100, OPEN_LOOP_LATE_NS / 1e6);
    /* Connections are all taken when the server is slow to answer, and when the generator is slow
     * to read: either way it has not made the load. */
    if (number(plan, "limited") + number(plan, "not_sent") > LOST_SHARE * arrivals)
        return json_sprintf("%.1f %% of the requests found all connections taken (it ran for %.0f "
                            "%% of the time)",
                            100 * (number(plan, "limited") + number(plan, "not_sent")) / arrivals,
                            number(generator, "cpu_utilisation") * 100);
    if (number(plan, "answered") < (1 - LOST_SHARE) * arrivals)
        return json_sprintf("%.1f %% of the requests had no answer",
                            100 * (1 - number(plan, "answered") / arrivals));
    return NULL;
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
        if (strncmp(all[i].name, "floor:", 6) == 0 &&
            cell->workload->refuses(&all[i], cell->mode, params, reason) == NULL &&
            all[i].available(&all[i], reason, &granted) == 0)
            return &all[i];
    }
    return cell->subjects[0];
}

/* The sentence why the last one failed, or NULL for one that did not, is *why_not. */
static int attempt(const struct launch *launch, json_t *trials, json_t **why_not)
{
    *why_not = NULL;
    for (int i = 0; i < ATTEMPTS; i++) {
        json_t *trial;
        json_decref(*why_not);
        *why_not = NULL;
        int r = launch_trial(launch, &trial);
        if (r < 0)
            return r;
        json_object_set_new(trial, "round", json_integer(0));
        json_object_set_new(trial, "order", json_integer(0));
        json_object_set_new(trial, "attempt", json_integer(i));
        if (json_array_append_new(trials, trial) < 0)
            return -ENOMEM;
        *why_not = headroom_why_not(trial);
        if (*why_not == NULL)
            break;
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
    json_t *trials = json_array(), *why_not;
    int r = attempt(&launch, trials, &why_not);
    if (r < 0) {
        json_decref(trials);
        json_decref(why_not);
        return r;
    }
    *headroom =
        json_pack("{s:s, s:f, s:f, s:b, s:o, s:o}", "against", launch.subject->name, METRIC_OFFERED,
                  offered_per_s, "factor", OPEN_LOOP_HEADROOM, "proved", why_not == NULL, "why_not",
                  why_not != NULL ? why_not : json_null(), "trials", trials);
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
    size_t i;
    json_t *trial;
    if (headroom == NULL || json_is_true(json_object_get(headroom, "proved")))
        return;
    json_array_foreach(trials, i, trial)
    {
        json_t *generator = json_object_get(trial, "generator");
        if (!json_is_object(generator) || json_is_true(json_object_get(generator, "bound")))
            continue;
        json_object_set_new(generator, "bound", json_true());
        json_object_set_new(generator, "why_bound",
                            json_sprintf("it did not prove that it can make %g times the load: %s",
                                         OPEN_LOOP_HEADROOM,
                                         json_string_value(json_object_get(headroom, "why_not"))));
    }
}
