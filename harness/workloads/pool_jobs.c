#include "harness/workloads/pool_jobs.h"

#include "backends/clock.h"
#include "harness/base/problem.h"

#include <errno.h>
#include <math.h>
#include <netdb.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#define LOOKED_UP "localhost"

/* The fastest of so many stretches: whatever disturbs one makes it longer. */
#define CALIBRATIONS 9
#define CALIBRATION_ROUNDS UINT64_C(60000)

enum pool_job_kind pool_job_kind(const char *name)
{
    static const char *const names[] = {
        [JOB_EMPTY] = "empty", [JOB_SPIN] = "spin",   [JOB_PBKDF2] = "pbkdf2",
        [JOB_FILE] = "file",   [JOB_SLEEP] = "sleep", [JOB_GETADDRINFO] = "getaddrinfo",
    };
    unsigned kind = JOB_GETADDRINFO;
    while (kind > JOB_EMPTY && strcmp(names[kind], name) != 0)
        kind--;
    return (enum pool_job_kind)kind;
}

bool pool_job_is_slow(enum pool_job_kind kind)
{
    return kind == JOB_GETADDRINFO;
}

uint64_t pool_thread_cpu_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

/* ---- what jobs do ---- */

/* Each round waits for the one before: no compiler and no core can do two at once. */
static void spin(uint64_t rounds)
{
    uint64_t value = rounds | 1;
    for (uint64_t i = 0; i < rounds; i++) {
        value ^= value << 13;
        value ^= value >> 7;
        value ^= value << 17;
    }
    __asm__ volatile("" : : "r"(value));
}

static int derive_key(unsigned iterations, uint32_t number)
{
    static const char password[] = "pollbench";
    unsigned char salt[16] = {0}, key[64];
    memcpy(salt, &number, sizeof number);
    int done = PKCS5_PBKDF2_HMAC(password, sizeof password - 1, salt, sizeof salt, (int)iterations,
                                 EVP_sha512(), sizeof key, key);
    return done == 1 ? 0 : -EIO;
}

static int sleep_for(uint64_t duration_ns)
{
    struct timespec left = clock_timespec(duration_ns);
    while (nanosleep(&left, &left) < 0) {
        if (errno != EINTR)
            return -errno;
    }
    return 0;
}

static int look_up(void)
{
    const struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM};
    struct addrinfo *found = NULL;
    int answer = getaddrinfo(LOOKED_UP, NULL, &hints, &found);
    if (answer == 0)
        freeaddrinfo(found);
    switch (answer) {
    case 0:
        return 0;
    case EAI_SYSTEM:
        return -errno;
    case EAI_MEMORY:
        return -ENOMEM;
    default:
        return -ENOENT;
    }
}

int pool_jobs_run(const struct pool_jobs *jobs, uint32_t number)
{
    switch (jobs->kind) {
    case JOB_EMPTY:
        return 0;
    case JOB_SPIN:
        spin(jobs->rounds);
        return 0;
    case JOB_PBKDF2:
        return derive_key(jobs->iterations, number);
    case JOB_FILE:
        return pool_files_read(&jobs->file, number);
    case JOB_SLEEP:
        return sleep_for(jobs->duration_ns);
    case JOB_GETADDRINFO:
        return look_up();
    }
    return -EINVAL;
}

const char *pool_jobs_describe(const struct pool_jobs *jobs, char *text, size_t bytes)
{
    switch (jobs->kind) {
    case JOB_PBKDF2:
        snprintf(text, bytes, "PKCS5_PBKDF2_HMAC with SHA-512");
        break;
    case JOB_FILE:
        snprintf(text, bytes, "reading %s%.200s", jobs->file.made > 0 ? "a file in " : "",
                 jobs->file.path);
        break;
    case JOB_SLEEP:
        snprintf(text, bytes, "nanosleep");
        break;
    case JOB_GETADDRINFO:
        snprintf(text, bytes, "getaddrinfo of " LOOKED_UP);
        break;
    default:
        snprintf(text, bytes, "a job that cannot fail");
    }
    return text;
}

/* ---- beginning and end ---- */

static uint64_t calibrate(uint64_t duration_ns)
{
    uint64_t fastest_ns = UINT64_MAX;
    for (int i = 0; i < CALIBRATIONS; i++) {
        uint64_t begin_ns = pool_thread_cpu_ns();
        spin(CALIBRATION_ROUNDS);
        uint64_t took_ns = pool_thread_cpu_ns() - begin_ns;
        if (took_ns < fastest_ns)
            fastest_ns = took_ns;
    }
    double rounds_per_ns = (double)CALIBRATION_ROUNDS / (double)(fastest_ns > 0 ? fastest_ns : 1);
    return (uint64_t)fmax(1, (double)duration_ns * rounds_per_ns);
}

int pool_jobs_open(struct pool_jobs *jobs, enum pool_job_kind kind,
                   const struct named_values *params, char *problem)
{
    const char *path = value_text_or(named_values_find(params, "", "path"), NULL);
    bool dropped = strcmp(parameter_choice(params, "cache"), "dropped") == 0;
    *jobs = (struct pool_jobs){
        .kind = kind,
        .duration_ns = parameter_integer(params, "job_us") * NS_PER_US,
        .iterations = parameter_or(params, "iterations", POOL_ITERATIONS),
    };
    int r = 0;
    if (kind == JOB_SPIN)
        jobs->rounds = calibrate(jobs->duration_ns);
    else if (kind == JOB_FILE)
        r = pool_files_open(&jobs->file, path, dropped, problem);
    /* Once before the pool's threads: the libraries set themselves up, and what cannot work is said
     * here. */
    if (r == 0 && (kind == JOB_PBKDF2 || kind == JOB_GETADDRINFO)) {
        char what[256];
        r = pool_jobs_run(jobs, 0);
        if (r < 0)
            problem_say(problem, r, "%s fails: %s", pool_jobs_describe(jobs, what, sizeof what),
                        strerror(-r));
    }
    return r;
}

void pool_jobs_close(struct pool_jobs *jobs)
{
    if (jobs->kind == JOB_FILE)
        pool_files_close(&jobs->file);
}
