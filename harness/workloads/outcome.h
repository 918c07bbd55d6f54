/* Parts of a trial's outcome that workloads share. */
#ifndef HARNESS_WORKLOADS_OUTCOME_H
#define HARNESS_WORKLOADS_OUTCOME_H

#include "harness/generator/control.h"

/* "granted": the names of backend_feature bits, a new array. */
json_t *outcome_granted(uint32_t granted);

/* Takes the report out of the generator's answer to a load or to "stop"; the answer is given up.
 * -EPROTO: there is none. */
int outcome_keep_report(json_t *reply, json_t **report, char *problem);

/* Tells the generator to stop: *report is what it then says of its load, a new object, "histograms"
 * included. */
int outcome_take_report(struct control *, uint64_t deadline_ns, json_t **report, char *problem);

#endif
