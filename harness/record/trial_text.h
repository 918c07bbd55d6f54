/* A trial as text: a line of trials.jsonl (results/trial.schema.json), and what a trial's process
 * hands over. */
#ifndef HARNESS_RECORD_TRIAL_TEXT_H
#define HARNESS_RECORD_TRIAL_TEXT_H

#include "harness/record/run.h"
#include "harness/record/trial.h"

/* What stands between braces without a line's end; free() it. NULL: no memory. */
char *trial_to_text(const struct trial *, const struct run *);
char *outcome_to_text(const struct outcome *);

/* Reads a line of `length` bytes; `text[length]` is 0. The text is as it was afterwards, but
 * written to meanwhile. The trial is reset first, and keeps nothing of the text. 0; -ENOMEM; or
 * -EINVAL with the rest of a sentence that begins with file and line: "column 12: ...", "round:
 * expected a whole number, not a string". The line names its run, which has to be this one, a cell
 * and a subject of it. */
int trial_from_text(struct trial *, const struct run *, char *text, size_t length, char *problem);
/* The same for what a trial's process hands over. */
int outcome_from_text(struct outcome *, char *text, size_t length, char *problem);

#endif
