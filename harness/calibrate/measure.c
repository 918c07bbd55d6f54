#include "harness/calibrate/calibration.h"

#include "backends/clock.h"
#include "harness/system/limits.h"
#include "harness/stats/statistics.h"
#include "harness/contract/parameters.h"
#include "harness/base/problem.h"
#include "harness/plan/selection.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ATTEMPTS = 3, TIMED_TRIALS = 9, WORDS_MAX = 24 };

const unsigned calibration_drains[CALIBRATION_LENGTHS] = {1, 3, 9};

/* ---- designs ---- */

/* The rounds are some more than what finds 95 of 100 on 2 CPUs of a virtual machine. In 40 minutes
 * of such rounds, put together to comparisons of other lengths, these found so much:
 *
 *     accept-drain, 5 %    40: 80 %    60: 86 %    80: 94 %   100: 98 %   120: 100 %
 *     accept-drain, 2 %   160: 86 %   240: 97 %   320: 100 %
 *     accept-rate, 5 %     60: 66 %    90: 86 %   120: 92 %   150: 95 %   180: 100 %
 *     pool-saturate, 5 %   15: 91 %    22: 97 %    30: 100 %
 *
 * Empty jobs (pool mode=throughput) would take hundreds: threads find the two CPUs in one of
 * several ways, and what they deliver differs by half. */

static const char *const accept_drain[] = {"accept",    "--set", "mode=drain", "--set",
                                           "queue=100", "--set", "drains=9",   "--set",
                                           "idle=0",    NULL};
static const char *const accept_rate[] = {"accept",    "--set", "mode=rate",    "--set",
                                          "rate=8000", "--set", "seconds=0.02", "--set",
                                          "idle=0",    NULL};
static const char *const pool_saturate[] = {"pool",         "--set", "mode=saturate",  "--set",
                                            "job=spin",     "--set", "job_us=50",      "--set",
                                            "load=1.5",     "--set", "threads=2",      "--set",
                                            "seconds=0.05", "--set", "queue_limit=64", NULL};

const struct calibration_design calibration_designs[] = {
    {"accept-drain", accept_drain, 0.05, 0.03, 140, 20},
    {"accept-drain", accept_drain, 0.02, 0.01, 340, 60},
    {"accept-rate", accept_rate, 0.05, 0.03, 190, 20},
    {"pool-saturate", pool_saturate, 0.05, 0.03, 35, 20},
    {NULL, NULL, 0, 0, 0, 0},
};

/* ---- the cell ---- */

static int parse_words(struct calibration *calibration, const char *subject, char *problem)
{
    char *words[WORDS_MAX] = {"run"};
    int count = 1;
    for (const char *const *word = calibration->design->words; *word != NULL; word++)
        words[count++] = (char *)*word;
    words[count++] = "--backends";
    words[count++] = (char *)subject;
    return run_options_parse(&calibration->options, count, words, problem);
}

static int open_cell(struct calibration *calibration, char *problem)
{
    struct selection selection;
    struct limits limits;
    struct cell cells[1];
    calibration->cells = cells_build(&calibration->options, problem);
    if (calibration->cells == NULL)
        return -EINVAL;
    limits_read(&limits);
    json_decref(selection_of_subjects(&calibration->options, &selection));
    if (selection_of_cells(&selection, &limits, calibration->cells, cells) != 1)
        return problem_say(problem, -ENODEV, "%s cannot be calibrated here, for the reason above",
                           calibration->design->name);
    calibration->cell = cells[0];
    calibration->subject = cells[0].subjects[0];
    calibration->metric = workload_main_metric(cells[0].workload, cells[0].mode);
    bool has_drains = json_object_get(cells[0].params, "drains") != NULL;
    calibration->lengths = has_drains ? CALIBRATION_LENGTHS : 1;
    return 0;
}

static double *values_of(const struct calibration *calibration, unsigned comparison, unsigned round,
                         size_t variant)
{
    size_t trial =
        ((size_t)comparison * calibration->rounds + round) * CALIBRATION_VARIANTS + variant;
    return &calibration->values[trial * CALIBRATION_LENGTHS];
}

int calibration_open(struct calibration *calibration, const struct calibration_design *design,
                     const char *subject_name, unsigned comparisons, unsigned rounds, char *problem)
{
    *calibration = (struct calibration){
        .design = design,
        .comparisons = comparisons,
        .rounds = rounds > 0 ? rounds : design->rounds,
    };
    int r = parse_words(calibration, subject_name, problem);
    if (r == 0)
        r = open_cell(calibration, problem);
    if (r < 0)
        return r;
    calibration->values = calloc((size_t)comparisons * calibration->rounds,
                                 CALIBRATION_VARIANTS * CALIBRATION_LENGTHS * sizeof(double));
    return calibration->values != NULL
               ? 0
               : problem_say(problem, -ENOMEM,
                             "there is no memory for the values of %u comparisons", comparisons);
}

void calibration_close(struct calibration *calibration)
{
    free(calibration->values);
    json_decref(calibration->cells);
    run_options_free(&calibration->options);
}

/* ---- trials ---- */

/* The median of a trial's first `count` samples of the metric. */
static double median_of_first(const json_t *samples, size_t count)
{
    double values[64];
    for (size_t i = 0; i < count; i++)
        values[i] = json_number_value(json_array_get(samples, i));
    return statistics_median(values, count);
}

static void take_values(const struct calibration *calibration, const json_t *trial, double *values)
{
    const char *name = calibration->metric->name;
    const json_t *samples = json_object_get(json_object_get(trial, "samples"), name);
    size_t last = calibration->lengths - 1;
    for (size_t i = 0; i < last; i++)
        values[i] = median_of_first(samples, calibration_drains[i]);
    values[last] = json_number_value(json_object_get(json_object_get(trial, "metrics"), name));
}

/* One valid trial, ATTEMPTS at most; *trial is NULL when none was valid, and *took_s of the last.
 */
static int run_trial(struct calibration *calibration, const struct calibration_bed *bed,
                     const struct cell *cell, double planted, uint64_t seed, json_t **trial,
                     double *took_s, char *problem)
{
    const struct launch launch = {
        .cell = cell,
        .subject = calibration->subject,
        .subject_cpu = cell->workload->all_cpus ? -1 : bed->subject_cpu,
        .generator_cpu = bed->generator_cpu,
        .seed = seed,
        .planted_share = planted,
    };
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        uint64_t begin_ns = clock_now_ns();
        int r = launch_trial(&launch, trial);
        if (r < 0)
            return r;
        *took_s = (double)(clock_now_ns() - begin_ns) / 1e9;
        if (json_is_true(json_object_get(*trial, "valid")))
            return 0;
        calibration->invalid++;
        bool has_outcome = launch_has_outcome(*trial);
        if (!has_outcome)
            problem_say(problem, -EIO, "%s on %s: %s", calibration->subject->name,
                        calibration->design->name,
                        json_string_value(json_object_get(*trial, "why_invalid")));
        json_decref(*trial);
        *trial = NULL;
        if (!has_outcome && attempt == ATTEMPTS - 1)
            return -EIO;
    }
    return 0;
}

static int time_length(struct calibration *calibration, const struct calibration_bed *bed,
                       size_t length, char *problem)
{
    double took_s[TIMED_TRIALS];
    struct cell cell = calibration->cell;
    json_t *params = json_deep_copy(cell.params);
    if (calibration->lengths > 1)
        json_object_set_new(params, "drains", json_integer(calibration_drains[length]));
    cell.params = params;
    int r = 0;
    for (size_t i = 0; i < TIMED_TRIALS && r == 0; i++) {
        json_t *trial = NULL;
        r = run_trial(calibration, bed, &cell, 0, bed->seed + i, &trial, &took_s[i], problem);
        json_decref(trial);
    }
    json_decref(params);
    if (r == 0)
        calibration->trial_s[length] = statistics_median(took_s, TIMED_TRIALS);
    return r;
}

int calibration_time_trials(struct calibration *calibration, struct calibration_bed *bed,
                            char *problem)
{
    int r = 0;
    for (size_t i = 0; i < calibration->lengths && r == 0; i++)
        r = time_length(calibration, bed, i, problem);
    return r;
}

/* ---- comparisons ---- */

/* All variants of one round, in random order, with the same seed for what trials draw. */
static int run_round(struct calibration *calibration, struct calibration_bed *bed, unsigned round,
                     double *spent_s, char *problem)
{
    size_t order[CALIBRATION_VARIANTS] = {CALIBRATION_A, CALIBRATION_B, CALIBRATION_PLANTED};
    random_shuffle(&bed->random, order, CALIBRATION_VARIANTS);
    bed->seed += 256;
    for (size_t i = 0; i < CALIBRATION_VARIANTS; i++) {
        double *values = values_of(calibration, calibration->finished, round, order[i]);
        double planted = order[i] == CALIBRATION_PLANTED ? calibration->design->planted : 0;
        double took_s = 0;
        json_t *trial = NULL;
        int r = run_trial(calibration, bed, &calibration->cell, planted, bed->seed, &trial, &took_s,
                          problem);
        if (r < 0)
            return r;
        *spent_s += took_s;
        for (size_t k = 0; k < calibration->lengths; k++)
            values[k] = NAN;
        if (trial != NULL)
            take_values(calibration, trial, values);
        json_decref(trial);
    }
    return 0;
}

int calibration_compare(struct calibration *calibration, struct calibration_bed *bed, char *problem)
{
    double spent_s = 0;
    for (unsigned round = 0; round < calibration->rounds; round++) {
        int r = run_round(calibration, bed, round, &spent_s, problem);
        if (r < 0)
            return r;
    }
    double before = (double)calibration->finished;
    calibration->comparison_s =
        (calibration->comparison_s * before + spent_s * 2 / CALIBRATION_VARIANTS) / (before + 1);
    calibration->finished++;
    return 0;
}
