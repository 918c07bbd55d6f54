/* What Linux says of itself: sysfs, /proc, a few calls. */
#include "harness/system/manifest_system.h"

#include "harness/base/text_file.h"
#include "harness/system/virtualization_linux.h"

#include <errno.h>
#include <glob.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#ifdef __GLIBC__
#include <gnu/libc-version.h>
#endif

#define NS_PER_SECOND 1000000000.0

/* What decides how connections queue up, which ports there are, and who may use what. */
static const char *const sysctls[] = {
    "fs.file-max",
    "fs.nr_open",
    "kernel.io_uring_disabled",
    "kernel.perf_event_paranoid",
    "kernel.sched_autogroup_enabled",
    "net.core.busy_poll",
    "net.core.netdev_max_backlog",
    "net.core.somaxconn",
    "net.ipv4.ip_local_port_range",
    "net.ipv4.tcp_abort_on_overflow",
    "net.ipv4.tcp_fin_timeout",
    "net.ipv4.tcp_max_syn_backlog",
    "net.ipv4.tcp_max_tw_buckets",
    "net.ipv4.tcp_syncookies",
    "net.ipv4.tcp_tw_reuse",
};

/* A whole number as a number, anything else as text with its tabs made blanks. */
static int add_sysctl(struct named_values *manifest, const char *name)
{
    char path[256], text[256], *end;
    int offset = snprintf(path, sizeof path, "/proc/sys/");
    snprintf(path + offset, sizeof path - (size_t)offset, "%s", name);
    for (char *letter = path + offset; *letter != '\0'; letter++)
        if (*letter == '.')
            *letter = '/';
    if (text_file_read(path, text, sizeof text) <= 0)
        return named_values_add_nothing(manifest, "sysctl", name);

    errno = 0;
    long long number = strtoll(text, &end, 10);
    if (*end == '\0' && errno == 0)
        return named_values_add_integer(manifest, "sysctl", name, number);
    for (char *letter = text; *letter != '\0'; letter++)
        if (*letter == '\t')
            *letter = ' ';
    return named_values_add_text(manifest, "sysctl", name, text);
}

static int add_mitigations(struct named_values *manifest)
{
    glob_t files;
    int r = 0;
    if (glob("/sys/devices/system/cpu/vulnerabilities/*", 0, NULL, &files) != 0)
        return 0;
    for (size_t i = 0; i < files.gl_pathc; i++) {
        char text[256];
        text_file_read(files.gl_pathv[i], text, sizeof text);
        r |= named_values_add_text(manifest, "mitigations", strrchr(files.gl_pathv[i], '/') + 1,
                                   text);
    }
    globfree(&files);
    return r;
}

/* The different contents of all files that match, in the order in which they are found, as names of
 * a list: a set. 0 or -ENOMEM. */
static int different_contents(const char *pattern, struct named_values *contents)
{
    glob_t files;
    int r = 0;
    if (glob(pattern, 0, NULL, &files) != 0)
        return 0;
    for (size_t i = 0; i < files.gl_pathc && r == 0; i++) {
        char text[256];
        if (text_file_read(files.gl_pathv[i], text, sizeof text) > 0 &&
            named_values_find(contents, "", text) == NULL)
            r = named_values_add_nothing(contents, "", text);
    }
    globfree(&files);
    return r;
}

/* The hardware threads of one core all name the same siblings. */
static int add_cores(struct named_values *manifest)
{
    struct named_values siblings = {0};
    int r = different_contents("/sys/devices/system/cpu/cpu[0-9]*/topology/thread_siblings_list",
                               &siblings);
    r |= manifest_add_positive(manifest, "cores", (int64_t)siblings.count);
    named_values_free(&siblings);
    return r;
}

static int add_governor(struct named_values *manifest)
{
    struct named_values governors = {0};
    char names[256] = "";
    size_t length = 0;
    int r = different_contents("/sys/devices/system/cpu/cpu[0-9]*/cpufreq/scaling_governor",
                               &governors);
    for (size_t i = 0; i < governors.count && length < sizeof names; i++)
        length += (size_t)snprintf(names + length, sizeof names - length, "%s%s", i > 0 ? "," : "",
                                   governors.list[i].name);
    named_values_free(&governors);
    return r | named_values_add_text(manifest, "", "governor", names);
}

static int add_cpu_model(struct named_values *manifest)
{
    char text[4096], model[256];
    text_file_read("/proc/cpuinfo", text, sizeof text);
    manifest_cpu_name(text, model, sizeof model);
    return named_values_add_text(manifest, "", "cpu", model);
}

static int64_t memory_kib(void)
{
    char text[256];
    long long kib;
    text_file_read("/proc/meminfo", text, sizeof text);
    return sscanf(text, "MemTotal: %lld kB", &kib) == 1 ? kib : 0;
}

/* The coarse clock moves once per tick, and its resolution is the length of one: clock_getres(2).
 * That tells CONFIG_HZ without the kernel's configuration, which may not be installed. */
static int64_t ticks_per_second(void)
{
    struct timespec tick;
    if (clock_getres(CLOCK_MONOTONIC_COARSE, &tick) != 0 || tick.tv_sec != 0 || tick.tv_nsec <= 0)
        return 0;
    return (int64_t)(NS_PER_SECOND / (double)tick.tv_nsec + 0.5);
}

static int add_timer_slack(struct named_values *manifest)
{
    int slack_ns = prctl(PR_GET_TIMERSLACK);
    return slack_ns >= 0 ? named_values_add_integer(manifest, "", "timer_slack_ns", slack_ns)
                         : named_values_add_nothing(manifest, "", "timer_slack_ns");
}

static int add_clocksource(struct named_values *manifest)
{
    char text[64];
    text_file_read("/sys/devices/system/clocksource/clocksource0/current_clocksource", text,
                   sizeof text);
    return named_values_add_text(manifest, "", "clocksource", text);
}

int manifest_add_system(struct named_values *manifest)
{
    char hypervisor[VIRTUALIZATION_BYTES];
    virtualization_name(hypervisor);
    int r = add_cpu_model(manifest);
    r |= add_cores(manifest);
    r |= manifest_add_positive(manifest, "memory_kib", memory_kib());
    r |= named_values_add_text(manifest, "", "virtualization", hypervisor);
    r |= add_mitigations(manifest);
    r |= add_governor(manifest);
    r |= add_clocksource(manifest);
    r |= manifest_add_positive(manifest, "hz", ticks_per_second());
    r |= add_timer_slack(manifest);
    for (size_t i = 0; i < sizeof sysctls / sizeof sysctls[0]; i++)
        r |= add_sysctl(manifest, sysctls[i]);
    return r;
}

const char *manifest_libc(void)
{
#ifdef __GLIBC__
    static char text[64];
    snprintf(text, sizeof text, "glibc %s", gnu_get_libc_version());
    return text;
#else
    return NULL; /* musl does not tell its version */
#endif
}

const char *manifest_scheduler(void)
{
    static const struct {
        int policy;
        const char *name;
    } policies[] = {
        {SCHED_OTHER, "SCHED_OTHER"}, {SCHED_BATCH, "SCHED_BATCH"}, {SCHED_IDLE, "SCHED_IDLE"},
        {SCHED_FIFO, "SCHED_FIFO"},   {SCHED_RR, "SCHED_RR"},
    };
    int policy = sched_getscheduler(0);
    for (size_t i = 0; i < sizeof policies / sizeof policies[0]; i++) {
        if ((policy & ~SCHED_RESET_ON_FORK) == policies[i].policy)
            return policies[i].name;
    }
    return NULL;
}
