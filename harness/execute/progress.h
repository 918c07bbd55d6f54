/* Progress on standard error: on a terminal one line that is redrawn; elsewhere nothing, or where
 * lines are allowed a new one about every 10 s. It is drawn between trials, never during one. */
#ifndef HARNESS_EXECUTE_PROGRESS_H
#define HARNESS_EXECUTE_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct progress {
    /* On a terminal; and elsewhere, in lines. */
    bool shown, in_lines;
    /* When the last line was printed, or the beginning. */
    uint64_t last_ns;
    /* "7 of 18 decided"; "": nothing is decided here. */
    char decided[64];
};

void progress_begin(struct progress *, bool quiet);
/* After progress_begin(): where there is no terminal. */
void progress_allow_lines(struct progress *, bool quiet);
/* From now on shown before everything else. */
void progress_set_decided(struct progress *, size_t decided, size_t asked);
/* fraction: 0..1 done; `what`: the present cell and subject. */
void progress_show(struct progress *, double fraction, double left_s, const char *what);
/* Empties the line: before other text goes to the terminal, and at the end. */
void progress_clear(struct progress *);

#endif
