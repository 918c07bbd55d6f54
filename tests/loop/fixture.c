#include "tests/loop/fixture.h"

#include <sys/socket.h>
#include <unistd.h>

#define TRACE_BYTES 65536
#define PEERS_MAX 64

struct memory {
    struct memory *next;
    max_align_t bytes[];
};

struct loop *loop;

static struct memory *memories;
static char trace_text[TRACE_BYTES];
static size_t trace_length;
static int peers[PEERS_MAX];
static size_t peer_count;

struct loop_options fixture_options(void)
{
    struct loop_options options = loop_default_options(&fake_variant);
    options.now_ns = fake_now_ns;
    return options;
}

int fixture_open(void **state)
{
    (void)state;
    fake_reset();
    fixture_clear_trace();
    struct loop_options options = fixture_options();
    int r = loop_open(&loop, &options);
    return r < 0 ? -1 : 0;
}

static void close_handle(struct loop_handle *handle, void *context)
{
    (void)context;
    if (!loop_is_closing(handle))
        loop_close(handle, NULL);
}

static void destroy_loop(void)
{
    fake_script = (struct fake_script){0};
    loop_walk(loop, close_handle, NULL);
    assert_int_equal(loop_run(loop, LOOP_DEFAULT), 0);
    assert_int_equal(loop_destroy(loop), 0);
    fake_assert_clean();
}

int fixture_close(void **state)
{
    (void)state;
    if (loop != NULL)
        destroy_loop();
    loop = NULL;
    while (memories != NULL) {
        struct memory *memory = memories;
        memories = memory->next;
        free(memory);
    }
    while (peer_count > 0)
        close(peers[--peer_count]);
    return 0;
}

void fixture_reopen(const struct loop_options *options)
{
    destroy_loop();
    loop = NULL;
    fake_forget_calls();
    assert_int_equal(loop_open(&loop, options), 0);
}

void *fixture_new(size_t bytes)
{
    struct memory *memory = malloc(sizeof *memory + bytes);
    assert_non_null(memory);
    memory->next = memories;
    memories = memory;
    memset(memory->bytes, 0xa5, bytes);
    return memory->bytes;
}

void trace(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    if (trace_length > 0)
        trace_length +=
            (size_t)snprintf(trace_text + trace_length, TRACE_BYTES - trace_length, " ");
    trace_length +=
        (size_t)vsnprintf(trace_text + trace_length, TRACE_BYTES - trace_length, format, arguments);
    va_end(arguments);
    assert_true(trace_length < TRACE_BYTES - 1);
}

const char *fixture_trace(void)
{
    return trace_text;
}

void fixture_clear_trace(void)
{
    trace_length = 0;
    trace_text[0] = '\0';
}

uint64_t elapsed_ns(void)
{
    return fake_now_ns() - FAKE_EPOCH_NS;
}

uint64_t last_wait_ns(void)
{
    const struct fake_call *wait = fake_call(FAKE_WAIT, -1);
    return wait->deadline_ns > wait->began_ns ? wait->deadline_ns - wait->began_ns : 0;
}

bool last_wait_was_without_deadline(void)
{
    return fake_call(FAKE_WAIT, -1)->deadline_ns == BACKEND_NO_DEADLINE;
}

/* ---- timers and hooks ---- */

static void set_name(struct loop_handle *handle, const char *name)
{
    handle->data = (void *)name;
}

void trace_timer(struct loop_timer *timer)
{
    trace("%s", (const char *)timer->handle.data);
}

void trace_time(struct loop_timer *timer)
{
    trace("%s@%llu", (const char *)timer->handle.data,
          (unsigned long long)(elapsed_ns() / NS_PER_MS));
}

void trace_hook(struct loop_hook *hook)
{
    trace("%s", (const char *)hook->handle.data);
}

void trace_close(struct loop_handle *handle)
{
    trace("%s:closed", (const char *)handle->data);
}

struct loop_timer *new_timer(const char *name)
{
    struct loop_timer *timer = NEW(struct loop_timer);
    loop_timer_init(loop, timer);
    set_name(&timer->handle, name);
    return timer;
}

struct loop_timer *timer_in(const char *name, uint64_t delay_ns)
{
    struct loop_timer *timer = new_timer(name);
    assert_int_equal(loop_timer_start(timer, trace_timer, delay_ns, 0), 0);
    return timer;
}

void timer_start(struct loop_timer *timer, loop_timer_function *callback, uint64_t delay_ns,
                 uint64_t repeat_ns)
{
    assert_int_equal(loop_timer_start(timer, callback, delay_ns, repeat_ns), 0);
}

static struct loop_hook *new_hook(void (*init)(struct loop *, struct loop_hook *), const char *name,
                                  loop_hook_function *callback)
{
    struct loop_hook *hook = NEW(struct loop_hook);
    init(loop, hook);
    set_name(&hook->handle, name);
    assert_int_equal(loop_hook_start(hook, callback), 0);
    return hook;
}

struct loop_hook *new_idle(const char *name)
{
    return new_hook(loop_idle_init, name, trace_hook);
}

struct loop_hook *new_prepare(const char *name)
{
    return new_hook(loop_prepare_init, name, trace_hook);
}

struct loop_hook *new_check(const char *name)
{
    return new_hook(loop_check_init, name, trace_hook);
}

struct loop_hook *idle_calling(loop_hook_function *callback)
{
    return new_hook(loop_idle_init, "idle", callback);
}

struct loop_hook *prepare_calling(loop_hook_function *callback)
{
    return new_hook(loop_prepare_init, "prepare", callback);
}

struct loop_hook *check_calling(loop_hook_function *callback)
{
    return new_hook(loop_check_init, "check", callback);
}

static void ignore_async(struct loop_async *async)
{
    (void)async;
}

struct loop_async *keep_alive(void)
{
    struct loop_async *async = NEW(struct loop_async);
    loop_async_init(loop, async, ignore_async);
    return async;
}

/* ---- listeners and streams ---- */

struct loop_listener *new_listener(const char *name, loop_connection_function *callback)
{
    struct loop_listener *listener = NEW(struct loop_listener);
    loop_listener_init(loop, listener);
    set_name(&listener->handle, name);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    int r = loop_listen(listener, (struct sockaddr *)&address, sizeof address, 16, callback);
    assert_int_equal(r, 0);
    return listener;
}

struct loop_stream *new_stream(const char *name, int *peer)
{
    int ends[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    assert_true(peer_count < PEERS_MAX);
    peers[peer_count++] = ends[1];
    if (peer != NULL)
        *peer = ends[1];
    struct loop_stream *stream = NEW(struct loop_stream);
    loop_stream_init(loop, stream);
    set_name(&stream->handle, name);
    assert_int_equal(loop_stream_open(stream, ends[0]), 0);
    return stream;
}

void trace_read(struct loop_stream *stream, ssize_t bytes, const void *data)
{
    const char *name = stream->handle.data;
    if (bytes > 0)
        trace("%s:%.*s", name, (int)bytes, (const char *)data);
    else if (bytes == 0)
        trace("%s:end", name);
    else
        trace("%s:-%s", name, bytes == -ECONNRESET ? "ECONNRESET" : "errno");
}

void trace_write(struct loop_write *write, int status)
{
    if (status == 0)
        trace("%s", (const char *)write->data);
    else
        trace("%s:%s", (const char *)write->data,
              status == -ECANCELED ? "ECANCELED"
              : status == -EPIPE   ? "EPIPE"
                                   : "errno");
}

struct loop_write *write_named(struct loop_stream *stream, const char *name)
{
    struct loop_write *write = NEW(struct loop_write);
    write->data = (void *)name;
    assert_int_equal(loop_write(stream, write, name, strlen(name), trace_write), 0);
    return write;
}

void trace_shutdown(struct loop_stream *stream, int status)
{
    trace("%s:%s", (const char *)stream->handle.data,
          status == 0            ? "shutdown"
          : status == -ECANCELED ? "shutdown-ECANCELED"
                                 : "shutdown-errno");
}
