/* Progress on standard error: one line that is redrawn, and only on a terminal. It is drawn between
 * trials, never during one. */
#ifndef HARNESS_EXECUTE_PROGRESS_H
#define HARNESS_EXECUTE_PROGRESS_H

#include <stdbool.h>

struct progress {
    bool shown;
};

void progress_begin(struct progress *, bool quiet);
/* fraction: 0..1 done; `what`: the present cell and subject. */
void progress_show(struct progress *, double fraction, double left_s, const char *what);
/* Empties the line: before other text goes to the terminal, and at the end. */
void progress_clear(struct progress *);

#endif
