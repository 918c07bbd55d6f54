/* Wake-ups from other threads. */
#include "tests/loop/fixture.h"

#include <pthread.h>
#include <stdatomic.h>

static void trace_async(struct loop_async *async)
{
    trace("%s", (const char *)async->handle.data);
}

static struct loop_async *new_async(const char *name, loop_async_function *callback)
{
    struct loop_async *async = NEW(struct loop_async);
    loop_async_init(loop, async, callback);
    async->handle.data = (void *)name;
    return async;
}

static void many_sends_are_one_callback(void **state)
{
    (void)state;
    struct loop_async *async = new_async("async", trace_async);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(loop_async_send(async), 0);
    assert_true(fake_call_count(FAKE_WAKE) >= 1);
    assert_int_equal(loop_run(loop, LOOP_NOWAIT), 1);
    assert_int_equal(loop_run(loop, LOOP_NOWAIT), 1);
    assert_trace("async");
}

static void sends_that_are_already_pending_do_not_wake_the_backend_again(void **state)
{
    (void)state;
    struct loop_async *async = new_async("async", trace_async);
    for (int i = 0; i < 1000; i++)
        loop_async_send(async);
    assert_int_equal(fake_call_count(FAKE_WAKE), 1);
}

static void an_async_without_a_send_has_no_callback(void **state)
{
    (void)state;
    struct loop_async *sent = new_async("sent", trace_async);
    new_async("not sent", trace_async);
    loop_async_send(sent);
    loop_run(loop, LOOP_NOWAIT);
    assert_trace("sent");
}

static void every_async_that_was_sent_has_its_callback_in_the_poll_phase(void **state)
{
    (void)state;
    new_prepare("prepare");
    new_check("check");
    struct loop_async *asyncs[3];
    for (int i = 0; i < 3; i++) {
        asyncs[i] = new_async("async", trace_async);
        loop_async_send(asyncs[i]);
    }
    loop_run(loop, LOOP_NOWAIT);
    assert_trace("prepare async async async check");
}

static void a_send_wakes_a_loop_that_would_block(void **state)
{
    (void)state;
    timer_in("timer", MS(1000));
    loop_async_send(new_async("async", trace_async));
    loop_run(loop, LOOP_ONCE);
    assert_trace("async");
    assert_int_equal(elapsed_ns(), 0);
}

static void send_again(struct loop_async *async)
{
    trace_async(async);
    loop_async_send(async);
}

static void a_send_from_its_own_callback_comes_in_the_next_iteration(void **state)
{
    (void)state;
    new_check("check");
    loop_async_send(new_async("async", send_again));
    loop_run(loop, LOOP_NOWAIT);
    assert_trace("async check");
    loop_run(loop, LOOP_NOWAIT);
    assert_trace("async check");
}

static void an_async_closed_after_a_send_has_no_callback(void **state)
{
    (void)state;
    struct loop_async *async = new_async("async", trace_async);
    loop_async_send(async);
    loop_close(&async->handle, trace_close);
    assert_int_equal(loop_run(loop, LOOP_DEFAULT), 0);
    assert_trace("async:closed");
}

static struct loop_async *pair[2];

static void close_the_other_one(struct loop_async *async)
{
    trace("ran");
    loop_close(&pair[async == pair[0]]->handle, trace_close);
}

static void an_async_closed_by_the_callback_of_another_has_none(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++)
        pair[i] = new_async("other", close_the_other_one);
    for (int i = 0; i < 2; i++)
        loop_async_send(pair[i]);
    loop_run(loop, LOOP_NOWAIT);
    assert_trace("ran other:closed");
}

static void close_all(struct loop_async *async)
{
    trace_async(async);
    for (int i = 0; i < 2; i++)
        loop_close(&pair[i]->handle, NULL);
}

static void an_async_callback_may_close_itself_and_its_neighbours(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++)
        pair[i] = new_async("closing", close_all);
    loop_async_send(pair[1]);
    assert_int_equal(loop_run(loop, LOOP_DEFAULT), 0);
    assert_trace("closing");
}

static struct loop_async *started;

static void start_async(struct loop_async *async)
{
    trace_async(async);
    started = new_async("started", trace_async);
    loop_async_send(started);
}

static void an_async_started_and_sent_by_the_callback_of_another_has_its_own_later(void **state)
{
    (void)state;
    loop_async_send(new_async("starter", start_async));
    loop_run(loop, LOOP_NOWAIT);
    loop_run(loop, LOOP_NOWAIT);
    assert_trace("starter started");
}

static void an_unreferenced_async_does_not_keep_the_loop_alive(void **state)
{
    (void)state;
    struct loop_async *async = keep_alive();
    assert_true(loop_alive(loop));
    loop_unref(&async->handle);
    assert_int_equal(loop_run(loop, LOOP_DEFAULT), 0);
}

/* ---- from threads ---- */

#define THREADS 4
#define SENDS 1000

static _Atomic unsigned sent;
static unsigned seen, callbacks;

/* What a thread wrote before its send has to be visible in a callback after it. */
static void see_sends(struct loop_async *async)
{
    (void)async;
    callbacks++;
    seen = atomic_load_explicit(&sent, memory_order_relaxed);
}

static void *send_many(void *async)
{
    for (int i = 0; i < SENDS; i++) {
        atomic_fetch_add_explicit(&sent, 1, memory_order_relaxed);
        loop_async_send(async);
    }
    return NULL;
}

static void no_send_from_any_thread_is_lost(void **state)
{
    (void)state;
    fake_script.block = true;
    sent = seen = callbacks = 0;
    struct loop_async *async = new_async("async", see_sends);
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, send_many, async), 0);
    int r = 1;
    while (r == 1 && seen < THREADS * SENDS) {
        fake_forget_calls();
        r = loop_run(loop, LOOP_ONCE);
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    assert_in_range(r, 0, 1);
    assert_int_equal(seen, THREADS * SENDS);
    assert_in_range(callbacks, 1, THREADS * SENDS);
}

static unsigned plain; /* not atomic: ordered by the send alone */

static void *write_then_send(void *async)
{
    plain = 42;
    loop_async_send(async);
    return NULL;
}

static void see_plain(struct loop_async *async)
{
    assert_int_equal(plain, 42);
    trace_async(async);
    loop_close(&async->handle, NULL);
}

static void what_a_thread_wrote_before_its_send_is_visible_in_the_callback(void **state)
{
    (void)state;
    fake_script.block = true;
    plain = 0;
    struct loop_async *async = new_async("async", see_plain);
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, write_then_send, async), 0);
    assert_int_equal(loop_run(loop, LOOP_DEFAULT), 0);
    pthread_join(thread, NULL);
    assert_trace("async");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        loop_test(many_sends_are_one_callback),
        loop_test(sends_that_are_already_pending_do_not_wake_the_backend_again),
        loop_test(an_async_without_a_send_has_no_callback),
        loop_test(every_async_that_was_sent_has_its_callback_in_the_poll_phase),
        loop_test(a_send_wakes_a_loop_that_would_block),
        loop_test(a_send_from_its_own_callback_comes_in_the_next_iteration),
        loop_test(an_async_closed_after_a_send_has_no_callback),
        loop_test(an_async_closed_by_the_callback_of_another_has_none),
        loop_test(an_async_callback_may_close_itself_and_its_neighbours),
        loop_test(an_async_started_and_sent_by_the_callback_of_another_has_its_own_later),
        loop_test(an_unreferenced_async_does_not_keep_the_loop_alive),
        loop_test(no_send_from_any_thread_is_lost),
        loop_test(what_a_thread_wrote_before_its_send_is_visible_in_the_callback),
    };
    return run_loop_tests(tests, argc, argv);
}
