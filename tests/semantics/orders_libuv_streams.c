/* The programs about streams and listeners. */
#include "tests/semantics/orders_libuv.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void say_write(uv_write_t *write, int status)
{
    const char *name = write->data;
    say(status == UV_ECANCELED ? "%s:canceled" : status < 0 ? "%s:failed" : "%s", name);
}

static void write_named(uv_stream_t *stream, const char *name, char *data, size_t length)
{
    uv_write_t *write = NEW(uv_write_t);
    uv_buf_t buffer = uv_buf_init(data, (unsigned)length);
    write->data = (void *)name;
    require(uv_write(write, stream, &buffer, 1, say_write), "write");
}

static void say_shutdown(uv_shutdown_t *shutdown, int status)
{
    say(status < 0 ? "failed" : "shutdown");
    uv_close((uv_handle_t *)shutdown->handle, NULL);
}

static void writes_and_shutdown(void)
{
    int peer;
    uv_stream_t *writer = stream(&peer);
    write_named(writer, "write1", "hello", 5);
    write_named(writer, "write2", "world", 5);
    require(uv_shutdown(NEW(uv_shutdown_t), writer, say_shutdown), "shutdown");
    run();
    close(peer);
}

static void give_buffer(uv_handle_t *handle, size_t size, uv_buf_t *buffer)
{
    static char bytes[64];
    (void)handle;
    (void)size;
    *buffer = uv_buf_init(bytes, sizeof bytes);
}

static void say_read(uv_stream_t *stream, ssize_t bytes, const uv_buf_t *buffer)
{
    (void)buffer;
    if (bytes > 0)
        say("read%zd", bytes);
    else if (bytes < 0)
        say(bytes == UV_EOF ? "end" : "failed");
    if (bytes < 0)
        uv_close((uv_handle_t *)stream, stream->data == NULL ? say_closed : NULL);
}

static void read_to_the_end(void)
{
    int peer;
    require(uv_read_start(stream(&peer), give_buffer, say_read), "read");
    require((int)write(peer, "hello", 5), "write");
    close(peer);
    run();
}

static void close_with_pending_writes(void)
{
    static char much[8 << 20];
    int peer;
    uv_stream_t *writer = stream(&peer);
    write_named(writer, "write1", much, sizeof much);
    write_named(writer, "write2", "x", 1);
    uv_close((uv_handle_t *)writer, say_closed);
    run();
    close(peer);
}

static void take(uv_stream_t *listener, int status)
{
    uv_tcp_t *stream = NEW(uv_tcp_t);
    say(status < 0 ? "failed" : "connection");
    require(uv_tcp_init(&loop, stream), "tcp");
    stream->data = listener;
    require(uv_accept(listener, (uv_stream_t *)stream), "accept");
    require(uv_read_start((uv_stream_t *)stream, give_buffer, say_read), "read");
    uv_close((uv_handle_t *)listener, NULL);
}

static void connection(void)
{
    struct sockaddr_in address;
    int length = sizeof address;
    uv_tcp_t *listener = NEW(uv_tcp_t);
    require(uv_ip4_addr("127.0.0.1", 0, &address), "address");
    require(uv_tcp_init(&loop, listener), "tcp");
    require(uv_tcp_bind(listener, (struct sockaddr *)&address, 0), "bind");
    require(uv_listen((uv_stream_t *)listener, 4, take), "listen");
    require(uv_tcp_getsockname(listener, (struct sockaddr *)&address, &length), "address");
    int client = socket(AF_INET, SOCK_STREAM, 0);
    require(client, "socket");
    require(connect(client, (struct sockaddr *)&address, sizeof address), "connect");
    require((int)write(client, "x", 1), "write");
    close(client);
    run();
}

const struct order stream_orders[] = {
    {"writes_and_shutdown", writes_and_shutdown},
    {"read_to_the_end", read_to_the_end},
    {"close_with_pending_writes", close_with_pending_writes},
    {"connection", connection},
    {NULL, NULL},
};
