/* `pollbench run`: measures, and writes a result folder. */
#include "harness/command.h"
#include "harness/system/interrupt.h"
#include "harness/stats/verdict.h"
#include "harness/base/problem.h"
#include "harness/report.h"
#include "harness/record/run_file.h"
#include "harness/execute/run_setup.h"
#include "harness/analysis/summary.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <string.h>

static const char *const end_words[] = {
    [ROUNDS_REACHED] = "all rounds are done",
    [ROUNDS_TIME] = "the time is over",
    [ROUNDS_TIGHT] = "every interval is tight",
    [ROUNDS_FAILED] = "every subject failed",
    [ROUNDS_INTERRUPTED] = "interrupted",
    [ROUNDS_NOT_SAVED] = "the result folder takes no more",
    [ROUNDS_NO_MEMORY] = "no memory is left",
};

static const char *plural(uint64_t count)
{
    return count == 1 ? "" : "s";
}

static int complain(const struct run *run, int status)
{
    fprintf(stderr, "pollbench run: %s\n", run->problem);
    return status;
}

/* ---- before the first round ---- */

/* Makes the result folder and writes to it: what cannot be kept is not measured. */
static int open_folder(struct run *run, char *default_folder, size_t bytes)
{
    snprintf(default_folder, bytes, "results/runs/%s", run->id);
    run->rounds.folder = run->options.out_folder != NULL ? run->options.out_folder : default_folder;
    int r = run_file_create(run->rounds.folder, run->problem);
    return r < 0 ? r : run_file_save(run->rounds.folder, run->rounds.json, run->problem);
}

/* As summary_verdicts.c pairs them. */
static size_t count_pairs(const struct rounds *rounds)
{
    size_t pairs = 0;
    for (size_t i = 0; i < rounds->cell_count; i++) {
        const struct cell *cell = &rounds->cells[i];
        size_t subjects = 0;
        for (size_t k = 0; k < cell->subject_count; k++)
            subjects += cell->subjects[k]->tier != TIER_NONE;
        pairs += subjects > 0 ? subjects * (subjects - 1) / 2 : 0;
    }
    return pairs;
}

static void announce(const struct run *run)
{
    size_t pairs = count_pairs(&run->rounds);
    const struct pace *pace = &run->rounds.pace;
    double least_s = (double)pace->minimum_rounds * pace->round_estimate_s;
    if (run->options.quiet)
        return;
    fprintf(stderr, "measuring %zu cell%s, about %.1f s a round, into %s\n", run->rounds.cell_count,
            plural(run->rounds.cell_count), pace->round_estimate_s, run->rounds.folder);
    if (pairs > 0)
        fprintf(stderr,
                "%zu pairs of subjects: none can be named with fewer than %" PRIu64 " rounds\n",
                pairs, verdict_rounds_needed(pairs));
    if (least_s > pace->time_bound_s)
        fprintf(stderr,
                "%" PRIu64 " rounds are the fewest that figures can rest on, and take about "
                "%.0f s: longer than the %g s of time\n",
                pace->minimum_rounds, least_s, pace->time_bound_s);
}

/* ---- after the last round ---- */

static int rescue(struct run *run)
{
    char where[PROBLEM_BYTES];
    const struct rounds *rounds = &run->rounds;
    fprintf(stderr, "pollbench run: %s; the run was stopped after %" PRIu64 " round%s\n",
            rounds->problem, rounds->finished, plural(rounds->finished));
    if (run_file_rescue(rounds->json, where) == 0)
        fprintf(stderr, "pollbench run: the whole run, all its rounds, is in %s\n", where);
    else
        fprintf(stderr,
                "pollbench run: no other place takes it (%s); %s/run.json holds the rounds "
                "up to the last that could be written\n",
                where, rounds->folder);
    return EXIT_NOT_CARRIED_OUT;
}

static int conclude(struct run *run, enum rounds_end end)
{
    struct rounds *rounds = &run->rounds;
    int status = rounds->failures > 0 || end > ROUNDS_TIGHT ? EXIT_NOT_CARRIED_OUT : EXIT_DONE;
    json_object_set_new(rounds->json, "rounds", json_integer((json_int_t)rounds->finished));
    json_object_set_new(rounds->json, "ended", json_string(end_words[end]));
    int r = summary_compute(rounds->json, SUMMARY_FINAL_RESAMPLES);
    if (r < 0) {
        fprintf(stderr, "pollbench run: the summary could not be computed: %s\n", strerror(-r));
        status = EXIT_NOT_CARRIED_OUT;
    }
    if (end == ROUNDS_NOT_SAVED || run_file_save(rounds->folder, rounds->json, rounds->problem) < 0)
        return rescue(run);
    if (r == 0 && rounds->finished > 0) {
        const struct report_request request = {.folder = rounds->folder, .json = run->options.json};
        int reported = report_run(rounds->json, &request);
        status = status != EXIT_DONE ? status : reported;
    }
    return status;
}

static void say_goodbye(const struct run *run, enum rounds_end end, double elapsed_s)
{
    const struct rounds *rounds = &run->rounds;
    if (end == ROUNDS_INTERRUPTED)
        fprintf(stderr, "pollbench run: interrupted; the finished rounds (%" PRIu64 ") are in %s\n",
                rounds->finished, rounds->folder);
    else if (!run->options.quiet && end != ROUNDS_NOT_SAVED)
        fprintf(stderr, "%" PRIu64 " round%s in %.1f s (%s); results in %s\n", rounds->finished,
                plural(rounds->finished), elapsed_s, end_words[end], rounds->folder);
}

/* ---- the command ---- */

static int carry_out(struct run *run)
{
    char folder[PATH_MAX];
    int r = interrupt_install();
    if (r < 0) {
        problem_say(run->problem, r, "signals cannot be handled: %s", strerror(-r));
        return complain(run, EXIT_NOT_CARRIED_OUT);
    }
    r = open_folder(run, folder, sizeof(folder));
    if (r < 0)
        return complain(run, r == -EEXIST ? EXIT_USAGE : EXIT_NOT_CARRIED_OUT);
    announce(run);
    progress_begin(&run->rounds.progress, run->options.quiet);
    enum rounds_end end = rounds_run(&run->rounds);
    double elapsed_s = pace_elapsed_s(&run->rounds.pace);
    progress_clear(&run->rounds.progress);
    int status = conclude(run, end);
    say_goodbye(run, end, elapsed_s);
    return status;
}

int command_run(int argc, char **argv)
{
    struct run run = {0};
    int status;
    int r = run_options_parse(&run.options, argc, argv, run.problem);
    if (r == OPTIONS_HELP) {
        run_options_print_help(stdout);
        status = EXIT_DONE;
    } else if (r < 0) {
        status = complain(&run, EXIT_USAGE);
    } else {
        run_name(&run);
        r = run_prepare(&run, argc, argv);
        if (r < 0)
            status = complain(&run, r == -EINVAL ? EXIT_USAGE : EXIT_NOT_CARRIED_OUT);
        else
            status = carry_out(&run);
    }
    run_free(&run);
    return status;
}
