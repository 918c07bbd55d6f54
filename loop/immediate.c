/* Immediates: one-shot callbacks of the check phase, first in, first out. */
#include "loop/internal.h"

#include <errno.h>

void loop_immediate_init(struct loop *loop, struct loop_immediate *immediate)
{
    immediate->loop = loop;
    immediate->callback = NULL;
    immediate->unreferenced = false;
    list_init(&immediate->queue);
}

bool loop_immediate_is_queued(const struct loop_immediate *immediate)
{
    return list_is_linked(&immediate->queue);
}

static bool keeps_alive(const struct loop_immediate *immediate)
{
    return loop_immediate_is_queued(immediate) && !immediate->unreferenced;
}

int loop_immediate_start(struct loop_immediate *immediate, loop_immediate_function *callback)
{
    if (callback == NULL)
        return -EINVAL;
    if (loop_immediate_is_queued(immediate))
        return -EBUSY;
    immediate->callback = callback;
    list_append(&immediate->loop->immediates, &immediate->queue);
    immediate->loop->referenced_immediates += keeps_alive(immediate);
    return 0;
}

void loop_immediate_stop(struct loop_immediate *immediate)
{
    immediate->loop->referenced_immediates -= keeps_alive(immediate);
    list_remove(&immediate->queue);
}

static void set_unreferenced(struct loop_immediate *immediate, bool unreferenced)
{
    immediate->loop->referenced_immediates -= keeps_alive(immediate);
    immediate->unreferenced = unreferenced;
    immediate->loop->referenced_immediates += keeps_alive(immediate);
}

void loop_immediate_ref(struct loop_immediate *immediate)
{
    set_unreferenced(immediate, false);
}

void loop_immediate_unref(struct loop_immediate *immediate)
{
    set_unreferenced(immediate, true);
}

/* One that an immediate queues waits for the next iteration, so that immediates which queue
 * themselves starve nobody. */
void immediates_run(struct loop *loop)
{
    if (list_is_empty(&loop->immediates))
        return;
    struct list now;
    list_init(&now);
    list_move_all(&loop->immediates, &now);
    while (!list_is_empty(&now)) {
        struct loop_immediate *immediate = list_owner(now.next, struct loop_immediate, queue);
        loop_immediate_stop(immediate);
        immediate->callback(immediate);
        ticks_after_callback(loop);
    }
}
