/* The next-tick queue and the microtask queue, Node's layer above the phases.
 *
 * The two are drained from outside any callback only, so a drain is never entered twice: what a
 * task queues is found by the drain that runs it. */
#include "loop/internal.h"

#include <assert.h>
#include <errno.h>

void loop_task_init(struct loop *loop, struct loop_task *task)
{
    task->loop = loop;
    task->callback = NULL;
    list_init(&task->queue);
}

static int enqueue(struct loop_task *task, struct list *queue, loop_task_function *callback)
{
    if (callback == NULL)
        return -EINVAL;
    if (list_is_linked(&task->queue))
        return -EBUSY;
    task->callback = callback;
    list_append(queue, &task->queue);
    task->loop->tasks++;
    return 0;
}

int loop_next_tick(struct loop_task *task, loop_task_function *callback)
{
    return enqueue(task, &task->loop->ticks, callback);
}

int loop_microtask(struct loop_task *task, loop_task_function *callback)
{
    return enqueue(task, &task->loop->microtasks, callback);
}

/* Until the queue is empty, what its own tasks add included. */
static void run_queue(struct loop *loop, struct list *queue)
{
    while (!list_is_empty(queue)) {
        struct loop_task *task = list_owner(list_take_first(queue), struct loop_task, queue);
        loop->tasks--;
        task->callback(task);
    }
}

void loop_run_tasks(struct loop *loop)
{
    while (loop->tasks > 0) {
        run_queue(loop, &loop->ticks);
        run_queue(loop, &loop->microtasks);
    }
}

void ticks_drain_after_callback(struct loop *loop)
{
    if (loop->drain == LOOP_DRAIN_AFTER_CALLBACK)
        loop_run_tasks(loop);
}
