/* The three forms of a comparison. Internal to compare/. */
#ifndef HARNESS_COMPARE_WRITERS_H
#define HARNESS_COMPARE_WRITERS_H

#include "harness/compare/comparison.h"

#include <stdio.h>

/* For a terminal. 0 or -ENOMEM. */
int compare_write_table(const struct run_comparison *, FILE *);
/* For GitHub. */
void compare_write_markdown(const struct run_comparison *, FILE *);
/* As in results/compare.schema.json. 0 or -errno. */
int compare_write_json(const struct run_comparison *, FILE *);

#endif
