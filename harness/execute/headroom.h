/* Whether the generator could make more than the load that a cell asks it for.
 *
 * A generator at the end of its strength measures itself. How much of a CPU it took tells so in
 * every trial (harness/generator/open_loop_tally.h), but only by inference. So it is put to the
 * test as well, once in each cell with a load that is planned: after the first round it offers
 * OPEN_LOOP_HEADROOM times that load to the cheapest server there is, a floor. What it has not
 * shown it can do, nobody takes from it: every trial of the cell then says that the generator was
 * the bound, and why. */
#ifndef HARNESS_EXECUTE_HEADROOM_H
#define HARNESS_EXECUTE_HEADROOM_H

#include "harness/execute/launch.h"

/* Runs the proof, at most three times if it fails: on a shared machine one attempt may be somebody
 * else's fault. `like` is how a subject's trial of this round was launched, `trials` are those
 * trials. *headroom: a new object as the "headroom" of a cell in run.json; NULL when the mode plans
 * no load, or no trial came to anything. -EINTR and -ENOMEM as launch_trial(). */
int headroom_prove(const struct launch *like, const json_t *trials, json_t **headroom);

/* Marks these trials of the cell; nothing when `headroom` is NULL or was proved. */
void headroom_mark(const json_t *headroom, json_t *trials);

/* Whether this trial is the proof; where it is not, why, in `why` (PROBLEM_BYTES). */
bool headroom_is_proof(const json_t *trial, char *why);

/* "the generator did not make 1.5 times the load against floor:epoll: ...", of a headroom that was
 * not proved. Cut to fit. */
char *headroom_sentence(const json_t *headroom, char *text, size_t bytes);

#endif
