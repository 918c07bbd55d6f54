#include "harness/report.h"

#include "harness/base/nearest.h"
#include "harness/base/options.h"
#include "harness/base/problem.h"
#include "harness/base/terminal.h"
#include "harness/command.h"
#include "harness/page/page.h"
#include "harness/record/run_folder.h"
#include "harness/record/run_json.h"
#include "harness/report/report.h"
#include "harness/report/summary.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Charts of characters need some room. */
enum { CHART_COLUMNS_LEAST = 60 };

struct report_options {
    struct report_request request;
    /* A share; 0: that of the run. */
    double minimum_effect;
    /* NULL: that of the run. */
    const char *baseline;
};

static int take_json(void *target, const char *value, char *problem)
{
    (void)value, (void)problem;
    ((struct report_options *)target)->request.json = true;
    return 0;
}

static int take_answer(void *target, const char *value, char *problem)
{
    struct report_request *request = &((struct report_options *)target)->request;
    (void)value, (void)problem;
    request->answer = request->only_prints = true;
    request->tables = false;
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
    ((struct report_options *)target)->request.scripts = value;
    return 0;
}

static int take_minimum_effect(void *target, const char *value, char *problem)
{
    struct report_options *options = target;
    return options_percentage("--min-effect", value, 100 * VERDICT_MINIMUM_EFFECT_LOWEST,
                              100 * VERDICT_MINIMUM_EFFECT_HIGHEST, &options->minimum_effect,
                              problem);
}

static int take_baseline(void *target, const char *value, char *problem)
{
    (void)problem;
    ((struct report_options *)target)->baseline = value;
    return 0;
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
    {"--answer", NULL, "the answer on one screen, as at the end of the run, instead of tables",
     take_answer, false},
    {"--json", NULL, "the summary as JSON on standard output instead of tables", take_json, false},
    {"--terminal", NULL, "the charts as characters, behind the tables, in place of pictures",
     take_terminal, false},
    {"--min-effect", "3%", "the smallest difference that a verdict may name; default: the run's",
     take_minimum_effect, false},
    {"--baseline", "SUBJECT", "what others are compared with; default: the run's", take_baseline,
     false},
    {"--plots", "FOLDER", "other gnuplot scripts than those in the program", take_plots, false},
    {NULL, NULL, NULL, NULL, false},
};

static void print_help(FILE *out)
{
    fprintf(out, "usage: pollbench report DIR [--answer | --json | --terminal] [--min-effect 3%%]\n"
                 "                        [--baseline SUBJECT] [--plots FOLDER]\n\n");
    terminal_wrap(
        out, 0, 0,
        "Prints the tables of the run in DIR, writes DIR/*.csv, draws DIR/charts/ and writes "
        "DIR/report.html: verdicts, charts and figures in one page, to read and to pass on. "
        "All of it is computed again from the single trials. With --answer nothing is "
        "written.\n\n");
    options_print(out, rows);
}

/* With what the words and the tables rest on, which may be other than what the run was asked for.
 */
static int print_json(const struct analysis *analysis)
{
    struct run shown = *analysis->run; /* borrows all that it points to */
    shown.minimum_effect = analysis->minimum_effect;
    shown.baseline = (char *)analysis->baseline;
    json_t *json = run_to_json(&shown, analysis->cells);
    /* Of a run that was killed, which has not written them itself. */
    if (json != NULL && shown.ended == NULL)
        json_object_set_new(json, "rounds", json_integer((json_int_t)shown.rounds));
    int r = json != NULL ? json_dumpf(json, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(10)) : -1;
    json_decref(json);
    putchar('\n');
    return r;
}

/* The charts, and the page that they are in. */
static int draw(const struct analysis *analysis, const struct report_request *request)
{
    char problem[PROBLEM_BYTES], page_problem[PROBLEM_BYTES];
    int columns = terminal_columns(stdout);
    const struct gnuplot_terminal terminal = {
        .columns = columns < CHART_COLUMNS_LEAST ? CHART_COLUMNS_LEAST : (unsigned)columns,
        .colours = isatty(STDOUT_FILENO)};
    const struct chart_request drawing = {.folder = request->folder,
                                          .scripts = request->scripts,
                                          .terminal = request->terminal ? &terminal : NULL};
    struct chart_list charts;
    int r = charts_draw(analysis, &drawing, &charts, problem);
    if (charts.left_out > 0)
        fprintf(stderr,
                "pollbench: %zu more charts were not drawn, because a report holds no more; "
                "their figures are in the CSV files\n",
                charts.left_out);
    if (r < 0)
        fprintf(stderr, "pollbench: %s\n", problem);
    /* Tables and CSV are there; who has no gnuplot has been told how to get the rest. */
    int status = r < 0 && r != -ENOENT ? EXIT_FAILED : EXIT_DONE;
    if (!request->terminal &&
        page_write(analysis, request->folder, &charts, r < 0 ? problem : NULL, page_problem) < 0) {
        fprintf(stderr, "pollbench: %s\n", page_problem);
        status = EXIT_FAILED;
    }
    charts_free(&charts);
    return status;
}

/* EXIT_FAILED when something of it has not gone out. */
static int flush_output(void)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return EXIT_DONE;
    fprintf(stderr, "pollbench: the report could not be printed: %s\n", strerror(errno));
    return EXIT_FAILED;
}

static bool has_page(const char *folder)
{
    char path[PATH_MAX];
    struct stat status;
    int length = snprintf(path, sizeof path, "%s/report.html", folder);
    return length > 0 && (size_t)length < sizeof path && stat(path, &status) == 0;
}

int report_answer(const struct analysis *analysis, const struct report_request *request)
{
    const struct summary_request summary = {.columns = terminal_columns(stdout),
                                            .folder = request->folder,
                                            .check = request->check,
                                            .has_page = has_page(request->folder)};
    report_print_summary(analysis, &summary, stdout);
    return flush_output();
}

/* CSV, charts and page. */
static int write_files(const struct analysis *analysis, const struct report_request *request)
{
    char problem[PROBLEM_BYTES];
    if (report_write_csv(analysis, request->folder, problem) == 0)
        return draw(analysis, request);
    fprintf(stderr, "pollbench: %s\n", problem);
    return EXIT_FAILED;
}

int report_run(const struct analysis *analysis, const struct report_request *request)
{
    int status = EXIT_DONE, r;
    if (request->json && print_json(analysis) < 0)
        status = EXIT_FAILED;
    if (request->tables && !request->json)
        report_print_tables(analysis, stdout);
    r = flush_output();
    status = status != EXIT_DONE ? status : r;
    r = request->only_prints ? EXIT_DONE : write_files(analysis, request);
    status = status != EXIT_DONE ? status : r;
    r = request->answer && !request->json ? report_answer(analysis, request) : EXIT_DONE;
    return status != EXIT_DONE ? status : r;
}

/* ---- the command ---- */

static int check_baseline(const struct run *run, const char *baseline, char *problem)
{
    struct nearest nearest;
    if (baseline == NULL || run_find_subject(run, baseline) != SUBJECT_NONE)
        return 0;
    nearest_begin(&nearest, baseline);
    for (size_t i = 0; i < run->subject_count; i++)
        nearest_consider(&nearest, run->subjects[i].name);
    return nearest_unknown(&nearest, "subject of this run", "the tables of the run", problem);
}

static int report_loaded(const struct run *run, const struct report_options *options)
{
    char problem[PROBLEM_BYTES];
    struct analysis analysis;
    const struct analysis_request request = {.minimum_effect = options->minimum_effect,
                                             .baseline = options->baseline,
                                             .resamples = ANALYSIS_RESAMPLES};
    if (check_baseline(run, options->baseline, problem) < 0) {
        fprintf(stderr, "pollbench: %s\n", problem);
        return EXIT_USAGE;
    }
    int r = analysis_open(&analysis, run, &request);
    int status = EXIT_FAILED;
    if (r < 0)
        fprintf(stderr, "pollbench: the trials in %s could not be summarised: %s\n",
                options->request.folder, strerror(-r));
    else
        status = report_run(&analysis, &options->request);
    analysis_close(&analysis);
    return status;
}

int command_report(int argc, char **argv)
{
    char problem[PROBLEM_BYTES];
    struct report_options options = {.request = {.tables = true}};
    struct run run = {0};
    int r = options_parse(rows, take_folder, &options, argc, argv, problem);
    if (r == OPTIONS_HELP) {
        print_help(stdout);
        return EXIT_DONE;
    }
    if (r == 0 && options.request.json && options.request.terminal)
        r = problem_say(problem, -EINVAL,
                        "--json or --terminal: with --json nothing else is printed");
    if (r == 0 && options.request.answer && (options.request.json || options.request.terminal))
        r = problem_say(problem, -EINVAL,
                        "--answer, --json or --terminal: --answer prints the answer alone");
    if (r == 0 && options.request.folder == NULL)
        r = problem_say(problem, -EINVAL, "which run? name its folder: pollbench report DIR");
    if (r < 0) {
        fprintf(stderr, "pollbench: %s\n", problem);
        return EXIT_USAGE;
    }
    int status = EXIT_FAILED;
    if (run_folder_load(&run, options.request.folder, problem) < 0)
        fprintf(stderr, "pollbench: %s\n", problem);
    else
        status = report_loaded(&run, &options);
    run_free(&run);
    return status;
}
