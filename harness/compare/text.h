/* What the table and Markdown write the same way. Text of a run is made fit for a terminal.
 * Internal to compare/. */
#ifndef HARNESS_COMPARE_TEXT_H
#define HARNESS_COMPARE_TEXT_H

#include "harness/compare/comparison.h"

#include <stdio.h>

/* Each writes COMPARE_TEXT_BYTES at most, and returns `text`. */
enum { COMPARE_TEXT_BYTES = 1024 };

/* "accept drain queue=1000": with the parameters in which cells of the mode differ, or all. */
char *compare_cell_text(const struct run_comparison *, const struct cell *, bool all, char *text);

/* "1.213 [1.150, 1.281]", or "-". */
char *compare_subject_text(const struct run_comparison *, const struct compared_pair *, char *text);
char *compare_ratio_text(const struct compared_pair *, char *text);

/* Of one side: "3,200 ns", or "-". */
char *compare_median_text(const struct compared_pair *, int side, char *text);

/* What an INCONCLUSIVE one takes: "120 rounds each"; "" of any other. */
char *compare_rounds_text(const struct run_comparison *, const struct compared_pair *, char *text);

/* "3 SLOWER, 1 EQUIVALENT": of those there are. */
char *compare_counts_text(const struct run_comparison *, char *text);

/* How it was compared, and what is assumed of the runs. */
char *compare_method_text(const struct run_comparison *, char *text);

/* ---- lists: an item for each thing, by whoever prints ---- */

typedef void compare_item(FILE *, const char *text);

/* The runs of both sides. */
void compare_list_runs(const struct run_comparison *, compare_item *, FILE *);
/* Why verdicts are INVALID and INCONCLUSIVE, each reason once. */
void compare_list_reasons(const struct run_comparison *, compare_item *, FILE *);
/* Under a heading, with `after` behind it; nothing for an empty list. Subjects of one cell that
 * share the reason are one item. */
void compare_list_unpaired(const struct run_comparison *, const struct unpaired_list *,
                           const char *heading, const char *after, compare_item *, FILE *);

#endif
