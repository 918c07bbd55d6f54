/* The pipe is what closes the gap between asking whether a signal came and waiting: a signal in
 * that gap leaves a byte that the wait finds. */
#include "harness/system/interrupt.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <unistd.h>

static volatile sig_atomic_t ending_signal;
static int pipe_fds[2] = {-1, -1};

static void on_signal(int number)
{
    int kept = errno;
    if (number != SIGCHLD)
        ending_signal = number;
    /* A full pipe is as good: it is readable. */
    ssize_t n = write(pipe_fds[1], "", 1);
    (void)n;
    errno = kept;
}

static int take(int number, void (*handler)(int), int flags)
{
    struct sigaction action = {.sa_handler = handler, .sa_flags = flags};
    sigemptyset(&action.sa_mask);
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
            r = take(ending[i], on_signal, SA_RESTART | (int)SA_RESETHAND);
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
