/* How wide what a person reads may be. */
#ifndef HARNESS_BASE_TERMINAL_H
#define HARNESS_BASE_TERMINAL_H

#include <stdio.h>

/* Where nothing says how wide it is; and what is asked for beyond these is taken for them. */
enum { TERMINAL_COLUMNS = 100, TERMINAL_COLUMNS_LEAST = 40, TERMINAL_COLUMNS_MOST = 400 };

/* Columns of the terminal that the stream goes to; of one that goes elsewhere what COLUMNS in the
 * environment says, or else TERMINAL_COLUMNS. */
int terminal_columns(FILE *);

/* Words, broken at that width. `column` columns of the first line are printed already; further
 * lines begin `indent` columns in. */
void terminal_wrap(FILE *, int column, int indent, const char *text);

#endif
