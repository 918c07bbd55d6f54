#include "loop/internal.h"

#include <assert.h>
#include <string.h>

static bool keeps_alive(const struct loop_handle *handle)
{
    uint8_t both = HANDLE_ACTIVE | HANDLE_REFERENCED;
    return (handle->flags & both) == both;
}

/* Every change of these two bits goes through here, so that the count of what keeps the loop alive
 * holds. */
static void set_flags(struct loop_handle *handle, uint8_t flags)
{
    handle->loop->active_referenced -= keeps_alive(handle);
    handle->flags = flags;
    handle->loop->active_referenced += keeps_alive(handle);
}

void handle_init(struct loop *loop, struct loop_handle *handle, enum loop_kind kind)
{
    handle->loop = loop;
    handle->on_close = NULL;
    handle->kind = (uint8_t)kind;
    handle->flags = HANDLE_REFERENCED;
    list_init(&handle->queue);
    list_append(&loop->handles, &handle->all);
}

void handle_activate(struct loop_handle *handle)
{
    set_flags(handle, handle->flags | HANDLE_ACTIVE);
}

void handle_deactivate(struct loop_handle *handle)
{
    set_flags(handle, handle->flags & (uint8_t)~HANDLE_ACTIVE);
}

void loop_ref(struct loop_handle *handle)
{
    set_flags(handle, handle->flags | HANDLE_REFERENCED);
}

void loop_unref(struct loop_handle *handle)
{
    set_flags(handle, handle->flags & (uint8_t)~HANDLE_REFERENCED);
}

bool loop_is_active(const struct loop_handle *handle)
{
    return handle->flags & HANDLE_ACTIVE;
}

bool loop_is_closing(const struct loop_handle *handle)
{
    return handle->flags & HANDLE_CLOSING;
}

void loop_walk(struct loop *loop, void (*visit)(struct loop_handle *, void *), void *context)
{
    /* Each is moved before it is visited, so that the visitor may close it or start others. */
    struct list seen;
    list_init(&seen);
    list_move_all(&loop->handles, &seen);
    while (!list_is_empty(&seen)) {
        struct list *node = list_take_first(&seen);
        list_append(&loop->handles, node);
        visit(list_owner(node, struct loop_handle, all), context);
    }
}

/* Gives the descriptor back. Whether nothing holds the handle any more. */
static bool release(struct loop_handle *handle, struct io_source *source)
{
    struct backend *backend = handle->loop->backend;
    if (!(handle->flags & HANDLE_OPEN))
        return true;
    handle->flags &= (uint8_t)~HANDLE_OPEN;
    return backend->ops->release(backend, source) != 0;
}

void loop_close(struct loop_handle *handle, loop_close_function *on_close)
{
    assert(!loop_is_closing(handle));
    bool closed = true;
    switch ((enum loop_kind)handle->kind) {
    case LOOP_TIMER:
        loop_timer_stop((struct loop_timer *)handle);
        break;
    case LOOP_IDLE:
    case LOOP_PREPARE:
    case LOOP_CHECK:
        loop_hook_stop((struct loop_hook *)handle);
        break;
    case LOOP_ASYNC:
        break;
    case LOOP_LISTENER:
        listener_stop((struct loop_listener *)handle);
        closed = release(handle, &((struct loop_listener *)handle)->source);
        break;
    case LOOP_STREAM:
        closed = release(handle, &((struct loop_stream *)handle)->source);
        break;
    }
    list_remove(&handle->queue);
    handle_deactivate(handle);
    handle->flags &= (uint8_t)~HANDLE_READING;
    handle->flags |= HANDLE_CLOSING;
    handle->on_close = on_close;
    handle->loop->unclosed++;
    if (closed)
        handle_closed(handle);
}

void handle_closed(struct loop_handle *handle)
{
    list_prepend(&handle->loop->closing, &handle->queue);
}

void handle_run_closing(struct loop *loop)
{
    /* Handles that a close callback closes wait for the next iteration. */
    struct list closing;
    list_init(&closing);
    list_move_all(&loop->closing, &closing);
    while (!list_is_empty(&closing)) {
        struct list *node = list_take_first(&closing);
        struct loop_handle *handle = list_owner(node, struct loop_handle, queue);
        if (handle->kind == LOOP_STREAM)
            stream_cancel((struct loop_stream *)handle);
        list_remove(&handle->all);
        loop->unclosed--;
        if (handle->on_close == NULL)
            continue;
        handle->on_close(handle);
        ticks_after_callback(loop);
    }
    ticks_after_phase(loop);
}
