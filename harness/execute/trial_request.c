#include "harness/execute/trial_request.h"

#include "harness/base/problem.h"
#include "harness/contract/parameters.h"
#include "harness/subjects/subjects.h"
#include "harness/workloads/workloads.h"

#include <errno.h>
#include <jansson.h>

/* ---- writing ---- */

static json_t *value_to_json(const struct value *value)
{
    switch (value->kind) {
    case VALUE_INTEGER:
        return json_integer((json_int_t)value->integer);
    case VALUE_REAL:
        return json_real(value->real);
    case VALUE_TEXT:
        return json_string(value->text);
    case VALUE_NOTHING:
        break;
    }
    return json_null();
}

static json_t *params_to_json(const struct named_values *params)
{
    json_t *object = json_object();
    int r = object != NULL ? 0 : -1;
    for (size_t i = 0; i < params->count && r == 0; i++)
        r = json_object_set_new(object, params->list[i].name,
                                value_to_json(&params->list[i].value));
    if (r == 0)
        return object;
    json_decref(object);
    return NULL;
}

char *trial_request_to_text(const struct launch *launch)
{
    const struct cell *cell = launch->cell;
    json_t *request =
        json_pack("{s:s, s:s, s:s, s:o, s:b, s:I, s:f, s:i}", "workload", cell->workload->name,
                  "subject", launch->subject->name, "mode", cell->mode, "params",
                  params_to_json(&cell->params), "count_system_calls", launch->count_system_calls,
                  "seed", (json_int_t)(launch->seed & INT64_MAX), "planted_share",
                  launch->planted_share, "cpu", launch->subject_cpu);
    char *text = request != NULL ? json_dumps(request, JSON_COMPACT) : NULL;
    json_decref(request);
    return text;
}

/* ---- reading ---- */

static int params_from_json(struct named_values *params, json_t *object)
{
    const char *name;
    json_t *value;
    int r = json_is_object(object) ? 0 : -EINVAL;
    json_object_foreach(object, name, value)
    {
        if (r < 0)
            break;
        if (json_is_integer(value))
            r = named_values_add_integer(params, "", name, json_integer_value(value));
        else if (json_is_real(value))
            r = named_values_add_real(params, "", name, json_real_value(value));
        else if (json_is_string(value))
            r = named_values_add_text(params, "", name, json_string_value(value));
        else
            r = -EINVAL;
    }
    return r;
}

static int read_order(struct trial_order *order, json_t *json, char *problem)
{
    const char *workload, *subject, *mode;
    struct trial_request *request = &order->request;
    json_t *params;
    json_int_t seed;
    int count_system_calls;
    json_error_t error;
    if (json_unpack_ex(json, &error, 0, "{s:s, s:s, s:s, s:o, s:b, s:I, s:F, s:i}", "workload",
                       &workload, "subject", &subject, "mode", &mode, "params", &params,
                       "count_system_calls", &count_system_calls, "seed", &seed, "planted_share",
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
    request->seed = (uint64_t)seed;
    request->count_system_calls = count_system_calls;
    int r = params_from_json(&order->params, params);
    return r < 0 ? problem_say(problem, r, "the parameters of a trial are not understood") : 0;
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
