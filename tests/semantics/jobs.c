/* How many jobs of a pool run at a time:
 *     semantics_jobs BACKEND pbkdf2 THREADS JOBS    prints "BEGAN_NS ENDED_NS" of each job
 *     semantics_jobs BACKEND streams THREADS FILE...    reads the files to their ends, all at once
 * 77: the backend cannot run here. */
#include "loop/pool.h"
#include "tests/semantics/subject.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define JOBS_MAX 64
#define ITERATIONS 20000
#define EXIT_USAGE 2

static struct pool *pool;
static struct pool_job jobs[JOBS_MAX];

/* ---- PBKDF2 ---- */

static void derive_key(struct pool_job *job)
{
    unsigned char key[64];
    int done = PKCS5_PBKDF2_HMAC("secret", 6, (const unsigned char *)"salt", 4, ITERATIONS,
                                 EVP_sha512(), sizeof key, key);
    if (done == 1)
        job->data = job;
}

static void print_times(struct pool_job *job, int status)
{
    require(job->data == NULL ? -EIO : status, "pbkdf2");
    printf("%" PRIu64 " %" PRIu64 "\n", job->started_ns, job->ended_ns);
}

static void run_pbkdf2(unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        require(pool_submit(pool, &jobs[i], POOL_FAST, derive_key, print_times), "submit");
}

/* ---- streams: open, read to the end, close, each a job behind the one before ---- */

struct file_stream {
    struct pool_job job;
    const char *path;
    int file;
    ssize_t bytes;
};

static void open_file(struct pool_job *job)
{
    struct file_stream *stream = job->data;
    stream->file = open(stream->path, O_RDONLY);
}

static void read_file(struct pool_job *job)
{
    struct file_stream *stream = job->data;
    char bytes[16];
    stream->bytes = read(stream->file, bytes, sizeof bytes);
}

static void close_file(struct pool_job *job)
{
    struct file_stream *stream = job->data;
    close(stream->file);
}

static void go_on(struct pool_job *job, int status)
{
    struct file_stream *stream = job->data;
    require(status < 0 ? status : stream->file, stream->path);
    pool_work_function *next = stream->bytes > 0 ? read_file : close_file;
    pool_done_function *then = stream->bytes > 0 ? go_on : NULL;
    require(pool_submit(pool, job, POOL_FAST, next, then), "submit");
}

static struct file_stream streams[JOBS_MAX];

static void run_streams(int count, char **paths)
{
    for (int i = 0; i < count; i++) {
        streams[i] = (struct file_stream){.path = paths[i], .bytes = 1};
        streams[i].job.data = &streams[i];
        require(pool_submit(pool, &streams[i].job, POOL_FAST, open_file, go_on), "submit");
    }
}

int main(int argc, char **argv)
{
    if (argc < 5 || argc - 4 > JOBS_MAX || atoi(argv[4]) > JOBS_MAX) {
        fprintf(stderr, "usage: %s BACKEND pbkdf2 THREADS JOBS | streams THREADS FILE...\n",
                argv[0]);
        return EXIT_USAGE;
    }
    struct pool_options options = {.threads = (unsigned)atoi(argv[3]), .timestamps = true};
    struct loop *loop = subject_open(argv[1], LOOP_DRAIN_AFTER_CALLBACK);
    require(pool_open(&pool, loop, &options), "pool");
    if (strcmp(argv[2], "pbkdf2") == 0)
        run_pbkdf2((unsigned)atoi(argv[4]));
    else
        run_streams(argc - 4, argv + 4);
    require(loop_run(loop, LOOP_DEFAULT), "run");
    pool_close(pool, NULL, NULL);
    require(loop_run(loop, LOOP_DEFAULT), "run");
    require(loop_destroy(loop), "destroy");
    return EXIT_SUCCESS;
}
