#include "harness/report/columns.h"

#include "harness/contract/parameters.h"
#include "harness/stats/effect.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Of what an open loop offers, this share at least has to be answered. */
#define SATURATED 0.95

struct mode_column column_of_mode(const struct column *column, const struct cell *cell)
{
    const struct workload *workload = cell->workload;
    return (struct mode_column){
        .column = column,
        .metric = workload_metric(workload, cell->mode, column->metric),
        .other =
            column->other != NULL ? workload_metric(workload, cell->mode, column->other) : NULL,
        .offered = workload_metric(workload, cell->mode, METRIC_OFFERED),
    };
}

static void write_interval(double value, double low, double high, double scale, char *text)
{
    format_interval(value * scale, low * scale, high * scale, text, COLUMN_BYTES);
}

static void write_ratio(const struct mode_column *column, const struct analysis *analysis,
                        size_t cell, size_t subject, char *text)
{
    struct comparison ratio;
    if (subject == analysis->cells[cell].baseline)
        snprintf(text, COLUMN_BYTES, "1");
    else if (!report_find_ratio(analysis, cell, column->metric, subject, &ratio))
        return;
    else if (report_has_interval(&ratio))
        write_interval(ratio.ratio, ratio.low, ratio.high, 1, text);
    else
        report_print_ratio(&ratio, text);
}

static bool write_percentile(const struct mode_column *column, const struct analysis *analysis,
                             size_t cell, size_t subject, char *text)
{
    double value;
    bool pooled;
    if (!analysis_percentile_value(analysis, cell, column->metric, column->column->percentile,
                                   subject, &value, &pooled))
        return false;
    format_value(value * column->column->scale, text, COLUMN_BYTES);
    if (pooled)
        format_add(text, COLUMN_BYTES, "*");
    return pooled;
}

static double median_or_zero(const struct analysis *analysis, size_t cell,
                             const struct metric *metric, size_t subject)
{
    const struct median *median =
        metric != NULL ? analysis_median(analysis, cell, metric, subject) : NULL;
    return median != NULL ? median->median : 0;
}

/* Past this point latency grows with the length of the trial, and says nothing else. */
static bool is_saturated(const struct mode_column *column, const struct analysis *analysis,
                         size_t cell, size_t subject)
{
    return median_or_zero(analysis, cell, column->other, subject) <
           SATURATED * median_or_zero(analysis, cell, column->offered, subject);
}

/* Within each valid trial that has both. */
static void write_factor(const struct mode_column *column, const struct run_cell *cell,
                         size_t subject, char *text)
{
    const struct trial_table *trials = &cell->trials;
    const struct workload *workload = cell->cell.workload;
    if (column->other == NULL)
        return;
    const double *metric = trials->metrics[workload_metric_index(workload, column->metric)];
    const double *other = trials->metrics[workload_metric_index(workload, column->other)];
    double *values = calloc(2 * trials->count + 2, sizeof *values);
    double *others = values != NULL ? values + trials->count + 1 : NULL;
    bool known = values != NULL && metric != NULL && other != NULL;
    size_t count = 0;
    for (size_t i = 0; known && i < trials->count; i++) {
        const struct trial_row *row = &trials->rows[i];
        if (!row->valid || row->subject != subject || isnan(metric[i]) || isnan(other[i]))
            continue;
        values[count] = metric[i];
        others[count++] = other[i];
    }
    struct effect effect;
    if (count > 0 && effect_compare(values, others, count, ANALYSIS_CONFIDENCE, &effect) == 0)
        write_interval(effect.ratio, effect.low, effect.high, 1, text);
    free(values);
}

static void write_verdict(const struct analysis *analysis, size_t cell, size_t subject, char *text)
{
    struct comparison comparison;
    if (analysis_compare(analysis, cell, subject, analysis->cells[cell].baseline, &comparison))
        format_short_word(&comparison, text, COLUMN_BYTES);
}

/* Those that rest on the median of the metric. */
static void write_median(const struct mode_column *column, const struct median *median, char *text)
{
    double scale = column->column->scale;
    if (median == NULL)
        return;
    if (column->column->kind == COLUMN_ROUNDS)
        snprintf(text, COLUMN_BYTES, "%zu", median->n);
    else if (column->column->kind == COLUMN_INTERVAL)
        write_interval(median->median, median->low, median->high, scale, text);
    else
        format_value(median->median * scale, text, COLUMN_BYTES);
}

bool column_write(const struct mode_column *column, const struct analysis *analysis, size_t cell,
                  size_t subject, char *text)
{
    const struct metric *metric = column->metric;
    const struct paired *excess;
    snprintf(text, COLUMN_BYTES, "-");
    if (metric == NULL)
        return false;
    const struct median *median = analysis_median(analysis, cell, metric, subject);
    switch (column->column->kind) {
    case COLUMN_MEDIAN:
    case COLUMN_INTERVAL:
    case COLUMN_ROUNDS:
        write_median(column, median, text);
        break;
    case COLUMN_LATENCY:
        if (!is_saturated(column, analysis, cell, subject))
            return write_percentile(column, analysis, cell, subject, text);
        snprintf(text, COLUMN_BYTES, "saturated");
        break;
    case COLUMN_PERCENTILE:
        return write_percentile(column, analysis, cell, subject, text);
    case COLUMN_EXCESS:
        excess = analysis_excess(analysis, cell, metric, subject);
        if (excess != NULL)
            write_interval(excess->value, excess->low, excess->high, column->column->scale, text);
        break;
    case COLUMN_RATIO:
        write_ratio(column, analysis, cell, subject, text);
        break;
    case COLUMN_VERDICT:
        write_verdict(analysis, cell, subject, text);
        break;
    case COLUMN_FACTOR:
        write_factor(column, &analysis->run->cells[cell], subject, text);
        break;
    case COLUMN_EARLY:
        if (median != NULL)
            snprintf(text, COLUMN_BYTES, "%.15g", analysis_early(analysis, cell, subject));
        break;
    }
    return false;
}
