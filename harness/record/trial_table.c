#include "harness/record/trial_table.h"

#include "harness/contract/parameters.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

const double percentiles[PERCENTILES] = {50, 90, 99, 99.9, 99.99, 100};

static const char not_invalid[] = "";

/* All values of one subject's histograms of one metric. Only the buckets from the first to the last
 * that any of them has take memory: a run has thousands of these. */
struct merged_histogram {
    uint64_t trials;
    uint64_t count, sum_ns, minimum_ns, maximum_ns, under, over;
    unsigned first, end;
    uint64_t *buckets;
};

void trial_table_open(struct trial_table *table, const struct workload *workload, const char *mode)
{
    *table = (struct trial_table){.workload = workload, .mode = mode};
}

void trial_table_free(struct trial_table *table)
{
    for (size_t i = 0; i < table->count; i++) {
        if (table->rows[i].why_invalid != not_invalid)
            free((char *)table->rows[i].why_invalid);
    }
    for (size_t i = 0; i < METRICS_MAX; i++) {
        free(table->metrics[i]);
        free(table->percentiles_ns[i]);
        for (size_t k = 0; table->merged[i] != NULL && k < TABLE_SUBJECTS_MAX; k++) {
            if (table->merged[i][k] != NULL)
                free(table->merged[i][k]->buckets);
            free(table->merged[i][k]);
        }
        free(table->merged[i]);
    }
    for (size_t i = 0; i < table->counter_count; i++)
        free(table->counters[i].values);
    free(table->rows);
    *table = (struct trial_table){0};
}

/* ---- columns ---- */

/* What is not set is not there. */
static int widen(struct trial_table *table, double **column, size_t from, size_t to)
{
    double *values = realloc(*column, to * sizeof *values);
    if (values == NULL)
        return -ENOMEM;
    *column = values;
    table->bytes += (to - from) * sizeof *values;
    for (size_t i = from; i < to; i++)
        values[i] = NAN;
    return 0;
}

static int grow(struct trial_table *table)
{
    size_t before = table->capacity, capacity = before > 0 ? 2 * before : 16;
    struct trial_row *rows = realloc(table->rows, capacity * sizeof *rows);
    if (rows == NULL)
        return -ENOMEM;
    table->rows = rows;
    table->bytes += (capacity - before) * sizeof *rows;
    int r = 0;
    for (size_t i = 0; i < METRICS_MAX && r == 0; i++) {
        if (table->metrics[i] != NULL)
            r = widen(table, &table->metrics[i], before, capacity);
        if (r == 0 && table->percentiles_ns[i] != NULL)
            r = widen(table, &table->percentiles_ns[i], PERCENTILES * before,
                      PERCENTILES * capacity);
    }
    for (size_t i = 0; i < table->counter_count && r == 0; i++)
        r = widen(table, &table->counters[i].values, before, capacity);
    if (r == 0)
        table->capacity = capacity;
    return r;
}

/* ---- metrics ---- */

/* The metric of that name; `place` is how many the trial had before it, `order` what they were last
 * time. */
static const struct metric *find_metric(const struct trial_table *table, const char *name,
                                        size_t place, uint8_t *order)
{
    const struct metric *all = table->workload->metrics;
    if (place < METRICS_MAX && order[place] > 0 && strcmp(all[order[place] - 1].name, name) == 0)
        return &all[order[place] - 1];
    const struct metric *metric = workload_metric(table->workload, table->mode, name);
    if (metric != NULL && place < METRICS_MAX)
        order[place] = (uint8_t)(workload_metric_index(table->workload, metric) + 1);
    return metric;
}

static int no_metric(const struct trial_table *table, const char *field, const char *name,
                     char *problem)
{
    return problem_say(problem, -EINVAL, "%s.%.60s: no metric of %s in mode %s", field, name,
                       table->workload->name, table->mode);
}

static int add_metrics(struct trial_table *table, const struct figures *figures, char *problem)
{
    for (size_t i = 0; i < figures->count; i++) {
        const char *name = figures->list[i].name;
        const struct metric *metric = find_metric(table, name, i, table->metric_order);
        if (metric == NULL)
            return no_metric(table, "metrics", name, problem);
        double **column = &table->metrics[workload_metric_index(table->workload, metric)];
        if (*column == NULL && widen(table, column, 0, table->capacity) < 0)
            return -ENOMEM;
        (*column)[table->count] = figures->list[i].value;
    }
    return 0;
}

static int add_counters(struct trial_table *table, const struct figures *figures, char *problem)
{
    for (size_t i = 0; i < figures->count; i++) {
        const char *name = figures->list[i].name;
        size_t k = i;
        if (k >= table->counter_count || strcmp(table->counters[k].name, name) != 0) {
            for (k = 0; k < table->counter_count && strcmp(table->counters[k].name, name) != 0; k++)
                continue;
        }
        if (k == TABLE_COUNTERS_MAX)
            return problem_say(problem, -EINVAL, "counters.%.60s: more than %d different counters",
                               name, TABLE_COUNTERS_MAX);
        struct counter_column *column = &table->counters[k];
        if (k == table->counter_count) {
            *column = (struct counter_column){0};
            memcpy(column->name, name, strlen(name) + 1);
            if (widen(table, &column->values, 0, table->capacity) < 0)
                return -ENOMEM;
            table->counter_count++;
        }
        column->values[table->count] = figures->list[i].value;
    }
    return 0;
}

/* ---- histograms ---- */

static void buckets_of(const struct histogram *histogram, unsigned *first, unsigned *end)
{
    uint64_t low = histogram->minimum_ns, high = histogram->maximum_ns;
    low = low > HISTOGRAM_LOWEST_NS ? low : HISTOGRAM_LOWEST_NS;
    high = high < HISTOGRAM_HIGHEST_NS ? high : HISTOGRAM_HIGHEST_NS;
    *first = *end = 0;
    if (histogram->count > 0 && low <= high) {
        *first = histogram_bucket(low);
        *end = histogram_bucket(high) + 1;
    }
}

/* Room for the buckets from `first` to before `end`. */
static int stretch(struct trial_table *table, struct merged_histogram *merged, unsigned first,
                   unsigned end)
{
    if (first >= end || (merged->buckets != NULL && first >= merged->first && end <= merged->end))
        return 0;
    bool is_new = merged->buckets == NULL;
    unsigned low = is_new || first < merged->first ? first : merged->first;
    unsigned high = is_new || end > merged->end ? end : merged->end;
    uint64_t *buckets = calloc(high - low, sizeof *buckets);
    if (buckets == NULL)
        return -ENOMEM;
    if (!is_new)
        memcpy(buckets + (merged->first - low), merged->buckets,
               (merged->end - merged->first) * sizeof *buckets);
    table->bytes += (high - low) * sizeof *buckets;
    free(merged->buckets);
    merged->buckets = buckets;
    merged->first = low;
    merged->end = high;
    return 0;
}

static struct merged_histogram *merged_of(struct trial_table *table, size_t metric, size_t subject)
{
    if (table->merged[metric] == NULL)
        table->merged[metric] = calloc(TABLE_SUBJECTS_MAX, sizeof *table->merged[metric]);
    if (table->merged[metric] == NULL)
        return NULL;
    struct merged_histogram **merged = &table->merged[metric][subject];
    if (*merged == NULL && (*merged = calloc(1, sizeof **merged)) != NULL)
        (*merged)->minimum_ns = UINT64_MAX;
    return *merged;
}

static int merge(struct trial_table *table, size_t metric, size_t subject,
                 const struct histogram *histogram)
{
    unsigned first, end;
    struct merged_histogram *merged = merged_of(table, metric, subject);
    buckets_of(histogram, &first, &end);
    if (merged == NULL || stretch(table, merged, first, end) < 0)
        return -ENOMEM;
    merged->trials++;
    merged->count += histogram->count;
    merged->under += histogram->under;
    merged->over += histogram->over;
    merged->sum_ns += histogram->sum_ns;
    merged->sum_ns = merged->sum_ns > INT64_MAX ? INT64_MAX : merged->sum_ns;
    if (histogram->minimum_ns < merged->minimum_ns)
        merged->minimum_ns = histogram->minimum_ns;
    if (histogram->maximum_ns > merged->maximum_ns)
        merged->maximum_ns = histogram->maximum_ns;
    for (unsigned i = first; i < end; i++)
        merged->buckets[i - merged->first] += histogram->buckets[i];
    return 0;
}

static void take_percentiles(const struct histogram *histogram, double *percentiles_ns)
{
    for (size_t i = 0; i < PERCENTILES; i++) {
        uint64_t value_ns;
        bool known = histogram_percentile(histogram, percentiles[i], &value_ns);
        percentiles_ns[i] = known ? (double)value_ns : NAN;
    }
}

static int add_histograms(struct trial_table *table, const struct trial *trial, char *problem)
{
    for (size_t i = 0; i < trial->outcome.histogram_count; i++) {
        const struct outcome_histogram *one = &trial->outcome.histograms[i];
        const struct metric *metric = find_metric(table, one->name, i, table->histogram_order);
        if (metric == NULL)
            return no_metric(table, "histograms", one->name, problem);
        size_t index = workload_metric_index(table->workload, metric);
        double **column = &table->percentiles_ns[index];
        if (*column == NULL && widen(table, column, 0, PERCENTILES * table->capacity) < 0)
            return -ENOMEM;
        take_percentiles(one->histogram, *column + PERCENTILES * table->count);
        if (trial->valid && merge(table, index, trial->subject, one->histogram) < 0)
            return -ENOMEM;
    }
    return 0;
}

/* ---- one trial ---- */

static double usage_or_nan(const struct trial *trial, const char *name)
{
    double value;
    return figures_get(&trial->outcome.usage, name, &value) ? value : NAN;
}

int trial_table_add(struct trial_table *table, const struct trial *trial, uint32_t line,
                    char *problem)
{
    int r = 0;
    if (trial->subject >= TABLE_SUBJECTS_MAX)
        return problem_say(problem, -EINVAL, "subject: a run has no more than %d",
                           TABLE_SUBJECTS_MAX);
    if (table->count == table->capacity)
        r = grow(table);
    if (r == 0)
        r = add_metrics(table, &trial->outcome.metrics, problem);
    if (r == 0)
        r = add_counters(table, &trial->outcome.counters, problem);
    if (r == 0)
        r = add_histograms(table, trial, problem);
    if (r < 0)
        return r;
    const char *why = trial->valid ? not_invalid : strdup(trial->why_invalid);
    if (why == NULL)
        return -ENOMEM;
    table->rows[table->count++] = (struct trial_row){
        .round = (uint32_t)trial->round,
        .order = (uint32_t)trial->order,
        .subject = (uint32_t)trial->subject,
        .line = line,
        .attempt = (uint8_t)trial->attempt,
        .valid = trial->valid,
        .bound = trial->outcome.has_generator && trial->outcome.generator.bound,
        .why_invalid = why,
        .wall_ns = usage_or_nan(trial, "wall_ns"),
        .involuntary_switches = usage_or_nan(trial, "involuntary"),
    };
    return 0;
}

/* ---- reading ---- */

bool trial_table_pooled(const struct trial_table *table, size_t metric, size_t subject,
                        struct pooled_histogram *pooled)
{
    struct histogram whole;
    const struct merged_histogram *merged =
        table->merged[metric] != NULL && subject < TABLE_SUBJECTS_MAX
            ? table->merged[metric][subject]
            : NULL;
    if (merged == NULL)
        return false;
    histogram_reset(&whole);
    whole.count = merged->count;
    whole.sum_ns = merged->sum_ns;
    whole.minimum_ns = merged->minimum_ns;
    whole.maximum_ns = merged->maximum_ns;
    whole.under = merged->under;
    whole.over = merged->over;
    if (merged->buckets != NULL)
        memcpy(whole.buckets + merged->first, merged->buckets,
               (merged->end - merged->first) * sizeof *merged->buckets);
    *pooled = (struct pooled_histogram){
        .trials = merged->trials, .count = merged->count, .sum_ns = merged->sum_ns};
    take_percentiles(&whole, pooled->percentiles_ns);
    return true;
}

const double *trial_table_counter(const struct trial_table *table, const char *name)
{
    for (size_t i = 0; i < table->counter_count; i++) {
        if (strcmp(table->counters[i].name, name) == 0)
            return table->counters[i].values;
    }
    return NULL;
}

/* A row, and what it is found by. */
struct entry {
    uint32_t subject, round;
    uint8_t attempt;
    bool valid;
    size_t place;
};

static int by_trial(const void *a, const void *b)
{
    const struct entry *left = a, *right = b;
    if (left->subject != right->subject)
        return left->subject < right->subject ? -1 : 1;
    if (left->round != right->round)
        return left->round < right->round ? -1 : 1;
    if (left->attempt != right->attempt)
        return left->attempt < right->attempt ? -1 : 1;
    return (left->place > right->place) - (left->place < right->place);
}

int trial_table_check(const struct trial_table *table, size_t *first, size_t *second)
{
    struct entry *entries = calloc(table->count + 1, sizeof *entries);
    int r = entries != NULL ? 0 : -ENOMEM;
    for (size_t i = 0; i < table->count && r == 0; i++) {
        const struct trial_row *row = &table->rows[i];
        entries[i] = (struct entry){row->subject, row->round, row->attempt, row->valid, i};
    }
    if (r == 0)
        qsort(entries, table->count, sizeof *entries, by_trial);
    size_t valid = 0; /* the last valid one */
    for (size_t i = 1; i < table->count && r == 0; i++) {
        const struct entry *one = &entries[i - 1], *two = &entries[i];
        bool same_round = one->subject == two->subject && one->round == two->round;
        valid = one->valid ? i - 1 : valid;
        const struct entry *before = &entries[valid];
        bool valid_twice = two->valid && before->valid && before->subject == two->subject &&
                           before->round == two->round;
        if ((same_round && one->attempt == two->attempt) || valid_twice) {
            *first = valid_twice ? before->place : one->place;
            *second = two->place;
            r = -EEXIST;
        }
    }
    free(entries);
    return r;
}
