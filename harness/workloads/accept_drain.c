/* mode=drain: what the server alone pays for a connection.
 *
 * A trial is short work (a queue of 100 is emptied in 0.2 ms), and what disturbs one drain, a timer
 * tick or another process, is large beside it. So each trial has several drains, and the median of
 * them is its value. How many: on 2 CPUs of a virtual machine, queue=100, a trial takes 4.3 ms and
 * 1.6 ms for each drain, with 1,000 idle connections 26 ms and 1.4. Over 142 rounds of epoll and
 * epoll-et, one after the other, the robust deviation of a round's ratio (1.48 median absolute
 * deviations) was drains            3      5      9     15     25 no idle ones    4.5 %  4.4 %  3.7
 * %  3.1 %  2.4 % 1,000           4.4 %  2.5 %  1.9 %  1.6 %  1.6 % Its square times the time of a
 * round, which is what a verdict costs, does not depend on the number from 3 to 25 without idle
 * connections, and from 9 up with them: nine. CPU time and counters are of all drains together.
 *
 * Of each 100 connections, 1.2 ms is the generator's and the closing of both ends; it is shared by
 * both CPUs, since the server's has nothing else to do then. */
#include "harness/workloads/accept_modes.h"

static int drain_once(struct accept_trial *trial, unsigned queue)
{
    int r = accept_region_begin(trial);
    if (r < 0)
        return r;
    int drained = trial->ops->drain(trial->server, queue, accept_step_deadline_ns());
    r = accept_region_end(trial);
    return drained < 0 ? accept_server_problem(trial, "emptying the listen queue", drained) : r;
}

/* null makes its accepts up: what connects to it stays in the queue, which is filled just once. */
static int refill(struct accept_trial *trial, unsigned queue)
{
    bool is_full = trial->request->subject->tier == TIER_NONE && trial->drain_count > 0;
    int r = is_full ? trial->ops->drop(trial->server) : accept_drop(trial);
    return r < 0 || is_full ? r : accept_fill(trial, queue);
}

/* The warm-up fills and drains once as the measured part does: it touches the memory, lets the
 * kernel grow the descriptor table and fill its slabs. */
int accept_run_drain(struct accept_trial *trial, uint64_t *accepted)
{
    unsigned queue = (unsigned)parameter_integer(trial->request->params, "queue");
    unsigned drains = (unsigned)parameter_integer(trial->request->params, "drains");
    int r = accept_fill_and_drain(trial, queue);
    while (trial->drain_count < drains && r == 0) {
        r = accept_next_turn(trial);
        if (r == 0)
            r = refill(trial, queue);
        if (r == 0)
            r = drain_once(trial, queue);
        trial->drain_ns[trial->drain_count++] = (double)trial->region.stretch_ns / queue;
    }
    *accepted = (uint64_t)queue * drains;
    if (r == 0)
        r = accept_next_turn(trial);
    return r < 0 ? r : accept_keep_report(trial);
}
