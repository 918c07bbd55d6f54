#include "harness/base/text_file.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

int text_file_read(const char *path, char *text, size_t capacity)
{
    text[0] = '\0';
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    size_t length = 0;
    int result = 0;
    while (length < capacity - 1) {
        ssize_t bytes = read(fd, text + length, capacity - 1 - length);
        if (bytes < 0 && errno == EINTR)
            continue;
        if (bytes < 0)
            result = -errno;
        if (bytes <= 0)
            break;
        length += (size_t)bytes;
    }
    close(fd);
    if (result < 0)
        length = 0;
    while (length > 0 && isspace((unsigned char)text[length - 1]))
        length--;
    text[length] = '\0';
    return result < 0 ? result : (int)length;
}
