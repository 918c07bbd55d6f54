/* What differs between two runs, but for the figures. */
#ifndef HARNESS_COMPARE_DIFFERENCES_H
#define HARNESS_COMPARE_DIFFERENCES_H

#include "harness/compare/options.h"
#include "harness/record/run.h"

#include <stdbool.h>
#include <stddef.h>

enum difference_part {
    /* Another machine: nothing is compared unless forced. */
    DIFFERENCE_MACHINE,
    /* With another system or build, code that nobody changed may take another time. */
    DIFFERENCE_SYSTEM,
    DIFFERENCE_BUILD,
    DIFFERENCE_COMMIT,
    /* How it was run, and what does not matter by itself. */
    DIFFERENCE_RUN,
    DIFFERENCE_PARTS,
};

/* "machine", "system", ... */
extern const char *const difference_part_names[DIFFERENCE_PARTS];

/* Entry i of all three is of one difference. VALUE_NOTHING: that run has no such value. Empty when
 * it is all zeros. */
struct difference_list {
    enum difference_part *parts;
    struct named_values values[SIDES];
    size_t count;
};

/* Of manifest, placement, profile, values of parameters and granted features. 0 or -ENOMEM; the
 * list is empty before, and freed in any case. */
int difference_list_fill(struct difference_list *, const struct run *base, const struct run *new);
void difference_list_free(struct difference_list *);

/* How many are of that part. */
size_t difference_list_count(const struct difference_list *, enum difference_part);

/* "sysctl.net.core.somaxconn", fit for a terminal. Returns `text`. */
char *difference_name(const struct difference_list *, size_t place, char *text, size_t size);

/* "cpus (2, 8), memory_kib (...)": those of one part, or for DIFFERENCE_PARTS of all but
 * DIFFERENCE_RUN. Cut to `size`. Returns `text`. */
char *difference_list_describe(const struct difference_list *, enum difference_part, char *text,
                               size_t size);

#endif
