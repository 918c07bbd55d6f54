#include "backends/clock.h"
#include "loop/pool_internal.h"
#include "loop/pool_priority.h"

#include <errno.h>
#include <signal.h>

/* Enough for name look-ups and cryptography; the system's default of 8 MiB would be 8 GiB of
 * address space for the largest pool. */
#define STACK_BYTES (256 * 1024)

/* ---- with the lock ---- */

unsigned pool_count_waiting(const struct pool *pool)
{
    uint64_t queued = atomic_load(&pool->waiting.tail) - atomic_load(&pool->waiting.head);
    return (unsigned)queued - pool->emptied + pool->held_back_count;
}

void pool_note_peak(struct pool *pool)
{
    unsigned waiting = pool_count_waiting(pool);
    if (waiting > pool->peak_waiting)
        pool->peak_waiting = waiting;
}

/* The oldest job that may run now, NULL if there is none. */
static struct pool_job *oldest(struct pool *pool)
{
    bool slow_may = pool->slow_running < pool->slow_limit;
    if (slow_may && !list_is_empty(&pool->held_back)) {
        struct list *node = list_take_first(&pool->held_back);
        struct pool_job *job = list_owner(node, struct pool_job, held_back);
        job->state = JOB_SUBMITTED;
        pool->held_back_count--;
        return job;
    }
    struct pool_ring *ring = &pool->waiting;
    uint64_t head = atomic_load_explicit(&ring->head, memory_order_relaxed);
    uint64_t tail = atomic_load(&ring->tail);
    struct pool_job *found = NULL;
    while (head != tail && found == NULL) {
        struct pool_job *job = *pool_ring_slot(ring, head++);
        if (job == NULL) {
            pool->emptied--;
        } else if (job->class == POOL_SLOW && !slow_may) {
            job->state = JOB_HELD_BACK;
            list_append(&pool->held_back, &job->held_back);
            pool->held_back_count++;
        } else {
            found = job;
        }
    }
    atomic_store_explicit(&ring->head, head, memory_order_release);
    if (head != tail)
        __builtin_prefetch(*pool_ring_slot(ring, head));
    return found;
}

static struct pool_job *take(struct pool *pool)
{
    pool_note_peak(pool);
    struct pool_job *job = oldest(pool);
    if (job != NULL && job->class == POOL_SLOW) {
        pool->slow_running++;
        pool->slow_begun++;
    }
    return job;
}

static void set_wake_wanted(struct pool *pool)
{
    atomic_store(&pool->wake_wanted, !list_is_empty(&pool->sleepers) && !pool->waking);
}

/* The thread that the caller has to call, after the lock; NULL when none sleeps, or one is coming
 * already. */
static struct pool_thread *choose_sleeper(struct pool *pool)
{
    if (list_is_empty(&pool->sleepers) || pool->waking)
        return NULL;
    struct list *node = list_take_first(&pool->sleepers);
    struct pool_thread *sleeper = list_owner(node, struct pool_thread, asleep);
    sleeper->woken = pool->waking = true;
    set_wake_wanted(pool);
    return sleeper;
}

/* One thread wakes the next while there is work, so that many jobs at once do not wake many threads
 * for the first to take them all. */
static struct pool_thread *choose_sleeper_for_more(struct pool *pool)
{
    bool more = atomic_load(&pool->waiting.head) != atomic_load(&pool->waiting.tail);
    return more ? choose_sleeper(pool) : NULL;
}

void pool_put_ended(struct pool *pool, struct pool_job *job)
{
    pool_ring_put(&pool->ended, job);
}

static void end(struct pool *pool, struct pool_job *job)
{
    pool->slow_running -= job->class == POOL_SLOW;
    pool_put_ended(pool, job);
}

/* Returns once woken: at once when a job came in between. */
static void sleep_until_woken(struct pool *pool, struct pool_thread *self)
{
    self->woken = false;
    list_prepend(&pool->sleepers, &self->asleep);
    set_wake_wanted(pool);
    if (atomic_load(&pool->waiting.head) == atomic_load(&pool->waiting.tail))
        while (!self->woken && !pool->stopping)
            pthread_cond_wait(&self->called, &pool->lock);
    if (self->woken)
        pool->waking = false;
    else
        list_remove(&self->asleep);
    set_wake_wanted(pool);
}

/* ---- without it ---- */

static void call(struct pool_thread *sleeper)
{
    if (sleeper != NULL)
        pthread_cond_signal(&sleeper->called);
}

void pool_wake_thread(struct pool *pool)
{
    pthread_mutex_lock(&pool->lock);
    struct pool_thread *sleeper = choose_sleeper(pool);
    pthread_mutex_unlock(&pool->lock);
    call(sleeper);
}

/* The order is the reverse of the loop's, which takes the wake-up off first and looks for jobs
 * then: one of the two sees the other. */
static void tell_loop(struct pool *pool)
{
    if (atomic_load(&pool->ended_some.pending) != 0)
        return;
    atomic_fetch_add_explicit(&pool->wakes, 1, memory_order_relaxed);
    loop_async_send(&pool->ended_some);
}

/* NULL: the pool is at its end. */
static struct pool_job *wait_for_job(struct pool *pool, struct pool_thread *self)
{
    struct pool_job *job;
    pthread_mutex_lock(&pool->lock);
    while ((job = take(pool)) == NULL && !pool->stopping)
        sleep_until_woken(pool, self);
    struct pool_thread *sleeper = job != NULL ? choose_sleeper_for_more(pool) : NULL;
    pthread_mutex_unlock(&pool->lock);
    call(sleeper);
    return job;
}

/* Puts a job away and takes the next one, if there is one already. */
static struct pool_job *exchange(struct pool *pool, struct pool_job *ended)
{
    pthread_mutex_lock(&pool->lock);
    end(pool, ended);
    struct pool_job *job = take(pool);
    struct pool_thread *sleeper = job != NULL ? choose_sleeper_for_more(pool) : NULL;
    pthread_mutex_unlock(&pool->lock);
    tell_loop(pool);
    call(sleeper);
    return job;
}

static void run(const struct pool *pool, struct pool_job *job)
{
    if (pool->options.timestamps)
        job->started_ns = clock_now_ns();
    job->work(job);
    if (pool->options.timestamps)
        job->ended_ns = clock_now_ns();
}

static void *serve(void *context)
{
    struct pool_thread *self = context;
    struct pool *pool = self->pool;
    struct pool_job *job;
    while ((job = wait_for_job(pool, self)) != NULL) {
        do
            run(pool, job);
        while ((job = exchange(pool, job)) != NULL);
    }
    return NULL;
}

/* ---- starting and ending them ---- */

/* 0 or an errno, as the calls for threads give it. */
static int create(struct pool_thread *thread)
{
    pthread_attr_t attributes;
    int r = pthread_attr_init(&attributes);
    if (r != 0)
        return r;
    r = pthread_attr_setstacksize(&attributes, STACK_BYTES);
    if (r == 0)
        r = pthread_create(&thread->id, &attributes, serve, thread);
    pthread_attr_destroy(&attributes);
    return r;
}

static bool start_thread(struct pool *pool, struct pool_thread *thread)
{
    thread->pool = pool;
    if (pthread_cond_init(&thread->called, NULL) != 0)
        return false;
    bool started = create(thread) == 0;
    if (!started)
        pthread_cond_destroy(&thread->called);
    return started;
}

/* As many as the system gives, up to what was asked. Signals are for the threads that the program
 * made itself. The first ones wait at the lock until it is known how many there are. They are
 * lowered from here, so that it is known at once how many could be: a thread that does it itself
 * may first have to wait for a processor. */
int pool_start_threads(struct pool *pool)
{
    sigset_t all, before;
    unsigned count = 0;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pthread_mutex_lock(&pool->lock);
    while (count < pool->options.threads && start_thread(pool, &pool->threads[count])) {
        if (pool->options.background && pool_priority_lower(pool->threads[count].id) == 0)
            pool->counters.background++;
        count++;
    }
    pool->slow_limit = (count + 1) / 2;
    pthread_mutex_unlock(&pool->lock);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pool->counters.threads = count;
    return count == 0 ? -EAGAIN : 0;
}

void pool_end_threads(struct pool *pool)
{
    pthread_mutex_lock(&pool->lock);
    pool->stopping = true;
    for (struct list *node = pool->sleepers.next; node != &pool->sleepers; node = node->next)
        pthread_cond_signal(&list_owner(node, struct pool_thread, asleep)->called);
    pthread_mutex_unlock(&pool->lock);
    for (unsigned i = 0; i < pool->counters.threads; i++)
        pthread_join(pool->threads[i].id, NULL);
    for (unsigned i = 0; i < pool->counters.threads; i++)
        pthread_cond_destroy(&pool->threads[i].called);
}
