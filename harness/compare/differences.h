/* What differs between two runs, but for the figures. */
#ifndef HARNESS_COMPARE_DIFFERENCES_H
#define HARNESS_COMPARE_DIFFERENCES_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* The parts of a difference. Of another machine, nothing is compared without being forced; with
 * another system or build, code that nobody changed may take another time. */
#define DIFFERENCE_MACHINE "machine"
#define DIFFERENCE_SYSTEM "system"
#define DIFFERENCE_BUILD "build"
#define DIFFERENCE_COMMIT "commit"
#define DIFFERENCE_RUN "run" /* how it was run, and what does not matter by itself */

/* A new array of {"part", "name", "base", "new"}, the values as the runs have them, null where a
 * run has none: manifest, placement, profile, values of parameters, granted features. NULL: no
 * memory. */
json_t *differences_of(const json_t *base, const json_t *new);

/* How many are of that part. */
size_t differences_count(const json_t *differences, const char *part);

/* "cpus (2, 8), memory_kib (...)": those of one part, or of all but run for NULL. Cut to `size`. */
char *differences_text(const json_t *differences, const char *part, char *text, size_t size);

/* A value as people read it: "unknown" for null. */
char *difference_value(const json_t *value, char *text, size_t size);

#endif
