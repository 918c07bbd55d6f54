#include "backends/clock.h"
#include "loop/pool_internal.h"
#include "loop/pool_priority.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Slots at first, a power of two. */
#define RING_CAPACITY 1024u

/* ---- opening ---- */

int pool_default_options(struct pool_options *options)
{
    *options = (struct pool_options){.threads = POOL_THREADS_DEFAULT};
    const char *text = getenv("POLLBENCH_THREADS");
    if (text == NULL)
        return 0;
    unsigned threads = 0;
    for (const char *digit = text; *digit != '\0'; digit++) {
        if (*digit < '0' || *digit > '9')
            return -EINVAL;
        threads = threads * 10 + (unsigned)(*digit - '0');
        if (threads > POOL_THREADS_MAX)
            return -EINVAL;
    }
    if (threads == 0)
        return -EINVAL;
    options->threads = threads;
    return 0;
}

static void free_memory(struct pool *pool)
{
    pool_ring_close(&pool->waiting);
    pool_ring_close(&pool->ended);
    free(pool->threads);
    free(pool);
}

static struct pool *allocate_memory(unsigned threads)
{
    void *memory;
    if (posix_memalign(&memory, _Alignof(struct pool), sizeof(struct pool)) != 0)
        return NULL;
    struct pool *pool = memset(memory, 0, sizeof *pool);
    pool->threads = calloc(threads, sizeof *pool->threads);
    int waiting = pool_ring_open(&pool->waiting, RING_CAPACITY);
    int ended = pool_ring_open(&pool->ended, RING_CAPACITY);
    if (pool->threads != NULL && waiting == 0 && ended == 0)
        return pool;
    free_memory(pool);
    return NULL;
}

static void deliver(struct loop_async *);

int pool_open(struct pool **out, struct loop *loop, const struct pool_options *options)
{
    if (options->threads == 0 || options->threads > POOL_THREADS_MAX)
        return -EINVAL;
    if (options->background && !pool_priority_possible())
        return -ENOTSUP;
    struct pool *pool = allocate_memory(options->threads);
    if (pool == NULL)
        return -ENOMEM;
    int r = pthread_mutex_init(&pool->lock, NULL);
    if (r != 0) {
        free_memory(pool);
        return -r;
    }
    pool->options = *options;
    pool->loop = loop;
    pool->waiting_end = RING_CAPACITY;
    list_init(&pool->held_back);
    list_init(&pool->sleepers);
    /* Hidden, or a walk that closes every handle would close it without the pool. */
    loop_async_init(loop, &pool->ended_some, deliver);
    list_remove(&pool->ended_some.handle.all);
    loop_unref(&pool->ended_some.handle);
    loop->pools++;
    *out = pool;
    return 0;
}

/* ---- closing ---- */

static void closed(struct loop_handle *handle)
{
    struct pool *pool = list_owner(handle, struct pool, ended_some.handle);
    pool_closed_function *on_closed = pool->on_closed;
    void *context = pool->context;
    pool_end_threads(pool);
    pthread_mutex_destroy(&pool->lock);
    pool->loop->pools--;
    free_memory(pool);
    if (on_closed != NULL)
        on_closed(context);
}

static void close_when_over(struct pool *pool)
{
    bool over = pool->closing && pool->under_way == 0;
    if (over && !loop_is_closing(&pool->ended_some.handle))
        loop_close(&pool->ended_some.handle, closed);
}

static void wake_loop(struct pool *pool)
{
    pool->counters.wakes++;
    loop_async_send(&pool->ended_some);
}

/* With the lock; `slot` is where the job stands, NULL when it is held back. */
static void cancel(struct pool *pool, struct pool_job *job, struct pool_job **slot)
{
    pool_note_peak(pool);
    if (slot == NULL) {
        list_remove(&job->held_back);
        pool->held_back_count--;
    } else {
        *slot = NULL;
        pool->emptied++;
    }
    pool->slow_begun += job->class == POOL_SLOW;
    job->state = JOB_CANCELED;
    pool_put_ended(pool, job);
}

void pool_close(struct pool *pool, pool_closed_function *on_closed, void *context)
{
    assert(!pool->closing);
    pool->closing = true;
    pool->on_closed = on_closed;
    pool->context = context;
    pthread_mutex_lock(&pool->lock);
    while (!list_is_empty(&pool->held_back))
        cancel(pool, list_owner(pool->held_back.next, struct pool_job, held_back), NULL);
    uint64_t tail = atomic_load(&pool->waiting.tail);
    for (uint64_t i = atomic_load(&pool->waiting.head); i != tail; i++) {
        struct pool_job **slot = pool_ring_slot(&pool->waiting, i);
        if (*slot != NULL)
            cancel(pool, *slot, slot);
    }
    pthread_mutex_unlock(&pool->lock);
    if (pool->under_way > 0)
        wake_loop(pool);
    close_when_over(pool);
}

/* ---- submitting ---- */

/* How many jobs would wait while no thread is about to take them, with one more. Asked with the
 * lock. */
static uint64_t count_stuck(const struct pool *pool, enum pool_class class)
{
    uint64_t ended = atomic_load(&pool->ended.tail) - atomic_load(&pool->ended.head);
    uint64_t waiting = pool_count_waiting(pool);
    uint64_t idle = pool->counters.threads - (pool->under_way - ended - waiting);
    uint64_t slow = pool->slow_submitted - pool->slow_begun + (class == POOL_SLOW);
    uint64_t slow_room = pool->slow_limit - pool->slow_running;
    uint64_t held_back = slow > slow_room ? slow - slow_room : 0;
    uint64_t may_run = waiting + 1 - held_back;
    return waiting + 1 - (may_run < idle ? may_run : idle);
}

static bool is_full(struct pool *pool, enum pool_class class)
{
    unsigned limit = pool->options.queue_limit;
    if (limit == 0 || pool->under_way < limit)
        return false;
    pthread_mutex_lock(&pool->lock);
    bool full = count_stuck(pool, class) > limit;
    pthread_mutex_unlock(&pool->lock);
    return full;
}

static void see_room(struct pool *pool)
{
    uint64_t head = atomic_load_explicit(&pool->waiting.head, memory_order_acquire);
    pool->waiting_end = head + pool->waiting.capacity;
}

/* Room for one more in both queues; in that of the ended ones for all that are under way, so that
 * no thread ever has to wait there. Memory is allocated only for more jobs than ever were under
 * way. */
static int make_room(struct pool *pool)
{
    int r = 0;
    uint64_t tail = atomic_load_explicit(&pool->waiting.tail, memory_order_relaxed);
    if (tail == pool->waiting_end)
        see_room(pool);
    if (tail != pool->waiting_end && pool->under_way < pool->ended.capacity)
        return 0;
    pthread_mutex_lock(&pool->lock);
    if (tail == pool->waiting_end) {
        r = pool_ring_make_room(&pool->waiting, 2 * (pool->under_way + 1));
        pool->emptied = r < 0 ? pool->emptied : 0;
        see_room(pool);
    }
    if (r == 0 && pool->under_way >= pool->ended.capacity)
        r = pool_ring_make_room(&pool->ended, 2 * (pool->under_way + 1));
    pthread_mutex_unlock(&pool->lock);
    return r;
}

static int refuse(struct pool *pool, enum pool_class class)
{
    int r = pool->counters.threads == 0 ? pool_start_threads(pool) : 0;
    if (r == 0 && is_full(pool, class)) {
        pool->counters.refused++;
        return -EAGAIN;
    }
    return r < 0 ? r : make_room(pool);
}

int pool_submit(struct pool *pool, struct pool_job *job, enum pool_class class,
                pool_work_function *work, pool_done_function *done)
{
    if (pool->closing)
        return -ESHUTDOWN;
    if (work == NULL)
        return -EINVAL;
    if (job->pool != NULL)
        return -EBUSY;
    int r = refuse(pool, class);
    if (r < 0)
        return r;
    job->work = work;
    job->done = done;
    job->pool = pool;
    job->class = (uint8_t) class;
    job->state = JOB_SUBMITTED;
    job->position = atomic_load_explicit(&pool->waiting.tail, memory_order_relaxed);
    if (pool->options.timestamps)
        job->submitted_ns = clock_now_ns();
    pool->counters.submitted++;
    pool->slow_submitted += class == POOL_SLOW;
    pool->under_way++;
    pool->loop->requests++;
    pool_ring_put(&pool->waiting, job);
    if (atomic_load(&pool->wake_wanted))
        pool_wake_thread(pool);
    return 0;
}

/* With the lock. Where a job stands that no thread has seen yet; NULL: it does not. */
static struct pool_job **find(const struct pool *pool, const struct pool_job *job)
{
    struct pool_job **slot = pool_ring_slot(&pool->waiting, job->position);
    bool waits = job->state == JOB_SUBMITTED && job->position >= atomic_load(&pool->waiting.head);
    return waits && *slot == job ? slot : NULL;
}

int pool_cancel(struct pool_job *job)
{
    struct pool *pool = job->pool;
    if (pool == NULL)
        return -EBUSY;
    pthread_mutex_lock(&pool->lock);
    struct pool_job **slot = find(pool, job);
    bool waits = slot != NULL || job->state == JOB_HELD_BACK;
    if (waits)
        cancel(pool, job, slot);
    pthread_mutex_unlock(&pool->lock);
    if (waits)
        wake_loop(pool);
    return waits ? 0 : -EBUSY;
}

/* ---- delivering ---- */

/* The job is the caller's from here on. */
static void deliver_one(struct pool *pool, struct pool_job *job)
{
    int status = job->state == JOB_CANCELED ? -ECANCELED : 0;
    job->pool = NULL;
    pool->under_way--;
    pool->loop->requests--;
    pool->counters.canceled += status != 0;
    pool->counters.completed += status == 0;
    if (job->done == NULL)
        return;
    job->done(job, status);
    ticks_after_callback(pool->loop);
}

/* At most the loop's event budget in one iteration, so that jobs without end leave the other phases
 * their turn. */
static void deliver(struct loop_async *async)
{
    struct pool *pool = list_owner(async, struct pool, ended_some);
    struct pool_ring *ring = &pool->ended;
    uint64_t head = atomic_load_explicit(&ring->head, memory_order_relaxed);
    uint64_t tail = atomic_load(&ring->tail);
    uint64_t end = tail - head < pool->loop->event_budget ? tail : head + pool->loop->event_budget;
    pool->counters.deliveries += head != tail;
    while (head != end) {
        struct pool_job *job = *pool_ring_slot(ring, head++);
        if (end - head > 1)
            __builtin_prefetch(*pool_ring_slot(ring, head + 1));
        atomic_store_explicit(&ring->head, head, memory_order_relaxed);
        deliver_one(pool, job);
    }
    if (end != tail)
        wake_loop(pool);
    else
        close_when_over(pool);
}

void pool_counters(const struct pool *pool, struct pool_counters *counters)
{
    pthread_mutex_t *lock = (pthread_mutex_t *)&pool->lock;
    *counters = pool->counters;
    pthread_mutex_lock(lock);
    counters->wakes += pool->wakes;
    counters->waiting = pool_count_waiting(pool);
    counters->peak_waiting =
        pool->peak_waiting > counters->waiting ? pool->peak_waiting : counters->waiting;
    pthread_mutex_unlock(lock);
}
