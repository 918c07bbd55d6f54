#include "harness/report.h"

#include "harness/command.h"
#include "harness/options.h"
#include "harness/problem.h"
#include "harness/report_parts.h"
#include "harness/run_file.h"
#include "harness/summary.h"

#include <errno.h>
#include <string.h>

struct report_options {
    const char *folder;
    const char *plots_folder;
    double minimum_effect; /* a share; 0: that of the run */
    bool json;
};

static int take_json(void *target, const char *value, char *problem)
{
    (void)value, (void)problem;
    ((struct report_options *)target)->json = true;
    return 0;
}

static int take_plots(void *target, const char *value, char *problem)
{
    (void)problem;
    ((struct report_options *)target)->plots_folder = value;
    return 0;
}

static int take_minimum_effect(void *target, const char *value, char *problem)
{
    struct report_options *options = target;
    return options_minimum_effect("--min-effect", value, &options->minimum_effect, problem);
}

static int take_folder(void *target, const char *value, char *problem)
{
    struct report_options *options = target;
    if (options->folder != NULL)
        return problem_say(problem, -EINVAL, "one result folder at a time: %s or %s",
                           options->folder, value);
    options->folder = value;
    return 0;
}

static const struct option_row rows[] = {
    {"--json", NULL, "the summary as JSON on standard output instead of tables", take_json, false},
    {"--min-effect", "3%", "the smallest difference that a verdict may name; default: the run's",
     take_minimum_effect, false},
    {"--plots", "FOLDER", "where the gnuplot scripts are (scripts/plots)", take_plots, false},
    {NULL, NULL, NULL, NULL, false},
};

static void print_help(FILE *out)
{
    fprintf(
        out,
        "usage: pollbench report DIR [--json] [--min-effect 3%%] [--plots FOLDER]\n\n"
        "Prints the tables of the run in DIR/run.json, writes DIR/*.csv and draws DIR/charts/.\n"
        "All of it is computed again from the raw trials.\n\n");
    options_print(out, rows);
}

/* Everything of the run but its raw trials. */
static int print_json(json_t *run)
{
    json_t *copy = json_deep_copy(run);
    size_t i;
    json_t *cell;
    json_array_foreach(json_object_get(copy, "cells"), i, cell)
    {
        json_object_del(cell, "trials");
        json_object_del(cell, "counting_trials");
    }
    int result =
        copy != NULL ? json_dumpf(copy, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(10)) : -1;
    json_decref(copy);
    putchar('\n');
    return result;
}

int report_run(json_t *run, const char *folder, const char *plots_folder, bool json)
{
    char problem[PROBLEM_BYTES];
    int status = EXIT_DONE;
    if (json && print_json(run) < 0)
        status = EXIT_NOT_CARRIED_OUT;
    if (!json)
        report_print_tables(run, stdout);
    if (fflush(stdout) != 0 || ferror(stdout)) {
        fprintf(stderr, "pollbench: the report could not be printed: %s\n", strerror(errno));
        status = EXIT_NOT_CARRIED_OUT;
    }
    if (report_write_csv(run, folder, problem) < 0 ||
        report_write_verdicts(run, folder, problem) < 0) {
        fprintf(stderr, "pollbench: %s\n", problem);
        return EXIT_NOT_CARRIED_OUT;
    }
    size_t left_out;
    int result = charts_draw(run, folder, plots_folder, &left_out, problem);
    if (left_out > 0)
        fprintf(stderr,
                "pollbench: %zu more charts would not be looked at and were not drawn; "
                "their figures are in the CSV files\n",
                left_out);
    if (result < 0) {
        fprintf(stderr, "pollbench: %s\n", problem);
        /* Tables and CSV are there; who has no gnuplot has been told how to get the rest. */
        if (result != -ENOENT)
            status = EXIT_NOT_CARRIED_OUT;
    }
    return status;
}

int command_report(int argc, char **argv)
{
    char problem[PROBLEM_BYTES];
    struct report_options options = {0};
    int result = options_parse(rows, take_folder, &options, argc, argv, problem);
    if (result == OPTIONS_HELP) {
        print_help(stdout);
        return EXIT_DONE;
    }
    if (result == 0 && options.folder == NULL)
        result = problem_say(problem, -EINVAL, "which run? name its folder: pollbench report DIR");
    if (result < 0) {
        fprintf(stderr, "pollbench: %s\n", problem);
        return EXIT_USAGE;
    }
    json_t *run = run_file_load(options.folder, problem);
    if (run == NULL) {
        fprintf(stderr, "pollbench: %s\n", problem);
        return EXIT_NOT_CARRIED_OUT;
    }
    if (options.minimum_effect > 0)
        json_object_set_new(run, "minimum_effect", json_real(options.minimum_effect));
    result = summary_compute(run, SUMMARY_FINAL_RESAMPLES);
    int status = EXIT_NOT_CARRIED_OUT;
    if (result < 0)
        fprintf(stderr, "pollbench: the trials in %s could not be summarised: %s\n", options.folder,
                strerror(-result));
    else
        status = report_run(run, options.folder, options.plots_folder, options.json);
    json_decref(run);
    return status;
}
