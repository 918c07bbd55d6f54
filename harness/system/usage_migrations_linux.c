/* nr_migrations of /proc/self/task/THREAD/sched (Documentation/scheduler/sched-debug.rst;
 * CONFIG_SCHED_DEBUG, which is always there from Linux 6.15 on): how often the scheduler moved the
 * thread to another CPU. The perf event of the same name would also know threads that have ended,
 * but counts in the kernel, which perf_event_paranoid 2, the usual value, forbids, and makes every
 * context switch dearer. */
#include "harness/system/usage.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Each takes 6 us to read, measured, in which the loop stands still: more would show in a trial. */
enum { THREADS_MAXIMUM = 16 };

static int read_thread(const char *thread, uint64_t *migrations)
{
    char path[64], line[160];
    int r = -ENOTSUP;
    snprintf(path, sizeof path, "/proc/self/task/%.20s/sched", thread);
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return -ENOTSUP;
    while (r == -ENOTSUP && fgets(line, sizeof line, file) != NULL) {
        const char *name = strstr(line, "nr_migrations ");
        const char *colon = name != NULL ? strchr(name, ':') : NULL;
        if (colon != NULL && sscanf(colon, ": %" SCNu64, migrations) == 1)
            r = 0;
    }
    fclose(file);
    return r;
}

int usage_migrations(uint64_t *migrations, unsigned *threads)
{
    DIR *tasks = opendir("/proc/self/task");
    int r = tasks != NULL ? 0 : -ENOTSUP;
    const struct dirent *entry;
    *migrations = 0;
    *threads = 0;
    while (r == 0 && (entry = readdir(tasks)) != NULL) {
        uint64_t count;
        if (entry->d_name[0] == '.')
            continue;
        if (*threads == THREADS_MAXIMUM) {
            r = -ENOTSUP;
            break;
        }
        r = read_thread(entry->d_name, &count);
        if (r == 0) {
            *migrations += count;
            ++*threads;
        }
    }
    if (tasks != NULL)
        closedir(tasks);
    return r;
}
