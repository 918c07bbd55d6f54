/* The eighth figure of the first line of /proc/stat, in ticks of sysconf(_SC_CLK_TCK): proc(5). */
#include "harness/base/text_file.h"
#include "harness/system/usage.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

int usage_steal_us(uint64_t *steal_us)
{
    char text[512]; /* only the first line is wanted */
    int length = text_file_read("/proc/stat", text, sizeof(text));
    if (length < 0)
        return length;
    uint64_t steal_ticks;
    if (sscanf(text, "cpu %*u %*u %*u %*u %*u %*u %*u %" SCNu64, &steal_ticks) != 1)
        return -ENOTSUP;
    *steal_us = steal_ticks * (1000000 / (uint64_t)sysconf(_SC_CLK_TCK));
    return 0;
}
