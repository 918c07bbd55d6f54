/* What came of a wait: checked against the contract, then counted, with the case's hook in between.
 */
#include "tests/conformance/fixture.h"

#include "backends/buffer_pool.h"
#include "tests/conformance/network.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

static struct endpoint *endpoint_of(const struct io_event *event)
{
    return list_owner(event->source, struct endpoint, source);
}

static void check_receive(struct fixture *f, const struct io_event *event)
{
    if (event->result <= 0)
        return;
    expect_between(event->result, 1, f->config.buffer_size, "bytes of one IO_RECV");
    expect_between(event->buffer, 0, f->config.buffer_count - 1,
                   "number of the buffer of an IO_RECV");
    if (f->buffer_is_out[event->buffer])
        fail_case("buffer %u came twice without having been given back", event->buffer);
    f->buffer_is_out[event->buffer] = true;
}

static void check_send(const struct io_event *event)
{
    struct endpoint *endpoint = endpoint_of(event);
    if (endpoint->sending == NULL)
        fail_case("IO_SEND without a send in progress");
    if (event->result >= 0) {
        expect_equal(event->result, endpoint->sending->length);
        expect_equal(endpoint->sending->sent, endpoint->sending->length);
    }
    expect(endpoint->source.sending == NULL, "the backend to have forgotten a send that is over");
    endpoint->sending = NULL;
}

static bool is_final(const struct io_event *event)
{
    return event->result < 0 || (event->kind == IO_RECV && event->result == 0);
}

/* Of a result that answers a standing interest: it was set, and is over after a final result. */
static void check_interest(const struct fixture *f, const struct io_event *event, uint16_t bits,
                           const char *name)
{
    struct endpoint *endpoint = endpoint_of(event);
    /* A kernel that makes the calls itself may have made some before it was told of the change. */
    bool given_away =
        f->variant->tier == TIER_COMPLETION && event->result > 0 && event->kind != IO_POLL;
    if ((endpoint->interest & bits) == 0 && !given_away)
        fail_case("%s (%d) came without interest in it", name, event->result);
    if (is_final(event))
        endpoint->interest &= (uint16_t)~bits;
}

/* Before any of the batch is used: the state is still what it was during the wait. */
static void check_result(struct fixture *f, const struct io_event *event)
{
    if (event->kind == IO_WAKE) {
        expect(event->source == NULL, "an IO_WAKE without a source");
        return;
    }
    expect(event->source != NULL, "a result with its source");
    struct endpoint *endpoint = endpoint_of(event);
    if (event->kind == IO_CLOSED) {
        expect_equal(endpoint->state, ENDPOINT_CLOSING);
        return;
    }
    if (endpoint->state != ENDPOINT_ADOPTED)
        fail_case("a result of kind %u (%d) came for a source that was released", event->kind,
                  event->result);
    switch (event->kind) {
    case IO_ACCEPT:
        check_interest(f, event, IO_WANT_ACCEPT, "IO_ACCEPT");
        break;
    case IO_RECV:
        check_interest(f, event, IO_WANT_RECV, "IO_RECV");
        check_receive(f, event);
        break;
    case IO_POLL:
        check_interest(f, event, IO_WANT_READABLE | IO_WANT_WRITABLE, "IO_POLL");
        if (event->result >= 0)
            expect(event->result != 0 && (event->result & ~endpoint->interest) == 0,
                   "an IO_POLL to tell at least one direction, and only those that were asked for");
        break;
    case IO_SEND:
        check_send(event);
        break;
    default:
        fail_case("a result of the unknown kind %u", event->kind);
    }
}

static void keep_accepted(struct fixture *f, int fd)
{
    if (f->accepted_count == f->accepted_capacity) {
        f->accepted_capacity = f->accepted_capacity == 0 ? 64 : 2 * f->accepted_capacity;
        f->accepted = realloc(f->accepted, f->accepted_capacity * sizeof *f->accepted);
        expect(f->accepted != NULL, "memory for the case");
    }
    f->accepted[f->accepted_count++] = fd;
}

static void count_receive(struct fixture *f, struct endpoint *endpoint,
                          const struct io_event *event)
{
    if (event->result == 0) {
        endpoint->ends++;
    } else if (event->result < 0) {
        endpoint->receive_errors++;
        endpoint->error = event->result;
    } else {
        const char *data = buffer_pool_data(f->backend->buffers, event->buffer);
        if (!pattern_continues(data, endpoint->received, (size_t)event->result))
            endpoint->garbled = true;
        endpoint->receives++;
        endpoint->received += (uint64_t)event->result;
        if (f->hold_buffers)
            f->held[f->held_count++] = event->buffer;
        else
            give_back(f, event->buffer);
    }
}

static void count_result(struct fixture *f, struct endpoint *endpoint, const struct io_event *event)
{
    endpoint->results++;
    endpoint->last_results = endpoint->last_in == f->waits ? endpoint->last_results + 1 : 1;
    endpoint->last_in = f->waits;
    switch (event->kind) {
    case IO_ACCEPT:
        if (event->result >= 0) {
            endpoint->accepts++;
            keep_accepted(f, event->result);
        } else {
            endpoint->accept_errors++;
            endpoint->error = event->result;
        }
        break;
    case IO_RECV:
        count_receive(f, endpoint, event);
        break;
    case IO_SEND:
        endpoint->sends++;
        endpoint->send_result = event->result;
        break;
    case IO_POLL:
        endpoint->polls++;
        endpoint->poll_bits = event->result;
        if (event->result < 0) {
            endpoint->poll_errors++;
            endpoint->error = event->result;
        }
        break;
    }
}

/* What is left to do for a result whose source was released earlier in the same batch. */
static void drop_result(struct fixture *f, const struct io_event *event)
{
    if (event->kind == IO_ACCEPT && event->result >= 0)
        f->ops->discard(f->backend, event->result);
    if (event->kind == IO_RECV && event->result > 0)
        give_back(f, event->buffer);
}

static void use_result(struct fixture *f, const struct io_event *event)
{
    struct endpoint *endpoint = event->kind == IO_WAKE ? NULL : endpoint_of(event);
    if (event->kind == IO_CLOSED) {
        endpoint->closes++;
        endpoint->state = ENDPOINT_GONE;
        return;
    }
    if (f->on_event != NULL && (endpoint == NULL || endpoint->state == ENDPOINT_ADOPTED))
        f->on_event(f, endpoint, event);
    if (endpoint == NULL)
        f->wakes++;
    else if (endpoint->state == ENDPOINT_ADOPTED)
        count_result(f, endpoint, event);
    else
        drop_result(f, event);
}

/* Their memory is the case's again: whoever writes there now is found out. */
static void forget_gone(struct fixture *f)
{
    for (struct endpoint *endpoint = f->endpoints; endpoint != NULL; endpoint = endpoint->next) {
        if (endpoint->state != ENDPOINT_GONE)
            continue;
        memset(&endpoint->source, SCRIBBLE, sizeof endpoint->source);
        endpoint->state = ENDPOINT_FORGOTTEN;
    }
}

unsigned wait_once(struct fixture *f, uint64_t deadline_ns)
{
    forget_gone(f);
    expect_between(f->capacity, 1, CAPACITY_MAX, "room in the event array of the case");
    memset(&f->events[f->capacity], SCRIBBLE, sizeof f->events[0]);
    struct io_event guard = f->events[f->capacity];
    f->waits++;
    int count = f->ops->wait(f->backend, deadline_ns, f->events, f->capacity);
    if (count < 0)
        fail_case("wait: %s", strerror(-count));
    expect_between(count, 0, f->capacity, "events of one wait");
    expect(memcmp(&guard, &f->events[f->capacity], sizeof guard) == 0,
           "nothing written behind the event array");
    f->delivered += (unsigned)count;
    if (count == 0) {
        f->empty_waits++;
        if (clock_now_ns() < deadline_ns)
            f->empty_early++;
    }
    for (int i = 0; i < count; i++)
        check_result(f, &f->events[i]);
    for (int i = 0; i < count; i++)
        if (f->events[i].kind != IO_WAKE && f->events[i].kind != IO_CLOSED)
            expect_equal(f->events[i].source->want, endpoint_of(&f->events[i])->interest);
    for (int i = 0; i < count; i++)
        use_result(f, &f->events[i]);
    return (unsigned)count;
}

const char *waited_for = "nothing in particular";

void wait_some_at(const char *file, int line, struct fixture *f, const char *purpose)
{
    waited_for = purpose;
    uint64_t deadline_ns = clock_now_ns() + stall_ns();
    while (wait_once(f, deadline_ns) == 0)
        if (clock_now_ns() >= deadline_ns)
            case_failed(file, line, "nothing more came; waited for: %s", purpose);
}

static uint64_t cpu_now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

void expect_quiet_after_withdrawal(struct fixture *f, unsigned duration_ms)
{
    if (f->variant->tier != TIER_COMPLETION) {
        expect_quiet(f, duration_ms);
        return;
    }
    for (uint64_t until_ns = in_ms(duration_ms); clock_now_ns() < until_ns;)
        wait_once(f, until_ns);
}

/* Whether a wait of this length used the processor for most of the time that it should have slept.
 */
static bool is_busy(const char *file, int line, struct fixture *f, unsigned duration_ms)
{
    uint64_t waits_before = f->backend->counters.waits;
    uint64_t begin_ns = clock_now_ns(), cpu_begin_ns = cpu_now_ns();
    unsigned returns = 0;
    for (uint64_t until_ns = in_ms(duration_ms); clock_now_ns() < until_ns; returns++) {
        if (wait_once(f, until_ns) != 0)
            case_failed(file, line, "expected nothing to come, but a result of kind %u (%d) did",
                        f->events[0].kind, f->events[0].result);
        if (returns == 4)
            case_failed(file, line,
                        "expected wait() to sleep, but it returns again and again before "
                        "its deadline, with nothing to tell");
    }
    /* One that does not return, but turns inside: seen by its own count, and by the time it takes.
     */
    expect_between_at(file, line, (intmax_t)(f->backend->counters.waits - waits_before), 0, 8,
                      "waits that a quiet backend makes inside one wait()");
    return cpu_now_ns() - cpu_begin_ns > (clock_now_ns() - begin_ns) / 2;
}

void expect_quiet_at(const char *file, int line, struct fixture *f, unsigned duration_ms)
{
    /* A virtual machine that was stopped for a moment charges it to who was running: one that turns
     * does so every time. */
    for (unsigned attempt = 0; is_busy(file, line, f, duration_ms); attempt++)
        if (attempt == 3)
            case_failed(file, line,
                        "expected wait() to sleep, but it used the processor most of the time");
}
