#include "harness/execute/rounds.h"

#include "backends/clock.h"
#include "harness/analysis/looks.h"
#include "harness/execute/headroom.h"
#include "harness/execute/settle.h"
#include "harness/execute/turn.h"

#include <errno.h>
#include <stdio.h>

/* Of what a round of a cell took, how much the newest round counts beside all before it. */
#define NEWEST_SHARE 0.5

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
        turn_launch(rounds, turn, &planned->cell, rounds_subject(rounds, planned->subjects[0]));
    turn_show(rounds, turn, &planned->cell, SUBJECT_NONE);
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
    struct turn turn = {.counting = true, .begin_ns = clock_now_ns()};
    int r = 0;
    for (size_t i = 0; i < rounds->cells->count && r == 0; i++) {
        r = turn_run_cell(rounds, &turn, i);
        if (r == 0)
            r = add_lines(rounds, &rounds->trials);
    }
    return r;
}

int rounds_leave_out(struct rounds *rounds, size_t first)
{
    static const char reason[] = "there was no time left for it";
    const struct cell *last = NULL;
    size_t left_out = 0;
    int r = 0;
    progress_clear(&rounds->progress);
    for (size_t i = first; i < rounds->cells->count && r == 0; i++) {
        struct planned_cell *planned = &rounds->cells->list[i];
        if (planned->subject_count == 0)
            continue;
        if (last == NULL || !cell_same_mode(last, &planned->cell))
            fprintf(stderr, "%s%s %s", last == NULL ? "there is no time left for " : ", ",
                    planned->cell.workload->name, planned->cell.mode);
        last = &planned->cell;
        planned->subject_count = 0;
        planned->twin = NO_TWIN;
        left_out++;
        r = text_set(&rounds->run->cells[i].skipped, reason);
    }
    fprintf(stderr, ": %zu cell%s left out\n", left_out, left_out == 1 ? "" : "s");
    rounds->run_changed = true;
    return r;
}

/* One cell's part of a round, and its proof in the first. */
static int run_part(struct rounds *rounds, struct turn *turn, size_t cell)
{
    struct planned_cell *planned = &rounds->cells->list[cell];
    uint64_t begin_ns = clock_now_ns();
    int r = turn_run_cell(rounds, turn, cell);
    double took_s = seconds_since(begin_ns);
    planned->round_s += (planned->round_s > 0 ? NEWEST_SHARE : 1) * (took_s - planned->round_s);
    if (r == 0 && turn->round == 0 && !rounds->run->cells[cell].headroom.known)
        r = prove_headroom(rounds, turn, cell);
    if (r < 0)
        return r;
    headroom_mark(&rounds->run->cells[cell].headroom, &rounds->trials);
    r = add_lines(rounds, &rounds->trials);
    return r == 0 ? add_lines(rounds, &rounds->proofs) : r;
}

/* Whether there is time for a cell, after `before_s` for those before it in this round. The first
 * round goes by what these have taken: estimates are wrong where others are on the CPUs. They are
 * over, so that one round less is left of them. */
static bool has_time_for(const struct rounds *rounds, double before_s, double cell_s)
{
    if (pace_is_over(&rounds->pace, cell_s))
        return false;
    if (rounds->run->rounds > 0 || !(rounds->wanted > 0))
        return true;
    double left = (rounds->wanted - 1) / rounds->wanted;
    return pace_has_time_for(&rounds->pace, rounds->wanted, left * before_s + cell_s);
}

/* The lines of a round wait until all of it is over. A first round for which the time does not last
 * leaves out the cells that it does not come to, so that they are in no round; of a later one
 * nothing is kept: -ETIMEDOUT. */
static int run_round(struct rounds *rounds)
{
    struct turn turn = {.round = rounds->run->rounds, .begin_ns = clock_now_ns()};
    double before_s = 0;
    size_t cells = 0;
    int r = 0;
    for (size_t i = 0; i < rounds->cells->count && r == 0; i++) {
        const struct planned_cell *planned = &rounds->cells->list[i];
        if (planned->decided || planned->subject_count == 0)
            continue;
        cells++;
        /* Cells that are left out are not reported on. */
        if (turn.round == 0)
            pace_set_report(&rounds->pace, cells);
        if (cells > 1 && !has_time_for(rounds, before_s, turn_expected_cell_s(rounds, planned)))
            r = turn.round == 0 ? rounds_leave_out(rounds, i) : -ETIMEDOUT;
        else
            r = run_part(rounds, &turn, i);
        before_s += planned->round_s;
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

/* In each cell all but the baseline. */
static void count_asked(struct rounds *rounds)
{
    for (size_t i = 0; i < rounds->cells->count; i++) {
        const struct planned_cell *planned = &rounds->cells->list[i];
        size_t compared = 0;
        for (size_t k = 0; k < planned->subject_count; k++)
            compared += rounds->run->subjects[planned->subjects[k]].tier != TIER_NONE;
        rounds->asked += compared > 0 ? compared - 1 : 0;
    }
}

static enum rounds_end give_up(struct rounds *rounds, int error)
{
    run_folder_drop(rounds->folder);
    if (error == -ETIMEDOUT)
        return ROUNDS_TIME;
    return error == -EINTR ? ROUNDS_INTERRUPTED : ROUNDS_NO_MEMORY;
}

static enum rounds_end run_rounds(struct rounds *rounds)
{
    for (;;) {
        if (!anybody_left(rounds))
            return ROUNDS_FAILED;
        if (!pace_allows_round(&rounds->pace, rounds->run->rounds, rounds_round_s(rounds)))
            return rounds->run->rounds >= rounds->pace.maximum_rounds ? ROUNDS_REACHED
                                                                      : ROUNDS_TIME;
        int r = run_round(rounds);
        if (r < 0)
            return give_up(rounds, r);
        if (save(rounds) < 0)
            return ROUNDS_NOT_SAVED;
        r = rounds->all_rounds ? 0 : settle(rounds);
        if (r < 0)
            return give_up(rounds, r);
        if (anybody_left(rounds) && settled(rounds))
            return ROUNDS_DECIDED;
    }
}

enum rounds_end rounds_run(struct rounds *rounds)
{
    random_seed(&rounds->random, rounds->run->seed);
    count_asked(rounds);
    int r = looks_open(&rounds->looks, rounds->run);
    if (r == 0 && rounds->count_system_calls)
        r = count_all(rounds);
    if (r < 0)
        return give_up(rounds, r);
    if (save(rounds) < 0)
        return ROUNDS_NOT_SAVED;
    /* Again: the same seed gives the same rounds, whether or not this system lets us count. */
    random_seed(&rounds->random, rounds->run->seed);
    return run_rounds(rounds);
}

void rounds_free(struct rounds *rounds)
{
    trial_batch_free(&rounds->trials);
    trial_batch_free(&rounds->proofs);
    looks_close(rounds->looks);
}
