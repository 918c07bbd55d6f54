/* A generator in a process of its own, for tests, and listeners for it to connect to. */
#ifndef TESTS_HARNESS_GENERATOR_GENERATOR_PROCESS_H
#define TESTS_HARNESS_GENERATOR_GENERATOR_PROCESS_H

#include "harness/generator/control.h"
#include "harness/base/problem.h"

#include <sys/types.h>

enum channel { CHANNEL_SOCKETPAIR, CHANNEL_TCP };

struct generator_process {
    pid_t pid;
    struct control control;
    char problem[PROBLEM_BYTES];
};

/* The one that a fixture starts and ends. */
extern struct generator_process generator;

int generator_start_on_socketpair(void **);
int generator_start_on_tcp(void **);
int generator_end_cleanly(void **); /* what generator_end() says */
#define ON_PAIR(test)                                                                              \
    cmocka_unit_test_setup_teardown(test, generator_start_on_socketpair, generator_end_cleanly)
/* With a second thread, on the last CPU that there is, where the system tells. */
int generator_start_with_helper(void **);
#define WITH_HELPER(test)                                                                          \
    {                                                                                              \
#test "_with_a_helper", test, generator_start_with_helper, generator_end_cleanly, NULL     \
    }
#define ON_TCP(test)                                                                               \
    {                                                                                              \
#test "_over_tcp", test, generator_start_on_tcp, generator_end_cleanly, NULL               \
    }

/* Forks it. `prepare` (may be NULL) runs in the child first. helper_cpu: as in generator_main().
 * Fails the test on any error. */
void generator_start_on(struct generator_process *, enum channel, void (*prepare)(void),
                        int helper_cpu);
/* Without a helper. */
void generator_start(struct generator_process *, enum channel, void (*prepare)(void));

/* Closes the channel and returns the exit status; 128 + signal when one ended it. */
int generator_end(struct generator_process *);

/* Sends a command as text and takes the reply: 0, or what control_ask() says. */
int generator_ask(struct generator_process *, json_t **reply, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The halves of it for what is no command: writes the bytes as they are, takes one reply. */
void generator_send(struct generator_process *, const char *bytes, size_t length);
int generator_reply(struct generator_process *);

/* Listens on 127.0.0.1, any port, without blocking. */
int listener_open(int backlog, unsigned *port);

/* Accepts what has come, up to `capacity`; returns how many. */
size_t listener_accept(int listener, int *fds, size_t capacity);

/* Whether the other end of the connection has reset it. */
bool connection_was_reset(int fd);

#endif
