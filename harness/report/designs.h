/* Which modes are shown as tables over a parameter, and with which columns. Internal to the report.
 */
#ifndef HARNESS_REPORT_DESIGNS_H
#define HARNESS_REPORT_DESIGNS_H

#include "harness/report/columns.h"

/* What is said below its tables, besides what is said below every one. */
enum design_notes {
    DESIGN_PLAIN,
    /* Callbacks that came before their time. */
    DESIGN_ACCURACY,
    /* Where the generator was the bound, and what headroom it proved. */
    DESIGN_RATE,
    /* Up to which load the pool carries it. */
    DESIGN_KNEE,
};

struct design {
    const char *workload, *mode;
    /* The parameter, unless another one alone takes several values. */
    const char *rows;
    /* Metric that says which subjects have rows. */
    const char *main;
    const struct column *columns;
    enum design_notes notes;
};

/* NULL: the cell's mode is shown cell by cell. */
const struct design *report_find_design(const struct cell *);

#endif
