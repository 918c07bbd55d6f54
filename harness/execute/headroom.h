/* Whether the generator could make more than the load that a cell asks it for.
 *
 * A generator at the end of its strength measures itself. How much of a CPU it took tells so in
 * every trial (generator/open_loop_tally.h), but only by inference. So it is put to the test as
 * well, once in each cell with a load that is planned: after the first round it offers
 * OPEN_LOOP_HEADROOM times that load to the cheapest server there is, a floor. What it has not
 * shown it can do, nobody takes from it: every trial of the cell then says that the generator was
 * the bound, and why. */
#ifndef HARNESS_EXECUTE_HEADROOM_H
#define HARNESS_EXECUTE_HEADROOM_H

#include "harness/execute/launch.h"
#include "harness/execute/trial_batch.h"
#include "harness/record/run.h"

/* The first floor that serves the cell here; `backend` where the system has none. */
const struct subject *headroom_cheapest_server(const struct cell *, const struct subject *backend);

/* Runs the proof, at most three times if it fails: on a shared machine one attempt may be somebody
 * else's fault. `like` is how a subject's trial of this round was launched; against that subject it
 * is proved where the system has no floor. `measured` are the trials of the round, of the cell at
 * this place of the run. Fills the headroom, which stays unknown when the mode plans no load or no
 * trial came to anything, and adds the trials of the proof to `proofs`. -EINTR and -ENOMEM as
 * launch_trial(). */
int headroom_prove(const struct launch *like, size_t cell, const struct trial_batch *measured,
                   struct headroom *, struct trial_batch *proofs);

/* Runs such a trial until one is the proof, three times at most, and begins none after the
 * deadline. `why` (PROBLEM_BYTES) is of the last one that was none. As launch_trial(). */
int headroom_attempt(const struct launch *, size_t cell, uint64_t deadline_ns,
                     struct trial_batch *proofs, bool *proved, char *why);

/* Marks these trials of the cell; nothing when it was proved, or nobody asked for a proof. */
void headroom_mark(const struct headroom *, struct trial_batch *);

/* Whether this trial is the proof; where it is not, why, in `why` (PROBLEM_BYTES). */
bool headroom_is_proof(const struct trial *, char *why);

#endif
