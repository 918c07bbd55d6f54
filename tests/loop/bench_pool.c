/* What an empty job costs in loop/pool.h and in libuv's uv_queue_work. Not a test.
 *
 *     bench_pool [rounds [backend]]
 *
 *   window W   W jobs are under way at any time: done() submits its job again. W = 1 is the round
 *              trip of a job that is alone
 *   burst N    N jobs are submitted in one go, and the next N when all of them are done
 *
 * Each trial is a process of its own, because libuv's pool is one for the whole process and keeps
 * the size it was started with. In each round both run once, the first one in turn. Ratios are
 * taken within rounds; intervals are those of a median, from the order of the values alone, with a
 * confidence of 99 % or more.
 */
#include "backends/clock.h"
#include "loop/pool.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <uv.h>

#define WARM_UP_JOBS 2000u
#define TRIAL_NS (100 * NS_PER_MS)
#define ROUNDS_MIN 8u /* fewer give no interval of 99 % */

struct shape {
    unsigned threads, under_way;
    bool burst;
};

struct outcome {
    double jobs_per_s, cpu_ns_per_job, wakes_per_job;
};

/* What both sides of the comparison share: how many jobs still to submit, and when it is over. */
struct trial {
    struct shape shape;
    uint64_t begin_ns, jobs, done_in_burst;
    struct rusage usage;
    bool over;
};

static double cpu_ns(const struct rusage *usage)
{
    return 1e9 * (double)(usage->ru_utime.tv_sec + usage->ru_stime.tv_sec) +
           1e3 * (double)(usage->ru_utime.tv_usec + usage->ru_stime.tv_usec);
}

/* One more is done. Whether it, or the whole burst, is to be submitted again. */
static bool count_done(struct trial *trial)
{
    if (++trial->jobs == WARM_UP_JOBS) {
        getrusage(RUSAGE_SELF, &trial->usage);
        trial->begin_ns = clock_now_ns();
    }
    if (trial->jobs > WARM_UP_JOBS && trial->jobs % 16 == 0)
        trial->over |= clock_now_ns() - trial->begin_ns > TRIAL_NS;
    if (trial->over)
        return false;
    if (!trial->shape.burst)
        return true;
    return ++trial->done_in_burst % trial->shape.under_way == 0;
}

static struct outcome finish(const struct trial *trial)
{
    struct rusage after;
    double jobs = (double)(trial->jobs - WARM_UP_JOBS);
    uint64_t took_ns = clock_now_ns() - trial->begin_ns;
    getrusage(RUSAGE_SELF, &after);
    return (struct outcome){
        .jobs_per_s = jobs * 1e9 / (double)took_ns,
        .cpu_ns_per_job = (cpu_ns(&after) - cpu_ns(&trial->usage)) / jobs,
    };
}

/* ---- the pool ---- */

struct pool_side {
    struct trial trial;
    struct pool *pool;
    struct pool_job *jobs;
};

static void work(struct pool_job *job)
{
    (void)job;
}

static void done(struct pool_job *job, int status);

static void submit_pool(struct pool_side *side, struct pool_job *job)
{
    if (pool_submit(side->pool, job, POOL_FAST, work, done) < 0)
        abort();
}

static void submit_all_pool(struct pool_side *side)
{
    for (unsigned i = 0; i < side->trial.shape.under_way; i++) {
        side->jobs[i].data = side;
        submit_pool(side, &side->jobs[i]);
    }
}

static void done(struct pool_job *job, int status)
{
    struct pool_side *side = job->data;
    (void)status;
    if (!count_done(&side->trial))
        return;
    if (side->trial.shape.burst)
        submit_all_pool(side);
    else
        submit_pool(side, job);
}

static struct outcome run_pool(const struct shape *shape, const struct backend_variant *variant)
{
    struct pool_side side = {.trial.shape = *shape};
    struct loop_options options = loop_default_options(variant);
    struct pool_options pool_options = {.threads = shape->threads};
    struct pool_counters counters;
    struct loop *loop;
    side.jobs = calloc(shape->under_way, sizeof *side.jobs);
    if (side.jobs == NULL || loop_open(&loop, &options) < 0 ||
        pool_open(&side.pool, loop, &pool_options) < 0)
        abort();
    submit_all_pool(&side);
    loop_run(loop, LOOP_DEFAULT);
    struct outcome outcome = finish(&side.trial);
    pool_counters(side.pool, &counters);
    outcome.wakes_per_job = (double)counters.wakes / (double)counters.submitted;
    pool_close(side.pool, NULL, NULL);
    loop_run(loop, LOOP_DEFAULT);
    loop_destroy(loop);
    free(side.jobs);
    return outcome;
}

/* ---- libuv ---- */

struct uv_side {
    struct trial trial;
    uv_loop_t *loop;
    uv_work_t *jobs;
};

static void uv_work(uv_work_t *job)
{
    (void)job;
}

static void uv_done(uv_work_t *job, int status);

static void submit_uv(struct uv_side *side, uv_work_t *job)
{
    if (uv_queue_work(side->loop, job, uv_work, uv_done) < 0)
        abort();
}

static void submit_all_uv(struct uv_side *side)
{
    for (unsigned i = 0; i < side->trial.shape.under_way; i++) {
        side->jobs[i].data = side;
        submit_uv(side, &side->jobs[i]);
    }
}

static void uv_done(uv_work_t *job, int status)
{
    struct uv_side *side = job->data;
    (void)status;
    if (!count_done(&side->trial))
        return;
    if (side->trial.shape.burst)
        submit_all_uv(side);
    else
        submit_uv(side, job);
}

static struct outcome run_uv(const struct shape *shape)
{
    struct uv_side side = {.trial.shape = *shape, .loop = uv_default_loop()};
    char threads[16];
    snprintf(threads, sizeof threads, "%u", shape->threads);
    setenv("UV_THREADPOOL_SIZE", threads, 1);
    side.jobs = calloc(shape->under_way, sizeof *side.jobs);
    if (side.jobs == NULL)
        abort();
    submit_all_uv(&side);
    uv_run(side.loop, UV_RUN_DEFAULT);
    struct outcome outcome = finish(&side.trial);
    free(side.jobs);
    return outcome;
}

/* ---- rounds ---- */

static struct outcome in_a_process(const struct shape *shape, const struct backend_variant *variant)
{
    struct outcome outcome;
    int ends[2], status;
    if (pipe(ends) < 0)
        abort();
    pid_t pid = fork();
    if (pid == 0) {
        outcome = variant != NULL ? run_pool(shape, variant) : run_uv(shape);
        _exit(write(ends[1], &outcome, sizeof outcome) == sizeof outcome ? 0 : 1);
    }
    close(ends[1]);
    bool whole = read(ends[0], &outcome, sizeof outcome) == sizeof outcome;
    close(ends[0]);
    if (waitpid(pid, &status, 0) != pid || status != 0 || !whole) {
        fprintf(stderr, "bench_pool: a trial failed\n");
        exit(3);
    }
    return outcome;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Which of the sorted values bounds the median from below with the confidence asked: the binomial
 * distribution with one half. */
static unsigned rank_of_bound(unsigned count)
{
    double term = 1, below = 0;
    for (unsigned i = 0; i < count; i++)
        term /= 2;
    for (unsigned rank = 0;; rank++) {
        below += term;
        if (below > 0.005 || rank == count / 2)
            return rank > 0 ? rank - 1 : 0;
        term *= (double)(count - rank) / (rank + 1);
    }
}

static void print_median(double *values, unsigned count, const char *format)
{
    qsort(values, count, sizeof *values, compare);
    unsigned rank = rank_of_bound(count);
    double median = (values[count / 2] + values[(count - 1) / 2]) / 2;
    printf(format, median, values[rank], values[count - 1 - rank]);
}

static void measure(const struct shape *shape, const struct backend_variant *variant,
                    unsigned rounds)
{
    double *values[7];
    for (unsigned i = 0; i < 7; i++)
        values[i] = calloc(rounds, sizeof(double));
    for (unsigned round = 0; round < rounds; round++) {
        struct outcome ours, theirs;
        if (round % 2 == 0)
            ours = in_a_process(shape, variant), theirs = in_a_process(shape, NULL);
        else
            theirs = in_a_process(shape, NULL), ours = in_a_process(shape, variant);
        values[0][round] = ours.jobs_per_s / 1e3;
        values[1][round] = theirs.jobs_per_s / 1e3;
        values[2][round] = ours.jobs_per_s / theirs.jobs_per_s;
        values[3][round] = ours.cpu_ns_per_job;
        values[4][round] = theirs.cpu_ns_per_job;
        values[5][round] = ours.cpu_ns_per_job / theirs.cpu_ns_per_job;
        values[6][round] = ours.wakes_per_job;
    }
    printf("%7u %6s %5u ", shape->threads, shape->burst ? "burst" : "window", shape->under_way);
    print_median(values[0], rounds, " %6.0f [%.0f, %.0f]");
    print_median(values[1], rounds, " %6.0f [%.0f, %.0f]");
    print_median(values[2], rounds, " %6.2f [%.2f, %.2f]");
    print_median(values[3], rounds, " %6.0f [%.0f, %.0f]");
    print_median(values[4], rounds, " %6.0f [%.0f, %.0f]");
    print_median(values[5], rounds, " %6.2f [%.2f, %.2f]");
    print_median(values[6], rounds, " %6.4f [%.4f, %.4f]\n");
    fflush(stdout);
    for (unsigned i = 0; i < 7; i++)
        free(values[i]);
}

int main(int argc, char **argv)
{
    static const unsigned threads[] = {1, 2, 4, 16};
    static const struct shape shapes[] = {
        {0, 1, false}, {0, 64, false}, {0, 1000, false}, {0, 10000, true}};
    unsigned rounds = argc > 1 ? (unsigned)atoi(argv[1]) : 30;
    const char *name = argc > 2 ? argv[2] : "epoll";
    const struct backend_variant *variant = backend_find(name);
    if (rounds < ROUNDS_MIN || variant == NULL) {
        fprintf(stderr, "usage: bench_pool [rounds (%u or more) [backend]]\n", ROUNDS_MIN);
        return 2;
    }
    printf("# %u rounds, %s, libuv %s; columns of three: median and 99 %% interval\n"
           "# threads shape count  pool: 1000 jobs/s, libuv: 1000 jobs/s, ratio,  pool: CPU ns "
           "per job, libuv: CPU ns per job, ratio,  wakes per job\n",
           rounds, name, uv_version_string());
    for (unsigned i = 0; i < sizeof threads / sizeof threads[0]; i++)
        for (unsigned j = 0; j < sizeof shapes / sizeof shapes[0]; j++) {
            struct shape shape = shapes[j];
            shape.threads = threads[i];
            measure(&shape, variant, rounds);
        }
    return 0;
}
