/* Finds the valid name that a mistyped one was probably meant to be. */
#ifndef HARNESS_BASE_NEAREST_H
#define HARNESS_BASE_NEAREST_H

#include <stdbool.h>
#include <stddef.h>

/* Candidates that are listed in a sentence, in bytes: all subjects, in five lines. */
enum { NEAREST_LIST_BYTES = 400 };

struct nearest {
    const char *word;
    /* NULL until a candidate was considered. */
    const char *best;
    size_t distance;
    /* All candidates, "drain, steady, rate". */
    char list[NEAREST_LIST_BYTES];
    bool too_many;
};

void nearest_begin(struct nearest *, const char *word);
/* The earlier one wins a draw. */
void nearest_consider(struct nearest *, const char *candidate);

/* Whether the best one may be what was meant: one word has the other in it ("libuv"), or more than
 * half of the longer one stays. */
bool nearest_is_near(const struct nearest *);

/* -EINVAL, with a sentence: there is no `kind` ("backend") of this name; the nearest one, where one
 * is near; and those that there are, or where they are too many, what lists them ("pollbench
 * list").
 */
int nearest_unknown(const struct nearest *, const char *kind, const char *see, char *problem);

/* Insertions, deletions, substitutions and swaps of neighbours that turn one word into the other
 * (optimal string alignment). Words are compared up to 63 bytes. */
size_t nearest_distance(const char *a, const char *b);

#endif
