#include "harness/report_columns.h"

#include "harness/measure/effect.h"
#include "harness/report_words.h"
#include "harness/summary.h"

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
    const json_t *trials = json_object_get(cell, "trials"), *trial;
    double *values = calloc(2 * json_array_size(trials) + 2, sizeof *values);
    double *others = values != NULL ? values + json_array_size(trials) + 1 : NULL;
    size_t count = 0, i;
    json_array_foreach(trials, i, trial)
    {
        const json_t *metrics = json_object_get(trial, "metrics");
        const json_t *value = json_object_get(metrics, column->metric);
        const json_t *other = json_object_get(metrics, column->other);
        if (values == NULL || !json_is_number(value) || !json_is_number(other) ||
            !json_is_true(json_object_get(trial, "valid")) ||
            strcmp(report_text(trial, "subject"), subject) != 0)
            continue;
        values[count] = json_number_value(value);
        others[count++] = json_number_value(other);
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
    double sum = 0;
    size_t i;
    const json_t *trial;
    json_array_foreach(json_object_get(cell, "trials"), i, trial)
    {
        if (subject == NULL || strcmp(report_text(trial, "subject"), subject) == 0)
            sum += report_number(json_object_get(trial, "metrics"), metric);
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
