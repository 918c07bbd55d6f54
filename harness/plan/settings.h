/* --set of `pollbench run`. Internal to plan/; run_options.h says what they are. */
#ifndef HARNESS_PLAN_SETTINGS_H
#define HARNESS_PLAN_SETTINGS_H

#include "harness/plan/run_options.h"

/* Adds one, from "queue=10,100". 0; -EINVAL with a sentence for what is none, or was given already;
 * -ENOMEM with one. */
int settings_add(struct run_options *, const char *text, char *problem);
void settings_free(struct run_options *);

#endif
