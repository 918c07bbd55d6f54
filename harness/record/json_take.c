#include "harness/record/json_take.h"

#include "harness/base/problem.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void json_take_open(struct json_take *take, const json_t *object, char *problem)
{
    *take = (struct json_take){.object = object, .problem = problem};
}

void json_take_enter(struct json_take *inner, const struct json_take *outer, const char *name,
                     size_t index, const json_t *object)
{
    *inner = (struct json_take){.object = object, .r = outer->r, .problem = outer->problem};
    const char *dot = outer->place[0] != '\0' ? "." : "";
    if (index == SIZE_MAX)
        snprintf(inner->place, sizeof inner->place, "%.120s%s%.60s", outer->place, dot, name);
    else
        snprintf(inner->place, sizeof inner->place, "%.120s%s%.50s[%zu]", outer->place, dot, name,
                 index);
    if (inner->r == 0 && !json_is_object(object))
        inner->r = problem_say(inner->problem, -EINVAL, "%s: expected an object", inner->place);
}

void json_take_leave(struct json_take *outer, const struct json_take *inner)
{
    outer->r = inner->r;
}

void json_take_complain(struct json_take *take, const char *name, const char *format, ...)
{
    char words[PROBLEM_BYTES];
    va_list arguments;
    if (take->r < 0)
        return;
    va_start(arguments, format);
    vsnprintf(words, sizeof words, format, arguments);
    va_end(arguments);
    take->r = problem_say(take->problem, -EINVAL, "%s%s%s: %s", take->place,
                          take->place[0] != '\0' ? "." : "", name, words);
}

static const char *kind_of(const json_t *value)
{
    if (value == NULL)
        return "nothing at all";
    switch (json_typeof(value)) {
    case JSON_STRING:
        return "a string";
    case JSON_INTEGER:
        return json_integer_value(value) < 0 ? "a negative number" : "a whole number";
    case JSON_REAL:
        return json_real_value(value) < 0 ? "a negative number" : "a number";
    case JSON_TRUE:
    case JSON_FALSE:
        return "true or false";
    case JSON_NULL:
        return "null";
    case JSON_OBJECT:
        return "an object";
    case JSON_ARRAY:
        return "an array";
    }
    return "nothing at all";
}

/* The value, or NULL when there is none and need not be. `good`: it is of the right kind. */
static const json_t *take(struct json_take *take, const char *name, enum json_need need,
                          const char *kind, bool (*good)(const json_t *))
{
    const json_t *value = json_object_get(take->object, name);
    bool absent =
        value == NULL ? need == JSON_OPTIONAL : json_is_null(value) && need != JSON_NEEDED;
    if (take->r < 0 || absent)
        return NULL;
    if (value != NULL && good(value))
        return value;
    json_take_complain(take, name, "expected %s, not %s", kind, kind_of(value));
    return NULL;
}

static bool is_text(const json_t *value)
{
    return json_is_string(value) && strlen(json_string_value(value)) == json_string_length(value);
}

static bool is_integer(const json_t *value)
{
    return json_is_integer(value);
}

static bool is_whole(const json_t *value)
{
    return json_is_integer(value) && json_integer_value(value) >= 0;
}

static bool is_amount(const json_t *value)
{
    return json_is_number(value) && json_number_value(value) >= 0;
}

static bool is_boolean(const json_t *value)
{
    return json_is_boolean(value);
}

static bool is_object(const json_t *value)
{
    return json_is_object(value);
}

static bool is_list(const json_t *value)
{
    return json_is_array(value);
}

void json_take_text(struct json_take *self, const char *name, enum json_need need, char **text)
{
    const json_t *value = take(self, name, need, "a string", is_text);
    if (value == NULL)
        return;
    *text = strdup(json_string_value(value));
    if (*text == NULL)
        self->r = -ENOMEM;
}

void json_take_whole(struct json_take *self, const char *name, enum json_need need,
                     uint64_t *number)
{
    const json_t *value = take(self, name, need, "a whole number", is_whole);
    if (value != NULL)
        *number = (uint64_t)json_integer_value(value);
}

void json_take_integer(struct json_take *self, const char *name, enum json_need need,
                       int64_t *number)
{
    const json_t *value = take(self, name, need, "a whole number", is_integer);
    if (value != NULL)
        *number = json_integer_value(value);
}

void json_take_amount(struct json_take *self, const char *name, enum json_need need, double *number)
{
    const json_t *value = take(self, name, need, "a number from 0 up", is_amount);
    if (value != NULL)
        *number = json_number_value(value);
}

void json_take_boolean(struct json_take *self, const char *name, enum json_need need, bool *boolean)
{
    const json_t *value = take(self, name, need, "true or false", is_boolean);
    if (value != NULL)
        *boolean = json_is_true(value);
}

const json_t *json_take_object(struct json_take *self, const char *name, enum json_need need)
{
    return take(self, name, need, "an object", is_object);
}

const json_t *json_take_list(struct json_take *self, const char *name, enum json_need need)
{
    return take(self, name, need, "an array", is_list);
}
