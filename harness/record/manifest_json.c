#include "harness/record/manifest_json.h"

#include "harness/base/problem.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>

enum { PLACE_BYTES = 256 };

/* ---- writing ---- */

json_t *value_to_json(const struct value *value)
{
    switch (value != NULL ? value->kind : VALUE_NOTHING) {
    case VALUE_INTEGER:
        return json_integer(value->integer);
    case VALUE_REAL:
        return json_real(value->real);
    case VALUE_TEXT:
        return json_string(value->text);
    case VALUE_NOTHING:
        break;
    }
    return json_null();
}

/* The object that has the values of a group, `all` itself for those of none. Borrowed; NULL: no
 * memory. */
static json_t *group_object(json_t *all, const char *group)
{
    if (group[0] == '\0')
        return all;
    json_t *object = json_object_get(all, group);
    if (object != NULL)
        return object;
    object = json_object();
    return json_object_set_new(all, group, object) == 0 ? object : NULL;
}

json_t *manifest_to_json(const struct named_values *manifest)
{
    json_t *all = json_object();
    int r = all != NULL ? 0 : -1;
    for (size_t i = 0; i < manifest->count && r == 0; i++) {
        const struct named_value *each = &manifest->list[i];
        r = json_object_set_new(group_object(all, each->group), each->name,
                                value_to_json(&each->value));
    }
    if (r == 0)
        return all;
    json_decref(all);
    return NULL;
}

json_t *params_to_json(const struct named_values *params)
{
    return manifest_to_json(params);
}

/* ---- reading ---- */

const char *json_kind_name(const json_t *json)
{
    if (json == NULL)
        return "nothing";
    switch (json_typeof(json)) {
    case JSON_OBJECT:
        return "an object";
    case JSON_ARRAY:
        return "a list";
    case JSON_STRING:
        return "a string";
    case JSON_INTEGER:
        return "a whole number";
    case JSON_REAL:
        return "a number";
    case JSON_TRUE:
        return "true";
    case JSON_FALSE:
        return "false";
    case JSON_NULL:
        break;
    }
    return "null";
}

static int add_value(struct named_values *values, const char *group, const char *name,
                     const json_t *json, const char *place, char *problem)
{
    switch (json_typeof(json)) {
    case JSON_NULL:
        return named_values_add_nothing(values, group, name);
    case JSON_INTEGER:
        return named_values_add_integer(values, group, name, json_integer_value(json));
    case JSON_REAL:
        return named_values_add_real(values, group, name, json_real_value(json));
    case JSON_STRING:
        return named_values_add_text(values, group, name, json_string_value(json));
    default:
        return problem_say(problem, -EINVAL, "%s.%s: expected a string, a number or null, not %s",
                           place, name, json_kind_name(json));
    }
}

/* `group`: NULL where the values may be objects, which are groups then. */
static int add_values(struct named_values *values, const char *group, const json_t *json,
                      const char *place, char *problem)
{
    const char *name;
    json_t *each;
    int r = 0;
    json_object_foreach((json_t *)json, name, each)
    {
        if (name[0] == '\0')
            return problem_say(problem, -EINVAL, "%s: a value in it has no name", place);
        if (group == NULL && json_is_object(each)) {
            char inner[PLACE_BYTES];
            snprintf(inner, sizeof inner, "%s.%s", place, name);
            r = add_values(values, name, each, inner, problem);
        } else {
            r = add_value(values, group == NULL ? "" : group, name, each, place, problem);
        }
        if (r < 0)
            return r;
    }
    return 0;
}

static int read_object(struct named_values *values, const char *group, const json_t *json,
                       const char *place, char *problem)
{
    if (!json_is_object(json))
        return problem_say(problem, -EINVAL, "%s: expected an object, not %s", place,
                           json_kind_name(json));
    int r = add_values(values, group, json, place, problem);
    if (r == -ENOMEM)
        problem_say(problem, r, "%s: there is no memory for it", place);
    if (r < 0)
        named_values_free(values);
    return r;
}

int manifest_from_json(struct named_values *manifest, const json_t *json, char *problem)
{
    return read_object(manifest, NULL, json, "manifest", problem);
}

int params_from_json(struct named_values *params, const json_t *json, const char *place,
                     char *problem)
{
    return read_object(params, "", json, place, problem);
}
