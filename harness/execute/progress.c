#include "harness/execute/progress.h"

#include "backends/clock.h"

#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { BAR_COLUMNS = 8, LINE_BYTES = 512, DEFAULT_COLUMNS = 80 };
#define LINE_EVERY_NS (10 * NS_PER_S)

void progress_begin(struct progress *progress, bool quiet)
{
    *progress = (struct progress){.shown = !quiet && isatty(STDERR_FILENO)};
}

void progress_allow_lines(struct progress *progress, bool quiet)
{
    progress->in_lines = !quiet && !progress->shown;
    progress->last_ns = clock_now_ns();
}

void progress_set_decided(struct progress *progress, size_t decided, size_t asked)
{
    snprintf(progress->decided, sizeof progress->decided, "%zu of %zu decided", decided, asked);
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
    uint64_t now_ns = clock_now_ns();
    if (!progress->shown && (!progress->in_lines || now_ns - progress->last_ns < LINE_EVERY_NS))
        return;
    progress->last_ns = now_ns;
    fraction = fraction < 0 ? 0 : fraction > 1 ? 1 : fraction;
    int full = (int)(fraction * BAR_COLUMNS), percent = (int)(fraction * 100);
    memset(bar, '.', BAR_COLUMNS);
    memset(bar, '#', (size_t)full);
    bar[BAR_COLUMNS] = '\0';
    unsigned left = left_s > 0 ? (unsigned)(left_s + 0.5) : 0;
    const char *gap = progress->decided[0] != '\0' ? "  " : "";
    if (!progress->shown) {
        fprintf(stderr, "%s%s%d %%  %u:%02u left  %s\n", progress->decided, gap, percent, left / 60,
                left % 60, what);
        return;
    }
    snprintf(line, sizeof line, "%s%s[%s] %3d %%  %u:%02u left  %s", progress->decided, gap, bar,
             percent, left / 60, left % 60, what);
    /* One column is left free: a full line would wrap on some terminals. */
    fprintf(stderr, "\r%.*s\033[K", terminal_columns() - 1, line);
    fflush(stderr);
}

void progress_clear(struct progress *progress)
{
    if (progress->shown)
        fprintf(stderr, "\r\033[K");
}
