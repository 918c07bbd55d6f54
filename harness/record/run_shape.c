#include "harness/record/run_shape.h"

#include "harness/stats/histogram.h"
#include "harness/stats/verdict.h"
#include "harness/contract/parameters.h"
#include "harness/base/problem.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum kind {
    STRING = 1 << 0,
    WHOLE = 1 << 1,  /* a number without a fraction, >= 0 */
    NUMBER = 1 << 2, /* any number */
    AMOUNT = 1 << 8, /* a number, >= 0 */
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

/* The place in the document that is being looked at, from the inside out; it becomes text only when
 * something is wrong there. `name` NULL: an element of an array. */
struct place {
    const struct place *outer;
    const char *name;
    size_t index;
};

static const struct field any_string = {NULL, STRING, NULL, NULL};
static const struct field amount = {NULL, AMOUNT, NULL, NULL};
static const struct field number_or_string = {NULL, NUMBER | STRING, NULL, NULL};
static const struct field counter = {NULL, AMOUNT | NOTHING, NULL, NULL};

static const struct field histogram_fields[] = {
    {"unit", STRING, NULL, NULL}, {"layout", STRING, NULL, NULL}, {"count", WHOLE, NULL, NULL},
    {"sum", WHOLE, NULL, NULL},   {"min", WHOLE, NULL, NULL},     {"max", WHOLE, NULL, NULL},
    {"under", WHOLE, NULL, NULL}, {"over", WHOLE, NULL, NULL},    {"buckets", STRING, NULL, NULL},
    {NULL, 0, NULL, NULL},
};
static const struct field histogram = {NULL, OBJECT, histogram_fields, NULL};

static const struct field generator_fields[] = {
    {"bound", BOOLEAN | OPTIONAL, NULL, NULL},
    {"cpu_utilisation", NUMBER | NOTHING | OPTIONAL, NULL, NULL},
    {NULL, 0, NULL, NULL},
};

static const struct field trial_fields[] = {
    {"subject", STRING, NULL, NULL},
    {"round", WHOLE, NULL, NULL},
    {"order", WHOLE | OPTIONAL, NULL, NULL},
    {"metrics", OBJECT, NULL, &amount},
    {"histograms", OBJECT | OPTIONAL, NULL, &histogram},
    {"counters", OBJECT | OPTIONAL, NULL, &counter},
    {"usage", OBJECT | OPTIONAL, NULL, NULL},
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

static const struct field headroom_fields[] = {
    {"against", STRING, NULL, NULL}, {"factor", AMOUNT, NULL, NULL},
    {"proved", BOOLEAN, NULL, NULL}, {"why_not", STRING | NOTHING, NULL, NULL},
    {NULL, 0, NULL, NULL},
};

static const struct field cell_fields[] = {
    {"workload", STRING, NULL, NULL},
    {"mode", STRING, NULL, NULL},
    {"params", OBJECT, NULL, &number_or_string},
    {"trials", ARRAY, NULL, NULL}, /* run_shape_check_trial() */
    {"counting_trials", ARRAY | OPTIONAL, NULL, NULL},
    {"skipped", STRING | NOTHING | OPTIONAL, NULL, NULL},
    {"skipped_subjects", ARRAY | OPTIONAL, NULL, &skipped_subject},
    {"headroom", OBJECT | OPTIONAL, headroom_fields, NULL},
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
    {"cells", ARRAY, NULL, NULL}, /* run_shape_check_cell() */
    {NULL, 0, NULL, NULL},
};
static const struct field outline = {NULL, OBJECT, run_fields, NULL};

static size_t write_place(const struct place *place, char *text, size_t size)
{
    if (place == NULL)
        return 0;
    size_t length = write_place(place->outer, text, size);
    int added = place->name != NULL ? snprintf(text + length, size - length, "%s%.60s",
                                               length > 0 ? "." : "", place->name)
                                    : snprintf(text + length, size - length, "[%zu]", place->index);
    return (size_t)added < size - length ? length + (size_t)added : size - 1;
}

static int wrong(const struct place *place, const char *expected, const char *found, char *problem)
{
    char text[300];
    size_t length = write_place(place, text, sizeof text);
    return problem_say(problem, -EINVAL, "%s: expected %s, not %s", length > 0 ? text : "the file",
                       expected, found);
}

static unsigned kinds_of(const json_t *value)
{
    switch (json_typeof(value)) {
    case JSON_STRING:
        return STRING;
    case JSON_INTEGER:
        return json_integer_value(value) >= 0 ? WHOLE | AMOUNT | NUMBER : NUMBER;
    case JSON_REAL:
        return json_real_value(value) >= 0 ? AMOUNT | NUMBER : NUMBER;
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
        {STRING, "a string"}, {WHOLE, "a whole number"},  {AMOUNT, "a number from 0 up"},
        {NUMBER, "a number"}, {BOOLEAN, "true or false"}, {OBJECT, "an object"},
        {ARRAY, "an array"},  {NOTHING, "null"},
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (kinds & names[i].kind)
            return names[i].words;
    }
    return "nothing";
}

/* What was found, beside what was expected: "a number" alone would not say why it is refused. */
static const char *found_in_words(const json_t *value)
{
    bool negative = json_is_number(value) && json_number_value(value) < 0;
    return negative ? "a negative number" : kind_in_words(kinds_of(value));
}

static int check(const json_t *value, const struct field *rule, const struct place *place,
                 char *problem);

static int check_fields(const json_t *object, const struct field *fields, const struct place *outer,
                        char *problem)
{
    for (const struct field *field = fields; field->name != NULL; field++) {
        const json_t *value = json_object_get(object, field->name);
        struct place place = {.outer = outer, .name = field->name};
        if (value == NULL && (field->kinds & OPTIONAL))
            continue;
        int result = value != NULL
                         ? check(value, field, &place, problem)
                         : wrong(&place, kind_in_words(field->kinds), "nothing at all", problem);
        if (result < 0)
            return result;
    }
    return 0;
}

static int check_each(const json_t *container, const struct field *each, const struct place *outer,
                      char *problem)
{
    struct place place = {.outer = outer};
    int result = 0;
    json_t *value;
    if (json_is_array(container)) {
        json_array_foreach(container, place.index, value)
        {
            result = check(value, each, &place, problem);
            if (result < 0)
                return result;
        }
        return 0;
    }
    json_object_foreach((json_t *)container, place.name, value)
    {
        result = check(value, each, &place, problem);
        if (result < 0)
            return result;
    }
    return 0;
}

static int check(const json_t *value, const struct field *rule, const struct place *place,
                 char *problem)
{
    if ((kinds_of(value) & rule->kinds) == 0)
        return wrong(place, kind_in_words(rule->kinds), found_in_words(value), problem);
    if (rule->fields != NULL && json_is_object(value)) {
        int result = check_fields(value, rule->fields, place, problem);
        if (result < 0)
            return result;
    }
    return rule->each != NULL ? check_each(value, rule->each, place, problem) : 0;
}

int run_shape_check_trial(const json_t *json, const char *where, size_t index, char *problem)
{
    const struct place list = {.name = where}, place = {.outer = &list, .index = index};
    return check(json, &trial, &place, problem);
}

const char *run_shape_of_histogram(int error)
{
    switch (error) {
    case -ENOTSUP:
        return ": the unit or layout is another than ns and " HISTOGRAM_LAYOUT
               ", so that it cannot be merged with others";
    case -EILSEQ:
        return ".buckets: expected \"first:count,count;first:count\", ascending";
    default:
        return ": count, sum, min, max, under, over and buckets do not tell of the same values";
    }
}

int run_shape_check_cell(const json_t *json, size_t index, char *problem)
{
    const struct place list = {.name = "cells"}, place = {.outer = &list, .index = index};
    int result = check(json, &cell, &place, problem);
    if (result < 0)
        return result;
    const char *name = json_string_value(json_object_get(json, "workload"));
    const char *mode = json_string_value(json_object_get(json, "mode"));
    const struct workload *workload = workload_find(name);
    if (workload == NULL)
        return problem_say(problem, -EINVAL,
                           "cells[%zu].workload: \"%.60s\" is not a workload that this pollbench "
                           "knows",
                           index, name);
    if (!workload_has_mode(workload, mode))
        return problem_say(problem, -EINVAL, "cells[%zu].mode: \"%.60s\" is not a mode of %s",
                           index, mode, name);
    return 0;
}

int run_shape_check_schema(const json_t *schema, char *problem)
{
    if (!json_is_integer(schema) || json_integer_value(schema) == RUN_SCHEMA)
        return 0;
    return problem_say(problem, -EINVAL,
                       "schema: this file is of version %" JSON_INTEGER_FORMAT
                       ", and this pollbench reads version %d; another pollbench wrote it",
                       json_integer_value(schema), RUN_SCHEMA);
}

int run_shape_check_subjects(const json_t *subjects, char *problem)
{
    static const struct field list = {"subjects", ARRAY, NULL, &subject};
    const struct place place = {.name = "subjects"};
    return check(subjects, &list, &place, problem);
}

int run_shape_check_outline(const json_t *run, char *problem)
{
    int result = check(run, &outline, NULL, problem);
    if (result < 0)
        return result;
    const json_t *effect = json_object_get(run, "minimum_effect");
    if (effect != NULL && !(json_number_value(effect) >= VERDICT_MINIMUM_EFFECT_LOWEST &&
                            json_number_value(effect) <= VERDICT_MINIMUM_EFFECT_HIGHEST))
        return problem_say(problem, -EINVAL, "minimum_effect: expected a share from %g to %g",
                           VERDICT_MINIMUM_EFFECT_LOWEST, VERDICT_MINIMUM_EFFECT_HIGHEST);
    return 0;
}

int run_shape_check(const json_t *run, char *problem)
{
    /* First the number: under another one, every other complaint would mislead. */
    int result = run_shape_check_schema(json_object_get(run, "schema"), problem);
    if (result == 0)
        result = run_shape_check_outline(run, problem);
    size_t i;
    const json_t *entry;
    json_array_foreach(json_object_get(run, "cells"), i, entry)
    {
        if (result == 0)
            result = run_shape_check_cell(entry, i, problem);
    }
    return result;
}
