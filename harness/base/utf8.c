#include "harness/base/utf8.h"

#include <stddef.h>

/* The bytes that follow the first one, and what the second may be: the table of RFC 3629,
 * section 4. */
static size_t follow(unsigned char first, unsigned char *low, unsigned char *high)
{
    *low = 0x80;
    *high = 0xbf;
    if (first >= 0xc2 && first <= 0xdf)
        return 1;
    if (first >= 0xe0 && first <= 0xef) {
        *low = first == 0xe0 ? 0xa0 : 0x80;
        *high = first == 0xed ? 0x9f : 0xbf;
        return 2;
    }
    if (first >= 0xf0 && first <= 0xf4) {
        *low = first == 0xf0 ? 0x90 : 0x80;
        *high = first == 0xf4 ? 0x8f : 0xbf;
        return 3;
    }
    return 0;
}

bool utf8_is_valid(const char *text)
{
    for (const unsigned char *at = (const unsigned char *)text; *at != '\0'; at++) {
        unsigned char low, high;
        if (*at < 0x80)
            continue;
        size_t more = follow(*at, &low, &high);
        if (more == 0)
            return false;
        for (; more > 0; more--) {
            at++;
            if (*at < low || *at > high)
                return false;
            low = 0x80;
            high = 0xbf;
        }
    }
    return true;
}
