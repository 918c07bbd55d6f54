#include "harness/workloads/accept_cell.h"

#include <string.h>

static const char *backlog_parameter(const char *mode)
{
    if (strcmp(mode, "drain") == 0)
        return "queue";
    return strcmp(mode, "rate") == 0 ? "conns_max" : "conns";
}

unsigned accept_backlog(const char *mode, const struct named_values *params)
{
    unsigned conns = (unsigned)parameter_integer(params, backlog_parameter(mode));
    if (strcmp(mode, "drain") == 0)
        return conns;
    return conns > STEADY_BACKLOG_MIN ? conns : STEADY_BACKLOG_MIN;
}

const char *accept_backlog_parameter(const char *mode, const struct named_values *params)
{
    const char *name = backlog_parameter(mode);
    return accept_backlog(mode, params) == parameter_integer(params, name) ? name : NULL;
}

/* For `rate` twice the connections that are under way: the client may have ended as many that the
 * server has not yet seen the end of, and have begun others in their place. */
unsigned accept_capacity(const char *mode, const struct named_values *params)
{
    unsigned held = accept_backlog(mode, params);
    if (strcmp(mode, "rate") == 0)
        held *= 2;
    return (unsigned)parameter_integer(params, "idle") + held;
}

struct backend_config accept_config(const struct named_values *params)
{
    struct backend_config config = backend_default_config();
    config.buffer_count = parameter_or(params, "buffers", config.buffer_count);
    config.buffer_size = parameter_or(params, "buffer_bytes", config.buffer_size);
    config.queue_depth = parameter_or(params, "submissions", config.queue_depth);
    config.completion_depth = parameter_or(params, "completions", config.completion_depth);
    config.direct_count = parameter_or(params, "direct_descriptors", config.direct_count);
    return config;
}

bool accept_has_share(const struct named_values *params)
{
    return named_values_find(params, "", "share") != NULL;
}
