/* The programs about streams and listeners. One thing happens after the other in each, so that the
 * order does not depend on what the kernel announces first. */
#include "tests/semantics/orders.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void say_write(struct loop_write *write, int status)
{
    const char *name = write->data;
    say(status == -ECANCELED ? "%s:canceled" : status < 0 ? "%s:failed" : "%s", name);
}

static void write_named(struct loop_stream *stream, const char *name, const void *data,
                        size_t length)
{
    struct loop_write *write = NEW(struct loop_write);
    write->data = (void *)name;
    require(loop_write(stream, write, data, length, say_write), "write");
}

static void say_shutdown(struct loop_stream *stream, int status)
{
    say(status < 0 ? "failed" : "shutdown");
    loop_close(&stream->handle, NULL);
}

static void writes_and_shutdown(void)
{
    int peer;
    struct loop_stream *writer = stream(&peer);
    write_named(writer, "write1", "hello", 5);
    write_named(writer, "write2", "world", 5);
    require(loop_shutdown(writer, say_shutdown), "shutdown");
    run();
    close(peer);
}

static void say_read(struct loop_stream *stream, ssize_t bytes, const void *data)
{
    (void)data;
    if (bytes > 0)
        say("read%zd", bytes);
    else
        say(bytes == 0 ? "end" : "failed");
    if (bytes <= 0)
        loop_close(&stream->handle, stream->handle.data == NULL ? say_closed : NULL);
}

static void read_to_the_end(void)
{
    int peer;
    require(loop_read_start(stream(&peer), say_read), "read");
    require((int)write(peer, "hello", 5), "write");
    close(peer);
    run();
}

/* More than a socket takes at once, and nobody reads. */
static void close_with_pending_writes(void)
{
    static char much[8 << 20];
    int peer;
    struct loop_stream *writer = stream(&peer);
    write_named(writer, "write1", much, sizeof much);
    write_named(writer, "write2", "x", 1);
    loop_close(&writer->handle, say_closed);
    run();
    close(peer);
}

static void take(struct loop_listener *listener, int status)
{
    struct loop_stream *stream = NEW(struct loop_stream);
    say(status < 0 ? "failed" : "connection");
    loop_stream_init(loop, stream);
    stream->handle.data = listener;
    require(loop_accept(listener, stream), "accept");
    require(loop_read_start(stream, say_read), "read");
    loop_close(&listener->handle, NULL);
}

static void connection(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t length = sizeof address;
    struct loop_listener *listener = NEW(struct loop_listener);
    loop_listener_init(loop, listener);
    require(loop_listen(listener, (struct sockaddr *)&address, length, 4, take), "listen");
    require(loop_listener_address(listener, (struct sockaddr *)&address, &length), "address");
    int client = socket(AF_INET, SOCK_STREAM, 0);
    require(client, "socket");
    require(connect(client, (struct sockaddr *)&address, length), "connect");
    require((int)write(client, "x", 1), "write");
    close(client);
    run();
}

const struct order stream_orders[] = {
    {"writes_and_shutdown", writes_and_shutdown, false},
    {"read_to_the_end", read_to_the_end, true},
    {"close_with_pending_writes", close_with_pending_writes, true},
    {"connection", connection, true},
    {NULL, NULL, false},
};
