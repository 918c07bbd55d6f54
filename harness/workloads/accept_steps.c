#include "harness/workloads/accept_steps.h"

#include "harness/base/problem.h"
#include "harness/contract/turns.h"
#include "harness/workloads/server_problem.h"

#include <errno.h>
#include <string.h>
#include <time.h>

/* The last ACK of a handshake may still be on its way when connect() has returned. */
#define QUEUE_TIMEOUT_NS (500 * NS_PER_MS)

uint64_t accept_step_deadline_ns(void)
{
    return clock_now_ns() + ACCEPT_STEP_TIMEOUT_NS;
}

/* ---- sentences ---- */

int accept_server_problem(struct accept_trial *trial, const char *what, int r)
{
    const char *name = trial->request->subject->name;
    if (r == -ETIMEDOUT)
        return problem_say(
            trial->problem, r,
            "%s: %s: connections that the generator had completed did not come within "
            "%llu s",
            name, what, (unsigned long long)(ACCEPT_STEP_TIMEOUT_NS / NS_PER_S));
    return server_problem(name, what, r, trial->problem);
}

/* ---- connections ---- */

/* Checks that all `count` connections stand in the listen queue, where the system tells. A backlog
 * that was cut makes the client believe in connections that the server never gets. */
static int check_queue(struct accept_trial *trial, unsigned count)
{
    uint64_t deadline_ns = clock_now_ns() + QUEUE_TIMEOUT_NS;
    const struct timespec pause = {.tv_nsec = 100 * 1000};
    int queued = trial->ops->queued(trial->server);
    while (queued >= 0 && (unsigned)queued < count && clock_now_ns() < deadline_ns) {
        nanosleep(&pause, NULL);
        queued = trial->ops->queued(trial->server);
    }
    if (queued == -ENOTSUP || (queued >= 0 && (unsigned)queued == count))
        return 0;
    if (queued < 0)
        return accept_server_problem(trial, "asking for the length of the listen queue", queued);
    return problem_say(
        trial->problem, -EPROTO,
        "%s: %d connections are in the listen queue where the generator completed %u; "
        "check net.core.somaxconn and whether something else connects to port %u",
        trial->request->subject->name, queued, count, trial->ops->port(trial->server));
}

int accept_fill(struct accept_trial *trial, unsigned count)
{
    int r = trial->ops->rest ? trial->ops->rest(trial->server) : 0;
    if (r < 0)
        return accept_server_problem(trial, "leaving connections in the listen queue", r);
    r = generator_fill(trial->generator, trial->ops->port(trial->server), count);
    return r < 0 ? r : check_queue(trial, count);
}

static int drain(struct accept_trial *trial, unsigned count)
{
    int r = trial->ops->drain(trial->server, count, accept_step_deadline_ns());
    return r < 0 ? accept_server_problem(trial, "emptying the listen queue", r) : 0;
}

int accept_fill_and_drain(struct accept_trial *trial, unsigned count)
{
    int r = trial->request->subject->tier == TIER_NONE ? 0 : accept_fill(trial, count);
    return r < 0 ? r : drain(trial, count);
}

/* The generator first: the end that closes last has no TIME_WAIT after a reset. */
int accept_drop(struct accept_trial *trial)
{
    int r = generator_drop(trial->generator);
    if (r < 0)
        return r;
    r = trial->ops->drop(trial->server);
    return r < 0 ? accept_server_problem(trial, "closing the connections of the warm-up", r) : 0;
}

int accept_next_turn(struct accept_trial *trial)
{
    int r = turns_next(trial->request->turn_fd);
    return r < 0 ? accept_server_problem(trial, "waiting for the next turn", r) : 0;
}

int accept_keep_report(struct accept_trial *trial)
{
    return generator_stop(trial->generator, trial->outcome, true);
}

/* ---- the measured region ---- */

int accept_region_begin(struct accept_trial *trial)
{
    trial->ops->counters(trial->server, &trial->region.counters_begin);
    int r = region_begin(&trial->region);
    return r < 0 ? accept_server_problem(trial, "reading the clocks and counters", r) : 0;
}

int accept_region_end(struct accept_trial *trial)
{
    struct backend_counters counters;
    int r = region_end(&trial->region);
    trial->ops->counters(trial->server, &counters);
    region_add_counters(&trial->region, &counters);
    return r < 0 ? accept_server_problem(trial, "reading the clocks and counters", r) : 0;
}
