/* Several trials that live at a time and take turns: while one has its turn the others sleep. What
 * disturbs the machine for longer than a turn then meets all of them alike.
 *
 * One stream socket for each trial. The harness writes a byte: it is your turn. The trial writes a
 * byte when it has done one part of its work, or ends. */
#ifndef HARNESS_CONTRACT_TURNS_H
#define HARNESS_CONTRACT_TURNS_H

/* For the trial. Every fd may be 0: it is alone, and never waits. 0, or -errno: -EPIPE when nobody
 * is there any more to say whose turn it is. */

/* Waits for the first turn. */
int turns_begin(int fd);

/* Ends a turn and waits for the next. */
int turns_next(int fd);

#endif
