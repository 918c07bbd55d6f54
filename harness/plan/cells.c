#include "harness/plan/cells.h"

#include "harness/base/nearest.h"
#include "harness/base/numbers.h"
#include "harness/base/problem.h"
#include "harness/contract/parameters.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A share of the rate that the generator can make. Beyond two thirds it has no headroom, and that
 * is said of the cell then. */
#define SHARE_LEAST_PERCENT 1.0
#define SHARE_MOST_PERCENT 100.0

enum { HELP_BYTES = 64 };

/* What lists the modes and parameters that there are. Returns `text`, HELP_BYTES. */
static const char *help_of(const struct run_options *options, char *text)
{
    if (options->workload_count != 1)
        return "pollbench run --help-all";
    snprintf(text, HELP_BYTES, "pollbench run %s --help", options->workloads[0]->name);
    return text;
}

static int unknown_mode(const struct run_options *options, const char *mode, char *problem)
{
    struct nearest nearest;
    char help[HELP_BYTES];
    nearest_begin(&nearest, mode);
    for (size_t i = 0; i < options->workload_count; i++) {
        for (const char *const *m = options->workloads[i]->modes; *m != NULL; m++)
            nearest_consider(&nearest, *m);
    }
    return nearest_unknown(&nearest, "mode", help_of(options, help), problem);
}

/* Every named mode belongs to a workload, and every workload has one of them. */
static int check_modes(const struct run_options *options, char *problem)
{
    const struct setting *chosen = run_options_setting(options, "mode");
    if (chosen == NULL)
        return 0;
    for (size_t i = 0; i < chosen->count; i++) {
        bool known = false;
        for (size_t w = 0; w < options->workload_count; w++)
            known |= workload_mode(options->workloads[w], chosen->values[i]) != NULL;
        if (!known)
            return unknown_mode(options, chosen->values[i], problem);
    }
    for (size_t w = 0; w < options->workload_count; w++) {
        bool served = false;
        for (const char *const *m = options->workloads[w]->modes; *m != NULL; m++)
            served |= run_options_has_mode(options, options->workloads[w], *m);
        if (!served)
            return problem_say(problem, -EINVAL,
                               "workload %s has none of the modes of --set mode; name the "
                               "workloads that have one: pollbench run WORKLOAD --set mode=...",
                               options->workloads[w]->name);
    }
    return 0;
}

static int unknown_key(const struct run_options *options, const char *key, char *problem)
{
    struct nearest nearest;
    char help[HELP_BYTES];
    nearest_begin(&nearest, key);
    nearest_consider(&nearest, "mode");
    for (size_t w = 0; w < options->workload_count; w++) {
        for (const struct parameter *p = options->workloads[w]->parameters; p->name != NULL; p++)
            nearest_consider(&nearest, p->name);
    }
    return nearest_unknown(&nearest, "parameter", help_of(options, help), problem);
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
            if (run_options_has_mode(options, workload, *m) && name_in_list(p->modes, *m))
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

/* ---- the values of one parameter ---- */

struct reading {
    const struct parameter *parameter;
    /* All under the parameter's name. */
    struct named_values values;
};

/* "30%", of what the generator can make: as text, until its cell is made. */
static int read_share(struct reading *reading, const char *text, char *problem)
{
    char digits[32], share[40];
    double percent;
    size_t length = strlen(text) - 1;
    snprintf(digits, sizeof digits, "%.*s", (int)length, text);
    if (length >= sizeof digits ||
        number_decimal(digits, SHARE_LEAST_PERCENT, SHARE_MOST_PERCENT, &percent) < 0)
        return problem_say(problem, -EINVAL,
                           "%s cannot be \"%s\": as a share of what the generator can make here it "
                           "is from %g%% to %g%%, with nothing behind the %%",
                           reading->parameter->name, text, SHARE_LEAST_PERCENT, SHARE_MOST_PERCENT);
    snprintf(share, sizeof share, "%.15g%%", percent);
    return named_values_add_text(&reading->values, "", reading->parameter->name, share);
}

static bool is_share(const struct parameter *parameter, const char *text)
{
    return strcmp(parameter->name, "rate") == 0 && strchr(text, '%') != NULL;
}

static int read_one_value(void *target, const char *text, char *problem)
{
    struct reading *reading = target;
    struct named_values *values = &reading->values;
    int r = is_share(reading->parameter, text)
                ? read_share(reading, text, problem)
                : parameter_read(reading->parameter, text, values, problem);
    if (r < 0)
        return r;
    for (size_t i = 0; i + 1 < values->count; i++) {
        /* 10 and 010 are one value. */
        if (value_equal(&values->list[i].value, &values->list[values->count - 1].value))
            return problem_say(problem, -EINVAL, "%s has the value %s twice",
                               reading->parameter->name, text);
    }
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

/* As set, else the environment's, else the profile's, else the default. profile_set 0:
 * what the profile has for its sets of cells alone does not count. */
static int read_values(struct reading *reading, const struct run_options *options,
                       const struct workload *workload, const char *mode, unsigned profile_set,
                       char *problem)
{
    const struct parameter *parameter = reading->parameter;
    const struct setting *set = run_options_setting(options, parameter->name);
    int r = 0;
    if (set == NULL && parameter->environment != NULL && getenv(parameter->environment) != NULL)
        return read_environment(reading, problem);
    if (set == NULL) {
        const char *list = profile_set_values(options->profile, workload->name, mode,
                                              parameter->name, profile_set);
        return options_split(parameter->name, list != NULL ? list : parameter->fallback,
                             read_one_value, reading, problem);
    }
    for (size_t i = 0; i < set->count && r == 0; i++)
        r = read_one_value(reading, set->values[i], problem);
    return r;
}

/* ---- one workload and mode ---- */

/* Lists of parameters, one for each cell to be. */
struct combinations {
    struct named_values *list;
    size_t count;
};

static void combinations_free(struct combinations *combinations)
{
    for (size_t i = 0; i < combinations->count; i++)
        named_values_free(&combinations->list[i]);
    free(combinations->list);
    *combinations = (struct combinations){0};
}

/* Each of them with each of the values. */
static int multiply(struct combinations *combinations, const struct named_values *values)
{
    struct combinations product = {0};
    int r = 0;
    product.list = calloc(combinations->count * values->count, sizeof product.list[0]);
    if (product.list == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < combinations->count && r == 0; i++) {
        for (size_t k = 0; k < values->count && r == 0; k++) {
            struct named_values *params = &product.list[product.count++];
            r = named_values_copy(params, &combinations->list[i]);
            if (r == 0)
                r = named_values_add(params, "", values->list[k].name, &values->list[k].value);
        }
    }
    combinations_free(r == 0 ? combinations : &product);
    if (r == 0)
        *combinations = product;
    return r;
}

/* Every parameter of the mode, but optional ones that were not set. */
static int combine(struct combinations *combinations, const struct run_options *options,
                   const struct workload *workload, const char *mode, unsigned profile_set,
                   size_t most, char *problem)
{
    int r = 0;
    for (const struct parameter *p = workload->parameters; p->name != NULL && r == 0; p++) {
        struct reading reading = {.parameter = p};
        bool unset = p->optional && run_options_setting(options, p->name) == NULL;
        if (unset || !name_in_list(p->modes, mode))
            continue;
        r = read_values(&reading, options, workload, mode, profile_set, problem);
        if (r == 0 && combinations->count * reading.values.count > most)
            r = problem_say(problem, -EINVAL,
                            "the settings make more than %d cells; give fewer values", CELLS_MAX);
        if (r == 0)
            r = multiply(combinations, &reading.values);
        named_values_free(&reading.values);
    }
    return r;
}

/* What is left a text until now is a share; until the probe, the rate is the usual one. */
static int take_share(struct planned_cell *planned)
{
    char unused[PROBLEM_BYTES];
    struct named_values *params = &planned->cell.params, usual = {0};
    const struct value *rate = named_values_find(params, "", "rate");
    if (rate == NULL || rate->kind != VALUE_TEXT)
        return 0;
    /* A share of what each subject can answer takes the place of any rate. */
    if (named_values_find(params, "", "share") == NULL)
        planned->rate_share = strtod(rate->text, NULL) / 100;
    const struct parameter *p = planned->cell.workload->parameters;
    while (strcmp(p->name, "rate") != 0)
        p++;
    int r = parameter_read(p, p->fallback, &usual, unused);
    if (r == 0)
        r = named_values_set(params, "", "rate", &usual.list[0].value);
    named_values_free(&usual);
    return r;
}

static int add_set(struct cell_list *cells, const struct run_options *options,
                   const struct workload *workload, const char *mode, unsigned profile_set,
                   char *problem)
{
    struct combinations combinations = {.list = calloc(1, sizeof combinations.list[0]), .count = 1};
    if (combinations.list == NULL)
        return -ENOMEM;
    int r = combine(&combinations, options, workload, mode, profile_set, CELLS_MAX - cells->count,
                    problem);
    if (r == 0) {
        size_t count = cells->count + combinations.count;
        struct planned_cell *grown = realloc(cells->list, count * sizeof cells->list[0]);
        if (grown == NULL)
            r = -ENOMEM;
        else
            cells->list = grown;
    }
    for (size_t i = 0; i < combinations.count && r == 0; i++) {
        /* The parameters are the cell's now. */
        cells->list[cells->count++] = (struct planned_cell){
            .cell = {.workload = workload, .mode = mode, .params = combinations.list[i]},
            .twin = NO_TWIN};
        combinations.list[i] = (struct named_values){0};
        r = take_share(&cells->list[cells->count - 1]);
    }
    combinations_free(&combinations);
    return r;
}

/* Once what tells the profile's sets of cells apart is set, there is nothing to tell apart. */
static bool has_sets(const struct run_options *options, const struct workload *workload,
                     const char *mode)
{
    for (size_t i = 0; i < options->setting_count; i++) {
        if (profile_set_has(options->profile, workload->name, mode, options->settings[i].name))
            return false;
    }
    return true;
}

static int add_mode(struct cell_list *cells, const struct run_options *options,
                    const struct workload *workload, const char *mode, char *problem)
{
    if (!has_sets(options, workload, mode))
        return add_set(cells, options, workload, mode, 0, problem);
    unsigned sets = profile_sets(options->profile, workload->name, mode);
    int r = 0;
    for (unsigned set = 1; set <= sets && r == 0; set++)
        r = add_set(cells, options, workload, mode, set, problem);
    return r;
}

int cells_build(struct cell_list *cells, const struct run_options *options, char *problem)
{
    int r = check_modes(options, problem);
    for (size_t i = 0; i < options->setting_count && r == 0; i++)
        r = check_key(options, options->settings[i].name, problem);
    for (size_t w = 0; w < options->workload_count; w++) {
        for (const char *const *m = options->workloads[w]->modes; *m != NULL; m++) {
            if (r == 0 && run_options_has_mode(options, options->workloads[w], *m))
                r = add_mode(cells, options, options->workloads[w], *m, problem);
        }
    }
    return r == -ENOMEM ? problem_say(problem, r, "there is no memory for the cells") : r;
}

void cells_free(struct cell_list *cells)
{
    for (size_t i = 0; i < cells->count; i++) {
        struct planned_cell *planned = &cells->list[i];
        cell_free(&planned->cell);
        free(planned->skipped);
        for (size_t k = 0; k < planned->refused_count; k++)
            free(planned->refused[k].reason);
        free(planned->refused);
    }
    free(cells->list);
    *cells = (struct cell_list){0};
}

void planned_cell_forget(struct planned_cell *planned, size_t subject)
{
    size_t kept = 0;
    for (size_t i = 0; i < planned->subject_count; i++) {
        if (planned->subjects[i] != subject)
            planned->subjects[kept++] = planned->subjects[i];
    }
    planned->subject_count = kept;
    if (planned->twin == subject)
        planned->twin = NO_TWIN;
}
