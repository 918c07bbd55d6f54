/* The trials of a calibration: how long they take, and round by round the values of a comparison.
 */
#include "harness/calibrate/calibration.h"

#include "backends/clock.h"
#include "harness/base/problem.h"
#include "harness/execute/launch.h"
#include "harness/record/trial.h"
#include "harness/stats/statistics.h"

#include <errno.h>
#include <math.h>
#include <string.h>

enum { TIMED_TRIALS = 9 };

/* ---- trials ---- */

/* The median of a trial's first `count` samples of the metric; NAN: it has fewer. */
static double median_of_first(const struct outcome *outcome, const char *metric, size_t count)
{
    double values[OUTCOME_SAMPLES_MAX];
    if (strcmp(outcome->sampled_metric, metric) != 0 || outcome->sample_count < count)
        return NAN;
    memcpy(values, outcome->samples, count * sizeof values[0]);
    return statistics_median(values, count);
}

static void take_values(const struct calibration *calibration, const struct trial *trial,
                        double *values)
{
    const char *name = calibration->metric->name;
    size_t last = calibration->lengths - 1;
    for (size_t i = 0; i <= last; i++)
        values[i] = NAN;
    if (!trial->valid)
        return;
    for (size_t i = 0; i < last; i++)
        values[i] = median_of_first(&trial->outcome, name, calibration_drains[i]);
    figures_get(&trial->outcome.metrics, name, &values[last]);
}

static struct launch launch_of(const struct calibration *calibration,
                               const struct calibration_bed *bed, const struct cell *cell,
                               double planted, uint64_t seed)
{
    return (struct launch){
        .cell = cell,
        .subject = calibration->subject,
        .subject_cpu = cell->workload->all_cpus ? -1 : bed->subject_cpu,
        .generator_cpu = bed->generator_cpu,
        .seed = seed,
        .planted_share = planted,
    };
}

/* One valid trial, TRIAL_ATTEMPTS at most: the last one is left, valid or disturbed. *took_s is its
 * time. -EIO: it failed every time. */
static int run_trial(struct calibration *calibration, const struct calibration_bed *bed,
                     const struct cell *cell, double planted, uint64_t seed, struct trial *trial,
                     double *took_s, char *problem)
{
    const struct launch launch = launch_of(calibration, bed, cell, planted, seed);
    for (int attempt = 0; attempt < TRIAL_ATTEMPTS; attempt++) {
        uint64_t begin_ns = clock_now_ns();
        int r = launch_trial(&launch, trial);
        if (r == -ENOMEM)
            problem_say(problem, r, "there is no memory for a trial");
        if (r < 0)
            return r;
        *took_s = (double)(clock_now_ns() - begin_ns) / (double)NS_PER_S;
        if (trial->valid)
            return 0;
        calibration->invalid++;
    }
    if (trial->has_outcome)
        return 0;
    return problem_say(problem, -EIO, "%s on %s failed: %s", calibration->subject->name,
                       calibration->design->name, trial->why_invalid);
}

/* The cell with trials of another length. */
static int shorten(struct cell *cell, size_t length)
{
    const struct value drains = {.kind = VALUE_INTEGER, .integer = calibration_drains[length]};
    return named_values_set(&cell->params, "", "drains", &drains);
}

static int time_length(struct calibration *calibration, const struct calibration_bed *bed,
                       size_t length, struct trial *trial, char *problem)
{
    double took_s[TIMED_TRIALS];
    struct cell cell = {0};
    int r = cell_copy(&cell, &calibration->cell);
    if (r == 0 && calibration->lengths > 1)
        r = shorten(&cell, length);
    if (r < 0)
        problem_say(problem, r, "there is no memory for a cell");
    for (size_t i = 0; i < TIMED_TRIALS && r == 0; i++)
        r = run_trial(calibration, bed, &cell, 0, bed->seed + i, trial, &took_s[i], problem);
    cell_free(&cell);
    if (r == 0)
        calibration->trial_s[length] = statistics_median(took_s, TIMED_TRIALS);
    return r;
}

int calibration_time_trials(struct calibration *calibration, struct calibration_bed *bed,
                            char *problem)
{
    struct trial trial = {0};
    int r = 0;
    for (size_t i = 0; i < calibration->lengths && r == 0; i++)
        r = time_length(calibration, bed, i, &trial, problem);
    trial_free(&trial);
    return r;
}

/* ---- comparisons ---- */

static double planted_in(const struct calibration *calibration, size_t variant)
{
    return variant == CALIBRATION_PLANTED ? calibration->design->planted : 0;
}

/* As `run` does, where the cell takes turns: trials[i] is that of order[i]. -EINTR, -ENOMEM. */
static int run_in_turns(struct calibration *calibration, struct calibration_bed *bed,
                        const size_t *order, struct trial *trials, double *spent_s, char *problem)
{
    struct launch launches[CALIBRATION_VARIANTS];
    for (size_t i = 0; i < CALIBRATION_VARIANTS; i++)
        launches[i] = launch_of(calibration, bed, &calibration->cell,
                                planted_in(calibration, order[i]), bed->seed);
    int r = launch_in_turns(launches, trials, CALIBRATION_VARIANTS, &bed->random);
    for (size_t i = 0; i < CALIBRATION_VARIANTS && r == 0; i++) {
        *spent_s += (double)trials[i].elapsed_ns / (double)NS_PER_S;
        calibration->invalid += !trials[i].valid;
    }
    return r == -ENOMEM ? problem_say(problem, r, "there is no memory for a trial") : r;
}

/* All variants of one round, in random order, with the same seed for what trials draw. */
static int run_round(struct calibration *calibration, struct calibration_bed *bed, unsigned round,
                     struct trial *trials, double *spent_s, char *problem)
{
    size_t order[CALIBRATION_VARIANTS] = {CALIBRATION_A, CALIBRATION_B, CALIBRATION_PLANTED};
    const struct cell *cell = &calibration->cell;
    bool in_turns =
        cell->workload->takes_turns && cell->workload->takes_turns(cell->mode, &cell->params);
    random_shuffle(&bed->random, order, CALIBRATION_VARIANTS);
    bed->seed += 256;
    int r = in_turns ? run_in_turns(calibration, bed, order, trials, spent_s, problem) : 0;
    for (size_t i = 0; i < CALIBRATION_VARIANTS && r == 0; i++) {
        double *values = calibration_value(calibration, calibration->finished, round, order[i], 0);
        double took_s = 0;
        if (!in_turns || !trials[i].valid)
            r = run_trial(calibration, bed, cell, planted_in(calibration, order[i]), bed->seed,
                          &trials[i], &took_s, problem);
        *spent_s += took_s;
        take_values(calibration, &trials[i], values);
    }
    return r;
}

int calibration_compare(struct calibration *calibration, struct calibration_bed *bed, char *problem)
{
    struct trial trials[CALIBRATION_VARIANTS] = {{0}};
    double spent_s = 0;
    int r = 0;
    for (unsigned round = 0; round < calibration->rounds && r == 0; round++)
        r = run_round(calibration, bed, round, trials, &spent_s, problem);
    for (size_t i = 0; i < CALIBRATION_VARIANTS; i++)
        trial_free(&trials[i]);
    if (r < 0)
        return r;
    double before = (double)calibration->finished;
    calibration->comparison_s =
        (calibration->comparison_s * before + spent_s * 2 / CALIBRATION_VARIANTS) / (before + 1);
    calibration->finished++;
    return 0;
}
