#include "harness/compare/differences.h"

#include "harness/base/printable.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Kernels keep a little of the memory for themselves, each as much as it likes. */
#define SAME_MEMORY 0.05

enum { NAME_BYTES = 128 };

const char *const difference_part_names[DIFFERENCE_PARTS] = {"machine", "system", "build", "commit",
                                                             "run"};

/* ---- the list ---- */

/* What both do not have, and what is the same, is no difference. */
static int add(struct difference_list *list, enum difference_part part, const char *group,
               const char *name, const struct value *const values[SIDES])
{
    static const struct value nothing = {.kind = VALUE_NOTHING};
    if (value_equal(values[BASE], values[NEW]))
        return 0;
    enum difference_part *parts = realloc(list->parts, (list->count + 1) * sizeof *parts);
    if (parts == NULL)
        return -ENOMEM;
    list->parts = parts;
    list->parts[list->count] = part;
    for (int side = 0; side < SIDES; side++) {
        const struct value *value = values[side] != NULL ? values[side] : &nothing;
        int r = named_values_add(&list->values[side], group, name, value);
        if (r < 0)
            return r;
    }
    list->count++;
    return 0;
}

static int add_texts(struct difference_list *list, const char *group, const char *name,
                     const char *base, const char *new)
{
    const struct value values[SIDES] = {{.kind = VALUE_TEXT, .text = (char *)base},
                                        {.kind = VALUE_TEXT, .text = (char *)new}};
    return add(list, DIFFERENCE_RUN, group, name,
               (const struct value *const[]){&values[BASE], &values[NEW]});
}

void difference_list_free(struct difference_list *list)
{
    named_values_free(&list->values[BASE]);
    named_values_free(&list->values[NEW]);
    free(list->parts);
}

/* ---- the manifest ---- */

/* Fields that are not named here are the system's: none is left out because it is new. */
static enum difference_part part_of(const struct named_value *field)
{
    static const struct {
        const char *name;
        enum difference_part part;
    } fields[] = {
        {"machine", DIFFERENCE_MACHINE},        {"cpu", DIFFERENCE_MACHINE},
        {"cpus", DIFFERENCE_MACHINE},           {"cores", DIFFERENCE_MACHINE},
        {"virtualization", DIFFERENCE_MACHINE}, {"memory_kib", DIFFERENCE_MACHINE},
        {"libraries", DIFFERENCE_BUILD},        {"compiler", DIFFERENCE_BUILD},
        {"build_type", DIFFERENCE_BUILD},       {"flags", DIFFERENCE_BUILD},
        {"commit", DIFFERENCE_COMMIT},
    };
    const char *name = *field->group != '\0' ? field->group : field->name;
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        if (strcmp(fields[i].name, name) == 0)
            return fields[i].part;
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

static bool are_same_flags(const struct value *base, const struct value *new)
{
    const char *one = value_text_or(base, NULL), *other = value_text_or(new, NULL);
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

static bool is_same_memory(const struct value *base, const struct value *new)
{
    double one = value_number(base), other = value_number(new);
    return one > 0 && other > 0 && fabs(log(one / other)) <= log1p(SAME_MEMORY);
}

static int add_field(struct difference_list *list, const struct named_value *field,
                     const struct value *base, const struct value *new)
{
    enum difference_part part = part_of(field);
    bool is_top = *field->group == '\0';
    if (is_top && strcmp(field->name, "date") == 0)
        return 0;
    if (is_top && strcmp(field->name, "memory_kib") == 0 && is_same_memory(base, new))
        part = DIFFERENCE_RUN;
    if (is_top && strcmp(field->name, "flags") == 0 && are_same_flags(base, new))
        part = DIFFERENCE_RUN;
    return add(list, part, field->group, field->name, (const struct value *const[]){base, new});
}

static int add_manifest(struct difference_list *list, const struct named_values *base,
                        const struct named_values *new)
{
    int r = 0;
    for (size_t i = 0; i < base->count && r == 0; i++) {
        const struct named_value *field = &base->list[i];
        r = add_field(list, field, &field->value,
                      named_values_find(new, field->group, field->name));
    }
    for (size_t i = 0; i < new->count &&r == 0; i++) {
        const struct named_value *field = &new->list[i];
        if (named_values_find(base, field->group, field->name) == NULL)
            r = add_field(list, field, NULL, &field->value);
    }
    return r;
}

/* ---- how it was run ---- */

static int add_placement(struct difference_list *list, const char *name, int base, int new)
{
    char texts[SIDES][16] = {"anywhere", "anywhere"};
    if (base >= 0)
        snprintf(texts[BASE], sizeof texts[BASE], "%d", base);
    if (new >= 0)
        snprintf(texts[NEW], sizeof texts[NEW], "%d", new);
    return add_texts(list, "placement", name, texts[BASE], texts[NEW]);
}

/* The parameter's value in cell `place` of a mode; NULL: the cell is of another mode, or has not
 * set it. */
static const struct value *value_in(const struct run *run, size_t place, const struct cell *mode,
                                    const char *parameter)
{
    const struct cell *cell = &run->cells[place].cell;
    return cell_same_mode(cell, mode) ? named_values_find(&cell->params, "", parameter) : NULL;
}

/* Whether one of the first `count` cells has the value. */
static bool has_value(const struct run *run, size_t count, const struct cell *mode,
                      const char *parameter, const struct value *value)
{
    bool found = false;
    for (size_t i = 0; i < count && !found; i++) {
        const struct value *other = value_in(run, i, mode, parameter);
        found = other != NULL && value_equal(other, value);
    }
    return found;
}

/* Every value once, joined by commas. *same: the other run has each of them. */
static void list_values(const struct run *run, const struct run *other, const struct cell *mode,
                        const char *parameter, char *text, size_t size, bool *same)
{
    size_t length = 0;
    *text = '\0';
    for (size_t i = 0; i < run->cell_count; i++) {
        const struct value *value = value_in(run, i, mode, parameter);
        char word[64];
        if (value == NULL || has_value(run, i, mode, parameter, value))
            continue;
        *same &= has_value(other, other->cell_count, mode, parameter, value);
        value_print(value, word, sizeof word);
        if (length + strlen(word) + 2 < size)
            length +=
                (size_t)snprintf(text + length, size - length, "%s%s", length > 0 ? "," : "", word);
    }
}

/* A parameter that one run has not set is told of with the cells. */
static int add_mode(struct difference_list *list, const struct run *base, const struct run *new,
                    const struct cell *mode)
{
    int r = 0;
    for (const struct parameter *p = mode->workload->parameters; p->name != NULL && r == 0; p++) {
        char texts[SIDES][512], name[NAME_BYTES];
        bool same = true;
        list_values(base, new, mode, p->name, texts[BASE], sizeof texts[BASE], &same);
        list_values(new, base, mode, p->name, texts[NEW], sizeof texts[NEW], &same);
        snprintf(name, sizeof name, "%s %s %s", mode->workload->name, mode->mode, p->name);
        if (!same && *texts[BASE] != '\0' && *texts[NEW] != '\0')
            r = add_texts(list, "", name, texts[BASE], texts[NEW]);
    }
    return r;
}

/* Of modes that both have: a mode that one run has not is told of with the cells. */
static int add_parameters(struct difference_list *list, const struct run *base,
                          const struct run *new)
{
    int r = 0;
    for (size_t i = 0; i < base->cell_count && r == 0; i++) {
        bool seen = false;
        for (size_t k = 0; k < i && !seen; k++)
            seen = cell_same_mode(&base->cells[k].cell, &base->cells[i].cell);
        if (!seen)
            r = add_mode(list, base, new, &base->cells[i].cell);
    }
    return r;
}

/* The kernel may grant a subject less than another one does: it is not the same subject then. */
static int add_features(struct difference_list *list, const struct run *base, const struct run *new)
{
    int r = 0;
    for (size_t i = 0; i < base->subject_count && r == 0; i++) {
        const char *name = base->subjects[i].name, *granted = base->subjects[i].granted;
        size_t other = run_find_subject(new, name);
        char title[NAME_BYTES];
        if (other == SUBJECT_NONE)
            continue;
        const char *other_granted = new->subjects[other].granted;
        snprintf(title, sizeof title, "%s granted", name);
        r = add_texts(list, "", title, *granted != '\0' ? granted : "none",
                      *other_granted != '\0' ? other_granted : "none");
    }
    return r;
}

int difference_list_fill(struct difference_list *list, const struct run *base,
                         const struct run *new)
{
    int r = add_manifest(list, &base->manifest, &new->manifest);
    if (r == 0)
        r = add_texts(list, "", "profile", base->profile, new->profile);
    if (r == 0)
        r = add_placement(list, "subject_cpu", base->subject_cpu, new->subject_cpu);
    if (r == 0)
        r = add_placement(list, "generator_cpu", base->generator_cpu, new->generator_cpu);
    if (r == 0)
        r = add_parameters(list, base, new);
    return r == 0 ? add_features(list, base, new) : r;
}

/* ---- what is in it ---- */

size_t difference_list_count(const struct difference_list *list, enum difference_part part)
{
    size_t count = 0;
    for (size_t i = 0; i < list->count; i++)
        count += list->parts[i] == part;
    return count;
}

char *difference_name(const struct difference_list *list, size_t place, char *text, size_t size)
{
    const struct named_value *value = &list->values[BASE].list[place];
    char name[2 * NAME_BYTES];
    snprintf(name, sizeof name, "%s%s%s", value->group, *value->group != '\0' ? "." : "",
             value->name);
    return printable(text, size, name);
}

char *difference_list_describe(const struct difference_list *list, enum difference_part part,
                               char *text, size_t size)
{
    size_t length = 0;
    text[0] = '\0';
    for (size_t i = 0; i < list->count; i++) {
        char name[64], values[SIDES][64];
        if (part != DIFFERENCE_PARTS ? list->parts[i] != part : list->parts[i] == DIFFERENCE_RUN)
            continue;
        if (length + 200 >= size) {
            snprintf(text + length, size - length, ", ...");
            break;
        }
        for (int side = 0; side < SIDES; side++)
            value_print(&list->values[side].list[i].value, values[side], 51);
        length += (size_t)snprintf(
            text + length, size - length, "%s%s (%s, %s)", length > 0 ? ", " : "",
            difference_name(list, i, name, sizeof name), values[BASE], values[NEW]);
    }
    return text;
}
