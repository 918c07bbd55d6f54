/* One list of waits for each kind, in the order of their deadlines, and one timer for all. */
#include "harness/hello/timeouts.h"

static void on_timer(struct loop_timer *timer);

static struct hello_waiter *first_of(struct list *list)
{
    return list_owner(list->next, struct hello_waiter, node);
}

/* The timer is always running, and rather too early than too late: it is set forward when a wait
 * begins that ends before it, and set back only once it has run. Starting it again cannot fail: it
 * has its place among the loop's timers. */
static int run_until(struct hello_timeouts *timeouts, uint64_t deadline_ns)
{
    timeouts->due_ns = deadline_ns;
    return loop_timer_start_at(&timeouts->timer, on_timer, deadline_ns, 0);
}

static void on_timer(struct loop_timer *timer)
{
    struct hello_timeouts *timeouts = list_owner(timer, struct hello_timeouts, timer);
    uint64_t now_ns = loop_now_ns(timer->handle.loop), next_ns = UINT64_MAX;
    for (int wait = HELLO_WAIT_IDLE; wait < HELLO_WAITS; wait++) {
        struct list *list = &timeouts->lists[wait];
        while (!list_is_empty(list) && first_of(list)->deadline_ns <= now_ns) {
            struct hello_waiter *waiter = first_of(list);
            hello_wait_end(waiter);
            timeouts->expire(waiter, (enum hello_wait)wait);
        }
    }
    for (int wait = HELLO_WAIT_IDLE; wait < HELLO_WAITS; wait++) {
        struct list *list = &timeouts->lists[wait];
        if (!list_is_empty(list) && first_of(list)->deadline_ns < next_ns)
            next_ns = first_of(list)->deadline_ns;
    }
    run_until(timeouts, next_ns);
}

int hello_timeouts_open(struct loop *loop, struct hello_timeouts *timeouts)
{
    loop_timer_init(loop, &timeouts->timer);
    loop_unref(&timeouts->timer.handle);
    for (int wait = 0; wait < HELLO_WAITS; wait++)
        list_init(&timeouts->lists[wait]);
    return run_until(timeouts, UINT64_MAX);
}

void hello_timeouts_close(struct hello_timeouts *timeouts)
{
    loop_close(&timeouts->timer.handle, NULL);
}

void hello_waiter_init(struct hello_waiter *waiter)
{
    list_init(&waiter->node);
    waiter->wait = HELLO_WAIT_NONE;
}

void hello_wait_begin(struct hello_timeouts *timeouts, struct hello_waiter *waiter,
                      enum hello_wait wait)
{
    list_remove(&waiter->node);
    list_append(&timeouts->lists[wait], &waiter->node);
    waiter->wait = (uint8_t)wait;
    waiter->deadline_ns = loop_now_ns(timeouts->timer.handle.loop) + timeouts->lengths_ns[wait];
    if (waiter->deadline_ns < timeouts->due_ns)
        run_until(timeouts, waiter->deadline_ns);
}

void hello_wait_end(struct hello_waiter *waiter)
{
    list_remove(&waiter->node);
    waiter->wait = HELLO_WAIT_NONE;
}
