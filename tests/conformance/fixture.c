#include "tests/conformance/fixture.h"

#include "backends/buffer_pool.h"
#include "tests/conformance/network.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define DESCRIPTORS_MAX 65536
#define SCRIBBLE 0xa5

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) ||                         \
    __has_feature(memory_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

struct descriptors {
    int count; /* numbers that were looked at */
    bool open[];
};

uint64_t stall_ns(void)
{
    return (SANITIZED ? 60 : 6) * NS_PER_S;
}

unsigned case_limit_s(void)
{
    return SANITIZED ? 300 : 30;
}

uint64_t in_ms(unsigned ms)
{
    return clock_now_ns() + ms * NS_PER_MS;
}

static int descriptor_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur > DESCRIPTORS_MAX)
        return DESCRIPTORS_MAX;
    return (int)limit.rlim_cur;
}

static struct descriptors *descriptors_now(int count)
{
    struct descriptors *now = calloc(1, sizeof *now + (size_t)count);
    assert_non_null(now);
    now->count = count;
    for (int fd = 0; fd < count; fd++)
        now->open[fd] = descriptor_is_open(fd);
    return now;
}

int fixture_init(struct fixture *f, const struct backend_variant *variant)
{
    *f = (struct fixture){.variant = variant,
                          .ops = variant->ops,
                          .config = backend_default_config(),
                          .capacity = 64};
    f->events = calloc(CAPACITY_MAX + 1, sizeof *f->events);
    f->buffer_is_out = calloc(UINT16_MAX + 1, sizeof *f->buffer_is_out);
    f->held = calloc(UINT16_MAX + 1, sizeof *f->held);
    if (f->events == NULL || f->buffer_is_out == NULL || f->held == NULL)
        return -ENOMEM;
    f->before = descriptors_now(descriptor_limit());
    return 0;
}

void fixture_free(struct fixture *f)
{
    while (f->endpoints != NULL) {
        struct endpoint *gone = f->endpoints;
        f->endpoints = gone->next;
        free(gone);
    }
    free(f->events);
    free(f->buffer_is_out);
    free(f->held);
    free(f->accepted);
    free(f->peers);
    free(f->before);
}

static void expect_untouched(const struct endpoint *endpoint)
{
    const unsigned char *bytes = (const unsigned char *)&endpoint->source;
    for (size_t i = 0; i < sizeof endpoint->source; i++)
        if (bytes[i] != SCRIBBLE)
            fail_msg("byte %zu of a source was written after its release had ended", i);
}

void fixture_finish(struct fixture *f)
{
    if (f->backend != NULL)
        backend_stop(f);
    /* By RST, where it is a connection: ports in TIME_WAIT would run out over all cases and backends. */
    for (size_t i = 0; i < f->peer_count; i++)
        if (f->peers[i] >= 0) {
            struct linger at_once = {.l_onoff = 1, .l_linger = 0};
            setsockopt(f->peers[i], SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
            close(f->peers[i]);
        }
    for (struct endpoint *endpoint = f->endpoints; endpoint != NULL; endpoint = endpoint->next)
        if (endpoint->state == ENDPOINT_FORGOTTEN)
            expect_untouched(endpoint);
    /* libkqueue closes its own in a thread of its own, some time later. */
    if (f->variant->emulated)
        return;
    struct descriptors *after = descriptors_now(f->before->count);
    for (int fd = 0; fd < after->count; fd++) {
        if (after->open[fd] && !f->before->open[fd])
            fail_msg("descriptor %d is still open after the backend was closed", fd);
        if (!after->open[fd] && f->before->open[fd])
            fail_msg("descriptor %d was closed, which was not the backend's", fd);
    }
    free(after);
}

void case_skip(struct fixture *f, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    vsnprintf(f->skip_reason, sizeof f->skip_reason, format, values);
    va_end(values);
    skip();
}

void skip_emulated(struct fixture *f, const char *reason)
{
    if (f->variant->emulated)
        case_skip(f, "emulated: %s", reason);
}

void need_descriptors(struct fixture *f, unsigned count)
{
    int limit = descriptor_limit();
    if ((unsigned)limit < count)
        case_skip(f, "needs %u descriptors, the limit of this process (ulimit -n) is %d", count, limit);
}

struct rlimit descriptors_leave(int spare)
{
    struct rlimit before, lowered;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    int probes[16], highest = 0;
    for (int i = 0; i <= spare; i++)
        highest = probes[i] = dup(STDERR_FILENO);
    for (int i = 0; i <= spare; i++)
        close(probes[i]);
    lowered = (struct rlimit){.rlim_cur = (rlim_t)highest, .rlim_max = before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &lowered), 0);
    return before;
}

void backend_start(struct fixture *f)
{
    assert_null(f->backend);
    int r = backend_open(&f->backend, f->variant, &f->config);
    if (r < 0)
        fail_msg("opening %s: %s", f->variant->name, strerror(-r));
    assert_non_null(f->backend);
    assert_ptr_equal(f->backend->ops, f->ops);
    f->delivered = 0;
}

void backend_stop(struct fixture *f)
{
    for (; f->accepted_taken < f->accepted_count; f->accepted_taken++)
        f->ops->discard(f->backend, f->accepted[f->accepted_taken]);
    if (f->backend->counters.events != f->delivered)
        fail_msg("%llu results came, but the counter says %llu", (unsigned long long)f->delivered,
                 (unsigned long long)f->backend->counters.events);
    f->ops->close(f->backend);
    f->backend = NULL;
}

/* ---- sources ---- */

struct endpoint *adopt(struct fixture *f, int fd, uint16_t want)
{
    struct endpoint *endpoint = calloc(1, sizeof *endpoint);
    assert_non_null(endpoint);
    endpoint->next = f->endpoints;
    f->endpoints = endpoint;
    endpoint->source.fd = fd;
    set_nonblocking(fd, f->ops->nonblocking);
    int r = f->ops->adopt(f->backend, &endpoint->source);
    if (r < 0)
        fail_msg("adopting descriptor %d: %s", fd, strerror(-r));
    wish(f, endpoint, want);
    return endpoint;
}

void wish(struct fixture *f, struct endpoint *endpoint, uint16_t want)
{
    assert_int_equal(endpoint->state, ENDPOINT_ADOPTED);
    endpoint->wished = want;
    backend_want(f->backend, &endpoint->source, want);
}

int start_send(struct fixture *f, struct endpoint *endpoint, struct io_send *send)
{
    assert_null(endpoint->source.sending);
    int r = f->ops->send(f->backend, &endpoint->source, send);
    if (r == 0)
        endpoint->sending = send;
    else if (r > 0)
        assert_int_equal(send->sent, send->length);
    return r;
}

int release(struct fixture *f, struct endpoint *endpoint)
{
    assert_int_equal(endpoint->state, ENDPOINT_ADOPTED);
    int r = f->ops->release(f->backend, &endpoint->source);
    assert_in_range(r, 0, 1);
    endpoint->state = r == 1 ? ENDPOINT_GONE : ENDPOINT_CLOSING;
    endpoint->sending = NULL;
    return r;
}

void release_wholly(struct fixture *f, struct endpoint *endpoint)
{
    if (release(f, endpoint) == 0)
        WAIT_UNTIL(f, endpoint->state != ENDPOINT_CLOSING);
}

int take_accepted(struct fixture *f)
{
    assert_true(f->accepted_taken < f->accepted_count);
    return f->accepted[f->accepted_taken++];
}

static void give_back(struct fixture *f, uint16_t buffer)
{
    f->buffer_is_out[buffer] = false;
    f->ops->recycle(f->backend, buffer);
}

void recycle_all(struct fixture *f)
{
    while (f->held_count > 0)
        give_back(f, f->held[--f->held_count]);
}

/* ---- waiting ---- */

static struct endpoint *endpoint_of(const struct io_event *event)
{
    return list_owner(event->source, struct endpoint, source);
}

static void check_receive(struct fixture *f, const struct io_event *event)
{
    if (event->result <= 0)
        return;
    assert_in_range(event->result, 1, f->config.buffer_size);
    assert_in_range(event->buffer, 0, f->config.buffer_count - 1);
    if (f->buffer_is_out[event->buffer])
        fail_msg("buffer %u came twice without having been given back", event->buffer);
    f->buffer_is_out[event->buffer] = true;
}

static void check_send(const struct io_event *event)
{
    struct endpoint *endpoint = endpoint_of(event);
    if (endpoint->sending == NULL)
        fail_msg("IO_SEND without a send in progress");
    if (event->result >= 0) {
        assert_int_equal(event->result, endpoint->sending->length);
        assert_int_equal(endpoint->sending->sent, endpoint->sending->length);
    }
    assert_null(endpoint->source.sending);
    endpoint->sending = NULL;
}

static bool is_final(const struct io_event *event)
{
    return event->result < 0 || (event->kind == IO_RECV && event->result == 0);
}

/* Of a result that answers a standing wish: the wish is there, and is over after a final result. */
static void check_wish(const struct io_event *event, uint16_t bits, const char *name)
{
    struct endpoint *endpoint = endpoint_of(event);
    if ((endpoint->wished & bits) == 0)
        fail_msg("%s (%d) came without being wished for", name, event->result);
    if (is_final(event))
        endpoint->wished &= (uint16_t)~bits;
}

/* Before any of the batch is used: the state is still what it was during the wait. */
static void check_result(struct fixture *f, const struct io_event *event)
{
    if (event->kind == IO_WAKE) {
        assert_null(event->source);
        return;
    }
    assert_non_null(event->source);
    struct endpoint *endpoint = endpoint_of(event);
    if (event->kind == IO_CLOSED) {
        assert_int_equal(endpoint->state, ENDPOINT_CLOSING);
        return;
    }
    if (endpoint->state != ENDPOINT_ADOPTED)
        fail_msg("a result of kind %u (%d) came for a source that was released", event->kind,
                 event->result);
    switch (event->kind) {
    case IO_ACCEPT:
        check_wish(event, IO_WANT_ACCEPT, "IO_ACCEPT");
        break;
    case IO_RECV:
        check_wish(event, IO_WANT_RECV, "IO_RECV");
        check_receive(f, event);
        break;
    case IO_POLL:
        check_wish(event, IO_WANT_READABLE | IO_WANT_WRITABLE, "IO_POLL");
        if (event->result >= 0)
            assert_true(event->result != 0 && (event->result & ~endpoint->wished) == 0);
        break;
    case IO_SEND:
        check_send(event);
        break;
    default:
        fail_msg("a result of the unknown kind %u", event->kind);
    }
}

static void keep_accepted(struct fixture *f, int fd)
{
    if (f->accepted_count == f->accepted_capacity) {
        f->accepted_capacity = f->accepted_capacity == 0 ? 64 : 2 * f->accepted_capacity;
        f->accepted = realloc(f->accepted, f->accepted_capacity * sizeof *f->accepted);
        assert_non_null(f->accepted);
    }
    f->accepted[f->accepted_count++] = fd;
}

static void count_receive(struct fixture *f, struct endpoint *endpoint, const struct io_event *event)
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
    assert_in_range(f->capacity, 1, CAPACITY_MAX);
    memset(&f->events[f->capacity], SCRIBBLE, sizeof f->events[0]);
    struct io_event guard = f->events[f->capacity];
    f->waits++;
    int count = f->ops->wait(f->backend, deadline_ns, f->events, f->capacity);
    if (count < 0)
        fail_msg("wait: %s", strerror(-count));
    assert_in_range(count, 0, f->capacity);
    assert_memory_equal(&guard, &f->events[f->capacity], sizeof guard);
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
            assert_int_equal(f->events[i].source->want, endpoint_of(&f->events[i])->wished);
    for (int i = 0; i < count; i++)
        use_result(f, &f->events[i]);
    return (unsigned)count;
}

const char *waited_for = "nothing in particular";

void wait_some(struct fixture *f, const char *purpose)
{
    waited_for = purpose;
    uint64_t deadline_ns = clock_now_ns() + stall_ns();
    while (wait_once(f, deadline_ns) == 0)
        if (clock_now_ns() >= deadline_ns)
            fail_msg("nothing more came; waited for: %s", purpose);
}

static uint64_t cpu_now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

void expect_quiet(struct fixture *f, unsigned duration_ms)
{
    uint64_t waits_before = f->backend->counters.waits;
    uint64_t begin_ns = clock_now_ns(), cpu_begin_ns = cpu_now_ns();
    unsigned returns = 0;
    for (uint64_t until_ns = in_ms(duration_ms); clock_now_ns() < until_ns; returns++) {
        if (wait_once(f, until_ns) != 0)
            fail_msg("a result of kind %u (%d) came where nothing had happened", f->events[0].kind,
                     f->events[0].result);
        if (returns == 4)
            fail_msg("wait() returns again and again before its deadline, with nothing to tell");
    }
    /* One that does not return, but turns inside: seen by its own count, and by the time it takes. */
    assert_in_range(f->backend->counters.waits - waits_before, 0, 8);
    if (cpu_now_ns() - cpu_begin_ns > (clock_now_ns() - begin_ns) / 2)
        fail_msg("wait() used the processor for most of the time that it should have slept");
}
