#include "harness/execute/trial_request.h"

#include "harness/base/problem.h"
#include "harness/contract/parameters.h"
#include "harness/record/manifest_json.h"
#include "harness/subjects/subjects.h"
#include "harness/workloads/workloads.h"

#include <errno.h>
#include <jansson.h>
#include <string.h>

/* ---- writing ---- */

char *trial_request_to_text(const struct launch *launch)
{
    const struct cell *cell = launch->cell;
    json_t *request =
        json_pack("{s:s, s:s, s:s, s:o, s:b, s:b, s:I, s:f, s:i}", "workload", cell->workload->name,
                  "subject", launch->subject->name, "mode", cell->mode, "params",
                  params_to_json(&cell->params), "count_system_calls", launch->count_system_calls,
                  "turns", launch->turns, "seed", (json_int_t)(launch->seed & INT64_MAX),
                  "planted_share", launch->planted_share, "cpu", launch->subject_cpu);
    char *text = request != NULL ? json_dumps(request, JSON_COMPACT) : NULL;
    json_decref(request);
    return text;
}

/* ---- reading ---- */

static int read_order(struct trial_order *order, json_t *json, char *problem)
{
    const char *workload, *subject, *mode;
    struct trial_request *request = &order->request;
    json_int_t seed;
    int count_system_calls, turns;
    json_error_t error;
    if (json_unpack_ex(json, &error, 0, "{s:s, s:s, s:s, s:b, s:b, s:I, s:F, s:i}", "workload",
                       &workload, "subject", &subject, "mode", &mode, "count_system_calls",
                       &count_system_calls, "turns", &turns, "seed", &seed, "planted_share",
                       &request->planted_share, "cpu", &order->cpu) < 0)
        return problem_say(problem, -EINVAL, "the request of a trial is not understood: %s",
                           error.text);
    order->workload = workload_find(workload);
    request->subject = subject_find(subject);
    request->mode = order->workload != NULL ? workload_mode(order->workload, mode) : NULL;
    if (request->mode == NULL || request->subject == NULL)
        return problem_say(problem, -EINVAL, "a trial of %s %s on %s is not known", workload, mode,
                           subject);
    request->params = &order->params;
    request->generator_fd = CONTROL_FD;
    request->turn_fd = turns ? TURN_FD : 0;
    request->seed = (uint64_t)seed;
    request->count_system_calls = count_system_calls;
    struct json_take take;
    char place[PROBLEM_BYTES];
    json_take_open(&take, json, place);
    params_take(&take, &order->params);
    return take.r < 0
               ? problem_say(problem, take.r, "the parameters of a trial are not understood: %s",
                             take.r == -EINVAL ? place : strerror(-take.r))
               : 0;
}

int trial_request_from_text(struct trial_order *order, const char *text, size_t length,
                            char *problem)
{
    json_error_t error;
    json_t *json = json_loadb(text, length, JSON_REJECT_DUPLICATES, &error);
    int r = json != NULL ? read_order(order, json, problem)
                         : problem_say(problem, -EINVAL,
                                       "the request of a trial is not JSON (%s); trials are "
                                       "started by pollbench run",
                                       error.text);
    json_decref(json);
    return r;
}

void trial_order_free(struct trial_order *order)
{
    named_values_free(&order->params);
    *order = (struct trial_order){0};
}
