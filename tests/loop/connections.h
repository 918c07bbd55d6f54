/* Connections that a test delivers to a listener, and takes from it. */
#ifndef TESTS_LOOP_CONNECTIONS_H
#define TESTS_LOOP_CONNECTIONS_H

#include "tests/loop/fixture.h"

#define TAKEN_MAX 16

/* The streams that loop_accept() has filled in the running test, in order. */
extern struct loop_stream *taken[TAKEN_MAX];
extern size_t taken_count;

int connections_open(void **);
#define listener_test(name) cmocka_unit_test_setup_teardown(name, connections_open, fixture_close)

/* Connections FAKE_FD + first to FAKE_FD + last come from the next wait(). */
void deliver_connections(struct loop_listener *, int first, int last);
/* What loop_accept() says. */
int take_connection(struct loop_listener *);
/* Connection callbacks: trace the listener's name, with ":EMFILE" or ":errno" after an error. */
void trace_connection(struct loop_listener *, int status);
void trace_and_take(struct loop_listener *, int status);
void assert_taken_in_order(int first, int last);

#endif
