/* One cell's turn within a round: its subjects and its twin, in random order. */
#ifndef HARNESS_EXECUTE_TURN_H
#define HARNESS_EXECUTE_TURN_H

#include "harness/execute/launch.h"
#include "harness/execute/rounds.h"

enum { CELL_NAME_BYTES = 192 };

/* Where a round stands. */
struct turn {
    uint64_t round;
    uint64_t begin_ns;
    bool counting;
};

/* Seconds that one trial on this cell takes, processes included. */
double rounds_trial_estimate_s(const struct cell *);
/* And a round of the cell: all its subjects and the twin. */
double planned_cell_estimate_s(const struct planned_cell *);
/* Seconds that the next round takes, by what rounds of its cells have taken. */
double rounds_round_s(const struct rounds *);

double seconds_since(uint64_t begin_ns);

const struct subject *rounds_subject(const struct rounds *, size_t place);

/* How a trial of the subject is launched in this round. */
struct launch turn_launch(const struct rounds *, const struct turn *, const struct cell *,
                          const struct subject *);

/* The progress line. SUBJECT_NONE: the generator's own turn. */
void turn_show(struct rounds *, const struct turn *, const struct cell *, size_t subject);

/* Every subject of the cell once, and its twin, in random order; their trials are in rounds->trials
 * then. 0, or as launch_trial(). */
int turn_run_cell(struct rounds *, struct turn *, size_t cell);

/* What a round of the cell took so far; before its first, what it should take. 0: nothing runs on
 * it. */
double turn_expected_cell_s(const struct rounds *, const struct planned_cell *);

#endif
