/* Starting this program, or one beside it, as a child; collecting what it says; ending it by its
 * pid. */
#ifndef HARNESS_SYSTEM_PROCESS_H
#define HARNESS_SYSTEM_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum { PROCESS_FILES = 5 };

struct process {
    pid_t pid;  /* 0: not started, or reaped already */
    int status; /* of waitpid(), once `ended` */
    bool ended;
};

/* What a child writes into a pipe. Past `limit` bytes it is read and dropped, so that the child
 * goes on. */
struct process_text {
    int fd;     /* our end; -1 once at its end */
    char *text; /* NUL-terminated once something came, else NULL */
    size_t length, limit;
};

/* Remembers where this program is. Before any change of the working directory. -errno */
int process_remember_self(const char *argv0);
/* The path of this program, or of `name` in the same folder. */
const char *process_self(void);
int process_beside(const char *name, char *path, size_t bytes);

/* Starts argv[0] (a path) in a process group of its own, with default signals. files[i] becomes the
 * child's descriptor i; -1: /dev/null for 0..2, nothing for others. No other descriptor is
 * inherited. */
int process_start(struct process *, char *const argv[], const int files[PROCESS_FILES]);

/* A pipe or a stream socket pair, both ends close-on-exec and above the child's descriptors. */
int process_pipe(int fds[2]);
int process_socket_pair(int fds[2]);
void process_close(int *fd); /* and sets it to -1 */

/* Waits until the first process has ended and all texts are at their end. -ETIMEDOUT; -EINTR when a
 * signal asked for the end of the run. interrupt_install() has been called. */
int process_collect(struct process *processes, size_t process_count, struct process_text *texts,
                    size_t text_count, uint64_t deadline_ns);

/* Kills it, if it still runs, and reaps it. */
void process_end(struct process *);

/* What it returned; -1 when it was ended by a signal. */
int process_exit_status(const struct process *);

/* "exit status 3", "signal 11 (Segmentation fault)". */
void process_describe(const struct process *, char *text, size_t bytes);

/* The last line that is not empty, cut to fit; "" when there is none. */
void process_last_line(const struct process_text *, char *line, size_t bytes);
void process_text_free(struct process_text *);

#endif
