#include "loop/internal.h"

#include <errno.h>

static struct list *active_hooks(struct loop *loop, unsigned kind)
{
    return &loop->hooks[kind - LOOP_IDLE];
}

void loop_idle_init(struct loop *loop, struct loop_hook *hook)
{
    handle_init(loop, &hook->handle, LOOP_IDLE);
}

void loop_prepare_init(struct loop *loop, struct loop_hook *hook)
{
    handle_init(loop, &hook->handle, LOOP_PREPARE);
}

void loop_check_init(struct loop *loop, struct loop_hook *hook)
{
    handle_init(loop, &hook->handle, LOOP_CHECK);
}

int loop_hook_start(struct loop_hook *hook, loop_hook_function *callback)
{
    struct loop_handle *handle = &hook->handle;
    if (callback == NULL || loop_is_closing(handle))
        return -EINVAL;
    if (loop_is_active(handle))
        return 0;
    hook->callback = callback;
    list_prepend(active_hooks(handle->loop, handle->kind), &handle->queue);
    handle_activate(handle);
    return 0;
}

void loop_hook_stop(struct loop_hook *hook)
{
    if (!loop_is_active(&hook->handle))
        return;
    list_remove(&hook->handle.queue);
    handle_deactivate(&hook->handle);
}

void hooks_run(struct loop *loop, enum loop_kind kind)
{
    struct list *active = active_hooks(loop, kind);
    if (list_is_empty(active))
        return;
    struct list now;
    list_init(&now);
    list_move_all(active, &now);
    while (!list_is_empty(&now)) {
        struct list *node = list_take_first(&now);
        list_append(active, node);
        struct loop_hook *hook = list_owner(node, struct loop_hook, handle.queue);
        hook->callback(hook);
        ticks_after_callback(loop);
    }
}
