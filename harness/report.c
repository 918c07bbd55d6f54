#include "harness/report.h"

#include "harness/command.h"
#include "harness/charts/gnuplot.h"
#include "harness/base/options.h"
#include "harness/page/page.h"
#include "harness/base/problem.h"
#include "harness/analysis/parts.h"
#include "harness/record/run_file.h"
#include "harness/analysis/summary.h"
#include "harness/record/trials.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { COLUMNS_LEAST = 60, COLUMNS_MOST = 400 };

struct report_options {
    struct report_request request;
    double minimum_effect; /* a share; 0: that of the run */
};

static int take_json(void *target, const char *value, char *problem)
{
    (void)value, (void)problem;
    ((struct report_options *)target)->request.json = true;
    return 0;
}

static int take_terminal(void *target, const char *value, char *problem)
{
    (void)value, (void)problem;
    ((struct report_options *)target)->request.terminal = true;
    return 0;
}

static int take_plots(void *target, const char *value, char *problem)
{
    (void)problem;
    ((struct report_options *)target)->request.plots_folder = value;
    return 0;
}

static int take_minimum_effect(void *target, const char *value, char *problem)
{
    struct report_options *options = target;
    return options_minimum_effect("--min-effect", value, &options->minimum_effect, problem);
}

static int take_folder(void *target, const char *value, char *problem)
{
    struct report_request *request = &((struct report_options *)target)->request;
    if (request->folder != NULL)
        return problem_say(problem, -EINVAL, "one result folder at a time: %s or %s",
                           request->folder, value);
    request->folder = value;
    return 0;
}

static const struct option_row rows[] = {
    {"--json", NULL, "the summary as JSON on standard output instead of tables", take_json, false},
    {"--terminal", NULL, "the charts as characters, behind the tables, in place of pictures",
     take_terminal, false},
    {"--min-effect", "3%", "the smallest difference that a verdict may name; default: the run's",
     take_minimum_effect, false},
    {"--plots", "FOLDER", "where the gnuplot scripts are (scripts/plots)", take_plots, false},
    {NULL, NULL, NULL, NULL, false},
};

static void print_help(FILE *out)
{
    fprintf(
        out,
        "usage: pollbench report DIR [--json | --terminal] [--min-effect 3%%] [--plots FOLDER]\n\n"
        "Prints the tables of the run in DIR/run.json, writes DIR/*.csv, draws DIR/charts/ and "
        "writes\n"
        "DIR/report.html: verdicts, charts and figures in one page, to read and to pass on.\n"
        "All of it is computed again from the raw trials.\n\n");
    options_print(out, rows);
}

/* Everything of the run but its raw trials. */
static int print_json(const json_t *run)
{
    json_t *copy = trials_unpacked(run);
    size_t i;
    json_t *cell;
    json_array_foreach(json_object_get(copy, "cells"), i, cell)
    {
        json_object_del(cell, "trials");
        json_object_del(cell, "counting_trials");
        json_t *headroom = json_copy(json_object_get(cell, "headroom"));
        if (headroom != NULL) {
            json_object_del(headroom, "trials");
            json_object_set_new(cell, "headroom", headroom);
        }
    }
    int result =
        copy != NULL ? json_dumpf(copy, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(10)) : -1;
    json_decref(copy);
    putchar('\n');
    return result;
}

/* Of the terminal, when standard output is one. */
static unsigned columns_here(void)
{
    struct winsize size;
    const char *said = getenv("COLUMNS");
    unsigned columns = said != NULL ? (unsigned)strtoul(said, NULL, 10) : 0;
    if (isatty(STDOUT_FILENO) && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        columns = size.ws_col;
    if (columns == 0)
        columns = REPORT_COLUMNS;
    return columns < COLUMNS_LEAST  ? COLUMNS_LEAST
           : columns > COLUMNS_MOST ? COLUMNS_MOST
                                    : columns;
}

/* The charts, and the page that they are in. */
static int draw(const json_t *run, const struct report_request *request)
{
    char problem[PROBLEM_BYTES];
    const struct gnuplot_terminal terminal = {.columns = columns_here(),
                                              .colours = isatty(STDOUT_FILENO)};
    struct chart_list charts;
    int result = charts_draw(run, request->folder, request->plots_folder,
                             request->terminal ? &terminal : NULL, &charts, problem);
    if (charts.left_out > 0)
        fprintf(stderr,
                "pollbench: %zu more charts would not be looked at and were not drawn; "
                "their figures are in the CSV files\n",
                charts.left_out);
    if (result < 0)
        fprintf(stderr, "pollbench: %s\n", problem);
    /* Tables and CSV are there; who has no gnuplot has been told how to get the rest. */
    int status = result < 0 && result != -ENOENT ? EXIT_NOT_CARRIED_OUT : EXIT_DONE;
    char page_problem[PROBLEM_BYTES];
    if (!request->terminal &&
        page_write(run, request->folder, &charts, result < 0 ? problem : NULL, page_problem) < 0) {
        fprintf(stderr, "pollbench: %s\n", page_problem);
        status = EXIT_NOT_CARRIED_OUT;
    }
    charts_free(&charts);
    return status;
}

int report_run(json_t *run, const struct report_request *request)
{
    char problem[PROBLEM_BYTES];
    int status = EXIT_DONE;
    if (request->json && print_json(run) < 0)
        status = EXIT_NOT_CARRIED_OUT;
    if (!request->json)
        report_print_tables(run, stdout);
    if (fflush(stdout) != 0 || ferror(stdout)) {
        fprintf(stderr, "pollbench: the report could not be printed: %s\n", strerror(errno));
        status = EXIT_NOT_CARRIED_OUT;
    }
    if (report_write_csv(run, request->folder, problem) < 0 ||
        report_write_verdicts(run, request->folder, problem) < 0) {
        fprintf(stderr, "pollbench: %s\n", problem);
        return EXIT_NOT_CARRIED_OUT;
    }
    int drawn = draw(run, request);
    return status != EXIT_DONE ? status : drawn;
}

int command_report(int argc, char **argv)
{
    char problem[PROBLEM_BYTES];
    struct report_options options = {0};
    int result = options_parse(rows, take_folder, &options, argc, argv, problem);
    const struct report_request request = options.request;
    if (result == OPTIONS_HELP) {
        print_help(stdout);
        return EXIT_DONE;
    }
    if (result == 0 && request.json && request.terminal)
        result = problem_say(problem, -EINVAL,
                             "--json or --terminal: with --json nothing else is printed");
    if (result == 0 && request.folder == NULL)
        result = problem_say(problem, -EINVAL, "which run? name its folder: pollbench report DIR");
    if (result < 0) {
        fprintf(stderr, "pollbench: %s\n", problem);
        return EXIT_USAGE;
    }
    json_t *run = run_file_load(request.folder, problem);
    if (run == NULL) {
        fprintf(stderr, "pollbench: %s\n", problem);
        return EXIT_NOT_CARRIED_OUT;
    }
    if (options.minimum_effect > 0)
        json_object_set_new(run, "minimum_effect", json_real(options.minimum_effect));
    result = summary_compute(run, SUMMARY_FINAL_RESAMPLES);
    int status = EXIT_NOT_CARRIED_OUT;
    if (result < 0)
        fprintf(stderr, "pollbench: the trials in %s could not be summarised: %s\n", request.folder,
                strerror(-result));
    else
        status = report_run(run, &request);
    json_decref(run);
    return status;
}
