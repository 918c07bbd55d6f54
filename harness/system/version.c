#include "harness/system/version.h"

#include "pollbench_build.h" /* written by the build: build_info.cmake */

static const char *or_otherwise(const char *text, const char *otherwise)
{
    return *text != '\0' ? text : otherwise;
}

void version_print(FILE *out)
{
    fprintf(out, "pollbench %s\n", POLLBENCH_BUILD_VERSION);
    fprintf(out, "commit    %s\n", or_otherwise(POLLBENCH_BUILD_COMMIT, "unknown"));
    fprintf(out, "compiler  %s, %s\n", BUILD_COMPILER,
            or_otherwise(POLLBENCH_BUILD_TYPE, "no type"));
    fprintf(out, "liburing  %s\n", or_otherwise(POLLBENCH_BUILD_LIBURING, "not built in"));
    fprintf(out, "libuv     %s\n", or_otherwise(POLLBENCH_BUILD_LIBUV, "not built in"));
    fprintf(out, "libevent  %s\n", or_otherwise(POLLBENCH_BUILD_LIBEVENT, "not built in"));
    fprintf(out, "libev     %s\n", or_otherwise(POLLBENCH_BUILD_LIBEV, "not built in"));
}
