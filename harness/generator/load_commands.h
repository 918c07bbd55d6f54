/* What a load is told when it begins and while it runs. */
#ifndef HARNESS_GENERATOR_LOAD_COMMANDS_H
#define HARNESS_GENERATOR_LOAD_COMMANDS_H

#include "harness/generator/control.h"
#include "harness/stats/arrivals.h"

enum { LOAD_ARRIVALS = ARRIVALS_ENDLESS + 1 };

/* How commands name them: "constant", "poisson", "endless". */
extern const char *const load_arrivals[LOAD_ARRIVALS];

enum load_command { LOAD_NOTHING, LOAD_MARK, LOAD_STOP };

/* The next command, waiting as control_receive() does; LOAD_NOTHING when there is none yet. Answers
 * by itself, with a refusal, what a running load does not take; `load` names it: "steady". -EPIPE:
 * the channel has ended; -errno: it is broken. */
int load_command_next(struct control *, uint64_t deadline_ns, const char *load);

#endif
