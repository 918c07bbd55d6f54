/* throughput: what handing a job over and its completion back costs, and nothing else. `batch` jobs
 * that do nothing are under way at all times: each that ends is submitted again. No times are taken
 * in jobs, and the queue has no limit. */
#include "harness/workloads/pool_modes.h"
#include "harness/workloads/pool_outcome.h"

#include "backends/clock.h"
#include "backends/list.h"
#include "harness/base/problem.h"

#include <errno.h>
#include <stdlib.h>

struct empty_job {
    struct pool_task task;
    struct throughput *throughput;
};

struct throughput {
    struct pool_trial *trial;
    struct empty_job *jobs;
    unsigned batch;
    bool ending;
    uint64_t ended;
};

static void work(struct pool_task *task)
{
    (void)task;
}

static void done(struct pool_task *task, int status)
{
    struct throughput *throughput = list_owner(task, struct empty_job, task)->throughput;
    struct pool_trial *trial = throughput->trial;
    throughput->ended++;
    if (status < 0 || throughput->ending)
        return;
    int r = trial->ops->submit(trial->server, task);
    if (r < 0)
        pool_trial_fail(trial, r, "submitting a job");
}

static int submit_all(struct throughput *throughput)
{
    struct pool_trial *trial = throughput->trial;
    int r = 0;
    for (unsigned i = 0; i < throughput->batch && r == 0; i++) {
        struct empty_job *job = &throughput->jobs[i];
        *job = (struct empty_job){.task = {.work = work, .done = done}, .throughput = throughput};
        r = trial->ops->submit(trial->server, &job->task);
    }
    return r < 0 ? pool_trial_fail(trial, r, r == -EAGAIN ? POOL_NO_THREADS : "submitting a job")
                 : 0;
}

static int run_for(struct pool_trial *trial, double seconds)
{
    return pool_trial_run_until(trial, clock_now_ns() + (uint64_t)(seconds * (double)NS_PER_S));
}

static int run(struct throughput *throughput)
{
    struct pool_trial *trial = throughput->trial;
    double seconds = parameter_number(trial->request->params, "seconds");
    int r = submit_all(throughput);
    if (r == 0)
        r = run_for(trial, POOL_WARM_UP_SHARE * seconds);
    throughput->ended = 0;
    if (r == 0)
        r = pool_trial_begin(trial);
    if (r == 0)
        r = run_for(trial, seconds);
    if (r == 0)
        r = pool_trial_end(trial);
    return r;
}

static int fill_outcome(const struct throughput *throughput, struct outcome *outcome)
{
    const struct pool_trial *trial = throughput->trial;
    double ended = (double)throughput->ended;
    if (throughput->ended == 0)
        return problem_say(trial->problem, -ETIMEDOUT, "%s: no job ended in the measured time",
                           trial->request->subject->name);
    int r =
        figures_set(&outcome->metrics, "jobs_per_s", ended / ((double)trial->region.wall_ns / 1e9));
    r |= figures_set(&outcome->metrics, "cpu_us_per_job",
                     (double)trial->region.cpu_ns / ended / 1e3);
    r |= pool_outcome_fill(trial, throughput->ended, NULL, outcome);
    return outcome_verdict(r, trial->problem);
}

int pool_run_throughput(struct pool_trial *trial, struct outcome *outcome)
{
    struct throughput throughput = {
        .trial = trial,
        .batch = (unsigned)parameter_integer(trial->request->params, "batch"),
    };
    throughput.jobs =
        aligned_alloc(_Alignof(struct empty_job), throughput.batch * sizeof *throughput.jobs);
    if (throughput.jobs == NULL)
        return problem_say(trial->problem, -ENOMEM, "there is no memory for %u jobs",
                           throughput.batch);
    run(&throughput);
    throughput.ending = true;
    int r = pool_trial_verdict(trial);
    if (r == 0)
        r = fill_outcome(&throughput, outcome);
    pool_trial_close_server(trial); /* while its jobs are still there */
    free(throughput.jobs);
    return r;
}
