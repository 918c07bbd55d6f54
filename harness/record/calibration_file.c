#include "harness/record/calibration_file.h"

#include "harness/base/problem.h"
#include "harness/record/manifest_json.h"

#include <errno.h>
#include <float.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PLACE_BYTES = 64 };

/* ---- the fields of a result, in the order of the file ---- */

enum field_kind { FIELD_TEXT, FIELD_REAL, FIELD_COUNT, FIELD_PARAMS };

struct field {
    const char *name;
    enum field_kind kind;
    size_t offset;
    /* Inclusive; of numbers. */
    double minimum, maximum;
};

#define AT(member) offsetof(struct calibration_result, member)
static const struct field fields[] = {
    {"workload", FIELD_TEXT, AT(workload), 0, 0},
    {"mode", FIELD_TEXT, AT(mode), 0, 0},
    {"params", FIELD_PARAMS, AT(params), 0, 0},
    {"subject", FIELD_TEXT, AT(subject), 0, 0},
    {"metric", FIELD_TEXT, AT(metric), 0, 0},
    {"minimum_effect", FIELD_REAL, AT(minimum_effect), 0, DBL_MAX},
    {"seconds_per_comparison", FIELD_REAL, AT(seconds_per_comparison), 0, DBL_MAX},
    {"rounds_per_comparison", FIELD_COUNT, AT(rounds_per_comparison), 1, DBL_MAX},
    {"planted", FIELD_REAL, AT(planted), 0, DBL_MAX},
    {"comparisons", FIELD_COUNT, AT(comparisons), 1, DBL_MAX},
    {"named", FIELD_COUNT, AT(named), 0, DBL_MAX},
    {"wrong", FIELD_COUNT, AT(wrong), 0, DBL_MAX},
    {"share", FIELD_REAL, AT(share), 0, 1},
    {"ci_low", FIELD_REAL, AT(low), 0, 1},
    {"ci_high", FIELD_REAL, AT(high), 0, 1},
};
enum { FIELDS = sizeof fields / sizeof fields[0] };

/* ---- writing ---- */

static json_t *field_to_json(const struct field *field, const void *member)
{
    switch (field->kind) {
    case FIELD_TEXT:
        return json_string(*(char *const *)member);
    case FIELD_REAL:
        return json_real(*(const double *)member);
    case FIELD_COUNT:
        return json_integer((json_int_t) * (const uint64_t *)member);
    case FIELD_PARAMS:
        break;
    }
    return params_to_json(member);
}

json_t *calibration_result_to_json(const struct calibration_result *result)
{
    json_t *json = json_object();
    int r = json != NULL ? 0 : -1;
    for (size_t i = 0; i < FIELDS; i++)
        r |=
            json_object_set_new(json, fields[i].name,
                                field_to_json(&fields[i], (const char *)result + fields[i].offset));
    if (r == 0)
        return json;
    json_decref(json);
    return NULL;
}

static json_t *text_or_null(const char *text)
{
    return text != NULL ? json_string(text) : json_null();
}

json_t *calibration_record_to_json(const struct calibration_record *record)
{
    if (record->count == 0)
        return json_null();
    json_t *json = json_object(), *cells = json_array();
    int r = json != NULL && cells != NULL ? 0 : -1;
    for (size_t i = 0; i < record->count; i++)
        r |= json_array_append_new(cells, calibration_result_to_json(&record->results[i]));
    r |= json_object_set_new(json, "date", text_or_null(record->date));
    r |= json_object_set_new(json, "commit", text_or_null(record->commit));
    r |= json_object_set_new(json, "kernel", text_or_null(record->kernel));
    r |= json_object_set_new(json, "cells", cells);
    if (r == 0)
        return json;
    json_decref(json);
    return NULL;
}

/* ---- reading ---- */

static int expected(char *problem, const char *place, const char *name, const char *what,
                    const json_t *json)
{
    return problem_say(problem, -EINVAL, "%s.%s: expected %s, not %s", place, name, what,
                       json_kind_name(json));
}

static int no_memory(char *problem, const char *place)
{
    return problem_say(problem, -ENOMEM, "%s: there is no memory for it", place);
}

static int take_text(char **text, const json_t *json, const char *place, char *problem)
{
    *text = strdup(json_string_value(json));
    return *text != NULL ? 0 : no_memory(problem, place);
}

static int field_from_json(const struct field *field, void *member, const json_t *json,
                           const char *place, char *problem)
{
    double number = json_number_value(json);
    if (field->kind == FIELD_PARAMS) {
        char inner[PLACE_BYTES + 16];
        snprintf(inner, sizeof inner, "%s.%s", place, field->name);
        return params_from_json(member, json, inner, problem);
    }
    if (field->kind == FIELD_TEXT)
        return json_is_string(json) ? take_text(member, json, place, problem)
                                    : expected(problem, place, field->name, "a string", json);
    if (field->kind == FIELD_COUNT && !json_is_integer(json))
        return expected(problem, place, field->name, "a whole number", json);
    if (!json_is_number(json))
        return expected(problem, place, field->name, "a number", json);
    if (number < field->minimum || number > field->maximum)
        return problem_say(problem, -EINVAL, "%s.%s: %.9g is out of its range", place, field->name,
                           number);
    if (field->kind == FIELD_COUNT)
        *(uint64_t *)member = (uint64_t)json_integer_value(json);
    else
        *(double *)member = number;
    return 0;
}

int calibration_result_from_json(struct calibration_result *result, const json_t *json,
                                 const char *place, char *problem)
{
    int r = 0;
    if (!json_is_object(json))
        return problem_say(problem, -EINVAL, "%s: expected an object, not %s", place,
                           json_kind_name(json));
    for (size_t i = 0; i < FIELDS && r == 0; i++)
        r = field_from_json(&fields[i], (char *)result + fields[i].offset,
                            json_object_get(json, fields[i].name), place, problem);
    if (r == 0 && json_object_size(json) != FIELDS)
        r = problem_say(problem, -EINVAL, "%s: it has a field that is not known", place);
    if (r < 0)
        calibration_result_free(result);
    return r;
}

static int read_results(struct calibration_record *record, const json_t *cells, const char *place,
                        char *problem)
{
    size_t count = json_array_size(cells);
    if (count == 0)
        return problem_say(problem, -EINVAL, "%s: expected a list that is not empty, not %s", place,
                           json_is_array(cells) ? "an empty one" : json_kind_name(cells));
    record->results = calloc(count, sizeof *record->results);
    if (record->results == NULL)
        return no_memory(problem, place);
    for (size_t i = 0; i < count; i++) {
        char entry[PLACE_BYTES];
        snprintf(entry, sizeof entry, "%s[%zu]", place, i);
        int r = calibration_result_from_json(&record->results[i], json_array_get(cells, i), entry,
                                             problem);
        if (r < 0)
            return r;
        record->count++;
    }
    return 0;
}

static int read_text(char **text, const json_t *json, const char *name, char *problem)
{
    const json_t *each = json_object_get(json, name);
    if (json_is_null(each))
        return 0;
    return json_is_string(each) ? take_text(text, each, "calibration", problem)
                                : expected(problem, "calibration", name, "a string or null", each);
}

int calibration_record_from_json(struct calibration_record *record, const json_t *json,
                                 char *problem)
{
    if (json_is_null(json))
        return 0;
    if (!json_is_object(json))
        return problem_say(problem, -EINVAL, "calibration: expected an object or null, not %s",
                           json_kind_name(json));
    int r = read_text(&record->date, json, "date", problem);
    if (r == 0)
        r = read_text(&record->commit, json, "commit", problem);
    if (r == 0)
        r = read_text(&record->kernel, json, "kernel", problem);
    if (r == 0)
        r = read_results(record, json_object_get(json, "cells"), "calibration.cells", problem);
    if (r < 0)
        calibration_record_free(record);
    return r;
}

/* ---- recalling ---- */

static size_t count_in_group(const struct named_values *values, const char *group)
{
    size_t count = 0;
    for (size_t i = 0; i < values->count; i++)
        count += strcmp(values->list[i].group, group) == 0;
    return count;
}

static bool is_equal_group(const struct named_values *left, const struct named_values *right,
                           const char *group)
{
    for (size_t i = 0; i < left->count; i++) {
        const struct named_value *each = &left->list[i];
        if (strcmp(each->group, group) == 0 &&
            !value_equal(&each->value, named_values_find(right, group, each->name)))
            return false;
    }
    return count_in_group(left, group) == count_in_group(right, group);
}

/* The fields by which a machine is known again; another kernel is another machine here. */
static bool is_same_machine(const struct named_values *left, const struct named_values *right)
{
    static const char *const names[] = {"kernel", "kernel_build", "machine",       "cpu",
                                        "cpus",   "memory_kib",   "virtualization"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (!value_equal(named_values_find(left, "", names[i]),
                         named_values_find(right, "", names[i])))
            return false;
    }
    return is_equal_group(left, right, "mitigations");
}

static int copy_text(char **text, const struct named_values *manifest, const char *name)
{
    const char *from = value_text_or(named_values_find(manifest, "", name), NULL);
    *text = from != NULL ? strdup(from) : NULL;
    return from == NULL || *text != NULL ? 0 : -ENOMEM;
}

static int take_record(struct calibration_record *record, const struct named_values *theirs,
                       const json_t *results, char *problem)
{
    int r = read_results(record, results, "results", problem);
    if (r == 0)
        r = copy_text(&record->date, theirs, "date");
    if (r == 0)
        r = copy_text(&record->commit, theirs, "commit");
    if (r == 0)
        r = copy_text(&record->kernel, theirs, "kernel");
    if (r < 0)
        calibration_record_free(record);
    return r;
}

int calibration_recall(struct calibration_record *record, const struct named_values *manifest)
{
    char unused[PROBLEM_BYTES];
    json_error_t error;
    struct named_values theirs = {0};
    json_t *file = json_load_file(CALIBRATION_FOLDER "/" CALIBRATION_FILE, 0, &error);
    if (file == NULL)
        return json_error_code(&error) == json_error_out_of_memory ? -ENOMEM : 0;
    int r = -EINVAL;
    if (json_integer_value(json_object_get(file, "schema")) == CALIBRATION_SCHEMA)
        r = manifest_from_json(&theirs, json_object_get(file, "manifest"), unused);
    if (r == 0 && is_same_machine(&theirs, manifest))
        r = take_record(record, &theirs, json_object_get(file, "results"), unused);
    named_values_free(&theirs);
    json_decref(file);
    return r == -ENOMEM ? r : 0;
}
