#include "loop/internal.h"

#include <stdatomic.h>

void loop_async_init(struct loop *loop, struct loop_async *async, loop_async_function *callback)
{
    handle_init(loop, &async->handle, LOOP_ASYNC);
    async->callback = callback;
    atomic_init(&async->pending, 0);
    list_append(&loop->asyncs, &async->handle.queue);
    handle_activate(&async->handle);
}

int loop_async_send(struct loop_async *async)
{
    /* Whoever finds it set leaves the wake-up to the one who set it. */
    if (atomic_exchange(&async->pending, 1) != 0)
        return 0;
    struct backend *backend = async->handle.loop->backend;
    return backend->ops->wake(backend);
}

static void call(struct loop_async *async)
{
    struct loop *loop = async->handle.loop;
    async->callback(async);
    ticks_after_callback(loop);
}

void async_run(struct loop *loop)
{
    struct list now;
    list_init(&now);
    list_move_all(&loop->asyncs, &now);
    while (!list_is_empty(&now)) {
        struct list *node = list_take_first(&now);
        list_append(&loop->asyncs, node);
        struct loop_async *async = list_owner(node, struct loop_async, handle.queue);
        if (atomic_exchange(&async->pending, 0) != 0)
            call(async);
    }
}
