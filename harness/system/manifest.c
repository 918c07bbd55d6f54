#include "harness/system/manifest.h"

#include "harness/system/manifest_system.h"
#include "harness/system/placement.h"

#include "pollbench_build.h" /* written by the build: build_info.cmake */

#include <stdio.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#ifdef __clang__
#define COMPILER "clang " __clang_version__
#else
#define COMPILER "gcc " __VERSION__
#endif

#define MOST_ALLOWED_CPUS 1024

json_t *manifest_text(const char *text)
{
    json_t *string = text == NULL || text[0] == '\0' ? NULL : json_string(text);
    return string == NULL ? json_null() : string;
}

static json_t *positive_or_null(long value)
{
    return value > 0 ? json_integer(value) : json_null();
}

static json_t *date(void)
{
    time_t now = time(NULL);
    struct tm utc;
    char text[sizeof("2000-01-01T00:00:00Z")];
    if (gmtime_r(&now, &utc) == NULL ||
        strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &utc) == 0)
        return json_null();
    return json_string(text);
}

static void add_kernel(json_t *manifest)
{
    struct utsname names;
    char kernel[sizeof(names.sysname) + sizeof(names.release) + 1] = "";
    if (uname(&names) < 0)
        names = (struct utsname){0};
    else
        snprintf(kernel, sizeof(kernel), "%s %s", names.sysname, names.release);
    json_object_set_new(manifest, "kernel", manifest_text(kernel));
    json_object_set_new(manifest, "kernel_build", manifest_text(names.version));
    json_object_set_new(manifest, "machine", manifest_text(names.machine));
}

static json_t *allowed_cpus(void)
{
    int cpus[MOST_ALLOWED_CPUS];
    int count = placement_allowed_cpus(cpus, MOST_ALLOWED_CPUS);
    if (count <= 0 || count > MOST_ALLOWED_CPUS)
        return json_null();
    json_t *list = json_array();
    for (int i = 0; i < count; i++)
        json_array_append_new(list, json_integer(cpus[i]));
    return list;
}

static json_t *limit_value(rlim_t value)
{
    return value == RLIM_INFINITY ? json_string("unlimited") : json_integer((json_int_t)value);
}

static json_t *limit(int resource)
{
    struct rlimit range;
    if (getrlimit(resource, &range) != 0)
        return json_null();
    return json_pack("{s:o, s:o}", "soft", limit_value(range.rlim_cur), "hard",
                     limit_value(range.rlim_max));
}

static json_t *limits(void)
{
    return json_pack("{s:o, s:o, s:o}", "nofile", limit(RLIMIT_NOFILE), "memlock",
                     limit(RLIMIT_MEMLOCK), "nproc", limit(RLIMIT_NPROC));
}

static json_t *libraries(void)
{
    return json_pack("{s:o, s:o}", "libc", manifest_text(manifest_libc()), "jansson",
                     manifest_text(jansson_version_str()));
}

static void add_build(json_t *manifest)
{
    json_object_set_new(manifest, "commit", manifest_text(POLLBENCH_BUILD_COMMIT));
    json_object_set_new(manifest, "compiler", manifest_text(COMPILER));
    json_object_set_new(manifest, "build_type", manifest_text(POLLBENCH_BUILD_TYPE));
    json_object_set_new(manifest, "flags", manifest_text(POLLBENCH_BUILD_FLAGS));
}

json_t *manifest_collect(void)
{
    json_t *manifest = json_object();
    if (manifest == NULL)
        return NULL;
    json_object_set_new(manifest, "date", date());
    add_kernel(manifest);
    json_object_set_new(manifest, "cpus", positive_or_null(sysconf(_SC_NPROCESSORS_ONLN)));
    json_object_set_new(manifest, "allowed_cpus", allowed_cpus());
    json_object_set_new(manifest, "user_hz", positive_or_null(sysconf(_SC_CLK_TCK)));
    manifest_add_system(manifest);
    json_object_set_new(manifest, "limits", limits());
    json_object_set_new(manifest, "libraries", libraries());
    add_build(manifest);
    return manifest;
}
