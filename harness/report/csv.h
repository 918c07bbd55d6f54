/* One CSV file: of the report, and of the charts' data. What a spreadsheet could take for a formula
 * is text in it. */
#ifndef HARNESS_REPORT_CSV_H
#define HARNESS_REPORT_CSV_H

#include "harness/base/file_save.h"

struct csv {
    struct file_draft draft;
    /* Of the row in progress. */
    unsigned columns;
};

/* 0 or -errno. `header` may be NULL. What is opened is closed; on -errno, also of an earlier write,
 * the file that was there before is untouched. */
int csv_open(struct csv *, const char *folder, const char *name, const char *header);
int csv_close(struct csv *);

/* Quoted where it has to be, and behind an apostrophe where it begins as a formula does. */
void csv_text(struct csv *, const char *text);
void csv_number(struct csv *, double value);
/* Columns that were written to a text before, by csv_add_text() and csv_add_number(). */
void csv_columns(struct csv *, const char *text, unsigned count);
void csv_end_row(struct csv *);

/* The same behind what is in `text`. */
void csv_add_text(char *text, size_t size, const char *from);
void csv_add_number(char *text, size_t size, double value);

#endif
