#include "harness/generator/closed_loop.h"

#include "backends/clock.h"
#include "harness/generator/connections.h"
#include "harness/generator/generator_wait.h"
#include "harness/generator/load_commands.h"
#include "harness/base/problem.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>

#define EVENTS_PER_WAIT 256

struct slot {
    /* -1: none. */
    int fd;
    uint64_t begun_ns;
};

struct closed_loop {
    struct target *target;
    struct control *control;
    struct generator_wait *wait;
    /* Slots; the token behind the last one is the control channel. */
    unsigned conns;
    uint64_t limit_ns, next_scan_ns;
    /* Connections since the start. */
    unsigned failed;
    /* The load has ended before its time, and `problem` says why. */
    bool over;
    char *problem;
    struct load_report report;
    struct histogram latency;
    struct slot slots[];
};

/* Closes the slot's connection, if there is one. */
static void slot_close(struct closed_loop *loop, uint32_t token)
{
    struct slot *slot = &loop->slots[token];
    if (slot->fd >= 0)
        generator_wait_close_fd(loop->wait, slot->fd, token);
    slot->fd = -1;
}

static int slot_start(struct closed_loop *loop, uint32_t token)
{
    struct slot *slot = &loop->slots[token];
    slot->begun_ns = clock_now_ns();
    int r = target_connect(loop->target, &slot->fd);
    if (r < 0) {
        slot->fd = -1;
        return r;
    }
    return generator_wait_add(loop->wait, slot->fd, GENERATOR_READABLE, token);
}

/* Ends the load, but not the conversation: "stop" is answered with the problem. */
static void give_up(struct closed_loop *loop)
{
    loop->over = true;
    for (uint32_t token = 0; token < loop->conns; token++)
        slot_close(loop, token);
}

/* A connection ended in an error: one of many is counted, more than that end the load. */
static void slot_failed(struct closed_loop *loop, int r)
{
    load_errors_count(&loop->report.errors, -r);
    bool temporary = r == -ECONNRESET || r == -ETIMEDOUT || r == -ECONNABORTED;
    if (temporary && ++loop->failed <= CLOSED_LOOP_ERRORS_MAX)
        return;
    target_problem(loop->target, r, loop->report.connections, loop->conns, loop->problem);
    give_up(loop);
}

static void slot_again(struct closed_loop *loop, uint32_t token)
{
    int r = 0;
    slot_close(loop, token);
    while (!loop->over && (r = slot_start(loop, token)) < 0)
        slot_failed(loop, r);
}

/* The server has closed, or something went wrong. */
static void slot_ready(struct closed_loop *loop, uint32_t token)
{
    char bytes[64];
    struct slot *slot = &loop->slots[token];
    ssize_t got = recv(slot->fd, bytes, sizeof bytes, 0);
    if (got > 0 || (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)))
        return;
    if (got < 0)
        slot_failed(loop, -errno);
    else if (slot->begun_ns >= loop->report.begin.wall_ns) {
        /* Begun inside the measured window; one that was begun before is none of its samples. */
        histogram_record(&loop->latency, clock_now_ns() - slot->begun_ns);
        loop->report.connections++;
    }
    slot_again(loop, token);
}

/* Once a second: connections that have waited too long, and the end of the whole load. */
static void scan(struct closed_loop *loop, uint64_t now_ns)
{
    loop->next_scan_ns = now_ns + NS_PER_S;
    if (now_ns >= loop->limit_ns) {
        problem_say(loop->problem, -ETIMEDOUT,
                    "the steady load reached its time limit without a stop");
        give_up(loop);
        return;
    }
    for (uint32_t token = 0; token < loop->conns && !loop->over; token++) {
        if (now_ns - loop->slots[token].begun_ns < CONNECT_TIMEOUT_NS)
            continue;
        slot_failed(loop, -ETIMEDOUT);
        slot_again(loop, token);
    }
}

static void begin_window(struct closed_loop *loop)
{
    histogram_reset(&loop->latency);
    loop->report.connections = 0;
    loop->report.errors = (struct load_errors){0};
    loop->report.begin = load_clock_now();
}

/* 1: *reply answers "stop". */
static int stop(struct closed_loop *loop, json_t **reply)
{
    loop->report.end = load_clock_now(); /* first of all: the window ends here */
    *reply = loop->over ? control_refusal(loop->problem) : load_report_reply(&loop->report);
    return 1;
}

/* All commands that are there; deadline_ns as in control_receive(). 1: stop. 0: go on. -errno: the
 * channel is broken, or, -EPIPE, has ended. */
static int commands(struct closed_loop *loop, uint64_t deadline_ns, json_t **reply)
{
    for (;;) {
        int r = load_command_next(loop->control, deadline_ns, "steady");
        if (r == LOAD_STOP)
            return stop(loop, reply);
        if (r <= 0)
            return r;
        begin_window(loop);
        r = loop->over ? control_send(loop->control, control_refusal(loop->problem))
                       : control_accept(loop->control);
        if (r < 0)
            return r;
    }
}

static int run(struct closed_loop *loop, json_t **reply)
{
    uint32_t ready[EVENTS_PER_WAIT];
    int r = 0;
    while (r == 0) {
        if (loop->over) {
            r = commands(loop, UINT64_MAX, reply);
            continue;
        }
        int count = generator_wait_next(loop->wait, loop->next_scan_ns, ready, EVENTS_PER_WAIT);
        if (count < 0)
            return count;
        for (int i = 0; i < count && !loop->over && r == 0; i++) {
            if (ready[i] == loop->conns)
                r = commands(loop, 0, reply);
            else
                slot_ready(loop, ready[i]);
        }
        uint64_t now_ns = clock_now_ns();
        if (now_ns >= loop->next_scan_ns && !loop->over && r == 0)
            scan(loop, now_ns);
    }
    return r;
}

static int start(struct closed_loop *loop)
{
    int r = generator_wait_open(&loop->wait, loop->conns + 1);
    if (r < 0)
        return r;
    r = generator_wait_add(loop->wait, loop->control->fd, GENERATOR_READABLE, loop->conns);
    for (uint32_t token = 0; token < loop->conns && r == 0; token++)
        r = slot_start(loop, token);
    if (r < 0) {
        give_up(loop);
        generator_wait_close(loop->wait);
    }
    return r;
}

int closed_loop_run(struct target *target, unsigned conns, double limit_s, bool pinned,
                    struct control *control, json_t **reply, char *problem)
{
    struct closed_loop *loop = malloc(sizeof *loop + conns * sizeof loop->slots[0]);
    if (!loop)
        return target_problem(target, -ENOMEM, 0, conns, problem);
    uint64_t now_ns = clock_now_ns();
    *loop = (struct closed_loop){
        .target = target,
        .control = control,
        .conns = conns,
        .limit_ns = now_ns + (uint64_t)(limit_s * (double)NS_PER_S),
        .next_scan_ns = now_ns + NS_PER_S,
        .problem = problem,
        .report = {.pinned = pinned,
                   .source_addresses = target->sources ? target->sources->count : 1,
                   .connect_latency = &loop->latency},
    };
    for (uint32_t token = 0; token < conns; token++)
        loop->slots[token].fd = -1;
    histogram_reset(&loop->latency);
    int r = start(loop);
    if (r < 0) {
        target_problem(target, r, 0, conns, problem);
    } else {
        r = control_accept(control);
        if (r == 0)
            r = run(loop, reply);
        give_up(loop);
        generator_wait_close(loop->wait);
    }
    free(loop);
    return r;
}
