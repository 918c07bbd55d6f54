/* What only Linux has: counting system calls at a tracepoint. */
#include "harness/system/manifest.h"
#include "harness/system/syscall_count.h"
#include "harness/system/tracepoint_linux.h"
#include "harness/system/usage.h"

#include "backends/clock.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <math.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static void make_calls(unsigned calls)
{
    for (unsigned i = 0; i < calls; i++)
        syscall(SYS_getppid);
}

/* Skips the test, with the reason, where counting is not to be had. */
static void open_or_skip(struct syscall_count *count)
{
    char problem[SYSCALL_COUNT_PROBLEM_BYTES];
    if (syscall_count_open(count, problem) == 0)
        return;
    print_message("SKIPPED: %s\n", problem);
    skip();
}

static void exactly_the_calls_of_the_window_are_counted(void **state)
{
    (void)state;
    static const unsigned calls[] = {0, 1, 2, 1000, 0, 7};
    struct syscall_count count;
    uint64_t counted;
    open_or_skip(&count);
    for (size_t i = 0; i < COUNT(calls); i++) {
        make_calls(3); /* outside */
        assert_int_equal(syscall_count_begin(&count), 0);
        make_calls(calls[i]);
        assert_int_equal(syscall_count_end(&count, &counted), 0);
        assert_int_equal(counted, calls[i]);
    }
    syscall_count_close(&count);
}

/* A thread that waits without a system call, makes its calls, and waits again. */
struct worker {
    atomic_int stage; /* 1: ready, 2: go, 3: has made its calls, 4: end */
    unsigned calls;
};

static void wait_for_stage(struct worker *worker, int stage)
{
    while (atomic_load(&worker->stage) < stage)
        ;
}

static void *work(void *argument)
{
    struct worker *worker = argument;
    atomic_store(&worker->stage, 1);
    wait_for_stage(worker, 2);
    make_calls(worker->calls);
    atomic_store(&worker->stage, 3);
    wait_for_stage(worker, 4);
    return NULL;
}

static void let_it_work(struct worker *worker)
{
    atomic_store(&worker->stage, 2);
    wait_for_stage(worker, 3);
}

/* It has worked. */
static void end(struct worker *worker, pthread_t thread)
{
    atomic_store(&worker->stage, 4);
    assert_int_equal(pthread_join(thread, NULL), 0);
}

static void start(struct worker *worker, pthread_t *thread, unsigned calls)
{
    worker->calls = calls;
    atomic_init(&worker->stage, 0);
    assert_int_equal(pthread_create(thread, NULL, work, worker), 0);
    wait_for_stage(worker, 1);
}

static void threads_started_after_opening_are_counted(void **state)
{
    (void)state;
    enum { WORKERS = 2, CALLS = 500 };
    struct syscall_count count;
    uint64_t counted;
    struct worker workers[WORKERS];
    pthread_t threads[WORKERS];
    open_or_skip(&count);
    for (unsigned i = 0; i < WORKERS; i++)
        start(&workers[i], &threads[i], CALLS * (i + 1));
    assert_int_equal(syscall_count_begin(&count), 0);
    for (unsigned i = 0; i < WORKERS; i++)
        let_it_work(&workers[i]);
    make_calls(11);
    assert_int_equal(syscall_count_end(&count, &counted), 0);
    assert_int_equal(counted, CALLS * 1 + CALLS * 2 + 11);
    for (unsigned i = 0; i < WORKERS; i++)
        end(&workers[i], threads[i]);
    syscall_count_close(&count);
}

/* What an ended thread had counted stays in the kernel's total: it must not come back in a later
 * window. */
static void a_thread_that_has_ended_counts_in_its_own_window_alone(void **state)
{
    (void)state;
    enum { CALLS = 5000 };
    struct syscall_count count;
    uint64_t counted;
    open_or_skip(&count);
    struct worker worker;
    pthread_t thread;
    assert_int_equal(syscall_count_begin(&count), 0);
    start(&worker, &thread, CALLS);
    let_it_work(&worker);
    end(&worker, thread);
    assert_int_equal(syscall_count_end(&count, &counted), 0);
    assert_in_range(counted, CALLS, CALLS + 1000); /* starting and ending it takes some too */

    assert_int_equal(syscall_count_begin(&count), 0);
    make_calls(5);
    assert_int_equal(syscall_count_end(&count, &counted), 0);
    assert_int_equal(counted, 5);
    syscall_count_close(&count);
}

static void threads_that_already_run_would_be_missed_so_opening_is_refused(void **state)
{
    (void)state;
    struct syscall_count count;
    char problem[SYSCALL_COUNT_PROBLEM_BYTES];
    struct worker worker;
    pthread_t thread;
    start(&worker, &thread, 0);
    assert_int_equal(syscall_count_open(&count, problem), -EBUSY);
    assert_non_null(strstr(problem, "open the counter first"));
    let_it_work(&worker);
    end(&worker, thread);
}

/* ---- refusals, each in a child process that gives up what it must not have ---- */

struct refusal {
    int result;
    char problem[SYSCALL_COUNT_PROBLEM_BYTES];
};

static struct refusal open_in_a_child(int (*give_up)(void))
{
    struct refusal refusal = {.result = 1};
    int channel[2];
    assert_int_equal(pipe(channel), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct syscall_count count;
        if (give_up() == 0)
            refusal.result = syscall_count_open(&count, refusal.problem);
        _exit(write(channel[1], &refusal, sizeof(refusal)) == sizeof(refusal) ? 0 : 1);
    }
    close(channel[1]);
    assert_int_equal(read(channel[0], &refusal, sizeof(refusal)), sizeof(refusal));
    close(channel[0]);
    assert_int_equal(waitpid(child, NULL, 0), child);
    print_message("%s\n", refusal.problem);
    return refusal;
}

static int become_nobody(void)
{
    return setgid(65534) == 0 && setuid(65534) == 0 ? 0 : -errno;
}

static void an_ordinary_user_is_told_what_to_ask_for(void **state)
{
    (void)state;
    struct stat tracing;
    if (geteuid() != 0 || stat("/sys/kernel/tracing/events", &tracing) != 0) {
        print_message("SKIPPED: not root, so that rights cannot be given up; or no tracefs\n");
        skip();
    }
    struct refusal refusal = open_in_a_child(become_nobody);
    if (refusal.result == 0) {
        print_message("SKIPPED: this system lets every user count\n");
        skip();
    }
    assert_true(refusal.result == -EACCES || refusal.result == -EPERM);
    assert_non_null(strstr(refusal.problem, "run as root"));
}

/* What a container's profile commonly does. */
static int forbid_perf_event_open(void)
{
    struct sock_filter program[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_perf_event_open, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog filter = {.len = COUNT(program), .filter = program};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return -errno;
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0 ? 0 : -errno;
}

static void a_refusal_by_policy_is_explained(void **state)
{
    (void)state;
    struct syscall_count count;
    open_or_skip(&count); /* without tracefs it would not get as far as the refusal */
    syscall_count_close(&count);
    struct refusal refusal = open_in_a_child(forbid_perf_event_open);
    assert_int_equal(refusal.result, -EPERM);
    assert_non_null(strstr(refusal.problem, "kernel.perf_event_paranoid"));
    assert_non_null(strstr(refusal.problem, "seccomp"));
}

/* ---- the tracepoint's number, on a tracefs of our own making ---- */

static char root[] = "/tmp/pollbench-tracefs-XXXXXX";

static void make_folder(const char *relative)
{
    char path[256];
    snprintf(path, sizeof(path), "%s/%s", root, relative);
    assert_int_equal(mkdir(path, 0700), 0);
}

static void write_id(const char *text)
{
    char path[256];
    snprintf(path, sizeof(path), "%s/events/raw_syscalls/sys_enter/id", root);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

static void a_tracepoint_is_found_or_what_is_missing_is_named(void **state)
{
    (void)state;
    char problem[SYSCALL_COUNT_PROBLEM_BYTES];
    uint64_t id = 0;
    assert_non_null(mkdtemp(root));
    const char *const roots[] = {"/nonexistent/tracing", root, NULL};

    assert_int_equal(tracepoint_id(roots, "raw_syscalls", "sys_enter", &id, problem), -ENOENT);
    assert_non_null(strstr(problem, "mount -t tracefs nodev /nonexistent/tracing"));

    make_folder("events");
    assert_int_equal(tracepoint_id(roots, "raw_syscalls", "sys_enter", &id, problem), -ENOENT);
    assert_non_null(strstr(problem, "CONFIG_FTRACE_SYSCALLS"));

    make_folder("events/raw_syscalls");
    make_folder("events/raw_syscalls/sys_enter");
    write_id("443\n");
    assert_int_equal(tracepoint_id(roots, "raw_syscalls", "sys_enter", &id, problem), 0);
    assert_int_equal(id, 443);

    static const char *const no_numbers[] = {"", "none\n", "44x\n"};
    for (size_t i = 0; i < COUNT(no_numbers); i++) {
        write_id(no_numbers[i]);
        assert_int_equal(tracepoint_id(roots, "raw_syscalls", "sys_enter", &id, problem), -EINVAL);
        assert_non_null(strstr(problem, root));
    }
    char command[256];
    snprintf(command, sizeof(command), "rm -r %s", root);
    assert_int_equal(system(command), 0);
}

/* ---- stolen time, timer ---- */

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exactly_the_calls_of_the_window_are_counted),
        cmocka_unit_test(threads_started_after_opening_are_counted),
        cmocka_unit_test(a_thread_that_has_ended_counts_in_its_own_window_alone),
        cmocka_unit_test(threads_that_already_run_would_be_missed_so_opening_is_refused),
        cmocka_unit_test(an_ordinary_user_is_told_what_to_ask_for),
        cmocka_unit_test(a_refusal_by_policy_is_explained),
        cmocka_unit_test(a_tracepoint_is_found_or_what_is_missing_is_named),
    };
    return cmocka_run_group_tests_name("measure on Linux", tests, NULL, NULL);
}
