/* What Linux says of itself: sysfs, /proc, a few calls. */
#include "harness/system/manifest_system.h"

#include "harness/base/text_file.h"
#include "harness/system/virtualization_linux.h"

#include <errno.h>
#include <glob.h>
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
static json_t *sysctl_value(const char *name)
{
    char path[256], text[256], *end;
    int offset = snprintf(path, sizeof(path), "/proc/sys/");
    snprintf(path + offset, sizeof(path) - (size_t)offset, "%s", name);
    for (char *letter = path + offset; *letter != '\0'; letter++)
        if (*letter == '.')
            *letter = '/';
    if (text_file_read(path, text, sizeof(text)) <= 0)
        return json_null();

    errno = 0;
    long long number = strtoll(text, &end, 10);
    if (*end == '\0' && errno == 0)
        return json_integer(number);
    for (char *letter = text; *letter != '\0'; letter++)
        if (*letter == '\t')
            *letter = ' ';
    return manifest_text(text);
}

static json_t *all_sysctls(void)
{
    json_t *values = json_object();
    for (size_t i = 0; i < sizeof(sysctls) / sizeof(*sysctls); i++)
        json_object_set_new(values, sysctls[i], sysctl_value(sysctls[i]));
    return values;
}

static json_t *mitigations(void)
{
    json_t *values = json_object();
    glob_t files;
    if (glob("/sys/devices/system/cpu/vulnerabilities/*", 0, NULL, &files) != 0)
        return values;
    for (size_t i = 0; i < files.gl_pathc; i++) {
        char text[256];
        text_file_read(files.gl_pathv[i], text, sizeof(text));
        json_object_set_new(values, strrchr(files.gl_pathv[i], '/') + 1, manifest_text(text));
    }
    globfree(&files);
    return values;
}

/* The different contents of all files that match, as keys of an object: a set. */
static json_t *different_contents(const char *pattern)
{
    json_t *contents = json_object();
    glob_t files;
    if (glob(pattern, 0, NULL, &files) != 0)
        return contents;
    for (size_t i = 0; i < files.gl_pathc; i++) {
        char text[256];
        if (text_file_read(files.gl_pathv[i], text, sizeof(text)) > 0)
            json_object_set_new(contents, text, json_true());
    }
    globfree(&files);
    return contents;
}

/* The hardware threads of one core all name the same siblings. */
static json_t *cores(void)
{
    json_t *siblings =
        different_contents("/sys/devices/system/cpu/cpu[0-9]*/topology/thread_siblings_list");
    size_t count = json_object_size(siblings);
    json_decref(siblings);
    return count > 0 ? json_integer((json_int_t)count) : json_null();
}

static json_t *governor(void)
{
    json_t *governors =
        different_contents("/sys/devices/system/cpu/cpu[0-9]*/cpufreq/scaling_governor");
    char names[256] = "";
    const char *name;
    json_t *unused;
    json_object_foreach(governors, name, unused)
    {
        size_t length = strlen(names);
        snprintf(names + length, sizeof(names) - length, "%s%s", length > 0 ? "," : "", name);
    }
    json_decref(governors);
    return manifest_text(names);
}

static json_t *cpu_model(void)
{
    char text[4096], model[256] = "";
    text_file_read("/proc/cpuinfo", text, sizeof(text));
    const char *line = strstr(text, "model name");
    if (line != NULL)
        sscanf(line, "model name : %255[^\n]", model);
    return manifest_text(model);
}

static json_t *memory_kib(void)
{
    char text[256];
    long long kib;
    text_file_read("/proc/meminfo", text, sizeof(text));
    return sscanf(text, "MemTotal: %lld kB", &kib) == 1 ? json_integer(kib) : json_null();
}

/* The coarse clock moves once per tick, and its resolution is the length of one: clock_getres(2).
 * That tells CONFIG_HZ without the kernel's configuration, which may not be installed. */
static json_t *ticks_per_second(void)
{
    struct timespec tick;
    if (clock_getres(CLOCK_MONOTONIC_COARSE, &tick) != 0 || tick.tv_sec != 0 || tick.tv_nsec <= 0)
        return json_null();
    return json_integer((json_int_t)(NS_PER_SECOND / (double)tick.tv_nsec + 0.5));
}

static json_t *timer_slack(void)
{
    int slack_ns = prctl(PR_GET_TIMERSLACK);
    return slack_ns >= 0 ? json_integer(slack_ns) : json_null();
}

static json_t *clocksource(void)
{
    char text[64];
    text_file_read("/sys/devices/system/clocksource/clocksource0/current_clocksource", text,
                   sizeof(text));
    return manifest_text(text);
}

void manifest_add_system(json_t *manifest)
{
    char hypervisor[VIRTUALIZATION_BYTES];
    virtualization_name(hypervisor);
    json_object_set_new(manifest, "cpu", cpu_model());
    json_object_set_new(manifest, "cores", cores());
    json_object_set_new(manifest, "memory_kib", memory_kib());
    json_object_set_new(manifest, "virtualization", manifest_text(hypervisor));
    json_object_set_new(manifest, "mitigations", mitigations());
    json_object_set_new(manifest, "governor", governor());
    json_object_set_new(manifest, "clocksource", clocksource());
    json_object_set_new(manifest, "hz", ticks_per_second());
    json_object_set_new(manifest, "timer_slack_ns", timer_slack());
    json_object_set_new(manifest, "sysctl", all_sysctls());
}

const char *manifest_libc(void)
{
#ifdef __GLIBC__
    static char text[64];
    snprintf(text, sizeof(text), "glibc %s", gnu_get_libc_version());
    return text;
#else
    return NULL; /* musl does not tell its version */
#endif
}
