/* The report as CSV, one long table for each kind of figure; columns and units: results/README.md.
 */
#include "harness/report/csv.h"
#include "harness/analysis/parts.h"
#include "harness/record/trials.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#define COUNTERS_KNOWN 32
#define METRICS_KNOWN 64

int csv_open(struct csv *csv, const char *folder, const char *name, const char *header,
             char *problem)
{
    csv->problem = problem;
    csv->columns = 0;
    csv->begin_of = NULL;
    snprintf(csv->path, sizeof csv->path, "%s/%s", folder, name);
    snprintf(csv->temporary, sizeof csv->temporary, "%s/%s.new", folder, name);
    csv->file = fopen(csv->temporary, "w");
    if (csv->file == NULL) {
        int error = errno;
        snprintf(problem, PROBLEM_BYTES, "%.400s cannot be written: %s", csv->temporary,
                 strerror(error));
        return -error;
    }
    if (header != NULL)
        fprintf(csv->file, "%s\n", header);
    return 0;
}

int csv_close(struct csv *csv)
{
    bool failed = ferror(csv->file) != 0;
    failed |= fclose(csv->file) != 0;
    if (!failed && rename(csv->temporary, csv->path) == 0)
        return 0;
    int error = errno != 0 ? errno : EIO;
    snprintf(csv->problem, PROBLEM_BYTES, "%.400s cannot be written: %s", csv->path,
             strerror(error));
    remove(csv->temporary);
    return -error;
}

void csv_text(struct csv *csv, const char *text)
{
    char clean[512];
    printable(clean, sizeof clean, text);
    fprintf(csv->file, "%s", csv->columns++ > 0 ? "," : "");
    if (strpbrk(clean, ",\"") == NULL) {
        fputs(clean, csv->file);
        return;
    }
    fputc('"', csv->file);
    for (const char *at = clean; *at != '\0'; at++)
        fprintf(csv->file, *at == '"' ? "\"\"" : "%c", *at);
    fputc('"', csv->file);
}

void csv_number(struct csv *csv, double value)
{
    fprintf(csv->file, "%s%.10g", csv->columns++ > 0 ? "," : "", value);
}

void csv_end_row(struct csv *csv)
{
    fputc('\n', csv->file);
    csv->columns = 0;
}

static void write_cell_columns(struct csv *csv, const json_t *cell, size_t index)
{
    char params[400];
    csv_number(csv, (double)index);
    csv_text(csv, report_text(cell, "workload"));
    csv_text(csv, report_text(cell, "mode"));
    csv_text(csv, report_params(cell, NULL, params, sizeof params));
}

/* What every row of a cell begins with is put together once: a cell has thousands of rows. */
static void cell_columns(struct csv *csv, const json_t *cell, size_t index)
{
    if (csv->begin_of != cell) {
        FILE *file = csv->file;
        csv->file = fmemopen(csv->begin, sizeof csv->begin, "w");
        bool failed = csv->file == NULL;
        if (!failed) {
            write_cell_columns(csv, cell, index);
            failed = fclose(csv->file) != 0;
        }
        csv->file = file;
        csv->columns = 0;
        csv->begin_of = failed ? NULL : cell;
        if (failed) {
            write_cell_columns(csv, cell, index);
            return;
        }
    }
    fputs(csv->begin, csv->file);
    csv->columns = 4;
}

static void subject_columns(struct csv *csv, const json_t *run, const char *subject)
{
    csv_text(csv, subject);
    csv_text(csv, report_tier(run, subject));
}

static void fields(struct csv *csv, const json_t *entry, const char *const *names)
{
    for (; *names != NULL; names++) {
        const json_t *value = json_object_get(entry, *names);
        if (json_is_number(value))
            csv_number(csv, json_number_value(value));
        else
            csv_text(csv, report_text(entry, *names));
    }
}

/* A row for each entry of a list that was computed, with the fields that the header names. */
static void list_rows(struct csv *csv, const json_t *run, const json_t *cell, size_t index,
                      const char *list, const char *const *names)
{
    size_t i;
    const json_t *entry;
    json_array_foreach(json_object_get(cell, list), i, entry)
    {
        cell_columns(csv, cell, index);
        subject_columns(csv, run, report_text(entry, "subject"));
        fields(csv, entry, names);
        csv_end_row(csv);
    }
}

static void summary_rows(struct csv *csv, const json_t *run, const json_t *cell, size_t index)
{
    static const char *const names[] = {"metric",       "unit",   "better",  "n",
                                        "median",       "ci_low", "ci_high", "confidence",
                                        "bound_trials", NULL};
    list_rows(csv, run, cell, index, "summary", names);
}

static void percentile_rows(struct csv *csv, const json_t *run, const json_t *cell, size_t index)
{
    static const char *const names[] = {"metric",       "percent", "unit",    "n",
                                        "median",       "ci_low",  "ci_high", "confidence",
                                        "bound_trials", NULL};
    list_rows(csv, run, cell, index, "percentiles", names);
}

static void pooled_rows(struct csv *csv, const json_t *run, const json_t *cell, size_t index)
{
    static const char *const names[] = {"metric", "percent", "unit", "n", "samples", "value", NULL};
    list_rows(csv, run, cell, index, "pooled", names);
}

static void ratio_rows(struct csv *csv, const json_t *run, const json_t *cell, size_t index)
{
    static const char *const names[] = {"baseline", "metric",  "n",          "ratio",
                                        "ci_low",   "ci_high", "confidence", NULL};
    list_rows(csv, run, cell, index, "ratios", names);
}

static void excess_rows(struct csv *csv, const json_t *run, const json_t *cell, size_t index)
{
    static const char *const names[] = {"baseline", "metric",  "unit",       "n", "excess",
                                        "ci_low",   "ci_high", "confidence", NULL};
    list_rows(csv, run, cell, index, "excess", names);
}

/* The columns of a trial's figures, and what stands in all their rows. */
struct trial_column {
    const char *name, *unit;
    const double *values;
};

static size_t trial_columns(const json_t *cell, struct trial_column *columns, size_t capacity)
{
    const struct trials *trials = trials_of(cell);
    size_t count = trials_metric_count(trials);
    count = count < capacity ? count : capacity;
    for (size_t i = 0; i < count; i++) {
        columns[i].name = trials_metric_name(trials, i);
        columns[i].unit = report_metric(cell, columns[i].name)->unit;
        columns[i].values = trials_metric(trials, columns[i].name);
    }
    return count;
}

static void trial_rows(struct csv *csv, const json_t *run, const json_t *cell, size_t index)
{
    const struct trials *trials = trials_of(cell);
    const struct trial *list = trials_list(trials);
    struct trial_column columns[METRICS_KNOWN];
    size_t count = trial_columns(cell, columns, METRICS_KNOWN);
    for (size_t i = 0; i < trials_count(trials); i++) {
        for (size_t k = 0; k < count; k++) {
            if (isnan(columns[k].values[i]))
                continue;
            cell_columns(csv, cell, index);
            subject_columns(csv, run, trials_subject_name(trials, list[i].subject));
            csv_number(csv, (double)list[i].round);
            csv_number(csv, (double)list[i].order);
            csv_text(csv, columns[k].name);
            csv_text(csv, columns[k].unit);
            csv_number(csv, columns[k].values[i]);
            csv_number(csv, list[i].valid);
            csv_text(csv, trials_why_invalid(trials, &list[i]));
            csv_number(csv, list[i].bound);
            csv_end_row(csv);
        }
    }
}

static void counter_rows(struct csv *csv, const json_t *run, const json_t *cell, size_t index)
{
    const char *names[COUNTERS_KNOWN];
    size_t count = report_counter_names(cell, names, COUNTERS_KNOWN), i;
    const json_t *subject;
    json_array_foreach(json_object_get(run, "subjects"), i, subject)
    {
        for (size_t k = 0; k < count; k++) {
            double value;
            size_t trials;
            if (!report_counter(cell, report_text(subject, "name"), names[k], &value, &trials))
                continue;
            cell_columns(csv, cell, index);
            subject_columns(csv, run, report_text(subject, "name"));
            csv_text(csv, names[k]);
            csv_number(csv, (double)trials);
            csv_number(csv, value);
            csv_end_row(csv);
        }
    }
}

static void skipped_rows(struct csv *csv, const json_t *run, const json_t *cell, size_t index)
{
    size_t i;
    const json_t *entry;
    if (json_is_string(json_object_get(cell, "skipped"))) {
        cell_columns(csv, cell, index);
        csv_text(csv, "");
        csv_text(csv, "");
        csv_text(csv, report_text(cell, "skipped"));
        csv_end_row(csv);
    }
    json_array_foreach(json_object_get(cell, "skipped_subjects"), i, entry)
    {
        cell_columns(csv, cell, index);
        subject_columns(csv, run, report_text(entry, "subject"));
        csv_text(csv, report_text(entry, "reason"));
        csv_end_row(csv);
    }
}

#define CELL "cell,workload,mode,params,subject,tier,"

int report_write_csv(const json_t *run, const char *folder, char *problem)
{
    static const struct {
        const char *name, *header;
        void (*rows)(struct csv *, const json_t *run, const json_t *cell, size_t index);
    } tables[] = {
        {"trials.csv", CELL "round,order,metric,unit,value,valid,why_invalid,bound", trial_rows},
        {"summary.csv", CELL "metric,unit,better,n,median,ci_low,ci_high,confidence,bound_trials",
         summary_rows},
        {"percentiles.csv",
         CELL "metric,percent,unit,n,median,ci_low,ci_high,confidence,bound_trials",
         percentile_rows},
        {"ratios.csv", CELL "baseline,metric,n,ratio,ci_low,ci_high,confidence", ratio_rows},
        {"excess.csv", CELL "baseline,metric,unit,n,excess,ci_low,ci_high,confidence", excess_rows},
        {"pooled.csv", CELL "metric,percent,unit,n,samples,value", pooled_rows},
        {"counters.csv", CELL "counter,n,per_operation", counter_rows},
        {"skipped.csv", CELL "reason", skipped_rows},
    };
    for (size_t table = 0; table < sizeof tables / sizeof tables[0]; table++) {
        struct csv csv;
        int result = csv_open(&csv, folder, tables[table].name, tables[table].header, problem);
        if (result < 0)
            return result;
        size_t i;
        const json_t *cell;
        json_array_foreach(json_object_get(run, "cells"), i, cell) tables[table].rows(&csv, run,
                                                                                      cell, i);
        result = csv_close(&csv);
        if (result < 0)
            return result;
    }
    return 0;
}
