/* What the world can refuse: memory, and the backend. The linker puts the functions below in place
 * of malloc, calloc and realloc, in everything that is linked into this program. */
#include "tests/loop/fixture.h"

void *__real_malloc(size_t);
void *__real_calloc(size_t, size_t);
void *__real_realloc(void *, size_t);
void *__wrap_malloc(size_t);
void *__wrap_calloc(size_t, size_t);
void *__wrap_realloc(void *, size_t);

static long allocations_left = -1; /* fail all after so many; -1: fail none */
static size_t refused;

static bool refuse(void)
{
    if (allocations_left < 0)
        return false;
    if (allocations_left > 0) {
        allocations_left--;
        return false;
    }
    refused++;
    return true;
}

void *__wrap_malloc(size_t bytes)
{
    return refuse() ? NULL : __real_malloc(bytes);
}

void *__wrap_calloc(size_t count, size_t bytes)
{
    return refuse() ? NULL : __real_calloc(count, bytes);
}

void *__wrap_realloc(void *memory, size_t bytes)
{
    return refuse() ? NULL : __real_realloc(memory, bytes);
}

static int open_generous(void **state)
{
    allocations_left = -1;
    return fixture_open(state);
}

static int close_generous(void **state)
{
    allocations_left = -1;
    return fixture_close(state);
}

/* ---- memory ---- */

static void opening_a_loop_without_memory_fails_at_each_allocation_and_leaves_nothing(void **state)
{
    (void)state;
    struct loop_options options = fixture_options();
    long allowed = 0;
    struct loop *other = NULL;
    for (;; allowed++) {
        assert_true(allowed < 100);
        allocations_left = allowed;
        int r = loop_open(&other, &options);
        bool all_granted = allocations_left > 0 || r == 0;
        allocations_left = -1;
        if (all_granted)
            break;
        assert_int_equal(r, -ENOMEM);
    }
    assert_true(allowed >= 1);
    assert_non_null(other);
    size_t opened = 0;
    for (size_t i = 0; i < fake_call_count(FAKE_OPEN); i++)
        opened += fake_call(FAKE_OPEN, (int)i)->result == 0;
    assert_int_equal(loop_destroy(other), 0);
    assert_int_equal(opened - fake_call_count(FAKE_CLOSE), 1); /* the fixture's own */
}

static void a_timer_that_finds_no_memory_is_not_started_and_the_loop_stays_usable(void **state)
{
    (void)state;
    static struct loop_timer timers[100000];
    size_t started = 0;
    int r = 0;
    allocations_left = 0;
    while (started < 100000) {
        loop_timer_init(loop, &timers[started]);
        timers[started].handle.data = "t";
        r = loop_timer_start(&timers[started], trace_timer, MS(1), 0);
        if (r < 0)
            break;
        started++;
    }
    allocations_left = -1;
    assert_int_equal(r, -ENOMEM);
    struct loop_timer *failed = &timers[started];
    assert_false(loop_is_active(&failed->handle));
    assert_int_equal(loop_alive(loop), started > 0);
    failed->handle.data = "failed";
    assert_int_equal(loop_timer_start(failed, trace_timer, 0, 0), 0);
    assert_int_equal(loop_run(loop, LOOP_NOWAIT), started > 0);
    assert_trace("failed");
    assert_int_equal(loop_run(loop, LOOP_DEFAULT), 0);
    for (size_t i = 0; i <= started; i++)
        loop_close(&timers[i].handle, NULL);
    assert_int_equal(loop_run(loop, LOOP_DEFAULT), 0);
    fixture_clear_trace();
}

static void restarting_a_running_timer_needs_no_memory(void **state)
{
    (void)state;
    struct loop_timer *timer = timer_in("timer", MS(10));
    allocations_left = 0;
    for (int i = 0; i < 1000; i++)
        assert_int_equal(loop_timer_start(timer, trace_timer, MS(5), MS(1)), 0);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(loop_run(loop, LOOP_ONCE), 1);
    allocations_left = -1;
    assert_int_equal(elapsed_ns(), MS(5) + 999 * MS(1));
    fixture_clear_trace();
}

#define CROWD 64 /* as many as the array of timers has room for at first */

static struct loop_timer *crowd[CROWD];

/* Restarts all others, which are due as well: those that still stand in the array as due take the
 * room of those that are started again. */
static void restart_the_others(struct loop_timer *timer)
{
    trace("first");
    for (unsigned i = CROWD; i > 0; i--)
        if (crowd[i - 1] != timer)
            assert_int_equal(loop_timer_start(crowd[i - 1], trace_timer, MS(1), 0), 0);
}

static void restarting_due_timers_needs_no_memory(void **state)
{
    (void)state;
    for (unsigned i = 0; i < CROWD - 1; i++)
        crowd[i] = timer_in("t", MS(1));
    crowd[CROWD - 1] = new_timer("first");
    assert_int_equal(loop_timer_start(crowd[CROWD - 1], restart_the_others, 0, 0), 0);
    fake_advance(MS(5));
    allocations_left = 0;
    assert_int_equal(loop_run(loop, LOOP_NOWAIT), 1);
    assert_trace("first");
    allocations_left = 0;
    size_t refused_before = refused;
    assert_int_equal(loop_run(loop, LOOP_DEFAULT), 0);
    assert_int_equal(refused, refused_before);
    for (unsigned i = 0; i < CROWD - 1; i++)
        assert_false(loop_is_active(&crowd[i]->handle));
    assert_int_equal(elapsed_ns(), MS(6));
    fixture_clear_trace();
}

static void write_again(struct loop_write *write, int status)
{
    assert_int_equal(status, 0);
    if (loop_is_closing(&write->stream->handle))
        return;
    static struct loop_write other;
    static struct loop_write *free_write = &other;
    struct loop_write *next = free_write;
    free_write = write;
    assert_int_equal(loop_write(write->stream, next, "x", 1, write_again), 0);
}

static void answer(struct loop_stream *stream, ssize_t bytes, const void *data)
{
    (void)stream;
    assert_int_equal(bytes, 1);
    assert_memory_equal(data, "x", 1);
}

static void once_it_runs_the_loop_allocates_nothing_for_timers_hooks_reads_and_writes(void **state)
{
    (void)state;
    struct loop_stream *stream = new_stream("stream", NULL);
    static struct loop_write write;
    assert_int_equal(loop_write(stream, &write, "x", 1, write_again), 0);
    assert_int_equal(loop_read_start(stream, answer), 0);
    struct loop_timer *timer = timer_in("timer", MS(1));
    new_check("check");
    loop_run(loop, LOOP_NOWAIT);
    refused = 0;
    allocations_left = 0;
    for (int i = 0; i < 100; i++) {
        fake_deliver_bytes(&stream->source, "x");
        loop_timer_start(timer, trace_timer, 0, 0);
        assert_int_equal(loop_run(loop, LOOP_NOWAIT), 1);
    }
    allocations_left = -1;
    assert_int_equal(refused, 0);
    fixture_clear_trace();
}

static struct loop_stream *taken;

static void take(struct loop_listener *listener, int status)
{
    trace("%s", status == 0 ? "connection" : status == -ENOMEM ? "ENOMEM" : "errno");
    if (status < 0 || taken != NULL)
        return;
    taken = NEW(struct loop_stream);
    loop_stream_init(loop, taken);
    assert_int_equal(loop_accept(listener, taken), 0);
}

static void
connections_that_find_no_memory_to_wait_in_are_closed_and_the_listener_goes_on(void **state)
{
    (void)state;
    taken = NEW(struct loop_stream); /* so that the callback takes nothing */
    struct loop_listener *listener = new_listener("listener", take);
    loop_run(loop, LOOP_NOWAIT);
    for (int fd = 1; fd <= 200; fd++)
        fake_deliver_accept(&listener->source, FAKE_FD + fd);
    allocations_left = 0;
    for (int i = 0; i < 10; i++)
        loop_run(loop, LOOP_NOWAIT);
    allocations_left = -1;
    struct loop_stream *first = NEW(struct loop_stream);
    loop_stream_init(loop, first);
    assert_int_equal(loop_accept(listener, first), 0);
    assert_int_equal(first->source.fd, FAKE_FD + 1);
    fixture_clear_trace(); /* the fixture checks that each of the others was closed or taken */
}

static void trace_and_stop(struct loop_stream *stream, ssize_t bytes, const void *data)
{
    trace_read(stream, bytes, data);
    loop_read_stop(stream);
}

static void trace_status(struct loop_stream *stream, ssize_t bytes, const void *data)
{
    (void)stream;
    (void)data;
    trace("%s", bytes == -ENOMEM ? "ENOMEM" : "other");
}

static void bytes_that_find_no_memory_to_wait_in_end_reading_with_an_error(void **state)
{
    (void)state;
    struct loop_stream *stream = new_stream("s", NULL);
    assert_int_equal(loop_read_start(stream, trace_and_stop), 0);
    fake_deliver_bytes(&stream->source, "one");
    fake_deliver_bytes(&stream->source, "two");
    fake_deliver_bytes(&stream->source, "three");
    allocations_left = 0;
    loop_run(loop, LOOP_NOWAIT);
    allocations_left = -1;
    assert_trace("s:one");
    assert_int_equal(loop_read_start(stream, trace_status), 0);
    fake_deliver_bytes(&stream->source, "behind the gap");
    loop_run(loop, LOOP_NOWAIT);
    loop_run(loop, LOOP_NOWAIT);
    assert_trace("ENOMEM");
    assert_false(loop_is_active(&stream->handle));
}

/* ---- the backend ---- */

static void opening_a_loop_passes_on_what_the_backend_says(void **state)
{
    (void)state;
    struct loop_options options = fixture_options();
    struct loop *other = NULL;
    fake_script.open_result = -EPERM;
    assert_int_equal(loop_open(&other, &options), -EPERM);
    assert_null(other);
}

static void opening_a_loop_without_a_backend_or_a_budget_is_refused(void **state)
{
    (void)state;
    struct loop *other = NULL;
    struct loop_options options = fixture_options();
    options.variant = NULL;
    assert_int_equal(loop_open(&other, &options), -EINVAL);
    options = fixture_options();
    options.event_budget = 0;
    assert_int_equal(loop_open(&other, &options), -EINVAL);
    options = fixture_options();
    options.config.buffer_count = 3;
    assert_int_equal(loop_open(&other, &options), -EINVAL);
    options = fixture_options();
    options.config.accept_budget = 0;
    assert_int_equal(loop_open(&other, &options), -EINVAL);
    assert_null(other);
}

static void a_backend_that_breaks_ends_the_run_with_its_error(void **state)
{
    (void)state;
    timer_in("timer", MS(1));
    fake_script.wait_result = -EBADF;
    assert_int_equal(loop_run(loop, LOOP_DEFAULT), -EBADF);
    assert_int_equal(loop_run(loop, LOOP_ONCE), -EBADF);
    fake_script.wait_result = 0;
    assert_int_equal(loop_run(loop, LOOP_DEFAULT), 0);
    assert_trace("timer");
}

static void a_loop_that_would_sleep_for_ever_shows_in_the_fake(void **state)
{
    (void)state;
    keep_alive();
    assert_int_equal(loop_run(loop, LOOP_DEFAULT), -EDEADLK);
    assert_int_equal(fake_call_count(FAKE_WAIT), 1);
}

#define fault_test(name) cmocka_unit_test_setup_teardown(name, open_generous, close_generous)

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        fault_test(opening_a_loop_without_memory_fails_at_each_allocation_and_leaves_nothing),
        fault_test(a_timer_that_finds_no_memory_is_not_started_and_the_loop_stays_usable),
        fault_test(restarting_a_running_timer_needs_no_memory),
        fault_test(restarting_due_timers_needs_no_memory),
        fault_test(once_it_runs_the_loop_allocates_nothing_for_timers_hooks_reads_and_writes),
        fault_test(connections_that_find_no_memory_to_wait_in_are_closed_and_the_listener_goes_on),
        fault_test(bytes_that_find_no_memory_to_wait_in_end_reading_with_an_error),
        fault_test(opening_a_loop_passes_on_what_the_backend_says),
        fault_test(opening_a_loop_without_a_backend_or_a_budget_is_refused),
        fault_test(a_backend_that_breaks_ends_the_run_with_its_error),
        fault_test(a_loop_that_would_sleep_for_ever_shows_in_the_fake),
    };
    return run_loop_tests(tests, argc, argv);
}
