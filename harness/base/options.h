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
    /* "--rounds"; NULL ends the table. */
    const char *name;
    /* "N"; NULL: it takes none. */
    const char *argument;
    /* One line. */
    const char *help;
    option_take *take;
    /* May be given more than once. */
    bool repeatable;
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

/* A percentage, as "3%", "3" or "0.5%", within the range: 0.03, 0.03 and 0.005. Otherwise a
 * sentence that says the range. */
int options_percentage(const char *name, const char *text, double lowest_percent,
                       double highest_percent, double *share, char *problem);

#endif
