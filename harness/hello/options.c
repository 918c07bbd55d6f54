/* The command line of `pollbench hello`, and its --help. */
#include "harness/hello/options.h"

#include "harness/base/nearest.h"
#include "harness/base/numbers.h"
#include "harness/base/problem.h"

#include "backends/clock.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#define LONGEST_WAIT_S 86400.0

/* ---- one option each ---- */

static int take_backend(void *target, const char *name, char *problem)
{
    struct nearest nearest;
    size_t count;
    const struct backend_variant *all = backend_variants(&count);
    nearest_begin(&nearest, name);
    for (size_t i = 0; i < count; i++) {
        if (all[i].tier != TIER_NONE)
            nearest_consider(&nearest, all[i].name);
    }
    const struct backend_variant *variant = backend_find(name);
    if (variant == NULL)
        return nearest_unknown(&nearest, "backend", "pollbench list", problem);
    if (variant->tier == TIER_NONE)
        return problem_say(problem, -EINVAL,
                           "%s does not use the kernel, so it can serve nobody; name another "
                           "backend, such as \"poll\"",
                           name);
    ((struct hello_options *)target)->subject = subject_find(name);
    return 0;
}

static int take_host(void *target, const char *value, char *problem)
{
    (void)problem;
    ((struct hello_options *)target)->host = value;
    return 0;
}

static int take_port(void *target, const char *value, char *problem)
{
    uint64_t port;
    int r = options_integer("--port", value, 0, 65535, &port, problem);
    if (r == 0)
        ((struct hello_options *)target)->port = (unsigned)port;
    return r;
}

static int take_allow_remote(void *target, const char *value, char *problem)
{
    (void)value, (void)problem;
    ((struct hello_options *)target)->allow_remote = true;
    return 0;
}

static int take_connections(void *target, const char *value, char *problem)
{
    uint64_t connections;
    int r = options_integer("--connections", value, 1, 100000, &connections, problem);
    if (r == 0)
        ((struct hello_options *)target)->setup.connections = (unsigned)connections;
    return r;
}

static int take_header_limit(void *target, const char *value, char *problem)
{
    uint64_t bytes;
    int r = options_integer("--header-limit", value, 64, 65536, &bytes, problem);
    if (r == 0)
        ((struct hello_options *)target)->setup.limits.header_bytes = (uint32_t)bytes;
    return r;
}

static int take_body_limit(void *target, const char *value, char *problem)
{
    return options_integer("--body-limit", value, 0, UINT64_C(1) << 40,
                           &((struct hello_options *)target)->setup.limits.body_bytes, problem);
}

static int take_wait(const char *name, const char *value, uint64_t *wait_ns, char *problem)
{
    double seconds;
    if (number_duration(value, 1e-3, LONGEST_WAIT_S, &seconds) < 0)
        return problem_say(
            problem, -EINVAL,
            "%s cannot be \"%s\": it is a time from 1ms to 24h, such as 10 (seconds) or 10s", name,
            value);
    *wait_ns = (uint64_t)(seconds * (double)NS_PER_S);
    return 0;
}

static int take_request_timeout(void *target, const char *value, char *problem)
{
    struct hello_options *options = target;
    return take_wait("--request-timeout", value, &options->setup.waits_ns[HELLO_WAIT_REQUEST],
                     problem);
}

static int take_idle_timeout(void *target, const char *value, char *problem)
{
    struct hello_options *options = target;
    return take_wait("--idle-timeout", value, &options->setup.waits_ns[HELLO_WAIT_IDLE], problem);
}

static int take_write_timeout(void *target, const char *value, char *problem)
{
    struct hello_options *options = target;
    return take_wait("--write-timeout", value, &options->setup.waits_ns[HELLO_WAIT_WRITE], problem);
}

static int take_grace(void *target, const char *value, char *problem)
{
    return take_wait("--grace", value, &((struct hello_options *)target)->setup.grace_ns, problem);
}

static int take_seconds(void *target, const char *value, char *problem)
{
    double seconds;
    if (number_decimal(value, 0.001, LONGEST_WAIT_S, &seconds) < 0)
        return problem_say(problem, -EINVAL,
                           "--seconds cannot be \"%s\": it is a number from 0.001 to 86400", value);
    ((struct hello_options *)target)->setup.run_ns = (uint64_t)(seconds * (double)NS_PER_S);
    return 0;
}

static int take_json(void *target, const char *value, char *problem)
{
    (void)value, (void)problem;
    ((struct hello_options *)target)->json = true;
    return 0;
}

static const struct option_row rows[] = {
    {"--backend", "B", "as in pollbench list; default: the first there is of epoll, kqueue, poll",
     take_backend, false},
    {"--host", "ADDRESS", "where to listen; default: 127.0.0.1", take_host, false},
    {"--port", "N", "0: any that is free; default: 3000", take_port, false},
    {"--allow-remote", NULL,
     "take an address that other machines reach: whoever reaches it can use the server",
     take_allow_remote, false},
    {"--connections", "N", "at once; others wait until one closes; default: 4096", take_connections,
     false},
    {"--header-limit", "BYTES", "of a request line with its header, then 431; default: 8192",
     take_header_limit, false},
    {"--body-limit", "BYTES", "of a body, which is read and ignored, then 413; default: 65536",
     take_body_limit, false},
    {"--request-timeout", "T", "from a request's first byte to its last, then 408; default: 10s",
     take_request_timeout, false},
    {"--idle-timeout", "T", "between requests, then the connection is closed; default: 60s",
     take_idle_timeout, false},
    {"--write-timeout", "T", "for a client to read an answer, then the same; default: 10s",
     take_write_timeout, false},
    {"--grace", "T", "after a signal, to finish what is under way; default: 5s", take_grace, false},
    {"--seconds", "N", "end after so many; default: at SIGINT or SIGTERM", take_seconds, false},
    {"--json", NULL, "what is printed at the start and at the end, as a line of JSON each",
     take_json, false},
    {NULL, NULL, NULL, NULL, false},
};

/* ---- all of them ---- */

/* The first of these that was built for this system. */
static const struct subject *default_subject(void)
{
    static const char *const names[] = {"epoll", "kqueue", "poll"};
    const struct subject *subject = NULL;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        subject = subject_find(names[i]);
        if (subject->variant->ops != NULL && !subject->variant->emulated)
            break;
    }
    return subject;
}

/* Whether it is an address; *loopback: whether only this machine reaches it. */
static bool read_address(struct hello_options *options, bool *loopback)
{
    union hello_address *address = &options->address;
    struct hello_setup *setup = &options->setup;
    const char *host = strcmp(options->host, "localhost") == 0 ? "127.0.0.1" : options->host;
    memset(address, 0, sizeof *address);
    setup->address = &address->any;
    if (inet_pton(AF_INET, host, &address->four.sin_addr) == 1) {
        address->four.sin_family = AF_INET;
        address->four.sin_port = htons((uint16_t)options->port);
        setup->address_bytes = sizeof address->four;
        *loopback = ntohl(address->four.sin_addr.s_addr) >> 24 == 127;
        return true;
    }
    if (inet_pton(AF_INET6, host, &address->six.sin6_addr) == 1) {
        address->six.sin6_family = AF_INET6;
        address->six.sin6_port = htons((uint16_t)options->port);
        setup->address_bytes = sizeof address->six;
        *loopback = IN6_IS_ADDR_LOOPBACK(&address->six.sin6_addr);
        return true;
    }
    return false;
}

static int check_address(struct hello_options *options, char *problem)
{
    bool loopback;
    if (!read_address(options, &loopback))
        return problem_say(problem, -EINVAL,
                           "--host cannot be \"%s\": it is an address, such as 127.0.0.1 or ::1",
                           options->host);
    if (!loopback && !options->allow_remote)
        return problem_say(problem, -EINVAL,
                           "other machines may reach %s, and the server answers whoever reaches "
                           "it; add --allow-remote to allow that",
                           options->host);
    return 0;
}

int hello_options_parse(struct hello_options *options, int argc, char **argv, char *problem)
{
    *options = (struct hello_options){
        .subject = default_subject(),
        .host = "127.0.0.1",
        .port = 3000,
        .setup =
            {
                .connections = 4096,
                .limits = {.header_bytes = 8192, .body_bytes = 65536},
                .waits_ns = {[HELLO_WAIT_IDLE] = 60 * NS_PER_S,
                             [HELLO_WAIT_REQUEST] = 10 * NS_PER_S,
                             [HELLO_WAIT_WRITE] = 10 * NS_PER_S},
                .grace_ns = 5 * NS_PER_S,
                .run_ns = UINT64_MAX,
            },
    };
    int r = options_parse(rows, NULL, options, argc, argv, problem);
    if (r != OPTIONS_DONE)
        return r;
    options->setup.variant = options->subject->variant;
    /* For a client to read its last answer. */
    options->setup.waits_ns[HELLO_WAIT_LINGER] = options->setup.waits_ns[HELLO_WAIT_WRITE];
    return check_address(options, problem);
}

void hello_options_print_help(void)
{
    const char *library = hello_parser_library();
    printf("usage: pollbench hello [options]\n\n"
           "Answers every GET with \"Hello World\", over HTTP/1.1 with keep-alive and pipelining, "
           "from one thread\nand one loop. Prints the address when it listens, and what it served "
           "when it ends. A connection\ntakes %zu bytes, whatever its client does; a request takes "
           "none.\nHTTP parser: %s\n\noptions:\n",
           sizeof(struct hello_connection), library != NULL ? library : "none, so it cannot serve");
    options_print(stdout, rows);
}
