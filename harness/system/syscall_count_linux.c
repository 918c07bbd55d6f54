/* perf_event_open(2) on a tracepoint, in counting mode.
 * - The tracepoint's number is in tracefs, which only root may enter unless mounted otherwise.
 * - The probe is attached by open, not by enable: from there on every call of all is slower.
 * - PERF_EVENT_IOC_RESET spares what ended threads have counted: a window is a difference instead.
 * - exclude_kernel would exclude everything: the tracepoint fires in the kernel. */
#include "harness/system/syscall_count.h"

#include "harness/system/tracepoint_linux.h"

#include <dirent.h>
#include <errno.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Of the calls that open a window and close it, the closing ioctl alone is counted: it enters while
 * counting is on. The opening one entered before it was on; both read() are outside. */
#define OWN_CALLS 1

static const char *const tracefs_roots[] = {"/sys/kernel/tracing", "/sys/kernel/debug/tracing",
                                            NULL};

static int count_threads(void)
{
    DIR *folder = opendir("/proc/self/task");
    if (folder == NULL)
        return -errno;
    int threads = 0;
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;)
        threads += entry->d_name[0] != '.';
    closedir(folder);
    return threads;
}

static int explain_refusal(int error, char *problem)
{
    const char *what = "system calls cannot be counted: perf_event_open on raw_syscalls:sys_enter";
    if (error == EACCES || error == EPERM)
        snprintf(
            problem, SYSCALL_COUNT_PROBLEM_BYTES,
            "%s: %s; run as root, or with CAP_PERFMON, or set kernel.perf_event_paranoid to 1 or "
            "less; in a container, its seccomp profile must allow the call too",
            what, strerror(error));
    else if (error == ENOSYS)
        snprintf(problem, SYSCALL_COUNT_PROBLEM_BYTES,
                 "%s: the kernel was built without CONFIG_PERF_EVENTS", what);
    else
        snprintf(problem, SYSCALL_COUNT_PROBLEM_BYTES, "%s: %s", what, strerror(error));
    return -error;
}

int syscall_count_open(struct syscall_count *self, char *problem)
{
    self->fd = -1;
    int threads = count_threads();
    if (threads > 1) {
        snprintf(problem, SYSCALL_COUNT_PROBLEM_BYTES,
                 "system calls cannot be counted: %d threads run already, and only those started "
                 "later would be; open the counter first",
                 threads);
        return -EBUSY;
    }
    uint64_t id;
    int result = tracepoint_id(tracefs_roots, "raw_syscalls", "sys_enter", &id, problem);
    if (result < 0)
        return result;

    struct perf_event_attr attributes = {
        .type = PERF_TYPE_TRACEPOINT,
        .size = sizeof(attributes),
        .config = id,
        .disabled = 1,
        .inherit = 1,
    };
    const int this_thread = 0, any_cpu = -1, no_group = -1;
    self->fd = (int)syscall(SYS_perf_event_open, &attributes, this_thread, any_cpu, no_group,
                            PERF_FLAG_FD_CLOEXEC);
    return self->fd < 0 ? explain_refusal(errno, problem) : 0;
}

static int read_total(const struct syscall_count *self, uint64_t *total)
{
    ssize_t bytes = read(self->fd, total, sizeof(*total));
    if (bytes < 0)
        return -errno;
    return bytes == sizeof(*total) ? 0 : -EIO;
}

int syscall_count_begin(struct syscall_count *self)
{
    int result = read_total(self, &self->start);
    if (result < 0)
        return result;
    return ioctl(self->fd, PERF_EVENT_IOC_ENABLE, 0) == 0 ? 0 : -errno;
}

int syscall_count_end(struct syscall_count *self, uint64_t *count)
{
    if (ioctl(self->fd, PERF_EVENT_IOC_DISABLE, 0) != 0)
        return -errno;
    uint64_t total;
    int result = read_total(self, &total);
    if (result < 0)
        return result;
    *count = total - self->start - OWN_CALLS;
    return 0;
}

void syscall_count_close(struct syscall_count *self)
{
    if (self->fd >= 0)
        close(self->fd);
    self->fd = -1;
}
