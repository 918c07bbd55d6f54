/* The fixed programs for libuv: semantics_orders_libuv PROGRAM prints the words on one line, --list
 * the programs there are, --version libuv's version. */
#include "tests/semantics/orders_libuv.h"

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

uv_loop_t loop;

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

void require(int r, const char *what)
{
    if (r >= 0)
        return;
    fprintf(stderr, "%s: %s\n", what, uv_strerror(r));
    exit(EXIT_FAILURE);
}

unsigned elapsed_ms(void)
{
    return (unsigned)((uv_hrtime() - began_ns) / 1000000);
}

void *new_memory(size_t bytes)
{
    struct memory *memory = calloc(1, sizeof *memory + bytes);
    require(memory == NULL ? UV_ENOMEM : 0, "memory");
    memory->next = memories;
    memories = memory;
    return memory->bytes;
}

void run(void)
{
    require(uv_run(&loop, UV_RUN_DEFAULT), "run");
}

void say_timer(uv_timer_t *timer)
{
    say("%s", (const char *)timer->data);
}

void say_closed(uv_handle_t *handle)
{
    (void)handle;
    say("closed");
}

void say_name(const char *name)
{
    say("%s", name);
}

uv_timer_t *timer(const char *name, uint64_t delay_ms, uv_timer_cb callback)
{
    uv_timer_t *timer = NEW(uv_timer_t);
    require(uv_timer_init(&loop, timer), "timer");
    timer->data = (void *)name;
    require(uv_timer_start(timer, callback, delay_ms, 0), "timer");
    return timer;
}

uv_idle_t *idle(const char *name, uv_idle_cb callback)
{
    uv_idle_t *idle = NEW(uv_idle_t);
    require(uv_idle_init(&loop, idle), "idle");
    idle->data = (void *)name;
    require(uv_idle_start(idle, callback), "idle");
    return idle;
}

uv_prepare_t *prepare(const char *name, uv_prepare_cb callback)
{
    uv_prepare_t *prepare = NEW(uv_prepare_t);
    require(uv_prepare_init(&loop, prepare), "prepare");
    prepare->data = (void *)name;
    require(uv_prepare_start(prepare, callback), "prepare");
    return prepare;
}

uv_check_t *check(const char *name, uv_check_cb callback)
{
    uv_check_t *check = NEW(uv_check_t);
    require(uv_check_init(&loop, check), "check");
    check->data = (void *)name;
    require(uv_check_start(check, callback), "check");
    return check;
}

void say_idle_once(uv_idle_t *idle)
{
    say("%s", (const char *)idle->data);
    uv_idle_stop(idle);
}

void say_prepare_once(uv_prepare_t *prepare)
{
    say("%s", (const char *)prepare->data);
    uv_prepare_stop(prepare);
}

void say_check_once(uv_check_t *check)
{
    say("%s", (const char *)check->data);
    uv_check_stop(check);
}

struct immediate {
    uv_idle_t *idle;
    const char *name;
    immediate_function *callback;
};

static void idle_nothing(uv_idle_t *idle)
{
    (void)idle;
}

static void call_immediate(uv_check_t *check)
{
    struct immediate *immediate = check->data;
    uv_check_stop(check);
    uv_idle_stop(immediate->idle);
    immediate->callback(immediate->name);
}

void immediate(const char *name, immediate_function *callback)
{
    struct immediate *immediate = NEW(struct immediate);
    *immediate = (struct immediate){idle(name, idle_nothing), name, callback};
    check(name, call_immediate)->data = immediate;
}

uv_stream_t *stream(int *peer)
{
    int ends[2];
    require(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), "socketpair");
    uv_pipe_t *pipe = NEW(uv_pipe_t);
    require(uv_pipe_init(&loop, pipe, 0), "pipe");
    require(uv_pipe_open(pipe, ends[0]), "pipe");
    *peer = ends[1];
    return (uv_stream_t *)pipe;
}

/* ---- running one ---- */

static const struct order *const tables[] = {timer_orders, phase_orders, stream_orders};

static void list_orders(void)
{
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++)
        for (const struct order *order = tables[i]; order->name != NULL; order++)
            printf("%s\n", order->name);
}

static const struct order *find_order(const char *name)
{
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++)
        for (const struct order *order = tables[i]; order->name != NULL; order++)
            if (strcmp(order->name, name) == 0)
                return order;
    return NULL;
}

static void close_handle(uv_handle_t *handle, void *context)
{
    (void)context;
    if (!uv_is_closing(handle))
        uv_close(handle, NULL);
}

static void end(void)
{
    uv_walk(&loop, close_handle, NULL);
    run();
    require(uv_loop_close(&loop), "close");
    while (memories != NULL) {
        struct memory *memory = memories;
        memories = memory->next;
        free(memory);
    }
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "--version") == 0)
        return puts(uv_version_string()) < 0;
    if (argc == 2 && strcmp(argv[1], "--list") == 0) {
        list_orders();
        return EXIT_SUCCESS;
    }
    const struct order *order = argc == 2 ? find_order(argv[1]) : NULL;
    if (order == NULL) {
        fprintf(stderr, "usage: %s PROGRAM, one of --list\n", argv[0]);
        return EXIT_USAGE;
    }
    require(uv_loop_init(&loop), "loop");
    began_ns = uv_hrtime();
    order->run();
    putchar('\n');
    end();
    return EXIT_SUCCESS;
}
