#include "harness/execute/rounds.h"

#include "backends/clock.h"
#include "harness/execute/headroom.h"
#include "harness/contract/parameters.h"
#include "harness/record/run_file.h"
#include "harness/analysis/summary.h"

#include <errno.h>
#include <string.h>

enum { ATTEMPTS = 3 };

/* Two processes that start: 3 to 5 ms (median, two cores of a virtual machine). */
#define PROCESSES_S 0.005

/* Looking whether all is tight may take this share of the time. */
#define LOOK_SHARE 0.05

/* Where a round stands. */
struct turn {
    uint64_t round;
    double done_estimate_s; /* of this round */
    bool counting;
};

double rounds_trial_estimate_s(const struct cell *cell)
{
    return PROCESSES_S + cell->workload->estimate_s(cell->mode, cell->params);
}

/* subject NULL: the generator's own turn. */
static void show(struct rounds *rounds, const struct turn *turn, const struct cell *cell,
                 const struct subject *subject)
{
    char what[256], name[192];
    if (!rounds->progress.shown)
        return;
    double left_s = pace_left_s(&rounds->pace, rounds->finished, turn->done_estimate_s);
    double elapsed_s = pace_elapsed_s(&rounds->pace);
    cell_describe(cell, name, sizeof(name));
    if (subject == NULL)
        snprintf(what, sizeof(what), "headroom  %s", name);
    else if (turn->counting)
        snprintf(what, sizeof(what), "counting calls  %s  %s", subject->name, name);
    else
        snprintf(what, sizeof(what), "round %llu  %s  %s", (unsigned long long)turn->round + 1,
                 subject->name, name);
    progress_show(&rounds->progress, elapsed_s / (elapsed_s + left_s), left_s, what);
}

/* ---- one subject's turn ---- */

/* The same for every subject of a round and, with the run's seed, for every repetition of a run;
 * spread out, because a trial may go on counting from it. */
static uint64_t trial_seed(const struct rounds *rounds, const struct turn *turn)
{
    return rounds->seed + (turn->round << 8);
}

static struct launch launch_of(const struct rounds *rounds, const struct turn *turn,
                               const struct cell *cell, const struct subject *subject)
{
    return (struct launch){
        .cell = cell,
        .subject = subject,
        .subject_cpu = cell->workload->all_cpus ? -1 : rounds->subject_cpu,
        .generator_cpu = rounds->generator_cpu,
        .seed = trial_seed(rounds, turn),
        .count_system_calls = turn->counting,
    };
}

/* Runs the subject until a trial is valid, ATTEMPTS times at most; every trial goes into `trials`.
 * The last one is borrowed as *last. */
static int run_attempts(struct rounds *rounds, const struct turn *turn, const struct cell *cell,
                        const struct subject *subject, size_t order, json_t *trials, json_t **last)
{
    const struct launch launch = launch_of(rounds, turn, cell, subject);
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        json_t *trial;
        show(rounds, turn, cell, subject);
        int r = launch_trial(&launch, &trial);
        if (r < 0)
            return r;
        json_object_set_new(trial, "round", json_integer((json_int_t)turn->round));
        json_object_set_new(trial, "order", json_integer((json_int_t)order));
        json_object_set_new(trial, "attempt", json_integer(attempt));
        if (json_array_append_new(trials, trial) < 0)
            return -ENOMEM;
        *last = trial;
        if (json_is_true(json_object_get(trial, "valid")))
            break;
    }
    return 0;
}

/* A subject that failed every attempt would fail them in every round, perhaps after a long wait
 * each time: it leaves the cell, and the run says so. Its trials stay. */
static void leave_cell(struct rounds *rounds, struct cell *cell, size_t index, const json_t *trial)
{
    char reason[PROBLEM_BYTES + 64], name[192];
    const struct subject *subject = cell->subjects[index];
    snprintf(reason, sizeof(reason), "failed %d times in a row: %s", ATTEMPTS,
             json_string_value(json_object_get(trial, "why_invalid")));
    json_array_append_new(json_object_get(cell->json, "skipped_subjects"),
                          json_pack("{s:s, s:s}", "subject", subject->name, "reason", reason));
    cell->subject_count--;
    memmove(&cell->subjects[index], &cell->subjects[index + 1],
            (cell->subject_count - index) * sizeof(cell->subjects[0]));
    rounds->failures++;
    rounds->pace.round_estimate_s -= rounds_trial_estimate_s(cell);

    cell_describe(cell, name, sizeof(name));
    progress_clear(&rounds->progress);
    fprintf(stderr, "FAILED %s on %s: %s\n", subject->name, name, reason);
}

static size_t index_of(const struct cell *cell, const struct subject *subject)
{
    size_t i = 0;
    while (cell->subjects[i] != subject)
        i++;
    return i;
}

/* Every subject of the cell once, in random order. */
static int run_cell(struct rounds *rounds, struct turn *turn, struct cell *cell, json_t *trials)
{
    const struct subject *chosen[RUN_SUBJECTS_MAX];
    size_t order[RUN_SUBJECTS_MAX], count = cell->subject_count;
    memcpy(chosen, cell->subjects, sizeof(chosen));
    for (size_t i = 0; i < count; i++)
        order[i] = i;
    random_shuffle(&rounds->random, order, count);
    for (size_t i = 0; i < count; i++) {
        const struct subject *subject = chosen[order[i]];
        json_t *last = NULL;
        int r = run_attempts(rounds, turn, cell, subject, i, trials, &last);
        if (r < 0)
            return r;
        turn->done_estimate_s += rounds_trial_estimate_s(cell);
        pace_trial_ended(&rounds->pace, rounds_trial_estimate_s(cell));
        if (!json_is_true(json_object_get(last, "valid")) && !launch_has_outcome(last))
            leave_cell(rounds, cell, index_of(cell, subject), last);
    }
    return 0;
}

/* ---- the generator's turn ---- */

/* After the first round it is known what the cell's load is. */
static int prove_headroom(struct rounds *rounds, const struct turn *turn, const struct cell *cell,
                          const json_t *trials)
{
    char name[192], why[2 * PROBLEM_BYTES];
    json_t *headroom;
    const struct launch like = launch_of(rounds, turn, cell, NULL);
    show(rounds, turn, cell, NULL);
    int r = headroom_prove(&like, trials, &headroom);
    if (r < 0 || headroom == NULL)
        return r;
    if (!json_is_true(json_object_get(headroom, "proved"))) {
        cell_describe(cell, name, sizeof(name));
        progress_clear(&rounds->progress);
        fprintf(stderr,
                "NO HEADROOM on %s: %s; rates and latencies there say nothing of the subjects; a "
                "lower load, or a machine that does nothing else, may change that\n",
                name, headroom_sentence(headroom, why, sizeof(why)));
    }
    return json_object_set_new(cell->json, "headroom", headroom) < 0 ? -ENOMEM : 0;
}

/* ---- rounds ---- */

/* Counting comes before the first round and is thereby a warm-up of each subject and cell, too. */
static int count_all(struct rounds *rounds)
{
    struct turn turn = {.counting = true};
    int r = 0;
    for (size_t i = 0; i < rounds->cell_count && r == 0; i++) {
        struct cell *cell = &rounds->cells[i];
        r = run_cell(rounds, &turn, cell, json_object_get(cell->json, "counting_trials"));
    }
    return r;
}

/* The trials of a round join the run together, once all of it is over. */
static int run_round(struct rounds *rounds)
{
    struct turn turn = {.round = rounds->finished};
    json_t *pending = json_array();
    int r = 0;
    for (size_t i = 0; i < rounds->cell_count && r == 0; i++) {
        struct cell *cell = &rounds->cells[i];
        json_t *trials = json_array();
        json_array_append_new(pending, trials);
        r = run_cell(rounds, &turn, cell, trials);
        if (r == 0 && rounds->finished == 0)
            r = prove_headroom(rounds, &turn, cell, trials);
        headroom_mark(json_object_get(cell->json, "headroom"), trials);
    }
    for (size_t i = 0; i < rounds->cell_count && r == 0; i++)
        r = json_array_extend(json_object_get(rounds->cells[i].json, "trials"),
                              json_array_get(pending, i));
    json_decref(pending);
    if (r == 0)
        rounds->finished++;
    return r;
}

static bool anybody_left(const struct rounds *rounds)
{
    for (size_t i = 0; i < rounds->cell_count; i++) {
        if (rounds->cells[i].subject_count > 0)
            return true;
    }
    return false;
}

/* Looks only as often as looking is cheap. */
static bool may_stop(const struct rounds *rounds, double *next_look_s)
{
    if (rounds->finished < ROUNDS_MINIMUM || pace_elapsed_s(&rounds->pace) < *next_look_s)
        return false;
    double before_s = pace_elapsed_s(&rounds->pace);
    bool tight = summary_is_settled(rounds->json);
    double after_s = pace_elapsed_s(&rounds->pace);
    *next_look_s = after_s + (after_s - before_s) / LOOK_SHARE;
    return tight;
}

enum rounds_end rounds_run(struct rounds *rounds)
{
    double next_look_s = 0;
    pace_begin(&rounds->pace);
    random_seed(&rounds->random, rounds->seed);
    int r = rounds->count_system_calls ? count_all(rounds) : 0;
    /* Again: the same seed gives the same rounds, whether or not this system lets us count. */
    random_seed(&rounds->random, rounds->seed);
    while (r == 0) {
        if (!anybody_left(rounds))
            return ROUNDS_FAILED;
        if (!pace_allows_round(&rounds->pace, rounds->finished))
            return rounds->finished >= rounds->pace.maximum_rounds ? ROUNDS_REACHED : ROUNDS_TIME;
        r = run_round(rounds);
        if (r < 0)
            break;
        if (run_file_save(rounds->folder, rounds->json, rounds->problem) < 0)
            return ROUNDS_NOT_SAVED;
        if (may_stop(rounds, &next_look_s))
            return ROUNDS_TIGHT;
    }
    return r == -EINTR ? ROUNDS_INTERRUPTED : ROUNDS_NO_MEMORY;
}
