/* What the parts of report.html share. Internal to page*.c. */
#ifndef HARNESS_PAGE_PARTS_H
#define HARNESS_PAGE_PARTS_H

#include "harness/page/html.h"
#include "harness/analysis/parts.h"

/* scripts/page, embedded when the program is built. */
extern const char page_style[], page_script[];
extern const size_t page_style_size, page_script_size;

/* What is not shown beyond these is counted, and said to be in the files beside the page. */
enum {
    PAGE_PICTURES_BYTES = 6 << 20, /* all together */
    PAGE_PICTURE_BYTES = 2 << 20,
    PAGE_COUNTED_CELLS = 24, /* of a mode, with a table of counters each */
    PAGE_CROSSOVERS = 12,    /* of a mode */
    PAGE_REASONS = 40
};

enum page_word {
    WORD_FASTER,
    WORD_SLOWER,
    WORD_EQUIVALENT,
    WORD_INCONCLUSIVE,
    WORD_INVALID,
    WORDS
};

/* All cells of one mode: they have one metric, and one matrix. Borrowed from the run. */
struct page_mode {
    const char *workload, *name;
    const struct metric *metric; /* the main one; NULL: there is none */
    const json_t **cells;
    size_t *cell_numbers; /* in the run */
    size_t cell_count;
    const json_t **subjects; /* those that have a verdict, or else a figure, by tier */
    size_t *subject_numbers; /* in the run */
    size_t subject_count;
};

struct page {
    FILE *out;
    const json_t *run;
    const char *folder;
    const struct chart_list *charts;
    const char *no_charts;
    struct page_mode *modes;
    size_t mode_count;
    size_t pictures, pictures_bytes; /* so far */
};

/* A comparison, seen from the subject. `entry` is that of the run, maybe of the opposite direction.
 */
struct page_verdict {
    const json_t *entry;
    bool has_ratio;
    double ratio, low, high;
    enum page_word word;
};

/* false: the two were not compared in this cell. */
bool page_verdict_of(const json_t *cell, const char *baseline, const char *subject,
                     struct page_verdict *);

/* The subject that the cell's entries are shown against: the usual baseline, or where that took no
 * part in verdicts the next best. NULL: nothing was compared. */
const char *page_baseline(const struct page_mode *, const json_t *cell);

/* Of an entry of "verdicts" as it stands. */
enum page_word page_word_of(const json_t *entry);
const char *page_word_name(enum page_word);  /* "FASTER" */
const char *page_word_class(enum page_word); /* of CSS: "faster" */
const char *page_word_sign(enum page_word);  /* as HTML */

/* Decimals for a ratio and its interval. */
int page_ratio_decimals(double ratio);

/* What tells the cells of a mode apart: the parameters that take several values, or all of them
 * when there is one cell; `common` the others. */
char *page_cell_name(const struct page_mode *, const json_t *cell, char *text, size_t size);
char *page_common_params(const struct page_mode *, char *text, size_t size);

/* "1,714 ns [1,685, 1,797]"; "" without a figure. */
char *page_figure(const json_t *cell, const struct metric *, const char *subject, char *text,
                  size_t size);

/* The parts, from above. */
void page_glance(struct page *);
void page_matrices(struct page *);
int page_details(struct page *, char *problem); /* a section for each workload */
int page_figures(struct page *, const struct page_mode *, char *problem);
int page_counters(struct page *, const struct page_mode *, char *problem);
void page_crossovers(struct page *, const struct page_mode *);
void page_not_measured(struct page *);
void page_trust(struct page *);
void page_machine(struct page *);

/* The verdicts of all pairs, for the script. 0 or -ENOMEM. */
int page_data(struct page *);

#endif
