#include "harness/system/manifest.h"

#include "harness/system/cgroup.h"
#include "harness/system/manifest_system.h"
#include "harness/system/placement.h"
#include "harness/system/version.h"

#include "pollbench_build.h" /* written by the build: build_info.cmake */

#include <errno.h>
#include <jansson.h> /* for its version alone */
#include <stdio.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

enum { ALLOWED_CPUS_MAX = 1024, CPU_NUMBER_BYTES = 6 };

static int add_date(struct named_values *manifest)
{
    time_t now = time(NULL);
    struct tm utc;
    char text[sizeof "2000-01-01T00:00:00Z"];
    if (gmtime_r(&now, &utc) == NULL ||
        strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc) == 0)
        text[0] = '\0';
    return named_values_add_text(manifest, "", "date", text);
}

static int add_kernel(struct named_values *manifest)
{
    struct utsname names;
    char kernel[sizeof names.sysname + sizeof names.release + 1] = "";
    if (uname(&names) < 0)
        names = (struct utsname){0};
    else
        snprintf(kernel, sizeof kernel, "%s %s", names.sysname, names.release);
    int r = named_values_add_text(manifest, "", "kernel", kernel);
    r |= named_values_add_text(manifest, "", "kernel_build", names.version);
    r |= named_values_add_text(manifest, "", "machine", names.machine);
    return r;
}

static int add_allowed_cpus(struct named_values *manifest)
{
    int cpus[ALLOWED_CPUS_MAX];
    char text[ALLOWED_CPUS_MAX * CPU_NUMBER_BYTES] = "";
    size_t length = 0;
    int count = placement_allowed_cpus(cpus, ALLOWED_CPUS_MAX);
    for (int i = 0; i < count && count <= ALLOWED_CPUS_MAX && length < sizeof text; i++)
        length += (size_t)snprintf(text + length, sizeof text - length, "%s%d", i > 0 ? "," : "",
                                   cpus[i]);
    return named_values_add_text(manifest, "", "allowed_cpus", length < sizeof text ? text : NULL);
}

static int add_limit(struct named_values *manifest, const char *name, bool known, rlim_t value)
{
    if (!known)
        return named_values_add_nothing(manifest, "limits", name);
    return value == RLIM_INFINITY
               ? named_values_add_text(manifest, "limits", name, "unlimited")
               : named_values_add_integer(manifest, "limits", name, (int64_t)value);
}

static int add_limits(struct named_values *manifest)
{
    static const struct {
        const char *soft, *hard;
        int resource;
    } rows[] = {
        {"nofile_soft", "nofile_hard", RLIMIT_NOFILE},
        {"memlock_soft", "memlock_hard", RLIMIT_MEMLOCK},
        {"nproc_soft", "nproc_hard", RLIMIT_NPROC},
    };
    int r = 0;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct rlimit range = {0};
        bool known = getrlimit(rows[i].resource, &range) == 0;
        r |= add_limit(manifest, rows[i].soft, known, range.rlim_cur);
        r |= add_limit(manifest, rows[i].hard, known, range.rlim_max);
    }
    return r;
}

static int add_group_limits(struct named_values *manifest)
{
    struct cgroup_limits limits = {0};
    int r = cgroup_limits("", &limits) == 0 && limits.cpus > 0
                ? named_values_add_real(manifest, "limits", "cpu_quota", limits.cpus)
                : named_values_add_nothing(manifest, "limits", "cpu_quota");
    return r | (limits.memory_bytes > 0
                    ? named_values_add_integer(manifest, "limits", "memory_max_kib",
                                               (int64_t)(limits.memory_bytes / 1024))
                    : named_values_add_nothing(manifest, "limits", "memory_max_kib"));
}

static int add_build(struct named_values *manifest)
{
    int r = named_values_add_text(manifest, "", "commit", POLLBENCH_BUILD_COMMIT);
    r |= named_values_add_text(manifest, "", "compiler", BUILD_COMPILER);
    r |= named_values_add_text(manifest, "", "build_type", POLLBENCH_BUILD_TYPE);
    r |= named_values_add_text(manifest, "", "flags", POLLBENCH_BUILD_FLAGS);
    return r;
}

/* One that was not built in has no version. */
static int add_built_in(struct named_values *manifest)
{
    static const struct {
        const char *name, *version;
    } rows[] = {
        {"liburing", POLLBENCH_BUILD_LIBURING},
        {"libuv", POLLBENCH_BUILD_LIBUV},
        {"libevent", POLLBENCH_BUILD_LIBEVENT},
        {"libev", POLLBENCH_BUILD_LIBEV},
    };
    int r = 0;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        r |= *rows[i].version != '\0'
                 ? named_values_add_text(manifest, "libraries", rows[i].name, rows[i].version)
                 : named_values_add_nothing(manifest, "libraries", rows[i].name);
    return r;
}

/* What trials inherit: above 0, some sleeps may end five times as late. */
static int add_scheduling(struct named_values *manifest)
{
    errno = 0;
    int nice = getpriority(PRIO_PROCESS, 0);
    int r = errno == 0 ? named_values_add_integer(manifest, "", "nice", nice)
                       : named_values_add_nothing(manifest, "", "nice");
    return r | named_values_add_text(manifest, "", "scheduler", manifest_scheduler());
}

/* Each step is 0 or -ENOMEM, so that what they say together is one of these as well. */
int manifest_collect(struct named_values *manifest)
{
    int r = add_date(manifest);
    r |= add_kernel(manifest);
    r |= manifest_add_positive(manifest, "cpus", sysconf(_SC_NPROCESSORS_ONLN));
    r |= add_allowed_cpus(manifest);
    r |= manifest_add_positive(manifest, "user_hz", sysconf(_SC_CLK_TCK));
    r |= add_scheduling(manifest);
    r |= manifest_add_system(manifest);
    r |= add_limits(manifest);
    r |= add_group_limits(manifest);
    r |= named_values_add_text(manifest, "libraries", "libc", manifest_libc());
    r |= named_values_add_text(manifest, "libraries", "jansson", jansson_version_str());
    r |= add_built_in(manifest);
    r |= add_build(manifest);
    return r;
}
