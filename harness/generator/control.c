#include "harness/generator/control.h"

#include "backends/clock.h"
#include "harness/base/problem.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0 /* macOS: the socket option of control_open() does it */
#endif

int control_open(struct control *control, int fd)
{
    *control = (struct control){.fd = fd, .buffer = malloc(CONTROL_LINE_BYTES)};
    if (!control->buffer)
        return -ENOMEM;
#ifdef SO_NOSIGPIPE
    int on = 1;
    if (setsockopt(fd, SOL_SOCKET, SO_NOSIGPIPE, &on, sizeof on) < 0) {
        int r = -errno;
        control_close(control);
        return r;
    }
#endif
    return 0;
}

void control_close(struct control *control)
{
    free(control->buffer);
    *control = (struct control){.fd = -1};
}

/* Waits until the socket is ready; 0, or -ETIMEDOUT, or what poll() says. */
static int wait_ready(int fd, short events, uint64_t deadline_ns)
{
    struct pollfd set = {.fd = fd, .events = events};
    for (;;) {
        int ready = poll(&set, 1, clock_until_ms(deadline_ns));
        if (ready > 0)
            return 0;
        if (ready == 0)
            return -ETIMEDOUT;
        if (errno != EINTR)
            return -errno;
    }
}

static int send_all(int fd, const char *data, size_t length, uint64_t deadline_ns)
{
    while (length > 0) {
        ssize_t sent = send(fd, data, length, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent >= 0) {
            data += sent;
            length -= (size_t)sent;
            continue;
        }
        if (errno == EINTR)
            continue;
        if (errno != EAGAIN && errno != EWOULDBLOCK)
            return errno == ECONNRESET ? -EPIPE : -errno;
        int r = wait_ready(fd, POLLOUT, deadline_ns);
        if (r < 0)
            return r;
    }
    return 0;
}

int control_send(struct control *control, json_t *message)
{
    char *text = message ? json_dumps(message, JSON_COMPACT) : NULL;
    json_decref(message);
    if (!text)
        return -ENOMEM;
    size_t length = strlen(text);
    text[length] = '\n'; /* in the place of the final NUL: the length goes along */
    int r = -EMSGSIZE;
    if (length < CONTROL_LINE_BYTES)
        r = send_all(control->fd, text, length + 1, clock_now_ns() + CONTROL_TIMEOUT_NS);
    free(text);
    return r;
}

int control_accept(struct control *control)
{
    return control_send(control, json_pack("{s:b}", "ok", 1));
}

json_t *control_refusal(const char *sentence)
{
    return json_pack("{s:b, s:s}", "ok", 0, "problem", sentence);
}

/* The first whole line of the buffer as JSON: 1, -EPROTO, or -EAGAIN when there is no whole line.
 */
static int take_line(struct control *control, json_t **message, char *problem)
{
    char *end = memchr(control->buffer + control->scanned, '\n', control->used - control->scanned);
    if (!end) {
        control->scanned = control->used;
        return -EAGAIN;
    }
    json_error_t where;
    size_t length = (size_t)(end - control->buffer);
    json_t *value = json_loadb(control->buffer, length, JSON_REJECT_DUPLICATES, &where);
    control->used -= length + 1;
    control->scanned = 0;
    memmove(control->buffer, end + 1, control->used);
    if (json_is_object(value)) {
        *message = value;
        return 1;
    }
    if (value) {
        json_decref(value);
        return problem_say(problem, -EPROTO, "a line on the control channel is not a JSON object");
    }
    return problem_say(problem, -EPROTO, "a line on the control channel is not JSON: %s, column %d",
                       where.text, where.column);
}

/* Reads what is there: > 0, 0 at the end of the channel, -EAGAIN. */
static int read_more(struct control *control)
{
    for (;;) {
        ssize_t got = recv(control->fd, control->buffer + control->used,
                           CONTROL_LINE_BYTES - control->used, MSG_DONTWAIT);
        if (got >= 0) {
            control->used += (size_t)got;
            return got > 0;
        }
        if (errno == ECONNRESET)
            return 0;
        if (errno == EWOULDBLOCK)
            return -EAGAIN;
        if (errno != EINTR)
            return -errno;
    }
}

int control_receive(struct control *control, uint64_t deadline_ns, json_t **message, char *problem)
{
    for (;;) {
        int r = take_line(control, message, problem);
        if (r != -EAGAIN)
            return r;
        if (control->used == CONTROL_LINE_BYTES)
            return problem_say(problem, -EMSGSIZE,
                               "a line on the control channel is longer than %u bytes",
                               CONTROL_LINE_BYTES);
        r = read_more(control);
        if (r == 0 && control->used > 0) {
            control->used = control->scanned = 0; /* said once; then the channel has just ended */
            return problem_say(problem, -EPROTO,
                               "the control channel ended in the middle of a line");
        }
        if (r == -EAGAIN && deadline_ns > 0)
            r = wait_ready(control->fd, POLLIN, deadline_ns) == 0 ? 1 : -ETIMEDOUT;
        if (r < 0)
            return problem_say(problem, r, "reading the control channel: %s", strerror(-r));
        if (r == 0)
            return 0;
    }
}

bool control_ended(const struct control *control)
{
    char byte;
    if (control->used > 0)
        return false;
    ssize_t got = recv(control->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return got == 0 || (got < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR);
}

int control_reply(struct control *control, uint64_t deadline_ns, json_t **reply, char *problem)
{
    json_t *message;
    int r = control_receive(control, deadline_ns, &message, problem);
    if (r == 0)
        return problem_say(problem, -EPIPE, "the generator ended before it replied");
    if (r == -ETIMEDOUT)
        return problem_say(problem, r, "the generator did not reply in time");
    if (r < 0)
        return r;
    if (!json_is_true(json_object_get(message, "ok"))) {
        const char *sentence = json_string_value(json_object_get(message, "problem"));
        problem_say(problem, 0, "generator: %s", sentence ? sentence : "refused without a reason");
        json_decref(message);
        return -ECONNREFUSED;
    }
    if (reply)
        *reply = message;
    else
        json_decref(message);
    return 0;
}

int control_ask(struct control *control, json_t *request, uint64_t deadline_ns, json_t **reply,
                char *problem)
{
    int r = control_send(control, request);
    if (r < 0)
        return problem_say(problem, r, "sending a command to the generator: %s", strerror(-r));
    return control_reply(control, deadline_ns, reply, problem);
}
