#include "harness/run_shape.h"

#include "harness/measure/histogram.h"
#include "harness/measure/verdict.h"
#include "harness/parameters.h"
#include "harness/problem.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum kind {
    STRING = 1 << 0,
    WHOLE = 1 << 1,  /* a number without a fraction, >= 0 */
    NUMBER = 1 << 2, /* any number */
    BOOLEAN = 1 << 3,
    NOTHING = 1 << 4,
    OBJECT = 1 << 5,
    ARRAY = 1 << 6,
    OPTIONAL = 1 << 7, /* the field may be left out */
};

/* What one value has to be. `fields` ends with a NULL name; `each` is the rule for every element of
 * an array and every value of an object whose names are free. */
struct field {
    const char *name;
    unsigned kinds;
    const struct field *fields;
    const struct field *each;
};

/* The place in the document that is being looked at, as text: cells[0].trials[3].round. */
struct place {
    char text[200];
    size_t length;
    char *problem;
};

static const struct field any_string = {NULL, STRING, NULL, NULL};
static const struct field any_number = {NULL, NUMBER, NULL, NULL};
static const struct field number_or_string = {NULL, NUMBER | STRING, NULL, NULL};
static const struct field counter = {NULL, NUMBER | NOTHING, NULL, NULL};
static const struct field any_object = {NULL, OBJECT, NULL, NULL};

static const struct field generator_fields[] = {
    {"bound", BOOLEAN | OPTIONAL, NULL, NULL},
    {"cpu_utilisation", NUMBER | NOTHING | OPTIONAL, NULL, NULL},
    {NULL, 0, NULL, NULL},
};

static const struct field trial_fields[] = {
    {"subject", STRING, NULL, NULL},
    {"round", WHOLE, NULL, NULL},
    {"order", WHOLE | OPTIONAL, NULL, NULL},
    {"metrics", OBJECT, NULL, &any_number},
    {"histograms", OBJECT | OPTIONAL, NULL, &any_object},
    {"counters", OBJECT | OPTIONAL, NULL, &counter},
    {"generator", OBJECT | NOTHING | OPTIONAL, generator_fields, NULL},
    {"valid", BOOLEAN, NULL, NULL},
    {"why_invalid", STRING | NOTHING, NULL, NULL},
    {NULL, 0, NULL, NULL},
};
static const struct field trial = {NULL, OBJECT, trial_fields, NULL};

static const struct field skipped_subject_fields[] = {
    {"subject", STRING, NULL, NULL},
    {"reason", STRING, NULL, NULL},
    {NULL, 0, NULL, NULL},
};
static const struct field skipped_subject = {NULL, OBJECT, skipped_subject_fields, NULL};

static const struct field cell_fields[] = {
    {"workload", STRING, NULL, NULL},
    {"mode", STRING, NULL, NULL},
    {"params", OBJECT, NULL, &number_or_string},
    {"trials", ARRAY, NULL, &trial},
    {"counting_trials", ARRAY | OPTIONAL, NULL, &trial},
    {"skipped", STRING | NOTHING | OPTIONAL, NULL, NULL},
    {"skipped_subjects", ARRAY | OPTIONAL, NULL, &skipped_subject},
    {NULL, 0, NULL, NULL},
};
static const struct field cell = {NULL, OBJECT, cell_fields, NULL};

static const struct field subject_fields[] = {
    {"name", STRING, NULL, NULL},
    {"tier", STRING, NULL, NULL},
    {"available", BOOLEAN, NULL, NULL},
    {"reason", STRING | NOTHING, NULL, NULL},
    {NULL, 0, NULL, NULL},
};
static const struct field subject = {NULL, OBJECT, subject_fields, NULL};

static const struct field manifest_fields[] = {
    {"kernel", STRING | NOTHING, NULL, NULL},
    {"cpu", STRING | NOTHING, NULL, NULL},
    {"cpus", WHOLE | NOTHING, NULL, NULL},
    {"cores", WHOLE | NOTHING | OPTIONAL, NULL, NULL},
    {"virtualization", STRING | NOTHING, NULL, NULL},
    {"date", STRING | NOTHING | OPTIONAL, NULL, NULL},
    {NULL, 0, NULL, NULL},
};

static const struct field run_fields[] = {
    {"schema", WHOLE, NULL, NULL},
    {"id", STRING, NULL, NULL},
    {"command", ARRAY, NULL, &any_string},
    {"seed", WHOLE, NULL, NULL},
    {"minimum_effect", NUMBER | OPTIONAL, NULL, NULL},
    {"manifest", OBJECT, manifest_fields, NULL},
    {"subjects", ARRAY, NULL, &subject},
    {"cells", ARRAY, NULL, &cell},
    {NULL, 0, NULL, NULL},
};
static const struct field whole_run = {NULL, OBJECT, run_fields, NULL};

static int wrong(struct place *place, const char *expected, const char *found)
{
    return problem_say(place->problem, -EINVAL, "%s: expected %s, not %s",
                       place->length > 0 ? place->text : "the file", expected, found);
}

/* Appends to the place; returns the length to go back to. */
static size_t enter(struct place *place, const char *separator, const char *name, size_t index)
{
    size_t before = place->length;
    size_t left = sizeof place->text - before;
    int added = name != NULL ? snprintf(place->text + before, left, "%s%.60s",
                                        before > 0 ? separator : "", name)
                             : snprintf(place->text + before, left, "[%zu]", index);
    place->length = (size_t)added < left ? before + (size_t)added : sizeof place->text - 1;
    return before;
}

static void leave(struct place *place, size_t before)
{
    place->length = before;
    place->text[before] = '\0';
}

static unsigned kinds_of(const json_t *value)
{
    switch (json_typeof(value)) {
    case JSON_STRING:
        return STRING;
    case JSON_INTEGER:
        return json_integer_value(value) >= 0 ? WHOLE | NUMBER : NUMBER;
    case JSON_REAL:
        return NUMBER;
    case JSON_TRUE:
    case JSON_FALSE:
        return BOOLEAN;
    case JSON_NULL:
        return NOTHING;
    case JSON_OBJECT:
        return OBJECT;
    case JSON_ARRAY:
        return ARRAY;
    }
    return 0;
}

static const char *kind_in_words(unsigned kinds)
{
    static const struct {
        unsigned kind;
        const char *words;
    } names[] = {
        {STRING, "a string"},       {WHOLE, "a whole number"}, {NUMBER, "a number"},
        {BOOLEAN, "true or false"}, {OBJECT, "an object"},     {ARRAY, "an array"},
        {NOTHING, "null"},
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (kinds & names[i].kind)
            return names[i].words;
    }
    return "nothing";
}

static int check(const json_t *value, const struct field *rule, struct place *place);

static int check_fields(const json_t *object, const struct field *fields, struct place *place)
{
    for (const struct field *field = fields; field->name != NULL; field++) {
        const json_t *value = json_object_get(object, field->name);
        if (value == NULL && (field->kinds & OPTIONAL))
            continue;
        size_t before = enter(place, ".", field->name, 0);
        int result = value != NULL ? check(value, field, place)
                                   : wrong(place, kind_in_words(field->kinds), "nothing at all");
        if (result < 0)
            return result;
        leave(place, before);
    }
    return 0;
}

static int check_each(const json_t *container, const struct field *each, struct place *place)
{
    if (json_is_array(container)) {
        for (size_t i = 0; i < json_array_size(container); i++) {
            size_t before = enter(place, "", NULL, i);
            int result = check(json_array_get(container, i), each, place);
            if (result < 0)
                return result;
            leave(place, before);
        }
        return 0;
    }
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)container, name, value)
    {
        size_t before = enter(place, ".", name, 0);
        int result = check(value, each, place);
        if (result < 0)
            return result;
        leave(place, before);
    }
    return 0;
}

static int check(const json_t *value, const struct field *rule, struct place *place)
{
    if ((kinds_of(value) & rule->kinds) == 0)
        return wrong(place, kind_in_words(rule->kinds), kind_in_words(kinds_of(value)));
    if (rule->fields != NULL && json_is_object(value)) {
        int result = check_fields(value, rule->fields, place);
        if (result < 0)
            return result;
    }
    return rule->each != NULL ? check_each(value, rule->each, place) : 0;
}

/* Meaning beyond shape: every name that is used is one that is known. */

static bool is_known_subject(const json_t *run, const char *name)
{
    size_t i;
    json_t *entry;
    json_array_foreach(json_object_get(run, "subjects"), i, entry)
    {
        if (strcmp(json_string_value(json_object_get(entry, "name")), name) == 0)
            return true;
    }
    return false;
}

static bool is_metric_of(const struct workload *workload, const char *mode, const char *name)
{
    for (const struct metric *metric = workload->metrics; metric->name != NULL; metric++) {
        if (strcmp(metric->name, name) == 0 && name_in_list(metric->modes, mode))
            return true;
    }
    return false;
}

/* Where a trial stands, and what it may therefore hold. */
struct trial_place {
    const json_t *run;
    const struct workload *workload;
    const char *mode;
    char where[80];
};

static int check_trial_names(const struct trial_place *place, const json_t *entry, char *problem)
{
    const char *name = json_string_value(json_object_get(entry, "subject"));
    if (!is_known_subject(place->run, name))
        return problem_say(problem, -EINVAL,
                           "%s.subject: \"%.60s\" is not among the run's subjects", place->where,
                           name);
    json_t *value;
    json_object_foreach(json_object_get(entry, "metrics"), name, value)
    {
        if (!is_metric_of(place->workload, place->mode, name))
            return problem_say(problem, -EINVAL, "%s.metrics.%.60s: no metric of %s in mode %s",
                               place->where, name, place->workload->name, place->mode);
    }
    json_object_foreach(json_object_get(entry, "histograms"), name, value)
    {
        struct histogram histogram;
        if (!is_metric_of(place->workload, place->mode, name) ||
            histogram_from_json(&histogram, value) < 0)
            return problem_say(problem, -EINVAL,
                               "%s.histograms.%.60s: expected a histogram of a metric of %s in "
                               "mode %s",
                               place->where, name, place->workload->name, place->mode);
    }
    return 0;
}

static int check_cell_names(const json_t *run, const json_t *entry, size_t index, char *problem)
{
    static const char *const lists[] = {"trials", "counting_trials"};
    const char *name = json_string_value(json_object_get(entry, "workload"));
    struct trial_place place = {
        .run = run,
        .workload = workload_find(name),
        .mode = json_string_value(json_object_get(entry, "mode")),
    };
    if (place.workload == NULL)
        return problem_say(problem, -EINVAL,
                           "cells[%zu].workload: \"%.60s\" is not a workload that this pollbench "
                           "knows",
                           index, name);
    if (!workload_has_mode(place.workload, place.mode))
        return problem_say(problem, -EINVAL, "cells[%zu].mode: \"%.60s\" is not a mode of %s",
                           index, place.mode, name);
    for (size_t list = 0; list < 2; list++) {
        size_t i;
        json_t *each;
        json_array_foreach(json_object_get(entry, lists[list]), i, each)
        {
            snprintf(place.where, sizeof place.where, "cells[%zu].%s[%zu]", index, lists[list], i);
            int result = check_trial_names(&place, each, problem);
            if (result < 0)
                return result;
        }
    }
    return 0;
}

int run_shape_check(const json_t *run, char *problem)
{
    struct place place = {.problem = problem};

    /* First the number: under another one, every other complaint would mislead. */
    const json_t *schema = json_object_get(run, "schema");
    if (json_is_integer(schema) && json_integer_value(schema) != RUN_SCHEMA)
        return problem_say(problem, -EINVAL,
                           "schema: expected %d, not %" JSON_INTEGER_FORMAT
                           "; another version of pollbench wrote this file",
                           RUN_SCHEMA, json_integer_value(schema));
    int result = check(run, &whole_run, &place);
    if (result < 0)
        return result;
    const json_t *effect = json_object_get(run, "minimum_effect");
    if (effect != NULL && !(json_number_value(effect) >= VERDICT_MINIMUM_EFFECT_LOWEST &&
                            json_number_value(effect) <= VERDICT_MINIMUM_EFFECT_HIGHEST))
        return problem_say(problem, -EINVAL, "minimum_effect: expected a share from %g to %g",
                           VERDICT_MINIMUM_EFFECT_LOWEST, VERDICT_MINIMUM_EFFECT_HIGHEST);
    size_t i;
    json_t *entry;
    json_array_foreach(json_object_get(run, "cells"), i, entry)
    {
        result = check_cell_names(run, entry, i, problem);
        if (result < 0)
            return result;
    }
    return 0;
}
