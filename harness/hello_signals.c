#include "harness/hello_signals.h"

#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <unistd.h>

static sigset_t held;
static pthread_t thread;
static void (*call)(void *context);
static void *call_context;

int hello_signals_hold(void)
{
    static const int ending[] = {SIGINT, SIGTERM, SIGHUP};
    sigemptyset(&held);
    for (size_t i = 0; i < sizeof(ending) / sizeof(ending[0]); i++) {
        struct sigaction action;
        sigaction(ending[i], NULL, &action);
        if (action.sa_handler != SIG_IGN)
            sigaddset(&held, ending[i]);
    }
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
    return -pthread_sigmask(SIG_BLOCK, &held, NULL);
}

/* Is cancelled at its end, in sigwait() or pause(), but not while it calls. */
static void *wait_for_signal(void *unused)
{
    (void)unused;
    int number, state;
    while (sigwait(&held, &number) != 0)
        continue;
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
    call(call_context);
    pthread_setcancelstate(state, &state);
    /* From now on this thread takes them, and they do what they do by default. */
    pthread_sigmask(SIG_UNBLOCK, &held, NULL);
    while (pause() < 0)
        continue;
    return NULL;
}

int hello_signals_begin(void (*stop)(void *context), void *context)
{
    call = stop;
    call_context = context;
    return -pthread_create(&thread, NULL, wait_for_signal, NULL);
}

void hello_signals_end(void)
{
    pthread_cancel(thread);
    pthread_join(thread, NULL);
}
