/* The command line of `pollbench calibrate`, and its --help. */
#include "harness/calibrate/options.h"

#include "harness/base/nearest.h"
#include "harness/base/problem.h"
#include "harness/plan/run_options.h"

#include <errno.h>
#include <string.h>

enum { COMPARISONS_DEFAULT = 100, COMPARISONS_MAX = 100000 };

static int take_design(void *target, const char *value, char *problem)
{
    struct calibrate_options *options = target;
    struct nearest nearest;
    bool found = false;
    nearest_begin(&nearest, value);
    for (size_t i = 0; calibration_designs[i].name != NULL; i++) {
        nearest_consider(&nearest, calibration_designs[i].name);
        if (strcmp(calibration_designs[i].name, value) == 0)
            found = options->chosen[i] = options->any_chosen = true;
    }
    return found ? 0 : nearest_unknown(&nearest, "cell", "pollbench calibrate --help", problem);
}

static int take_comparisons(void *target, const char *value, char *problem)
{
    struct calibrate_options *options = target;
    return options_integer("--comparisons", value, 1, COMPARISONS_MAX, &options->comparisons,
                           problem);
}

static int take_rounds(void *target, const char *value, char *problem)
{
    struct calibrate_options *options = target;
    return options_integer("--rounds", value, ROUNDS_MINIMUM, ROUNDS_MAXIMUM, &options->rounds,
                           problem);
}

static int take_seed(void *target, const char *value, char *problem)
{
    struct calibrate_options *options = target;
    options->seed_given = true;
    return options_integer("--seed", value, 0, INT64_MAX, &options->seed, problem);
}

static int take_backend(void *target, const char *value, char *problem)
{
    (void)problem;
    ((struct calibrate_options *)target)->backend = value;
    return 0;
}

static int take_folder(void *target, const char *value, char *problem)
{
    (void)problem;
    ((struct calibrate_options *)target)->folder = value;
    return 0;
}

static int take_report(void *target, const char *value, char *problem)
{
    (void)problem;
    ((struct calibrate_options *)target)->report_folder = value;
    return 0;
}

static int take_quiet(void *target, const char *value, char *problem)
{
    (void)value, (void)problem;
    ((struct calibrate_options *)target)->quiet = true;
    return 0;
}

static int take_json(void *target, const char *value, char *problem)
{
    (void)value, (void)problem;
    ((struct calibrate_options *)target)->json = true;
    return 0;
}

static const struct option_row rows[] = {
    {"--comparisons", "N", "of each cell; default: 100", take_comparisons, false},
    {"--rounds", "N", "of a comparison; default: as stated below", take_rounds, false},
    {"--backend", "B", "that is compared with itself; default: epoll", take_backend, false},
    {"--seed", "N", "of the order in which trials run; it is recorded", take_seed, false},
    {"--out", "DIR", "default: " CALIBRATION_FOLDER ", where `run` looks for it", take_folder,
     false},
    {"--report", "DIR", "measure nothing: print what DIR holds, and draw its charts", take_report,
     false},
    {"--quiet", NULL, "no progress", take_quiet, false},
    {"--json", NULL, "print the result as JSON, and nothing else on standard output", take_json,
     false},
    {NULL, NULL, NULL, NULL, false},
};

void calibrate_options_print_help(FILE *out)
{
    fprintf(
        out,
        "usage: pollbench calibrate [CELL...] [options]\n\n"
        "Compares a backend with itself, and with itself made slower by a known delay, many times. "
        "Prints\nhow often a verdict was false, and how often the delay was found. This tells how "
        "far to trust the\nverdicts on this machine. Later runs on it keep the result in their "
        "run.json.\nWithout CELL: all cells.\n\noptions:\n");
    options_print(out, rows);
    fprintf(out, "\ncells:\n");
    for (const struct calibration_design *d = calibration_designs; d->name != NULL; d++)
        fprintf(out, "  %-16s %g %% planted, minimum effect %g %%, %u rounds a comparison\n",
                d->name, 100 * d->planted, 100 * d->minimum_effect, d->rounds);
}

int calibrate_options_parse(struct calibrate_options *options, int argc, char **argv, char *problem)
{
    *options = (struct calibrate_options){
        .comparisons = COMPARISONS_DEFAULT,
        .backend = "epoll",
        .folder = CALIBRATION_FOLDER,
    };
    return options_parse(rows, take_design, options, argc, argv, problem);
}
