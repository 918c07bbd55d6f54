#include "harness/workloads/server_problem.h"

#include "harness/base/problem.h"

#include <errno.h>
#include <string.h>
#include <sys/resource.h>

int server_problem(const char *subject, const char *what, int r, char *problem)
{
    struct rlimit files = {0};
    switch (-r) {
    case EMFILE:
        getrlimit(RLIMIT_NOFILE, &files);
        return problem_say(problem, r,
                           "%s: %s: the limit of %llu open files is too low for this cell; raise "
                           "it (ulimit -n) or ask for fewer connections",
                           subject, what, (unsigned long long)files.rlim_cur);
    case ECONNRESET:
        return problem_say(problem, r, "%s: %s: a connection ended; has the generator ended?",
                           subject, what);
    case ENOMEM:
    case ENOBUFS:
        return problem_say(problem, r, "%s: %s: out of memory; ask for fewer connections", subject,
                           what);
    default:
        return problem_say(problem, r, "%s: %s: %s", subject, what, strerror(-r));
    }
}
