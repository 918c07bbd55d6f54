/* A server for the open loop that the test plays itself, an honest one or another. */
#ifndef TESTS_HARNESS_GENERATOR_OPEN_LOOP_SERVER_H
#define TESTS_HARNESS_GENERATOR_OPEN_LOOP_SERVER_H

#include "harness/stats/histogram.h"
#include "tests/harness/generator/generator_process.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

extern int listener;
extern unsigned port;
extern json_t *reply; /* to the last stop(); the fixture frees it */

/* A new listener, as each test begins with one. */
void listener_renew(void);

int open_loop_start(void **);
int open_loop_end(void **);
#define WITH_GENERATOR(test) cmocka_unit_test_setup_teardown(test, open_loop_start, open_loop_end)

/* ---- the load ---- */

/* Begins one of constant arrivals. What generator_ask() says. */
int rate(double rate_per_s, unsigned bytes, unsigned conns, double limit_s);

/* Begins a load and its window. Returns how many arrivals may have been planned before it: on a
 * busy machine, the command takes its time. */
unsigned rate_and_mark(double rate_per_s, unsigned bytes, unsigned conns);

/* Ends the window and takes the report. */
void stop(void);

/* A count of the report's plan, and a histogram of the report. */
uint64_t planned(const char *name);
struct histogram latency(const char *name);

/* What holds of every report. */
void every_arrival_is_accounted_for_and_is_a_sample(void);

/* ---- the server ---- */

/* The next connection, which blocks. */
int take(void);

bool receives_request(int fd, unsigned bytes);
void send_bytes(int fd, char byte, unsigned bytes);
bool is_reset(int fd);

/* `count` whole exchanges, to the client's reset. */
void serve(unsigned count, unsigned bytes);

/* A process that serves exchanges one after the other until it is killed, while the test goes on.
 */
pid_t serve_in_background(unsigned bytes);
void end_background(pid_t);

void pause_ms(long ms);

#endif
