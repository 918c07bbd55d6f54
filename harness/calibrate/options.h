/* What `pollbench calibrate` was asked for. */
#ifndef HARNESS_CALIBRATE_OPTIONS_H
#define HARNESS_CALIBRATE_OPTIONS_H

#include "harness/base/options.h"
#include "harness/calibrate/calibration.h"

struct calibrate_options {
    bool chosen[CALIBRATIONS_MAX];
    bool any_chosen;
    uint64_t comparisons, rounds, seed;
    bool seed_given;
    const char *backend, *folder;
    /* NULL: measure. */
    const char *report_folder;
    bool quiet, json;
};

/* OPTIONS_DONE, OPTIONS_HELP, or -EINVAL with a sentence. */
int calibrate_options_parse(struct calibrate_options *, int argc, char **argv, char *problem);
void calibrate_options_print_help(FILE *);

#endif
