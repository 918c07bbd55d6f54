/* The table of subjects. */
#ifndef HARNESS_SUBJECTS_SUBJECTS_H
#define HARNESS_SUBJECTS_SUBJECTS_H

#include "harness/contract/subject.h"

#include <stddef.h>

/* All subjects: every backend variant, then floors and peers. Memory lives as long as the program.
 */
const struct subject *subjects(size_t *count);
/* NULL when there is none of that name. */
const struct subject *subject_find(const char *name);

#endif
