/* The closed loop: a fixed number of connections at a time, each made again as soon as it has
 * ended.
 *
 * The server closes what it accepts, so one connection is connect -> end of file -> reset. Latency
 * counts from connect() to end of file. A closed loop slows down with its server, so these
 * latencies leave out what arrivals at a fixed rate would have waited (coordinated omission); they
 * are labelled closed. */
#ifndef HARNESS_GENERATOR_CLOSED_LOOP_H
#define HARNESS_GENERATOR_CLOSED_LOOP_H

#include "harness/generator/control.h"
#include "harness/generator/load_report.h"
#include "harness/generator/target.h"

#define CLOSED_LOOP_CONNS_MAX 65536u

/* More failed connections than this end the load: the server is not worth measuring. */
#define CLOSED_LOOP_ERRORS_MAX 1000u

/* Answers "steady" once the first connections are under way, then makes load and answers "mark"
 * until "stop", which ends it. 1: *reply is a new object to answer "stop" with. 0: the control
 * channel has ended. -errno: it could not start, and `problem` is a sentence; whatever fails later
 * is told in the reply to "stop". No connection is left open. After limit_s the load ends by
 * itself. */
int closed_loop_run(struct target *, unsigned conns, double limit_s, bool pinned, struct control *,
                    json_t **reply, char *problem);

#endif
