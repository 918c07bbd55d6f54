#include "harness/report/columns.h"

#include "harness/stats/effect.h"
#include "harness/analysis/words.h"
#include "harness/analysis/summary.h"
#include "harness/record/trials.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Of what an open loop offers, this share at least has to be answered. */
#define SATURATED 0.95

static void write_value(double value, char *text)
{
    report_grouped(value, report_decimals(value), text, COLUMN_BYTES);
}

/* One number of decimals for all three: what the middle needs, or no more than the interval is
 * wide.
 */
static void write_interval(double value, double low, double high, char *text)
{
    char middle[20], from[20], to[20];
    int decimals = report_decimals(fmax(fabs(value), (high - low) / 2));
    snprintf(text, COLUMN_BYTES, "%s [%s, %s]",
             report_grouped(value, decimals, middle, sizeof middle),
             report_grouped(low, decimals, from, sizeof from),
             report_grouped(high, decimals, to, sizeof to));
}

static void write_entry(const json_t *entry, const char *field, double scale, char *text)
{
    if (entry != NULL)
        write_interval(report_number(entry, field) * scale, report_number(entry, "ci_low") * scale,
                       report_number(entry, "ci_high") * scale, text);
}

static void write_ratio(const json_t *cell, const char *metric, const char *subject, char *text)
{
    const char *baseline = report_baseline(cell);
    const json_t *entry = report_ratio(cell, metric, baseline, subject);
    if (baseline != NULL && strcmp(baseline, subject) == 0)
        snprintf(text, COLUMN_BYTES, "1");
    else
        write_entry(entry, "ratio", 1, text);
}

static bool write_percentile(const struct column *column, const json_t *cell, const char *subject,
                             char *text)
{
    double value;
    bool pooled;
    if (!report_percentile_value(cell, column->metric, subject, column->percent, &value, &pooled))
        return false;
    write_value(value * column->scale, text);
    if (pooled)
        strncat(text, "*", COLUMN_BYTES - strlen(text) - 1);
    return pooled;
}

/* Past this point latency grows with the length of the trial, and says nothing else. */
static bool is_saturated(const json_t *cell, const char *subject)
{
    const json_t *offered = report_entry(cell, "summary", "offered_per_s", subject);
    const json_t *answered = report_entry(cell, "summary", "accepts_per_s", subject);
    return report_number(answered, "median") < SATURATED * report_number(offered, "median");
}

/* Within each valid trial that has both. */
static void write_factor(const struct column *column, const json_t *cell, const char *subject,
                         char *text)
{
    const struct trials *trials = trials_of(cell);
    const struct trial *list = trials_list(trials);
    const double *metric = trials_metric(trials, column->metric);
    const double *other = trials_metric(trials, column->other);
    size_t place = trials_find_subject(trials, subject), count = 0;
    double *values = calloc(2 * trials_count(trials) + 2, sizeof *values);
    double *others = values != NULL ? values + trials_count(trials) + 1 : NULL;
    bool known = values != NULL && metric != NULL && other != NULL;
    for (size_t i = 0; known && i < trials_count(trials); i++) {
        if (!list[i].valid || list[i].subject != place || isnan(metric[i]) || isnan(other[i]))
            continue;
        values[count] = metric[i];
        others[count++] = other[i];
    }
    struct effect effect;
    if (count > 0 && effect_compare(values, others, count, SUMMARY_CONFIDENCE, &effect) == 0)
        write_interval(effect.ratio, effect.low, effect.high, text);
    free(values);
}

/* Of all trials, also those that do not count: a callback before its time is wrong whatever else
 * went wrong. */
double column_early(const json_t *cell, const char *metric, const char *subject)
{
    const struct trials *trials = trials_of(cell);
    const struct trial *list = trials_list(trials);
    const double *values = trials_metric(trials, metric);
    size_t place = subject != NULL ? trials_find_subject(trials, subject) : 0;
    double sum = 0;
    for (size_t i = 0; values != NULL && i < trials_count(trials); i++) {
        if ((subject == NULL || list[i].subject == place) && !isnan(values[i]))
            sum += values[i];
    }
    return sum;
}

static void write_verdict(const json_t *cell, const char *subject, char *text)
{
    struct report_verdict verdict;
    if (report_find_verdict(cell, subject, report_baseline(cell), &verdict))
        report_write_short_word(&verdict, text, COLUMN_BYTES);
}

bool column_write(const struct column *column, const json_t *cell, const char *subject, char *text)
{
    const json_t *entry = report_entry(cell, "summary", column->metric, subject);
    snprintf(text, COLUMN_BYTES, "-");
    switch (column->kind) {
    case COLUMN_MEDIAN:
        if (entry != NULL)
            write_value(report_number(entry, "median") * column->scale, text);
        break;
    case COLUMN_INTERVAL:
        write_entry(entry, "median", column->scale, text);
        break;
    case COLUMN_ROUNDS:
        if (entry != NULL)
            snprintf(text, COLUMN_BYTES, "%.0f", report_number(entry, "n"));
        break;
    case COLUMN_LATENCY:
        if (is_saturated(cell, subject)) {
            snprintf(text, COLUMN_BYTES, "saturated");
            break;
        }
        return write_percentile(column, cell, subject, text);
    case COLUMN_PERCENTILE:
        return write_percentile(column, cell, subject, text);
    case COLUMN_EXCESS:
        entry = report_entry(cell, "excess", column->metric, subject);
        write_entry(entry, "excess", column->scale, text);
        break;
    case COLUMN_RATIO:
        write_ratio(cell, column->metric, subject, text);
        break;
    case COLUMN_VERDICT:
        write_verdict(cell, subject, text);
        break;
    case COLUMN_FACTOR:
        write_factor(column, cell, subject, text);
        break;
    case COLUMN_EARLY:
        if (entry != NULL)
            snprintf(text, COLUMN_BYTES, "%.15g", column_early(cell, column->metric, subject));
        break;
    }
    return false;
}
