/* What the system can refuse a pool: memory and threads. The linker puts the functions below in
 * place of the C library's, in everything that is linked into this program. */
#include "tests/loop/pool_fixture.h"

#include <pthread.h>

void *__real_calloc(size_t, size_t);
void *__wrap_calloc(size_t, size_t);
int __real_posix_memalign(void **, size_t, size_t);
int __wrap_posix_memalign(void **, size_t, size_t);
int __real_pthread_create(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
int __wrap_pthread_create(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);

#define ANY_NUMBER -1

static long allocations_left = ANY_NUMBER, threads_left = ANY_NUMBER;
static size_t allocations, largest_bytes;

static bool refuse(long *left)
{
    if (*left > 0)
        --*left;
    else if (*left == 0)
        return true;
    return false;
}

void *__wrap_calloc(size_t count, size_t bytes)
{
    allocations++;
    largest_bytes = count * bytes > largest_bytes ? count * bytes : largest_bytes;
    return refuse(&allocations_left) ? NULL : __real_calloc(count, bytes);
}

int __wrap_posix_memalign(void **memory, size_t alignment, size_t bytes)
{
    allocations++;
    return refuse(&allocations_left) ? ENOMEM : __real_posix_memalign(memory, alignment, bytes);
}

int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *),
                          void *context)
{
    return refuse(&threads_left) ? EAGAIN : __real_pthread_create(thread, attributes, run, context);
}

static int open_generous(void **state)
{
    allocations_left = threads_left = ANY_NUMBER;
    return pool_fixture_open(state);
}

static int close_generous(void **state)
{
    allocations_left = threads_left = ANY_NUMBER;
    return pool_fixture_close(state);
}

#define generous_test(name) cmocka_unit_test_setup_teardown(name, open_generous, close_generous)

/* ---- memory ---- */

static void opening_without_memory_fails_at_each_allocation_and_leaves_nothing(void **state)
{
    (void)state;
    struct pool_options options = {.threads = 4};
    long allowed = 0;
    for (;; allowed++) {
        assert_true(allowed < 100);
        allocations_left = allowed;
        int r = pool_open(&pool, loop, &options);
        allocations_left = ANY_NUMBER;
        if (r == 0)
            break;
        assert_int_equal(r, -ENOMEM);
        assert_null(pool);
        assert_int_equal(loop_run(loop, LOOP_DEFAULT), 0);
    }
    assert_true(allowed >= 1);
    submit_named("job", no_work);
    RUN_ALL();
    assert_trace("job");
}

static void a_queue_that_cannot_grow_refuses_and_loses_nothing(void **state)
{
    (void)state;
    enum { COUNT = 10000 };
    struct pool_job *jobs = fixture_new(COUNT * sizeof *jobs);
    memset(jobs, 0, COUNT * sizeof *jobs);
    for (long allowed = 0; allowed < 3; allowed++) {
        open_pool(1);
        submit_named("gate", gate_work);
        gate_wait(&gate, (unsigned)allowed + 1);
        allocations_left = allowed;
        unsigned taken = 0;
        int r = 0;
        while (taken < COUNT && r == 0) {
            r = pool_submit(pool, &jobs[taken], POOL_FAST, no_work, NULL);
            taken += r == 0;
        }
        assert_int_equal(r, -ENOMEM);
        assert_int_equal(counters().waiting, taken);
        allocations_left = ANY_NUMBER;
        assert_int_equal(pool_submit(pool, &jobs[taken], POOL_FAST, no_work, NULL), 0);
        gate_open(&gate, 1);
        RUN_ALL();
        assert_int_equal(counters().completed, taken + 2);
        close_pool();
        RUN_ALL();
    }
    fixture_clear_trace();
}

static unsigned rounds_left;

static void submit_again(struct pool_job *job, int status)
{
    assert_int_equal(status, 0);
    if (rounds_left == 0)
        return;
    rounds_left--;
    submit(job, no_work, submit_again);
}

static void jobs_cost_no_allocation(void **state)
{
    (void)state;
    static struct pool_job jobs[100];
    memset(jobs, 0, sizeof jobs);
    open_pool(4);
    submit_named("first", no_work);
    RUN_ALL();
    size_t before = allocations;
    rounds_left = 20000;
    for (int i = 0; i < 100; i++)
        submit(&jobs[i], no_work, submit_again);
    RUN_ALL();
    assert_int_equal(counters().completed, 20101);
    assert_int_equal(allocations, before);
    fixture_clear_trace();
}

static void jobs_that_are_cancelled_again_and_again_take_no_more_memory(void **state)
{
    (void)state;
    struct pool_job *job = new_job("cancelled");
    largest_bytes = 0;
    open_pool(1);
    size_t first_bytes = largest_bytes;
    submit_named("gate", gate_work);
    gate_wait(&gate, 1);
    size_t renewed = 0;
    for (int i = 0; i < 20000; i++) {
        allocations_left = 1; /* for the queue without its empty slots */
        assert_int_equal(pool_submit(pool, job, POOL_FAST, no_work, NULL), 0);
        renewed += allocations_left == 0;
        assert_int_equal(pool_cancel(job), 0);
        RUN_WHILE(counters().canceled <= (uint64_t)i);
    }
    assert_in_range(renewed, 1, 20000 / 512);
    assert_int_equal(largest_bytes, first_bytes);
}

/* ---- threads ---- */

static void without_a_single_thread_a_job_is_refused_and_can_be_tried_again(void **state)
{
    (void)state;
    open_pool(4);
    threads_left = 0;
    struct pool_job *job = new_job("job");
    for (int i = 0; i < 3; i++)
        assert_int_equal(pool_submit(pool, job, POOL_FAST, no_work, trace_done), -EAGAIN);
    assert_false(loop_alive(loop));
    assert_int_equal(counters().threads, 0);
    assert_int_equal(counters().refused, 0);
    threads_left = ANY_NUMBER;
    submit(job, no_work, trace_done);
    assert_int_equal(counters().threads, 4);
    RUN_ALL();
    assert_trace("job");
}

static void a_pool_that_never_got_a_thread_can_be_closed(void **state)
{
    (void)state;
    open_pool(4);
    threads_left = 0;
    assert_int_equal(pool_submit(pool, new_job("job"), POOL_FAST, no_work, trace_done), -EAGAIN);
    close_pool();
    RUN_ALL();
    assert_trace("closed");
}

static void fewer_threads_than_asked_for_do_the_work_and_it_is_said(void **state)
{
    (void)state;
    open_pool(8);
    threads_left = 3;
    for (int i = 0; i < 4; i++)
        submit_named("job", gate_work);
    gate_wait(&gate, 3);
    assert_int_equal(counters().threads, 3);
    assert_int_equal(counters().waiting, 1);
    gate_open(&gate, GATE_FOR_ALL);
    RUN_ALL();
    assert_trace("job job job job");
}

static void half_of_the_threads_means_of_those_that_there_are(void **state)
{
    (void)state;
    open_pool(8);
    threads_left = 2;
    submit_slow(new_job("slow"), gate_work, trace_done);
    submit_slow(new_job("slow"), gate_work, trace_done);
    submit_named("fast", no_work);
    RUN_WHILE(counters().completed < 1);
    assert_trace("fast");
    gate_wait(&gate, 1); /* on a busy machine its thread comes later than the fast job's */
    assert_int_equal(gate_arrived(&gate), 1);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        generous_test(opening_without_memory_fails_at_each_allocation_and_leaves_nothing),
        generous_test(a_queue_that_cannot_grow_refuses_and_loses_nothing),
        generous_test(jobs_cost_no_allocation),
        generous_test(jobs_that_are_cancelled_again_and_again_take_no_more_memory),
        generous_test(without_a_single_thread_a_job_is_refused_and_can_be_tried_again),
        generous_test(a_pool_that_never_got_a_thread_can_be_closed),
        generous_test(fewer_threads_than_asked_for_do_the_work_and_it_is_said),
        generous_test(half_of_the_threads_means_of_those_that_there_are),
    };
    return run_loop_tests(tests, argc, argv);
}
