#include "harness/compare/differences.h"

#include "harness/base/printable.h"
#include "harness/analysis/parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Kernels keep a little of the memory for themselves, each as much as it likes. */
#define SAME_MEMORY 0.05

static void add(json_t *list, const char *part, const char *name, const json_t *base,
                const json_t *new)
{
    json_t *one = base != NULL ? json_deep_copy(base) : json_null();
    json_t *other = new != NULL ? json_deep_copy(new) : json_null();
    json_array_append_new(list, json_pack("{s:s, s:s, s:o, s:o}", "part", part, "name", name,
                                          "base", one, "new", other));
}

static bool is_same(const json_t *base, const json_t *new)
{
    if (json_is_number(base) && json_is_number(new))
        return json_number_value(base) == json_number_value(new);
    return (base == NULL && new == NULL) || json_equal(base, new);
}

static bool is_known(const json_t *value)
{
    return value != NULL && !json_is_null(value);
}

/* Two objects are walked together, anything else is a value. Null is what nobody could find out. */
static void compare_values(json_t *list, const char *part, const char *path, const json_t *base,
                           const json_t *new)
{
    if (!json_is_object(base) && !json_is_object(new)) {
        if ((is_known(base) || is_known(new)) && !is_same(base, new))
            add(list, part, path, base, new);
        return;
    }
    const json_t *const both[] = {base, new};
    for (int side = 0; side < 2; side++) {
        const char *name;
        json_t *unused;
        json_object_foreach((json_t *)both[side], name, unused)
        {
            char longer[256];
            if (side == 1 && json_object_get(base, name) != NULL)
                continue;
            snprintf(longer, sizeof longer, "%s.%s", path, name);
            compare_values(list, part, longer, json_object_get(base, name),
                           json_object_get(new, name));
        }
    }
}

/* Fields that are not named here are the system's: none is left out because it is new. */
static const char *part_of(const char *field)
{
    static const char *const parts[][2] = {
        {"machine", DIFFERENCE_MACHINE},
        {"cpu", DIFFERENCE_MACHINE},
        {"cpus", DIFFERENCE_MACHINE},
        {"cores", DIFFERENCE_MACHINE},
        {"virtualization", DIFFERENCE_MACHINE},
        {"memory_kib", DIFFERENCE_MACHINE},
        {"libraries", DIFFERENCE_BUILD},
        {"compiler", DIFFERENCE_BUILD},
        {"build_type", DIFFERENCE_BUILD},
        {"flags", DIFFERENCE_BUILD},
        {"commit", DIFFERENCE_COMMIT},
        {"date", NULL},
        {"calibration", NULL},
    };
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        if (strcmp(parts[i][0], field) == 0)
            return parts[i][1];
    }
    return DIFFERENCE_SYSTEM;
}

/* The next word of a command line, after `text`; *length is 0 at the end. Warnings are passed over:
 * they make no difference to what runs. -Wl, -Wa, and -Wp, are no warnings. */
static const char *next_flag(const char *text, size_t *length)
{
    for (;;) {
        text += strspn(text, " ");
        *length = strcspn(text, " ");
        bool passed_on = *length > 3 && text[3] == ',';
        if (*length == 0 || strncmp(text, "-W", 2) != 0 || passed_on)
            return text;
        text += *length;
    }
}

static bool are_same_flags(const json_t *base, const json_t *new)
{
    const char *one = json_string_value(base), *other = json_string_value(new);
    size_t length, other_length;
    if (one == NULL || other == NULL)
        return false;
    do {
        one = next_flag(one, &length);
        other = next_flag(other, &other_length);
        if (length != other_length || strncmp(one, other, length) != 0)
            return false;
        one += length;
        other += length;
    } while (length > 0);
    return true;
}

static bool is_same_memory(const json_t *base, const json_t *new)
{
    double one = json_number_value(base), other = json_number_value(new);
    return one > 0 && other > 0 && fabs(log(one / other)) <= log1p(SAME_MEMORY);
}

static void compare_field(json_t *list, const char *name, const json_t *base, const json_t *new)
{
    const char *part = part_of(name);
    if (part == NULL)
        return;
    if (strcmp(name, "memory_kib") == 0 && is_same_memory(base, new))
        part = DIFFERENCE_RUN;
    if (strcmp(name, "flags") == 0 && are_same_flags(base, new))
        part = DIFFERENCE_RUN;
    compare_values(list, part, name, base, new);
}

static void compare_manifests(json_t *list, const json_t *base, const json_t *new)
{
    const json_t *const both[] = {base, new};
    for (int side = 0; side < 2; side++) {
        const char *name;
        json_t *unused;
        json_object_foreach((json_t *)both[side], name, unused)
        {
            if (side == 0 || json_object_get(base, name) == NULL)
                compare_field(list, name, json_object_get(base, name), json_object_get(new, name));
        }
    }
}

/* {"accept drain idle": {"0": true, "1000": true}}: every value of every parameter. */
static json_t *parameter_values(const json_t *run)
{
    json_t *values = json_object();
    size_t i;
    const json_t *cell;
    json_array_foreach(json_object_get(run, "cells"), i, cell)
    {
        const char *name;
        json_t *value;
        json_object_foreach(json_object_get(cell, "params"), name, value)
        {
            char key[256], text[64];
            snprintf(key, sizeof key, "%s %s %s", report_text(cell, "workload"),
                     report_text(cell, "mode"), name);
            if (json_object_get(values, key) == NULL)
                json_object_set_new(values, key, json_object());
            json_object_set_new(json_object_get(values, key),
                                report_param(value, text, sizeof text), json_true());
        }
    }
    return values;
}

/* The keys, joined by commas. */
static json_t *joined(const json_t *set)
{
    char text[512] = "";
    size_t length = 0;
    const char *name;
    json_t *unused;
    json_object_foreach((json_t *)set, name, unused)
    {
        if (length + strlen(name) + 2 < sizeof text)
            length += (size_t)snprintf(text + length, sizeof text - length, "%s%s",
                                       length > 0 ? "," : "", name);
    }
    return json_string(text);
}

/* Of modes that both have: a mode that one run has not is told of with the cells. */
static void compare_parameters(json_t *list, const json_t *base, const json_t *new)
{
    json_t *one = parameter_values(base), *other = parameter_values(new);
    const char *name;
    json_t *values;
    json_object_foreach(one, name, values)
    {
        const json_t *others = json_object_get(other, name);
        if (others == NULL || json_equal(values, others))
            continue;
        json_t *base_text = joined(values), *new_text = joined(others);
        add(list, DIFFERENCE_RUN, name, base_text, new_text);
        json_decref(base_text);
        json_decref(new_text);
    }
    json_decref(one);
    json_decref(other);
}

static const json_t *subject_of(const json_t *run, const char *name)
{
    size_t i;
    const json_t *subject;
    json_array_foreach(json_object_get(run, "subjects"), i, subject)
    {
        if (strcmp(report_text(subject, "name"), name) == 0)
            return subject;
    }
    return NULL;
}

/* The kernel may grant a subject less than another one does: it is not the same subject then. */
static void compare_features(json_t *list, const json_t *base, const json_t *new)
{
    size_t i;
    const json_t *subject;
    json_array_foreach(json_object_get(base, "subjects"), i, subject)
    {
        char name[LABEL_BYTES];
        const json_t *other = subject_of(new, report_text(subject, "name"));
        if (other == NULL)
            continue;
        const json_t *granted = json_object_get(subject, "granted");
        snprintf(name, sizeof name, "%s granted", report_text(subject, "name"));
        compare_values(list, DIFFERENCE_RUN, name, granted, json_object_get(other, "granted"));
    }
}

json_t *differences_of(const json_t *base, const json_t *new)
{
    static const char *const fields[] = {"profile", "placement"};
    json_t *list = json_array();
    if (list == NULL)
        return NULL;
    compare_manifests(list, json_object_get(base, "manifest"), json_object_get(new, "manifest"));
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
        compare_values(list, DIFFERENCE_RUN, fields[i], json_object_get(base, fields[i]),
                       json_object_get(new, fields[i]));
    compare_parameters(list, base, new);
    compare_features(list, base, new);
    return list;
}

size_t differences_count(const json_t *differences, const char *part)
{
    size_t count = 0, i;
    const json_t *entry;
    json_array_foreach(differences, i, entry) count +=
        strcmp(report_text(entry, "part"), part) == 0;
    return count;
}

char *difference_value(const json_t *value, char *text, size_t size)
{
    if (value == NULL || json_is_null(value)) {
        snprintf(text, size, "unknown");
    } else if (json_is_string(value) || json_is_number(value)) {
        report_param(value, text, size);
    } else {
        char *dump = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
        printable(text, size, dump != NULL ? dump : "?");
        free(dump);
    }
    return text;
}

char *differences_text(const json_t *differences, const char *part, char *text, size_t size)
{
    size_t length = 0, i;
    const json_t *entry;
    text[0] = '\0';
    json_array_foreach(differences, i, entry)
    {
        char one[64], other[64], name[LABEL_BYTES];
        const char *of = report_text(entry, "part");
        if (part != NULL ? strcmp(of, part) != 0 : strcmp(of, DIFFERENCE_RUN) == 0)
            continue;
        if (length + 200 >= size) {
            snprintf(text + length, size - length, ", ...");
            break;
        }
        difference_value(json_object_get(entry, "base"), one, sizeof one);
        difference_value(json_object_get(entry, "new"), other, sizeof other);
        length += (size_t)snprintf(
            text + length, size - length, "%s%.60s (%.50s, %.50s)", length > 0 ? ", " : "",
            printable(name, sizeof name, report_text(entry, "name")), one, other);
    }
    return text;
}
