#include "harness/record/json_set.h"

#include "harness/base/utf8.h"

#include <errno.h>
#include <math.h>
#include <string.h>

/* Up to here every whole double is exact. */
#define WHOLE_MAX 9007199254740992.0

void json_set(int *r, json_t *object, const char *name, json_t *value)
{
    if (json_object_set_new(object, name, value) < 0)
        *r = -ENOMEM;
}

void json_push(int *r, json_t *array, json_t *value)
{
    if (json_array_append_new(array, value) < 0)
        *r = -ENOMEM;
}

json_t *json_text(const char *text)
{
    if (text == NULL)
        return json_null();
    return json_string(utf8_is_valid(text) ? text : "(not UTF-8)");
}

json_t *json_figure(double value)
{
    if (!isfinite(value))
        return json_null();
    bool whole = value == floor(value) && fabs(value) <= WHOLE_MAX;
    return whole ? json_integer((json_int_t)value) : json_real(value);
}

json_t *json_count(uint64_t value)
{
    return json_integer((json_int_t)value);
}

json_t *json_parts(const char *list)
{
    json_t *parts = json_array();
    int r = 0;
    for (const char *at = list; *at != '\0';) {
        size_t length = strcspn(at, ",");
        json_push(&r, parts, json_stringn(at, length));
        at += length + (at[length] == ',');
    }
    return json_finish(r, parts);
}

json_t *json_finish(int r, json_t *value)
{
    if (r == 0)
        return value;
    json_decref(value);
    return NULL;
}
