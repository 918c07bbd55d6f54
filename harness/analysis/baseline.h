/* The one subject that others are compared with, in every table, chart and file of a run. */
#ifndef HARNESS_ANALYSIS_BASELINE_H
#define HARNESS_ANALYSIS_BASELINE_H

#include "harness/record/run.h"

#include <stdbool.h>
#include <stddef.h>

/* Of one cell, from the places of the subjects that can be compared in it, in the order of the
 * run's list:
 *
 * The subject that was asked for, where it is among them. Else, of two, the first. Else epoll,
 * where it is among them; else the first. SUBJECT_NONE: there are none. */
size_t baseline_choose(const struct run *, const char *asked, const size_t *subjects, size_t count);

/* Whether ratios to this subject are kept for every metric: floors, peers and epoll, and the
 * baseline of the cell. */
bool baseline_is_kept(const char *subject);

#endif
