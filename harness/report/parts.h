/* What the tables of the terminal share. Internal to the report. */
#ifndef HARNESS_REPORT_PARTS_H
#define HARNESS_REPORT_PARTS_H

#include "harness/analysis/format.h"
#include "harness/report/report.h"

/* Intervals of fewer rounds are said to be too narrow (stats/statistics.h). */
enum { RELIABLE_ROUNDS = 10 };
/* Of any line, before it is broken or printed. */
enum { LINE_BYTES = 1200 };

/* ---- names: names.c ---- */

/* Columns that names and tiers take in the tables of this run. Beside long names tiers are
 * shortened. */
int report_name_columns(const struct run *);
int report_tier_columns(const struct run *);
const char *report_short_tier(const struct run *, enum backend_tier); /* fits those columns */

/* As printed: fit for a terminal, FORMAT_NAME_BYTES at most. Returns `text`. */
char *report_name(const struct run *, size_t subject, char *text);

/* The baseline that these cells have; SUBJECT_NONE: none of them has one. *differ: they have not
 * all the same. */
size_t report_baseline(const struct analysis *, const size_t *cells, size_t count, bool *differ);
/* "best / epoll", or "best / baseline" where there is more than one; "best" is `before`. Empty
 * without any. COLUMN_BYTES. */
char *report_baseline_heading(const struct analysis *, const size_t *cells, size_t count,
                              const char *before, char *text);
enum { COLUMN_BYTES = 64 };

/* The ratio of a subject to the cell's baseline, of which only ratio, bounded, low and high are
 * set: on the main metric with the interval that the verdict was given with. false: there is none.
 */
bool report_find_ratio(const struct analysis *, size_t cell, const struct metric *, size_t subject,
                       struct comparison *);
/* Whether the interval says anything: it has ends, and they are not a factor of 100 apart. */
bool report_has_interval(const struct comparison *);
/* "0.925 [0.907, 0.943]", "0.925 (no interval yet)" where it says nothing. COLUMN_BYTES. */
void report_print_ratio(const struct comparison *, char *text);

/* ---- parts of the report ---- */

/* What a reader wants to know first. */
void report_print_verdicts(const struct analysis *, FILE *);
/* Along a parameter, from which value on which subject is the better one: for the cells of a mode.
 * Nothing is printed when no word is FASTER or SLOWER. */
void report_print_crossovers(const struct analysis *, const size_t *cells, size_t count, FILE *);
/* One table for all cells that differ from this one in the parameter of its mode's rows, when it is
 * the first of them; nothing for the others. false: cells of this mode have a table each. */
bool report_print_sweep(const struct analysis *, size_t cell, FILE *);
void report_print_counters(const struct analysis *, size_t cell, FILE *);

/* ---- notes: notes.c ---- */

/* Subjects that cannot run here, or not whole; and for some cells what was skipped and which trials
 * do not count, and why: each reason once. */
void report_print_unavailable(const struct run *, FILE *);
void report_print_reasons(const struct analysis *, const size_t *cells, size_t count, FILE *);
/* Pairs of these cells that are INVALID, each reason once. */
void report_print_invalid_pairs(const struct analysis *, const size_t *cells, size_t count, FILE *);
/* Whether something else ran on the subject's CPU in many trials of these cells of one mode. */
void report_print_disturbed(const struct run *, const size_t *cells, size_t count, FILE *);

/* What "? (64)" means; and that intervals are of too few rounds. */
void report_explain_short_word(FILE *);
void report_warn_of_few_rounds(FILE *);
/* That the generator, not the server, set the pace in some of so many trials. */
void report_print_bound(unsigned bound, unsigned trials, FILE *);
void report_no_memory(FILE *);
/* A sentence, broken at the width of the terminal. */
void report_say(FILE *, int indent, const char *format, ...) __attribute__((format(printf, 3, 4)));

#endif
