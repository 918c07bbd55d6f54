/* echo: the parameters that a cell has, and the metrics that come of a trial. */
#include "harness/workloads/echo_cell.h"

#include "backends/buffer_pool.h"
#include "harness/generator/echo_load.h"

#include <string.h>

/* Bytes under way on all connections at most: the kernel keeps them in memory. */
#define BYTES_UNDER_WAY_MAX (256u << 20)

const struct parameter echo_parameters[] = {
    {
        .name = "connections",
        .unit = "",
        .help = "connections that the server holds",
        .kind = PARAMETER_INTEGER,
        .minimum = 1,
        .maximum = ECHO_CONNECTIONS_MAX,
        .fallback = "64",
        .modes = "closed",
    },
    {
        .name = "active",
        .unit = "",
        .help = "connections that talk, the others are idle; 0: all of them",
        .kind = PARAMETER_INTEGER,
        .minimum = 0,
        .maximum = ECHO_CONNECTIONS_MAX,
        .fallback = "0",
        .modes = "closed",
    },
    {
        .name = "bytes",
        .unit = "bytes",
        .help = "size of a message",
        .kind = PARAMETER_INTEGER,
        .minimum = 1,
        .maximum = ECHO_BYTES_MAX,
        .fallback = "64",
        .modes = "closed",
    },
    {
        .name = "pipeline",
        .unit = "",
        .help = "messages under way on each talking connection",
        .kind = PARAMETER_INTEGER,
        .minimum = 1,
        .maximum = ECHO_PIPELINE_MAX,
        .fallback = "1",
        .modes = "closed",
    },
    {
        .name = "transport",
        .unit = "",
        .help = "sockets: TCP over loopback, or unix",
        .kind = PARAMETER_CHOICE,
        .choices = "tcp,unix",
        .fallback = "tcp",
        .modes = "closed",
    },
    {
        .name = "seconds",
        .unit = "s",
        .help = "length of the measured window",
        .kind = PARAMETER_DECIMAL,
        .minimum = 0.01,
        .maximum = 600,
        .fallback = "1",
        .modes = "closed",
    },
    {
        .name = "buffers",
        .unit = "",
        .help = "receive buffers in all: a power of two",
        .kind = PARAMETER_INTEGER,
        .minimum = 1,
        .maximum = BUFFER_POOL_COUNT_MAX,
        .fallback = "256",
        .modes = "closed",
        .optional = true,
    },
    {
        .name = "buffer_bytes",
        .unit = "bytes",
        .help = "size of each receive buffer",
        .kind = PARAMETER_INTEGER,
        .minimum = 1,
        .maximum = BUFFER_POOL_SIZE_MAX,
        .fallback = "16384",
        .modes = "closed",
        .optional = true,
    },
    {
        .name = "direct_descriptors",
        .unit = "",
        .help = "slots in the file table of io_uring:+direct",
        .kind = PARAMETER_INTEGER,
        .minimum = 1,
        .maximum = 1000000,
        .fallback = "16384",
        .modes = "closed",
        .optional = true,
    },
    {.name = NULL},
};

const struct metric echo_metrics[] = {
    {
        .name = "server_cpu_ns_per_message",
        .unit = "ns",
        .help = "CPU time of the server's process, user and system, per message",
        .lower_is_better = true,
        .main = true,
        .modes = "closed",
    },
    {
        .name = "messages_per_s",
        .unit = "1/s",
        .help = "messages sent back per second",
        .generator_dependent = true,
        .modes = "closed",
    },
    {
        .name = "message_latency_ns",
        .unit = "ns",
        .help = "from the moment at which a message may be sent until it is back, closed loop",
        .lower_is_better = true,
        .generator_dependent = true,
        .modes = "closed",
    },
    {.name = NULL},
};

unsigned echo_connections(const struct named_values *params)
{
    return (unsigned)parameter_integer(params, "connections");
}

unsigned echo_active(const struct named_values *params)
{
    unsigned active = (unsigned)parameter_integer(params, "active");
    return active > 0 ? active : echo_connections(params);
}

bool echo_is_unix(const struct named_values *params)
{
    return strcmp(parameter_choice(params, "transport"), "unix") == 0;
}

const char *echo_impossible(const struct named_values *params)
{
    uint64_t messages = echo_active(params) * parameter_integer(params, "pipeline");
    unsigned buffers = parameter_or(params, "buffers", 1);
    if (echo_active(params) > echo_connections(params))
        return "more connections would talk (active) than there are (connections); set fewer "
               "active ones or more connections";
    if (messages > ECHO_UNDER_WAY_MAX)
        return "more than a million messages would be under way; set a smaller pipeline or fewer "
               "active connections";
    if (messages * parameter_integer(params, "bytes") > BYTES_UNDER_WAY_MAX)
        return "more than 256 MiB would be under way, which the kernel has to keep; set fewer "
               "bytes, a smaller pipeline or fewer active connections";
    if ((buffers & (buffers - 1)) != 0)
        return "the number of buffers has to be a power of two, because io_uring's buffer ring "
               "takes no other; the same number holds for every subject";
    return NULL;
}
