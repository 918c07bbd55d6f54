/* The report as CSV, one long table for each kind of figure; columns and units: results/README.md.
 */
#include "harness/report/csv.h"
#include "harness/report/report.h"

#include "harness/analysis/counters.h"
#include "harness/analysis/format.h"
#include "harness/base/problem.h"
#include "harness/contract/parameters.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { COUNTERS_WRITTEN = 32, CELL_COLUMNS = 4, CELL_BYTES = 2400 };

/* The rows of one cell. */
struct rows {
    struct csv csv;
    const struct analysis *analysis;
    size_t cell;
    const struct run_cell *run_cell;
    const struct cell_summary *summary;
    /* Its server and generator are in each other's way. */
    bool one_core;
    /* What every row of it begins with: there may be thousands. */
    char begin[CELL_BYTES];
};

static void begin_cell(struct rows *rows, size_t cell)
{
    const struct cell *where = &rows->analysis->run->cells[cell].cell;
    char params[FORMAT_BYTES];
    rows->cell = cell;
    rows->run_cell = &rows->analysis->run->cells[cell];
    rows->summary = &rows->analysis->cells[cell];
    rows->one_core = run_cell_shares_core(rows->analysis->run, rows->run_cell);
    rows->begin[0] = '\0';
    csv_add_number(rows->begin, sizeof rows->begin, (double)cell);
    csv_add_text(rows->begin, sizeof rows->begin, where->workload->name);
    csv_add_text(rows->begin, sizeof rows->begin, where->mode);
    csv_add_text(rows->begin, sizeof rows->begin,
                 format_params(where, NULL, NULL, params, sizeof params));
}

static const struct metric *metric_at(const struct rows *rows, size_t metric)
{
    return &rows->run_cell->cell.workload->metrics[metric];
}

static const char *name_of(const struct rows *rows, size_t subject)
{
    return run_subject_shown(rows->analysis->run, subject);
}

/* SUBJECT_NONE: of the cell as a whole. */
static void begin_row(struct rows *rows, size_t subject)
{
    const struct run *run = rows->analysis->run;
    csv_columns(&rows->csv, rows->begin, CELL_COLUMNS);
    csv_text(&rows->csv, subject != SUBJECT_NONE ? run_subject_shown(run, subject) : "");
    csv_text(&rows->csv,
             subject != SUBJECT_NONE ? backend_tier_name(run->subjects[subject].tier) : "");
}

/* The last column of every file. */
static void end_row(struct rows *rows)
{
    csv_number(&rows->csv, rows->one_core);
    csv_end_row(&rows->csv);
}

static void known_number(struct csv *csv, bool known, double value)
{
    if (known)
        csv_number(csv, value);
    else
        csv_text(csv, "");
}

/* ---- trials ---- */

static void trial_row(struct rows *rows, size_t place, size_t metric)
{
    const struct trial_table *trials = &rows->run_cell->trials;
    const struct trial_row *row = &trials->rows[place];
    begin_row(rows, row->subject);
    csv_number(&rows->csv, row->round);
    csv_number(&rows->csv, row->order);
    csv_text(&rows->csv, metric_at(rows, metric)->name);
    csv_text(&rows->csv, metric_at(rows, metric)->unit);
    csv_number(&rows->csv, trials->metrics[metric][place]);
    csv_number(&rows->csv, row->valid);
    csv_text(&rows->csv, row->why_invalid);
    csv_number(&rows->csv, row->bound);
    end_row(rows);
}

static void trial_rows(struct rows *rows)
{
    const struct trial_table *trials = &rows->run_cell->trials;
    for (size_t i = 0; i < trials->count; i++) {
        for (size_t metric = 0; metric < rows->summary->metric_count; metric++) {
            if (trials->metrics[metric] != NULL && !isnan(trials->metrics[metric][i]))
                trial_row(rows, i, metric);
        }
    }
}

/* ---- what was computed ---- */

static void median_columns(struct rows *rows, const struct median *median)
{
    struct csv *csv = &rows->csv;
    csv_number(csv, (double)median->n);
    csv_number(csv, median->median);
    csv_number(csv, median->low);
    csv_number(csv, median->high);
    csv_number(csv, ANALYSIS_CONFIDENCE);
    csv_number(csv, median->bound);
    end_row(rows);
}

static void summary_rows(struct rows *rows)
{
    for (size_t metric = 0; metric < rows->summary->metric_count; metric++) {
        const struct metric *about = metric_at(rows, metric);
        for (size_t subject = 0; subject < rows->summary->subject_count; subject++) {
            const struct median *median =
                analysis_median(rows->analysis, rows->cell, about, subject);
            if (median == NULL)
                continue;
            begin_row(rows, subject);
            csv_text(&rows->csv, about->name);
            csv_text(&rows->csv, about->unit);
            csv_text(&rows->csv, about->lower_is_better ? "lower" : "higher");
            median_columns(rows, median);
        }
    }
}

static void percentile_columns(struct rows *rows, size_t metric, size_t subject, size_t percentile)
{
    begin_row(rows, subject);
    csv_text(&rows->csv, metric_at(rows, metric)->name);
    csv_number(&rows->csv, percentiles[percentile]);
    csv_text(&rows->csv, metric_at(rows, metric)->unit);
}

/* One row for each percentile of each histogram of each subject that has it. */
static void each_percentile(struct rows *rows, void (*row)(struct rows *, size_t metric,
                                                           size_t subject, size_t percentile))
{
    for (size_t metric = 0; metric < rows->summary->metric_count; metric++) {
        for (size_t subject = 0; subject < rows->summary->subject_count; subject++) {
            for (size_t k = 0; k < PERCENTILES; k++)
                row(rows, metric, subject, k);
        }
    }
}

static void percentile_row(struct rows *rows, size_t metric, size_t subject, size_t percentile)
{
    const struct median *median = analysis_percentile(rows->analysis, rows->cell,
                                                      metric_at(rows, metric), percentile, subject);
    if (median == NULL)
        return;
    percentile_columns(rows, metric, subject, percentile);
    median_columns(rows, median);
}

static void percentile_rows(struct rows *rows)
{
    each_percentile(rows, percentile_row);
}

static void pooled_row(struct rows *rows, size_t metric, size_t subject, size_t percentile)
{
    const struct pooled *all = rows->summary->pooled[metric];
    const struct pooled *pooled =
        all != NULL ? &all[percentile * rows->summary->subject_count + subject] : NULL;
    if (pooled == NULL || !pooled->known)
        return;
    percentile_columns(rows, metric, subject, percentile);
    csv_number(&rows->csv, (double)pooled->rounds);
    csv_number(&rows->csv, (double)pooled->values);
    csv_number(&rows->csv, pooled->value);
    end_row(rows);
}

static void pooled_rows(struct rows *rows)
{
    each_percentile(rows, pooled_row);
}

static void paired_rows(struct rows *rows, const struct paired_list *list, bool with_unit)
{
    for (size_t i = 0; i < list->count; i++) {
        const struct paired *paired = &list->list[i];
        begin_row(rows, paired->subject);
        csv_text(&rows->csv, name_of(rows, paired->baseline));
        csv_text(&rows->csv, metric_at(rows, paired->metric)->name);
        if (with_unit)
            csv_text(&rows->csv, metric_at(rows, paired->metric)->unit);
        csv_number(&rows->csv, (double)paired->n);
        csv_number(&rows->csv, paired->value);
        csv_number(&rows->csv, paired->low);
        csv_number(&rows->csv, paired->high);
        csv_number(&rows->csv, paired->confidence);
        end_row(rows);
    }
}

static void ratio_rows(struct rows *rows)
{
    paired_rows(rows, &rows->summary->ratios, false);
}

static void excess_rows(struct rows *rows)
{
    paired_rows(rows, &rows->summary->excess, true);
}

static void verdict_rows(struct rows *rows)
{
    struct csv *csv = &rows->csv;
    for (size_t i = 0; i < rows->summary->verdict_count; i++) {
        const struct verdict_pair *pair = &rows->summary->verdicts[i];
        begin_row(rows, pair->subject);
        csv_text(csv, metric_at(rows, pair->metric)->name);
        csv_text(csv, name_of(rows, pair->baseline));
        known_number(csv, pair->compared, pair->ratio);
        known_number(csv, pair->compared && pair->bounded, pair->low);
        known_number(csv, pair->compared && pair->bounded, pair->high);
        known_number(csv, pair->compared, pair->confidence);
        csv_number(csv, (double)pair->n);
        known_number(csv, pair->compared, pair->p);
        known_number(csv, pair->tested, pair->p_adjusted);
        csv_number(csv, rows->analysis->minimum_effect);
        csv_text(csv, verdict_name(pair->word));
        csv_text(csv, pair->why != NULL ? pair->why : "");
        csv_number(csv, (double)pair->rounds);
        csv_number(csv, (double)pair->rounds_likely);
        end_row(rows);
    }
}

/* ---- what was counted, and what is not there ---- */

static void counter_rows(struct rows *rows)
{
    const char *names[COUNTERS_WRITTEN];
    size_t count = counter_names(rows->run_cell, names, COUNTERS_WRITTEN);
    for (size_t subject = 0; subject < rows->analysis->run->subject_count; subject++) {
        for (size_t k = 0; k < count; k++) {
            double value;
            size_t trials;
            if (!counter_per_operation(rows->run_cell, subject, names[k], &value, &trials))
                continue;
            begin_row(rows, subject);
            csv_text(&rows->csv, names[k]);
            csv_number(&rows->csv, (double)trials);
            csv_number(&rows->csv, value);
            end_row(rows);
        }
    }
}

static void skipped_row(struct rows *rows, size_t subject, const char *reason)
{
    begin_row(rows, subject);
    csv_text(&rows->csv, reason);
    end_row(rows);
}

static void skipped_rows(struct rows *rows)
{
    const struct run *run = rows->analysis->run;
    const struct run_cell *cell = rows->run_cell;
    char killed[80], uncounted[512];
    snprintf(killed, sizeof killed, "it was killed; %" PRIu64 " round%s kept", run->rounds,
             run->rounds == 1 ? " is" : "s are");
    if (run->ended == NULL)
        skipped_row(rows, SUBJECT_NONE, killed);
    if (cell->skipped != NULL)
        skipped_row(rows, SUBJECT_NONE, cell->skipped);
    snprintf(uncounted, sizeof uncounted, "system calls were not counted: %s",
             run->why_not_counted != NULL ? run->why_not_counted : "");
    if (run->why_not_counted != NULL && cell->skipped == NULL)
        skipped_row(rows, SUBJECT_NONE, uncounted);
    for (size_t i = 0; i < cell->skipped_count; i++)
        skipped_row(rows, cell->skipped_subjects[i].subject, cell->skipped_subjects[i].reason);
}

/* ---- the files ---- */

#define CELL "cell,workload,mode,params,subject,tier,"
#define END ",one_core"

static const struct table {
    const char *name, *header;
    void (*rows)(struct rows *);
} tables[] = {
    {"trials.csv", CELL "round,order,metric,unit,value,valid,why_invalid,bound" END, trial_rows},
    {"summary.csv", CELL "metric,unit,better,n,median,ci_low,ci_high,confidence,bound_trials" END,
     summary_rows},
    {"percentiles.csv",
     CELL "metric,percent,unit,n,median,ci_low,ci_high,confidence,bound_trials" END,
     percentile_rows},
    {"ratios.csv", CELL "baseline,metric,n,ratio,ci_low,ci_high,confidence" END, ratio_rows},
    {"excess.csv", CELL "baseline,metric,unit,n,excess,ci_low,ci_high,confidence" END, excess_rows},
    {"pooled.csv", CELL "metric,percent,unit,n,samples,value" END, pooled_rows},
    {"counters.csv", CELL "counter,n,per_operation" END, counter_rows},
    {"skipped.csv", CELL "reason" END, skipped_rows},
    {"verdicts.csv",
     CELL "metric,baseline,ratio,ci_low,ci_high,confidence,n,p,p_adjusted,minimum_effect,verdict,"
          "why,rounds,rounds_likely" END,
     verdict_rows},
};

static int write_file(struct rows *rows, const struct table *table, const char *folder)
{
    int r = csv_open(&rows->csv, folder, table->name, table->header);
    for (size_t i = 0; r == 0 && i < rows->analysis->run->cell_count; i++) {
        begin_cell(rows, i);
        table->rows(rows);
    }
    return r == 0 ? csv_close(&rows->csv) : r;
}

int report_write_csv(const struct analysis *analysis, const char *folder, char *problem)
{
    struct rows rows = {.analysis = analysis};
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
        int r = write_file(&rows, &tables[i], folder);
        if (r < 0)
            return problem_say(problem, r, "%.300s/%s cannot be written: %s", folder,
                               tables[i].name, strerror(-r));
    }
    return 0;
}
