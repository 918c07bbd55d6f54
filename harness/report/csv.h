/* One CSV file, written under a temporary name that csv_close() makes the real one. Internal to the
 * report. */
#ifndef HARNESS_REPORT_CSV_H
#define HARNESS_REPORT_CSV_H

#include <stdio.h>

struct csv {
    FILE *file;
    unsigned columns; /* of the row in progress */
    char *problem;
    char path[4200], temporary[4200];
    const void *begin_of; /* the cell whose rows begin with `begin` */
    char begin[1200];
};

/* 0 or -errno with a sentence in `problem` (512 bytes), which has to outlive the csv. header may be
 * NULL. */
int csv_open(struct csv *, const char *folder, const char *name, const char *header, char *problem);
int csv_close(struct csv *);

void csv_text(struct csv *, const char *text); /* quoted where it has to be */
void csv_number(struct csv *, double value);
void csv_end_row(struct csv *);

#endif
