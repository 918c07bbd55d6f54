#include "harness/execute/run_setup.h"

#include "harness/calibrate/calibration.h"
#include "harness/system/limits.h"
#include "harness/system/manifest.h"
#include "harness/system/placement.h"
#include "harness/system/syscall_count.h"
#include "harness/base/problem.h"
#include "harness/record/run_shape.h"
#include "harness/plan/selection.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { CPUS_MAX = 1024 };

void run_name(struct run *run)
{
    struct timespec now;
    struct tm utc;
    char date[24];
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &utc);
    strftime(date, sizeof(date), "%Y%m%d-%H%M%S", &utc);
    unsigned suffix = (unsigned)(now.tv_nsec >> 8 ^ getpid()) & 0xffff;
    snprintf(run->id, sizeof(run->id), "%s-%04x", date, suffix);
    if (!run->options.seed_given)
        run->options.seed = ((uint64_t)now.tv_nsec << 8 ^ (uint64_t)getpid()) & 0x7fffffff;
}

static json_t *command_as_json(int argc, char **argv)
{
    json_t *command = json_pack("[s]", "pollbench");
    for (int i = 0; i < argc; i++) {
        json_t *word = json_string(argv[i]);
        json_array_append_new(command, word != NULL ? word : json_string("(not UTF-8)"));
    }
    return command;
}

void run_place(int *subject_cpu, int *generator_cpu)
{
    int cpus[CPUS_MAX];
    int count = placement_allowed_cpus(cpus, CPUS_MAX);
    int known = count < CPUS_MAX ? count : CPUS_MAX;
    *subject_cpu = known > 0 ? cpus[known - 1] : -1;
    *generator_cpu = known > 0 ? cpus[0] : -1;
}

static json_t *can_count(struct rounds *rounds)
{
    char problem[SYSCALL_COUNT_PROBLEM_BYTES];
    struct syscall_count count;
    int r = syscall_count_open(&count, problem);
    rounds->count_system_calls = r >= 0;
    if (r < 0)
        return json_string(problem);
    syscall_count_close(&count);
    return json_null();
}

static void set_bounds(struct run *run)
{
    const struct run_options *options = &run->options;
    struct pace *pace = &run->rounds.pace;
    bool given = options->rounds > 0 || options->time_s > 0;
    pace->maximum_rounds = options->rounds > 0 ? options->rounds
                           : given             ? ROUNDS_MAXIMUM
                                               : options->profile->rounds;
    pace->time_bound_s = options->time_s > 0 ? options->time_s
                         : given             ? INFINITY
                                             : options->profile->time_s;
    pace->minimum_rounds =
        pace->maximum_rounds < ROUNDS_MINIMUM ? pace->maximum_rounds : ROUNDS_MINIMUM;
    pace->round_estimate_s = 0;
    for (size_t i = 0; i < run->rounds.cell_count; i++) {
        const struct cell *cell = &run->rounds.cells[i];
        pace->round_estimate_s += (double)cell->subject_count * rounds_trial_estimate_s(cell);
    }
}

int run_prepare(struct run *run, int argc, char **argv)
{
    struct rounds *rounds = &run->rounds;
    struct selection selection;
    struct limits limits;
    json_t *list = cells_build(&run->options, run->problem);
    if (list == NULL)
        return -EINVAL;
    limits_read(&limits);
    json_t *subjects = selection_of_subjects(&run->options, &selection);
    rounds->cells = calloc(json_array_size(list) + 1, sizeof(rounds->cells[0]));
    if (rounds->cells != NULL)
        rounds->cell_count = selection_of_cells(&selection, &limits, list, rounds->cells);
    json_t *manifest = manifest_collect();
    json_object_set_new(manifest, "calibration", calibration_recall(manifest));
    rounds->json = json_pack("{s:i, s:s, s:o, s:I, s:s, s:f, s:o, s:o, s:o}", "schema", RUN_SCHEMA,
                             "id", run->id, "command", command_as_json(argc, argv), "seed",
                             (json_int_t)run->options.seed, "profile", run->options.profile->name,
                             "minimum_effect", run->options.minimum_effect, "manifest", manifest,
                             "subjects", subjects, "cells", list);
    if (rounds->cells == NULL || rounds->json == NULL)
        return problem_say(run->problem, -ENOMEM, "there is no memory for the run");
    if (rounds->cell_count == 0)
        return problem_say(run->problem, -ENODEV,
                           "nothing is left to run: every backend or cell was skipped, for the "
                           "reasons above");
    run_place(&rounds->subject_cpu, &rounds->generator_cpu);
    json_object_set_new(rounds->json, "placement",
                        json_pack("{s:i, s:i}", "subject_cpu", rounds->subject_cpu, "generator_cpu",
                                  rounds->generator_cpu));
    json_object_set_new(rounds->json, "why_not_counted", can_count(rounds));
    rounds->seed = run->options.seed;
    set_bounds(run);
    return 0;
}

void run_free(struct run *run)
{
    json_decref(run->rounds.json);
    free(run->rounds.cells);
    run_options_free(&run->options);
}
