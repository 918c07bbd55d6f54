/* Reading the CSV files that the report has just written. Internal to page*.c. */
#ifndef HARNESS_PAGE_CSV_H
#define HARNESS_PAGE_CSV_H

#include <stddef.h>

enum { CSV_FIELDS = 16 };

/* A whole file in memory, read row by row. */
struct csv_rows {
    char *text, *at;
    char *fields[CSV_FIELDS]; /* of the row at hand; valid until csv_rows_close() */
    size_t count;             /* 0: an empty line */
};

/* At most `limit` bytes of FOLDER/NAME, with a 0 behind them; the caller frees. NULL with errno:
 * EFBIG when there are more. */
char *page_read_file(const char *folder, const char *name, size_t limit);

/* 0 or -errno. Further fields than CSV_FIELDS are left out. */
int csv_rows_open(struct csv_rows *, const char *folder, const char *name);
int csv_rows_next(struct csv_rows *); /* 0: there are no more */
void csv_rows_close(struct csv_rows *);

#endif
