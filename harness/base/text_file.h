/* The small text files by which a kernel describes itself. */
#ifndef HARNESS_BASE_TEXT_FILE_H
#define HARNESS_BASE_TEXT_FILE_H

#include <stddef.h>

/* Reads the beginning of a file, as much as fits, and cuts white space off its end. The length, or
 * -errno and an empty text. capacity >= 1. */
int text_file_read(const char *path, char *text, size_t capacity);

#endif
