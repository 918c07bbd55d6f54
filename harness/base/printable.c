#include "harness/base/printable.h"

#include <stdbool.h>

char *printable(char *to, size_t size, const char *from)
{
    size_t length = 0;
    for (; *from != '\0' && length + 1 < size; from++) {
        unsigned char byte = (unsigned char)*from;
        /* 0xc2 before 0x80..0x9f is a control character too, in two bytes. */
        bool two_byte_control =
            byte == 0xc2 && (unsigned char)from[1] >= 0x80 && (unsigned char)from[1] < 0xa0;
        from += two_byte_control;
        to[length++] = byte < 0x20 || byte == 0x7f || two_byte_control ? '?' : (char)byte;
    }
    /* Not in the middle of a character. */
    if (*from != '\0') {
        while (length > 0 && ((unsigned char)to[length - 1] & 0xc0) == 0x80)
            length--;
        if (length > 0 && ((unsigned char)to[length - 1] & 0xc0) == 0xc0)
            length--;
    }
    to[length] = '\0';
    return to;
}
