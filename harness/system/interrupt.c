/* The pipe is what closes the gap between asking whether a signal came and waiting: a signal in
 * that gap leaves a byte that the wait finds. */
#include "harness/system/interrupt.h"

#include "backends/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <unistd.h>

/* A supervisor may send what it sends to a process and to its group: that is one request. */
#define ONE_REQUEST_NS NS_PER_S

static volatile sig_atomic_t ending_signal;
static uint64_t ending_ns; /* the handler's alone */
static int pipe_fds[2] = {-1, -1};

bool interrupt_is_repeated(void)
{
    return ending_signal != 0 && clock_now_ns() - ending_ns <= ONE_REQUEST_NS;
}

static void ask_for_end(int number)
{
    if (ending_signal == 0) {
        ending_signal = number;
        ending_ns = clock_now_ns();
    } else if (!interrupt_is_repeated()) {
        signal(number, SIG_DFL);
        raise(number); /* it comes when the handler has returned */
    }
}

static void on_signal(int number)
{
    int kept = errno;
    if (number != SIGCHLD)
        ask_for_end(number);
    /* A full pipe is as good: it is readable. */
    ssize_t n = write(pipe_fds[1], "", 1);
    (void)n;
    errno = kept;
}

static int take(int number, void (*handler)(int), int flags)
{
    struct sigaction action = {.sa_handler = handler, .sa_flags = flags};
    sigfillset(&action.sa_mask);
    return sigaction(number, &action, NULL) < 0 ? -errno : 0;
}

int interrupt_install(void)
{
    static const int ending[] = {SIGINT, SIGTERM, SIGHUP};
    if (pipe(pipe_fds) < 0)
        return -errno;
    for (int i = 0; i < 2; i++) {
        fcntl(pipe_fds[i], F_SETFD, FD_CLOEXEC);
        fcntl(pipe_fds[i], F_SETFL, O_NONBLOCK);
    }
    int r = take(SIGCHLD, on_signal, SA_RESTART | SA_NOCLDSTOP);
    for (size_t i = 0; i < sizeof(ending) / sizeof(ending[0]) && r == 0; i++) {
        struct sigaction before;
        sigaction(ending[i], NULL, &before);
        if (before.sa_handler != SIG_IGN) /* nohup(1) means it */
            r = take(ending[i], on_signal, SA_RESTART);
    }
    if (r == 0)
        r = take(SIGPIPE, SIG_IGN, 0);
    return r == 0 ? take(SIGXFSZ, SIG_IGN, 0) : r;
}

int interrupt_signal(void)
{
    return ending_signal;
}

int interrupt_fd(void)
{
    return pipe_fds[0];
}

void interrupt_clear(void)
{
    char bytes[64];
    while (read(pipe_fds[0], bytes, sizeof(bytes)) > 0)
        continue;
}
