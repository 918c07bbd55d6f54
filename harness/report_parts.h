/* What the tables, the CSV files and the charts of a report share. Internal to report*.c and
 * charts.c. Every run here has passed run_shape_check() and summary_compute(). */
#ifndef HARNESS_REPORT_PARTS_H
#define HARNESS_REPORT_PARTS_H

#include "harness/workload.h"

#include <stdio.h>

#define LABEL_BYTES 128
#define PATH_BYTES 4096

/* The three forms. 0 or -errno with a sentence in `problem` (512 bytes). */
void report_print_tables(const json_t *run, FILE *out);
void report_print_counters(const json_t *run, const json_t *cell, FILE *out);
int report_write_csv(const json_t *run, const char *folder, char *problem);
int charts_draw(const json_t *run, const char *folder, const char *plots_folder, char *problem);

const char *report_text(const json_t *object, const char *name); /* "" when it is absent or null */
double report_number(const json_t *object, const char *name);
const char *report_tier(const json_t *run, const char *subject);
const struct metric *report_metric(const json_t *cell, const char *name);

/* The metric that decides in this mode, NULL when none is marked. */
const struct metric *report_main_metric(const json_t *cell);

/* The subject that the cell's ratios are shown against: floor:epoll, another floor, epoll; or NULL.
 */
const char *report_baseline(const json_t *cell);

/* A ratio of the cell, or NULL. */
const json_t *report_ratio(const json_t *cell, const char *metric, const char *baseline,
                           const char *subject);

/* The counters of a cell, most telling first: "syscalls", "waits", "changes", then what any subject
 * used. Returns how many of `capacity`; the names live as long as the cell. */
size_t report_counter_names(const json_t *cell, const char **names, size_t capacity);

/* A counter divided by the operations of its trial: the median over the subject's valid trials, or
 * for "syscalls" its counting trials. false: nobody counted. */
bool report_counter(const json_t *cell, const char *subject, const char *counter,
                    double *per_operation, size_t *trials);

/* Trials of the cell's summary of one metric in which the generator was the bound, and out of how
 * many. */
unsigned report_bound_trials(const json_t *cell, const char *metric, unsigned *trials);

/* Whether clients wait for one answer before the next request: latency is then what the load
 * allowed. */
bool report_is_closed_loop(const json_t *cell);

/* A copy fit for a terminal, a CSV field and a chart: control characters, which a foreign file may
 * carry to drive the terminal, become '?'. Truncates between characters. Returns `to`. */
char *report_clean(char *to, size_t size, const char *from);

/* "queue=1000 idle=0", without workload and mode, and without the parameter `except` (may be NULL).
 */
char *report_params(const json_t *cell, const char *except, char *text, size_t size);

/* A parameter as it was typed: "1000", "2.5", "spin". */
char *report_param(const json_t *value, char *text, size_t size);

/* "12,345.6": grouped by thousands. */
char *report_grouped(double value, int decimals, char *text, size_t size);

/* Decimals that leave the smallest of a column at least three digits. */
int report_decimals(double smallest);

/* "6.1.0, CPU, 2 CPUs, kvm, 2026-11-22, loopback", in parts joined by `separator`. */
char *report_machine(const json_t *run, const char *separator, char *text, size_t size);

#endif
