/* `pollbench hello`: a small HTTP server on any backend, for a browser, curl or a load generator.
 *
 * The server is a library of its own (server.h). Here is what people see of it: options, sentences
 * and exit status. */
#include "harness/hello/hello.h"

#include "harness/base/problem.h"
#include "harness/hello/options.h"
#include "harness/hello/parser.h"
#include "harness/hello/server.h"
#include "harness/hello/signals.h"
#include "harness/system/limits.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

static int fail(const char *problem)
{
    fprintf(stderr, "pollbench hello: %s\n", problem);
    return EXIT_FAILED;
}

static void on_accept_failure(int error)
{
    fprintf(stderr,
            "pollbench hello: accepting a connection failed: %s; it is tried again, and further "
            "failures are only counted\n",
            strerror(-error));
}

/* ---- what it says ---- */

/* 0, or -errno when standard output cannot be written. NULL: there was no memory for the object. */
static int print_json(json_t *object)
{
    if (object == NULL)
        return -ENOMEM;
    int r = json_dumpf(object, stdout, JSON_COMPACT);
    json_decref(object);
    return r < 0 || putchar('\n') < 0 || fflush(stdout) < 0 ? -EIO : 0;
}

static int say_address(const struct hello_options *options, const struct hello_server *server)
{
    union hello_address address;
    socklen_t bytes = sizeof address;
    char host[INET6_ADDRSTRLEN];
    int r = hello_server_address(server, &address.any, &bytes);
    if (r < 0)
        return r;
    bool six = address.any.sa_family == AF_INET6;
    const void *number = six ? (void *)&address.six.sin6_addr : (void *)&address.four.sin_addr;
    unsigned port = ntohs(six ? address.six.sin6_port : address.four.sin_port);
    inet_ntop(address.any.sa_family, number, host, sizeof host);
    const char *backend = options->subject->name;
    if (options->json)
        return print_json(json_pack("{s:s, s:s, s:s, s:i, s:s}", "backend", backend, "tier",
                                    backend_tier_name(options->subject->tier), "host", host, "port",
                                    (int)port, "parser", hello_parser_library()));
    printf(six ? "listening on http://[%s]:%u/ with %s\n" : "listening on http://%s:%u/ with %s\n",
           host, port, backend);
    return fflush(stdout) < 0 ? -EIO : 0;
}

static int say_counts(const struct hello_options *options, const struct hello_counts *counts)
{
    const uint64_t *timeouts = counts->timeouts;
    uint64_t slow = timeouts[HELLO_WAIT_REQUEST] + timeouts[HELLO_WAIT_WRITE];
    if (options->json)
        return print_json(json_pack(
            "{s:I, s:I, s:I, s:I, s:{s:I, s:I, s:I}}", "answers", (json_int_t)counts->answers,
            "refusals", (json_int_t)counts->refusals, "connections",
            (json_int_t)counts->connections, "accept_failures", (json_int_t)counts->accept_failures,
            "timeouts", "idle", (json_int_t)timeouts[HELLO_WAIT_IDLE], "request",
            (json_int_t)timeouts[HELLO_WAIT_REQUEST], "write",
            (json_int_t)timeouts[HELLO_WAIT_WRITE]));
    printf("answered %" PRIu64 " requests on %" PRIu64 " connections; %" PRIu64 " refused, %" PRIu64
           " clients too slow, %" PRIu64 " failures to accept\n",
           counts->answers, counts->connections, counts->refusals, slow, counts->accept_failures);
    return fflush(stdout) < 0 ? -EIO : 0;
}

/* ---- serving ---- */

static int open_problem(const struct hello_options *options, enum hello_step step, int error,
                        char *problem)
{
    static const char *const steps[] = {
        [HELLO_STEP_MEMORY] = "allocating the connections",
        [HELLO_STEP_LOOP] = "opening the loop",
        [HELLO_STEP_TIMERS] = "starting the timers",
        [HELLO_STEP_LISTEN] = "listening",
    };
    const char *hint = "";
    if (error == -EADDRINUSE)
        hint = "; another program has this port: name another by --port, or 0 for any";
    else if (error == -EACCES)
        hint = "; ports below 1024 are for root: name another by --port";
    else if (error == -EADDRNOTAVAIL)
        hint = "; no interface of this machine has this address";
    return problem_say(problem, error, "%s with %s (host %s, port %u) failed: %s%s", steps[step],
                       options->subject->name, options->host, options->port, strerror(-error),
                       hint);
}

static void stop(void *server)
{
    hello_server_stop(server);
}

/* Whether the server runs or not, it has to be run once more to close its handles. */
static int run(const struct hello_options *options, struct hello_server *server, char *problem)
{
    int r = hello_signals_begin(stop, server);
    if (r < 0) {
        stop(server);
        hello_server_run(server);
        return problem_say(problem, r, "starting the thread that takes signals failed: %s",
                           strerror(-r));
    }
    int said = say_address(options, server);
    if (said < 0)
        stop(server);
    r = hello_server_run(server);
    hello_signals_end();
    if (r < 0)
        return problem_say(problem, r, "%s failed while it served: %s", options->subject->name,
                           strerror(-r));
    if (said == 0)
        said = say_counts(options, hello_server_counts(server));
    return said < 0 ? problem_say(problem, said, "writing to standard output failed: %s",
                                  strerror(-said))
                    : 0;
}

static int serve(const struct hello_options *options, char *problem)
{
    struct hello_server *server;
    struct hello_setup setup = options->setup;
    enum hello_step step;
    setup.on_accept_failure = on_accept_failure;
    int r = hello_signals_hold();
    if (r < 0)
        return problem_say(problem, r, "holding back signals failed: %s", strerror(-r));
    r = hello_server_open(&server, &setup, &step);
    if (r < 0)
        return open_problem(options, step, r, problem);
    r = run(options, server, problem);
    hello_server_close(server);
    return r;
}

int command_hello(int argc, char **argv)
{
    char problem[PROBLEM_BYTES], reason[REASON_BYTES];
    struct hello_options options;
    uint64_t files;
    uint32_t granted;
    int r = hello_options_parse(&options, argc, argv, problem);
    if (r == OPTIONS_HELP) {
        hello_options_print_help();
        return EXIT_DONE;
    }
    if (r < 0) {
        fprintf(stderr, "pollbench hello: %s\n", problem);
        return EXIT_USAGE;
    }
    if (hello_parser_library() == NULL)
        return fail("it was built without an HTTP parser; install llhttp or http-parser (Debian: "
                    "libhttp-parser-dev) and build it again");
    if (options.subject->available(options.subject, reason, &granted) < 0)
        return fail(reason);
    limits_raise_files(&files);
    return serve(&options, problem) < 0 ? fail(problem) : EXIT_DONE;
}
