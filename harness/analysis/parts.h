/* What the tables, the CSV files and the charts of a report share. Internal to report*.c and
 * charts.c. Every run here has passed run_shape_check() and summary_compute(). */
#ifndef HARNESS_ANALYSIS_PARTS_H
#define HARNESS_ANALYSIS_PARTS_H

#include "harness/base/printable.h"
#include "harness/contract/workload.h"

#include <stdio.h>

#define LABEL_BYTES 128
#define REPORT_COLUMNS 100   /* of the terminal */
#define REPORT_NAME_BYTES 32 /* of a subject, as printed */
#define PATH_BYTES 4096

/* The three forms. 0 or -errno with a sentence in `problem` (512 bytes). */
void report_print_tables(const json_t *run, FILE *out);
void report_print_verdicts(const json_t *run, FILE *out); /* comes first: who costs least */
void report_print_counters(const json_t *run, const json_t *cell, FILE *out);
/* One table for all cells that differ from this one in the parameter of its mode's rows, when it is
 * the first of them; nothing for the others. false: cells of this mode have a table each. */
bool report_print_sweep(const json_t *run, const json_t *cell, FILE *out);
int report_write_csv(const json_t *run, const char *folder, char *problem);
int report_write_verdicts(const json_t *run, const char *folder, char *problem);

/* A chart that has been drawn: FOLDER/charts/<name>.svg, and its data beside it. */
struct drawn_chart {
    char name[200];
    char title[256];
    const json_t *cell;    /* the first of those that are in it */
    const char *parameter; /* along its axis; NULL: it shows one cell. Borrowed from the run */
    const struct metric *metric;
};

struct chart_list {
    struct drawn_chart *charts;
    size_t count;
    size_t left_out; /* the number of charts of one mode is bounded: those beyond */
};

/* Into FOLDER/charts, or with `terminal` on standard output, their data in FOLDER/charts all the
 * same. The caller frees the list, also after a failure: it has those drawn until then. */
struct gnuplot_terminal;
int charts_draw(const json_t *run, const char *folder, const char *plots_folder,
                const struct gnuplot_terminal *terminal, struct chart_list *, char *problem);
void charts_free(struct chart_list *);

const char *report_text(const json_t *object, const char *name); /* "" when it is absent or null */
double report_number(const json_t *object, const char *name);
const char *report_tier(const json_t *run, const char *subject);

/* Columns that names and tiers take in the tables of this run. Beside long names tiers are
 * shortened. */
int report_name_columns(const json_t *run);
int report_tier_columns(const json_t *run);
const char *report_short_tier(const json_t *run, const char *subject); /* fits those columns */

/* The metrics of the cell's mode, one after the other: after NULL the first, after the last NULL.
 */
const struct metric *report_next_metric(const json_t *cell, const struct metric *previous);
const struct metric *report_metric(const json_t *cell, const char *name);

/* The metric that decides in this mode, NULL when none is marked. */
const struct metric *report_main_metric(const json_t *cell);

/* The subject that the cell's ratios are shown against: floor:epoll, floor:nanosleep, another
 * floor, peer:libuv, epoll; or NULL. */
const char *report_baseline(const json_t *cell);

/* Prints words, broken at REPORT_COLUMNS; further lines begin `indent` columns in. */
void report_print_wrapped(FILE *, int indent, const char *text);

/* Subjects that cannot run here; and for some cells what was skipped and which trials do not count,
 * and why: each reason once. */
void report_print_unavailable(const json_t *run, FILE *);
void report_print_reasons(const json_t *const *cells, size_t count, FILE *);

/* Whether something else ran on the subject's CPU in many trials of these cells of one mode. */
void report_print_disturbed(const json_t *const *cells, size_t count, FILE *);

/* The entry of one subject in a list of the cell ("summary", "excess"), or NULL. */
const json_t *report_entry(const json_t *cell, const char *list, const char *metric,
                           const char *subject);

/* A percentile of a histogram, its median over the rounds; or NULL. */
const json_t *report_percentile(const json_t *cell, const char *metric, const char *subject,
                                double percent);

/* The same, in the histogram's unit; where single trials do not resolve it, that of all rounds
 * together, and *pooled says so. false: not even they do. */
bool report_percentile_value(const json_t *cell, const char *metric, const char *subject,
                             double percent, double *value, bool *pooled);

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
