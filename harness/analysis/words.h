/* Verdicts as a report looks them up: by cell, and from either side of the pair. Internal to the
 * report. */
#ifndef HARNESS_ANALYSIS_WORDS_H
#define HARNESS_ANALYSIS_WORDS_H

#include "harness/stats/verdict.h"
#include "harness/analysis/parts.h"

struct report_verdict {
    enum verdict_word word; /* of the subject */
    bool has_ratio;
    double ratio, low, high; /* subject over baseline */
    uint64_t rounds;         /* of INCONCLUSIVE: it takes so many */
    const char *why;         /* as in the file; "" without */
};

/* What the cell says of a subject against a baseline, whichever of them is the baseline in the
 * file. false: the two are no pair of the cell. */
bool report_find_verdict(const json_t *cell, const char *subject, const char *baseline,
                         struct report_verdict *);

/* "0.925 [0.907, 0.943]": three decimals, or about as many digits where the ratio is large. */
void report_write_ratio(double ratio, double low, double high, char *text, size_t size);

/* "FASTER"; "INCONCLUSIVE (64)" with the rounds it takes. */
void report_write_word(const struct report_verdict *, char *text, size_t size);

/* The same where there is little room: "? (64)". report_explain_short_word() says what that is. */
void report_write_short_word(const struct report_verdict *, char *text, size_t size);
void report_explain_short_word(FILE *);

/* What has pairs in a cell, in the order of the run's list. */
#define REPORT_SUBJECTS 64
size_t report_contenders(const json_t *run, const json_t *cell, const char **names);

/* What verdicts are read against: epoll, where it has a part in the cell; else the usual baseline
 * of its pairs. NULL: the cell has no pairs. */
const char *report_reference(const json_t *cell);

/* Along a parameter, from which value on which subject is the better one: for the cells of a mode.
 * Nothing is printed when no word is FASTER or SLOWER. */
void report_print_crossovers(const json_t *run, const json_t *const *cells, size_t count, FILE *);

#endif
