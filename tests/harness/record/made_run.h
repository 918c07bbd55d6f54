/* Runs of made-up figures, always the same. */
#ifndef TESTS_HARNESS_RECORD_MADE_RUN_H
#define TESTS_HARNESS_RECORD_MADE_RUN_H

#include "harness/record/run.h"
#include "harness/record/trial.h"
#include "harness/stats/random.h"

enum { MADE_SELECT, MADE_EPOLL, MADE_FLOOR, MADE_SUBJECTS };

/* accept steady, a cell for each value of conns from 0 up; select, epoll and floor:epoll. No
 * trials. */
void made_run_open(struct run *, size_t cells);

/* Two metrics, a histogram, two counters; the generator was the bound in every second round. The
 * trial is reset first. */
void made_trial(struct trial *, struct random *, size_t cell, size_t subject, uint64_t round);

/* Every field that a trial may have, and none with the value that it has in an empty one; of cell 1
 * and floor:epoll. */
void made_whole_trial(struct trial *);

/* Trials of so many rounds of every subject, straight into the tables. */
void made_run_fill(struct run *, uint64_t rounds);

/* Fails where the two runs, their rows or their columns differ; lines are not looked at. */
void assert_same_run(const struct run *, const struct run *);
void assert_same_table(const struct trial_table *, const struct trial_table *);

/* Fails unless the words are in the sentence. */
void assert_says(const char *sentence, const char *words);

#endif
