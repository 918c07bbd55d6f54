/* The command line of `pollbench compare`. */
#ifndef HARNESS_COMPARE_OPTIONS_H
#define HARNESS_COMPARE_OPTIONS_H

#include "harness/stats/verdict.h"

#include <jansson.h>
#include <stdio.h>

enum compare_form { COMPARE_TABLE, COMPARE_MARKDOWN, COMPARE_JSON };

enum { COMPARE_WORDS = VERDICT_SLOWER + 1 };

struct compare_options {
    json_t *folders[2]; /* of BASE and of NEW: arrays of names */
    json_t *subjects;   /* array of names; NULL: all */
    json_t *workloads;
    const char *control; /* NULL: chosen for each cell; "none"; or a subject */
    double minimum_effect;
    double run_offset; /* below 0: by whether there is a control */
    bool fail_on[COMPARE_WORDS];
    bool force;
    enum compare_form form;
};

/* OPTIONS_DONE; OPTIONS_HELP; or -EINVAL with a sentence in `problem` (PROBLEM_BYTES). Free it in
 * any case. */
int compare_options_parse(struct compare_options *, int argc, char **argv, char *problem);
void compare_options_free(struct compare_options *);

void compare_options_print_help(FILE *);

#endif
