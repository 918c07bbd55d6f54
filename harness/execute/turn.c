#include "harness/execute/turn.h"

#include "backends/clock.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Two processes that start: 3 to 5 ms (median, two cores of a virtual machine). */
#define PROCESSES_S 0.005

/* A twin's place in the order of a round. */
#define TWIN_TURN SIZE_MAX

/* Who runs: a subject, or the twin of one. */
struct entrant {
    size_t subject;
    bool is_twin;
};

double rounds_trial_estimate_s(const struct cell *cell)
{
    return PROCESSES_S + cell->workload->estimate_s(cell->mode, &cell->params);
}

double planned_cell_estimate_s(const struct planned_cell *planned)
{
    size_t trials = planned->subject_count + (planned->twin != NO_TWIN);
    return (double)trials * rounds_trial_estimate_s(&planned->cell);
}

double turn_expected_cell_s(const struct rounds *rounds, const struct planned_cell *planned)
{
    if (planned->decided || planned->subject_count == 0)
        return 0;
    return planned->round_s > 0 ? planned->round_s
                                : planned_cell_estimate_s(planned) * pace_correction(&rounds->pace);
}

double rounds_round_s(const struct rounds *rounds)
{
    double round_s = 0;
    for (size_t i = 0; i < rounds->cells->count; i++)
        round_s += turn_expected_cell_s(rounds, &rounds->cells->list[i]);
    return round_s;
}

double seconds_since(uint64_t begin_ns)
{
    return (double)(clock_now_ns() - begin_ns) / (double)NS_PER_S;
}

const struct subject *rounds_subject(const struct rounds *rounds, size_t place)
{
    return rounds->selection->subjects[place].subject;
}

void turn_show(struct rounds *rounds, const struct turn *turn, const struct cell *cell,
               size_t subject)
{
    char what[256], name[CELL_NAME_BYTES];
    if (!rounds->progress.shown && !rounds->progress.in_lines)
        return;
    double left_s = pace_left_s(&rounds->pace, rounds->run->rounds, rounds_round_s(rounds),
                                turn->counting ? 0 : seconds_since(turn->begin_ns));
    double elapsed_s = pace_elapsed_s(&rounds->pace);
    cell_describe(cell, name, sizeof name);
    const char *shown = subject != SUBJECT_NONE ? run_subject_shown(rounds->run, subject) : NULL;
    if (shown == NULL)
        snprintf(what, sizeof what, "headroom  %s", name);
    else if (turn->counting)
        snprintf(what, sizeof what, "counting calls  %s  %s", shown, name);
    else
        snprintf(what, sizeof what, "round %" PRIu64 "  %s  %s", turn->round + 1, shown, name);
    if (rounds->asked > 0)
        progress_set_decided(&rounds->progress, rounds->decided, rounds->asked);
    progress_show(&rounds->progress, elapsed_s / (elapsed_s + left_s), left_s, what);
}

/* ---- one subject's turn ---- */

/* The same for every subject of a round and, with the run's seed, for every repetition of a run;
 * spread out, because a trial may go on counting from it. */
static uint64_t trial_seed(const struct rounds *rounds, const struct turn *turn)
{
    return rounds->run->seed + (turn->round << 8);
}

struct launch turn_launch(const struct rounds *rounds, const struct turn *turn,
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

static void place_trial(struct trial *trial, const struct turn *turn, size_t cell,
                        const struct entrant *entrant, size_t order, unsigned attempt)
{
    trial->kind = turn->counting ? TRIAL_COUNTING : entrant->is_twin ? TRIAL_TWIN : TRIAL_MEASURED;
    trial->cell = cell;
    trial->subject = entrant->subject;
    trial->round = turn->round;
    trial->order = order;
    trial->attempt = attempt;
}

/* The first attempts of all, where the mode lets them take turns; *ran says whether. They are the
 * first of rounds->trials then, by their order. */
static int run_in_turns(struct rounds *rounds, const struct turn *turn, size_t cell,
                        const struct entrant *entrants, size_t count, bool *ran)
{
    struct launch launches[RUN_SUBJECTS_MAX + 1];
    struct random random;
    const struct cell *planned = &rounds->cells->list[cell].cell;
    const struct workload *workload = planned->workload;
    *ran = !turn->counting && workload->takes_turns &&
           workload->takes_turns(planned->mode, &planned->params);
    if (!*ran || count == 0)
        return 0;
    for (size_t i = 0; i < count; i++) {
        launches[i] =
            turn_launch(rounds, turn, planned, rounds_subject(rounds, entrants[i].subject));
        if (trial_batch_add(&rounds->trials) == NULL)
            return -ENOMEM;
    }
    turn_show(rounds, turn, planned, entrants[0].subject);
    /* Of its own: how many turns there are does not change the order of later cells. */
    random_seed(&random, trial_seed(rounds, turn));
    int r = launch_in_turns(launches, rounds->trials.list, count, &random);
    for (size_t i = 0; i < count && r == 0; i++)
        place_trial(&rounds->trials.list[i], turn, cell, &entrants[i], i, 0);
    return r;
}

/* Runs it until a trial is valid, TRIAL_ATTEMPTS times at most, of which `attempts` are over; every
 * trial goes into rounds->trials. *last is the last one, until the next is added. */
static int run_attempts(struct rounds *rounds, const struct turn *turn, size_t cell,
                        const struct entrant *entrant, size_t order, unsigned attempts,
                        const struct trial **last)
{
    const struct launch launch = turn_launch(rounds, turn, &rounds->cells->list[cell].cell,
                                             rounds_subject(rounds, entrant->subject));
    for (unsigned attempt = attempts; attempt < TRIAL_ATTEMPTS; attempt++) {
        struct trial *trial = trial_batch_add(&rounds->trials);
        if (trial == NULL)
            return -ENOMEM;
        turn_show(rounds, turn, launch.cell, entrant->subject);
        int r = launch_trial(&launch, trial);
        if (r < 0)
            return r;
        place_trial(trial, turn, cell, entrant, order, attempt);
        *last = trial;
        if (trial->valid)
            break;
    }
    return 0;
}

/* A subject that failed every attempt would fail them in every round, perhaps after a long wait
 * each time: it leaves the cell, and the run says so. Its trials stay. */
static int leave_cell(struct rounds *rounds, size_t cell, size_t subject, const struct trial *trial)
{
    char reason[PROBLEM_BYTES + 64], name[CELL_NAME_BYTES];
    struct planned_cell *planned = &rounds->cells->list[cell];
    bool is_twin = trial->kind == TRIAL_TWIN;
    snprintf(reason, sizeof reason, "failed %d times in a row: %s", TRIAL_ATTEMPTS,
             trial->why_invalid);
    if (is_twin)
        planned->twin = NO_TWIN;
    else
        planned_cell_forget(planned, subject);
    rounds->failures++;
    rounds->run_changed = true;

    progress_clear(&rounds->progress);
    fprintf(stderr, "FAILED %s%s on %s: %s\n", is_twin ? "the twin of " : "",
            run_subject_shown(rounds->run, subject),
            cell_describe(&planned->cell, name, sizeof name), reason);
    return is_twin ? 0 : run_cell_skip_subject(&rounds->run->cells[cell], subject, reason);
}

/* Subjects and twin, in random order. Returns how many. */
static size_t draw_order(struct rounds *rounds, const struct planned_cell *planned, bool counting,
                         struct entrant *entrants)
{
    size_t order[RUN_SUBJECTS_MAX + 1], count = planned->subject_count;
    memcpy(order, planned->subjects, count * sizeof order[0]);
    if (planned->twin != NO_TWIN && !counting)
        order[count++] = TWIN_TURN;
    random_shuffle(&rounds->random, order, count);
    for (size_t i = 0; i < count; i++)
        entrants[i] = (struct entrant){.subject = order[i] == TWIN_TURN ? planned->twin : order[i],
                                       .is_twin = order[i] == TWIN_TURN};
    return count;
}

int turn_run_cell(struct rounds *rounds, struct turn *turn, size_t cell)
{
    struct entrant entrants[RUN_SUBJECTS_MAX + 1];
    const struct planned_cell *planned = &rounds->cells->list[cell];
    uint64_t begin_ns = clock_now_ns();
    bool in_turns;
    trial_batch_clear(&rounds->trials);
    size_t count = draw_order(rounds, planned, turn->counting, entrants);
    double estimate_s = (double)count * rounds_trial_estimate_s(&planned->cell);
    int r = run_in_turns(rounds, turn, cell, entrants, count, &in_turns);
    for (size_t i = 0; i < count && r == 0; i++) {
        const struct trial *last = in_turns ? &rounds->trials.list[i] : NULL;
        /* Its subject has left since. */
        if (entrants[i].is_twin && planned->twin == NO_TWIN)
            continue;
        if (last == NULL || !last->valid)
            r = run_attempts(rounds, turn, cell, &entrants[i], i, in_turns, &last);
        if (r == 0 && !last->valid && !last->has_outcome)
            r = leave_cell(rounds, cell, entrants[i].subject, last);
    }
    if (r == 0)
        pace_trial_ended(&rounds->pace, estimate_s, seconds_since(begin_ns));
    return r;
}
