#include "harness/generator/generator.h"

#include "harness/generator/closed_loop.h"
#include "harness/generator/connections.h"
#include "harness/generator/control.h"
#include "harness/contract/echo_ops.h"
#include "harness/contract/exchange.h"
#include "harness/generator/echo_load.h"
#include "harness/generator/load_commands.h"
#include "harness/generator/load_report.h"
#include "harness/generator/open_loop.h"
#include "harness/generator/target.h"
#include "harness/system/placement.h"
#include "harness/base/exit_status.h"
#include "harness/base/problem.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/* Longer than any load that is meant. */
#define LOAD_LIMIT_S_MAX 3600.0

/* More than the connections of most cells; 128 KiB of the kernel's memory. */
#define RESERVED_FILES 16384

struct generator {
    struct control control;
    struct connections connections;
    struct source_addresses sources;
    bool pinned;
    /* Of connections.helper, which the first fill starts; -1: it never does. */
    int helper_cpu;
    /* The last time that it waited for a command. */
    struct load_clock idle_begin, idle_end;
};

/* A command: > 0: *reply is to be sent. 0: the channel has ended. -errno: `problem` is to be sent.
 */
typedef int command_function(struct generator *, const json_t *request, json_t **reply,
                             char *problem);

/* A whole number of the request; -EINVAL with a sentence. */
static int take_integer(const json_t *request, const char *name, json_int_t minimum,
                        json_int_t maximum, json_int_t *out, char *problem)
{
    json_t *value = json_object_get(request, name);
    if (!json_is_integer(value) || json_integer_value(value) < minimum ||
        json_integer_value(value) > maximum)
        return problem_say(problem, -EINVAL, "\"%s\" has to be a whole number from %lld to %lld",
                           name, (long long)minimum, (long long)maximum);
    *out = json_integer_value(value);
    return 0;
}

static int take_count(const json_t *request, const char *name, json_int_t maximum, json_int_t *out,
                      char *problem)
{
    return take_integer(request, name, 1, maximum, out, problem);
}

static int take_target(struct generator *generator, const json_t *request, struct target *target,
                       char *problem)
{
    json_int_t port;
    json_t *path = json_object_get(request, "path");
    if (path != NULL && target_set_path(target, json_string_value(path)) < 0)
        return problem_say(problem, -EINVAL,
                           "\"path\" has to be that of a unix socket, 1 to %zu "
                           "bytes long",
                           sizeof target->address.local.sun_path - 1);
    if (path != NULL)
        return 0;
    int r = take_count(request, "port", UINT16_MAX, &port, problem);
    if (r < 0)
        return r;
    const char *host = json_string_value(json_object_get(request, "host"));
    r = target_set(target, host, (unsigned)port, &generator->sources);
    return r < 0 ? problem_say(problem, r, "\"host\" has to be a numeric IPv4 address") : 0;
}

static int start_helper(struct generator *generator, char *problem)
{
    struct connections *connections = &generator->connections;
    if (connections->helper != NULL || generator->helper_cpu < 0)
        return 0;
    int r = helper_open(&connections->helper, generator->helper_cpu);
    return r < 0 ? problem_say(problem, r, "a second thread of the generator on CPU %d: %s",
                               generator->helper_cpu, strerror(-r))
                 : 0;
}

static int do_fill(struct generator *generator, const json_t *request, json_t **reply,
                   char *problem)
{
    json_int_t count;
    struct target target;
    int r = take_target(generator, request, &target, problem);
    if (r == 0)
        r = take_count(request, "count", CONNECTIONS_MAX, &count, problem);
    if (r == 0)
        r = start_helper(generator, problem);
    if (r == 0)
        r = connections_fill(&generator->connections, &target, (size_t)count, &generator->control,
                             problem);
    if (r < 0)
        return r == -ECANCELED ? 0 : r;
    *reply = json_pack("{s:b, s:I, s:i}", "ok", 1, "connected", count, "source_addresses",
                       target.sources ? (int)target.sources->count : 1);
    return 1;
}

static int do_hold(struct generator *generator, const json_t *request, json_t **reply,
                   char *problem)
{
    (void)request, (void)problem;
    connections_hold(&generator->connections);
    *reply = json_pack("{s:b}", "ok", 1);
    return 1;
}

static int do_drop(struct generator *generator, const json_t *request, json_t **reply,
                   char *problem)
{
    (void)request, (void)problem;
    connections_drop(&generator->connections);
    *reply = json_pack("{s:b}", "ok", 1);
    return 1;
}

static int do_release(struct generator *generator, const json_t *request, json_t **reply,
                      char *problem)
{
    (void)request, (void)problem;
    connections_release(&generator->connections);
    *reply = json_pack("{s:b}", "ok", 1);
    return 1;
}

static int take_limit(const json_t *request, double *limit_s, char *problem)
{
    *limit_s = json_number_value(json_object_get(request, "limit_s"));
    if (*limit_s > 0.0 && *limit_s <= LOAD_LIMIT_S_MAX)
        return 0;
    return problem_say(problem, -EINVAL, "\"limit_s\" has to be a number above 0, at most %.0f",
                       LOAD_LIMIT_S_MAX);
}

static int do_steady(struct generator *generator, const json_t *request, json_t **reply,
                     char *problem)
{
    json_int_t conns;
    struct target target;
    int r = take_target(generator, request, &target, problem);
    if (r == 0)
        r = take_count(request, "conns", CLOSED_LOOP_CONNS_MAX, &conns, problem);
    double limit_s = 0;
    if (r == 0)
        r = take_limit(request, &limit_s, problem);
    if (r < 0)
        return r;
    return closed_loop_run(&target, (unsigned)conns, limit_s, generator->pinned,
                           &generator->control, reply, problem);
}

/* The fields that a plan is made of. */
static int take_plan(const json_t *request, struct open_loop_load *load, char *problem)
{
    json_int_t seed;
    const char *arrivals = json_string_value(json_object_get(request, "arrivals"));
    size_t kind = 0;
    while (kind < LOAD_ARRIVALS && !(arrivals && strcmp(arrivals, load_arrivals[kind]) == 0))
        kind++;
    if (kind == LOAD_ARRIVALS)
        return problem_say(problem, -EINVAL, "\"arrivals\" has to be constant, poisson or endless");
    load->arrivals = (enum arrivals_kind)kind;
    load->rate_per_s = json_number_value(json_object_get(request, "rate"));
    if (!(load->rate_per_s > 0.0 && load->rate_per_s <= OPEN_LOOP_RATE_MAX))
        return problem_say(problem, -EINVAL, "\"rate\" has to be a number above 0, at most %.0f",
                           OPEN_LOOP_RATE_MAX);
    int r = take_integer(request, "seed", 0, INT64_MAX, &seed, problem);
    load->seed = r == 0 ? (uint64_t)seed : 0;
    return r;
}

static int do_rate(struct generator *generator, const json_t *request, json_t **reply,
                   char *problem)
{
    json_int_t conns, bytes;
    struct target target;
    struct open_loop_load load = {.pinned = generator->pinned};
    int r = take_target(generator, request, &target, problem);
    if (r == 0)
        r = take_plan(request, &load, problem);
    if (r == 0)
        r = take_count(request, "conns", OPEN_LOOP_CONNS_MAX, &conns, problem);
    if (r == 0)
        r = take_count(request, "bytes", EXCHANGE_BYTES_MAX, &bytes, problem);
    if (r == 0)
        r = take_limit(request, &load.limit_s, problem);
    if (r < 0)
        return r;
    load.conns = (unsigned)conns;
    load.bytes = (unsigned)bytes;
    return open_loop_run(&target, &load, &generator->control, reply, problem);
}

static int do_echo(struct generator *generator, const json_t *request, json_t **reply,
                   char *problem)
{
    json_int_t active, bytes, pipeline;
    struct echo_load_shape shape = {.pinned = generator->pinned};
    if (generator->connections.count == 0)
        return problem_say(problem, -EINVAL, "there are no connections to talk on; fill first");
    int r =
        take_count(request, "active", (json_int_t)generator->connections.count, &active, problem);
    if (r == 0)
        r = take_count(request, "bytes", ECHO_BYTES_MAX, &bytes, problem);
    if (r == 0)
        r = take_count(request, "pipeline", ECHO_PIPELINE_MAX, &pipeline, problem);
    if (r == 0 && active * pipeline > ECHO_UNDER_WAY_MAX)
        r = problem_say(problem, -EINVAL, "more than %u messages would be under way",
                        ECHO_UNDER_WAY_MAX);
    if (r == 0)
        r = take_limit(request, &shape.limit_s, problem);
    if (r < 0)
        return r;
    shape.active = (unsigned)active;
    shape.bytes = (unsigned)bytes;
    shape.pipeline = (unsigned)pipeline;
    return echo_load_run(&generator->connections, &shape, &generator->control, reply, problem);
}

static int do_mark(struct generator *generator, const json_t *request, json_t **reply,
                   char *problem)
{
    (void)generator, (void)request, (void)problem;
    *reply = json_pack("{s:b}", "ok", 1);
    return 1;
}

static int do_stop(struct generator *generator, const json_t *request, json_t **reply,
                   char *problem)
{
    (void)request, (void)problem;
    struct load_report report = {
        .begin = generator->idle_begin,
        .end = generator->idle_end,
        .waited = true,
        .pinned = generator->pinned,
        .source_addresses = generator->sources.count,
        .connections = generator->connections.count,
    };
    *reply = load_report_reply(&report);
    return 1;
}

static int do_quit(struct generator *generator, const json_t *request, json_t **reply,
                   char *problem)
{
    (void)generator, (void)request, (void)reply, (void)problem;
    return 0;
}

static const struct command {
    const char *name;
    command_function *run;
} commands[] = {
    {"fill", do_fill},     {"hold", do_hold}, {"drop", do_drop}, {"release", do_release},
    {"steady", do_steady}, {"rate", do_rate}, {"echo", do_echo}, {"mark", do_mark},
    {"stop", do_stop},     {"quit", do_quit},
};

static int run_command(struct generator *generator, const json_t *request, json_t **reply,
                       char *problem)
{
    const char *name = json_string_value(json_object_get(request, "do"));
    for (size_t i = 0; name && i < sizeof commands / sizeof commands[0]; i++)
        if (strcmp(commands[i].name, name) == 0)
            return commands[i].run(generator, request, reply, problem);
    return problem_say(
        problem, -EINVAL,
        "\"do\" has to be fill, hold, drop, release, steady, rate, echo, mark, stop or quit");
}

/* Until the channel ends: 0, or -errno with a sentence. */
static int serve(struct generator *generator, char *problem)
{
    for (;;) {
        json_t *request = NULL, *reply = NULL;
        generator->idle_begin = load_clock_now();
        int r = control_receive(&generator->control, UINT64_MAX, &request, problem);
        generator->idle_end = load_clock_now();
        if (r > 0)
            r = run_command(generator, request, &reply, problem);
        else if (r < 0 && r != -EPROTO)
            return r;
        json_decref(request);
        if (r == 0)
            return 0;
        r = control_send(&generator->control, r < 0 ? control_refusal(problem) : reply);
        if (r < 0)
            return r == -EPIPE ? 0
                               : problem_say(problem, r, "answering a command: %s", strerror(-r));
    }
}

/* The generator needs one descriptor per connection; the soft limit is often far below the hard
 * one. */
static void raise_file_limit(void)
{
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur < files.rlim_max) {
        files.rlim_cur = files.rlim_max;
        setrlimit(RLIMIT_NOFILE, &files); /* refused: the load will say what it lacks */
    }
}

/* Lets the kernel make its table of our descriptors large enough now: when it grows while there are
 * two threads, Linux waits for every CPU to have passed by (synchronize_rcu() in expand_fdtable()),
 * 15 to 20 ms at 64, 128, 256, 512 and so on. */
static void reserve_files(int control_fd)
{
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) < 0)
        return;
    rlim_t last = files.rlim_cur < RESERVED_FILES ? files.rlim_cur - 1 : RESERVED_FILES - 1;
    int fd = fcntl(control_fd, F_DUPFD_CLOEXEC, (int)last);
    if (fd >= 0)
        close(fd); /* otherwise it grows later, and slowly */
}

int generator_main(int control_fd, int cpu, int helper_cpu)
{
    static char problem[PROBLEM_BYTES];
    struct generator generator = {.pinned = cpu >= 0 && placement_pin(cpu) == 0,
                                  .helper_cpu = helper_cpu};
    signal(SIGPIPE, SIG_IGN); /* sending to a server that has ended is an error like others */
    raise_file_limit();
    reserve_files(control_fd);
    source_addresses_probe(&generator.sources);
    int r = control_open(&generator.control, control_fd);
    if (r < 0)
        problem_say(problem, r, "opening the control channel: %s", strerror(-r));
    else
        r = serve(&generator, problem);
    connections_free(&generator.connections);
    helper_close(generator.connections.helper);
    control_close(&generator.control);
    close(control_fd);
    if (r == 0)
        return EXIT_DONE;
    fprintf(stderr, "pollbench generate: %s\n", problem);
    return EXIT_FAILED;
}
