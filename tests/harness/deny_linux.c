/* deny CALL ERROR PROGRAM ARGUMENT...: runs a program under a seccomp filter that answers one
 * system call with an error, as container runtimes do: io_uring_setup, epoll_pwait2 or
 * sched_setaffinity; EPERM or ENOSYS. */
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

struct named {
    const char *name;
    unsigned number;
};

/* SYS_epoll_pwait2 is the same on every architecture, and not in older headers. */
static const struct named calls[] = {{"io_uring_setup", SYS_io_uring_setup},
                                     {"epoll_pwait2", 441},
                                     {"sched_setaffinity", SYS_sched_setaffinity},
                                     {NULL, 0}};
static const struct named errors[] = {{"EPERM", EPERM}, {"ENOSYS", ENOSYS}, {NULL, 0}};

static const struct named *find(const struct named *list, const char *name)
{
    while (list->name != NULL && strcmp(list->name, name) != 0)
        list++;
    return list->name != NULL ? list : NULL;
}

int main(int argc, char **argv)
{
    const struct named *call = argc > 3 ? find(calls, argv[1]) : NULL;
    const struct named *error = argc > 3 ? find(errors, argv[2]) : NULL;
    if (call == NULL || error == NULL) {
        fprintf(stderr, "usage: deny CALL ERROR PROGRAM [ARGUMENT...]\n");
        return EXIT_FAILURE;
    }
    struct sock_filter rules[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call->number, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error->number),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog filter = {.len = sizeof rules / sizeof rules[0], .filter = rules};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) < 0) {
        perror("deny");
        return 77;
    }
    execvp(argv[3], argv + 3);
    perror(argv[3]);
    return EXIT_FAILURE;
}
