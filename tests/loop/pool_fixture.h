/* A pool on the fixture's loop, and jobs that leave their names in the trace. The fake backend
 * blocks until a thread wakes it. */
#ifndef TESTS_LOOP_POOL_FIXTURE_H
#define TESTS_LOOP_POOL_FIXTURE_H

#include "loop/pool.h"
#include "tests/loop/fixture.h"
#include "tests/loop/gate.h"

/* The pool of the running test; NULL when it has none. */
extern struct pool *pool;
/* Where gate_work() stands. New for each test. */
extern struct gate gate;

int pool_fixture_open(void **);
/* Opens the gate, closes the pool if the test has not, and all else as fixture_close(). */
int pool_fixture_close(void **);

#define pool_test(name) cmocka_unit_test_setup_teardown(name, pool_fixture_open, pool_fixture_close)

void open_pool(unsigned threads);
void open_pool_with(const struct pool_options *);
/* The test's own close: the trace says "closed". Runs the loop when asked to. */
void close_pool(void);

/* A zeroed job with a name, which is its `data`. */
struct pool_job *new_job(const char *name);
/* Submits, and expects that to work. */
void submit(struct pool_job *, pool_work_function *, pool_done_function *);
void submit_slow(struct pool_job *, pool_work_function *, pool_done_function *);
struct pool_job *submit_named(const char *name, pool_work_function *);

void no_work(struct pool_job *);
void gate_work(struct pool_job *);
void trace_done(struct pool_job *, int status); /* "name", or "name:-errno" */

struct pool_counters counters(void);

/* Iterations of the loop, each until something wakes it, while the condition holds. */
#define RUN_WHILE(condition)                                                                       \
    while (condition) {                                                                            \
        fake_forget_calls();                                                                       \
        assert_in_range(loop_run(loop, LOOP_ONCE), 0, 1);                                          \
    }
/* Until every job is done. */
#define RUN_ALL() RUN_WHILE(loop_alive(loop))

#endif
