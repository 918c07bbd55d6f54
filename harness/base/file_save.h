/* Files that are there whole or not at all.
 *
 * Nothing here follows a symbolic link that stands in the folder: a result folder may come from
 * anybody, and whoever reports on it should not write elsewhere. The folder itself may be one. */
#ifndef HARNESS_BASE_FILE_SAVE_H
#define HARNESS_BASE_FILE_SAVE_H

#include <limits.h>
#include <stddef.h>
#include <stdio.h>

/* Makes a folder with its parents; one that is there is fine. 0 or -errno. */
int file_make_folder(const char *folder);

/* Writes FOLDER/NAME under a temporary name, to disk (fsync), and renames it. On -errno the file
 * that was there before is untouched and the temporary one is gone. */
int file_save(const char *folder, const char *name, const char *text, size_t length);

/* Writes straight to `path`, to disk. *written: how much of it, also on -errno. */
int file_write(const char *path, const char *text, size_t length, size_t *written);

/* FOLDER/NAME while it is written, under a temporary name. What was there before stays until the
 * new one is kept. */
struct file_draft {
    /* To write to. It notes what fails: file_draft_keep() says so. */
    FILE *stream;
    /* Internal. */
    int folder;
    char name[NAME_MAX + 1], temporary[NAME_MAX + 1];
};

/* 0 or -errno, and then there is nothing to end. Every draft that was opened is kept or dropped. */
int file_draft_open(struct file_draft *, const char *folder, const char *name);
/* On -errno, also of an earlier write, the file that was there before is untouched and the draft is
 * gone. Not synced to disk: for what can be made again. */
int file_draft_keep(struct file_draft *);
void file_draft_drop(struct file_draft *);

#endif
