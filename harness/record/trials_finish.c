/* The second half of trials_builder.h: what was collected is checked and becomes one block. */
#include "harness/record/trials_collected.h"

#include "harness/contract/parameters.h"
#include "harness/base/problem.h"
#include "harness/record/trials_layout.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- are the names right ---- */

static size_t place_in_run(const json_t *subjects, const char *name)
{
    size_t i;
    const json_t *subject;
    json_array_foreach(subjects, i, subject)
    {
        if (strcmp(json_string_value(json_object_get(subject, "name")), name) == 0)
            break;
    }
    return i;
}

/* places[i]: where the run's list has the i-th subject of the trials. */
static int check_subjects(const struct trials_builder *builder, const json_t *subjects,
                          uint32_t *places, char *problem)
{
    for (size_t i = 0; i < builder->subjects.count; i++) {
        const struct name *name = &builder->subjects.list[i];
        places[i] = (uint32_t)place_in_run(subjects, name->text);
        if (places[i] == json_array_size(subjects))
            return problem_say(problem, -EINVAL,
                               "%s[%zu].subject: \"%.60s\" is not among the run's subjects",
                               builder->where, name->first_trial, name->text);
    }
    return 0;
}

static bool is_metric_of(const struct workload *workload, const char *mode, const char *name)
{
    for (const struct metric *metric = workload->metrics; metric->name != NULL; metric++) {
        if (strcmp(metric->name, name) == 0 && name_in_list(metric->modes, mode))
            return true;
    }
    return false;
}

static int check_metrics(const struct trials_builder *builder, enum trials_kind kind,
                         const json_t *cell, char *problem)
{
    const struct names *names = &builder->names[kind];
    const char *mode = json_string_value(json_object_get(cell, "mode"));
    const struct workload *workload =
        workload_find(json_string_value(json_object_get(cell, "workload")));
    for (size_t i = 0; i < names->count; i++) {
        const struct name *name = &names->list[i];
        if (!is_metric_of(workload, mode, name->text))
            return problem_say(problem, -EINVAL, "%s[%zu].%s.%.60s: no metric of %s in mode %s",
                               builder->where, name->first_trial, names->what, name->text,
                               workload->name, mode);
    }
    return 0;
}

struct valid_trial {
    uint64_t round;
    size_t subject, place;
};

static int by_subject_and_round(const void *a, const void *b)
{
    const struct valid_trial *left = a, *right = b;
    if (left->subject != right->subject)
        return left->subject < right->subject ? -1 : 1;
    if (left->round != right->round)
        return left->round < right->round ? -1 : 1;
    return (left->place > right->place) - (left->place < right->place);
}

/* A trial that is in a file twice would make intervals narrower than what was measured does. */
static int check_rounds(const struct trials_builder *builder, char *problem)
{
    struct valid_trial *valid = calloc(builder->count + 1, sizeof *valid);
    size_t count = 0;
    int r = valid != NULL ? 0 : -ENOMEM;
    for (size_t i = 0; i < builder->count && r == 0; i++) {
        const struct trial *trial = &builder->list[i];
        if (trial->valid)
            valid[count++] = (struct valid_trial){trial->round, trial->subject, i};
    }
    if (r == 0)
        qsort(valid, count, sizeof *valid, by_subject_and_round);
    for (size_t i = 1; i < count && r == 0; i++) {
        const struct valid_trial *one = &valid[i - 1], *two = &valid[i];
        if (one->subject == two->subject && one->round == two->round)
            r = problem_say(problem, -EINVAL,
                            "%s[%zu]: %.60s has a valid trial in round %llu already, %s[%zu]",
                            builder->where, two->place, builder->subjects.list[two->subject].text,
                            (unsigned long long)two->round, builder->where, one->place);
    }
    free(valid);
    return r;
}

/* ---- the block ---- */

/* The block, and the end of what has its place in it. */
struct writing {
    const struct trials_builder *builder;
    const json_t *subjects;
    const uint32_t *places;
    struct trials *block;
    uint64_t end;
};

static void *inside(const struct writing *writing, uint64_t offset)
{
    return (char *)writing->block + offset;
}

static uint64_t reserve(uint64_t *end, uint64_t count, size_t bytes)
{
    uint64_t at = *end;
    *end += count * bytes;
    return at;
}

static uint64_t text_bytes(const struct writing *writing)
{
    uint64_t bytes = writing->builder->reasons_bytes;
    for (unsigned kind = 0; kind < TRIALS_KINDS; kind++) {
        const struct names *names = &writing->builder->names[kind];
        for (size_t i = 0; i < names->count; i++)
            bytes += strlen(names->list[i].text) + 1;
    }
    size_t i;
    const json_t *subject;
    json_array_foreach(writing->subjects, i, subject) bytes +=
        json_string_length(json_object_get(subject, "name")) + 1;
    return bytes;
}

/* What is wider comes first, so that all of it is aligned; texts come last. *bytes: of the whole.
 */
static struct trials plan(const struct writing *writing, uint64_t *texts_at, uint64_t *bytes)
{
    const struct trials_builder *builder = writing->builder;
    struct trials plan = {
        .trial_count = builder->count,
        .subject_count = json_array_size(writing->subjects),
    };
    uint64_t end = sizeof plan;
    for (size_t i = 0; i < builder->names[TRIALS_HISTOGRAM].count; i++) {
        for (size_t k = 0; k < builder->subjects.count; k++)
            plan.pooled_count += builder->merged[i][k] != NULL;
    }
    plan.list_at = reserve(&end, plan.trial_count, sizeof(struct trial));
    plan.pooled_at = reserve(&end, plan.pooled_count, sizeof(struct trials_pooled));
    for (unsigned kind = 0; kind < TRIALS_KINDS; kind++) {
        const struct names *names = &builder->names[kind];
        plan.names[kind].count = names->count;
        plan.names[kind].columns_at =
            reserve(&end, names->count * names->width * plan.trial_count, sizeof(double));
    }
    for (unsigned kind = 0; kind < TRIALS_KINDS; kind++)
        plan.names[kind].texts_at = reserve(&end, plan.names[kind].count, sizeof(uint32_t));
    plan.subjects_at = reserve(&end, plan.subject_count, sizeof(uint32_t));
    *texts_at = end;
    *bytes = end + text_bytes(writing);
    return plan;
}

static uint32_t put_text(struct writing *writing, const char *text)
{
    uint64_t at = reserve(&writing->end, strlen(text) + 1, 1);
    memcpy(inside(writing, at), text, strlen(text) + 1);
    return (uint32_t)at;
}

static void write_list(struct writing *writing)
{
    const struct trials_builder *builder = writing->builder;
    struct trial *list = inside(writing, writing->block->list_at);
    uint64_t reasons_at = reserve(&writing->end, builder->reasons_bytes, 1);
    if (builder->reasons_bytes > 0)
        memcpy(inside(writing, reasons_at), builder->reasons, builder->reasons_bytes);
    for (size_t i = 0; i < builder->count; i++) {
        list[i] = builder->list[i];
        list[i].subject = writing->places[list[i].subject];
        if (list[i].why_invalid != 0)
            list[i].why_invalid += (uint32_t)reasons_at - 1;
    }
}

/* From a row for each trial to a column for each figure. */
static void write_columns(struct writing *writing, enum trials_kind kind)
{
    const struct trials_builder *builder = writing->builder;
    const struct names *names = &builder->names[kind];
    uint32_t *texts = inside(writing, writing->block->names[kind].texts_at);
    double *column = inside(writing, writing->block->names[kind].columns_at);
    for (size_t i = 0; i < names->count; i++) {
        texts[i] = put_text(writing, names->list[i].text);
        for (size_t k = 0; k < names->width; k++, column += builder->count) {
            for (size_t trial = 0; trial < builder->count; trial++)
                column[trial] = names->list[i].values[trial * names->width + k];
        }
    }
}

static void write_pooled(struct writing *writing)
{
    const struct trials_builder *builder = writing->builder;
    struct trials_pooled *entry = inside(writing, writing->block->pooled_at);
    for (size_t i = 0; i < builder->names[TRIALS_HISTOGRAM].count; i++) {
        for (size_t k = 0; k < builder->subjects.count; k++) {
            const struct merged *merged = builder->merged[i][k];
            if (merged == NULL)
                continue;
            entry->histogram = (uint32_t)i;
            entry->subject = writing->places[k];
            entry->pooled = (struct pooled_histogram){
                .trials = merged->trials,
                .count = merged->histogram.count,
                .sum_ns = merged->histogram.sum_ns,
            };
            trials_take_percentiles(&merged->histogram, entry->pooled.percentiles_ns);
            entry++;
        }
    }
}

static void write_subjects(struct writing *writing)
{
    uint32_t *texts = inside(writing, writing->block->subjects_at);
    size_t i;
    const json_t *subject;
    json_array_foreach(writing->subjects, i, subject) texts[i] =
        put_text(writing, json_string_value(json_object_get(subject, "name")));
}

static int put_into_cell(struct writing *writing, json_t *cell, bool counting)
{
    uint64_t texts_at, bytes, *room = writing->builder->room;
    struct trials header = plan(writing, &texts_at, &bytes);
    writing->block = calloc(1, bytes);
    if (writing->block == NULL)
        return -ENOMEM;
    *writing->block = header;
    writing->end = texts_at;
    write_list(writing);
    for (unsigned kind = 0; kind < TRIALS_KINDS; kind++)
        write_columns(writing, kind);
    write_pooled(writing);
    write_subjects(writing);
    *room = bytes < *room ? *room - bytes : 0;
    json_t *string = json_stringn_nocheck((const char *)writing->block, bytes);
    free(writing->block);
    return json_object_set_new(cell, counting ? TRIALS_COUNTING_KEY : TRIALS_KEY, string) < 0
               ? -ENOMEM
               : 0;
}

int trials_builder_finish(struct trials_builder *builder, const json_t *subjects, json_t *cell,
                          bool counting, char *problem)
{
    uint32_t places[TRIALS_SUBJECTS_MAX];
    struct writing writing = {.builder = builder, .subjects = subjects, .places = places};
    int r = check_subjects(builder, subjects, places, problem);
    if (r == 0)
        r = check_metrics(builder, TRIALS_METRIC, cell, problem);
    if (r == 0)
        r = check_metrics(builder, TRIALS_HISTOGRAM, cell, problem);
    if (r == 0)
        r = check_rounds(builder, problem);
    return r == 0 ? put_into_cell(&writing, cell, counting) : r;
}
