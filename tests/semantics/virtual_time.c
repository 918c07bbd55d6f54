#include "tests/semantics/virtual_time.h"

#include "backends/clock.h"

/* A deadline further away than this is none: the wait is for something else. */
#define FAR_NS (60 * NS_PER_S)

static uint64_t now_ns = 1000 * NS_PER_S;
static const struct backend_ops *real;
static struct backend_ops waiting_virtually;

uint64_t virtual_now_ns(void)
{
    return now_ns;
}

void virtual_advance_ms(uint64_t milliseconds)
{
    now_ns += milliseconds * NS_PER_MS;
}

static int wait_virtually(struct backend *backend, uint64_t deadline_ns, struct io_event *events,
                          unsigned capacity)
{
    if (deadline_ns > now_ns + FAR_NS)
        return real->wait(backend, BACKEND_NO_DEADLINE, events, capacity);
    int r = real->wait(backend, 0, events, capacity);
    if (r == 0 && deadline_ns > now_ns)
        now_ns = deadline_ns;
    return r;
}

void virtual_attach(struct loop *loop)
{
    struct backend *backend = loop_backend(loop);
    real = backend->ops;
    waiting_virtually = *real;
    waiting_virtually.wait = wait_virtually;
    backend->ops = &waiting_virtually;
}
