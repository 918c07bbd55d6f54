#include "harness/charts/gnuplot.h"

#include "harness/contract/workload.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef POLLBENCH_PLOTS_DIR
#define POLLBENCH_PLOTS_DIR "scripts/plots"
#endif

extern char **environ;

static bool has_scripts(const char *folder)
{
    char path[4200];
    snprintf(path, sizeof path, "%s/style.gp", folder);
    return access(path, R_OK) == 0;
}

/* The folder "plots" beside the program. Where there is no /proc/self/exe there is none. */
static bool beside_program(char *folder, size_t size)
{
    char program[2048];
    ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
    if (length <= 0)
        return false;
    program[length] = '\0';
    char *slash = strrchr(program, '/');
    if (slash == NULL)
        return false;
    *slash = '\0';
    snprintf(folder, size, "%s/plots", program);
    return has_scripts(folder);
}

int gnuplot_find_scripts(const char *asked, char *folder, size_t size, char *problem)
{
    snprintf(folder, size, "%s", asked != NULL ? asked : POLLBENCH_PLOTS_DIR);
    if (has_scripts(folder) || (asked == NULL && beside_program(folder, size)))
        return 0;
    snprintf(problem, PROBLEM_BYTES,
             "no charts: %.300s does not hold the gnuplot scripts; name the folder scripts/plots "
             "with --plots",
             asked != NULL ? asked : POLLBENCH_PLOTS_DIR);
    return asked != NULL ? -EINVAL : -ENOENT;
}

/* Looked for, because a start that fails with ENOENT may lack something else: a library, an
 * interpreter. */
static bool is_installed(const char *program)
{
    const char *at = getenv("PATH");
    char path[4200];
    while (at != NULL) {
        int length = (int)strcspn(at, ":");
        snprintf(path, sizeof path, "%.*s/%s", length, at, program);
        if (access(path, X_OK) == 0)
            return true;
        at = at[length] == ':' ? at + length + 1 : NULL;
    }
    return false;
}

static int start(pid_t *child, char *const *words, bool prints)
{
    posix_spawn_file_actions_t actions;
    int error = posix_spawn_file_actions_init(&actions);
    if (error != 0)
        return -error;
    /* Standard output may be carrying the report as JSON. */
    error = posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    if (error == 0 && !prints)
        error = posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO);
    if (error == 0)
        error = posix_spawnp(child, words[0], &actions, NULL, words, environ);
    posix_spawn_file_actions_destroy(&actions);
    return -error;
}

int gnuplot_run(const char *folder, const char *script, const struct gnuplot_terminal *terminal,
                const char *const *arguments, char *problem)
{
    /* -d: not the reader's own start-up file, which may redefine anything. */
    char path[4200], where[80] = "kinds = 'svg png'";
    const char *words[GNUPLOT_ARGUMENTS + 7] = {"gnuplot", "-d", "-e", where, "-c", path};
    if (terminal != NULL)
        snprintf(where, sizeof where, "kinds = 'dumb'; terminal_columns = %u; colours = %d",
                 terminal->columns, terminal->colours);
    snprintf(path, sizeof path, "%s/%s", folder, script);
    for (size_t i = 0; i < GNUPLOT_ARGUMENTS && arguments[i] != NULL; i++)
        words[6 + i] = arguments[i];

    pid_t child;
    int result = start(&child, (char *const *)words, terminal != NULL);
    int status = 0;
    if (result == 0) {
        while (waitpid(child, &status, 0) < 0 && errno == EINTR)
            ;
    }
    if (result == 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return 0;
    if (!is_installed(words[0])) {
        snprintf(problem, PROBLEM_BYTES,
                 "no charts: gnuplot is not installed; it is in the package gnuplot-nox (Debian, "
                 "Ubuntu) or "
                 "gnuplot (elsewhere); then run: pollbench report");
        return -ENOENT;
    }
    snprintf(problem, PROBLEM_BYTES, "gnuplot failed on %.300s: %s", path,
             result < 0 ? strerror(-result) : "its message is above");
    return -EIO;
}
