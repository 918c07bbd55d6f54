/* What is calibrated: the table of designs, and the cell of each. */
#include "harness/calibrate/calibration.h"

#include "harness/base/problem.h"
#include "harness/contract/parameters.h"
#include "harness/plan/cells.h"
#include "harness/plan/run_options.h"
#include "harness/plan/selection.h"
#include "harness/system/limits.h"

#include <errno.h>
#include <stdlib.h>

enum { WORDS_MAX = 24 };

const unsigned calibration_drains[CALIBRATION_LENGTHS] = {1, 3, 9};

/* ---- designs ---- */

/* The rounds are a compromise: a full calibration takes about an hour. Of comparisons drawn from
 * the rounds of results/reference/calibration, 95 of 100 are decided after
 *
 *     accept-drain, 5 %     52 rounds, 1.6 s
 *     accept-drain, 2 %    218 rounds, 7.2 s
 *     pool-saturate, 5 %    70 rounds, 10 s
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
                                            "seconds=0.04", "--set", "queue_limit=64", NULL};

const struct calibration_design calibration_designs[] = {
    {"accept-drain", accept_drain, 0.05, 0.03, 40, 20},
    {"accept-drain", accept_drain, 0.02, 0.01, 100, 60},
    {"accept-rate", accept_rate, 0.05, 0.03, 120, 20},
    {"pool-saturate", pool_saturate, 0.05, 0.03, 60, 20},
    {NULL, NULL, 0, 0, 0, 0},
};

/* ---- the cell ---- */

static int parse_words(const struct calibration_design *design, const char *subject,
                       struct run_options *options, char *problem)
{
    char *words[WORDS_MAX] = {"run"};
    int count = 1;
    for (const char *const *word = design->words; *word != NULL; word++)
        words[count++] = (char *)*word;
    words[count++] = "--backends";
    words[count++] = (char *)subject;
    return run_options_parse(options, count, words, problem);
}

static int no_memory(const struct calibration *calibration, char *problem)
{
    return problem_say(problem, -ENOMEM, "there is no memory for the %u comparisons of %s",
                       calibration->comparisons, calibration->design->name);
}

static int take_cell(struct calibration *calibration, const struct planned_cell *planned,
                     const struct selection *selection, char *problem)
{
    if (cell_copy(&calibration->cell, &planned->cell) < 0)
        return no_memory(calibration, problem);
    const struct cell *cell = &calibration->cell;
    calibration->subject = selection->subjects[planned->subjects[0]].subject;
    calibration->metric = workload_main_metric(cell->workload, cell->mode);
    bool has_drains = named_values_find(&cell->params, "", "drains") != NULL;
    calibration->lengths = has_drains ? CALIBRATION_LENGTHS : 1;
    return 0;
}

/* A design's words make one cell. */
static int plan_cell(struct calibration *calibration, const struct run_options *options,
                     struct cell_list *cells, char *problem)
{
    struct selection selection;
    struct limits limits;
    size_t running = 0;
    int r = cells_build(cells, options, problem);
    if (r < 0)
        return r;
    limits_read(&limits);
    selection_of_subjects(&selection, options);
    if (selection_of_cells(&selection, &limits, cells, &running) < 0)
        return no_memory(calibration, problem);
    if (running != 1)
        return problem_say(problem, -ENODEV, "%s cannot run here, for the reason above",
                           calibration->design->name);
    return take_cell(calibration, &cells->list[0], &selection, problem);
}

int calibration_open(struct calibration *calibration, const struct calibration_design *design,
                     const char *subject_name, unsigned comparisons, unsigned rounds, char *problem)
{
    struct run_options options = {0};
    struct cell_list cells = {0};
    *calibration = (struct calibration){
        .design = design,
        .comparisons = comparisons,
        .rounds = rounds > 0 ? rounds : design->rounds,
    };
    int r = parse_words(design, subject_name, &options, problem);
    if (r == 0)
        r = plan_cell(calibration, &options, &cells, problem);
    cells_free(&cells);
    run_options_free(&options);
    if (r < 0)
        return r;
    calibration->values = calloc((size_t)comparisons * calibration->rounds,
                                 CALIBRATION_VARIANTS * CALIBRATION_LENGTHS * sizeof(double));
    return calibration->values != NULL ? 0 : no_memory(calibration, problem);
}

void calibration_close(struct calibration *calibration)
{
    free(calibration->values);
    cell_free(&calibration->cell);
    *calibration = (struct calibration){0};
}
