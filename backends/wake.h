/* A descriptor that another thread can make readable: an eventfd on Linux, a pipe elsewhere. */
#ifndef BACKENDS_WAKE_H
#define BACKENDS_WAKE_H

struct wake {
    /* Both are the same one for an eventfd. */
    int read_fd, write_fd;
    /* A signal is on its way: further ones need no system call. */
    _Atomic int pending;
};

int wake_open(struct wake *);
void wake_close(struct wake *);

/* Any thread. */
int wake_signal(struct wake *);

/* Takes the signal off the descriptor. What was written before any wake_signal() that this answers
 * is visible afterwards. */
void wake_drain(struct wake *);

/* For who has read the descriptor in another way: further signals are sent again. */
void wake_taken(struct wake *);

/* What to read and what to write, as this system has it: wake_linux.c or wake_pipe.c. */
int wake_descriptors(int fds[2]);

#endif
