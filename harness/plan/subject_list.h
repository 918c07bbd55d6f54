/* Subjects as people and result files see them. */
#ifndef HARNESS_PLAN_SUBJECT_LIST_H
#define HARNESS_PLAN_SUBJECT_LIST_H

#include "harness/contract/subject.h"

#include <jansson.h>

/* Asks the system. A new object as in the "subjects" of run.json: name, tier, available, reason,
 * asked, granted; and "opt_in", "summary". */
json_t *subject_describe(const struct subject *);

/* "EPOLL_PWAIT2,EDGE" from the names in an array; "-" for none. Cut to fit. */
void subject_join_names(const json_t *names, char *text, size_t bytes);

#endif
