/* A cell: workload, mode, and one value for every parameter. */
#ifndef HARNESS_CONTRACT_CELL_H
#define HARNESS_CONTRACT_CELL_H

#include "harness/base/named_values.h"

struct workload;

struct cell {
    const struct workload *workload;
    /* One of workload->modes: compared as a pointer within a run, as text between runs. */
    const char *mode;
    /* Every parameter of the mode but optional ones that were not set. Owned. */
    struct named_values params;
};

/* 0 or -ENOMEM. */
int cell_copy(struct cell *to, const struct cell *from);
void cell_free(struct cell *);

/* Of one workload and mode; and with equal parameters, too. */
bool cell_same_mode(const struct cell *, const struct cell *);
bool cell_equal(const struct cell *, const struct cell *);

/* "accept drain queue=1000 idle=0": for people. Cut to fit. Returns `text`. */
char *cell_describe(const struct cell *, char *text, size_t size);

/* What the cell asks, in a few plain words: "accept, 1,000 idle". The parameters that its mode asks
 * about, and others that are not as usual; cells that differ only in what is not said have the same
 * words. Cut to fit. Returns `text`. */
char *cell_question(const struct cell *, char *text, size_t size);

#endif
