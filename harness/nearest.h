/* Finds the valid name that a mistyped one was probably meant to be. */
#ifndef HARNESS_NEAREST_H
#define HARNESS_NEAREST_H

#include <stddef.h>

struct nearest {
    const char *word;
    const char *best; /* NULL until a candidate was considered */
    size_t distance;
};

void nearest_begin(struct nearest *, const char *word);
void nearest_consider(struct nearest *, const char *candidate); /* the earlier one wins a draw */

/* Insertions, deletions, substitutions and swaps of neighbours that turn one word into the other
 * (optimal string alignment). Words are compared up to 63 bytes. */
size_t nearest_distance(const char *a, const char *b);

#endif
