#include "tests/conformance/fixture.h"

#include "tests/conformance/network.h"
#include "tests/required_backends.h"
#include "tests/sanitized.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define DESCRIPTORS_MAX 65536

struct descriptors {
    /* Numbers that were looked at. */
    int count;
    bool open[];
};

static double time_limit_factor = 1;

void case_time_limit_factor(double factor)
{
    time_limit_factor = factor;
}

uint64_t stall_ns(void)
{
    return (uint64_t)((SANITIZED ? 60 : 6) * time_limit_factor * (double)NS_PER_S);
}

unsigned case_limit_s(void)
{
    return (unsigned)((SANITIZED ? 300 : 30) * time_limit_factor + 0.999);
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
    expect(now != NULL, "memory for the case");
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
            fail_case("byte %zu of a source was written after its release had ended", i);
}

void fixture_close_peers(struct fixture *f)
{
    for (size_t i = 0; i < f->peer_count; i++)
        if (f->peers[i] >= 0)
            peer_reset(f, f->peers[i]);
}

void fixture_finish(struct fixture *f)
{
    fixture_close_peers(f);
    if (f->backend != NULL)
        backend_stop(f);
    for (struct endpoint *endpoint = f->endpoints; endpoint != NULL; endpoint = endpoint->next)
        if (endpoint->state == ENDPOINT_FORGOTTEN)
            expect_untouched(endpoint);
    /* libkqueue closes its own in a thread of its own, some time later. */
    if (f->variant->emulated)
        return;
    struct descriptors *after = descriptors_now(f->before->count);
    for (int fd = 0; fd < after->count; fd++) {
        if (after->open[fd] && !f->before->open[fd])
            fail_case("descriptor %d is still open after the backend was closed", fd);
        if (!after->open[fd] && f->before->open[fd])
            fail_case("descriptor %d was closed, which was not the backend's", fd);
    }
    free(after);
}

void case_skip(const struct fixture *f, const char *format, ...)
{
    const char *backend = f->variant->name;
    bool required = backend_is_required(backend);
    va_list values;
    printf("%s: ", backend);
    va_start(values, format);
    vprintf(format, values);
    va_end(values);
    printf("%s\n", required ? " (but REQUIRE_BACKENDS names it)" : "");
    fflush(stdout);
    _exit(required ? EXIT_FAILURE : EXIT_SKIPPED);
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
        case_skip(f, "needs %u descriptors, the limit of this process (ulimit -n) is %d", count,
                  limit);
}

struct rlimit descriptors_leave(int spare)
{
    struct rlimit before, lowered;
    expect_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    int probes[16], highest = 0;
    for (int i = 0; i <= spare; i++)
        highest = probes[i] = dup(STDERR_FILENO);
    for (int i = 0; i <= spare; i++)
        close(probes[i]);
    lowered = (struct rlimit){.rlim_cur = (rlim_t)highest, .rlim_max = before.rlim_max};
    expect_equal(setrlimit(RLIMIT_NOFILE, &lowered), 0);
    return before;
}

void backend_start(struct fixture *f)
{
    expect(f->backend == NULL, "no backend to be open yet");
    int r = backend_open(&f->backend, f->variant, &f->config);
    if (r < 0)
        fail_case("opening %s: %s", f->variant->name, strerror(-r));
    expect(f->backend != NULL, "open() to give a backend");
    expect_equal((uintptr_t)f->backend->ops, (uintptr_t)f->ops);
    f->delivered = 0;
}

void backend_stop(struct fixture *f)
{
    for (; f->accepted_taken < f->accepted_count; f->accepted_taken++)
        f->ops->discard(f->backend, f->accepted[f->accepted_taken]);
    if (f->backend->counters.events != f->delivered)
        fail_case("%llu results came, but the counter says %llu", (unsigned long long)f->delivered,
                  (unsigned long long)f->backend->counters.events);
    f->ops->close(f->backend);
    f->backend = NULL;
}

/* ---- sources ---- */

struct endpoint *adopt(struct fixture *f, int fd, uint16_t want)
{
    struct endpoint *endpoint = calloc(1, sizeof *endpoint);
    expect(endpoint != NULL, "memory for the case");
    endpoint->next = f->endpoints;
    f->endpoints = endpoint;
    endpoint->source.fd = fd;
    set_nonblocking(fd, f->ops->nonblocking);
    int r = f->ops->adopt(f->backend, &endpoint->source);
    if (r < 0)
        fail_case("adopting descriptor %d: %s", fd, strerror(-r));
    set_interest(f, endpoint, want);
    return endpoint;
}

void set_interest(struct fixture *f, struct endpoint *endpoint, uint16_t want)
{
    expect_equal(endpoint->state, ENDPOINT_ADOPTED);
    endpoint->interest = want;
    backend_want(f->backend, &endpoint->source, want);
}

int start_send(struct fixture *f, struct endpoint *endpoint, struct io_send *send)
{
    expect(endpoint->source.sending == NULL, "no send in progress before the next one");
    int r = f->ops->send(f->backend, &endpoint->source, send);
    if (r == 0)
        endpoint->sending = send;
    else if (r > 0)
        expect_equal(send->sent, send->length);
    return r;
}

int release(struct fixture *f, struct endpoint *endpoint)
{
    expect_equal(endpoint->state, ENDPOINT_ADOPTED);
    int r = f->ops->release(f->backend, &endpoint->source);
    expect_between(r, 0, 1, "what release() returned");
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
    expect_that(f->accepted_taken, <, f->accepted_count);
    return f->accepted[f->accepted_taken++];
}

void give_back(struct fixture *f, uint16_t buffer)
{
    f->buffer_is_out[buffer] = false;
    f->ops->recycle(f->backend, buffer);
}

void recycle_all(struct fixture *f)
{
    while (f->held_count > 0)
        give_back(f, f->held[--f->held_count]);
}
