/* Runs random programs on our loop: semantics_programs BACKEND PROGRAMS TRACES. See
 * random_programs.py for what a program is.
 *
 * What Node.js has and our loop has not is made here from what it has: a delay counts from the
 * call, not from loop_now_ns(), as setTimeout() has it. 0: done, 77: the backend cannot run here,
 * 2: what was given is no list of programs, 1: anything else. */
#include "loop/pool.h"
#include "tests/semantics/subject.h"
#include "tests/semantics/virtual_time.h"

#include "backends/clock.h"

#include <assert.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define CALLBACKS_MAX 128
#define OPERATIONS_MAX 16
#define EXIT_USAGE 2

struct operation {
    char kind;
    unsigned amount, target;
};

/* One callback of the program, and whatever it may be the callback of. */
struct callback {
    struct operation operations[OPERATIONS_MAX];
    unsigned count;
    struct loop_timer timer;
    uint64_t delay_ns;
    struct loop_immediate immediate;
    struct loop_task task;
    struct pool_job job;
    union {
        struct loop_timer timer;
        struct loop_hook hook;
        struct loop_async async;
        struct loop_stream stream;
    } closing;
};

static struct loop *loop;
static struct pool *pool;
static struct callback callbacks[CALLBACKS_MAX];
static unsigned callback_count;
static bool sockets_close_at_once;
static FILE *traces;

/* ---- the pool's second job: see waitForPool() in programs.js ---- */

static struct {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool reached;
} barrier = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false};

static void reach_barrier(struct pool_job *job)
{
    (void)job;
    pthread_mutex_lock(&barrier.lock);
    barrier.reached = true;
    pthread_cond_signal(&barrier.changed);
    pthread_mutex_unlock(&barrier.lock);
}

static void free_marker(struct pool_job *job, int status)
{
    (void)status;
    free(job);
}

static void work_nothing(struct pool_job *job)
{
    (void)job;
}

static void wait_for_pool(void)
{
    struct pool_job *marker = require_memory(calloc(1, sizeof *marker));
    barrier.reached = false;
    require(pool_submit(pool, marker, POOL_FAST, reach_barrier, free_marker), "submit");
    pthread_mutex_lock(&barrier.lock);
    while (!barrier.reached)
        pthread_cond_wait(&barrier.changed, &barrier.lock);
    pthread_mutex_unlock(&barrier.lock);
}

/* ---- what runs ---- */

static void call(struct callback *callback);

static void call_timer(struct loop_timer *timer)
{
    call(list_owner(timer, struct callback, timer));
}

static void call_immediate(struct loop_immediate *immediate)
{
    call(list_owner(immediate, struct callback, immediate));
}

static void call_task(struct loop_task *task)
{
    call(list_owner(task, struct callback, task));
}

static void call_done(struct pool_job *job, int status)
{
    require(status, "job");
    call(list_owner(job, struct callback, job));
}

static void call_closed(struct loop_handle *handle)
{
    call(list_owner(handle, struct callback, closing));
}

/* ---- operations ---- */

static void start_timer(struct callback *target)
{
    uint64_t due_ns = virtual_now_ns() + target->delay_ns;
    require(loop_timer_start_at(&target->timer, call_timer, due_ns, 0), "timer");
}

static void ignore_async(struct loop_async *async)
{
    (void)async;
}

static void open_stream(struct loop_stream *stream)
{
    int ends[2];
    loop_stream_init(loop, stream);
    require(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), "socketpair");
    close(ends[1]);
    require(loop_stream_open(stream, ends[0]), "stream");
}

/* Handles of several kinds: the order of their callbacks does not depend on it. Except that a
 * completion mechanism gives a socket back when the kernel has done with it, iterations later. */
static void close_handle(struct callback *target)
{
    switch ((target - callbacks) % (sockets_close_at_once ? 4 : 3)) {
    case 0:
        loop_timer_init(loop, &target->closing.timer);
        break;
    case 1:
        loop_check_init(loop, &target->closing.hook);
        break;
    case 2:
        loop_async_init(loop, &target->closing.async, ignore_async);
        break;
    case 3:
        open_stream(&target->closing.stream);
        break;
    }
    loop_close((struct loop_handle *)&target->closing, call_closed);
}

static void start_immediate(struct callback *target, bool referenced)
{
    (referenced ? loop_immediate_ref : loop_immediate_unref)(&target->immediate);
    require(loop_immediate_start(&target->immediate, call_immediate), "immediate");
}

static void perform(const struct operation *operation)
{
    struct callback *target = &callbacks[operation->target];
    switch (operation->kind) {
    case 'V':
        loop_unref(&target->timer.handle);
        /* fall through */
    case 'T':
        target->delay_ns = operation->amount * NS_PER_MS;
        start_timer(target);
        break;
    case 'I':
    case 'U':
        start_immediate(target, operation->kind == 'I');
        break;
    case 'N':
        require(loop_next_tick(&target->task, call_task), "tick");
        break;
    case 'M':
        require(loop_microtask(&target->task, call_task), "microtask");
        break;
    case 'P':
        require(pool_submit(pool, &target->job, POOL_FAST, work_nothing, call_done), "submit");
        break;
    case 'C':
        close_handle(target);
        break;
    case 'A':
        virtual_advance_ms(operation->amount);
        break;
    case 'X':
        loop_timer_stop(&target->timer);
        loop_immediate_stop(&target->immediate);
        break;
    case 'R':
        if (loop_is_active(&target->timer.handle))
            start_timer(target);
        break;
    }
}

static void call(struct callback *callback)
{
    bool submitted = false;
    fprintf(traces, " %u", (unsigned)(callback - callbacks));
    for (unsigned i = 0; i < callback->count; i++) {
        perform(&callback->operations[i]);
        submitted |= callback->operations[i].kind == 'P';
    }
    if (submitted)
        wait_for_pool();
}

/* ---- a program ---- */

static void ignore_immediate(struct loop_immediate *immediate)
{
    (void)immediate;
}

static void run_program(const char *name)
{
    struct loop_immediate anchor;
    for (unsigned i = 0; i < callback_count; i++) {
        loop_timer_init(loop, &callbacks[i].timer);
        loop_immediate_init(loop, &callbacks[i].immediate);
        loop_task_init(loop, &callbacks[i].task);
    }
    loop_immediate_init(loop, &anchor);
    require(loop_immediate_start(&anchor, ignore_immediate), "immediate");
    fprintf(traces, "%s:", name);
    call(&callbacks[0]);
    require(loop_run(loop, LOOP_DEFAULT), "run");
    fprintf(traces, "\n");
    for (unsigned i = 0; i < callback_count; i++) {
        loop_immediate_stop(&callbacks[i].immediate);
        loop_close(&callbacks[i].timer.handle, NULL);
    }
    require(loop_run(loop, LOOP_DEFAULT), "run");
}

static bool parse_operation(struct callback *callback, const char *word)
{
    if (callback->count == OPERATIONS_MAX)
        return false;
    struct operation *operation = &callback->operations[callback->count++];
    char *end;
    operation->kind = word[0];
    operation->amount = (unsigned)strtoul(word + 1, &end, 10);
    if (strchr("TVIUNMPCAXR", word[0]) == NULL || *end++ != '>')
        return false;
    operation->target = (unsigned)strtoul(end, &end, 10);
    return *end == '\0' && operation->target < CALLBACKS_MAX;
}

/* NAME|operations of callback 0|operations of callback 1|... */
static bool parse_program(char *line)
{
    callback_count = 0;
    for (char *text; (text = strsep(&line, "|")) != NULL;) {
        if (callback_count == CALLBACKS_MAX)
            return false;
        struct callback *callback = &callbacks[callback_count++];
        memset(callback, 0, sizeof *callback);
        for (char *word; (word = strsep(&text, " ")) != NULL;)
            if (*word != '\0' && !parse_operation(callback, word))
                return false;
    }
    for (unsigned i = 0; i < callback_count; i++)
        for (unsigned k = 0; k < callbacks[i].count; k++)
            if (callbacks[i].operations[k].target >= callback_count)
                return false;
    return callback_count > 0;
}

static void run_programs(FILE *programs)
{
    char *line = NULL;
    size_t capacity = 0;
    ssize_t length;
    while ((length = getline(&line, &capacity, programs)) > 0) {
        if (line[length - 1] == '\n')
            line[length - 1] = '\0';
        char *rest = line;
        const char *name = strsep(&rest, "|");
        if (rest == NULL || !parse_program(rest)) {
            fprintf(stderr, "program %s: not understood\n", name);
            exit(EXIT_USAGE);
        }
        run_program(name);
    }
    free(line);
}

static void open_pool(void)
{
    struct pool_options options;
    pool_default_options(&options);
    options.threads = 1;
    require(pool_open(&pool, loop, &options), "pool");
}

int main(int argc, char **argv)
{
    if (argc != 4) {
        fprintf(stderr, "usage: %s BACKEND PROGRAMS TRACES\n", argv[0]);
        return EXIT_USAGE;
    }
    FILE *programs = fopen(argv[2], "r");
    traces = fopen(argv[3], "w");
    if (programs == NULL || traces == NULL) {
        perror(programs == NULL ? argv[2] : argv[3]);
        return EXIT_FAILURE;
    }
    setvbuf(traces, NULL, _IOLBF, 0); /* what was written before a crash is seen */
    loop = subject_open(argv[1], LOOP_DRAIN_AFTER_CALLBACK);
    sockets_close_at_once = backend_find(argv[1])->tier != TIER_COMPLETION;
    open_pool();
    run_programs(programs);
    pool_close(pool, NULL, NULL);
    require(loop_run(loop, LOOP_DEFAULT), "run");
    require(loop_destroy(loop), "destroy");
    fclose(programs);
    return fclose(traces) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
