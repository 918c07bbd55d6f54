/* Files that are there whole or not at all. */
#ifndef HARNESS_BASE_FILE_SAVE_H
#define HARNESS_BASE_FILE_SAVE_H

#include <stddef.h>

/* Makes a folder with its parents; one that is there is fine. 0 or -errno. */
int file_make_folder(const char *folder);

/* Writes FOLDER/NAME under a temporary name, to disk (fsync), and renames it. On -errno the file
 * that was there before is untouched and the temporary one is gone. */
int file_save(const char *folder, const char *name, const char *text, size_t length);

/* Writes straight to `path`, to disk. *written: how much of it, also on -errno. */
int file_write(const char *path, const char *text, size_t length, size_t *written);

#endif
