/* Which modes are shown as tables over a parameter, and with which columns. Internal to the report.
 */
#ifndef HARNESS_REPORT_DESIGNS_H
#define HARNESS_REPORT_DESIGNS_H

#include "harness/report/columns.h"

struct design {
    const char *workload, *mode;
    const char *rows; /* the parameter, unless another one alone takes several values */
    const char *main; /* metric that says which subjects have rows */
    const struct column *columns;
    bool has_knee;
};

/* NULL: the cell's mode is shown cell by cell. */
const struct design *report_find_design(const json_t *cell);

#endif
