#include "harness/execute/rounds.h"

#include "harness/analysis/analysis.h"
#include "harness/execute/headroom.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Two processes that start: 3 to 5 ms (median, two cores of a virtual machine). */
#define PROCESSES_S 0.005

/* Looking whether all is tight may take this share of the time. */
#define LOOK_SHARE 0.05

enum { CELL_NAME_BYTES = 192 };

/* Where a round stands. */
struct turn {
    uint64_t round;
    /* Of this round. */
    double done_estimate_s;
    bool counting;
};

double rounds_trial_estimate_s(const struct cell *cell)
{
    return PROCESSES_S + cell->workload->estimate_s(cell->mode, &cell->params);
}

static const struct subject *subject_at(const struct rounds *rounds, size_t place)
{
    return rounds->selection->subjects[place].subject;
}

/* subject NULL: the generator's own turn. */
static void show(struct rounds *rounds, const struct turn *turn, const struct cell *cell,
                 const struct subject *subject)
{
    char what[256], name[CELL_NAME_BYTES];
    if (!rounds->progress.shown)
        return;
    double left_s = pace_left_s(&rounds->pace, rounds->run->rounds, turn->done_estimate_s);
    double elapsed_s = pace_elapsed_s(&rounds->pace);
    cell_describe(cell, name, sizeof name);
    if (subject == NULL)
        snprintf(what, sizeof what, "headroom  %s", name);
    else if (turn->counting)
        snprintf(what, sizeof what, "counting calls  %s  %s", subject->name, name);
    else
        snprintf(what, sizeof what, "round %" PRIu64 "  %s  %s", turn->round + 1, subject->name,
                 name);
    progress_show(&rounds->progress, elapsed_s / (elapsed_s + left_s), left_s, what);
}

/* ---- one subject's turn ---- */

/* The same for every subject of a round and, with the run's seed, for every repetition of a run;
 * spread out, because a trial may go on counting from it. */
static uint64_t trial_seed(const struct rounds *rounds, const struct turn *turn)
{
    return rounds->run->seed + (turn->round << 8);
}

static struct launch launch_of(const struct rounds *rounds, const struct turn *turn,
                               const struct cell *cell, const struct subject *subject)
{
    return (struct launch){
        .cell = cell,
        .subject = subject,
        .subject_cpu = cell->workload->all_cpus ? -1 : rounds->run->subject_cpu,
        .generator_cpu = rounds->run->generator_cpu,
        .seed = trial_seed(rounds, turn),
        .count_system_calls = turn->counting,
    };
}

/* Runs the subject until a trial is valid, TRIAL_ATTEMPTS times at most; every trial goes into
 * rounds->trials. *last is the last one, until the next is added. */
static int run_attempts(struct rounds *rounds, const struct turn *turn, size_t cell, size_t subject,
                        size_t order, const struct trial **last)
{
    const struct launch launch =
        launch_of(rounds, turn, &rounds->cells->list[cell].cell, subject_at(rounds, subject));
    for (unsigned attempt = 0; attempt < TRIAL_ATTEMPTS; attempt++) {
        struct trial *trial = trial_batch_add(&rounds->trials);
        if (trial == NULL)
            return -ENOMEM;
        show(rounds, turn, launch.cell, launch.subject);
        int r = launch_trial(&launch, trial);
        if (r < 0)
            return r;
        trial->kind = turn->counting ? TRIAL_COUNTING : TRIAL_MEASURED;
        trial->cell = cell;
        trial->subject = subject;
        trial->round = turn->round;
        trial->order = order;
        trial->attempt = attempt;
        *last = trial;
        if (trial->valid)
            break;
    }
    return 0;
}

static void forget_subject(struct planned_cell *planned, size_t subject)
{
    size_t kept = 0;
    for (size_t i = 0; i < planned->subject_count; i++) {
        if (planned->subjects[i] != subject)
            planned->subjects[kept++] = planned->subjects[i];
    }
    planned->subject_count = kept;
}

/* A subject that failed every attempt would fail them in every round, perhaps after a long wait
 * each time: it leaves the cell, and the run says so. Its trials stay. */
static int leave_cell(struct rounds *rounds, size_t cell, size_t subject, const struct trial *trial)
{
    char reason[PROBLEM_BYTES + 64], name[CELL_NAME_BYTES];
    struct planned_cell *planned = &rounds->cells->list[cell];
    snprintf(reason, sizeof reason, "failed %d times in a row: %s", TRIAL_ATTEMPTS,
             trial->why_invalid);
    forget_subject(planned, subject);
    rounds->failures++;
    rounds->pace.round_estimate_s -= rounds_trial_estimate_s(&planned->cell);
    rounds->run_changed = true;

    progress_clear(&rounds->progress);
    fprintf(stderr, "FAILED %s on %s: %s\n", subject_at(rounds, subject)->name,
            cell_describe(&planned->cell, name, sizeof name), reason);
    return run_cell_skip_subject(&rounds->run->cells[cell], subject, reason);
}

/* Every subject of the cell once, in random order; their trials are in rounds->trials then. */
static int run_cell(struct rounds *rounds, struct turn *turn, size_t cell)
{
    size_t order[RUN_SUBJECTS_MAX];
    const struct planned_cell *planned = &rounds->cells->list[cell];
    double estimate_s = rounds_trial_estimate_s(&planned->cell);
    size_t count = planned->subject_count;
    memcpy(order, planned->subjects, sizeof order);
    random_shuffle(&rounds->random, order, count);
    trial_batch_clear(&rounds->trials);
    for (size_t i = 0; i < count; i++) {
        const struct trial *last = NULL;
        int r = run_attempts(rounds, turn, cell, order[i], i, &last);
        if (r < 0)
            return r;
        turn->done_estimate_s += estimate_s;
        pace_trial_ended(&rounds->pace, estimate_s);
        if (!last->valid && !last->has_outcome)
            r = leave_cell(rounds, cell, order[i], last);
        if (r < 0)
            return r;
    }
    return 0;
}

/* ---- the generator's turn ---- */

/* After the first round it is known what the cell's load is. */
static int prove_headroom(struct rounds *rounds, const struct turn *turn, size_t cell)
{
    char name[CELL_NAME_BYTES], why[2 * PROBLEM_BYTES];
    const struct planned_cell *planned = &rounds->cells->list[cell];
    struct headroom *headroom = &rounds->run->cells[cell].headroom;
    if (planned->subject_count == 0)
        return 0;
    const struct launch like =
        launch_of(rounds, turn, &planned->cell, subject_at(rounds, planned->subjects[0]));
    show(rounds, turn, &planned->cell, NULL);
    int r = headroom_prove(&like, cell, &rounds->trials, headroom, &rounds->proofs);
    if (r < 0 || !headroom->known)
        return r;
    rounds->run_changed = true;
    if (headroom->proved)
        return 0;
    progress_clear(&rounds->progress);
    fprintf(stderr,
            "NO HEADROOM on %s: %s. Rates and latencies there say nothing of the subjects. A lower "
            "load may change that, or a machine that does nothing else.\n",
            cell_describe(&planned->cell, name, sizeof name),
            headroom_sentence(headroom, why, sizeof why));
    return 0;
}

/* ---- into the folder ---- */

static int add_lines(struct rounds *rounds, struct trial_batch *trials)
{
    int r = 0;
    for (size_t i = 0; i < trials->count && r == 0; i++)
        r = run_folder_add(rounds->folder, rounds->run, &trials->list[i]);
    trial_batch_clear(trials);
    return r;
}

/* What was measured goes first: run.json may be one step behind it. */
static int save(struct rounds *rounds)
{
    int r = run_folder_sync(rounds->folder, rounds->run, rounds->problem);
    if (r == 0 && rounds->run_changed)
        r = run_folder_save(rounds->folder, rounds->run, NULL, rounds->problem);
    if (r == 0)
        rounds->run_changed = false;
    return r;
}

/* ---- rounds ---- */

/* Counting comes before the first round and is thereby a warm-up of each subject and cell, too. */
static int count_all(struct rounds *rounds)
{
    struct turn turn = {.counting = true};
    int r = 0;
    for (size_t i = 0; i < rounds->cells->count && r == 0; i++) {
        r = run_cell(rounds, &turn, i);
        if (r == 0)
            r = add_lines(rounds, &rounds->trials);
    }
    return r;
}

/* The lines of a round wait until all of it is over. */
static int run_round(struct rounds *rounds)
{
    struct turn turn = {.round = rounds->run->rounds};
    int r = 0;
    for (size_t i = 0; i < rounds->cells->count && r == 0; i++) {
        r = run_cell(rounds, &turn, i);
        if (r == 0 && turn.round == 0)
            r = prove_headroom(rounds, &turn, i);
        if (r < 0)
            break;
        headroom_mark(&rounds->run->cells[i].headroom, &rounds->trials);
        r = add_lines(rounds, &rounds->trials);
        if (r == 0)
            r = add_lines(rounds, &rounds->proofs);
    }
    if (r == 0)
        rounds->run->rounds++;
    return r;
}

static bool anybody_left(const struct rounds *rounds)
{
    for (size_t i = 0; i < rounds->cells->count; i++) {
        if (rounds->cells->list[i].subject_count > 0)
            return true;
    }
    return false;
}

/* Looks only as often as looking is cheap. */
static bool may_stop(const struct rounds *rounds, double *next_look_s)
{
    if (rounds->run->rounds < ROUNDS_MINIMUM || pace_elapsed_s(&rounds->pace) < *next_look_s)
        return false;
    double before_s = pace_elapsed_s(&rounds->pace);
    bool tight = analysis_is_settled(rounds->run);
    double after_s = pace_elapsed_s(&rounds->pace);
    *next_look_s = after_s + (after_s - before_s) / LOOK_SHARE;
    return tight;
}

static enum rounds_end give_up(struct rounds *rounds, int error)
{
    run_folder_drop(rounds->folder);
    return error == -EINTR ? ROUNDS_INTERRUPTED : ROUNDS_NO_MEMORY;
}

enum rounds_end rounds_run(struct rounds *rounds)
{
    double next_look_s = 0;
    pace_begin(&rounds->pace);
    random_seed(&rounds->random, rounds->run->seed);
    int r = rounds->count_system_calls ? count_all(rounds) : 0;
    if (r < 0)
        return give_up(rounds, r);
    if (save(rounds) < 0)
        return ROUNDS_NOT_SAVED;
    /* Again: the same seed gives the same rounds, whether or not this system lets us count. */
    random_seed(&rounds->random, rounds->run->seed);
    for (;;) {
        if (!anybody_left(rounds))
            return ROUNDS_FAILED;
        if (!pace_allows_round(&rounds->pace, rounds->run->rounds))
            return rounds->run->rounds >= rounds->pace.maximum_rounds ? ROUNDS_REACHED
                                                                      : ROUNDS_TIME;
        r = run_round(rounds);
        if (r < 0)
            return give_up(rounds, r);
        if (save(rounds) < 0)
            return ROUNDS_NOT_SAVED;
        if (may_stop(rounds, &next_look_s))
            return ROUNDS_TIGHT;
    }
}

void rounds_free(struct rounds *rounds)
{
    trial_batch_free(&rounds->trials);
    trial_batch_free(&rounds->proofs);
}
