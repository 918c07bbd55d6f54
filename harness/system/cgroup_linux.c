/* cgroups(7). /proc/self/cgroup has a line for each hierarchy, "NUMBER:CONTROLLERS:PATH": version 2
 * has the number 0 and no controllers. Where they are mounted is a convention that every
 * distribution keeps. Within a container PATH may be one of the host that is not there: then the
 * mount itself is the container's own group. */
#include "harness/system/cgroup.h"

#include "harness/base/text_file.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { PATH_BYTES = 4096, TEXT_BYTES = 4096 };

/* What is taken from one group, of any version: files that are missing say nothing. */
typedef void take_function(const char *folder, void *context);

static bool has_word(const char *list, size_t length, const char *word)
{
    size_t size = strlen(word);
    for (const char *at = list; at < list + length; at += strcspn(at, ",:") + 1) {
        if (strncmp(at, word, size) == 0 && (at[size] == ',' || at[size] == ':'))
            return true;
    }
    return false;
}

/* The path of this process's group; of version 2 with an empty controller. */
static bool find_path(const char *text, const char *controller, char *path)
{
    for (const char *line = text; line != NULL && *line != '\0';) {
        const char *end = strchr(line, '\n');
        const char *list = strchr(line, ':'), *last = list != NULL ? strchr(list + 1, ':') : NULL;
        size_t bytes = end != NULL ? (size_t)(end - line) : strlen(line);
        if (last != NULL && last < line + bytes) {
            bool mine = controller[0] == '\0'
                            ? strncmp(line, "0::", 3) == 0
                            : has_word(list + 1, (size_t)(last - list), controller);
            if (mine) {
                snprintf(path, PATH_BYTES, "%.*s", (int)(line + bytes - last - 1), last + 1);
                return true;
            }
        }
        line = end != NULL ? end + 1 : NULL;
    }
    return false;
}

/* From the group up to the mount. */
static void walk(const char *mount, char *path, take_function *take, void *context)
{
    char folder[2 * PATH_BYTES];
    for (;;) {
        snprintf(folder, sizeof folder, "%s%s", mount, strcmp(path, "/") == 0 ? "" : path);
        take(folder, context);
        char *last = strrchr(path, '/');
        if (last == NULL || path[1] == '\0')
            return;
        last[last == path] = '\0';
    }
}

/* How many hierarchies were found. */
static int walk_all(const char *root, const char *controller, take_function *take, void *context)
{
    static const char *const mounts[][2] = {
        {"/sys/fs/cgroup", ""},
        {"/sys/fs/cgroup/unified", ""},
        {"/sys/fs/cgroup/cpu", "cpu"},
        {"/sys/fs/cgroup/cpu,cpuacct", "cpu"},
        {"/sys/fs/cgroup/memory", "memory"},
    };
    char file[PATH_BYTES], text[TEXT_BYTES], path[PATH_BYTES];
    int found = 0;
    snprintf(file, sizeof file, "%s/proc/self/cgroup", root);
    if (text_file_read(file, text, sizeof text) < 0)
        return 0;
    for (size_t i = 0; i < sizeof mounts / sizeof mounts[0]; i++) {
        const char *of = mounts[i][1];
        char mount[PATH_BYTES], sign[2 * PATH_BYTES], unused[16];
        snprintf(mount, sizeof mount, "%s%s", root, mounts[i][0]);
        snprintf(sign, sizeof sign, "%s/%s", mount,
                 of[0] == '\0' ? "cgroup.controllers" : "cgroup.procs");
        if ((of[0] != '\0' && strcmp(of, controller) != 0) || !find_path(text, of, path) ||
            text_file_read(sign, unused, sizeof unused) < 0)
            continue;
        walk(mount, path, take, context);
        found++;
        /* The second name of version 1 is often a link to the first. */
        if (of[0] != '\0')
            break;
    }
    return found;
}

static int read_in(const char *folder, const char *name, char *text, size_t size)
{
    char path[3 * PATH_BYTES];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return text_file_read(path, text, size);
}

static void tighten(double *limit, double value)
{
    if (value > 0 && (*limit == 0 || value < *limit))
        *limit = value;
}

static void take_quota(const char *folder, void *context)
{
    struct cgroup_limits *limits = context;
    char text[64], other[64];
    double quota, period;
    if (read_in(folder, "cpu.max", text, sizeof text) > 0 &&
        sscanf(text, "%lf %lf", &quota, &period) == 2 && period > 0)
        tighten(&limits->cpus, quota / period);
    if (read_in(folder, "cpu.cfs_quota_us", text, sizeof text) > 0 &&
        read_in(folder, "cpu.cfs_period_us", other, sizeof other) > 0 &&
        sscanf(text, "%lf", &quota) == 1 && sscanf(other, "%lf", &period) == 1 && period > 0)
        tighten(&limits->cpus, quota / period);
}

/* Version 1 writes "no limit" as the largest number of pages. */
#define NO_MEMORY_LIMIT (UINT64_C(1) << 62)

static void take_memory(const char *folder, void *context)
{
    static const char *const names[] = {"memory.max", "memory.limit_in_bytes"};
    struct cgroup_limits *limits = context;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char text[64];
        uint64_t bytes;
        if (read_in(folder, names[i], text, sizeof text) > 0 &&
            sscanf(text, "%" SCNu64, &bytes) == 1 && bytes > 0 && bytes < NO_MEMORY_LIMIT &&
            (limits->memory_bytes == 0 || bytes < limits->memory_bytes))
            limits->memory_bytes = bytes;
    }
}

static void take_throttled(const char *folder, void *context)
{
    char text[1024];
    uint64_t periods;
    const char *line;
    if (read_in(folder, "cpu.stat", text, sizeof text) > 0 &&
        (line = strstr(text, "nr_throttled ")) != NULL &&
        sscanf(line, "nr_throttled %" SCNu64, &periods) == 1)
        *(uint64_t *)context += periods;
}

int cgroup_limits(const char *root, struct cgroup_limits *limits)
{
    *limits = (struct cgroup_limits){0};
    int found = walk_all(root, "cpu", take_quota, limits);
    found += walk_all(root, "memory", take_memory, limits);
    return found > 0 ? 0 : -ENOTSUP;
}

int cgroup_throttled(const char *root, uint64_t *periods)
{
    *periods = 0;
    return walk_all(root, "cpu", take_throttled, periods) > 0 ? 0 : -ENOTSUP;
}
