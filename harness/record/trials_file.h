/* Reading trials.jsonl, line by line. Internal to record/. */
#ifndef HARNESS_RECORD_TRIALS_FILE_H
#define HARNESS_RECORD_TRIALS_FILE_H

#include "harness/record/run.h"

#include <stddef.h>
#include <stdint.h>

/* No line of ours is longer. */
#define TRIALS_LINE_BYTES_MAX (1u << 20)

/* Takes one line without its end, `length` bytes, into the run's tables; `text` as in trial_text.h.
 * `trial` is memory that the next line uses again. 0; -ENOMEM; -EINVAL with the rest of a sentence.
 */
int trials_take_line(struct run *, struct trial *, char *text, size_t length, uint32_t line,
                     char *problem);

/* Reads all lines of an open file into the run's tables, and looks whether a trial is there twice.
 * A last line without an end was cut off: it is left out, and counted in run->cut_lines. -errno:
 * `problem` says file and line. */
int trials_read(struct run *, int fd, const char *path, char *problem);

#endif
