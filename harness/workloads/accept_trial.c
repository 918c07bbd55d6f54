#include "harness/workloads/accept_trial.h"

#include "backends/clock.h"
#include "harness/stats/statistics.h"
#include "harness/base/problem.h"
#include "harness/workloads/accept_steps.h"
#include "harness/workloads/outcome.h"

#include <errno.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

/* The last ACK of a handshake may still be on its way when connect() has returned. */
#define QUEUE_TIMEOUT_NS (500 * NS_PER_MS)

#define WINDOW_MORE_S 0.01

uint64_t accept_step_deadline_ns(void)
{
    return clock_now_ns() + ACCEPT_STEP_TIMEOUT_NS;
}

/* ---- sentences ---- */

int accept_server_problem(struct accept_trial *trial, const char *what, int r)
{
    const char *name = trial->request->subject->name;
    struct rlimit files = {0};
    switch (-r) {
    case EMFILE:
        getrlimit(RLIMIT_NOFILE, &files);
        return problem_say(
            trial->problem, r,
            "%s: %s: the limit of %llu open files is too low for this cell; raise it "
            "(ulimit -n) or ask for fewer connections",
            name, what, (unsigned long long)files.rlim_cur);
    case ETIMEDOUT:
        return problem_say(
            trial->problem, r,
            "%s: %s: connections that the generator had completed did not come within "
            "%llu s",
            name, what, (unsigned long long)(ACCEPT_STEP_TIMEOUT_NS / NS_PER_S));
    case ECONNRESET:
        return problem_say(trial->problem, r,
                           "%s: %s: an idle connection ended; has the generator ended?", name,
                           what);
    case ENOMEM:
    case ENOBUFS:
        return problem_say(trial->problem, r,
                           "%s: %s: out of memory; ask for fewer connections", name, what);
    default:
        return problem_say(trial->problem, r, "%s: %s: %s", name, what, strerror(-r));
    }
}

/* ---- talking to the generator ---- */

static int tell(struct accept_trial *trial, const char *command)
{
    return control_ask(&trial->control, json_pack("{s:s}", "do", command),
                       accept_step_deadline_ns(), NULL, trial->problem);
}

int accept_keep_report(struct accept_trial *trial)
{
    return outcome_take_report(&trial->control, accept_step_deadline_ns(), &trial->report,
                               trial->problem);
}

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
    json_t *reply;
    json_t *request = json_pack("{s:s, s:s, s:i, s:i}", "do", "fill", "host", "127.0.0.1", "port",
                                (int)trial->ops->port(trial->server), "count", (int)count);
    r =
        control_ask(&trial->control, request, accept_step_deadline_ns(), &reply, trial->problem);
    if (r < 0)
        return r;
    json_int_t connected = json_integer_value(json_object_get(reply, "connected"));
    json_decref(reply);
    if (connected != (json_int_t)count)
        return problem_say(trial->problem, -EPROTO,
                           "the generator made %lld connections instead of %u",
                           (long long)connected, count);
    return check_queue(trial, count);
}

/* ---- steps ---- */

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

/* Idle connections, in portions that the listen queue holds. */
static int make_idle(struct accept_trial *trial)
{
    int r = 0;
    for (unsigned made = 0, portion; made < trial->idle && r == 0; made += portion) {
        portion = trial->idle - made < trial->backlog ? trial->idle - made : trial->backlog;
        r = accept_fill_and_drain(trial, portion);
    }
    if (r == 0)
        r = tell(trial, "hold");
    if (r < 0)
        return r;
    r = trial->ops->hold(trial->server);
    return r < 0 ? accept_server_problem(trial, "watching the idle connections", r) : 0;
}

int accept_drop(struct accept_trial *trial)
{
    int r =
        tell(trial, "drop"); /* first: the end that closes last has no TIME_WAIT after a reset */
    if (r < 0)
        return r;
    r = trial->ops->drop(trial->server);
    return r < 0 ? accept_server_problem(trial, "closing the connections of the warm-up", r)
                     : 0;
}

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

/* ---- modes ---- */

static int serve(struct accept_trial *trial, double seconds, uint64_t *accepted)
{
    uint64_t deadline_ns = clock_now_ns() + (uint64_t)(seconds * (double)NS_PER_S);
    return trial->ops->serve(trial->server, deadline_ns, accepted);
}

/* Goes on until there was a connection: in a short window on a busy machine, one of the two
 * processes may not have run at all. */
static int serve_some(struct accept_trial *trial, double seconds, uint64_t *accepted)
{
    uint64_t limit_ns = accept_step_deadline_ns();
    int r = serve(trial, seconds, accepted);
    while (r >= 0 && *accepted == 0 && clock_now_ns() < limit_ns)
        r = serve(trial, WINDOW_MORE_S, accepted);
    return r;
}

/* The reply to "mark" is read afterwards: a server that waited for it would let connections wait
 * too. */
static int measured_window(struct accept_trial *trial, double seconds, uint64_t *accepted)
{
    int r = accept_region_begin(trial);
    if (r < 0)
        return r;
    int served = serve_some(trial, seconds, accepted);
    r = accept_region_end(trial);
    if (served < 0)
        return accept_server_problem(trial, "accepting and closing", served);
    return r;
}

static int run_steady(struct accept_trial *trial, uint64_t *accepted)
{
    const json_t *params = trial->request->params;
    double seconds = parameter_number(params, "seconds");
    double limit_s = 2.0 * seconds + (double)(ACCEPT_STEP_TIMEOUT_NS / NS_PER_S);
    json_t *request = json_pack("{s:s, s:s, s:i, s:i, s:f}", "do", "steady", "host", "127.0.0.1",
                                "port", (int)trial->ops->port(trial->server), "conns",
                                (int)parameter_integer(params, "conns"), "limit_s", limit_s);
    int r =
        control_ask(&trial->control, request, accept_step_deadline_ns(), NULL, trial->problem);
    if (r < 0)
        return r;
    r = serve(trial, STEADY_WARM_UP * seconds, accepted);
    if (r < 0)
        return accept_server_problem(trial, "accepting and closing", r);
    r = control_send(&trial->control, json_pack("{s:s}", "do", "mark"));
    if (r < 0)
        return problem_say(trial->problem, r, "sending a command to the generator: %s",
                           strerror(-r));
    r = measured_window(trial, seconds, accepted);
    if (r == 0)
        r = control_reply(&trial->control, accept_step_deadline_ns(), NULL, trial->problem);
    if (r == 0)
        r = accept_keep_report(trial);
    if (r == 0 && *accepted == 0)
        r = problem_say(trial->problem, -ETIMEDOUT, "%s: no connection was made in %llu s",
                            trial->request->subject->name,
                            (unsigned long long)(ACCEPT_STEP_TIMEOUT_NS / NS_PER_S));
    return r;
}

/* ---- outcome ---- */

static json_t *metrics_to_json(const struct accept_trial *trial, uint64_t accepted)
{
    const struct region *region = &trial->region;
    const char *mode = trial->request->mode;
    double each_ns = trial->drain_count > 0 ? statistics_median(trial->drain_ns, trial->drain_count)
                                            : (double)region->wall_ns / (double)accepted;
    double cpu_us = (double)region->cpu_ns / (double)accepted / 1e3;
    json_t *metrics = json_pack("{s:f, s:f}", "accepts_per_s", (double)NS_PER_S / each_ns,
                                "server_cpu_us_per_accept", cpu_us);
    if (strcmp(mode, "drain") == 0)
        json_object_set_new(metrics, "ns_per_accept", json_real(each_ns));
    if (strcmp(mode, "rate") == 0)
        json_object_set_new(metrics, "offered_per_s", json_real(accept_offered_per_s(trial)));
    if (trial->capacity_per_s > 0)
        json_object_set_new(metrics, "capacity_per_s", json_real(trial->capacity_per_s));
    return metrics;
}

static json_t *samples_to_json(const struct accept_trial *trial)
{
    json_t *values = json_array();
    for (unsigned i = 0; i < trial->drain_count; i++)
        json_array_append_new(values, json_real(trial->drain_ns[i]));
    return json_pack("{s:o}", "ns_per_accept", values);
}

static int make_outcome(struct accept_trial *trial, uint64_t accepted, json_t **outcome)
{
    json_t *histograms = json_incref(json_object_get(trial->report, "histograms"));
    json_object_del(trial->report, "histograms");
    json_t *result =
        json_pack("{s:o, s:o, s:O, s:o}", "metrics", metrics_to_json(trial, accepted), "histograms",
                  histograms ? histograms : json_object(), "generator", trial->report, "granted",
                  outcome_granted(trial->ops->granted(trial->server)));
    if (!result || region_to_json(&trial->region, result) < 0) {
        json_decref(result);
        return problem_say(trial->problem, -ENOMEM, "out of memory while writing the outcome");
    }
    if (trial->drain_count > 0)
        json_object_set_new(result, "samples", samples_to_json(trial));
    json_object_set_new(json_object_get(result, "counters"), "operations",
                        json_integer((json_int_t)accepted));
    *outcome = result;
    return 0;
}

static int open_server(struct accept_trial *trial)
{
    const json_t *params = trial->request->params;
    struct backend_config config = accept_config(params);
    struct accept_setup setup = {
        .config = &config,
        .subject = trial->request->subject,
        .backlog = trial->backlog,
        .budget = (unsigned)parameter_integer(params, "budget"),
        .capacity = accept_capacity(trial->request->mode, params),
        .bytes = strcmp(trial->request->mode, "rate") == 0
                     ? (unsigned)parameter_integer(params, "bytes")
                     : 0,
    };
    const char *what = "opening the server";
    int r = trial->ops->open(&trial->server, &setup, &what);
    return r < 0 ? accept_server_problem(trial, what, r) : 0;
}

static int run_mode(struct accept_trial *trial, uint64_t *accepted)
{
    const char *mode = trial->request->mode;
    if (strcmp(mode, "drain") == 0)
        return accept_run_drain(trial, accepted);
    return strcmp(mode, "rate") == 0 ? accept_run_rate(trial, accepted)
                                     : run_steady(trial, accepted);
}

int accept_run(const struct trial_request *request, json_t **outcome, char *problem)
{
    struct accept_trial trial = {
        .request = request,
        .ops = request->subject->accept,
        .backlog = accept_backlog(request->mode, request->params),
        .idle = (unsigned)parameter_integer(request->params, "idle"),
        .problem = problem,
    };
    int r = control_open(&trial.control, request->generator_fd);
    if (r < 0)
        return problem_say(problem, r, "opening the control channel: %s", strerror(-r));
    region_open(&trial.region, request,
                strcmp(request->mode, "drain") == 0 ? REGION_WALL : REGION_CPU);
    r = open_server(&trial);
    if (r == 0) {
        uint64_t accepted = 0;
        if (trial.idle > 0)
            r = make_idle(&trial);
        if (r == 0)
            r = run_mode(&trial, &accepted);
        if (r == 0)
            r = make_outcome(&trial, accepted, outcome);
        trial.ops->close(trial.server);
    }
    json_decref(trial.report);
    region_close(&trial.region);
    control_close(&trial.control);
    return r;
}
