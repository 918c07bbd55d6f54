#include "harness/base/terminal.h"

#include "harness/base/numbers.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

int terminal_columns(FILE *stream)
{
    struct winsize size;
    uint64_t columns = TERMINAL_COLUMNS;
    const char *said = getenv("COLUMNS");
    int fd = fileno(stream); /* -1 of one that is in memory */
    if (fd >= 0 && isatty(fd) && ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        columns = size.ws_col;
    else if (said == NULL || number_integer(said, 1, INT_MAX, &columns) < 0)
        columns = TERMINAL_COLUMNS;
    return columns < TERMINAL_COLUMNS_LEAST  ? TERMINAL_COLUMNS_LEAST
           : columns > TERMINAL_COLUMNS_MOST ? TERMINAL_COLUMNS_MOST
                                             : (int)columns;
}

void terminal_wrap(FILE *out, int column, int indent, const char *text)
{
    int begin = column, columns = terminal_columns(out);
    while (*text != '\0') {
        int length = (int)strcspn(text, " ");
        if (column > begin && column + 1 + length > columns) {
            fprintf(out, "\n%*s", indent, "");
            column = begin = indent;
        }
        column += fprintf(out, "%s%.*s", column > begin ? " " : "", length, text);
        text += length;
        text += strspn(text, " ");
    }
    fputc('\n', out);
}
