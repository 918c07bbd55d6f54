/* What stands on a chart and in the name of its files. */
#include "harness/analysis/format.h"
#include "harness/analysis/sweeps.h"
#include "harness/base/printable.h"
#include "harness/charts/chart.h"
#include "harness/stats/knee.h"

#include <ctype.h>
#include <string.h>

#define CAPTION_COLUMNS 165

static const struct cell *cell_of(const struct chart *chart)
{
    return &chart->run->cells[chart->cell].cell;
}

/* Whether the run has figures of this mode at another value of the parameter. */
static bool varies(const struct chart *chart, const struct named_value *parameter)
{
    for (size_t i = 0; i < chart->run->cell_count; i++) {
        const struct cell *other = &chart->run->cells[i].cell;
        const struct value *value = named_values_find(&other->params, "", parameter->name);
        if (cell_same_mode(cell_of(chart), other) && analysis_has_figures(chart->analysis, i) &&
            !value_equal(&parameter->value, value))
            return true;
    }
    return false;
}

/* Letters, digits, '-' and '_' alone, since names in the file become names of files. */
static void add_to_name(struct chart *chart, const char *separator, const char *text)
{
    char *name = chart->drawn.name;
    size_t room = sizeof chart->drawn.name, length = strlen(name);
    length += (size_t)snprintf(name + length, room - length, "%s", separator);
    for (; *text != '\0' && length + 1 < room; text++) {
        bool plain = isalnum((unsigned char)*text) || *text == '_' || *text == '-';
        name[length++] = plain ? *text : '_';
    }
    name[length] = '\0';
}

/* accept-drain-ns_per_accept-by-idle-queue1000: the mode, the metric, what is swept, and the value
 * of every other parameter of which the run has several. */
void chart_set_name(struct chart *chart)
{
    const struct cell *cell = cell_of(chart);
    add_to_name(chart, "", cell->workload->name);
    add_to_name(chart, "-", cell->mode);
    add_to_name(chart, "-", chart->metric->name);
    if (chart->drawn.kind == CHART_FOREST)
        add_to_name(chart, "-", "ratio");
    if (chart->ladder)
        add_to_name(chart, "-", "ladder");
    if (chart->parameter != NULL)
        add_to_name(chart, "-by-", chart->parameter);
    if (chart->subject != SUBJECT_NONE)
        add_to_name(chart, "-", chart->run->subjects[chart->subject].name);
    for (size_t i = 0; i < cell->params.count; i++) {
        char text[40];
        const struct named_value *value = &cell->params.list[i];
        if ((chart->parameter != NULL && strcmp(value->name, chart->parameter) == 0) ||
            (chart->other != NULL && strcmp(value->name, chart->other) == 0) ||
            !varies(chart, value))
            continue;
        add_to_name(chart, "-", value->name);
        add_to_name(chart, "", value_print(&value->value, text, sizeof text));
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

/* Of ratios: what the interval is, and the band. */
static void write_ratio_caption(const struct chart *chart, char *text, size_t size)
{
    char name[64];
    chart_label_short(chart, chart->baseline, name, sizeof name);
    format_add(text, size,
               "Point: the ratio to %s within rounds; line: the interval that the verdict rests on "
               "(99 %%). Band: the minimum effect, %g %%.",
               name, 100 * chart->analysis->minimum_effect);
    if (chart->has_unbounded)
        format_add(text, size, " %s: too few rounds for an interval.",
                   chart->drawn.kind == CHART_FOREST ? "From edge to edge" : "Without a line");
}

/* A run that did not end by itself has fewer rounds than it was meant to have. */
static void write_kept(const struct run *run, char *text, size_t size)
{
    char end[FORMAT_BYTES];
    if (!run_is_whole(run))
        format_add(text, size, "\nNOT FINISHED: the run kept %s.",
                   format_end(run, end, sizeof end));
}

static void write_caption(const struct chart *chart, bool shows_trials, char *text, size_t size)
{
    char machine[FORMAT_BYTES], rounds[48], outside[80] = "", more[900] = "";
    format_machine(chart->run, ", ", machine, sizeof machine);
    if (chart->rounds_least == chart->rounds_most)
        snprintf(rounds, sizeof rounds, "%zu", chart->rounds_least);
    else
        snprintf(rounds, sizeof rounds, "%zu to %zu", chart->rounds_least, chart->rounds_most);
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
    if (chart->drawn.kind == CHART_PERCENTILES && !chart->drawn.pooled)
        format_add(more, sizeof more, " max: the median of the largest of each round.");
    if (chart->baseline != SUBJECT_NONE)
        write_ratio_caption(chart, more, sizeof more);
    write_kept(chart->run, more, sizeof more);
    if (chart->drawn.kind == CHART_FOREST || chart->only_ratios) {
        snprintf(text, size, "Ratios of %s rounds. %s\n%s", rounds, more, machine);
        wrap(text);
        return;
    }
    if (chart->drawn.pooled) {
        snprintf(text, size,
                 "All values of %s rounds together, without intervals: single trials are too "
                 "short for these percentiles. max: the largest of all.%s\n%s",
                 rounds, more, machine);
        wrap(text);
        return;
    }
    snprintf(text, size, "Median of %s rounds with its 99 %% bootstrap interval%s%s.%s%s\n%s",
             rounds, shows_trials ? "; small dots: single trials" : "", outside,
             chart->rounds_least < 10 ? " Under 10 rounds: a median's interval is too narrow." : "",
             more, machine);
    wrap(text);
}

/* A callback before its time: such a figure has to be seen, on the chart too. */
static size_t count_early(const struct chart *chart)
{
    double early = 0;
    for (size_t i = 0; i < chart->run->cell_count; i++) {
        if (cell_same_mode(cell_of(chart), &chart->run->cells[i].cell))
            early += analysis_early(chart->analysis, i, SUBJECT_NONE);
    }
    return (size_t)early;
}

/* Clients wait for one answer before the next request: latency is then what the load allowed. */
static bool is_closed_loop(const struct cell *cell)
{
    return strcmp(cell->mode, "steady") == 0;
}

/* "BEFORE count AFTER", unless it is 0. */
static void add_count(char *text, size_t size, const char *before, size_t count, const char *after)
{
    size_t length = strlen(text);
    if (count > 0)
        snprintf(text + length, size - length, "%s%zu %s", before, count, after);
}

static void write_note(const struct chart *chart, char *text, size_t size)
{
    unsigned trials;
    size_t bound = chart->parameter != NULL ? chart->bound
                                            : analysis_bound_trials(chart->analysis, chart->cell,
                                                                    chart->metric, &trials);
    text[0] = '\0';
    if (chart->drawn.kind == CHART_PERCENTILES && is_closed_loop(cell_of(chart)))
        snprintf(text, size, "Closed loop: a slow server is asked less often. ");
    add_count(text, size, "EARLY: ", count_early(chart),
              "callbacks ran before their time, see the table. ");
    add_count(text, size, "The generator was the bound in ", bound,
              "trials: this says nothing of the server. ");
    add_count(text, size, "Left out: ", chart->too_large,
              chart->too_large == 1
                  ? "figure that is too large to draw; the CSV files have it."
                  : "figures that are too large to draw; the CSV files have them.");
}

/* Ratios say nothing of how much: the figure of the baseline at both ends does. */
static void write_baseline(const struct chart *chart, char *text, size_t size)
{
    char name[64], from[48], to[48], first[CHART_TICK_BYTES], last[CHART_TICK_BYTES];
    struct sweep sweep;
    sweep_find(chart->run, chart->cell, chart->parameter, &sweep);
    size_t end = sweep.count - 1;
    const struct median *low =
        analysis_median(chart->analysis, sweep.cells[0], chart->metric, chart->baseline);
    const struct median *high =
        analysis_median(chart->analysis, sweep.cells[end], chart->metric, chart->baseline);
    if (low == NULL || high == NULL || !chart_can_draw(low->median) ||
        !chart_can_draw(high->median))
        return;
    snprintf(text, size, "1 is %s: %s %s at %s=%s, %s %s at %s=%s.",
             chart_label_short(chart, chart->baseline, name, sizeof name),
             format_grouped(low->median, format_decimals(low->median), from, sizeof from),
             chart->metric->unit, chart->parameter,
             sweep_print(chart->run, &sweep, 0, first, sizeof first),
             format_grouped(high->median, format_decimals(high->median), to, sizeof to),
             chart->metric->unit, chart->parameter,
             sweep_print(chart->run, &sweep, end, last, sizeof last));
}

/* What has to be known to read lateness at all. */
static void write_remark(const struct chart *chart, const struct curve_plan *plan, char *text,
                         size_t size)
{
    const struct value *slack_ns = named_values_find(&chart->run->manifest, "", "timer_slack_ns");
    char here[48] = "";
    text[0] = '\0';
    if (chart->baseline != SUBJECT_NONE)
        write_baseline(chart, text, size);
    if (plan->rows == NULL || strcmp(plan->rows, "slack") != 0)
        return;
    if (value_is_number(slack_ns))
        snprintf(here, sizeof here, " (%g us by default here)", value_number(slack_ns) / 1000);
    snprintf(text, size,
             "Slack: how late the kernel may end any sleep so as to join wake-ups%s; for select, "
             "poll and epoll at least 0.1 %% of the wait (0.5 %% at nice above 0).",
             here);
}

/* "connect_latency, us": latencies are drawn in microseconds, whatever unit ends the metric's name.
 */
static void write_axis(const struct chart *chart, char *text, size_t size)
{
    const char *name = chart->metric->name;
    size_t length = strlen(name);
    char baseline[64];
    if (chart->drawn.kind == CHART_FOREST) {
        snprintf(text, size, "%s: ratio to %s, logarithmic", name,
                 chart_label_short(chart, chart->baseline, baseline, sizeof baseline));
        return;
    }
    if (chart->drawn.kind == CHART_PERCENTILES && length > 3 &&
        strcmp(name + length - 3, "_ns") == 0)
        snprintf(text, size, "%.*s, us", (int)length - 3, name);
    else
        snprintf(text, size, "%s, %s", name, chart->metric->unit);
}

void chart_fill_texts(struct chart_texts *texts, const struct chart *chart,
                      const struct curve_plan *plan, bool shows_trials)
{
    char params[FORMAT_BYTES], mode[40], label[CHART_LABEL_BYTES] = "";
    char baseline[64], ratio[96] = "";
    const struct cell *cell = cell_of(chart);
    *texts = (struct chart_texts){0};
    if (chart->subject != SUBJECT_NONE)
        chart_label(chart, chart->subject, label, sizeof label);
    if (chart->drawn.kind == CHART_FOREST || chart->only_ratios)
        snprintf(ratio, sizeof ratio, ", as a ratio to %s",
                 chart_label_short(chart, chart->baseline, baseline, sizeof baseline));
    snprintf(texts->title, sizeof texts->title, "%s %s%s%s%s: %s%s", cell->workload->name,
             printable(mode, sizeof mode, cell->mode),
             chart->ladder ? ", one feature at a time" : "", *label != '\0' ? ", " : "", label,
             plan != NULL && plan->title != NULL ? plan->title : chart->metric->help, ratio);
    format_params(cell, chart->parameter, chart->other, params, sizeof params);
    if (plan != NULL && plan->lines != NULL) /* one panel up, the other down */
        snprintf(texts->subtitle, sizeof texts->subtitle, "%s", params);
    else
        snprintf(texts->subtitle, sizeof texts->subtitle, "%s is better.   %s",
                 chart->metric->lower_is_better ? "Lower" : "Higher", params);
    if (plan != NULL) {
        write_remark(chart, plan, texts->remark, sizeof texts->remark);
        printable(texts->parameter, sizeof texts->parameter, plan->axis);
    } else {
        write_axis(chart, texts->axis, sizeof texts->axis);
        if (chart->drawn.kind == CHART_FOREST)
            chart_label_short(chart, chart->baseline, texts->parameter, sizeof texts->parameter);
    }
    write_caption(chart, shows_trials, texts->caption, sizeof texts->caption);
    write_note(chart, texts->note, sizeof texts->note);
}
