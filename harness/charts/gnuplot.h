/* Starting gnuplot on one of scripts/plots/. Strings reach a script as its arguments (ARG1..ARG9),
 * never as program text, so that nothing in a result file can be a gnuplot command. */
#ifndef HARNESS_CHARTS_GNUPLOT_H
#define HARNESS_CHARTS_GNUPLOT_H

#include <stdbool.h>
#include <stddef.h>

#define GNUPLOT_ARGUMENTS 9

/* The folder of the scripts: `asked` when it is not NULL, else where they were built from, else
 * "plots" beside the program. -EINVAL when `asked` does not hold them, -ENOENT when they are
 * nowhere, with a sentence in `problem` (512 bytes). */
int gnuplot_find_scripts(const char *asked, char *folder, size_t size, char *problem);

/* Charts as characters on standard output, in place of files. */
struct gnuplot_terminal {
    unsigned columns;
    bool colours;
};

/* Runs FOLDER/SCRIPT and waits for its end. `terminal` NULL: it writes files and prints nothing.
 * `arguments` ends with NULL, at most GNUPLOT_ARGUMENTS. -ENOENT: there is no gnuplot on this
 * system. -EIO: it failed, and has said why on standard error.
 */
int gnuplot_run(const char *folder, const char *script, const struct gnuplot_terminal *terminal,
                const char *const *arguments, char *problem);

#endif
