#include "harness/system/process.h"

#include "backends/clock.h"
#include "harness/system/interrupt.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

enum { FIRST_FREE_FILE = 10, TEXTS_MAX = 4 };

static char self_path[PATH_MAX];

/* ---- where this program is ---- */

static int search_path(const char *name)
{
    const char *folders = getenv("PATH");
    if (folders == NULL)
        return -ENOENT;
    for (const char *at = folders;;) {
        char candidate[PATH_MAX];
        size_t length = strcspn(at, ":");
        snprintf(candidate, sizeof(candidate), "%.*s/%s", (int)length, length > 0 ? at : ".", name);
        if (access(candidate, X_OK) == 0 && realpath(candidate, self_path) != NULL)
            return 0;
        if (at[length] == '\0')
            return -ENOENT;
        at += length + 1;
    }
}

int process_remember_self(const char *argv0)
{
    if (strchr(argv0, '/') == NULL)
        return search_path(argv0);
    return realpath(argv0, self_path) != NULL ? 0 : -errno;
}

const char *process_self(void)
{
    return self_path;
}

int process_beside(const char *name, char *path, size_t bytes)
{
    const char *slash = strrchr(self_path, '/');
    int folder = slash != NULL ? (int)(slash - self_path) : 0;
    int length = snprintf(path, bytes, "%.*s/%s", folder, self_path, name);
    return length < 0 || (size_t)length >= bytes ? -ENAMETOOLONG : 0;
}

/* ---- descriptors ---- */

void process_close(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

/* Moves both ends up, so that giving one to a child as its descriptor 0..4 never meets another. */
static int move_up(int fds[2])
{
    int r = 0;
    for (int i = 0; i < 2; i++) {
        int moved = r == 0 ? fcntl(fds[i], F_DUPFD_CLOEXEC, FIRST_FREE_FILE) : -1;
        if (moved < 0 && r == 0)
            r = -errno;
        close(fds[i]);
        fds[i] = moved;
    }
    if (r < 0) {
        process_close(&fds[0]);
        process_close(&fds[1]);
    }
    return r;
}

int process_pipe(int fds[2])
{
    fds[0] = fds[1] = -1;
    return pipe(fds) < 0 ? -errno : move_up(fds);
}

int process_socket_pair(int fds[2])
{
    fds[0] = fds[1] = -1;
    return socketpair(AF_UNIX, SOCK_STREAM, 0, fds) < 0 ? -errno : move_up(fds);
}

/* ---- starting ---- */

static int map_files(posix_spawn_file_actions_t *actions, const int files[PROCESS_FILES])
{
    int r = 0;
    for (int i = 0; i < PROCESS_FILES && r == 0; i++) {
        if (files[i] >= 0)
            r = posix_spawn_file_actions_adddup2(actions, files[i], i);
        else if (i < 3)
            r = posix_spawn_file_actions_addopen(actions, i, "/dev/null", O_RDWR, 0);
    }
    return -r;
}

static int set_attributes(posix_spawnattr_t *attributes)
{
    sigset_t defaults, none;
    sigemptyset(&none);
    sigemptyset(&defaults);
    sigaddset(&defaults, SIGPIPE);
    sigaddset(&defaults, SIGINT);
    sigaddset(&defaults, SIGTERM);
    sigaddset(&defaults, SIGXFSZ);
    int r = posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF |
                                                     POSIX_SPAWN_SETSIGMASK);
    r = r != 0 ? r : posix_spawnattr_setpgroup(attributes, 0);
    r = r != 0 ? r : posix_spawnattr_setsigmask(attributes, &none);
    r = r != 0 ? r : posix_spawnattr_setsigdefault(attributes, &defaults);
    return -r;
}

int process_start(struct process *process, char *const argv[], const int files[PROCESS_FILES])
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    *process = (struct process){.pid = 0};
    int r = -posix_spawn_file_actions_init(&actions);
    if (r < 0)
        return r;
    r = -posix_spawnattr_init(&attributes);
    if (r == 0) {
        r = map_files(&actions, files);
        if (r == 0)
            r = set_attributes(&attributes);
        if (r == 0)
            r = -posix_spawn(&process->pid, argv[0], &actions, &attributes, argv, environ);
        posix_spawnattr_destroy(&attributes);
    }
    posix_spawn_file_actions_destroy(&actions);
    if (r < 0)
        process->pid = 0;
    return r;
}

/* ---- listening to children, and their end ---- */

static void reap(struct process *process)
{
    if (process->pid > 0 && waitpid(process->pid, &process->status, WNOHANG) == process->pid) {
        process->pid = 0;
        process->ended = true;
    }
}

static void keep_text(struct process_text *text, const char *data, size_t length)
{
    if (length > text->limit - text->length)
        length = text->limit - text->length;
    if (length == 0)
        return;
    char *grown = realloc(text->text, text->length + length + 1);
    if (grown == NULL)
        return; /* the outcome is cut then, which its reader finds */
    memcpy(grown + text->length, data, length);
    text->text = grown;
    text->length += length;
    grown[text->length] = '\0';
}

static void read_text(struct process_text *text)
{
    char data[16384];
    ssize_t n = read(text->fd, data, sizeof(data));
    if (n > 0)
        keep_text(text, data, (size_t)n);
    else if (n == 0 || errno != EINTR)
        process_close(&text->fd);
}

static int timeout_until(uint64_t deadline_ns)
{
    uint64_t now_ns = clock_now_ns();
    if (now_ns >= deadline_ns)
        return 0;
    uint64_t left_ms = (deadline_ns - now_ns) / NS_PER_MS + 1;
    return left_ms < INT_MAX ? (int)left_ms : INT_MAX;
}

/* One wait for anything: a text, the end of a child, a signal. */
static int collect_once(struct process_text *texts, size_t count, uint64_t deadline_ns)
{
    struct pollfd set[TEXTS_MAX + 1];
    set[count] = (struct pollfd){.fd = interrupt_fd(), .events = POLLIN};
    for (size_t i = 0; i < count; i++)
        set[i] = (struct pollfd){.fd = texts[i].fd, .events = POLLIN};
    int n = poll(set, (nfds_t)count + 1, timeout_until(deadline_ns));
    if (n < 0)
        return errno == EINTR ? 0 : -errno;
    if (n == 0 && clock_now_ns() >= deadline_ns)
        return -ETIMEDOUT;
    if (set[count].revents != 0)
        interrupt_clear();
    for (size_t i = 0; i < count; i++) {
        if (set[i].revents != 0)
            read_text(&texts[i]);
    }
    return 0;
}

int process_collect(struct process *processes, size_t process_count, struct process_text *texts,
                    size_t text_count, uint64_t deadline_ns)
{
    if (text_count > TEXTS_MAX)
        return -EINVAL;
    for (;;) {
        for (size_t i = 0; i < process_count; i++)
            reap(&processes[i]);
        bool open = false;
        for (size_t i = 0; i < text_count; i++)
            open |= texts[i].fd >= 0;
        if (processes[0].ended && !open)
            return 0;
        if (interrupt_signal() != 0)
            return -EINTR;
        int r = collect_once(texts, text_count, deadline_ns);
        if (r < 0)
            return r;
    }
}

void process_end(struct process *process)
{
    if (process->pid <= 0)
        return;
    kill(process->pid, SIGKILL);
    while (waitpid(process->pid, &process->status, 0) < 0 && errno == EINTR)
        continue;
    process->pid = 0;
    process->ended = true;
}

int process_exit_status(const struct process *process)
{
    return WIFEXITED(process->status) ? WEXITSTATUS(process->status) : -1;
}

/* ---- words ---- */

void process_describe(const struct process *process, char *text, size_t bytes)
{
    if (WIFSIGNALED(process->status))
        snprintf(text, bytes, "signal %d (%s)", WTERMSIG(process->status),
                 strsignal(WTERMSIG(process->status)));
    else
        snprintf(text, bytes, "exit status %d", WEXITSTATUS(process->status));
}

void process_last_line(const struct process_text *text, char *line, size_t bytes)
{
    size_t end = text->length;
    while (end > 0 && text->text[end - 1] == '\n')
        end--;
    size_t begin = end;
    while (begin > 0 && text->text[begin - 1] != '\n')
        begin--;
    size_t length = end - begin < bytes - 1 ? end - begin : bytes - 1;
    for (size_t i = 0; i < length; i++) {
        char c = text->text[begin + i];
        line[i] = c >= ' ' && c <= '~' ? c : '?'; /* it goes into JSON and onto a terminal */
    }
    line[length] = '\0';
}

void process_text_free(struct process_text *text)
{
    process_close(&text->fd);
    free(text->text);
    text->text = NULL;
    text->length = 0;
}
