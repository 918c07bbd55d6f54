/* Running gnuplot on the scripts of scripts/plots, in a private folder, from which what it has made
 * is moved to where it belongs.
 *
 * Strings reach a script as its arguments (ARG1..ARG9), never as program text, so that nothing in a
 * result file can be a gnuplot command. And gnuplot opens files by their names, whatever stands
 * there: in the private folder nobody else can have put a link. */
#ifndef HARNESS_CHARTS_GNUPLOT_H
#define HARNESS_CHARTS_GNUPLOT_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

enum {
    GNUPLOT_ARGUMENTS = 9,
    GNUPLOT_PATH_BYTES = 4096,
    GNUPLOT_SIGNALS = 4,
    /* Side by side: each takes some 20 MB, and a report has few charts. */
    GNUPLOT_MOST = 8
};

/* Charts as characters on standard output, in place of files. */
struct gnuplot_terminal {
    unsigned columns;
    bool colours;
};

struct gnuplot {
    /* Where data and pictures are while they are made. It begins with '/' or "./": gnuplot takes a
     * name that begins with '|' or '<' for a command. */
    char work[GNUPLOT_PATH_BYTES];
    /* Where the scripts are: the same, or the folder that was asked for. */
    char scripts[GNUPLOT_PATH_BYTES];
    /* FOLDER/charts, and the same as a descriptor: -1 before it is opened. */
    char charts[GNUPLOT_PATH_BYTES];
    int charts_fd;
    /* What SIGINT, SIGTERM, SIGHUP and SIGQUIT did before; taken while the private folder is there.
     */
    struct sigaction before[GNUPLOT_SIGNALS];
    bool guarded;
    /* Those that were started and not yet waited for, from `ended` to before `started`; the n-th
     * has the place n % GNUPLOT_MOST. At most `most`: one for each CPU that we may use. */
    struct gnuplot_process {
        const char *script;
        /* 0, or the -errno of a start that failed. */
        int error;
    } processes[GNUPLOT_MOST];
    size_t most, started, ended;
};

/* Makes FOLDER/charts and, beside it, the private folder with the scripts in it: those that are
 * part of the program, or (scripts not NULL) those of another folder. -EINVAL: that folder does not
 * hold them. -ENOTDIR: FOLDER/charts is a symbolic link, or no folder. Other -errno. Each with a
 * sentence in `problem`. Close it in any case. */
int gnuplot_open(struct gnuplot *, const char *folder, const char *scripts, char *problem);
/* Ends every gnuplot that nobody has waited for, and removes the private folder. A signal that came
 * meanwhile does then what it would have done: it ends the process, unless somebody takes it. */
void gnuplot_close(struct gnuplot *);

/* Whether one has to be waited for before the next is started. */
bool gnuplot_is_full(const struct gnuplot *);

/* Starts a script ("dots.gp"), whose name is borrowed until its end. `terminal` NULL: it writes
 * files into the private folder and prints nothing. `arguments` ends with NULL, at most
 * GNUPLOT_ARGUMENTS. Whether it could be started gnuplot_wait says, so that all that goes wrong is
 * heard of in the order of the charts. */
void gnuplot_start(struct gnuplot *, const char *script, const struct gnuplot_terminal *terminal,
                   const char *const *arguments);
/* Waits for the end of the one that was started first; there must be one. -ENOENT: there is no
 * gnuplot on this system. -EINTR: a signal has ended it, such as Ctrl-C's. -EIO: it failed, and has
 * said why on standard error. Each with a sentence. */
int gnuplot_wait(struct gnuplot *, char *problem);
/* Both, where no other is running. */
int gnuplot_run(struct gnuplot *, const char *script, const struct gnuplot_terminal *terminal,
                const char *const *arguments, char *problem);

/* The text of NAME in the private folder, which the caller frees; NULL: there is none, or no
 * memory.
 */
char *gnuplot_read(const struct gnuplot *, const char *name);

/* Moves NAME from the private folder into FOLDER/charts, in place of what stands there, be it a
 * link. 0, also when there is no such file; or -errno with a sentence. */
int gnuplot_keep(const struct gnuplot *, const char *name, char *problem);

#endif
