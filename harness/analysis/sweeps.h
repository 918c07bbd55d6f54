/* Cells that differ in one parameter and in nothing else, and what changes along it. */
#ifndef HARNESS_ANALYSIS_SWEEPS_H
#define HARNESS_ANALYSIS_SWEEPS_H

#include "harness/analysis/analysis.h"
#include "harness/stats/knee.h"

enum { SWEEP_MAX = 64 };

struct sweep {
    /* The run's text. */
    const char *parameter;
    /* Places in the run, by rising value; words as they stand there. */
    size_t cells[SWEEP_MAX];
    size_t count;
};

/* The sweep through `cell`; alone in it when the parameter has one value. */
void sweep_find(const struct run *, size_t cell, const char *parameter, struct sweep *);

/* The parameter of these cells that takes the most values, of those that are numbers; NULL: all
 * take one. */
const char *sweep_parameter(const struct run *, const size_t *cells, size_t count);

/* The value of the parameter in a cell of the sweep, for people; and as a number, 0 for a word. */
char *sweep_print(const struct run *, const struct sweep *, size_t place, char *text, size_t size);
double sweep_number(const struct run *, const struct sweep *, size_t place);

/* Whether it is a sweep of the load, which has a knee. */
bool sweep_is_of_load(const struct sweep *);

/* The knee of a pool's subject over a sweep of its load; the places in it are those of
 * sweep->cells, and a cell without its figures is left out. The rule is in stats/knee.h. false:
 * none of these cells says anything. */
bool sweep_knee(const struct analysis *, const struct sweep *, size_t subject, struct knee *);

/* ---- crossovers ---- */

/* Neighbouring cells of a sweep in which a pair has the same word. */
struct stretch {
    enum verdict_word word;
    size_t first, last;
};

struct course {
    struct stretch stretches[SWEEP_MAX];
    size_t count;
    /* FASTER or SLOWER somewhere; and both, which is a crossover. */
    bool named, crosses;
    /* The order turns round just once, whatever lies between: `until` is the last place with the
     * word `from`, `since` the first one with the opposite. These are set when `crosses`. */
    bool turns_once;
    enum verdict_word from;
    size_t until, since;
};

/* A subject against another along a sweep. false: the two are not a pair in every cell of it. */
bool sweep_follow(const struct analysis *, const struct sweep *, size_t subject, size_t against,
                  struct course *);

/* "FASTER up to 10, SLOWER from 100 up", behind what is in `text`. */
void course_print(const struct run *, const struct sweep *, const struct course *, char *text,
                  size_t size);

#endif
