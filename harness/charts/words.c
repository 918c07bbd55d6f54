/* What stands on a chart and in the name of its files. */
#include "harness/charts/charts.h"
#include "harness/report/columns.h"

#include <ctype.h>
#include <string.h>

#define CAPTION_COLUMNS 140

/* Whether the run has figures of this mode at another value of the parameter. */
static bool varies(const struct chart *chart, const char *parameter)
{
    const json_t *cell = chart->cell, *other;
    const json_t *value = json_object_get(json_object_get(cell, "params"), parameter);
    size_t i;
    json_array_foreach(json_object_get(chart->run, "cells"), i, other)
    {
        const json_t *there = json_object_get(json_object_get(other, "params"), parameter);
        if (sweep_same_mode(cell, other) &&
            json_array_size(json_object_get(other, "summary")) > 0 &&
            !json_equal((json_t *)value, (json_t *)there))
            return true;
    }
    return false;
}

/* Letters, digits, '-' and '_' alone, since names in the file become names of files. */
static void add_to_name(struct chart *chart, const char *separator, const char *text)
{
    size_t length = strlen(chart->name);
    length += (size_t)snprintf(chart->name + length, sizeof chart->name - length, "%s", separator);
    for (; *text != '\0' && length + 1 < sizeof chart->name; text++) {
        bool plain = isalnum((unsigned char)*text) || *text == '_' || *text == '-';
        chart->name[length++] = plain ? *text : '_';
    }
    chart->name[length] = '\0';
}

/* accept-drain-ns_per_accept-by-idle-queue1000: the mode, the metric, what is swept, and the value
 * of every other parameter of which the run has several. */
void chart_set_name(struct chart *chart)
{
    const json_t *cell = chart->cell;
    add_to_name(chart, "", report_text(cell, "workload"));
    add_to_name(chart, "-", report_text(cell, "mode"));
    add_to_name(chart, "-", chart->metric->name);
    if (chart->ladder)
        add_to_name(chart, "-", "ladder");
    if (chart->parameter != NULL)
        add_to_name(chart, "-by-", chart->parameter);
    if (chart->subject != NULL)
        add_to_name(chart, "-", chart->subject);
    const char *name;
    json_t *value;
    json_object_foreach(json_object_get(cell, "params"), name, value)
    {
        char text[40];
        if ((chart->parameter != NULL && strcmp(name, chart->parameter) == 0) ||
            (chart->other != NULL && strcmp(name, chart->other) == 0) || !varies(chart, name))
            continue;
        add_to_name(chart, "-", name);
        add_to_name(chart, "", report_param(value, text, sizeof text));
    }
}

/* Breaks at spaces, so that the caption fits below the picture. */
static void wrap(char *text)
{
    size_t start = 0, space = 0;
    for (size_t i = 0; text[i] != '\0'; i++) {
        if (text[i] == '\n')
            start = i + 1;
        if (text[i] == ' ')
            space = i;
        if (i - start >= CAPTION_COLUMNS && space > start) {
            text[space] = '\n';
            start = space + 1;
        }
    }
}

static void write_caption(const struct chart *chart, bool shows_trials, char *text, size_t size)
{
    char machine[600], rounds[48], outside[80] = "", more[360] = "";
    report_machine(chart->run, ", ", machine, sizeof machine);
    if (chart->rounds_least == chart->rounds_most)
        snprintf(rounds, sizeof rounds, "%.0f", chart->rounds_least);
    else
        snprintf(rounds, sizeof rounds, "%.0f to %.0f", chart->rounds_least, chart->rounds_most);
    if (chart->outside > 0)
        snprintf(outside, sizeof outside, "; %zu trial%s beyond the axis", chart->outside,
                 chart->outside == 1 ? "" : "s");
    if (chart->has_bands)
        snprintf(more, sizeof more,
                 " Bands: percentiles of all rounds together; they end where fewer than 10 timers "
                 "lie above.");
    if (chart->has_knee)
        snprintf(more, sizeof more,
                 " Knee: the highest load up to which %g %% of what is offered is delivered, and "
                 "p99 wait is at most %g times the mean service time, or that at the lowest load.",
                 100 * KNEE_DELIVERED, KNEE_WAIT_FACTOR);
    if (chart->has_pooled)
        snprintf(more + strlen(more), sizeof more - strlen(more),
                 " Points without interval: all rounds together.");
    snprintf(text, size, "Median of %s rounds with its 99 %% bootstrap interval%s%s.%s%s\n%s",
             rounds, shows_trials ? "; small dots: single trials" : "", outside,
             chart->rounds_least < 10 ? " Under 10 rounds: the interval is narrower than the truth."
                                      : "",
             more, machine);
    wrap(text);
}

/* A callback before its time: such a figure has to be seen, on the chart too. */
static size_t count_early(const struct chart *chart)
{
    double early = 0;
    size_t i;
    const json_t *cell;
    json_array_foreach(json_object_get(chart->run, "cells"), i, cell)
    {
        if (sweep_same_mode(cell, chart->cell) && report_metric(cell, "early") != NULL)
            early += column_early(cell, "early", NULL);
    }
    return (size_t)early;
}

static void write_note(const struct chart *chart, bool is_latency, char *text, size_t size)
{
    unsigned trials;
    unsigned bound = chart->parameter != NULL
                         ? chart->bound
                         : report_bound_trials(chart->cell, chart->metric->name, &trials);
    size_t length = 0, early = count_early(chart);
    text[0] = '\0';
    if (is_latency && report_is_closed_loop(chart->cell))
        length = (size_t)snprintf(text, size, "Closed loop: a slow server is asked less often. ");
    if (early > 0)
        length +=
            (size_t)snprintf(text + length, size - length,
                             "EARLY: %zu callbacks ran before their time, see the table. ", early);
    if (bound > 0)
        snprintf(text + length, size - length,
                 "The generator was the bound in %u trials: this says nothing of the server.",
                 bound);
}

/* What has to be known to read lateness at all. */
static void write_remark(const struct chart *chart, const struct curve_plan *plan, char *text,
                         size_t size)
{
    const json_t *manifest = json_object_get(chart->run, "manifest");
    const json_t *slack_ns = json_object_get(manifest, "timer_slack_ns");
    char here[48] = "";
    text[0] = '\0';
    if (plan->rows == NULL || strcmp(plan->rows, "slack") != 0)
        return;
    if (json_is_number(slack_ns))
        snprintf(here, sizeof here, " (%g us by default here)", json_number_value(slack_ns) / 1000);
    snprintf(text, size,
             "Slack: how late the kernel may end any sleep so as to join wake-ups%s; select, poll "
             "and epoll add 0.1 %% of the wait.",
             here);
}

/* "connect_latency, us": latencies are drawn in microseconds, whatever unit ends the metric's name.
 */
static void write_axis(const struct chart *chart, bool is_latency, char *text, size_t size)
{
    const char *name = chart->metric->name;
    size_t length = strlen(name);
    if (is_latency && length > 3 && strcmp(name + length - 3, "_ns") == 0)
        snprintf(text, size, "%.*s, us", (int)length - 3, name);
    else
        snprintf(text, size, "%s, %s", name, chart->metric->unit);
}

/* What the parameters are that hold for all of the chart. */
static void write_params(const struct chart *chart, char *text, size_t size)
{
    json_t *cell = json_copy((json_t *)chart->cell);
    json_t *params = json_copy(json_object_get(cell, "params"));
    if (chart->parameter != NULL)
        json_object_del(params, chart->parameter);
    if (chart->other != NULL)
        json_object_del(params, chart->other);
    json_object_set_new(cell, "params", params);
    report_params(cell, NULL, text, size);
    json_decref(cell);
}

void chart_fill_texts(struct chart_texts *texts, const struct chart *chart,
                      const struct curve_plan *plan, bool shows_trials, bool is_latency)
{
    char params[400], mode[40], label[LABEL_BYTES] = "";
    memset(texts, 0, sizeof *texts);
    if (chart->subject != NULL)
        chart_label(chart, chart->subject, label, sizeof label);
    snprintf(texts->title, sizeof texts->title, "%s %s%s%s%s: %s",
             report_text(chart->cell, "workload"),
             printable(mode, sizeof mode, report_text(chart->cell, "mode")),
             chart->ladder ? ", one feature at a time" : "", *label != '\0' ? ", " : "", label,
             plan != NULL && plan->title != NULL ? plan->title : chart->metric->help);
    write_params(chart, params, sizeof params);
    if (plan != NULL && plan->lines != NULL) /* one panel up, the other down */
        snprintf(texts->subtitle, sizeof texts->subtitle, "%s", params);
    else
        snprintf(texts->subtitle, sizeof texts->subtitle, "%s is better.   %s",
                 chart->metric->lower_is_better ? "Lower" : "Higher", params);
    if (plan != NULL) {
        write_remark(chart, plan, texts->remark, sizeof texts->remark);
        printable(texts->parameter, sizeof texts->parameter, plan->axis);
    } else {
        write_axis(chart, is_latency, texts->axis, sizeof texts->axis);
    }
    write_caption(chart, shows_trials, texts->caption, sizeof texts->caption);
    write_note(chart, is_latency, texts->note, sizeof texts->note);
}
