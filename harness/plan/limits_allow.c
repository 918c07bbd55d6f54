#include "harness/plan/limits_allow.h"

#include "harness/base/problem.h"

#include <errno.h>
#include <inttypes.h>

static bool files_fit(uint64_t limit, uint64_t needed, const char *process, char *problem)
{
    if (needed <= limit)
        return true;
    problem_say(problem, -EMFILE,
                "the %s needs %" PRIu64 " open files, and the hard limit of open files "
                "(RLIMIT_NOFILE) is %" PRIu64 "; raise it: ulimit -Hn %" PRIu64
                " as root, or LimitNOFILE= of the service",
                process, needed, limit, needed);
    return false;
}

bool limits_allow(const struct limits *limits, const struct cell_needs *needs, char *problem)
{
    if (needs->impossible != NULL) {
        problem_say(problem, -EINVAL, "%s", needs->impossible);
        return false;
    }
    if (!files_fit(limits->files, needs->server_files, "server", problem) ||
        !files_fit(limits->files, needs->generator_files, "generator", problem))
        return false;
    if (needs->backlog <= limits->backlog)
        return true;
    const char *parameter = needs->backlog_parameter;
    problem_say(problem, -ENOBUFS,
                "the listen queue needs room for %" PRIu64 " connections, and %s is %" PRIu64
                "; raise it: sysctl -w %s=%" PRIu64 "%s%s",
                needs->backlog, limits->backlog_name, limits->backlog, limits->backlog_name,
                needs->backlog, parameter != NULL ? ", or set a smaller " : "",
                parameter != NULL ? parameter : "");
    return false;
}
