#include "loop/internal.h"

#include "backends/clock.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

struct loop_options loop_default_options(const struct backend_variant *variant)
{
    return (struct loop_options){
        .variant = variant,
        .config = backend_default_config(),
        .event_budget = 256,
    };
}

int loop_open(struct loop **out, const struct loop_options *options)
{
    if (options->variant == NULL || options->event_budget == 0 ||
        options->drain > LOOP_DRAIN_AFTER_PHASE)
        return -EINVAL;
    struct loop *loop = calloc(1, sizeof *loop);
    if (loop == NULL)
        return -ENOMEM;
    loop->tier = options->variant->tier;
    loop->event_budget = options->event_budget;
    loop->events = calloc(loop->event_budget, sizeof *loop->events);
    int r = loop->events == NULL ? -ENOMEM
                                 : backend_open(&loop->backend, options->variant, &options->config);
    if (r < 0) {
        free(loop->events);
        free(loop);
        return r;
    }
    struct list *lists[] = {&loop->hooks[0],   &loop->hooks[1],  &loop->hooks[2], &loop->asyncs,
                            &loop->pending,    &loop->closing,   &loop->handles,  &loop->ticks,
                            &loop->microtasks, &loop->immediates};
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
        list_init(lists[i]);
    loop->lendable = -1;
    loop->drain = options->drain;
    loop->read_clock = options->now_ns != NULL ? options->now_ns : clock_now_ns;
    loop_update_time(loop);
    *out = loop;
    return 0;
}

int loop_destroy(struct loop *loop)
{
    bool open = !list_is_empty(&loop->handles) || loop->unclosed > 0 || loop->pools > 0;
    if (open || loop->tasks > 0 || !list_is_empty(&loop->immediates))
        return -EBUSY;
    loop->backend->ops->close(loop->backend);
    heap_close(&loop->timers);
    free(loop->events);
    free(loop);
    return 0;
}

void loop_update_time(struct loop *loop)
{
    loop->now_ns = loop->read_clock();
}

uint64_t loop_now_ns(const struct loop *loop)
{
    return loop->now_ns;
}

void loop_stop(struct loop *loop)
{
    loop->stopping = true;
}

bool loop_alive(const struct loop *loop)
{
    return loop->active_referenced > 0 || loop->requests > 0 || loop->unclosed > 0 ||
           loop->referenced_immediates > 0;
}

struct backend *loop_backend(struct loop *loop)
{
    return loop->backend;
}

/* Until when poll may block: not at all while there is something else to do. */
static uint64_t poll_deadline(const struct loop *loop)
{
    bool busy = loop->stopping || !loop_alive(loop) || !list_is_empty(&loop->hooks[0]) ||
                !list_is_empty(&loop->pending) || !list_is_empty(&loop->closing) ||
                loop->referenced_immediates > 0;
    if (busy)
        return 0;
    return loop->timers.count > 0 ? heap_first(&loop->timers).due_ns : BACKEND_NO_DEADLINE;
}

/* Streams and listeners begin alike, so that one source leads back to either. */
_Static_assert(offsetof(struct loop_stream, source) == offsetof(struct loop_listener, source),
               "source");

static void dispatch(struct loop *loop, const struct io_event *event)
{
    if (event->kind == IO_WAKE) {
        async_run(loop);
        return;
    }
    struct loop_handle *handle = &list_owner(event->source, struct loop_stream, source)->handle;
    bool closing = handle->flags & HANDLE_CLOSING;
    if (event->kind == IO_CLOSED)
        handle_closed(handle);
    else if (closing && event->kind == IO_ACCEPT && event->result >= 0)
        loop->backend->ops->discard(loop->backend, event->result);
    else if (closing && event->kind == IO_RECV && event->result > 0)
        loop->backend->ops->recycle(loop->backend, event->buffer);
    else if (!closing && handle->kind == LOOP_LISTENER)
        listener_event((struct loop_listener *)handle, event);
    else if (!closing && handle->kind == LOOP_STREAM)
        stream_event((struct loop_stream *)handle, event);
}

static int poll(struct loop *loop, uint64_t deadline_ns)
{
    struct backend *backend = loop->backend;
    int count = backend->ops->wait(backend, deadline_ns, loop->events, loop->event_budget);
    /* Again, because a timer that a callback starts now counts from now. */
    loop_update_time(loop);
    for (int i = 0; i < count; i++)
        dispatch(loop, &loop->events[i]);
    ticks_after_phase(loop);
    return count;
}

/* Hooks first: in Node the one check hook that runs all immediates was started before any other,
 * and the one started first runs last. */
static void check_run(struct loop *loop)
{
    hooks_run(loop, LOOP_CHECK);
    immediates_run(loop);
    ticks_after_phase(loop);
}

int loop_run(struct loop *loop, enum loop_mode mode)
{
    int r = 0;
    loop_run_tasks(loop);
    if (!loop_alive(loop))
        loop_update_time(loop);
    while (loop_alive(loop) && !loop->stopping) {
        loop_update_time(loop);
        timer_run_due(loop);
        /* What has called back something has had its turn, so mode once need not wait. */
        bool ran = !list_is_empty(&loop->hooks[0]);
        ran |= pending_run(loop);
        hooks_run(loop, LOOP_IDLE);
        ticks_after_phase(loop);
        hooks_run(loop, LOOP_PREPARE);
        ticks_after_phase(loop);
        bool may_block = mode == LOOP_DEFAULT || (mode == LOOP_ONCE && !ran);
        r = poll(loop, may_block ? poll_deadline(loop) : 0);
        if (r < 0)
            break;
        check_run(loop);
        handle_run_closing(loop);
        if (mode == LOOP_ONCE) {
            /* An iteration that only waited for a timer would otherwise have done nothing. */
            loop_update_time(loop);
            timer_run_due(loop);
        }
        if (mode != LOOP_DEFAULT)
            break;
    }
    loop->stopping = false;
    return r < 0 ? r : loop_alive(loop);
}
