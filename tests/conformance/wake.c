/* Waking from outside: the only call that another thread may make, and the only one that must not
 * get lost. */
#include "tests/conformance/cases.h"
#include "tests/conformance/network.h"

#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

void a_wake_before_the_wait_is_not_lost(struct fixture *f)
{
    backend_start(f);
    for (unsigned i = 1; i <= 5; i++) {
        expect_that(f->ops->wake(f->backend), >=, 0);
        expect_equal(wait_once(f, BACKEND_NO_DEADLINE), 1);
        expect_equal(f->wakes, i);
    }
    expect_equal(wait_once(f, 0), 0);
}

void several_wakes_before_a_wait_may_be_one(struct fixture *f)
{
    backend_start(f);
    for (int i = 0; i < 10; i++)
        expect_that(f->ops->wake(f->backend), >=, 0);
    WAIT_UNTIL(f, f->wakes > 0);
    while (wait_once(f, 0) > 0)
        ;
    expect_between(f->wakes, 1, 10, "IO_WAKE after ten wakes");
    expect_equal(wait_once(f, in_ms(10)), 0);
}

struct waker {
    struct fixture *fixture;
    useconds_t delay_us;
    unsigned count;
    atomic_uint sent, answered;
    /* Written before a wake, read after it: an order that wake() has to give. */
    unsigned plain;
};

static void *wake_after_delay(void *context)
{
    struct waker *waker = context;
    usleep(waker->delay_us);
    waker->plain = 17;
    waker->fixture->ops->wake(waker->fixture->backend);
    return NULL;
}

static pthread_t start_thread(void *(*run)(void *), struct waker *waker)
{
    pthread_t thread;
    expect_equal(pthread_create(&thread, NULL, run, waker), 0);
    return thread;
}

void a_wake_from_another_thread_ends_a_wait_without_deadline(struct fixture *f)
{
    struct waker waker = {.fixture = f, .delay_us = 30000};
    backend_start(f);
    pthread_t thread = start_thread(wake_after_delay, &waker);
    while (f->wakes == 0)
        expect_that(wait_once(f, BACKEND_NO_DEADLINE), >, 0);
    expect_equal(waker.plain, 17);
    pthread_join(thread, NULL);
    expect_equal(wait_once(f, 0), 0);
}

/* The largest deadline that is one. Converted to a relative time it must not overflow into the
 * past. */
void a_deadline_in_the_far_future_is_waited_for(struct fixture *f)
{
    const uint64_t far_ns[] = {BACKEND_NO_DEADLINE - 1, (uint64_t)INT64_MAX + 1,
                               (uint64_t)INT64_MAX, (uint64_t)UINT32_MAX * NS_PER_S,
                               (uint64_t)UINT32_MAX * NS_PER_MS};
    backend_start(f);
    for (unsigned i = 0; i < sizeof far_ns / sizeof far_ns[0]; i++) {
        struct waker waker = {.fixture = f, .delay_us = 20000};
        pthread_t thread = start_thread(wake_after_delay, &waker);
        expect_equal(wait_once(f, far_ns[i]), 1);
        expect_equal(f->wakes, i + 1);
        pthread_join(thread, NULL);
    }
}

static void *wake_many_times(void *context)
{
    struct waker *waker = context;
    for (unsigned i = 0; i < waker->count; i++) {
        atomic_fetch_add_explicit(&waker->sent, 1, memory_order_relaxed);
        waker->fixture->ops->wake(waker->fixture->backend);
        if (i % 1000 == 0)
            usleep(100);
    }
    return NULL;
}

/* After the last wake there is one result to come that sees its count: if it were lost, the wait
 * without a deadline would hang. */
void of_a_hundred_thousand_wakes_the_last_one_is_never_lost(struct fixture *f)
{
    struct waker waker = {.fixture = f, .count = 100000};
    backend_start(f);
    pthread_t thread = start_thread(wake_many_times, &waker);
    unsigned seen = 0;
    while (seen < waker.count) {
        unsigned wakes = f->wakes;
        expect_that(wait_once(f, BACKEND_NO_DEADLINE), >, 0);
        expect_that(f->wakes, >, wakes);
        seen = atomic_load_explicit(&waker.sent, memory_order_relaxed);
    }
    pthread_join(thread, NULL);
    expect_between(f->wakes, 1, waker.count, "IO_WAKE after all wakes");
}

static void *wake_and_be_answered(void *context)
{
    struct waker *waker = context;
    for (unsigned i = 1; i <= waker->count; i++) {
        waker->plain = i;
        waker->fixture->ops->wake(waker->fixture->backend);
        while (atomic_load_explicit(&waker->answered, memory_order_acquire) < i)
            usleep(10);
    }
    return NULL;
}

void what_was_written_before_a_wake_is_seen_after_it(struct fixture *f)
{
    struct waker waker = {.fixture = f, .count = 2000};
    backend_start(f);
    pthread_t thread = start_thread(wake_and_be_answered, &waker);
    for (unsigned i = 1; i <= waker.count; i++) {
        expect_equal(wait_once(f, BACKEND_NO_DEADLINE), 1);
        expect_equal(waker.plain, i);
        atomic_store_explicit(&waker.answered, i, memory_order_release);
    }
    pthread_join(thread, NULL);
    expect_equal(f->wakes, waker.count);
}

/* More than a pipe holds, if it is a pipe: neither may the caller be blocked, nor told of an error.
 */
void wakes_that_nobody_waits_for_do_not_pile_up(struct fixture *f)
{
    backend_start(f);
    for (int i = 0; i < 300000; i++)
        if (f->ops->wake(f->backend) < 0)
            fail_case("wake number %d failed", i);
    WAIT_UNTIL(f, f->wakes > 0);
    while (wait_once(f, 0) > 0)
        ;
    expect_that(f->ops->wake(f->backend), >=, 0);
    expect_equal(wait_once(f, BACKEND_NO_DEADLINE), 1);
}

void a_wake_comes_beside_other_results(struct fixture *f)
{
    int peer;
    backend_start(f);
    struct endpoint *source = connection(f, &peer, IO_WANT_RECV);
    wait_once(f, 0);
    for (unsigned i = 1; i <= 10; i++) {
        f->capacity = i % 2 == 0 ? 1 : 64;
        expect_equal(peer_send_pattern(peer, 10 * (i - 1), 10), 10);
        expect_that(f->ops->wake(f->backend), >=, 0);
        WAIT_UNTIL(f, f->wakes == i && source->received == 10 * i);
    }
    expect_quiet(f, 10);
}

void a_wake_is_not_put_off_by_sources_that_are_always_ready(struct fixture *f)
{
    int writer;
    f->capacity = 1;
    backend_start(f);
    for (int i = 0; i < 32; i++) {
        pipe_reader(f, &writer, IO_WANT_READABLE);
        expect_equal(write(writer, "a", 1), 1);
    }
    for (int i = 0; i < 40; i++)
        wait_some(f, "a pipe that is readable");
    for (unsigned round = 1; round <= 3; round++) {
        expect_that(f->ops->wake(f->backend), >=, 0);
        for (int i = 0; i < 3 * 33 && f->wakes < round; i++)
            wait_some(f, "a pipe that is readable");
        expect_equal(f->wakes, round);
    }
}
