/* `pollbench calibrate`: how far to trust the verdicts of this machine. */
#include "harness/calibrate/options.h"

#include "backends/clock.h"
#include "harness/command.h"
#include "harness/base/file_save.h"
#include "harness/system/interrupt.h"
#include "harness/system/manifest.h"
#include "harness/base/problem.h"
#include "harness/execute/progress.h"
#include "harness/execute/run_setup.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* So that one that is killed has lost little. */
#define SAVE_EVERY_S 60.0

struct calibrate {
    struct calibrate_options options;
    struct calibration calibrations[CALIBRATE_DESIGNS_MAX];
    size_t count;
    struct calibration_bed bed;
    json_t *file;
    struct progress progress;
    uint64_t begin_ns;
    double done, planned; /* trials, weighted by how long they take */
    char problem[PROBLEM_BYTES];
};

/* ---- measuring ---- */

static double elapsed_s(const struct calibrate *calibrate)
{
    return (double)(clock_now_ns() - calibrate->begin_ns) / 1e9;
}

static double weight_of(const struct calibration *calibration)
{
    return calibration->trial_s[calibration->lengths - 1] * calibration->rounds;
}

static void show(struct calibrate *calibrate, const struct calibration *calibration)
{
    char what[160];
    double fraction = calibrate->done / calibrate->planned;
    double passed_s = elapsed_s(calibrate);
    snprintf(what, sizeof what, "comparison %u of %u  %s  %g %% planted", calibration->finished + 1,
             calibration->comparisons, calibration->design->name,
             100 * calibration->design->planted);
    double left_s = fraction > 0 ? passed_s * (1 - fraction) / fraction
                                 : CALIBRATION_VARIANTS * calibrate->planned;
    progress_show(&calibrate->progress, fraction, left_s, what);
}

static int open_all(struct calibrate *calibrate)
{
    const struct calibrate_options *options = &calibrate->options;
    int r = 0;
    for (size_t i = 0; calibration_designs[i].name != NULL && r == 0; i++) {
        if (options->any_chosen && !options->chosen[i])
            continue;
        r = calibration_open(&calibrate->calibrations[calibrate->count++], &calibration_designs[i],
                             options->backend, (unsigned)options->comparisons,
                             (unsigned)options->rounds, calibrate->problem);
    }
    return r;
}

static int time_all(struct calibrate *calibrate)
{
    int r = 0;
    for (size_t i = 0; i < calibrate->count && r == 0; i++) {
        struct calibration *calibration = &calibrate->calibrations[i];
        r = calibration_time_trials(calibration, &calibrate->bed, calibrate->problem);
        calibrate->planned += weight_of(calibration) * calibration->comparisons;
    }
    return r;
}

static int save(struct calibrate *calibrate)
{
    const char *folder = calibrate->options.folder;
    json_t *results = json_array(), *designs = json_array();
    for (size_t i = 0; i < calibrate->count; i++) {
        calibration_add_results(&calibrate->calibrations[i], results);
        json_array_append_new(designs, calibration_to_json(&calibrate->calibrations[i]));
    }
    json_object_set_new(calibrate->file, "results", results);
    json_object_set_new(calibrate->file, "designs", designs);
    char *text = json_dumps(calibrate->file, JSON_COMPACT | JSON_REAL_PRECISION(9));
    int r = text != NULL ? file_save(folder, CALIBRATION_FILE, text, strlen(text)) : -ENOMEM;
    free(text);
    if (r < 0)
        problem_say(calibrate->problem, r, "%s/" CALIBRATION_FILE " could not be written: %s",
                    folder, strerror(-r));
    return r;
}

static int measure(struct calibrate *calibrate)
{
    double saved_s = 0;
    int r = 0;
    for (size_t i = 0; i < calibrate->count && r == 0; i++) {
        struct calibration *calibration = &calibrate->calibrations[i];
        while (calibration->finished < calibration->comparisons && r == 0) {
            show(calibrate, calibration);
            r = calibration_compare(calibration, &calibrate->bed, calibrate->problem);
            calibrate->done += weight_of(calibration);
            if (r == 0 && elapsed_s(calibrate) > saved_s + SAVE_EVERY_S) {
                r = save(calibrate);
                saved_s = elapsed_s(calibrate);
            }
        }
    }
    return r;
}

/* ---- what it found ---- */

static void print_share(const char *what, const struct calibration *calibration,
                        enum calibration_variant variant)
{
    unsigned wrong;
    struct proportion share = calibration_named(calibration, variant, calibration->lengths - 1,
                                                calibration->rounds, CALIBRATION_AS_RUN, &wrong);
    printf("  %-26s %4.0f of %u   %5.1f %% [%.1f, %.1f]", what, share.share * calibration->finished,
           calibration->finished, 100 * share.share, 100 * share.low, 100 * share.high);
    if (variant == CALIBRATION_PLANTED && wrong > 0)
        printf("   and %u named FASTER", wrong);
    printf("\n");
}

static void print_calibration(const struct calibration *calibration)
{
    char cell[192], what[64];
    struct effect effect;
    cell_describe(&calibration->cell, cell, sizeof cell);
    printf("\n%s: %s against itself, by %s\n", cell, calibration->subject->name,
           calibration->metric->name);
    printf("  minimum effect %g %%, %u rounds a comparison, which take %.1f s (limit %g s)\n",
           100 * calibration->design->minimum_effect, calibration->rounds,
           calibration->comparison_s, calibration->design->limit_s);
    if (calibration->finished == 0) {
        printf("  no comparison was finished\n");
        return;
    }
    print_share("falsely named:", calibration, CALIBRATION_B);
    snprintf(what, sizeof what, "planted %g %% found:", 100 * calibration->design->planted);
    print_share(what, calibration, CALIBRATION_PLANTED);
    if (calibration_planted_ratio(calibration, &effect) == 0)
        printf("  the planted delay, by all rounds: %.4f [%.4f, %.4f] times the other\n",
               effect.ratio, effect.low, effect.high);
}

static bool is_false_too_often(const struct calibration *calibration)
{
    unsigned wrong;
    struct proportion share =
        calibration_named(calibration, CALIBRATION_B, calibration->lengths - 1, calibration->rounds,
                          CALIBRATION_AS_RUN, &wrong);
    return share.low > CALIBRATION_FALSE_LIMIT;
}

static void print_json(const struct calibrate *calibrate)
{
    json_t *copy = json_copy(calibrate->file);
    json_object_del(copy, "designs");
    json_dumpf(copy, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(9));
    putchar('\n');
    json_decref(copy);
}

static int report(struct calibrate *calibrate)
{
    int status = EXIT_DONE;
    for (size_t i = 0; i < calibrate->count && !calibrate->options.json; i++)
        print_calibration(&calibrate->calibrations[i]);
    if (!calibrate->options.json)
        printf("\nShares in 99 %% intervals (Clopper and Pearson). Kept in %s.\n",
               calibrate->options.folder);
    else
        print_json(calibrate);
    for (size_t i = 0; i < calibrate->count; i++) {
        if (!is_false_too_often(&calibrate->calibrations[i]))
            continue;
        fprintf(stderr,
                "pollbench calibrate: on this machine %s names more than 1 %% of equals: its "
                "verdicts are not to be trusted\n",
                calibrate->calibrations[i].design->name);
        status = EXIT_FAILED_CHECK;
    }
    if (calibration_draw(calibrate->calibrations, calibrate->count,
                         json_object_get(calibrate->file, "manifest"), calibrate->options.folder,
                         calibrate->problem) < 0)
        fprintf(stderr, "pollbench calibrate: no charts: %s\n", calibrate->problem);
    return status;
}

/* ---- the command ---- */

static json_t *describe(const struct calibrate *calibrate, int argc, char **argv)
{
    json_t *command = json_pack("[s]", "pollbench");
    for (int i = 0; i < argc; i++)
        json_array_append_new(command, json_string(argv[i]));
    return json_pack("{s:i, s:o, s:I, s:o, s:o}", "schema", CALIBRATION_SCHEMA, "command", command,
                     "seed", (json_int_t)(calibrate->options.seed & INT64_MAX), "placement",
                     json_pack("{s:i, s:i}", "subject_cpu", calibrate->bed.subject_cpu,
                               "generator_cpu", calibrate->bed.generator_cpu),
                     "manifest", manifest_collect());
}

static int complain(const struct calibrate *calibrate, int status)
{
    fprintf(stderr, "pollbench calibrate: %s\n", calibrate->problem);
    return status;
}

/* Signals end it as they end a run: what is finished is kept. */
static int carry_out(struct calibrate *calibrate, int argc, char **argv)
{
    run_place(&calibrate->bed.subject_cpu, &calibrate->bed.generator_cpu);
    calibrate->bed.seed = calibrate->options.seed;
    random_seed(&calibrate->bed.random, calibrate->options.seed);
    calibrate->file = describe(calibrate, argc, argv);
    int r = interrupt_install();
    if (r == 0)
        r = file_make_folder(calibrate->options.folder);
    if (r < 0) {
        problem_say(calibrate->problem, r, "%s cannot be made: %s", calibrate->options.folder,
                    strerror(-r));
        return complain(calibrate, EXIT_NOT_CARRIED_OUT);
    }
    r = time_all(calibrate);
    if (r == 0) {
        if (!calibrate->options.quiet)
            fprintf(stderr, "calibrating, about %.0f min, into %s\n",
                    CALIBRATION_VARIANTS * calibrate->planned / 60, calibrate->options.folder);
        progress_begin(&calibrate->progress, calibrate->options.quiet);
        calibrate->begin_ns = clock_now_ns();
        r = measure(calibrate);
        progress_clear(&calibrate->progress);
    }
    if (r < 0 && r != -EINTR)
        return complain(calibrate, EXIT_NOT_CARRIED_OUT);
    if (save(calibrate) < 0)
        return complain(calibrate, EXIT_NOT_CARRIED_OUT);
    int status = report(calibrate);
    if (r == -EINTR)
        fprintf(stderr, "pollbench calibrate: interrupted; the finished comparisons are in %s\n",
                calibrate->options.folder);
    return r == -EINTR ? EXIT_NOT_CARRIED_OUT : status;
}

/* ---- a calibration that is there ---- */

static int load_all(struct calibrate *calibrate)
{
    char path[4096];
    json_error_t error;
    const json_t *designs, *design;
    size_t i;
    snprintf(path, sizeof path, "%s/" CALIBRATION_FILE, calibrate->options.folder);
    calibrate->file = json_load_file(path, JSON_REJECT_DUPLICATES, &error);
    if (calibrate->file == NULL)
        return problem_say(calibrate->problem, -EINVAL, "%s, line %d: %s", path, error.line,
                           error.text);
    designs = json_object_get(calibrate->file, "designs");
    if (json_integer_value(json_object_get(calibrate->file, "schema")) != CALIBRATION_SCHEMA ||
        json_array_size(designs) == 0 || json_array_size(designs) > CALIBRATE_DESIGNS_MAX)
        return problem_say(calibrate->problem, -EINVAL, "%s is no calibration of this pollbench",
                           path);
    json_array_foreach(designs, i, design)
    {
        char why[PROBLEM_BYTES];
        if (calibration_load(&calibrate->calibrations[calibrate->count++], calibrate->file, design,
                             why) < 0)
            return problem_say(calibrate->problem, -EINVAL, "%s: %.300s", path, why);
    }
    return 0;
}

static int show_again(struct calibrate *calibrate)
{
    calibrate->options.folder = calibrate->options.report_folder;
    return load_all(calibrate) < 0 ? complain(calibrate, EXIT_NOT_CARRIED_OUT) : report(calibrate);
}

static void choose_seed(struct calibrate_options *options)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (!options->seed_given)
        options->seed = (uint64_t)now.tv_nsec;
}

int command_calibrate(int argc, char **argv)
{
    struct calibrate calibrate = {0};
    int status;
    int r = calibrate_options_parse(&calibrate.options, argc, argv, calibrate.problem);
    if (r == OPTIONS_HELP) {
        calibrate_options_print_help(stdout);
        return EXIT_DONE;
    }
    if (r < 0)
        return complain(&calibrate, EXIT_USAGE);
    choose_seed(&calibrate.options);
    if (calibrate.options.report_folder != NULL)
        status = show_again(&calibrate);
    else if ((r = open_all(&calibrate)) < 0)
        status = complain(&calibrate, r == -EINVAL ? EXIT_USAGE : EXIT_NOT_CARRIED_OUT);
    else
        status = carry_out(&calibrate, argc, argv);
    for (size_t i = 0; i < calibrate.count; i++)
        calibration_close(&calibrate.calibrations[i]);
    json_decref(calibrate.file);
    return status;
}
