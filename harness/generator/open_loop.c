#include "harness/generator/open_loop.h"

#include "backends/clock.h"
#include "harness/generator/client_exchange.h"
#include "harness/generator/generator_wait.h"
#include "harness/generator/load_commands.h"
#include "harness/generator/load_report.h"
#include "harness/base/problem.h"

#include <errno.h>
#include <stdlib.h>

#define EVENTS_PER_WAIT 256

/* Started in a row before answers are looked for, so that a burst does not let these wait. */
#define STARTS_PER_TURN 16

struct slot {
    struct client_exchange exchange;
    uint64_t planned_ns, begun_ns;
};

/* An exchange of the window that ended in an error: it is recorded when the drain has ended. */
struct failure {
    uint64_t planned_ns, begun_ns;
};

struct open_loop {
    struct target *target;
    struct control *control;
    struct generator_wait *wait;
    const struct open_loop_load *load;
    struct arrivals plan;
    uint64_t limit_ns;
    /* Of the window; UINT64_MAX until "stop". */
    uint64_t end_ns;
    /* When a connection became free after all had been taken. */
    uint64_t available_ns;
    /* Connections since the start. */
    unsigned failed;
    /* The load has ended before its time, and `problem` says why. */
    bool over;
    char *problem;
    struct load_report report;
    struct open_loop_tally tally;
    struct failure failures[OPEN_LOOP_ERRORS_MAX + 1];
    struct client_messages messages;
    /* Tokens; behind the last one is that of the control channel. */
    uint32_t *free;
    unsigned free_count;
    struct slot *slots;
};

static bool in_window(const struct open_loop *loop, uint64_t planned_ns)
{
    return planned_ns >= loop->report.begin.wall_ns && planned_ns < loop->end_ns &&
           loop->load->arrivals != ARRIVALS_ENDLESS;
}

static void record(struct open_loop *loop, uint64_t planned_ns, uint64_t begun_ns, uint64_t now_ns)
{
    histogram_record(&loop->tally.response, now_ns - planned_ns);
    histogram_record(&loop->tally.uncorrected, now_ns - begun_ns);
}

/* ---- one exchange ---- */

static void slot_release(struct open_loop *loop, uint32_t token)
{
    struct client_exchange *exchange = &loop->slots[token].exchange;
    if (exchange->fd >= 0)
        generator_wait_close_fd(loop->wait, exchange->fd, token);
    exchange->fd = -1;
    if (loop->free_count == 0)
        loop->available_ns = clock_now_ns();
    loop->free[loop->free_count++] = token;
}

/* Ends the load, but not the conversation: "stop" is answered with the problem. */
static void give_up(struct open_loop *loop)
{
    loop->over = true;
    for (uint32_t token = 0; token < loop->load->conns; token++)
        if (loop->slots[token].exchange.fd >= 0)
            slot_release(loop, token);
}

/* One of many is counted; more than that, or what the next one would meet as well, end the load. */
static void slot_failed(struct open_loop *loop, uint32_t token, int r)
{
    struct slot *slot = &loop->slots[token];
    bool temporary =
        r == -ECONNRESET || r == -ETIMEDOUT || r == -ECONNABORTED || r == -EPIPE || r == -EBADMSG;
    load_errors_count(&loop->report.errors, -r);
    if (in_window(loop, slot->planned_ns))
        loop->failures[loop->tally.failed++] = (struct failure){slot->planned_ns, slot->begun_ns};
    slot_release(loop, token);
    if (temporary && ++loop->failed <= OPEN_LOOP_ERRORS_MAX)
        return;
    target_problem(loop->target, r, loop->report.connections, loop->tally.arrivals, loop->problem);
    give_up(loop);
}

static int slot_begin(struct open_loop *loop, uint32_t token)
{
    struct client_exchange *exchange = &loop->slots[token].exchange;
    int r = client_exchange_begin(exchange, loop->target, &loop->messages);
    return r < 0 ? r : generator_wait_add(loop->wait, exchange->fd, exchange->interest, token);
}

/* 1: the response is complete; 0: not yet; -errno. */
static int slot_step(struct open_loop *loop, uint32_t token)
{
    struct client_exchange *exchange = &loop->slots[token].exchange;
    enum generator_interest interest = exchange->interest;
    int r = client_exchange_step(exchange, &loop->messages);
    if (r != 0 || exchange->interest == interest)
        return r;
    generator_wait_remove(loop->wait, exchange->fd, token);
    return generator_wait_add(loop->wait, exchange->fd, exchange->interest, token);
}

static void slot_ready(struct open_loop *loop, uint32_t token)
{
    struct slot *slot = &loop->slots[token];
    if (slot->exchange.fd < 0)
        return;
    int r = slot_step(loop, token);
    if (r < 0) {
        slot_failed(loop, token, r);
    } else if (r == 1) {
        if (in_window(loop, slot->planned_ns)) {
            record(loop, slot->planned_ns, slot->begun_ns, clock_now_ns());
            loop->tally.answered++;
            loop->report.connections++;
        }
        slot_release(loop, token);
    }
}

/* ---- the plan ---- */

/* An arrival that had to wait for a connection is no fault of the generator's: how late it was sent
 * counts from when there was one. */
static void count_arrival(struct open_loop *loop, const struct slot *slot)
{
    bool limited = slot->planned_ns < loop->available_ns;
    uint64_t possible_ns = limited ? loop->available_ns : slot->planned_ns;
    loop->tally.arrivals++;
    loop->tally.limited += limited;
    loop->tally.late += slot->begun_ns - possible_ns > OPEN_LOOP_LATE_NS;
    histogram_record(&loop->tally.lateness, slot->begun_ns - possible_ns);
}

static bool may_start(const struct open_loop *loop)
{
    return loop->free_count > 0 && loop->plan.next_ns < loop->end_ns && !loop->over;
}

static void start_due(struct open_loop *loop)
{
    for (unsigned i = 0; i < STARTS_PER_TURN && may_start(loop); i++) {
        uint64_t now_ns = clock_now_ns();
        if (loop->plan.next_ns > now_ns)
            return;
        uint32_t token = loop->free[--loop->free_count];
        struct slot *slot = &loop->slots[token];
        slot->planned_ns = loop->plan.next_ns;
        slot->begun_ns = now_ns;
        arrivals_step(&loop->plan);
        if (in_window(loop, slot->planned_ns))
            count_arrival(loop, slot);
        int r = slot_begin(loop, token);
        if (r < 0)
            slot_failed(loop, token, r);
    }
}

/* ---- commands ---- */

static void begin_window(struct open_loop *loop)
{
    open_loop_tally_reset(&loop->tally);
    loop->report.connections = 0;
    loop->report.errors = (struct load_errors){0};
    loop->report.begin = load_clock_now();
}

static void end_window(struct open_loop *loop)
{
    loop->report.end = load_clock_now();
    loop->end_ns = loop->report.end.wall_ns;
    if (loop->load->arrivals == ARRIVALS_ENDLESS)
        loop->plan.next_ns = UINT64_MAX;
}

/* All commands that are there. 0, or -errno: the channel is broken or has ended. */
static int commands(struct open_loop *loop, uint64_t deadline_ns)
{
    for (;;) {
        int r = load_command_next(loop->control, deadline_ns, "rate");
        if (r <= 0)
            return r;
        if (r == LOAD_STOP) {
            end_window(loop);
            return 0;
        }
        begin_window(loop);
        r = loop->over ? control_send(loop->control, control_refusal(loop->problem))
                       : control_accept(loop->control);
        if (r < 0)
            return r;
    }
}

/* ---- the end ---- */

/* What has no answer has waited until now, and would have waited longer. */
static void record_outstanding(struct open_loop *loop)
{
    uint64_t now_ns = clock_now_ns();
    for (uint32_t token = 0; token < loop->load->conns; token++) {
        const struct slot *slot = &loop->slots[token];
        if (slot->exchange.fd < 0 || !in_window(loop, slot->planned_ns))
            continue;
        record(loop, slot->planned_ns, slot->begun_ns, now_ns);
        loop->tally.unanswered++;
    }
    for (uint64_t i = 0; i < loop->tally.failed; i++)
        record(loop, loop->failures[i].planned_ns, loop->failures[i].begun_ns, now_ns);
    for (; loop->plan.next_ns < loop->end_ns; arrivals_step(&loop->plan)) {
        if (!in_window(loop, loop->plan.next_ns))
            continue;
        histogram_record(&loop->tally.response, now_ns - loop->plan.next_ns);
        loop->tally.arrivals++;
        loop->tally.not_sent++;
    }
}

static bool is_finished(const struct open_loop *loop, uint64_t now_ns)
{
    if (loop->end_ns == UINT64_MAX)
        return false;
    bool settled = loop->free_count == loop->load->conns && loop->plan.next_ns >= loop->end_ns;
    return loop->over || settled || now_ns >= loop->end_ns + OPEN_LOOP_DRAIN_NS;
}

static uint64_t wake_ns(const struct open_loop *loop)
{
    uint64_t wake_ns = loop->limit_ns;
    if (loop->end_ns != UINT64_MAX)
        wake_ns = loop->end_ns + OPEN_LOOP_DRAIN_NS;
    return may_start(loop) && loop->plan.next_ns < wake_ns ? loop->plan.next_ns : wake_ns;
}

/* One wait, what it brings, and what is due. 0 or -errno. */
static int turn(struct open_loop *loop)
{
    uint32_t ready[EVENTS_PER_WAIT];
    if (loop->over)
        return commands(loop, UINT64_MAX);
    int count = generator_wait_next(loop->wait, wake_ns(loop), ready, EVENTS_PER_WAIT);
    if (count < 0)
        return count;
    int r = 0;
    start_due(loop);
    for (int i = 0; i < count && !loop->over && r == 0; i++) {
        if (ready[i] == loop->load->conns)
            r = commands(loop, 0);
        else
            slot_ready(loop, ready[i]);
        start_due(loop);
    }
    if (loop->end_ns == UINT64_MAX && clock_now_ns() >= loop->limit_ns && !loop->over) {
        problem_say(loop->problem, -ETIMEDOUT,
                    "the rate load reached its time limit without a stop");
        give_up(loop);
    }
    return r;
}

/* 1: *reply answers "stop". -errno. */
static int run(struct open_loop *loop, json_t **reply)
{
    while (!is_finished(loop, clock_now_ns())) {
        int r = turn(loop);
        if (r < 0)
            return r;
    }
    record_outstanding(loop);
    *reply = loop->over ? control_refusal(loop->problem) : load_report_reply(&loop->report);
    return 1;
}

/* ---- the whole ---- */

static int start(struct open_loop *loop, const struct open_loop_load *load)
{
    loop->slots = malloc(load->conns * sizeof *loop->slots);
    loop->free = malloc(load->conns * sizeof *loop->free);
    if (!loop->slots || !loop->free)
        return -ENOMEM;
    for (uint32_t token = 0; token < load->conns; token++) {
        loop->slots[token] = (struct slot){.exchange.fd = -1};
        loop->free[loop->free_count++] = load->conns - 1 - token; /* the first one is taken first */
    }
    client_messages_set(&loop->messages, load->bytes);
    int r = generator_wait_open(&loop->wait, load->conns + 1);
    if (r < 0)
        return r;
    r = generator_wait_add(loop->wait, loop->control->fd, GENERATOR_READABLE, load->conns);
    if (r < 0)
        return r;
    begin_window(loop);
    loop->limit_ns = loop->report.begin.wall_ns + (uint64_t)(load->limit_s * (double)NS_PER_S);
    arrivals_begin(&loop->plan, load->arrivals, load->rate_per_s, load->seed,
                   loop->report.begin.wall_ns);
    return 0;
}

int open_loop_run(struct target *target, const struct open_loop_load *load, struct control *control,
                  json_t **reply, char *problem)
{
    struct open_loop *loop = calloc(1, sizeof *loop);
    if (!loop)
        return target_problem(target, -ENOMEM, 0, load->conns, problem);
    loop->target = target;
    loop->control = control;
    loop->load = load;
    loop->problem = problem;
    loop->tally.seed = load->seed;
    loop->end_ns = UINT64_MAX;
    loop->report = (struct load_report){
        .pinned = load->pinned,
        .source_addresses = target->sources ? target->sources->count : 1,
        .open_loop = &loop->tally,
    };
    int r = start(loop, load);
    if (r < 0) {
        target_problem(target, r, 0, load->conns, problem);
    } else {
        r = control_accept(control);
        if (r == 0)
            r = run(loop, reply);
        give_up(loop);
    }
    if (loop->wait)
        generator_wait_close(loop->wait);
    free(loop->slots);
    free(loop->free);
    free(loop);
    return r;
}
