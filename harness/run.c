/* `pollbench run`: measures, and writes a result folder. */
#include "harness/analysis/analysis.h"
#include "harness/base/problem.h"
#include "harness/command.h"
#include "harness/execute/execution.h"
#include "harness/record/twin_ledger.h"
#include "harness/report.h"
#include "harness/system/interrupt.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

static const char *const end_words[] = {
    [ROUNDS_REACHED] = RUN_ENDED_WITH_ROUNDS,
    [ROUNDS_TIME] = RUN_ENDED_WITH_TIME,
    [ROUNDS_DECIDED] = "everything is decided",
    [ROUNDS_FAILED] = "every subject failed",
    [ROUNDS_INTERRUPTED] = "interrupted",
    [ROUNDS_NOT_SAVED] = "the result folder takes no more",
    [ROUNDS_NO_MEMORY] = "no memory is left",
};

static const char *plural(uint64_t count)
{
    return count == 1 ? "" : "s";
}

static int complain(const struct execution *self, int status)
{
    fprintf(stderr, "pollbench run: %s\n", self->problem);
    return status;
}

/* ---- before the first round ---- */

/* Makes the result folder and writes to it: what cannot be kept is not measured. */
static int open_folder(struct execution *self, const char *path)
{
    int r = run_folder_create(&self->folder, path, self->problem);
    if (r < 0)
        return r;
    r = run_folder_save(&self->folder, &self->run, NULL, self->problem);
    if (r < 0)
        run_folder_close(&self->folder);
    return r;
}

static size_t count_running(const struct cell_list *cells)
{
    size_t running = 0;
    for (size_t i = 0; i < cells->count; i++)
        running += cells->list[i].subject_count > 0;
    return running;
}

/* A cell whose subjects are compared has a twin of its baseline. */
static bool compares_anything(const struct cell_list *cells)
{
    for (size_t i = 0; i < cells->count; i++) {
        if (cells->list[i].twin != NO_TWIN)
            return true;
    }
    return false;
}

static void announce(const struct execution *self)
{
    size_t cells = count_running(&self->cells);
    const struct pace *pace = &self->rounds.pace;
    if (self->options.subject_count > 1 && !compares_anything(&self->cells))
        fprintf(stderr, "nothing will be compared: no cell has two of the named backends, because "
                        "the others cannot run there or are floors\n");
    if (self->options.quiet)
        return;
    fprintf(stderr, "measuring %zu cell%s, about %.1f s a round, into %s\n", cells, plural(cells),
            pace->round_estimate_s, self->folder.path);
}

/* ---- after the last round ---- */

static int rescue(struct execution *self, const struct cell_summary *summaries)
{
    char where[PROBLEM_BYTES];
    fprintf(stderr, "pollbench run: %s\n", self->rounds.problem);
    if (run_folder_rescue(&self->folder, &self->run, summaries, where) == 0)
        fprintf(stderr,
                "pollbench run: the run was stopped. All its rounds (%" PRIu64
                ") were saved elsewhere: %s\n",
                self->run.rounds, where);
    else
        fprintf(stderr,
                "pollbench run: the run was stopped. No other folder takes it, either (%s). %s "
                "has the rounds up to the last that could be written\n",
                where, self->folder.path);
    return EXIT_FAILED;
}

/* What cannot be kept is no reason to lose the run. */
static void keep_twins(const struct execution *self, const struct cell_summary *summaries)
{
    char problem[PROBLEM_BYTES];
    if (twin_ledger_add(&self->run, summaries, problem) < 0)
        fprintf(stderr, "pollbench run: %s\n", problem);
}

/* As a shell has it of a program that a signal ended; the run ends by itself all the same. */
static int status_of(const struct execution *self, enum rounds_end end)
{
    if (end == ROUNDS_INTERRUPTED)
        return EXIT_BY_SIGNAL + interrupt_signal();
    return self->rounds.failures > 0 || end > ROUNDS_DECIDED ? EXIT_FAILED : EXIT_DONE;
}

static int report(const struct execution *self, const struct analysis *analysis)
{
    const struct report_request request = {.folder = self->folder.path,
                                           .json = self->options.json,
                                           .tables = self->options.verbose,
                                           .answer = true};
    if (self->run.rounds > 0)
        return report_run(analysis, &request);
    return request.json ? EXIT_DONE : report_answer(analysis, &request);
}

/* Computes, saves and reports. */
static int conclude(struct execution *self, enum rounds_end end)
{
    struct rounds *rounds = &self->rounds;
    const struct analysis_request request = {.resamples = ANALYSIS_RESAMPLES};
    struct analysis analysis = {0};
    int status = status_of(self, end);
    int r = text_set(&self->run.ended, end_words[end]);
    if (r == 0)
        r = analysis_open(&analysis, &self->run, &request);
    if (r < 0) {
        fprintf(stderr, "pollbench run: the summary could not be computed: %s\n", strerror(-r));
        status = EXIT_FAILED;
    }
    const struct cell_summary *summaries = r == 0 ? analysis.cells : NULL;
    if (end == ROUNDS_NOT_SAVED ||
        run_folder_save(&self->folder, &self->run, summaries, rounds->problem) < 0) {
        status = rescue(self, summaries);
    } else if (r == 0) {
        int reported = report(self, &analysis);
        status = status != EXIT_DONE ? status : reported;
    }
    if (r == 0 && end <= ROUNDS_DECIDED)
        keep_twins(self, summaries);
    analysis_close(&analysis);
    /* It may also come while the report is written. */
    if (interrupt_signal() != 0 && end != ROUNDS_NOT_SAVED)
        status = EXIT_BY_SIGNAL + interrupt_signal();
    return status;
}

/* On standard error what the answer says otherwise. */
static void say_goodbye(const struct execution *self, enum rounds_end end)
{
    uint64_t rounds = self->run.rounds;
    if (end == ROUNDS_INTERRUPTED)
        fprintf(stderr, "pollbench run: interrupted; the finished rounds (%" PRIu64 ") are in %s\n",
                rounds, self->folder.path);
    else if (self->options.json && !self->options.quiet && end != ROUNDS_NOT_SAVED)
        fprintf(stderr, "%" PRIu64 " round%s in %.1f s (%s); results in %s\n", rounds,
                plural(rounds), self->run.elapsed_s, end_words[end], self->folder.path);
}

/* ---- the command ---- */

static int measure(struct execution *self)
{
    announce(self);
    progress_begin(&self->rounds.progress, self->options.quiet);
    progress_allow_lines(&self->rounds.progress, self->options.quiet);
    enum rounds_end end = execution_measure(self);
    self->run.elapsed_s = pace_elapsed_s(&self->rounds.pace);
    progress_clear(&self->rounds.progress);
    int status = conclude(self, end);
    say_goodbye(self, end);
    return status;
}

static int carry_out(struct execution *self)
{
    char folder[PATH_MAX];
    int r = interrupt_install();
    if (r < 0) {
        problem_say(self->problem, r, "signals cannot be handled: %s", strerror(-r));
        return complain(self, EXIT_FAILED);
    }
    snprintf(folder, sizeof folder, "results/runs/%s", self->run.id);
    r = open_folder(self, self->options.out_folder != NULL ? self->options.out_folder : folder);
    if (r < 0)
        return complain(self, r == -EEXIST ? EXIT_USAGE : EXIT_FAILED);
    int status = measure(self);
    run_folder_close(&self->folder);
    return status;
}

int command_run(int argc, char **argv)
{
    struct execution self = {0};
    int status;
    int r = run_options_parse(&self.options, argc, argv, self.problem);
    if (r == OPTIONS_HELP) {
        run_options_print_help(stdout, &self.options);
        status = EXIT_DONE;
    } else if (r < 0) {
        status = complain(&self, EXIT_USAGE);
    } else {
        r = execution_prepare(&self, argc, argv);
        if (r < 0)
            status = complain(&self, r == -EINVAL ? EXIT_USAGE : EXIT_FAILED);
        else
            status = carry_out(&self);
    }
    execution_free(&self);
    return status;
}
