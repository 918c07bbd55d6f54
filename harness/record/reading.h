/* Values of one line of JSON, read straight into their places. Each function returns 0 or -errno;
 * with -EINVAL the reading says what was expected and what is there in its place. */
#ifndef HARNESS_RECORD_READING_H
#define HARNESS_RECORD_READING_H

#include "harness/record/json_scan.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct run;
struct trial;

enum { READING_NAME_BYTES = 64 };

struct reading {
    struct json_scan scan;
    struct trial *trial;
    /* NULL: what a trial's process hands over, which knows no run. */
    const struct run *run;
    /* The fields that are being read, from the outside in; `part` is "" but within an object. */
    const char *field;
    char part[READING_NAME_BYTES];
    /* Once a value is not what it has to be: what that is, and what there is in its place; NULL:
     * that says nothing. */
    const char *expected, *found;
};

/* Notes what was expected; -EINVAL. */
int reading_expected(struct reading *, const char *what);
/* Whether a value of that kind, as json_scan_kind names it, begins here; -EINVAL otherwise. */
int reading_kind(struct reading *, const char *kind, const char *what);
int reading_whole(struct reading *, uint64_t *number);
/* From 0 up. */
int reading_amount(struct reading *, double *number);
/* null is NAN. */
int reading_amount_or_null(struct reading *, double *number);
int reading_boolean(struct reading *, bool *boolean);
int reading_string(struct reading *, char *text, size_t size);
int reading_enter(struct reading *, char bracket);

/* What is done with each member of an object; its name is reading->part. */
typedef int reading_part(struct reading *, void *target);
int reading_parts(struct reading *, reading_part *part, void *target);

#endif
