#include "harness/record/trials_layout.h"

#include <string.h>

const double trials_percents[TRIALS_PERCENTS] = {50, 90, 99, 99.9, 99.99, 100};

static const struct trials *block_of(const json_t *cell, const char *key)
{
    static const struct trials none;
    /* jansson allocates the bytes of a string by themselves, aligned for anything. */
    const void *block = json_string_value(json_object_get(cell, key));
    return block != NULL ? block : &none;
}

const struct trials *trials_of(const json_t *cell)
{
    return block_of(cell, TRIALS_KEY);
}

const struct trials *trials_counting(const json_t *cell)
{
    return block_of(cell, TRIALS_COUNTING_KEY);
}

size_t trials_count(const struct trials *trials)
{
    return trials->trial_count;
}

const struct trial *trials_list(const struct trials *trials)
{
    return trials_at(trials, trials->list_at);
}

const char *trials_why_invalid(const struct trials *trials, const struct trial *trial)
{
    return trial->why_invalid != 0 ? trials_at(trials, trial->why_invalid) : "";
}

size_t trials_subject_count(const struct trials *trials)
{
    return trials->subject_count;
}

const char *trials_subject_name(const struct trials *trials, size_t subject)
{
    const uint32_t *names = trials_at(trials, trials->subjects_at);
    return trials_at(trials, names[subject]);
}

size_t trials_find_subject(const struct trials *trials, const char *name)
{
    size_t i = 0;
    while (i < trials->subject_count && strcmp(trials_subject_name(trials, i), name) != 0)
        i++;
    return i;
}

static const char *name_at(const struct trials *trials, enum trials_kind kind, size_t index)
{
    const uint32_t *texts = trials_at(trials, trials->names[kind].texts_at);
    return trials_at(trials, texts[index]);
}

static bool find_name(const struct trials *trials, enum trials_kind kind, const char *name,
                      size_t *index)
{
    for (*index = 0; *index < trials->names[kind].count; ++*index) {
        if (strcmp(name_at(trials, kind, *index), name) == 0)
            return true;
    }
    return false;
}

static const double *find_column(const struct trials *trials, enum trials_kind kind,
                                 const char *name, size_t place)
{
    size_t index;
    if (!find_name(trials, kind, name, &index))
        return NULL;
    const double *columns = trials_at(trials, trials->names[kind].columns_at);
    return columns + (index * trials_width(kind) + place) * trials->trial_count;
}

const double *trials_metric(const struct trials *trials, const char *name)
{
    return find_column(trials, TRIALS_METRIC, name, 0);
}

const double *trials_counter(const struct trials *trials, const char *name)
{
    return find_column(trials, TRIALS_COUNTER, name, 0);
}

const double *trials_usage(const struct trials *trials, const char *name)
{
    return find_column(trials, TRIALS_USAGE, name, 0);
}

const double *trials_percentile_ns(const struct trials *trials, const char *histogram,
                                   size_t percent)
{
    return find_column(trials, TRIALS_HISTOGRAM, histogram, percent);
}

const struct pooled_histogram *trials_pooled(const struct trials *trials, const char *histogram,
                                             size_t subject)
{
    const struct trials_pooled *all = trials_at(trials, trials->pooled_at);
    size_t index;
    if (!find_name(trials, TRIALS_HISTOGRAM, histogram, &index))
        return NULL;
    for (size_t i = 0; i < trials->pooled_count; i++) {
        if (all[i].histogram == index && all[i].subject == subject)
            return &all[i].pooled;
    }
    return NULL;
}

size_t trials_metric_count(const struct trials *trials)
{
    return trials->names[TRIALS_METRIC].count;
}

const char *trials_metric_name(const struct trials *trials, size_t index)
{
    return name_at(trials, TRIALS_METRIC, index);
}

size_t trials_counter_count(const struct trials *trials)
{
    return trials->names[TRIALS_COUNTER].count;
}

const char *trials_counter_name(const struct trials *trials, size_t index)
{
    return name_at(trials, TRIALS_COUNTER, index);
}

static json_t *cell_unpacked(const json_t *cell)
{
    json_t *copy = json_copy((json_t *)cell); /* takes no const, but only reads */
    json_object_del(copy, TRIALS_KEY);
    json_object_del(copy, TRIALS_COUNTING_KEY);
    return copy;
}

json_t *trials_unpacked(const json_t *run)
{
    json_t *copy = json_copy((json_t *)run), *cells = json_array();
    size_t i;
    const json_t *cell;
    int failed = copy == NULL || cells == NULL;
    json_array_foreach(json_object_get(run, "cells"), i, cell) failed |=
        json_array_append_new(cells, cell_unpacked(cell)) < 0;
    failed |= json_object_set_new(copy, "cells", cells) < 0;
    if (!failed)
        return copy;
    json_decref(copy);
    return NULL;
}
