#include "harness/record/trials_collected.h"

#include "harness/base/problem.h"
#include "harness/plan/run_options.h"
#include "harness/record/run_shape.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct trials_builder *trials_builder_open(const char *where, uint64_t *room)
{
    struct trials_builder *builder = calloc(1, sizeof *builder);
    if (builder == NULL)
        return NULL;
    snprintf(builder->where, sizeof builder->where, "%s", where);
    builder->room = room;
    builder->subjects = (struct names){.maximum = TRIALS_SUBJECTS_MAX, .what = "subject"};
    builder->names[TRIALS_METRIC] =
        (struct names){.maximum = TRIALS_METRICS_MAX, .width = 1, .what = "metrics"};
    builder->names[TRIALS_COUNTER] =
        (struct names){.maximum = TRIALS_COUNTERS_MAX, .width = 1, .what = "counters"};
    builder->names[TRIALS_USAGE] =
        (struct names){.maximum = TRIALS_METRICS_MAX, .width = 1, .what = "usage"};
    builder->names[TRIALS_HISTOGRAM] = (struct names){
        .maximum = TRIALS_HISTOGRAMS_MAX, .width = TRIALS_PERCENTS, .what = "histograms"};
    return builder;
}

static void free_names(struct names *names)
{
    for (size_t i = 0; i < names->count; i++) {
        free(names->list[i].text);
        free(names->list[i].values);
    }
    free(names->list);
}

void trials_builder_close(struct trials_builder *builder)
{
    if (builder == NULL)
        return;
    for (size_t i = 0; i < builder->names[TRIALS_HISTOGRAM].count; i++) {
        for (size_t k = 0; k < builder->subjects.count; k++)
            free(builder->merged[i][k]);
    }
    free_names(&builder->subjects);
    for (unsigned kind = 0; kind < TRIALS_KINDS; kind++)
        free_names(&builder->names[kind]);
    free(builder->reasons);
    free(builder->list);
    free(builder);
}

/* ---- room ---- */

static bool fits(const struct trials_builder *builder, size_t capacity)
{
    uint64_t each = sizeof *builder->list;
    for (unsigned kind = 0; kind < TRIALS_KINDS; kind++)
        each += builder->names[kind].count * builder->names[kind].width * sizeof(double);
    return each * capacity + builder->reasons_bytes <= *builder->room;
}

/* What is not set is not there. */
static int widen(struct name *name, size_t from, size_t to)
{
    double *values = realloc(name->values, to * sizeof *values);
    if (values == NULL)
        return -ENOMEM;
    name->values = values;
    for (size_t i = from; i < to; i++)
        values[i] = NAN;
    return 0;
}

static int grow(struct trials_builder *builder)
{
    size_t capacity = builder->capacity > 0 ? 2 * builder->capacity : 64;
    struct trial *list = realloc(builder->list, capacity * sizeof *list);
    if (list == NULL)
        return -ENOMEM;
    builder->list = list;
    for (unsigned kind = 0; kind < TRIALS_KINDS; kind++) {
        struct names *names = &builder->names[kind];
        for (size_t i = 0; i < names->count; i++) {
            int r =
                widen(&names->list[i], builder->capacity * names->width, capacity * names->width);
            if (r < 0)
                return r;
        }
    }
    builder->capacity = capacity;
    return 0;
}

static int too_much(const struct trials_builder *builder, char *problem)
{
    return problem_say(problem, -EINVAL, "%s: more trials than a run can have: %d MiB of figures",
                       builder->where, (int)(TRIALS_BYTES_MAX >> 20));
}

/* ---- names ---- */

static int add_name(struct trials_builder *builder, struct names *names, const char *text,
                    char *problem)
{
    if (names->count == names->maximum)
        return problem_say(problem, -EINVAL,
                           "%s[%zu].%s: more than %zu different names in this list", builder->where,
                           builder->count, names->what, names->maximum);
    struct name *list = realloc(names->list, (names->count + 1) * sizeof *list);
    if (list == NULL)
        return -ENOMEM;
    names->list = list;
    struct name *name = &list[names->count];
    *name = (struct name){.text = strdup(text), .first_trial = builder->count};
    if (name->text == NULL)
        return -ENOMEM;
    names->count++;
    if (!fits(builder, builder->capacity))
        return too_much(builder, problem);
    return names->width > 0 ? widen(name, 0, builder->capacity * names->width) : 0;
}

/* *index: the name's. Trials are alike, so that the name after the last one is tried first. */
static int find_name(struct trials_builder *builder, struct names *names, const char *text,
                     size_t *index, char *problem)
{
    for (size_t i = 0; i < names->count; i++) {
        size_t place = (*index + 1 + i) % names->count;
        if (strcmp(names->list[place].text, text) == 0) {
            *index = place;
            return 0;
        }
    }
    *index = names->count;
    return add_name(builder, names, text, problem);
}

/* ---- one trial ---- */

static int add_numbers(struct trials_builder *builder, enum trials_kind kind, const json_t *object,
                       char *problem)
{
    struct names *names = &builder->names[kind];
    size_t index = SIZE_MAX;
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)object, name, value)
    {
        int r = json_is_number(value) ? find_name(builder, names, name, &index, problem) : 0;
        if (r < 0)
            return r;
        if (json_is_number(value))
            names->list[index].values[builder->count] = json_number_value(value);
    }
    return 0;
}

static int merge(struct trials_builder *builder, const struct trial *trial, size_t index,
                 const struct histogram *histogram)
{
    struct merged **merged = &builder->merged[index][trial->subject];
    if (*merged == NULL) {
        *merged = calloc(1, sizeof **merged);
        if (*merged == NULL)
            return -ENOMEM;
        histogram_reset(&(*merged)->histogram);
    }
    (*merged)->trials++;
    histogram_merge(&(*merged)->histogram, histogram);
    return 0;
}

void trials_take_percentiles(const struct histogram *histogram, double *percentiles_ns)
{
    for (size_t i = 0; i < TRIALS_PERCENTS; i++) {
        uint64_t value_ns;
        bool known = histogram_percentile(histogram, trials_percents[i], &value_ns);
        percentiles_ns[i] = known ? (double)value_ns : NAN;
    }
}

static int add_histograms(struct trials_builder *builder, const struct trial *trial,
                          const json_t *object, char *problem)
{
    struct names *names = &builder->names[TRIALS_HISTOGRAM];
    size_t index = SIZE_MAX;
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)object, name, value)
    {
        struct histogram histogram;
        int r = histogram_from_json(&histogram, value);
        if (r < 0)
            return problem_say(problem, -EINVAL, "%s[%zu].histograms.%.60s%s", builder->where,
                               builder->count, name, run_shape_of_histogram(r));
        r = find_name(builder, names, name, &index, problem);
        if (r < 0)
            return r;
        trials_take_percentiles(&histogram,
                                &names->list[index].values[builder->count * TRIALS_PERCENTS]);
        r = trial->valid ? merge(builder, trial, index, &histogram) : 0;
        if (r < 0)
            return r;
    }
    return 0;
}

static int add_reason(struct trials_builder *builder, struct trial *trial, const char *reason)
{
    if (reason == NULL)
        return 0;
    size_t bytes = strlen(reason) + 1;
    char *all = realloc(builder->reasons, builder->reasons_bytes + bytes);
    if (all == NULL)
        return -ENOMEM;
    builder->reasons = all;
    memcpy(all + builder->reasons_bytes, reason, bytes);
    trial->why_invalid = (uint32_t)builder->reasons_bytes + 1;
    builder->reasons_bytes += bytes;
    return 0;
}

int trials_builder_add(struct trials_builder *builder, const json_t *json, char *problem)
{
    size_t subject = builder->count > 0 ? builder->list[builder->count - 1].subject : SIZE_MAX;
    int r = run_shape_check_trial(json, builder->where, builder->count, problem);
    if (r == 0 && builder->count == builder->capacity)
        r = fits(builder, 2 * builder->capacity) ? grow(builder) : too_much(builder, problem);
    if (r == 0)
        r = find_name(builder, &builder->subjects,
                      json_string_value(json_object_get(json, "subject")), &subject, problem);
    if (r < 0)
        return r;
    struct trial *trial = &builder->list[builder->count];
    const json_t *generator = json_object_get(json, "generator");
    *trial = (struct trial){
        .round = (uint64_t)json_integer_value(json_object_get(json, "round")),
        .order = (uint64_t)json_integer_value(json_object_get(json, "order")),
        .subject = (uint32_t)subject,
        .valid = json_is_true(json_object_get(json, "valid")),
        .bound = json_is_true(json_object_get(generator, "bound")),
    };
    if (trial->round >= ROUNDS_MAXIMUM)
        return problem_say(problem, -EINVAL, "%s[%zu].round: a run has no more than %d rounds",
                           builder->where, builder->count, ROUNDS_MAXIMUM);
    r = add_reason(builder, trial, json_string_value(json_object_get(json, "why_invalid")));
    if (r == 0)
        r = add_numbers(builder, TRIALS_METRIC, json_object_get(json, "metrics"), problem);
    if (r == 0)
        r = add_numbers(builder, TRIALS_COUNTER, json_object_get(json, "counters"), problem);
    if (r == 0)
        r = add_numbers(builder, TRIALS_USAGE, json_object_get(json, "usage"), problem);
    if (r == 0)
        r = add_histograms(builder, trial, json_object_get(json, "histograms"), problem);
    builder->count += r == 0;
    return r;
}
