#include "harness/execute/execution.h"

#include "harness/analysis/baseline.h"
#include "harness/base/problem.h"
#include "harness/base/utf8.h"
#include "harness/execute/fit.h"
#include "harness/execute/launch.h"
#include "harness/execute/places.h"
#include "harness/execute/turn.h"
#include "harness/record/calibration_file.h"
#include "harness/system/limits.h"
#include "harness/system/manifest.h"
#include "harness/system/syscall_count.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

/* ---- what the run has by itself ---- */

/* Its id, by the clock, and its seed, where none was asked for. */
static int name_run(struct execution *self)
{
    struct timespec now;
    struct tm utc;
    char date[24], id[40];
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &utc);
    strftime(date, sizeof date, "%Y%m%d-%H%M%S", &utc);
    unsigned suffix = (unsigned)(now.tv_nsec >> 8 ^ getpid()) & 0xffff;
    snprintf(id, sizeof id, "%s-%04x", date, suffix);
    self->run.seed = self->options.seed_given
                         ? self->options.seed
                         : ((uint64_t)now.tv_nsec << 8 ^ (uint64_t)getpid()) & 0x7fffffff;
    return text_set(&self->run.id, id);
}

static int keep_command(struct run *run, int argc, char **argv)
{
    run->command = calloc((size_t)argc + 1, sizeof run->command[0]);
    if (run->command == NULL)
        return -ENOMEM;
    int r = text_set(&run->command[run->command_count++], "pollbench");
    for (int i = 0; i < argc && r == 0; i++)
        r = text_set(&run->command[run->command_count++],
                     utf8_is_valid(argv[i]) ? argv[i] : "(not UTF-8)");
    return r;
}

/* Whether this system lets us count system calls, or why not. */
static int find_out_counting(struct execution *self)
{
    char problem[SYSCALL_COUNT_PROBLEM_BYTES];
    struct syscall_count count;
    int r = syscall_count_open(&count, problem);
    self->rounds.count_system_calls = r >= 0;
    if (r < 0)
        return text_set(&self->run.why_not_counted, problem);
    syscall_count_close(&count);
    return 0;
}

static int place(struct execution *self)
{
    const struct run_options *options = &self->options;
    struct places places;
    int r = places_choose(options->server_cpu, options->generator_cpu, &places, self->problem);
    if (r < 0)
        return r;
    self->run.subject_cpu = places.subject_cpu;
    self->run.generator_cpu = places.generator_cpu;
    self->run.one_core = places.one_core;
    return 0;
}

static int describe_run(struct execution *self, int argc, char **argv)
{
    struct run *run = &self->run;
    const struct run_options *options = &self->options;
    run->minimum_effect = options->minimum_effect;
    int r = name_run(self);
    if (r == 0)
        r = keep_command(run, argc, argv);
    if (r == 0)
        r = text_set(&run->profile, options->profile->name);
    if (r == 0 && options->baseline != NULL)
        r = text_set(&run->baseline, options->baseline->name);
    if (r == 0)
        r = manifest_collect(&run->manifest);
    if (r == 0)
        r = calibration_recall(&run->calibration, &run->manifest);
    return r < 0 ? r : find_out_counting(self);
}

/* ---- what the plan gives it ---- */

static int add_subject(struct run *run, const struct subject_description *from)
{
    char names[FEATURE_NAMES_BYTES];
    struct run_subject *to = run_add_subject(run);
    if (to == NULL)
        return -ENOMEM;
    to->tier = from->subject->tier;
    to->available = from->available;
    to->opt_in = from->subject->opt_in;
    int r = text_set(&to->name, from->subject->name);
    if (r == 0)
        r = text_set(&to->summary, from->subject->summary);
    if (r == 0)
        r = text_set(&to->reason, from->available ? NULL : from->reason);
    if (r == 0)
        r = text_set(&to->asked, subject_feature_names(from->asked, names, sizeof names));
    if (r == 0)
        r = text_set(&to->granted, subject_feature_names(from->granted, names, sizeof names));
    return r == 0 ? run_subject_show(to) : r;
}

static int add_cell(struct run *run, const struct planned_cell *from)
{
    struct run_cell *to = run_add_cell(run);
    if (to == NULL)
        return -ENOMEM;
    int r = cell_copy(&to->cell, &from->cell);
    if (r == 0)
        r = text_set(&to->skipped, from->skipped);
    for (size_t i = 0; i < from->refused_count && r == 0; i++)
        r = run_cell_skip_subject(to, from->refused[i].subject, from->refused[i].reason);
    run_cell_open_tables(to);
    return r;
}

/* The baseline of a cell is known before the first round, because who can be compared in it is. */
static void choose_twin(const struct execution *self, struct planned_cell *planned)
{
    size_t compared[RUN_SUBJECTS_MAX], count = 0;
    for (size_t i = 0; i < planned->subject_count; i++) {
        if (self->run.subjects[planned->subjects[i]].tier != TIER_NONE)
            compared[count++] = planned->subjects[i];
    }
    if (count > 1)
        planned->twin = baseline_choose(&self->run, self->run.baseline, compared, count);
}

static int add_plan(struct execution *self)
{
    int r = 0;
    for (size_t i = 0; i < self->selection.count && r == 0; i++)
        r = add_subject(&self->run, &self->selection.subjects[i]);
    for (size_t i = 0; i < self->cells.count && r == 0; i++)
        r = add_cell(&self->run, &self->cells.list[i]);
    for (size_t i = 0; i < self->cells.count && r == 0; i++)
        choose_twin(self, &self->cells.list[i]);
    return r;
}

static void set_bounds(struct execution *self, size_t running)
{
    const struct run_options *options = &self->options;
    struct pace *pace = &self->rounds.pace;
    bool given = options->rounds > 0 || options->time_s > 0;
    pace->maximum_rounds = options->rounds > 0 ? options->rounds
                           : given             ? ROUNDS_MAXIMUM
                                               : options->profile->rounds;
    pace->time_bound_s = options->time_s > 0 ? options->time_s
                         : given             ? INFINITY
                                             : options->profile->time_s;
    pace->round_estimate_s = 0;
    for (size_t i = 0; i < self->cells.count; i++)
        pace->round_estimate_s += planned_cell_estimate_s(&self->cells.list[i]);
    pace_set_report(pace, running);
}

/* What cannot be kept is refused before anything is written. */
static int check_time(struct execution *self)
{
    double bound_s = self->rounds.pace.time_bound_s, least_s = fit_least_s(self);
    if (least_s <= (1 + PACE_TOLERANCE) * bound_s)
        return 0;
    return problem_say(self->problem, isnan(least_s) ? -ENOMEM : -EINVAL,
                       "--time %gs is too short for anything: one round of the first cell and the "
                       "report take about %.1f s",
                       bound_s, least_s);
}

int execution_prepare(struct execution *self, int argc, char **argv)
{
    struct limits limits;
    size_t running = 0;
    pace_begin(&self->rounds.pace);
    int r = cells_build(&self->cells, &self->options, self->problem);
    if (r < 0)
        return r;
    limits_read(&limits);
    selection_of_subjects(&self->selection, &self->options);
    r = selection_of_cells(&self->selection, &limits, &self->cells, &running);
    if (r == 0 && running == 0)
        return problem_say(self->problem, -ENODEV,
                           "nothing is left to run: every backend or cell was skipped, for the "
                           "reasons above");
    if (r == 0) {
        r = place(self);
        if (r < 0)
            return r;
    }
    if (r == 0)
        r = describe_run(self, argc, argv);
    if (r == 0)
        r = add_plan(self);
    if (r < 0)
        return problem_say(self->problem, r, "there is no memory for the run");
    self->rounds.run = &self->run;
    self->rounds.folder = &self->folder;
    self->rounds.selection = &self->selection;
    self->rounds.cells = &self->cells;
    self->rounds.all_rounds = self->options.all_rounds;
    set_bounds(self, running);
    return check_time(self);
}

enum rounds_end execution_measure(struct execution *self)
{
    int r = fit_run(self);
    if (r < 0) {
        run_folder_drop(&self->folder);
        return r == -EINTR ? ROUNDS_INTERRUPTED : ROUNDS_NO_MEMORY;
    }
    return rounds_run(&self->rounds);
}

void execution_free(struct execution *self)
{
    rounds_free(&self->rounds);
    run_free(&self->run);
    cells_free(&self->cells);
    run_options_free(&self->options);
}
