/* report.html: the verdicts, charts and figures of a run as one page, which needs neither the
 * network nor any other file. */
#ifndef HARNESS_PAGE_PAGE_H
#define HARNESS_PAGE_PAGE_H

#include "harness/charts/charts.h"

/* Writes FOLDER/report.html, under another name first. `charts` are those that were drawn for this
 * report; `no_charts` is a sentence that says why there are none, or NULL. 0 or -errno with a
 * sentence in `problem`. */
int page_write(const struct analysis *, const char *folder, const struct chart_list *charts,
               const char *no_charts, char *problem);

#endif
