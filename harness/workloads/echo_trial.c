/* One trial of the echo workload: the server in this process, the load over the control channel.
 *
 * The server serves throughout. Its region lies within the generator's window, as in accept's
 * mode=rate: it begins when the generator has answered "mark", and "stop" is sent when it has
 * ended. Messages are counted by the bytes that the server has sent back within the region; that
 * they are the right ones the generator checks. */
#include "harness/workloads/echo_cell.h"

#include "backends/clock.h"
#include "harness/generator/client.h"
#include "harness/workloads/accept_cell.h"
#include "harness/workloads/echo_path.h"
#include "harness/workloads/figures.h"
#include "harness/workloads/region.h"
#include "harness/workloads/server_problem.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

/* How long the server serves before it looks for a reply that may have come, or for connections. */
#define SLICE_NS NS_PER_MS

struct echo_trial {
    const struct trial_request *request;
    const struct echo_ops *ops;
    struct echo_server *server;
    struct generator_client *generator;
    struct region region;
    struct echo_path path;
    /* Sent back within the region. */
    uint64_t bytes;
    struct outcome *outcome;
    char *problem;
};

static int problem_of(struct echo_trial *trial, const char *what, int r)
{
    return server_problem(trial->request->subject->name, what, r, trial->problem);
}

static uint64_t after(uint64_t ns)
{
    return clock_now_ns() + ns;
}

static int serve(struct echo_trial *trial, uint64_t ns)
{
    int r = trial->ops->serve(trial->server, after(ns));
    return r < 0 ? problem_of(trial, "sending messages back", r) : 0;
}

static struct echo_progress progress_of(const struct echo_trial *trial)
{
    struct echo_progress progress;
    trial->ops->progress(trial->server, &progress);
    return progress;
}

/* ---- connections ---- */

static int take_portion(struct echo_trial *trial, unsigned made)
{
    uint64_t limit_ns = after(GENERATOR_TIMEOUT_NS);
    int r = 0;
    while (r == 0 && progress_of(trial).accepted < made) {
        if (clock_now_ns() >= limit_ns)
            return problem_say(trial->problem, -ETIMEDOUT,
                               "%s: connections that the generator had completed did not come in "
                               "time",
                               trial->request->subject->name);
        r = serve(trial, SLICE_NS);
    }
    return r;
}

static int connect_all(struct echo_trial *trial)
{
    unsigned connections = echo_connections(trial->request->params);
    int r = 0;
    for (unsigned made = 0, portion; made < connections && r == 0; made += portion) {
        portion = connections - made < ECHO_PORTION ? connections - made : ECHO_PORTION;
        r = trial->path.folder[0] != '\0'
                ? generator_fill_path(trial->generator, trial->path.socket, portion)
                : generator_fill(trial->generator, trial->ops->port(trial->server), portion);
        if (r == 0)
            r = take_portion(trial, made + portion);
    }
    echo_path_remove(&trial->path); /* nobody needs it any more */
    return r;
}

/* ---- the measured load ---- */

/* Serves until the generator has replied to the mark, or (`stopped`) to the stop. */
static int serve_until_reply(struct echo_trial *trial, bool stopped)
{
    uint64_t limit_ns = after(GENERATOR_TIMEOUT_NS);
    for (;;) {
        int r = serve(trial, SLICE_NS);
        if (r < 0)
            return r;
        r = stopped ? generator_take_report(trial->generator, 0, trial->outcome, true)
                    : generator_take_mark(trial->generator, 0);
        if (r != -EAGAIN)
            return r;
        if (clock_now_ns() >= limit_ns)
            return problem_say(trial->problem, -ETIMEDOUT, "the generator did not reply in time");
    }
}

/* Goes on while nothing has come: in a short window on a busy machine, one of the two processes may
 * not have run at all. */
static int serve_some(struct echo_trial *trial, uint64_t ns, uint64_t bytes_begin)
{
    uint64_t limit_ns = after(GENERATOR_TIMEOUT_NS);
    int r = serve(trial, ns);
    while (r == 0 && progress_of(trial).bytes == bytes_begin && clock_now_ns() < limit_ns)
        r = serve(trial, SLICE_NS);
    return r;
}

static void read_counters(const struct echo_trial *trial, struct backend_counters *counters)
{
    if (trial->ops->counters != NULL)
        trial->ops->counters(trial->server, counters);
}

static int measured_region(struct echo_trial *trial, uint64_t ns)
{
    struct backend_counters counters = {0};
    uint64_t bytes_begin = progress_of(trial).bytes;
    read_counters(trial, &trial->region.counters_begin);
    int r = region_begin(&trial->region);
    if (r < 0)
        return problem_of(trial, "reading the clocks and counters", r);
    int served = serve_some(trial, ns, bytes_begin);
    r = region_end(&trial->region);
    read_counters(trial, &counters);
    region_add_counters(&trial->region, &counters);
    trial->bytes = progress_of(trial).bytes - bytes_begin;
    if (served < 0)
        return served;
    return r < 0 ? problem_of(trial, "reading the clocks and counters", r) : 0;
}

static int run_load(struct echo_trial *trial)
{
    const struct named_values *params = trial->request->params;
    double seconds = parameter_number(params, "seconds");
    uint64_t ns = (uint64_t)(seconds * (double)NS_PER_S);
    double limit_s = 2.0 * seconds + 3.0 * (double)(GENERATOR_TIMEOUT_NS / NS_PER_S);
    int r = generator_echo(trial->generator, echo_active(params),
                           (unsigned)parameter_integer(params, "bytes"),
                           (unsigned)parameter_integer(params, "pipeline"), limit_s);
    if (r == 0)
        r = serve(trial, (uint64_t)(ECHO_WARM_UP * (double)ns));
    if (r == 0)
        r = generator_send_mark(trial->generator);
    if (r == 0)
        r = serve_until_reply(trial, false);
    if (r == 0)
        r = measured_region(trial, ns);
    if (r == 0)
        r = generator_send_stop(trial->generator);
    if (r == 0)
        r = serve_until_reply(trial, true);
    if (r == 0 && trial->bytes == 0)
        r = problem_say(trial->problem, -ETIMEDOUT, "%s: no message was sent back in %llu s",
                        trial->request->subject->name,
                        (unsigned long long)(GENERATOR_TIMEOUT_NS / NS_PER_S));
    return r;
}

static int fill_outcome(struct echo_trial *trial)
{
    struct outcome *outcome = trial->outcome;
    double messages =
        (double)trial->bytes / (double)parameter_integer(trial->request->params, "bytes");
    int r = figures_set(&outcome->metrics, "server_cpu_ns_per_message",
                        (double)trial->region.cpu_ns / messages);
    r |= figures_set(&outcome->metrics, "messages_per_s",
                     messages * 1e9 / (double)trial->region.wall_ns);
    if (trial->ops->granted != NULL)
        outcome->granted = trial->ops->granted(trial->server);
    r |= region_fill(&trial->region, outcome);
    r |= figures_set(&outcome->counters, "operations", messages);
    return outcome_verdict(r, trial->problem);
}

/* ---- all of it ---- */

static int set_address(struct echo_trial *trial, struct echo_address *address)
{
    *address = (struct echo_address){.size = sizeof address->in};
    if (!echo_is_unix(trial->request->params)) {
        address->in =
            (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
        return 0;
    }
    int r = echo_path_make(&trial->path, sizeof address->local.sun_path, trial->problem);
    if (r < 0)
        return r;
    address->size = sizeof address->local;
    address->local.sun_family = AF_UNIX;
    strcpy(address->local.sun_path, trial->path.socket);
    return 0;
}

static int open_server(struct echo_trial *trial)
{
    const struct named_values *params = trial->request->params;
    const struct backend_config config = accept_config(params);
    unsigned connections = echo_connections(params);
    struct echo_setup setup = {
        .subject = trial->request->subject,
        .backlog = connections < ECHO_PORTION ? connections : ECHO_PORTION,
        .budget = config.accept_budget,
        .capacity = connections,
        .config = &config,
    };
    const char *what = "opening the server";
    int r = set_address(trial, &setup.address);
    if (r < 0)
        return r;
    r = trial->ops->open(&trial->server, &setup, &what);
    return r < 0 ? problem_of(trial, what, r) : 0;
}

static int run_open(struct echo_trial *trial)
{
    int r = connect_all(trial);
    if (r == 0)
        r = run_load(trial);
    /* Both ends are quicker that way than when this one closes first. */
    if (r == 0)
        r = generator_release(trial->generator);
    return r == 0 ? fill_outcome(trial) : r;
}

int echo_run(const struct trial_request *request, struct outcome *outcome, char *problem)
{
    struct echo_trial trial = {
        .request = request,
        .ops = request->subject->echo,
        .outcome = outcome,
        .problem = problem,
    };
    int r = generator_client_open(&trial.generator, request->generator_fd, problem);
    if (r < 0)
        return r;
    region_open(&trial.region, request, REGION_CPU);
    trial.region.uncounted = trial.ops->counters == NULL;
    r = open_server(&trial);
    if (r == 0) {
        r = run_open(&trial);
        trial.ops->close(trial.server);
    }
    echo_path_remove(&trial.path);
    region_close(&trial.region);
    generator_client_close(trial.generator);
    return r;
}
