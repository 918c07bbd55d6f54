/* pool: what a thread pool beside an event loop does for those who give it jobs.
 *
 * saturate: queue wait, service, delivery and loop lag against the offered load, up to and past
 * what the pool can carry. mixed: fast jobs behind slow ones. throughput: what handing over costs.
 *
 * Backends matter little here: a pool is threads and a queue, and the backend's only part is the
 * wake by which completions return, coalesced at that. So when nobody named subjects, few run:
 * epoll for the curves, and beside it io_uring, whose wake is another, and libuv where the cost of
 * handing over is all there is. Any backend runs when it is named. */
#include "harness/workloads/pool_modes.h"
#include "harness/workloads/workloads.h"

#include "loop/pool.h"

#include <string.h>

/* What one trial takes beside its parts: processes, calibration, files. */
#define START_S 0.03

static const char *const modes[] = {"saturate", "mixed", "throughput", NULL};

static const struct parameter parameters[] = {
    {
        .name = "threads",
        .unit = "",
        .help = "threads of the pool",
        .kind = PARAMETER_INTEGER,
        .minimum = 1,
        .maximum = POOL_THREADS_MAX,
        .fallback = "4",
        .environment = "POLLBENCH_THREADS",
        .modes = "saturate,mixed,throughput",
    },
    {
        .name = "job",
        .unit = "",
        .help = "what a job does",
        .kind = PARAMETER_CHOICE,
        .choices = "spin,pbkdf2,file,sleep,getaddrinfo",
        .fallback = "spin",
        .modes = "saturate",
    },
    {
        .name = "job_us",
        .unit = "us",
        .help = "CPU time of a spin job, length of a sleep job",
        .kind = PARAMETER_INTEGER,
        .minimum = 1,
        .maximum = 10000000,
        .fallback = "200",
        .modes = "saturate",
    },
    {
        .name = "load",
        .unit = "",
        .help = "jobs offered, as a share of the capacity that is measured first",
        .kind = PARAMETER_DECIMAL,
        .minimum = 0.01,
        .maximum = 10,
        .fallback = "0.8",
        .modes = "saturate,mixed",
    },
    {
        .name = "queue_limit",
        .unit = "",
        .help = "jobs that may wait for a thread; more are refused",
        .kind = PARAMETER_INTEGER,
        .minimum = 1,
        .maximum = 100000,
        .fallback = "256",
        .modes = "saturate,mixed",
    },
    {
        .name = "cache",
        .unit = "",
        .help = "whether file jobs find their file in the page cache",
        .kind = PARAMETER_CHOICE,
        .choices = "warm,dropped",
        .fallback = "warm",
        .modes = "saturate",
    },
    {
        .name = "batch",
        .unit = "",
        .help = "empty jobs under way at a time",
        .kind = PARAMETER_INTEGER,
        .minimum = 1,
        .maximum = 65536,
        .fallback = "256",
        .modes = "throughput",
    },
    {
        .name = "seconds",
        .unit = "s",
        .help = "length of the measured window",
        .kind = PARAMETER_DECIMAL,
        .minimum = 0.01,
        .maximum = 600,
        .fallback = "0.5",
        .modes = "saturate,mixed,throughput",
    },
    {
        .name = "priority",
        .unit = "",
        .help = "background: threads run when nothing else wants their processor",
        .kind = PARAMETER_CHOICE,
        .choices = "normal,background",
        .fallback = "normal",
        .modes = "saturate,mixed,throughput",
        .optional = true,
    },
    {
        .name = "path",
        .unit = "",
        .help = "the file that file jobs read; default: files made for it",
        .kind = PARAMETER_FILE,
        .fallback = "none",
        .modes = "saturate,mixed",
        .optional = true,
    },
    {
        .name = "iterations",
        .unit = "",
        .help = "of PBKDF2 in a pbkdf2 job",
        .kind = PARAMETER_INTEGER,
        .minimum = 1,
        .maximum = 100000000,
        .fallback = "1000",
        .modes = "saturate,mixed",
        .optional = true,
    },
    {
        .name = "fast_per_s",
        .unit = "1/s",
        .help = "fast jobs that arrive",
        .kind = PARAMETER_INTEGER,
        .minimum = 1,
        .maximum = 1000000,
        .fallback = "2000",
        .modes = "mixed",
        .optional = true,
    },
    {.name = NULL},
};

#define DISTRIBUTION(metric, text, where)                                                          \
    {                                                                                              \
        .name = metric, .unit = "ns", .help = text, .lower_is_better = true, .modes = where,       \
    }

static const struct metric metrics[] = {
    {
        .name = "jobs_per_s",
        .unit = "1/s",
        .help = "jobs that ended and were delivered, per second",
        .main = true,
        .modes = "saturate,throughput",
    },
    {
        .name = "offered_per_s",
        .unit = "1/s",
        .help = "jobs that arrived per second, those refused included",
        .modes = "saturate",
    },
    {
        .name = "capacity_per_s",
        .unit = "1/s",
        .help = "jobs per second with a queue that is never empty, measured first",
        .modes = "saturate",
    },
    {
        .name = "refused_share",
        .unit = "share",
        .help = "share of the jobs that arrived for which the queue had no room (0 to 1)",
        .lower_is_better = true,
        .modes = "saturate,mixed",
    },
    DISTRIBUTION("queue_wait_p50_ns", "median time from a job's planned arrival to its start",
                 "saturate"),
    DISTRIBUTION("queue_wait_p99_ns", "99th percentile of that", "saturate"),
    DISTRIBUTION("loop_lag_p99_ns", "99th percentile of how late the loop runs a timer",
                 "saturate"),
    {
        .name = "fast_queue_wait_p50_ns",
        .unit = "ns",
        .help = "median queue wait of fast jobs, slow ones beside them",
        .lower_is_better = true,
        .main = true,
        .modes = "mixed",
    },
    DISTRIBUTION("fast_queue_wait_p99_ns", "99th percentile of that", "mixed"),
    DISTRIBUTION("alone_queue_wait_p50_ns", "median queue wait of the same fast jobs alone",
                 "mixed"),
    DISTRIBUTION("alone_queue_wait_p99_ns", "99th percentile of that", "mixed"),
    {
        .name = "cpu_us_per_job",
        .unit = "us",
        .help = "CPU time of the process, all threads, per job that ended",
        .lower_is_better = true,
        .modes = "saturate,throughput",
    },
    DISTRIBUTION("queue_wait_ns", "from a job's planned arrival to its start", "saturate"),
    DISTRIBUTION("submit_late_ns", "from a job's planned arrival to its submission, part of it",
                 "saturate"),
    DISTRIBUTION("service_ns", "from a job's start to its end", "saturate"),
    DISTRIBUTION("delivery_ns", "from a job's end to its callback on the loop's thread",
                 "saturate"),
    DISTRIBUTION("fast_queue_wait_ns", "queue wait of fast jobs, slow ones beside them", "mixed"),
    DISTRIBUTION("alone_queue_wait_ns", "queue wait of the same fast jobs alone", "mixed"),
    DISTRIBUTION("fast_service_ns", "service of fast jobs, slow ones beside them", "mixed"),
    DISTRIBUTION("slow_service_ns", "service of slow jobs", "mixed"),
    DISTRIBUTION("loop_lag_ns", "how late the loop runs a timer", "saturate,mixed"),
    {.name = NULL},
};

static bool is_throughput(const char *mode)
{
    return strcmp(mode, "throughput") == 0;
}

static bool is_choice(const struct named_values *params, const char *name, const char *choice)
{
    return strcmp(parameter_choice(params, name), choice) == 0;
}

static const char *impossible(const char *mode, const struct named_values *params)
{
    bool is_file = strcmp(mode, "mixed") == 0 || is_choice(params, "job", "file");
    if (named_values_find(params, "", "path") != NULL && !is_file)
        return "only file jobs read a file: leave path out or set job=file";
    if (is_choice(params, "cache", "dropped") && !is_file)
        return "only file jobs have to do with the page cache: set job=file or cache=warm";
    return NULL;
}

static struct cell_needs needs(const char *mode, const struct named_values *params)
{
    return (struct cell_needs){
        .impossible = impossible(mode, params),
        /* One for each thread that reads a file, and those that every process has. */
        .server_files = parameter_integer(params, "threads") + 32,
    };
}

static const char *refuses(const struct subject *subject, const char *mode,
                           const struct named_values *params, char *reason)
{
    (void)mode, (void)reason;
    if (subject->pool == NULL)
        return "it has no thread pool here";
    if (subject->variant != NULL && subject->variant->emulated)
        return "libkqueue emulates it on top of another mechanism: it is checked (pollbench "
               "check), "
               "not measured";
    if (subject->tier == TIER_NONE)
        return "null has no kernel behind it: nothing can wake it";
    if (is_choice(params, "priority", "background") && !subject->pool->has_background)
        return "the priority of its threads cannot be set";
    if (is_choice(params, "job", "getaddrinfo") && !subject->pool->has_slow_class)
        return "it has no slow class for user work, which keeps getaddrinfo from all its threads";
    return NULL;
}

static bool by_default(const struct subject *subject, const char *mode,
                       const struct named_values *params)
{
    (void)params;
    if (subject->variant != NULL && subject->variant->emulated)
        return false;
    if (strcmp(subject->name, "epoll") == 0 || strcmp(subject->name, "kqueue") == 0)
        return true;
    return is_throughput(mode) &&
           (strcmp(subject->name, "io_uring") == 0 || strcmp(subject->name, "peer:libuv") == 0);
}

/* CPU or wall time of one job, roughly: how long a full queue takes to be emptied. */
static double job_s(const struct named_values *params)
{
    const char *job = parameter_choice(params, "job");
    enum pool_job_kind kind = job[0] != '\0' ? pool_job_kind(job) : JOB_PBKDF2;
    switch (kind) {
    case JOB_SPIN:
    case JOB_SLEEP:
        return parameter_number(params, "job_us") * 1e-6;
    case JOB_PBKDF2:
        return parameter_or(params, "iterations", POOL_ITERATIONS) * 1e-6;
    default:
        return 50e-6;
    }
}

static double estimate_s(const char *mode, const struct named_values *params)
{
    double seconds = parameter_number(params, "seconds");
    double window = (1 + POOL_WARM_UP_SHARE) * seconds;
    if (is_throughput(mode))
        return START_S + window;
    double share = pool_capacity_share(parameter_number(params, "load"));
    double capacity = (POOL_WARM_UP_SHARE + share) * seconds;
    double queue_s = parameter_number(params, "queue_limit") * job_s(params) / 2;
    return START_S + capacity + queue_s + window * (strcmp(mode, "mixed") == 0 ? 2 : 1);
}

static int run(const struct trial_request *request, struct outcome *outcome, char *problem)
{
    bool throughput = is_throughput(request->mode);
    unsigned queue_limit =
        throughput ? 0 : (unsigned)parameter_integer(request->params, "queue_limit");
    struct pool_trial trial;
    int r = pool_trial_open(&trial, request, queue_limit, problem);
    if (r == 0)
        r = throughput                            ? pool_run_throughput(&trial, outcome)
            : strcmp(request->mode, "mixed") == 0 ? pool_run_mixed(&trial, outcome)
                                                  : pool_run_saturate(&trial, outcome);
    pool_trial_close(&trial);
    return r;
}

static const struct question questions[] = {
    {"saturate", "pool of {threads}, load {load}[, {job} jobs]"},
    {"mixed", "pool of {threads}, mixed jobs, load {load}"},
    {"throughput", "pool of {threads}, empty jobs"},
    {NULL, NULL},
};

const struct workload pool_workload = {
    .name = "pool",
    .summary = "what a thread pool does as the load on it rises",
    .modes = modes,
    .parameters = parameters,
    .metrics = metrics,
    .questions = questions,
    .all_cpus = true,
    .needs = needs,
    .refuses = refuses,
    .by_default = by_default,
    .estimate_s = estimate_s,
    .run = run,
};
