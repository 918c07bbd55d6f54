/* Text from a file or another process, made fit for a terminal, a CSV field and a chart. */
#ifndef HARNESS_BASE_PRINTABLE_H
#define HARNESS_BASE_PRINTABLE_H

#include <stddef.h>

/* A copy in which control characters, which could drive the terminal, are '?'. Cut between
 * characters when it does not fit. `from` is UTF-8 or plain bytes. Returns `to`. */
char *printable(char *to, size_t size, const char *from);

#endif
