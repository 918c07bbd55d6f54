/* Subjects as this system has them. */
#ifndef HARNESS_PLAN_SUBJECT_LIST_H
#define HARNESS_PLAN_SUBJECT_LIST_H

#include "harness/contract/subject.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct subject_description {
    const struct subject *subject;
    bool available;
    /* Why it is not; "" when it is. */
    char reason[REASON_BYTES];
    /* backend_feature bits. To one that is not available: what of it this system has. */
    uint32_t asked, granted;
};

/* Room for the names of all features. */
enum { FEATURE_NAMES_BYTES = 512 };

/* Asks the system. */
void subject_describe(const struct subject *, struct subject_description *);

/* It runs, with deadlines of whole milliseconds. */
bool subject_is_rounded(const struct subject_description *);
/* Its name, or where it is rounded "epoll (ms)". Returns `text`, of SUBJECT_SHOWN_BYTES. */
char *subject_shown(const struct subject_description *, char *text);

/* "EPOLL_PWAIT2,EDGE"; "" for none. Cut to fit. Returns `text`. */
char *subject_feature_names(uint32_t features, char *text, size_t size);

#endif
