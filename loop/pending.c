#include "loop/internal.h"

void pending_add(struct loop_handle *handle)
{
    if (!list_is_linked(&handle->queue))
        list_append(&handle->loop->pending, &handle->queue);
}

/* What a callback adds waits for the next iteration. */
bool pending_run(struct loop *loop)
{
    if (list_is_empty(&loop->pending))
        return false;
    struct list now;
    list_init(&now);
    list_move_all(&loop->pending, &now);
    while (!list_is_empty(&now)) {
        struct list *node = list_take_first(&now);
        struct loop_handle *handle = list_owner(node, struct loop_handle, queue);
        if (handle->kind == LOOP_STREAM)
            stream_run_pending((struct loop_stream *)handle);
        else
            listener_run_pending((struct loop_listener *)handle);
    }
    ticks_after_phase(loop);
    return true;
}
