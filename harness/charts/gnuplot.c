#include "harness/charts/gnuplot.h"

#include "harness/base/problem.h"
#include "harness/charts/scripts.h"
#include "harness/system/interrupt.h"
#include "harness/system/placement.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

enum { PATH_BYTES = GNUPLOT_PATH_BYTES + 300 };

/* ---- signals ---- */

/* What ends us may not leave the private folder behind, nor a gnuplot that goes on. */
static const int ending[GNUPLOT_SIGNALS] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};

static volatile sig_atomic_t came; /* 0, or the signal that asked for an end */
/* Each gnuplot by its place; 0: there is none. Changed while these signals are blocked. */
static volatile pid_t running[GNUPLOT_MOST];

static void end_running(void)
{
    for (int i = 0; i < GNUPLOT_MOST; i++) {
        if (running[i] > 0)
            kill(running[i], SIGTERM);
    }
}

static void note(int number)
{
    int error = errno;
    if (!interrupt_is_repeated()) {
        came = number;
        end_running();
    }
    errno = error;
}

static void block(sigset_t *before)
{
    sigset_t blocked;
    sigemptyset(&blocked);
    for (int i = 0; i < GNUPLOT_SIGNALS; i++)
        sigaddset(&blocked, ending[i]);
    pthread_sigmask(SIG_BLOCK, &blocked, before);
}

/* One that is ignored stays so. */
static void guard(struct gnuplot *gnuplot)
{
    struct sigaction action = {.sa_handler = note, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    came = 0;
    for (int i = 0; i < GNUPLOT_SIGNALS; i++) {
        sigaction(ending[i], NULL, &gnuplot->before[i]);
        if (gnuplot->before[i].sa_handler != SIG_IGN)
            sigaction(ending[i], &action, NULL);
    }
    gnuplot->guarded = true;
}

static void unguard(struct gnuplot *gnuplot)
{
    for (int i = 0; gnuplot->guarded && i < GNUPLOT_SIGNALS; i++)
        sigaction(ending[i], &gnuplot->before[i], NULL);
    if (gnuplot->guarded && came != 0)
        raise(came);
}

/* ---- the program ---- */

static const char program[] = "gnuplot";

/* Looked for, because a start that fails with ENOENT may lack something else: a library, an
 * interpreter. */
static bool is_installed(void)
{
    const char *at = getenv("PATH");
    char path[PATH_BYTES];
    while (at != NULL) {
        int length = (int)strcspn(at, ":");
        snprintf(path, sizeof path, "%.*s/%s", length, at, program);
        if (access(path, X_OK) == 0)
            return true;
        at = at[length] == ':' ? at + length + 1 : NULL;
    }
    return false;
}

/* It is started with the signals blocked, which it must not inherit. */
static int prepare(posix_spawn_file_actions_t *actions, posix_spawnattr_t *attributes,
                   const sigset_t *mask, bool prints)
{
    int error = posix_spawnattr_setsigmask(attributes, mask);
    if (error == 0)
        error = posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGMASK);
    /* Standard output may be carrying the report as JSON. */
    if (error == 0)
        error = posix_spawn_file_actions_addopen(actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    if (error == 0 && !prints)
        error = posix_spawn_file_actions_adddup2(actions, STDERR_FILENO, STDOUT_FILENO);
    return error;
}

static int spawn(pid_t *child, char *const *words, const sigset_t *mask, bool prints)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    int error = posix_spawn_file_actions_init(&actions);
    if (error != 0)
        return -error;
    error = posix_spawnattr_init(&attributes);
    if (error == 0) {
        error = prepare(&actions, &attributes, mask, prints);
        if (error == 0)
            error = posix_spawnp(child, words[0], &actions, &attributes, words, environ);
        posix_spawnattr_destroy(&attributes);
    }
    posix_spawn_file_actions_destroy(&actions);
    return -error;
}

/* A signal that comes before gnuplot is known waits until it is, so that it ends gnuplot, too;
 * after one that came earlier none is started. */
static int start(size_t place, char *const *words, bool prints)
{
    sigset_t mask;
    pid_t child;
    block(&mask);
    int r = came != 0 ? -EINTR : spawn(&child, words, &mask, prints);
    running[place] = r == 0 ? child : 0;
    pthread_sigmask(SIG_SETMASK, &mask, NULL);
    return r;
}

/* Of the one that was started first. 0, or why it could not be started. */
static int reap(struct gnuplot *gnuplot, int *status)
{
    size_t place = gnuplot->ended++ % GNUPLOT_MOST;
    pid_t child = running[place];
    sigset_t mask;
    siginfo_t ended;
    if (gnuplot->processes[place].error < 0)
        return gnuplot->processes[place].error;
    /* Only looked at, so that its number is nobody else's while a signal may come. */
    while (waitid(P_PID, (id_t)child, &ended, WEXITED | WNOWAIT) < 0 && errno == EINTR)
        ;
    block(&mask);
    while (waitpid(child, status, 0) < 0 && errno == EINTR)
        ;
    running[place] = 0;
    pthread_sigmask(SIG_SETMASK, &mask, NULL);
    return 0;
}

/* Where the system does not say which CPUs we may use it says how many it has. */
static size_t count_cpus(void)
{
    long cpus = placement_allowed_cpus(NULL, 0);
    if (cpus <= 0)
        cpus = sysconf(_SC_NPROCESSORS_ONLN);
    return cpus < 1 ? 1 : cpus < GNUPLOT_MOST ? (size_t)cpus : GNUPLOT_MOST;
}

bool gnuplot_is_full(const struct gnuplot *gnuplot)
{
    return gnuplot->started - gnuplot->ended >= gnuplot->most;
}

void gnuplot_start(struct gnuplot *gnuplot, const char *script,
                   const struct gnuplot_terminal *terminal, const char *const *arguments)
{
    /* -d: not the reader's own start-up file, which may redefine anything. */
    char path[PATH_BYTES], where[80] = "kinds = 'svg png'";
    const char *words[GNUPLOT_ARGUMENTS + 7] = {program, "-d", "-e", where, "-c", path};
    size_t place = gnuplot->started++ % GNUPLOT_MOST;
    if (terminal != NULL)
        snprintf(where, sizeof where, "kinds = 'dumb'; terminal_columns = %u; colours = %d",
                 terminal->columns, terminal->colours);
    snprintf(path, sizeof path, "%s/%s", gnuplot->scripts, script);
    for (size_t i = 0; i < GNUPLOT_ARGUMENTS && arguments[i] != NULL; i++)
        words[6 + i] = arguments[i];
    gnuplot->processes[place] = (struct gnuplot_process){
        .script = script, .error = start(place, (char *const *)words, terminal != NULL)};
}

int gnuplot_wait(struct gnuplot *gnuplot, char *problem)
{
    const char *script = gnuplot->processes[gnuplot->ended % GNUPLOT_MOST].script;
    int status = 0;
    int r = reap(gnuplot, &status);
    if (came != 0 || (r == 0 && WIFSIGNALED(status) && WTERMSIG(status) == SIGINT))
        return problem_say(problem, -EINTR, "the charts were interrupted");
    if (r == 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return 0;
    if (!is_installed())
        return problem_say(problem, -ENOENT,
                           "no charts: gnuplot is not installed; it is in the package gnuplot-nox "
                           "(Debian, Ubuntu) or gnuplot (elsewhere); then run: pollbench report");
    return problem_say(problem, -EIO, "gnuplot failed on %s: %s", script,
                       r < 0 ? strerror(-r) : "its message is above");
}

int gnuplot_run(struct gnuplot *gnuplot, const char *script,
                const struct gnuplot_terminal *terminal, const char *const *arguments,
                char *problem)
{
    gnuplot_start(gnuplot, script, terminal, arguments);
    return gnuplot_wait(gnuplot, problem);
}

/* ---- the private folder ---- */

static int write_script(const char *folder, const char *name, const char *text, size_t size)
{
    char path[PATH_BYTES];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "wx");
    if (file == NULL)
        return -errno;
    int r = fwrite(text, 1, size, file) == size ? 0 : -EIO;
    if (fclose(file) != 0 && r == 0)
        r = -errno;
    return r;
}

static int write_scripts(const char *folder)
{
    const struct {
        const char *name, *text;
        size_t size;
    } scripts[] = {
        {"curves.gp", script_curves, script_curves_size},
        {"dots.gp", script_dots, script_dots_size},
        {"forest.gp", script_forest, script_forest_size},
        {"percentiles.gp", script_percentiles, script_percentiles_size},
        {"ratios.gp", script_ratios, script_ratios_size},
        {"scale.gp", script_scale, script_scale_size},
        {"style.gp", script_style, script_style_size},
    };
    int r = 0;
    for (size_t i = 0; i < sizeof scripts / sizeof scripts[0] && r == 0; i++)
        r = write_script(folder, scripts[i].name, scripts[i].text, scripts[i].size);
    return r;
}

static bool has_scripts(const char *folder)
{
    char path[PATH_BYTES];
    snprintf(path, sizeof path, "%s/style.gp", folder);
    return access(path, R_OK) == 0;
}

/* Not through a link: what stands behind one is not ours to write to. */
static int open_charts(struct gnuplot *gnuplot, char *problem)
{
    struct stat found;
    if (mkdir(gnuplot->charts, 0777) < 0 && errno != EEXIST)
        return problem_say(problem, -errno, "the folder %s cannot be made: %s", gnuplot->charts,
                           strerror(errno));
    gnuplot->charts_fd = open(gnuplot->charts, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (gnuplot->charts_fd >= 0)
        return 0;
    int r = -errno;
    if (lstat(gnuplot->charts, &found) == 0 && !S_ISDIR(found.st_mode))
        return problem_say(
            problem, -ENOTDIR, "no charts: %s is %s; remove it, and a folder is made in its place",
            gnuplot->charts, S_ISLNK(found.st_mode) ? "a symbolic link" : "no folder");
    return problem_say(problem, r, "the folder %s cannot be opened: %s", gnuplot->charts,
                       strerror(-r));
}

int gnuplot_open(struct gnuplot *gnuplot, const char *folder, const char *scripts, char *problem)
{
    const char *start = folder[0] == '/' ? "" : "./";
    *gnuplot = (struct gnuplot){.charts_fd = -1, .most = count_cpus()};
    if (strlen(folder) + 40 > sizeof gnuplot->work)
        return problem_say(problem, -ENAMETOOLONG, "no charts: the folder's name is too long");
    if (scripts != NULL && (!has_scripts(scripts) || strlen(scripts) >= sizeof gnuplot->scripts))
        return problem_say(problem, -EINVAL,
                           "no charts: %s does not hold the gnuplot scripts; name a folder that "
                           "has what scripts/plots has with --plots, or leave --plots out",
                           scripts);
    snprintf(gnuplot->charts, sizeof gnuplot->charts, "%s%s/charts", start, folder);
    int r = open_charts(gnuplot, problem);
    if (r < 0)
        return r;
    snprintf(gnuplot->work, sizeof gnuplot->work, "%s%s/.charts-XXXXXX", start, folder);
    guard(gnuplot);
    if (mkdtemp(gnuplot->work) == NULL) {
        r = -errno;
        gnuplot->work[0] = '\0';
    }
    snprintf(gnuplot->scripts, sizeof gnuplot->scripts, "%s",
             scripts != NULL ? scripts : gnuplot->work);
    if (r == 0 && scripts == NULL)
        r = write_scripts(gnuplot->work);
    return r == 0 ? 0
                  : problem_say(problem, r, "no charts: a folder for them cannot be made in %s: %s",
                                folder, strerror(-r));
}

void gnuplot_close(struct gnuplot *gnuplot)
{
    int status;
    end_running();
    while (gnuplot->ended < gnuplot->started)
        reap(gnuplot, &status);
    if (gnuplot->charts_fd >= 0)
        close(gnuplot->charts_fd);
    DIR *folder = gnuplot->work[0] != '\0' ? opendir(gnuplot->work) : NULL;
    if (folder != NULL) {
        for (struct dirent *entry; (entry = readdir(folder)) != NULL;)
            unlinkat(dirfd(folder), entry->d_name, 0); /* not "." and "..", which are folders */
        closedir(folder);
        rmdir(gnuplot->work);
    }
    unguard(gnuplot);
    *gnuplot = (struct gnuplot){.charts_fd = -1};
}

char *gnuplot_read(const struct gnuplot *gnuplot, const char *name)
{
    char path[PATH_BYTES];
    struct stat found;
    snprintf(path, sizeof path, "%s/%s", gnuplot->work, name);
    FILE *file = fopen(path, "r");
    if (file == NULL)
        return NULL;
    size_t size = fstat(fileno(file), &found) == 0 ? (size_t)found.st_size : 0;
    char *text = malloc(size + 1);
    if (text != NULL)
        text[fread(text, 1, size, file)] = '\0';
    fclose(file);
    return text;
}

int gnuplot_keep(const struct gnuplot *gnuplot, const char *name, char *problem)
{
    char path[PATH_BYTES];
    snprintf(path, sizeof path, "%s/%s", gnuplot->work, name);
    if (renameat(AT_FDCWD, path, gnuplot->charts_fd, name) == 0 || errno == ENOENT)
        return 0;
    return problem_say(problem, -errno, "%s/%s cannot be written: %s", gnuplot->charts, name,
                       strerror(errno));
}
