#include "harness/generator/client_exchange.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>

void client_messages_set(struct client_messages *messages, unsigned bytes)
{
    messages->bytes = bytes;
    memset(messages->request, EXCHANGE_REQUEST_BYTE, bytes);
    memset(messages->response, EXCHANGE_RESPONSE_BYTE, bytes);
}

static bool is_not_yet(int number)
{
    return number == EAGAIN || number == EWOULDBLOCK;
}

/* What is left of the request. */
static int send_request(struct client_exchange *exchange, const struct client_messages *messages)
{
    exchange->phase = SENDING;
    exchange->interest = GENERATOR_WRITABLE;
    while (exchange->done < messages->bytes) {
        ssize_t sent = send(exchange->fd, messages->request + exchange->done,
                            messages->bytes - exchange->done, 0);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent < 0)
            return is_not_yet(errno) ? 0 : -errno;
        exchange->done += (unsigned)sent;
    }
    exchange->phase = RECEIVING;
    exchange->interest = GENERATOR_READABLE;
    exchange->done = 0;
    return 0;
}

int client_exchange_begin(struct client_exchange *exchange, struct target *target,
                          const struct client_messages *messages)
{
    *exchange =
        (struct client_exchange){.fd = -1, .interest = GENERATOR_WRITABLE, .phase = CONNECTING};
    int fd, r = target_connect(target, &fd);
    if (r < 0)
        return r;
    exchange->fd = fd;
    return r == 1 ? send_request(exchange, messages) : 0;
}

static int connected(const struct client_exchange *exchange)
{
    int number = 0;
    socklen_t size = sizeof number;
    if (getsockopt(exchange->fd, SOL_SOCKET, SO_ERROR, &number, &size) < 0)
        number = errno;
    return -number;
}

static int receive_response(struct client_exchange *exchange, struct client_messages *messages)
{
    ssize_t got = recv(exchange->fd, messages->received, sizeof messages->received, 0);
    if (got < 0)
        return is_not_yet(errno) || errno == EINTR ? 0 : -errno;
    if (got == 0)
        return -ECONNABORTED; /* closed, and the response is not complete */
    if ((size_t)got > messages->bytes - exchange->done ||
        memcmp(messages->received, messages->response, (size_t)got) != 0)
        return -EBADMSG;
    exchange->done += (unsigned)got;
    return exchange->done == messages->bytes;
}

int client_exchange_step(struct client_exchange *exchange, struct client_messages *messages)
{
    if (exchange->phase == RECEIVING)
        return receive_response(exchange, messages);
    int r = exchange->phase == CONNECTING ? connected(exchange) : 0;
    return r < 0 ? r : send_request(exchange, messages);
}
