/* The jobs that the pool workload gives to a pool: what each kind does, and what it takes to do it.
 *
 * spin: arithmetic in registers, as much as takes job_us of CPU time on an undisturbed core. The
 * amount is calibrated against the thread's CPU clock when the trial begins, and then fixed: a job
 * that is preempted, or whose core is shared, takes longer but does no less. Looking at the clock
 * instead would enter the kernel every few microseconds, where the scheduler may take the CPU away:
 * that flatters the loop's latency, and no real computation does it.
 *
 * pbkdf2: PKCS5_PBKDF2_HMAC of OpenSSL with SHA-512, 64 bytes, a fixed count of iterations: the
 * same work on every machine.
 *
 * file: open, read to the end, close. Of one file that was named, or of POOL_FILES that are made in
 * a temporary folder and removed with it. cache=dropped: the kernel is asked to drop the file's
 * pages after it was opened, inside the job; where it does not, the trial is refused.
 *
 * sleep: clock_nanosleep for job_us.
 *
 * getaddrinfo: of "localhost", which the C library answers from /etc/hosts: no packet leaves the
 * machine. These are slow ones for the pool.
 *
 * empty: returns.
 *
 * No job fails in silence: run says -errno, and the trial ends with it. */
#ifndef HARNESS_WORKLOADS_POOL_JOBS_H
#define HARNESS_WORKLOADS_POOL_JOBS_H

#include "harness/contract/workload.h"
#include "harness/workloads/pool_files.h"

/* Of a pbkdf2 job, unless told otherwise: about a millisecond. */
#define POOL_ITERATIONS 1000u

enum pool_job_kind { JOB_EMPTY, JOB_SPIN, JOB_PBKDF2, JOB_FILE, JOB_SLEEP, JOB_GETADDRINFO };

/* All jobs of one kind. Not written while jobs run. */
struct pool_jobs {
    enum pool_job_kind kind;
    /* Of spin and sleep. */
    uint64_t duration_ns;
    /* Of the arithmetic of spin, for duration_ns. */
    uint64_t rounds;
    /* Of pbkdf2. */
    unsigned iterations;
    struct pool_files file;
};

/* The kind by its name as a value of the parameter `job`. */
enum pool_job_kind pool_job_kind(const char *name);
bool pool_job_is_slow(enum pool_job_kind);

/* Calibrates, or makes files, from the parameters of a cell: job_us, path, cache, iterations as far
 * as they are there. -errno with a sentence. */
int pool_jobs_open(struct pool_jobs *, enum pool_job_kind, const struct named_values *params,
                   char *problem);
void pool_jobs_close(struct pool_jobs *);

/* Runs job `number` on the calling thread. -errno. */
int pool_jobs_run(const struct pool_jobs *, uint32_t number);

/* What a failed job did, for a sentence: "reading /tmp/x". */
const char *pool_jobs_describe(const struct pool_jobs *, char *text, size_t bytes);

/* CPU time of the calling thread. */
uint64_t pool_thread_cpu_ns(void);

#endif
