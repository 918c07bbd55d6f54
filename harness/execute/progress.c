#include "harness/execute/progress.h"

#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { BAR_COLUMNS = 24, LINE_BYTES = 512, DEFAULT_COLUMNS = 80 };

void progress_begin(struct progress *progress, bool quiet)
{
    progress->shown = !quiet && isatty(STDERR_FILENO);
}

/* Asked each time: windows change their size. */
static int terminal_columns(void)
{
    struct winsize size;
    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) < 0 || size.ws_col == 0)
        return DEFAULT_COLUMNS;
    return size.ws_col < LINE_BYTES ? size.ws_col : LINE_BYTES - 1;
}

void progress_show(struct progress *progress, double fraction, double left_s, const char *what)
{
    char line[LINE_BYTES], bar[BAR_COLUMNS + 1];
    if (!progress->shown)
        return;
    fraction = fraction < 0 ? 0 : fraction > 1 ? 1 : fraction;
    int full = (int)(fraction * BAR_COLUMNS);
    memset(bar, '.', BAR_COLUMNS);
    memset(bar, '#', (size_t)full);
    bar[BAR_COLUMNS] = '\0';
    unsigned left = left_s > 0 ? (unsigned)(left_s + 0.5) : 0;
    snprintf(line, sizeof line, "[%s] %3d %%  %u:%02u left  %s", bar, (int)(fraction * 100),
             left / 60, left % 60, what);
    /* One column is left free: a full line would wrap on some terminals. */
    fprintf(stderr, "\r%.*s\033[K", terminal_columns() - 1, line);
    fflush(stderr);
}

void progress_clear(struct progress *progress)
{
    if (progress->shown)
        fprintf(stderr, "\r\033[K");
}
