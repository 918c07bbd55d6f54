/* A thread of its own waits for signals (sigwait), so that what they cause runs outside of a signal
 * handler. Signals are of the whole process, and so is what this file keeps. */
#include "harness/hello/signals.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

/* From hello_signals_end() to the thread. */
enum { WAKE_SIGNAL = SIGUSR1 };

static sigset_t held;
static atomic_bool over;
static pthread_t thread;
static void (*call)(void *context);
static void *call_context;

int hello_signals_hold(void)
{
    static const int ending[] = {SIGINT, SIGTERM, SIGHUP};
    sigemptyset(&held);
    for (size_t i = 0; i < sizeof ending / sizeof ending[0]; i++) {
        struct sigaction action;
        sigaction(ending[i], NULL, &action);
        if (action.sa_handler != SIG_IGN)
            sigaddset(&held, ending[i]);
    }
    sigaddset(&held, WAKE_SIGNAL);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
    return -pthread_sigmask(SIG_BLOCK, &held, NULL);
}

static void *take_signals(void *unused)
{
    (void)unused;
    for (bool first = true;;) {
        int number;
        if (sigwait(&held, &number) != 0)
            continue;
        if (atomic_load(&over))
            return NULL;
        if (number == WAKE_SIGNAL)
            continue; /* sent by another program */
        if (first) {
            first = false;
            call(call_context);
            continue;
        }
        signal(number, SIG_DFL);
        pthread_sigmask(SIG_UNBLOCK, &held, NULL);
        raise(number);
    }
}

int hello_signals_begin(void (*stop)(void *context), void *context)
{
    call = stop;
    call_context = context;
    return -pthread_create(&thread, NULL, take_signals, NULL);
}

/* By a signal and not by pthread_cancel(), after which AddressSanitizer takes the stack of the
 * thread for one still in use. */
void hello_signals_end(void)
{
    atomic_store(&over, true);
    pthread_kill(thread, WAKE_SIGNAL);
    pthread_join(thread, NULL);
}
