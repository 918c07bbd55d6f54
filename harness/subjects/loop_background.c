#include "harness/subjects/loop_background.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>

/* The oldest limit that systems put on a backlog. */
#define BACKLOG_MIN 128u

/* Streams that are closing when others come already: what one iteration may bring, and the kernel
 * still holds requests for. */
#define CLOSING_MOST 256u

static void fail(struct background *background, int r)
{
    background->error = r;
    loop_stop(background->listener.handle.loop);
}

static void take_offered(struct background *background);

static void on_stream_closed(struct loop_handle *handle)
{
    struct background *background = handle->data;
    background->free[background->free_count++] = list_owner(handle, struct loop_stream, handle);
    take_offered(background);
}

static void take_offered(struct background *background)
{
    if (!background->offered || background->free_count == 0)
        return;
    struct loop_stream *stream = background->free[--background->free_count];
    loop_stream_init(background->listener.handle.loop, stream);
    stream->handle.data = background;
    background->offered = false;
    int r = loop_accept(&background->listener, stream);
    if (r < 0)
        fail(background, r);
    loop_close(&stream->handle, on_stream_closed);
}

static void on_connection(struct loop_listener *listener, int status)
{
    struct background *background = listener->handle.data;
    if (status < 0) {
        fail(background, status);
        return;
    }
    background->offered = true;
    take_offered(background);
}

static int take_memory(struct background *background, unsigned capacity)
{
    background->streams = calloc(capacity, sizeof *background->streams);
    background->free = calloc(capacity, sizeof(struct loop_stream *));
    if (background->streams == NULL || background->free == NULL)
        return -ENOMEM;
    for (unsigned i = 0; i < capacity; i++)
        background->free[i] = &background->streams[i];
    background->free_count = capacity;
    return 0;
}

static int start_listening(struct background *background, struct loop *loop, unsigned conns)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int backlog = (int)(conns > BACKLOG_MIN ? conns : BACKLOG_MIN);
    loop_listener_init(loop, &background->listener);
    background->listener.handle.data = background;
    int r = loop_listen(&background->listener, (struct sockaddr *)&address, size, backlog,
                        on_connection);
    if (r == 0)
        r = loop_listener_address(&background->listener, (struct sockaddr *)&address, &size);
    if (r < 0)
        loop_close(&background->listener.handle, NULL);
    else
        background->port = ntohs(address.sin_port);
    return r;
}

int background_open(struct background *background, struct loop *loop, unsigned conns,
                    const char **what)
{
    *background = (struct background){0};
    *what = "allocating the streams of the background load";
    int r = take_memory(background, conns + CLOSING_MOST);
    if (r == 0) {
        *what = "listening on 127.0.0.1";
        r = start_listening(background, loop, conns);
    }
    if (r < 0)
        background_free(background);
    return r;
}

void background_close(struct background *background)
{
    if (background->port != 0)
        loop_close(&background->listener.handle, NULL);
}

void background_free(struct background *background)
{
    free(background->streams);
    free(background->free);
    background->streams = NULL;
    background->free = NULL;
}
