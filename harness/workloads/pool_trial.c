#include "harness/workloads/pool_trial.h"

#include "backends/clock.h"
#include "backends/list.h"
#include "harness/base/problem.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Jobs that have ended and whose done() has not run yet, on top of those that wait and run. When
 * they run out, the loop delivers first and submits afterwards. */
#define UNDELIVERED 4096u

const char POOL_NO_THREADS[] = "starting the threads";

struct pool_item {
    struct pool_task task;
    struct pool_trial *trial;
    struct pool_stream *stream;
    /* NULL: it was not planned in the window. */
    struct pool_times *times;
    uint64_t started_ns, ended_ns, planned_ns;
    uint32_t number;
    int error;
    struct pool_item *next;
};

int pool_trial_fail(struct pool_trial *trial, int r, const char *what)
{
    if (trial->error == 0) {
        trial->error = r;
        trial->what = what;
    }
    trial->ops->stop(trial->server);
    return r;
}

/* ---- one job ---- */

static void work(struct pool_task *task)
{
    struct pool_item *item = list_owner(task, struct pool_item, task);
    item->started_ns = clock_now_ns();
    item->error = pool_jobs_run(item->stream->jobs, item->number);
    item->ended_ns = clock_now_ns();
}

static void give_back(struct pool_item *item)
{
    item->next = item->trial->free_items;
    item->trial->free_items = item;
}

static void feed(struct pool_trial *trial);

static void done(struct pool_task *task, int status)
{
    struct pool_item *item = list_owner(task, struct pool_item, task);
    struct pool_trial *trial = item->trial;
    struct pool_times *times = item->times;
    uint64_t now_ns = clock_now_ns();
    trial->outstanding--;
    give_back(item);
    if (status == 0 && item->error < 0) {
        trial->failures++;
        trial->failed_jobs = item->stream->jobs;
        pool_trial_fail(trial, item->error, NULL);
    } else if (status == 0) {
        item->stream->ended += trial->measuring;
        if (times != NULL) {
            histogram_record(&times->wait, item->started_ns - item->planned_ns);
            histogram_record(&times->service, item->ended_ns - item->started_ns);
            histogram_record(&times->delivery, now_ns - item->ended_ns);
        }
    }
    if (trial->fed != NULL)
        feed(trial);
    if (trial->emptying && trial->outstanding == 0)
        trial->ops->stop(trial->server);
}

/* -EAGAIN: refused, and the item is free again. */
static int submit(struct pool_trial *trial, struct pool_stream *stream, uint64_t planned_ns,
                  struct pool_times *times)
{
    struct pool_item *item = trial->free_items;
    trial->free_items = item->next;
    item->stream = stream;
    item->times = times;
    item->planned_ns = planned_ns;
    item->number = stream->next_number++;
    item->task.work = work;
    item->task.done = done;
    item->task.slow = pool_job_is_slow(stream->jobs->kind);
    int r = trial->ops->submit(trial->server, &item->task);
    if (r < 0)
        give_back(item);
    else
        trial->outstanding++;
    return r;
}

/* ---- the closed loop ---- */

static void feed(struct pool_trial *trial)
{
    int r = 0;
    while (trial->free_items != NULL && trial->error == 0 && r == 0)
        r = submit(trial, trial->fed, 0, NULL);
    if (r == -EAGAIN && trial->outstanding == 0) /* no queue is full that is empty */
        pool_trial_fail(trial, r, POOL_NO_THREADS);
    else if (r < 0 && r != -EAGAIN)
        pool_trial_fail(trial, r, "submitting a job");
}

int pool_trial_feed(struct pool_trial *trial, struct pool_stream *stream, double seconds,
                    bool measured)
{
    uint64_t end_ns = clock_now_ns() + (uint64_t)(seconds * (double)NS_PER_S);
    trial->fed = stream;
    trial->measuring = measured;
    feed(trial);
    int r = pool_trial_run_until(trial, end_ns);
    trial->fed = NULL;
    trial->measuring = false;
    return r;
}

int pool_trial_capacity(struct pool_trial *trial, struct pool_stream *stream, double seconds,
                        double load, double *per_s)
{
    double part_s = pool_capacity_share(load) * seconds,
           least = POOL_CAPACITY_JOBS_MIN * trial->threads;
    int r = pool_trial_feed(trial, stream, POOL_WARM_UP_SHARE * seconds, false);
    uint64_t begin_ns = clock_now_ns();
    stream->ended = 0;
    for (int part = 0; part < POOL_CAPACITY_PARTS && r == 0 && (double)stream->ended < least;
         part++)
        r = pool_trial_feed(trial, stream, part_s, true);
    double took_s = (double)(clock_now_ns() - begin_ns) / 1e9, jobs = (double)stream->ended;
    *per_s = jobs / took_s;
    if (r < 0 || jobs >= least)
        return r;
    return problem_say(trial->problem, -ERANGE,
                       "%s: only %.0f jobs ended in the %.2g s in which the capacity of %u threads "
                       "was measured, and %.0f are needed to know it to 5 %%; set seconds=%.2g or "
                       "more, or shorter jobs",
                       trial->request->subject->name, jobs, took_s, trial->threads, least,
                       1.2 * seconds * least / (jobs > 1 ? jobs : 1));
}

int pool_trial_empty(struct pool_trial *trial)
{
    trial->emptying = true;
    int r = trial->error;
    if (trial->outstanding > 0 && r == 0)
        r = trial->ops->run(trial->server);
    if (r < 0)
        pool_trial_fail(trial, r, "running the loop");
    trial->emptying = false;
    return trial->error;
}

/* ---- the region ---- */

int pool_trial_begin(struct pool_trial *trial)
{
    trial->ops->tally(trial->server, &trial->tally_begin);
    if (trial->tally_begin.threads < trial->threads)
        return pool_trial_fail(trial, -EAGAIN, POOL_NO_THREADS);
    int r = region_begin(&trial->region);
    trial->measuring = true;
    return r < 0 ? pool_trial_fail(trial, r, "reading the clocks") : 0;
}

int pool_trial_end(struct pool_trial *trial)
{
    int r = region_end(&trial->region);
    trial->measuring = false;
    trial->ops->tally(trial->server, &trial->tally_end);
    return r < 0 ? pool_trial_fail(trial, r, "reading the clocks") : 0;
}

/* ---- lag of the loop ---- */

/* Every time that was planned counts, not only the one whose callback came. */
static void sample_lag(struct pool_trial *trial, uint64_t now_ns)
{
    for (; trial->lag_due_ns <= now_ns; trial->lag_due_ns += POOL_LAG_PERIOD_NS)
        histogram_record(&trial->lag, now_ns - trial->lag_due_ns);
    int r = trial->ops->start_timer(trial->server, POOL_TIMER_LAG, trial->lag_due_ns);
    if (r < 0)
        pool_trial_fail(trial, r, "starting a timer");
}

/* ---- the open loop ---- */

/* What is due by `now_ns`, which is not read again meanwhile: jobs that end have to be delivered,
 * too. */
static void submit_due(struct pool_trial *trial, struct pool_stream *stream, uint64_t now_ns)
{
    while (trial->free_items != NULL && trial->error == 0 && stream->arrivals.next_ns <= now_ns) {
        uint64_t planned_ns = stream->arrivals.next_ns;
        arrivals_step(&stream->arrivals);
        bool in_window = planned_ns >= trial->window_begin_ns && planned_ns < trial->window_end_ns;
        struct pool_times *times = in_window ? stream->times : NULL;
        if (times != NULL) {
            times->planned++;
            histogram_record(&times->late, clock_now_ns() - planned_ns);
        }
        int r = submit(trial, stream, planned_ns, times);
        if (r == -EAGAIN && times != NULL)
            times->refused++;
        else if (r < 0 && r != -EAGAIN)
            pool_trial_fail(trial, r, "submitting a job");
    }
}

static void arrive(struct pool_trial *trial, uint64_t now_ns)
{
    uint64_t next_ns = UINT64_MAX;
    for (unsigned i = 0; i < POOL_STREAMS; i++) {
        struct pool_stream *stream = trial->streams[i];
        if (stream == NULL || !stream->arriving)
            continue;
        submit_due(trial, stream, now_ns);
        if (stream->arrivals.next_ns < next_ns)
            next_ns = stream->arrivals.next_ns;
    }
    if (next_ns == UINT64_MAX)
        return;
    int r = trial->ops->start_timer(trial->server, POOL_TIMER_ARRIVAL, next_ns);
    if (r < 0)
        pool_trial_fail(trial, r, "starting a timer");
}

/* What was planned before the end is submitted, however late. */
static void end_arrivals(struct pool_trial *trial)
{
    for (unsigned i = 0; i < POOL_STREAMS; i++) {
        struct pool_stream *stream = trial->streams[i];
        if (stream == NULL || !stream->arriving)
            continue;
        submit_due(trial, stream, trial->window_end_ns - 1);
        stream->arriving = false;
    }
    trial->ops->stop_timer(trial->server, POOL_TIMER_ARRIVAL);
}

static int begin_window(struct pool_trial *trial)
{
    int r = pool_trial_begin(trial);
    trial->lag_due_ns = clock_now_ns() + POOL_LAG_PERIOD_NS;
    return r < 0 ? r : trial->ops->start_timer(trial->server, POOL_TIMER_LAG, trial->lag_due_ns);
}

static int end_window(struct pool_trial *trial)
{
    int r = pool_trial_end(trial);
    sample_lag(trial, clock_now_ns()); /* one that is overdue at this moment counts, too */
    trial->ops->stop_timer(trial->server, POOL_TIMER_LAG);
    return r;
}

int pool_trial_window(struct pool_trial *trial, struct pool_stream *const streams[POOL_STREAMS],
                      const double rates[POOL_STREAMS], double seconds, bool measured)
{
    uint64_t now_ns = clock_now_ns();
    trial->window_begin_ns = now_ns + (uint64_t)(POOL_WARM_UP_SHARE * seconds * (double)NS_PER_S);
    trial->window_end_ns = trial->window_begin_ns + (uint64_t)(seconds * (double)NS_PER_S);
    for (unsigned i = 0; i < POOL_STREAMS; i++) {
        struct pool_stream *stream = trial->streams[i] = streams[i];
        if (stream == NULL)
            continue;
        stream->arriving = rates[i] > 0;
        stream->ended = 0;
        if (stream->arriving)
            arrivals_begin(&stream->arrivals, ARRIVALS_POISSON, rates[i],
                           trial->request->seed + (uint64_t)i, now_ns);
    }
    arrive(trial, now_ns);
    int r = pool_trial_run_until(trial, trial->window_begin_ns);
    if (r == 0 && measured)
        r = begin_window(trial);
    if (r == 0)
        r = pool_trial_run_until(trial, trial->window_end_ns);
    if (r == 0 && measured)
        r = end_window(trial);
    end_arrivals(trial);
    return r < 0 ? r : pool_trial_empty(trial);
}

/* ---- running ---- */

static void on_timer(void *context, enum pool_timer timer)
{
    struct pool_trial *trial = context;
    uint64_t now_ns = clock_now_ns();
    if (timer == POOL_TIMER_ARRIVAL)
        arrive(trial, now_ns);
    else if (timer == POOL_TIMER_LAG)
        sample_lag(trial, now_ns);
    else
        trial->ops->stop(trial->server);
}

int pool_trial_run_until(struct pool_trial *trial, uint64_t deadline_ns)
{
    if (trial->error < 0) /* since the phase was set up */
        return trial->error;
    int r = trial->ops->start_timer(trial->server, POOL_TIMER_END, deadline_ns);
    if (r == 0)
        r = trial->ops->run(trial->server);
    trial->ops->stop_timer(trial->server, POOL_TIMER_END);
    if (r < 0)
        pool_trial_fail(trial, r, "running the loop");
    return trial->error;
}

static int take_memory(struct pool_trial *trial)
{
    if (trial->queue_limit == 0)
        return 0;
    trial->item_count = trial->threads + trial->queue_limit + UNDELIVERED;
    size_t bytes = trial->item_count * sizeof *trial->items;
    trial->items = aligned_alloc(_Alignof(struct pool_item), bytes);
    if (trial->items == NULL)
        return -ENOMEM;
    memset(trial->items, 0, bytes); /* touched before anything is timed */
    for (unsigned i = trial->item_count; i-- > 0;) {
        trial->items[i].trial = trial;
        give_back(&trial->items[i]);
    }
    return 0;
}

int pool_trial_open(struct pool_trial *trial, const struct trial_request *request,
                    unsigned queue_limit, char *problem)
{
    const struct subject *subject = request->subject;
    *trial = (struct pool_trial){
        .request = request,
        .ops = subject->pool,
        .problem = problem,
        .threads = (unsigned)parameter_integer(request->params, "threads"),
        .queue_limit = queue_limit,
    };
    const struct pool_setup setup = {
        .subject = subject,
        .threads = trial->threads,
        .queue_limit = queue_limit,
        .background = strcmp(parameter_choice(request->params, "priority"), "background") == 0,
        .on_timer = on_timer,
        .context = trial,
    };
    const char *what = "taking memory for the jobs";
    region_open(&trial->region, request, REGION_WALL);
    histogram_reset(&trial->lag);
    int r = take_memory(trial);
    if (r == 0)
        r = trial->ops->open(&trial->server, &setup, &what);
    if (r < 0)
        problem_say(problem, r, "%s: %s failed: %s", subject->name, what, strerror(-r));
    return r;
}

void pool_trial_close_server(struct pool_trial *trial)
{
    if (trial->server != NULL)
        trial->ops->close(trial->server);
    trial->server = NULL;
}

void pool_trial_close(struct pool_trial *trial)
{
    pool_trial_close_server(trial);
    region_close(&trial->region);
    for (unsigned i = 0; i < trial->job_kinds; i++)
        pool_jobs_close(&trial->jobs[i]);
    free(trial->items);
}

int pool_trial_add_jobs(struct pool_trial *trial, enum pool_job_kind kind,
                        const struct pool_jobs **jobs)
{
    struct pool_jobs *added = &trial->jobs[trial->job_kinds];
    int r = pool_jobs_open(added, kind, trial->request->params, trial->problem);
    trial->job_kinds += r == 0;
    *jobs = added;
    return r;
}
