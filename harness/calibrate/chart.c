/* The charts of a calibration: how many comparisons gave the right word, by how long each took; for
 * each length of a trial, and for other ways to judge the same rounds. */
#include "harness/calibrate/calibration.h"

#include "harness/analysis/format.h"
#include "harness/base/problem.h"
#include "harness/charts/gnuplot.h"
#include "harness/record/run.h"
#include "harness/report/csv.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Seconds of a comparison at which the share is drawn. */
static const double seconds_drawn[] = {0.5, 1, 2, 3, 5, 10, 20, 30, 60};

/* One that would touch the point of all rounds is left out. */
#define WHOLE_APART 0.8

/* A verdict takes ten rounds (verdict.h). */
enum { ROUNDS_LEAST = VERDICT_ROUNDS, PANELS = 2 };

struct line {
    size_t length;
    enum calibration_method method;
    const char *label;
};

static const struct line drain_lines[] = {
    {2, CALIBRATION_AS_RUN, "9 drains: as run judges"},
    {1, CALIBRATION_AS_RUN, "3 drains"},
    {0, CALIBRATION_AS_RUN, "1 drain"},
    {2, CALIBRATION_UNPAIRED, "9 drains: not paired"},
    {2, CALIBRATION_BOOTSTRAP, "9 drains: median and bootstrap"},
};

static const struct line other_lines[] = {
    {0, CALIBRATION_AS_RUN, "as run judges"},
    {0, CALIBRATION_UNPAIRED, "not paired"},
    {0, CALIBRATION_BOOTSTRAP, "median and bootstrap"},
};

static size_t lines_of(const struct calibration *calibration, const struct line **lines)
{
    bool is_drain = calibration->lengths > 1;
    *lines = is_drain ? drain_lines : other_lines;
    return is_drain ? sizeof drain_lines / sizeof drain_lines[0]
                    : sizeof other_lines / sizeof other_lines[0];
}

/* Trials of this length, as long as trials took in the comparisons. */
static double trial_s(const struct calibration *calibration, size_t length)
{
    double measured_s = calibration->comparison_s / 2 / calibration->rounds;
    size_t whole = calibration->lengths - 1;
    return measured_s * calibration->trial_s[length] / calibration->trial_s[whole];
}

/* ---- data ---- */

/* All lines share the axis, and a label that is so near to another cannot be read. */
#define LABELS_APART 1.13

/* Whether the longest trials have a point beside that of all rounds of shorter ones. */
static bool is_labelled_nearby(const struct calibration *calibration, double seconds)
{
    for (size_t i = 0; i < sizeof seconds_drawn / sizeof seconds_drawn[0]; i++) {
        double apart = fmax(seconds / seconds_drawn[i], seconds_drawn[i] / seconds);
        if (seconds != seconds_drawn[i] && apart < LABELS_APART &&
            seconds_drawn[i] < WHOLE_APART * calibration->comparison_s)
            return true;
    }
    return false;
}

static void write_point(const struct calibration *calibration, double seconds,
                        const struct proportion *share, struct csv *csv)
{
    char tick[16] = "";
    if (!is_labelled_nearby(calibration, seconds))
        snprintf(tick, sizeof tick, "%.2g", seconds);
    csv_number(csv, log10(seconds));
    csv_number(csv, 100 * share->share);
    csv_number(csv, 100 * share->low);
    csv_number(csv, 100 * share->high);
    csv_text(csv, tick);
    csv_text(csv, "");
    csv_text(csv, "");
    csv_number(csv, 0);
    csv_end_row(csv);
}

enum { POINTS_MOST = sizeof seconds_drawn / sizeof seconds_drawn[0] + 1 };

/* The last point has all rounds. */
static int write_points(const struct calibration *calibration, const struct line *line,
                        enum calibration_variant variant, struct csv *csv)
{
    double round_s = 2 * trial_s(calibration, line->length), seconds[POINTS_MOST];
    double whole_s = round_s * calibration->rounds;
    unsigned rounds[POINTS_MOST];
    struct proportion shares[POINTS_MOST];
    size_t count = 0;
    for (size_t i = 0; i < POINTS_MOST - 1; i++) {
        double many = floor(seconds_drawn[i] / round_s);
        if (many < ROUNDS_LEAST || seconds_drawn[i] >= WHOLE_APART * whole_s)
            continue;
        seconds[count] = seconds_drawn[i];
        rounds[count++] = (unsigned)many;
    }
    seconds[count] = whole_s;
    rounds[count++] = calibration->rounds;
    int r =
        calibration_shares(calibration, variant, line->length, line->method, rounds, count, shares);
    for (size_t i = 0; i < count && r == 0; i++)
        write_point(calibration, seconds[i], &shares[i], csv);
    return r;
}

static int write_line(const struct calibration *calibration, const struct line *line,
                      enum calibration_variant variant, bool is_first, struct csv *csv)
{
    const char *names[] = {"position", line->label, "ci_low", "ci_high",
                           "tick",     "p90",       "p99",    "knee"};
    if (!is_first)
        fputs("\n\n", csv->draft.stream);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        csv_text(csv, names[i]);
    csv_end_row(csv);
    return write_points(calibration, line, variant, csv);
}

static const enum calibration_variant panel_variants[PANELS] = {CALIBRATION_PLANTED, CALIBRATION_B};

static int write_data(const struct calibration *calibration, struct csv *csv)
{
    const struct line *lines;
    size_t count = lines_of(calibration, &lines);
    int r = 0;
    for (size_t panel = 0; panel < PANELS && r == 0; panel++) {
        for (size_t i = 0; i < count && r == 0; i++)
            r = write_line(calibration, &lines[i], panel_variants[panel], panel == 0 && i == 0,
                           csv);
    }
    return r;
}

static void write_panels(const struct calibration *calibration, size_t line_count, struct csv *csv)
{
    char title[96];
    for (size_t panel = 0; panel < PANELS; panel++) {
        if (panel_variants[panel] == CALIBRATION_PLANTED)
            snprintf(title, sizeof title, "%g %% planted: found",
                     100 * calibration->design->planted);
        else
            snprintf(title, sizeof title, "against itself: falsely named");
        csv_text(csv, title);
        csv_text(csv, "share of comparisons (%)");
        csv_number(csv, 0);
        csv_number(csv, 100);
        csv_number(csv, 0);
        csv_number(csv, (double)(panel * line_count));
        csv_number(csv, (double)line_count);
        csv_number(csv, (double)panel);
        csv_number(csv, 0);
        csv_end_row(csv);
    }
}

/* Both files. */
static int write_files(const struct calibration *calibration, const char *folder, const char *name,
                       size_t line_count)
{
    char file[160];
    struct csv csv;
    snprintf(file, sizeof file, "%s.csv", name);
    int r = csv_open(&csv, folder, file, NULL);
    if (r < 0)
        return r;
    r = write_data(calibration, &csv);
    int closed = csv_close(&csv);
    if (r < 0 || closed < 0)
        return r < 0 ? r : closed;
    snprintf(file, sizeof file, "%s-panels.csv", name);
    r = csv_open(&csv, folder, file, "title,side,low,high,logarithmic,first,count,place,effect");
    if (r < 0)
        return r;
    write_panels(calibration, line_count, &csv);
    return csv_close(&csv);
}

/* ---- the picture ---- */

/* Of scripts/plots/style.gp: told apart without colours, the same in both panels. */
static void choose_styles(size_t line_count, char *styles, size_t size)
{
    static const int numbers[] = {6, 3, 4, 5, 8};
    size_t length = 0;
    for (size_t i = 0; i < PANELS * line_count; i++)
        length += (size_t)snprintf(styles + length, size - length, "%d ", numbers[i % line_count]);
}

static int draw_one(struct gnuplot *gnuplot, const struct calibration *calibration,
                    const char *machine, char *problem)
{
    static const char *const kept[] = {".csv", ".svg", ".png"};
    char name[120], file[130], stem[GNUPLOT_PATH_BYTES + 130], title[160], subtitle[200];
    char styles[64];
    const struct line *lines;
    size_t line_count = lines_of(calibration, &lines);
    snprintf(name, sizeof name, "calibration-%s-%g", calibration->design->name,
             100 * calibration->design->planted);
    snprintf(stem, sizeof stem, "%s/%s", gnuplot->work, name);
    snprintf(title, sizeof title, "%s: what a comparison of so many seconds finds",
             calibration->design->name);
    snprintf(subtitle, sizeof subtitle,
             "%u comparisons of %s with itself.   minimum effect %g %%   99 %% intervals",
             calibration->finished, calibration->subject->name,
             100 * calibration->design->minimum_effect);
    int r = write_files(calibration, gnuplot->work, name, line_count);
    if (r < 0)
        return problem_say(problem, r, "writing the data of %s failed: %s", name, strerror(-r));
    choose_styles(line_count, styles, sizeof styles);
    const char *axis = "seconds of a comparison: the trials of both subjects";
    const char *arguments[] = {stem, title,  subtitle,     "",   machine,
                               "",   styles, "2 2 1 30 0", axis, NULL};
    r = gnuplot_run(gnuplot, "curves.gp", NULL, arguments, problem);
    for (size_t i = 0; i < sizeof kept / sizeof kept[0] && r == 0; i++) {
        snprintf(file, sizeof file, "%s%s", name, kept[i]);
        r = gnuplot_keep(gnuplot, file, problem);
    }
    return r;
}

int calibration_set_draw(const struct calibration_set *set, const char *folder, char *problem)
{
    char machine[FORMAT_BYTES];
    struct gnuplot gnuplot;
    /* What describes a machine takes it from a run. */
    const struct run run = {.manifest = set->manifest};
    format_machine(&run, ", ", machine, sizeof machine);
    int r = gnuplot_open(&gnuplot, folder, NULL, problem);
    for (size_t i = 0; i < set->count && r == 0; i++) {
        if (set->list[i].finished > 0)
            r = draw_one(&gnuplot, &set->list[i], machine, problem);
    }
    gnuplot_close(&gnuplot);
    return r;
}
