/* `pollbench calibrate`: how far to trust the verdicts of this machine. */
#include "harness/calibrate/options.h"

#include "backends/clock.h"
#include "harness/base/file_save.h"
#include "harness/base/problem.h"
#include "harness/calibrate/calibrate.h"
#include "harness/execute/launch.h"
#include "harness/execute/places.h"
#include "harness/execute/progress.h"
#include "harness/system/interrupt.h"
#include "harness/system/manifest.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* So that one that is killed has lost little. */
#define SAVE_EVERY_S 60.0

struct calibrate {
    struct calibrate_options options;
    struct calibration_set set;
    struct calibration_bed bed;
    struct progress progress;
    uint64_t begin_ns;
    /* Trials, weighted by how long they take. */
    double done, planned;
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
        r = calibration_open(&calibrate->set.list[calibrate->set.count++], &calibration_designs[i],
                             options->backend, (unsigned)options->comparisons,
                             (unsigned)options->rounds, calibrate->problem);
    }
    return r;
}

static int time_all(struct calibrate *calibrate)
{
    int r = 0;
    for (size_t i = 0; i < calibrate->set.count && r == 0; i++) {
        struct calibration *calibration = &calibrate->set.list[i];
        r = calibration_time_trials(calibration, &calibrate->bed, calibrate->problem);
        calibrate->planned += weight_of(calibration) * calibration->comparisons;
    }
    return r;
}

static int save(struct calibrate *calibrate)
{
    return calibration_set_save(&calibrate->set, calibrate->options.folder, calibrate->problem);
}

static int measure(struct calibrate *calibrate)
{
    double saved_s = 0;
    int r = 0;
    for (size_t i = 0; i < calibrate->set.count && r == 0; i++) {
        struct calibration *calibration = &calibrate->set.list[i];
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

/* How long a run would have taken that ends when it is decided. */
static void print_time_to_find(const struct calibration *calibration)
{
    static const double shares[] = {0.5, 0.95};
    double round_s = calibration->comparison_s / calibration->rounds;
    for (size_t i = 0; i < sizeof shares / sizeof *shares; i++) {
        unsigned rounds = calibration_rounds_to_find(calibration, shares[i]);
        printf("  found in %g of 100 within ", 100 * shares[i]);
        if (rounds > 0)
            printf("%.2f s (%u rounds)\n", rounds * round_s, rounds);
        else
            printf("no number of these rounds\n");
    }
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
    print_time_to_find(calibration);
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

static void complain(const struct calibrate *calibrate)
{
    fprintf(stderr, "pollbench calibrate: %s\n", calibrate->problem);
}

/* Both take seconds to minutes. */
static void say_step(const struct calibrate *calibrate, const char *what)
{
    if (!calibrate->options.quiet)
        fprintf(stderr, "%s\n", what);
}

static int print_results(struct calibrate *calibrate)
{
    if (calibrate->options.json) {
        int r = calibration_set_print(&calibrate->set, stdout);
        return r == 0 ? 0
                      : problem_say(calibrate->problem, r, "writing to standard output failed: %s",
                                    strerror(-r));
    }
    for (size_t i = 0; i < calibrate->set.count; i++)
        print_calibration(&calibrate->set.list[i]);
    printf("\nShares in 99 %% intervals (Clopper and Pearson). Kept in %s.\n",
           calibrate->options.folder);
    return 0;
}

static int report(struct calibrate *calibrate)
{
    int status = EXIT_DONE;
    say_step(calibrate, "judging the comparisons");
    if (print_results(calibrate) < 0) {
        complain(calibrate);
        return EXIT_FAILED;
    }
    for (size_t i = 0; i < calibrate->set.count; i++) {
        if (!is_false_too_often(&calibrate->set.list[i]))
            continue;
        fprintf(stderr,
                "pollbench calibrate: %s: on this machine more than 1 %% of the comparisons of a "
                "subject with itself name it; do not trust such verdicts\n",
                calibrate->set.list[i].design->name);
        status = EXIT_FAILED_CHECK;
    }
    say_step(calibrate, "drawing the charts");
    if (calibration_set_draw(&calibrate->set, calibrate->options.folder, calibrate->problem) < 0)
        fprintf(stderr, "pollbench calibrate: no charts: %s\n", calibrate->problem);
    return status;
}

/* ---- the command ---- */

static int add_word(struct calibration_set *set, const char *word)
{
    char *copy = strdup(word);
    if (copy != NULL)
        set->command[set->command_count++] = copy;
    return copy != NULL ? 0 : -ENOMEM;
}

static int describe(struct calibrate *calibrate, int argc, char **argv)
{
    struct calibration_set *set = &calibrate->set;
    set->seed = calibrate->options.seed;
    set->subject_cpu = calibrate->bed.subject_cpu;
    set->generator_cpu = calibrate->bed.generator_cpu;
    set->command = calloc((size_t)argc + 1, sizeof *set->command);
    int r = set->command != NULL ? add_word(set, "pollbench") : -ENOMEM;
    for (int i = 0; i < argc && r == 0; i++)
        r = add_word(set, argv[i]);
    if (r == 0)
        r = manifest_collect(&set->manifest);
    return r == 0
               ? 0
               : problem_say(calibrate->problem, r, "there is no memory to describe the machine");
}

static int prepare(struct calibrate *calibrate, int argc, char **argv)
{
    struct places places;
    int r = places_choose(-1, -1, &places, calibrate->problem);
    if (r < 0)
        return r;
    calibrate->bed.subject_cpu = places.subject_cpu;
    calibrate->bed.generator_cpu = places.generator_cpu;
    calibrate->bed.seed = calibrate->options.seed;
    random_seed(&calibrate->bed.random, calibrate->options.seed);
    r = describe(calibrate, argc, argv);
    if (r < 0)
        return r;
    r = interrupt_install();
    if (r < 0)
        return problem_say(calibrate->problem, r, "preparing for signals failed: %s", strerror(-r));
    r = file_make_folder(calibrate->options.folder);
    if (r < 0)
        return problem_say(calibrate->problem, r, "making the folder %s failed: %s",
                           calibrate->options.folder, strerror(-r));
    return time_all(calibrate);
}

static int measure_with_progress(struct calibrate *calibrate)
{
    if (!calibrate->options.quiet)
        fprintf(stderr, "calibrating, about %.0f min, into %s\n",
                CALIBRATION_VARIANTS * calibrate->planned / 60, calibrate->options.folder);
    progress_begin(&calibrate->progress, calibrate->options.quiet);
    calibrate->begin_ns = clock_now_ns();
    int r = measure(calibrate);
    progress_clear(&calibrate->progress);
    return r;
}

/* Signals end it as they end a run: what is finished is kept. */
static int calibrate_now(struct calibrate *calibrate, int argc, char **argv)
{
    int r = prepare(calibrate, argc, argv);
    if (r == 0)
        r = measure_with_progress(calibrate);
    if ((r < 0 && r != -EINTR) || save(calibrate) < 0) {
        complain(calibrate);
        return EXIT_FAILED;
    }
    int status = report(calibrate);
    if (r == -EINTR)
        fprintf(stderr, "pollbench calibrate: interrupted; the finished comparisons are in %s\n",
                calibrate->options.folder);
    return r == -EINTR ? EXIT_FAILED : status;
}

/* A calibration that is there. */
static int show_again(struct calibrate *calibrate)
{
    calibrate->options.folder = calibrate->options.report_folder;
    if (calibration_set_load(&calibrate->set, calibrate->options.folder, calibrate->problem) == 0)
        return report(calibrate);
    complain(calibrate);
    return EXIT_FAILED;
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
    if (r < 0) {
        complain(&calibrate);
        return EXIT_USAGE;
    }
    choose_seed(&calibrate.options);
    if (calibrate.options.report_folder != NULL) {
        status = show_again(&calibrate);
    } else if ((r = open_all(&calibrate)) < 0) {
        complain(&calibrate);
        status = r == -EINVAL ? EXIT_USAGE : EXIT_FAILED;
    } else {
        status = calibrate_now(&calibrate, argc, argv);
    }
    calibration_set_free(&calibrate.set);
    return status;
}
