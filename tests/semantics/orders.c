/* The fixed programs for our loop: semantics_orders BACKEND PROGRAM prints the words on one line.
 * 77: the backend cannot run here. */
#include "tests/semantics/orders.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define EXIT_USAGE 2

struct memory {
    struct memory *next;
    max_align_t bytes[];
};

struct loop *loop;

static struct memory *memories;
static uint64_t began_ns;

void say(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    putchar(' ');
}

unsigned elapsed_ms(void)
{
    return (unsigned)((virtual_now_ns() - began_ns) / NS_PER_MS);
}

void *new_memory(size_t bytes)
{
    struct memory *memory = require_memory(calloc(1, sizeof *memory + bytes));
    memory->next = memories;
    memories = memory;
    return memory->bytes;
}

void run(void)
{
    require(loop_run(loop, LOOP_DEFAULT), "run");
}

/* ---- what has a name ---- */

void say_timer(struct loop_timer *timer)
{
    say("%s", (const char *)timer->handle.data);
}

void say_hook(struct loop_hook *hook)
{
    say("%s", (const char *)hook->handle.data);
}

void say_immediate(struct loop_immediate *immediate)
{
    say("%s", (const char *)immediate->data);
}

void say_closed(struct loop_handle *handle)
{
    (void)handle;
    say("closed");
}

static void say_task(struct loop_task *task)
{
    say("%s", (const char *)task->data);
}

struct loop_timer *timer(const char *name, uint64_t delay_ms, loop_timer_function *callback)
{
    struct loop_timer *timer = NEW(struct loop_timer);
    loop_timer_init(loop, timer);
    timer->handle.data = (void *)name;
    require(loop_timer_start(timer, callback, MS(delay_ms), 0), "timer");
    return timer;
}

struct loop_hook *hook(void (*init)(struct loop *, struct loop_hook *), const char *name,
                       loop_hook_function *callback)
{
    struct loop_hook *hook = NEW(struct loop_hook);
    init(loop, hook);
    hook->handle.data = (void *)name;
    require(loop_hook_start(hook, callback), "hook");
    return hook;
}

void immediate(const char *name, loop_immediate_function *callback)
{
    struct loop_immediate *immediate = NEW(struct loop_immediate);
    loop_immediate_init(loop, immediate);
    immediate->data = (void *)name;
    require(loop_immediate_start(immediate, callback), "immediate");
}

static struct loop_task *new_task(const char *name)
{
    struct loop_task *task = NEW(struct loop_task);
    loop_task_init(loop, task);
    task->data = (void *)name;
    return task;
}

void tick(const char *name)
{
    require(loop_next_tick(new_task(name), say_task), "tick");
}

void microtask(const char *name)
{
    require(loop_microtask(new_task(name), say_task), "microtask");
}

const char *with_suffix(const char *name, const char *suffix)
{
    char *text = new_memory(strlen(name) + strlen(suffix) + 1);
    return strcat(strcpy(text, name), suffix);
}

void tick_and_microtask_of(const char *name)
{
    microtask(with_suffix(name, ".microtask"));
    tick(with_suffix(name, ".tick"));
}

struct loop_stream *stream(int *peer)
{
    int ends[2];
    require(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), "socketpair");
    struct loop_stream *stream = NEW(struct loop_stream);
    loop_stream_init(loop, stream);
    require(loop_stream_open(stream, ends[0]), "stream");
    *peer = ends[1];
    return stream;
}

/* ---- running one ---- */

static const struct order *find_order(const char *name)
{
    const struct order *tables[] = {node_orders, timer_orders, phase_orders, stream_orders};
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++)
        for (const struct order *order = tables[i]; order->name != NULL; order++)
            if (strcmp(order->name, name) == 0)
                return order;
    return NULL;
}

static void close_handle(struct loop_handle *handle, void *context)
{
    (void)context;
    if (!loop_is_closing(handle))
        loop_close(handle, NULL);
}

static void end(void)
{
    loop_walk(loop, close_handle, NULL);
    run();
    require(loop_destroy(loop), "destroy");
    while (memories != NULL) {
        struct memory *memory = memories;
        memories = memory->next;
        free(memory);
    }
}

int main(int argc, char **argv)
{
    const struct order *order = argc == 3 ? find_order(argv[2]) : NULL;
    if (order == NULL) {
        fprintf(stderr, "usage: %s BACKEND PROGRAM, one of orders.txt\n", argv[0]);
        return EXIT_USAGE;
    }
    if (order->needs_kernel && backend_find(argv[1]) != NULL &&
        backend_find(argv[1])->tier == TIER_NONE)
        skip(argv[1], "has no input");
    bool per_phase = strstr(order->name, "_per_phase") != NULL;
    loop = subject_open(argv[1], per_phase ? LOOP_DRAIN_AFTER_PHASE : LOOP_DRAIN_AFTER_CALLBACK);
    began_ns = virtual_now_ns();
    order->run();
    putchar('\n');
    end();
    return EXIT_SUCCESS;
}
