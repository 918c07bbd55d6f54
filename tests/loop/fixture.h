/* What the loop tests share: a loop over the fake backend, opened before and closed after each
 * test, and a trace, in which callbacks leave their names. */
#ifndef TESTS_LOOP_FIXTURE_H
#define TESTS_LOOP_FIXTURE_H

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "loop/loop.h"
#include "tests/fakes/fake_backend.h"

#define MS(milliseconds) ((uint64_t)(milliseconds)*NS_PER_MS)

/* The loop of the running test. */
extern struct loop *loop;

/* Opens the loop with default options over fake_variant. */
int fixture_open(void **);
/* Closes what is still open, runs the loop until that is done, destroys it, and fails the test when
 * anything was not given back. */
int fixture_close(void **);
/* For a test that wants a loop of its own: opens another one in place of `loop`. */
void fixture_reopen(const struct loop_options *);
struct loop_options fixture_options(void);

#define loop_test(name) cmocka_unit_test_setup_teardown(name, fixture_open, fixture_close)

/* Runs the tests of one file; with an argument, only the one of that name. */
#define run_loop_tests(tests, argc, argv)                                                          \
    (cmocka_set_test_filter((argc) > 1 ? (argv)[1] : NULL),                                        \
     cmocka_run_group_tests(tests, NULL, NULL))

/* Memory that lives until the loop is destroyed, full of rubbish: init has to set every field. */
void *fixture_new(size_t bytes);
#define NEW(type) ((type *)fixture_new(sizeof(type)))

/* Appends one word. */
void trace(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* The words since the last time, separated by spaces. */
#define assert_trace(expected)                                                                     \
    do {                                                                                           \
        assert_string_equal(fixture_trace(), expected);                                            \
        fixture_clear_trace();                                                                     \
    } while (0)
const char *fixture_trace(void);
void fixture_clear_trace(void);

/* The virtual time since the fixture was opened. */
uint64_t elapsed_ns(void);
/* The deadline of the last wait(), relative to the moment it began; 0: did not block. */
uint64_t last_wait_ns(void);
bool last_wait_was_without_deadline(void);

/* Handles whose callbacks leave their name in the trace. */
struct loop_timer *new_timer(const char *name);
struct loop_timer *timer_in(const char *name, uint64_t delay_ns);
void timer_start(struct loop_timer *, loop_timer_function *, uint64_t delay_ns, uint64_t repeat_ns);
struct loop_hook *new_idle(const char *name);
struct loop_hook *new_prepare(const char *name);
struct loop_hook *new_check(const char *name);
/* Started, with a callback of the test's own. */
struct loop_hook *idle_calling(loop_hook_function *);
struct loop_hook *prepare_calling(loop_hook_function *);
struct loop_hook *check_calling(loop_hook_function *);
void trace_timer(struct loop_timer *);
void trace_time(struct loop_timer *); /* "name@5": in milliseconds of the fake clock */
void trace_hook(struct loop_hook *);
void trace_close(struct loop_handle *); /* "name:closed" */

/* Keeps the loop alive, and does nothing. */
struct loop_async *keep_alive(void);

/* Listens on a real socket of 127.0.0.1, over the fake backend. */
struct loop_listener *new_listener(const char *name, loop_connection_function *);
/* One end of a socket pair; the other one is *peer, closed with the fixture. */
struct loop_stream *new_stream(const char *name, int *peer);
/* Traces "name:bytes", "name:end" or "name:-errno". */
void trace_read(struct loop_stream *, ssize_t bytes, const void *data);
/* Traces the write's data pointer as its name, with ":-errno" when it failed. */
void trace_write(struct loop_write *, int status);
struct loop_write *write_named(struct loop_stream *, const char *name);
void trace_shutdown(struct loop_stream *, int status);

#endif
