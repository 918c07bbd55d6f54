#include "loop/pool.h"

#include "backends/clock.h"
#include "loop/internal.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

/* Enough for name look-ups and cryptography; the system's default of 8 MiB would be 8 GiB of
 * address space for the largest pool. */
#define STACK_BYTES (256 * 1024)

enum job_state { JOB_IDLE, JOB_WAITING, JOB_TAKEN, JOB_CANCELED };

struct pool {
    struct loop *loop;
    struct loop_async ended_some;
    struct pool_options options;
    pool_closed_function *on_closed;
    void *context;
    bool closing;
    uint64_t under_way; /* jobs between submit and done() */
    struct list ready;  /* ended, taken over from `ended`, to be delivered in order */
    struct pool_counters counters;
    pthread_t *threads;

    pthread_mutex_t lock; /* of all below, and of the state and the place of each job */
    pthread_cond_t work_is_there;
    struct list waiting;   /* in the order in which they were submitted */
    struct list held_back; /* slow ones that were passed; older than all that are waiting */
    struct list ended;
    unsigned idle, slow_running, slow_limit;
    unsigned fast_waiting, slow_waiting, peak_waiting;
    bool stopping;
};

static struct pool_job *job_of(struct list *node)
{
    return list_owner(node, struct pool_job, queue);
}

/* ---- on the threads ---- */

/* The oldest job that may run now. */
static struct pool_job *take(struct pool *pool)
{
    bool room = pool->slow_running < pool->slow_limit;
    if (room && !list_is_empty(&pool->held_back))
        return job_of(list_take_first(&pool->held_back));
    while (!list_is_empty(&pool->waiting)) {
        struct list *node = list_take_first(&pool->waiting);
        if (job_of(node)->class != POOL_SLOW || room)
            return job_of(node);
        list_append(&pool->held_back, node);
    }
    return NULL;
}

static void begin(struct pool *pool, struct pool_job *job)
{
    job->state = JOB_TAKEN;
    pool->slow_running += job->class == POOL_SLOW;
    pool->slow_waiting -= job->class == POOL_SLOW;
    pool->fast_waiting -= job->class != POOL_SLOW;
}

/* Whoever puts the first one on the list tells the loop. */
static void end(struct pool *pool, struct pool_job *job)
{
    bool first = list_is_empty(&pool->ended);
    list_append(&pool->ended, &job->queue);
    if (!first)
        return;
    pool->counters.wakes++;
    loop_async_send(&pool->ended_some);
}

static void run(struct pool *pool, struct pool_job *job)
{
    begin(pool, job);
    pthread_mutex_unlock(&pool->lock);
    if (pool->options.timestamps)
        job->started_ns = clock_now_ns();
    job->work(job);
    if (pool->options.timestamps)
        job->ended_ns = clock_now_ns();
    pthread_mutex_lock(&pool->lock);
    pool->slow_running -= job->class == POOL_SLOW;
    end(pool, job);
}

static void *serve(void *context)
{
    struct pool *pool = context;
    pthread_mutex_lock(&pool->lock);
    for (;;) {
        struct pool_job *job = take(pool);
        if (job != NULL) {
            run(pool, job);
        } else if (pool->stopping) {
            break;
        } else {
            pool->idle++;
            pthread_cond_wait(&pool->work_is_there, &pool->lock);
            pool->idle--;
        }
    }
    pthread_mutex_unlock(&pool->lock);
    return NULL;
}

/* ---- threads ---- */

static int start_thread(struct pool *pool, pthread_t *thread)
{
    pthread_attr_t attributes;
    int r = pthread_attr_init(&attributes);
    if (r != 0)
        return -r;
    r = pthread_attr_setstacksize(&attributes, STACK_BYTES);
    if (r == 0)
        r = pthread_create(thread, &attributes, serve, pool);
    pthread_attr_destroy(&attributes);
    return -r;
}

/* As many as the system gives, up to what was asked. Signals are for the threads that the program
 * made itself. */
static int start_threads(struct pool *pool)
{
    sigset_t all, before;
    unsigned count = 0;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    while (count < pool->options.threads && start_thread(pool, &pool->threads[count]) == 0)
        count++;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pool->counters.threads = count;
    pthread_mutex_lock(&pool->lock);
    pool->slow_limit = (count + 1) / 2;
    pthread_mutex_unlock(&pool->lock);
    return count == 0 ? -EAGAIN : 0;
}

static void end_threads(struct pool *pool)
{
    pthread_mutex_lock(&pool->lock);
    pool->stopping = true;
    pthread_cond_broadcast(&pool->work_is_there);
    pthread_mutex_unlock(&pool->lock);
    for (unsigned i = 0; i < pool->counters.threads; i++)
        pthread_join(pool->threads[i], NULL);
}

/* ---- on the loop's thread ---- */

static void free_pool(struct pool *pool)
{
    pthread_cond_destroy(&pool->work_is_there);
    pthread_mutex_destroy(&pool->lock);
    free(pool->threads);
    free(pool);
}

static void closed(struct loop_handle *handle)
{
    struct pool *pool = list_owner(handle, struct pool, ended_some.handle);
    pool_closed_function *on_closed = pool->on_closed;
    void *context = pool->context;
    end_threads(pool);
    pool->loop->pools--;
    free_pool(pool);
    if (on_closed != NULL)
        on_closed(context);
}

static void close_when_over(struct pool *pool)
{
    bool over = pool->closing && pool->under_way == 0;
    if (over && !loop_is_closing(&pool->ended_some.handle))
        loop_close(&pool->ended_some.handle, closed);
}

static void deliver_one(struct pool *pool, struct pool_job *job)
{
    int status = job->state == JOB_CANCELED ? -ECANCELED : 0;
    job->pool = NULL;
    job->state = JOB_IDLE;
    pool->under_way--;
    pool->loop->requests--;
    pool->counters.canceled += status != 0;
    pool->counters.completed += status == 0;
    if (job->done != NULL)
        job->done(job, status);
}

/* At most the loop's event budget in one iteration, so that jobs without end leave the other phases
 * their turn. */
static void deliver(struct loop_async *async)
{
    struct pool *pool = list_owner(async, struct pool, ended_some);
    pthread_mutex_lock(&pool->lock);
    list_move_all(&pool->ended, &pool->ready);
    pthread_mutex_unlock(&pool->lock);
    pool->counters.deliveries += !list_is_empty(&pool->ready);
    for (unsigned i = 0; i < pool->loop->event_budget && !list_is_empty(&pool->ready); i++)
        deliver_one(pool, job_of(list_take_first(&pool->ready)));
    if (!list_is_empty(&pool->ready))
        loop_async_send(&pool->ended_some);
    else
        close_when_over(pool);
}

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

int pool_open(struct pool **out, struct loop *loop, const struct pool_options *options)
{
    if (options->threads == 0 || options->threads > POOL_THREADS_MAX)
        return -EINVAL;
    struct pool *pool = calloc(1, sizeof *pool);
    if (pool == NULL)
        return -ENOMEM;
    pool->threads = calloc(options->threads, sizeof *pool->threads);
    int r = pool->threads == NULL ? ENOMEM : pthread_mutex_init(&pool->lock, NULL);
    if (r == 0) {
        r = pthread_cond_init(&pool->work_is_there, NULL);
        if (r != 0)
            pthread_mutex_destroy(&pool->lock);
    }
    if (r != 0) {
        free(pool->threads);
        free(pool);
        return -r;
    }
    pool->loop = loop;
    pool->options = *options;
    struct list *lists[] = {&pool->ready, &pool->waiting, &pool->held_back, &pool->ended};
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
        list_init(lists[i]);
    /* Hidden, or a walk that closes every handle would close it without the pool. */
    loop_async_init(loop, &pool->ended_some, deliver);
    list_remove(&pool->ended_some.handle.all);
    loop_unref(&pool->ended_some.handle);
    loop->pools++;
    *out = pool;
    return 0;
}

/* Whether the queue has room. A job that an idle thread is about to take does not wait for one. */
static bool has_room(const struct pool *pool)
{
    if (pool->options.queue_limit == 0)
        return true;
    uint64_t places = (uint64_t)pool->counters.threads + pool->options.queue_limit;
    return pool->under_way < places;
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
    int r = pool->counters.threads == 0 ? start_threads(pool) : 0;
    if (r < 0)
        return r;
    if (!has_room(pool)) {
        pool->counters.refused++;
        return -EAGAIN;
    }
    job->work = work;
    job->done = done;
    job->pool = pool;
    job->class = (uint8_t) class;
    job->state = JOB_WAITING;
    if (pool->options.timestamps)
        job->submitted_ns = clock_now_ns();
    pool->counters.submitted++;
    pool->under_way++;
    pool->loop->requests++;
    pthread_mutex_lock(&pool->lock);
    list_append(&pool->waiting, &job->queue);
    pool->slow_waiting += class == POOL_SLOW;
    pool->fast_waiting += class != POOL_SLOW;
    if (pool->slow_waiting + pool->fast_waiting > pool->peak_waiting)
        pool->peak_waiting = pool->slow_waiting + pool->fast_waiting;
    if (pool->idle > 0)
        pthread_cond_signal(&pool->work_is_there);
    pthread_mutex_unlock(&pool->lock);
    return 0;
}

static void cancel_waiting(struct pool *pool, struct pool_job *job)
{
    list_remove(&job->queue);
    pool->slow_waiting -= job->class == POOL_SLOW;
    pool->fast_waiting -= job->class != POOL_SLOW;
    job->state = JOB_CANCELED;
    end(pool, job);
}

int pool_cancel(struct pool_job *job)
{
    struct pool *pool = job->pool;
    if (pool == NULL)
        return -EBUSY;
    pthread_mutex_lock(&pool->lock);
    bool waits = job->state == JOB_WAITING;
    if (waits)
        cancel_waiting(pool, job);
    pthread_mutex_unlock(&pool->lock);
    return waits ? 0 : -EBUSY;
}

void pool_close(struct pool *pool, pool_closed_function *on_closed, void *context)
{
    assert(!pool->closing);
    pool->closing = true;
    pool->on_closed = on_closed;
    pool->context = context;
    pthread_mutex_lock(&pool->lock);
    while (!list_is_empty(&pool->held_back))
        cancel_waiting(pool, job_of(pool->held_back.next));
    while (!list_is_empty(&pool->waiting))
        cancel_waiting(pool, job_of(pool->waiting.next));
    pthread_mutex_unlock(&pool->lock);
    close_when_over(pool);
}

void pool_counters(const struct pool *pool, struct pool_counters *counters)
{
    pthread_mutex_t *lock = (pthread_mutex_t *)&pool->lock;
    pthread_mutex_lock(lock);
    *counters = pool->counters;
    counters->waiting = pool->slow_waiting + pool->fast_waiting;
    counters->peak_waiting = pool->peak_waiting;
    pthread_mutex_unlock(lock);
}
