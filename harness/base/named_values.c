#include "harness/base/named_values.h"

#include "harness/base/printable.h"
#include "harness/base/utf8.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_named(const struct named_value *value, const char *group, const char *name)
{
    return strcmp(value->name, name) == 0 && strcmp(value->group, group) == 0;
}

static int value_copy(struct value *to, const struct value *from)
{
    *to = *from;
    to->text = from->text != NULL ? strdup(from->text) : NULL;
    return from->text != NULL && to->text == NULL ? -ENOMEM : 0;
}

int named_values_add(struct named_values *values, const char *group, const char *name,
                     const struct value *value)
{
    struct named_value *list = realloc(values->list, (values->count + 1) * sizeof *list);
    if (list == NULL)
        return -ENOMEM;
    values->list = list;
    struct named_value *added = &list[values->count];
    *added = (struct named_value){.group = strdup(group), .name = strdup(name)};
    if (value_copy(&added->value, value) == 0 && added->group != NULL && added->name != NULL) {
        values->count++;
        return 0;
    }
    free(added->group);
    free(added->name);
    free(added->value.text);
    return -ENOMEM;
}

int named_values_add_nothing(struct named_values *values, const char *group, const char *name)
{
    return named_values_add(values, group, name, &(struct value){.kind = VALUE_NOTHING});
}

int named_values_add_integer(struct named_values *values, const char *group, const char *name,
                             int64_t integer)
{
    return named_values_add(values, group, name,
                            &(struct value){.kind = VALUE_INTEGER, .integer = integer});
}

int named_values_add_real(struct named_values *values, const char *group, const char *name,
                          double real)
{
    return named_values_add(values, group, name, &(struct value){.kind = VALUE_REAL, .real = real});
}

int named_values_add_text(struct named_values *values, const char *group, const char *name,
                          const char *text)
{
    if (text == NULL || *text == '\0' || !utf8_is_valid(text))
        return named_values_add_nothing(values, group, name);
    return named_values_add(values, group, name,
                            &(struct value){.kind = VALUE_TEXT, .text = (char *)text});
}

int named_values_set(struct named_values *values, const char *group, const char *name,
                     const struct value *value)
{
    struct value copy;
    for (size_t i = 0; i < values->count; i++) {
        if (!is_named(&values->list[i], group, name))
            continue;
        if (value_copy(&copy, value) < 0)
            return -ENOMEM;
        free(values->list[i].value.text);
        values->list[i].value = copy;
        return 0;
    }
    return named_values_add(values, group, name, value);
}

int named_values_copy(struct named_values *to, const struct named_values *from)
{
    int r = 0;
    for (size_t i = 0; i < from->count && r == 0; i++)
        r = named_values_add(to, from->list[i].group, from->list[i].name, &from->list[i].value);
    if (r < 0)
        named_values_free(to);
    return r;
}

void named_values_free(struct named_values *values)
{
    for (size_t i = 0; i < values->count; i++) {
        free(values->list[i].group);
        free(values->list[i].name);
        free(values->list[i].value.text);
    }
    free(values->list);
    *values = (struct named_values){0};
}

const struct value *named_values_find(const struct named_values *values, const char *group,
                                      const char *name)
{
    for (size_t i = 0; i < values->count; i++) {
        if (is_named(&values->list[i], group, name))
            return &values->list[i].value;
    }
    return NULL;
}

bool named_values_equal(const struct named_values *one, const struct named_values *other)
{
    if (one->count != other->count)
        return false;
    for (size_t i = 0; i < one->count; i++) {
        const struct named_value *mine = &one->list[i];
        const struct value *theirs = named_values_find(other, mine->group, mine->name);
        if (theirs == NULL || !value_equal(&mine->value, theirs))
            return false;
    }
    return true;
}

bool value_is_number(const struct value *value)
{
    return value != NULL && (value->kind == VALUE_INTEGER || value->kind == VALUE_REAL);
}

double value_number(const struct value *value)
{
    if (!value_is_number(value))
        return 0;
    return value->kind == VALUE_INTEGER ? (double)value->integer : value->real;
}

const char *value_text_or(const struct value *value, const char *otherwise)
{
    return value != NULL && value->kind == VALUE_TEXT ? value->text : otherwise;
}

bool value_equal(const struct value *one, const struct value *other)
{
    static const struct value nothing = {.kind = VALUE_NOTHING};
    one = one != NULL ? one : &nothing;
    other = other != NULL ? other : &nothing;
    if (value_is_number(one) && value_is_number(other)) {
        bool whole = one->kind == VALUE_INTEGER && other->kind == VALUE_INTEGER;
        return whole ? one->integer == other->integer : value_number(one) == value_number(other);
    }
    if (one->kind != other->kind)
        return false;
    return one->kind != VALUE_TEXT || strcmp(one->text, other->text) == 0;
}

char *value_print(const struct value *value, char *text, size_t size)
{
    if (value == NULL || value->kind == VALUE_NOTHING)
        snprintf(text, size, "unknown");
    else if (value->kind == VALUE_TEXT)
        printable(text, size, value->text);
    else if (value->kind == VALUE_INTEGER)
        snprintf(text, size, "%" PRId64, value->integer);
    else
        snprintf(text, size, "%g", value->real);
    return text;
}
