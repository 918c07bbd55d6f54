#include "harness/plan/cells.h"

#include "harness/base/nearest.h"
#include "harness/contract/parameters.h"
#include "harness/base/problem.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static bool mode_is_chosen(const struct run_options *options, const char *mode)
{
    const json_t *chosen = json_object_get(options->settings, "mode"), *value;
    size_t i;
    if (chosen == NULL)
        return true;
    json_array_foreach(chosen, i, value)
    {
        if (strcmp(json_string_value(value), mode) == 0)
            return true;
    }
    return false;
}

static int unknown_mode(const struct run_options *options, const char *mode, char *problem)
{
    struct nearest nearest;
    nearest_begin(&nearest, mode);
    for (size_t i = 0; i < options->workload_count; i++) {
        for (const char *const *m = options->workloads[i]->modes; *m != NULL; m++)
            nearest_consider(&nearest, *m);
    }
    return nearest_unknown(&nearest, "mode", "pollbench run --help", problem);
}

/* Every named mode belongs to a workload, and every workload has one of them. */
static int check_modes(const struct run_options *options, char *problem)
{
    const json_t *chosen = json_object_get(options->settings, "mode"), *value;
    size_t i;
    if (chosen == NULL)
        return 0;
    json_array_foreach(chosen, i, value)
    {
        bool known = false;
        for (size_t w = 0; w < options->workload_count; w++)
            known |= workload_has_mode(options->workloads[w], json_string_value(value));
        if (!known)
            return unknown_mode(options, json_string_value(value), problem);
    }
    for (size_t w = 0; w < options->workload_count; w++) {
        bool served = false;
        for (const char *const *m = options->workloads[w]->modes; *m != NULL; m++)
            served |= mode_is_chosen(options, *m);
        if (!served)
            return problem_say(
                problem, -EINVAL,
                "workload %s has none of the modes of --set mode; name the workloads "
                "that have one: pollbench run WORKLOAD --set mode=...",
                options->workloads[w]->name);
    }
    return 0;
}

static int unknown_key(const struct run_options *options, const char *key, char *problem)
{
    struct nearest nearest;
    nearest_begin(&nearest, key);
    nearest_consider(&nearest, "mode");
    for (size_t w = 0; w < options->workload_count; w++) {
        for (const struct parameter *p = options->workloads[w]->parameters; p->name != NULL; p++)
            nearest_consider(&nearest, p->name);
    }
    return nearest_unknown(&nearest, "parameter", "pollbench run --help", problem);
}

/* Whether one of the chosen modes has the parameter. A name may have a row of its own for each
 * mode: *elsewhere is the last one that was found. */
static bool is_wanted(const struct run_options *options, const struct workload *workload,
                      const char *key, const struct parameter **elsewhere)
{
    for (const struct parameter *p = workload->parameters; p->name != NULL; p++) {
        if (strcmp(p->name, key) != 0)
            continue;
        *elsewhere = p;
        for (const char *const *m = workload->modes; *m != NULL; m++) {
            if (mode_is_chosen(options, *m) && name_in_list(p->modes, *m))
                return true;
        }
    }
    return false;
}

static int check_key(const struct run_options *options, const char *key, char *problem)
{
    const struct parameter *elsewhere = NULL;
    if (strcmp(key, "mode") == 0)
        return 0;
    for (size_t w = 0; w < options->workload_count; w++) {
        if (is_wanted(options, options->workloads[w], key, &elsewhere))
            return 0;
    }
    if (elsewhere == NULL)
        return unknown_key(options, key, problem);
    return problem_say(problem, -EINVAL,
                       "parameter \"%s\" means nothing in the chosen mode: it belongs to mode %s",
                       key, elsewhere->modes);
}

/* ---- one workload and mode ---- */

struct reading {
    const struct parameter *parameter;
    json_t *values;
};

static int read_one_value(void *target, const char *text, char *problem)
{
    struct reading *reading = target;
    json_t *value = parameter_read(reading->parameter, text, problem), *other;
    size_t i;
    if (value == NULL)
        return -EINVAL;
    json_array_foreach(reading->values, i, other)
    {
        if (json_equal(value, other)) { /* 10 and 010 are one value */
            json_decref(value);
            return problem_say(problem, -EINVAL, "%s has the value %s twice",
                               reading->parameter->name, text);
        }
    }
    json_array_append_new(reading->values, value);
    return 0;
}

/* One value, not a list: the variable is read by others, too. */
static int read_environment(struct reading *reading, char *problem)
{
    char why[PROBLEM_BYTES];
    const char *name = reading->parameter->environment;
    int r = read_one_value(reading, getenv(name), why);
    return r < 0 ? problem_say(problem, r, "environment variable %s: %s", name, why) : 0;
}

/* The values that a parameter takes in this mode: as set, else the environment's, else the
 * profile's, else the default. */
static json_t *read_values(const struct run_options *options, const struct workload *workload,
                           const char *mode, const struct parameter *parameter, char *problem)
{
    struct reading reading = {.parameter = parameter, .values = json_array()};
    const json_t *set = json_object_get(options->settings, parameter->name), *text;
    size_t i;
    int r = 0;
    if (set != NULL) {
        json_array_foreach(set, i, text)
        {
            if (r == 0)
                r = read_one_value(&reading, json_string_value(text), problem);
        }
    } else if (parameter->environment != NULL && getenv(parameter->environment) != NULL) {
        r = read_environment(&reading, problem);
    } else {
        const char *list = profile_values(options->profile, workload->name, mode, parameter->name);
        r = options_split(parameter->name, list != NULL ? list : parameter->fallback,
                          read_one_value, &reading, problem);
    }
    if (r == 0)
        return reading.values;
    json_decref(reading.values);
    return NULL;
}

static json_t *new_cell(const struct workload *workload, const char *mode, json_t *params)
{
    return json_pack("{s:s, s:s, s:o, s:n, s:[], s:[], s:[], s:[], s:[], s:[]}", "workload",
                     workload->name, "mode", mode, "params", params, "skipped", "skipped_subjects",
                     "counting_trials", "trials", "summary", "ratios", "verdicts");
}

/* Multiplies a list of parameter objects by the values of one more parameter. */
static json_t *multiply(json_t *combinations, const char *name, const json_t *values)
{
    json_t *product = json_array(), *combination, *value;
    size_t i, j;
    json_array_foreach(combinations, i, combination)
    {
        json_array_foreach(values, j, value)
        {
            json_t *params = json_copy(combination);
            json_object_set(params, name, value);
            json_array_append_new(product, params);
        }
    }
    json_decref(combinations);
    return product;
}

static int add_mode(const struct run_options *options, const struct workload *workload,
                    const char *mode, json_t *cells, char *problem)
{
    json_t *combinations = json_pack("[{}]"), *params;
    size_t i;
    int r = 0;
    for (const struct parameter *p = workload->parameters; p->name != NULL && r == 0; p++) {
        bool unset = p->optional && json_object_get(options->settings, p->name) == NULL;
        if (unset || !name_in_list(p->modes, mode))
            continue;
        json_t *values = read_values(options, workload, mode, p, problem);
        if (values == NULL)
            r = -EINVAL;
        else if (json_array_size(combinations) * json_array_size(values) + json_array_size(cells) >
                 CELLS_MAX)
            r = problem_say(problem, -EINVAL,
                            "the settings make more than %d cells; give fewer values", CELLS_MAX);
        else
            combinations = multiply(combinations, p->name, values);
        json_decref(values);
    }
    json_array_foreach(combinations, i, params)
    {
        if (r == 0)
            json_array_append_new(cells, new_cell(workload, mode, json_incref(params)));
    }
    json_decref(combinations);
    return r;
}

json_t *cells_build(const struct run_options *options, char *problem)
{
    json_t *cells = json_array();
    const char *key;
    json_t *values;
    int r = check_modes(options, problem);
    json_object_foreach(options->settings, key, values)
    {
        if (r == 0)
            r = check_key(options, key, problem);
    }
    for (size_t w = 0; w < options->workload_count; w++) {
        for (const char *const *m = options->workloads[w]->modes; *m != NULL; m++) {
            if (r == 0 && mode_is_chosen(options, *m))
                r = add_mode(options, options->workloads[w], *m, cells, problem);
        }
    }
    if (r == 0)
        return cells;
    json_decref(cells);
    return NULL;
}

void cell_open(struct cell *cell, json_t *json)
{
    *cell = (struct cell){
        .workload = workload_find(json_string_value(json_object_get(json, "workload"))),
        .mode = json_string_value(json_object_get(json, "mode")),
        .json = json,
        .params = json_object_get(json, "params"),
    };
}

void cell_describe(const struct cell *cell, char *text, size_t bytes)
{
    const char *name;
    json_t *value;
    size_t used = (size_t)snprintf(text, bytes, "%s %s", cell->workload->name, cell->mode);
    json_object_foreach((json_t *)cell->params, name, value)
    {
        if (used >= bytes)
            return;
        if (json_is_string(value))
            used += (size_t)snprintf(text + used, bytes - used, " %s=%s", name,
                                     json_string_value(value));
        else
            used += (size_t)snprintf(text + used, bytes - used, " %s=%.15g", name,
                                     json_number_value(value));
    }
}
