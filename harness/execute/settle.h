/* What of a run needs no more rounds: its time goes to the rest. */
#ifndef HARNESS_EXECUTE_SETTLE_H
#define HARNESS_EXECUTE_SETTLE_H

#include "harness/execute/rounds.h"

/* After each round. When a look is due (analysis/looks.h), a subject that is decided against the
 * baseline of its cell leaves the cell, and a cell in which nobody is left to decide is left out of
 * the rounds that follow. That is no error of a test that is asked again and again, because its
 * budget is for all looks. A cell with one subject is decided when its median is tight. 0 or
 * -ENOMEM. */
int settle(struct rounds *);

/* Whether every cell is decided. */
bool settled(const struct rounds *);

#endif
