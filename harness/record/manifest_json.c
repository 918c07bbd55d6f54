#include "harness/record/manifest_json.h"

#include "harness/base/problem.h"
#include "harness/record/json_set.h"

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
    int r = 0;
    for (size_t i = 0; i < manifest->count; i++) {
        const struct named_value *each = &manifest->list[i];
        json_set(&r, group_object(all, each->group), each->name, value_to_json(&each->value));
    }
    return json_finish(r, all);
}

json_t *params_to_json(const struct named_values *params)
{
    return manifest_to_json(params);
}

/* ---- reading ---- */

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
        return problem_say(problem, -EINVAL, "%s.%s: expected a string, a number or null", place,
                           name);
    }
}

/* `group`: NULL where the values may be objects, which are groups then; "" for parameters, which
 * are always known. */
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
        if (group != NULL && group[0] == '\0' && json_is_null(each))
            return problem_say(problem, -EINVAL, "%s.%s: expected a string or a number", place,
                               name);
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
        return problem_say(problem, -EINVAL, "%s: expected an object", place);
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

void values_take(struct json_take *take, const char *name, enum json_need need,
                 struct named_values *values)
{
    char place[JSON_TAKE_PLACE_BYTES + 16];
    const json_t *json = json_take_object(take, name, need);
    snprintf(place, sizeof place, "%s%s%s", take->place, *take->place != '\0' ? "." : "", name);
    if (json != NULL)
        take->r = read_object(values, "", json, place, take->problem);
}

void params_take(struct json_take *take, struct named_values *params)
{
    values_take(take, "params", JSON_NEEDED, params);
}
