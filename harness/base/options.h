/* Command-line options by table: every subcommand states its own, and its --help is printed from
 * the same rows that are parsed. */
#ifndef HARNESS_BASE_OPTIONS_H
#define HARNESS_BASE_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* Takes one value into `target`. 0, or -EINVAL with a sentence in `problem` (PROBLEM_BYTES).
 * `value` is NULL for an option without an argument. */
typedef int option_take(void *target, const char *value, char *problem);

struct option_row {
    const char *name;     /* "--rounds"; NULL ends the table */
    const char *argument; /* "N", NULL: takes none */
    const char *help;     /* one line */
    option_take *take;
    bool repeatable; /* may be given more than once */
};

enum options_result { OPTIONS_DONE, OPTIONS_HELP };

/* Parses argv[1..]: "--name value", "--name=value", and words that are no option, which go to
 * `word` (NULL: there may be none). OPTIONS_DONE; OPTIONS_HELP as soon as --help or -h stands
 * there; -EINVAL with a sentence that names the nearest valid option. */
int options_parse(const struct option_row *rows, option_take *word, void *target, int argc,
                  char **argv, char *problem);

void options_print(FILE *, const struct option_row *rows);

/* Calls `take` for each part of "a,b,c"; an empty part is an error. The parts live in a copy that
 * is gone when this returns. `name` is the option, for the sentence. */
int options_split(const char *name, const char *list, option_take *take, void *target,
                  char *problem);

/* A whole number within the range, or a sentence that says the range. */
int options_integer(const char *name, const char *text, uint64_t minimum, uint64_t maximum,
                    uint64_t *value, char *problem);

/* The smallest effect that verdicts may name, as "3%" or "3": a share from 0.001 to 0.5. */
int options_minimum_effect(const char *name, const char *text, double *share, char *problem);

#endif
