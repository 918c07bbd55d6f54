/* What the parts of report.html share. Internal to page/. */
#ifndef HARNESS_PAGE_PARTS_H
#define HARNESS_PAGE_PARTS_H

#include "harness/analysis/format.h"
#include "harness/analysis/modes.h"
#include "harness/base/problem.h"
#include "harness/charts/charts.h"
#include "harness/page/html.h"

/* scripts/page, embedded when the program is built. */
extern const char page_style[], page_script[];
extern const size_t page_style_size, page_script_size;

/* What is not shown beyond these is counted, and said to be in the files beside the page. Of a
 * mode: cells with a table of counters each, and crossovers. */
enum {
    PAGE_PICTURES_BYTES = 6 << 20,
    PAGE_COUNTED_CELLS = 24,
    PAGE_CROSSOVERS = 12,
    PAGE_REASONS = 40
};

struct page {
    FILE *out;
    const struct analysis *analysis;
    const struct run *run;
    const struct chart_list *charts;
    const char *no_charts;
    struct mode_list modes;
    /* So far. */
    size_t pictures, pictures_bytes;
};

/* A word of a verdict as the page shows it: a class of CSS, a sign as HTML, and what it means. */
struct page_word {
    enum verdict_word word;
    const char *css, *sign, *meaning;
};

/* In the order in which the page lists them. */
enum { PAGE_WORDS = 5 };
extern const struct page_word page_words[PAGE_WORDS];
/* Its place there. */
size_t page_word_place(enum verdict_word);

const char *page_subject(const struct page *, size_t subject);
const char *page_tier(const struct page *, size_t subject);

/* What tells the cells of a mode apart: the parameters that take several values, or all of them
 * when there is one cell; `common` the others. */
char *page_cell_name(const struct page *, const struct mode_view *, size_t cell, char *text,
                     size_t size);
char *page_common_params(const struct page *, const struct mode_view *, char *text, size_t size);

/* In a heading: what the cell asks, in words, and small behind it the parameters. */
void page_cell_heading(const struct page *, const struct mode_view *, size_t cell);

/* "72.2 us" for 72,191 ns, in `text` of FORMAT_BYTES; and "1,714 [1,685, 1,797] ns", "" without a
 * figure. */
char *page_value(const struct metric *, double value, char *text);
char *page_figure(const struct page *, const struct mode_view *, size_t cell, size_t subject,
                  char *text, size_t size);

/* "0.925 [0.907, 0.943]"; "0.925 (too few rounds for an interval)"; "0.81 (no useful interval
 * yet)". */
char *page_ratio(const struct comparison *, char *text, size_t size);

/* "64", or "1,000,000 and more". */
void page_rounds(FILE *, uint64_t rounds);

/* The parts, from above. Those that return something: 0 or -ENOMEM. */
int page_totals(const struct page *);
int page_answers(struct page *);
void page_matrices(struct page *);
/* A section for each workload. */
int page_details(struct page *);
void page_figures(struct page *, const struct mode_view *);
void page_counters(struct page *, const struct mode_view *);
int page_crossovers(struct page *, const struct mode_view *);
int page_not_measured(struct page *);
void page_trust(struct page *);
void page_machine(struct page *);

/* The verdicts of all pairs, for the script. */
int page_data(struct page *);

#endif
