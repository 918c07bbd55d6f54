/* Lines that fit a screen: so many at most, and so wide. Internal to the report. */
#ifndef HARNESS_REPORT_SCREEN_H
#define HARNESS_REPORT_SCREEN_H

#include <stddef.h>
#include <stdio.h>

enum { SCREEN_LINES = 20, SCREEN_COLUMNS = 80 };

struct screen {
    /* At most SCREEN_COLUMNS. */
    int columns;
    /* Lines beyond SCREEN_LINES are counted, and not kept. */
    size_t count;
    char lines[SCREEN_LINES][SCREEN_COLUMNS + 1];
};

/* A text is in parts, with a tab between them: a line is broken there, within a part only when that
 * alone is too wide, and a word only when it is. `lead` stands before it in a column of its own,
 * `indent` wide, or where it is as wide as that with a colon behind it. In more than `most` lines
 * the rest is left out, and "..." says so. `most` >= 1. */
struct paragraph {
    const char *lead;
    int indent;
    const char *text;
    size_t most;
};

void screen_add(struct screen *, const struct paragraph *);
/* How many lines it would take, were there room. */
size_t screen_needs(const struct screen *, const struct paragraph *);

/* Everything of the other one behind it. */
void screen_append(struct screen *, const struct screen *);
void screen_print(const struct screen *, FILE *);

#endif
