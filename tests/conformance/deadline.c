/* Deadlines: never early, not blocking where they are past, and signals in between. */
#include "tests/conformance/cases.h"
#include "tests/conformance/network.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/resource.h>
#include <unistd.h>

static void expect_not_early(struct fixture *f, uint64_t delay_ns)
{
    uint64_t deadline_ns = clock_now_ns() + delay_ns;
    expect_equal(wait_once(f, deadline_ns), 0);
    uint64_t now_ns = clock_now_ns();
    if (now_ns < deadline_ns)
        fail_case("wait() returned %llu ns before a deadline %llu ns away",
                  (unsigned long long)(deadline_ns - now_ns), (unsigned long long)delay_ns);
}

void a_wait_does_not_end_before_its_deadline(struct fixture *f)
{
    backend_start(f);
    for (uint64_t delay_ms = 1; delay_ms <= 64; delay_ms *= 2) {
        expect_not_early(f, delay_ms * NS_PER_MS);
        expect_not_early(f, delay_ms * NS_PER_MS + 1);
        expect_not_early(f, delay_ms * NS_PER_MS - 1);
    }
}

void a_deadline_below_a_millisecond_is_not_rounded_to_nothing(struct fixture *f)
{
    backend_start(f);
    for (uint64_t delay_us = 1; delay_us < 1000; delay_us += 13)
        expect_not_early(f, delay_us * NS_PER_US);
    for (uint64_t delay_ns = 1; delay_ns < NS_PER_MS; delay_ns *= 3)
        expect_not_early(f, delay_ns);
}

void a_deadline_with_sources_that_are_idle_is_kept(struct fixture *f)
{
    int peer, writer;
    struct sockaddr_in address;
    backend_start(f);
    connection(f, &peer, IO_WANT_RECV);
    pipe_reader(f, &writer, IO_WANT_READABLE);
    listener(f, 8, &address, IO_WANT_ACCEPT);
    for (int i = 0; i < 20; i++)
        expect_not_early(f, 700 * NS_PER_US);
}

/* Whether a wait slept is seen by the process having given the processor up, so no clock is asked.
 */
static long times_slept(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_nvcsw;
}

static void expect_no_sleep(struct fixture *f, uint64_t deadline_ns)
{
    long before = times_slept();
    for (int i = 0; i < 2000; i++)
        expect_equal(wait_once(f, deadline_ns), 0);
    expect_between(times_slept() - before, 0, 200,
                   "times that the process slept in 2,000 waits that must not block");
}

void a_deadline_of_zero_or_in_the_past_does_not_block(struct fixture *f)
{
    backend_start(f);
    expect_no_sleep(f, 0);
    expect_no_sleep(f, 1);
    expect_no_sleep(f, clock_now_ns() - 1);
}

void a_wait_with_a_past_deadline_still_brings_what_is_there(struct fixture *f)
{
    int peer;
    backend_start(f);
    struct endpoint *source = connection(f, &peer, IO_WANT_RECV);
    wait_once(f, 0);
    for (unsigned i = 1; i <= 10; i++) {
        expect_equal(peer_send_pattern(peer, 10 * (i - 1), 10), 10);
        uint64_t limit_ns = clock_now_ns() + stall_ns();
        while (source->received < 10 * i && clock_now_ns() < limit_ns)
            wait_once(f, i % 2 == 0 ? 0 : clock_now_ns() - NS_PER_MS);
        expect_equal(source->received, 10 * i);
    }
}

struct storm {
    pthread_t target, thread;
    atomic_bool over;
    atomic_uint sent;
    useconds_t pause_us;
};

static atomic_uint signals_seen;

static void on_signal(int number)
{
    (void)number;
    atomic_fetch_add(&signals_seen, 1);
}

static void *storm_run(void *context)
{
    struct storm *storm = context;
    while (!atomic_load(&storm->over)) {
        usleep(storm->pause_us);
        pthread_kill(storm->target, SIGUSR1);
    }
    return NULL;
}

static void storm_begin(struct storm *storm, useconds_t pause_us)
{
    struct sigaction action = {.sa_handler = on_signal}; /* not SA_RESTART */
    sigaction(SIGUSR1, &action, NULL);
    *storm = (struct storm){.target = pthread_self(), .pause_us = pause_us};
    expect_equal(pthread_create(&storm->thread, NULL, storm_run, storm), 0);
}

static void storm_end(struct storm *storm)
{
    atomic_store(&storm->over, true);
    pthread_join(storm->thread, NULL);
}

void a_signal_ends_a_wait(struct fixture *f)
{
    struct storm storm;
    backend_start(f);
    storm_begin(&storm, 20000);
    for (int i = 0; i < 3; i++)
        expect_equal(wait_once(f, BACKEND_NO_DEADLINE), 0);
    storm_end(&storm);
    expect_that(atomic_load(&signals_seen), >=, 3);
}

void a_storm_of_signals_neither_breaks_a_wait_nor_loses_anything(struct fixture *f)
{
    struct storm storm;
    int peer;
    uint64_t sent = 0;
    f->config.buffer_size = 500;
    backend_start(f);
    struct endpoint *source = connection(f, &peer, IO_WANT_RECV);
    storm_begin(&storm, 100);
    /* A busy machine may let few through: it goes on until there were enough. */
    for (unsigned round = 0; round < 200 || atomic_load(&signals_seen) <= 100; round++) {
        sent += peer_send_pattern(peer, sent, 2000);
        uint64_t limit_ns = clock_now_ns() + stall_ns();
        while (source->received < sent && clock_now_ns() < limit_ns)
            wait_once(f, limit_ns);
        expect_equal(source->received, sent);
        uint64_t deadline_ns = in_ms(1);
        while (clock_now_ns() < deadline_ns)
            expect_equal(wait_once(f, deadline_ns), 0);
    }
    storm_end(&storm);
    expect(!source->garbled, "every byte in its place: none lost, doubled or swapped");
}
