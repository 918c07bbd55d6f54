/* How figures, names and words are written, the same way everywhere. Text of a run is made fit for
 * a terminal. Each returns its `text`. */
#ifndef HARNESS_ANALYSIS_FORMAT_H
#define HARNESS_ANALYSIS_FORMAT_H

#include "harness/analysis/analysis.h"

#include <stdio.h>

/* Of a subject, as printed. */
enum { FORMAT_NAME_BYTES = 32 };
/* What any of these needs at most. */
enum { FORMAT_BYTES = 640 };

/* Puts more behind what is in `text`, whole or, when it does not fit, not at all: false. */
bool format_add(char *text, size_t size, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* "12,345.6": grouped by thousands. */
char *format_grouped(double value, int decimals, char *text, size_t size);
/* Decimals that leave the smallest of a column at least three digits; and those for a ratio and its
 * interval: three, fewer from 10 up, where there are digits enough, and five below 0.01. */
int format_decimals(double smallest);
int format_ratio_decimals(double ratio);

/* "12,345": as many decimals as it needs. */
char *format_value(double value, char *text, size_t size);
/* "109 [106, 113]": the same decimals for all three, what the middle needs, or no more than the
 * interval is wide. */
char *format_interval(double value, double low, double high, char *text, size_t size);
/* "0.925 [0.907, 0.943]". */
char *format_ratio(double ratio, double low, double high, char *text, size_t size);

/* "queue=1000 idle=0", without workload and mode, and without the parameters of these names (each
 * may be NULL). */
char *format_params(const struct cell *, const char *except, const char *also_except, char *text,
                    size_t size);
/* Of `cell`, only those that these cells share, or (shared false) do not. All are places in the
 * run. */
char *format_params_of(const struct run *, const size_t *cells, size_t count, size_t cell,
                       bool shared, char *text, size_t size);

/* "server and generator share CPU 1"; "" where they have a core each. Returns `text`. */
char *format_sharing(const struct run *, char *text, size_t size);
/* What that does to the figures of this cell, as a sentence without its full stop; "": nothing.
 * Returns `text`. */
char *format_one_core(const struct run *, const struct run_cell *, char *text, size_t size);

/* "6.1.0, CPU, 2 CPUs, kvm, 2026-11-22, loopback", in parts joined by `separator`. */
char *format_machine(const struct run *, const char *separator, char *text, size_t size);

/* How the run ended: "29 rounds (the time is over)", "10 rounds (it was killed)". */
char *format_end(const struct run *, char *text, size_t size);

/* "FASTER"; "INCONCLUSIVE (64)" with the rounds it takes; and where there is little room "? (64)".
 */
char *format_word(const struct comparison *, char *text, size_t size);
char *format_short_word(const struct comparison *, char *text, size_t size);

/* Words, broken at the width of the terminal (base/terminal.h); further lines begin `indent`
 * columns in. */
void format_wrapped(FILE *, int indent, const char *text);

#endif
