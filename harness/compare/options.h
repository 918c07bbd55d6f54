/* The command line of `pollbench compare`. */
#ifndef HARNESS_COMPARE_OPTIONS_H
#define HARNESS_COMPARE_OPTIONS_H

#include "harness/contract/workload.h"
#include "harness/stats/verdict.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* The two sides of a comparison. */
enum { BASE, NEW, SIDES };

enum compare_form { COMPARE_TABLE, COMPARE_MARKDOWN, COMPARE_JSON };

enum { COMPARE_WORDS = VERDICT_SLOWER + 1, COMPARE_WORKLOADS_MAX = 16 };

struct name_list {
    char **list;
    size_t count;
};

struct compare_options {
    /* One or more of each side. */
    struct name_list folders[SIDES];
    /* Empty: all. */
    struct name_list subjects;
    const struct workload *workloads[COMPARE_WORKLOADS_MAX];
    size_t workload_count;
    /* NULL: chosen for each cell; "none"; or a subject. */
    const char *control;
    double minimum_effect;
    /* Below 0: by whether there is a control. */
    double run_offset;
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
