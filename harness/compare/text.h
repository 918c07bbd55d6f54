/* A comparison for people, from its JSON (results/compare.schema.json) alone; text of a run is made
 * fit for a terminal. Internal to compare*.c. */
#ifndef HARNESS_COMPARE_TEXT_H
#define HARNESS_COMPARE_TEXT_H

#include <jansson.h>
#include <stdio.h>

void compare_print_table(const json_t *comparison, FILE *);
void compare_print_markdown(const json_t *comparison, FILE *);

/* What both share. Each writes COMPARE_TEXT_BYTES at most, and returns `text`. */
#define COMPARE_TEXT_BYTES 768

/* The parameters in which cells of one mode differ: {"accept drain": {"queue": true}}. New. */
json_t *compare_varying(const json_t *comparison);

/* "accept drain queue=1000": with these parameters, NULL: with all. */
char *compare_cell_text(const json_t *varying, const json_t *entry, char *text);

/* Of a verdict: "1.213 [1.150, 1.281]", or "-". */
char *compare_ratio_text(const json_t *verdict, char *text);

/* Its median of one side, "base" or "new": "3,200 ns", or "-". */
char *compare_median_text(const json_t *verdict, const char *side, char *text);

/* What an INCONCLUSIVE one takes: "120 rounds each"; "" of any other. */
char *compare_rounds_text(const json_t *comparison, const json_t *verdict, char *text);

/* "3 SLOWER, 1 EQUIVALENT": of those there are. */
char *compare_counts_text(const json_t *comparison, char *text);

/* How the verdicts were come to, and what is assumed of the runs. */
char *compare_method_text(const json_t *comparison, char *text);

/* "DIR: 2026-11-22, Linux 6.18, commit 015afd936281, 30 rounds, quick" */
char *compare_run_text(const json_t *run, char *text);

/* The reasons of INVALID and INCONCLUSIVE verdicts, each once: {"reason": how many}. New. */
json_t *compare_reasons(const json_t *comparison);

#endif
