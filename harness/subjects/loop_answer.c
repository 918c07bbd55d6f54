/* Exchanges (harness/contract/exchange.h) on streams of the loop: read until the request is whole,
 * write the response, read on until the client's reset, close. */
#include "harness/subjects/loop_answer.h"

#include "harness/contract/exchange.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int loop_answer_take_memory(struct accept_server *server, unsigned bytes)
{
    server->exchanges = malloc(server->capacity * sizeof *server->exchanges);
    server->response = malloc(bytes);
    if (!server->exchanges || !server->response)
        return -ENOMEM;
    memset(server->exchanges, 0, server->capacity * sizeof *server->exchanges);
    memset(server->response, EXCHANGE_RESPONSE_BYTE, bytes);
    server->bytes = bytes;
    return 0;
}

static void on_written(struct loop_write *write, int status)
{
    struct accept_server *server = write->data;
    server->answered += status == 0; /* another one: the read sees why, and closes */
}

static void on_request(struct loop_stream *stream, ssize_t bytes, const void *data)
{
    struct accept_server *server = stream->handle.data;
    struct loop_exchange *exchange = &server->exchanges[stream - server->streams];
    (void)data;
    if (bytes <= 0) {
        loop_close(&stream->handle, loop_server_closed);
        return;
    }
    bool was_whole = exchange->received >= server->bytes;
    exchange->received += (unsigned)bytes;
    if (was_whole || exchange->received < server->bytes)
        return;
    int r = loop_write(stream, &exchange->write, server->response, server->bytes, on_written);
    if (r < 0)
        loop_server_fail(server, r);
}

void loop_answer_begin(struct accept_server *server, struct loop_stream *stream)
{
    struct loop_exchange *exchange = &server->exchanges[stream - server->streams];
    exchange->received = 0;
    exchange->write.data = server;
    int r = loop_read_start(stream, on_request);
    if (r < 0)
        loop_server_fail(server, r);
}
