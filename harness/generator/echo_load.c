#include "harness/generator/echo_load.h"

#include "backends/clock.h"
#include "harness/base/problem.h"
#include "harness/generator/echo_talker.h"
#include "harness/generator/generator_wait.h"
#include "harness/generator/load_commands.h"
#include "harness/generator/load_report.h"

#include <errno.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define EVENTS_PER_WAIT 256

/* Between the streams of neighbouring connections: further than what is under way on them. The
 * period is a prime, so that no two have the same place. */
#define SHIFT_APART 40503u

struct talking {
    struct echo_talker talker;
    /* Messages that came back. */
    uint64_t whole;
    /* Of the oldest one under way, in its ring of times. */
    unsigned oldest;
    bool waits_for_room;
};

struct echo_load {
    const struct echo_load_shape *shape;
    struct control *control;
    struct generator_wait *wait;
    uint64_t limit_ns, next_look_ns;
    /* The load has ended before its time, and `problem` says why. */
    bool over;
    /* The window has ended, and nothing is sent any more: so many bytes have still to come back. */
    bool stopping;
    uint64_t outstanding, progress_ns;
    char *problem;
    struct load_report report;
    struct histogram latency;
    struct echo_pattern pattern;
    /* shape->pipeline for each talker: when each message under way could have been sent. */
    uint64_t *begun_ns;
    /* The token behind the last one is the control channel. */
    struct talking talking[];
};

/* ---- one connection ---- */

/* The load is over, but not the conversation: the next reply is the problem. Connections stay, so
 * that the server does not take their ends for the reason. */
static void talker_failed(struct echo_load *load, uint32_t token, int r)
{
    uint64_t place = load->talking[token].talker.received;
    load->over = true;
    load_errors_count(&load->report.errors, -r);
    if (r == -EBADMSG)
        problem_say(load->problem, r,
                    "byte %" PRIu64 " of connection %u did not come back as it was sent: the "
                    "server does not echo",
                    place, (unsigned)token);
    else if (r == -ECONNABORTED || r == -ECONNRESET || r == -EPIPE)
        problem_say(load->problem, r,
                    "the server ended connection %u after %" PRIu64 " bytes had come back",
                    (unsigned)token, place);
    else
        problem_say(load->problem, r, "connection %u failed after %" PRIu64 " bytes: %s",
                    (unsigned)token, place, strerror(-r));
}

static void send_more(struct echo_load *load, uint32_t token)
{
    struct talking *talking = &load->talking[token];
    uint64_t goal = (talking->whole + load->shape->pipeline) * load->shape->bytes;
    int r = echo_talker_send(&talking->talker, &load->pattern, goal);
    bool waits = r == 0;
    if (r >= 0 && waits != talking->waits_for_room)
        r = generator_wait_change(load->wait, talking->talker.fd,
                                  waits ? GENERATOR_EITHER : GENERATOR_READABLE, token);
    talking->waits_for_room = waits;
    if (r < 0)
        talker_failed(load, token, r);
}

/* Each message that is whole makes room for the next one at this moment. */
static void take_whole(struct echo_load *load, uint32_t token, uint64_t now_ns)
{
    struct talking *talking = &load->talking[token];
    uint64_t *begun_ns = load->begun_ns + (size_t)token * load->shape->pipeline;
    while (talking->talker.received >= (talking->whole + 1) * load->shape->bytes) {
        uint64_t *begun = &begun_ns[talking->oldest];
        /* One that was begun before the window is none of its samples. */
        if (*begun >= load->report.begin.wall_ns)
            histogram_record(&load->latency, now_ns - *begun);
        *begun = now_ns;
        talking->whole++;
        talking->oldest = talking->oldest + 1 < load->shape->pipeline ? talking->oldest + 1 : 0;
    }
}

static void talker_ready(struct echo_load *load, uint32_t token)
{
    struct talking *talking = &load->talking[token];
    ssize_t got = echo_talker_receive(&talking->talker, &load->pattern);
    if (got < 0 && got != -EAGAIN) {
        talker_failed(load, token, (int)got);
        return;
    }
    uint64_t now_ns = got > 0 ? clock_now_ns() : 0;
    if (load->stopping && got > 0) {
        load->outstanding -= (uint64_t)got;
        load->progress_ns = now_ns;
    }
    if (load->stopping)
        return;
    if (got > 0)
        take_whole(load, token, now_ns);
    send_more(load, token);
}

/* ---- the load ---- */

static void begin_window(struct echo_load *load)
{
    histogram_reset(&load->latency);
    load->report.errors = (struct load_errors){0};
    load->report.begin = load_clock_now();
}

/* The window is over; what is under way has to come back before "stop" is answered, so that a byte
 * that was lost is seen, too. */
static void begin_stop(struct echo_load *load)
{
    load->report.end = load_clock_now();
    load->stopping = true;
    load->progress_ns = load->report.end.wall_ns;
    for (uint32_t token = 0; token < load->shape->active && !load->over; token++) {
        const struct talking *talking = &load->talking[token];
        load->outstanding += talking->talker.sent - talking->talker.received;
        int r = talking->waits_for_room ? generator_wait_change(load->wait, talking->talker.fd,
                                                                GENERATOR_READABLE, token)
                                        : 0;
        if (r < 0)
            talker_failed(load, token, r);
    }
}

static bool is_stopped(const struct echo_load *load)
{
    return load->stopping && (load->over || load->outstanding == 0);
}

/* All commands that are there; deadline_ns as in control_receive(). 0; -errno: the channel is
 * broken, or, -EPIPE, has ended. */
static int commands(struct echo_load *load, uint64_t deadline_ns)
{
    for (;;) {
        int r = load_command_next(load->control, deadline_ns, "echo");
        if (r == LOAD_STOP) {
            begin_stop(load);
            return 0;
        }
        if (r <= 0)
            return r;
        if (!load->over)
            begin_window(load);
        r = load->over ? control_send(load->control, control_refusal(load->problem))
                       : control_accept(load->control);
        if (r < 0)
            return r;
    }
}

static void look_at_time(struct echo_load *load, uint64_t now_ns)
{
    load->next_look_ns = now_ns + NS_PER_S;
    if (load->stopping && now_ns - load->progress_ns >= CONNECT_TIMEOUT_NS)
        problem_say(load->problem, -ETIMEDOUT,
                    "%" PRIu64 " bytes did not come back: the server has lost them",
                    load->outstanding);
    else if (!load->stopping && now_ns >= load->limit_ns)
        problem_say(load->problem, -ETIMEDOUT,
                    "the echo load reached its time limit without a stop");
    else
        return;
    load->over = true;
}

static int run(struct echo_load *load)
{
    uint32_t ready[EVENTS_PER_WAIT];
    int r = 0;
    while (r == 0 && !is_stopped(load)) {
        if (load->over) {
            r = commands(load, UINT64_MAX);
            continue;
        }
        int count = generator_wait_next(load->wait, load->next_look_ns, ready, EVENTS_PER_WAIT);
        if (count < 0)
            return count;
        for (int i = 0; i < count && !load->over && r == 0; i++) {
            if (ready[i] == load->shape->active)
                r = commands(load, 0);
            else
                talker_ready(load, ready[i]);
        }
        uint64_t now_ns = clock_now_ns();
        if (now_ns >= load->next_look_ns && !load->over && r == 0)
            look_at_time(load, now_ns);
    }
    return r;
}

/* Without it a message that follows another one waits for the other's acknowledgement. */
static int send_at_once(int fd)
{
    int on = 1;
    if (setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) == 0)
        return 0;
    /* A unix socket does not wait. */
    return errno == EOPNOTSUPP || errno == ENOPROTOOPT || errno == EINVAL ? 0 : -errno;
}

static int start(struct echo_load *load, const struct connections *connections)
{
    unsigned active = load->shape->active;
    int r = generator_wait_add(load->wait, load->control->fd, GENERATOR_READABLE, active);
    for (uint32_t token = 0; token < active && r == 0; token++) {
        size_t place = (size_t)((uint64_t)token * connections->count / active);
        int fd = connections->fds[place];
        load->talking[token].talker = (struct echo_talker){
            .fd = fd, .shift = (uint32_t)(place * SHIFT_APART % ECHO_PATTERN_PERIOD)};
        r = send_at_once(fd);
        if (r == 0)
            r = generator_wait_add(load->wait, fd, GENERATOR_READABLE, token);
    }
    for (size_t i = 0; i < (size_t)active * load->shape->pipeline; i++)
        load->begun_ns[i] = clock_now_ns();
    for (uint32_t token = 0; token < active && r == 0 && !load->over; token++)
        send_more(load, token);
    return r;
}

static struct echo_load *allocate(const struct echo_load_shape *shape)
{
    struct echo_load *load = calloc(1, sizeof *load + shape->active * sizeof load->talking[0]);
    if (load == NULL)
        return NULL;
    load->begun_ns = calloc((size_t)shape->active * shape->pipeline, sizeof load->begun_ns[0]);
    if (load->begun_ns != NULL)
        return load;
    free(load);
    return NULL;
}

int echo_load_run(const struct connections *connections, const struct echo_load_shape *shape,
                  struct control *control, json_t **reply, char *problem)
{
    struct echo_load *load = allocate(shape);
    if (load == NULL)
        return problem_say(problem, -ENOMEM, "no memory is left for %u connections", shape->active);
    uint64_t now_ns = clock_now_ns();
    load->shape = shape;
    load->control = control;
    load->limit_ns = now_ns + (uint64_t)(shape->limit_s * (double)NS_PER_S);
    load->next_look_ns = now_ns + NS_PER_S;
    load->problem = problem;
    load->report = (struct load_report){.pinned = shape->pinned,
                                        .source_addresses = 1,
                                        .connections = connections->count,
                                        .message_latency = &load->latency};
    echo_pattern_set(&load->pattern);
    histogram_reset(&load->latency);
    int r = generator_wait_open(&load->wait, shape->active + 1);
    if (r == 0) {
        r = start(load, connections);
        if (r == 0)
            r = control_accept(control);
        if (r == 0)
            r = run(load);
        if (r == 0) {
            *reply = load->over ? control_refusal(problem) : load_report_reply(&load->report);
            r = 1;
        }
        generator_wait_close(load->wait);
    }
    if (r < 0 && r != -EPIPE)
        problem_say(problem, r, "beginning the echo load: %s", strerror(-r));
    free(load->begun_ns);
    free(load);
    return r;
}
