/* The files that file jobs read. */
#ifndef HARNESS_WORKLOADS_POOL_FILES_H
#define HARNESS_WORKLOADS_POOL_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Made when no path is given: so many that jobs rarely meet in one inode, so small that open and
 * close weigh as much as the read. */
#define POOL_FILES 64u
#define POOL_FILE_BYTES 16384u

#define POOL_PATH_BYTES 4096

struct pool_files {
    /* The file, or the folder of those that were made. */
    char path[POOL_PATH_BYTES];
    /* Files in that folder; 0: path is a file that was named. */
    unsigned made;
    /* Out of the page cache before each read. */
    bool dropped;
    /* Removes the folder when this process is killed. */
    pid_t keeper;
    int keeper_fd;
};

/* Takes the file at `path`, or makes files when it is NULL; reads each once, so that all are in the
 * page cache; with `dropped`, sees that they can be put out of it. -errno with a sentence. */
int pool_files_open(struct pool_files *, const char *path, bool dropped, char *problem);
/* Removes what was made. */
void pool_files_close(struct pool_files *);

/* Opens, reads and closes one. Any thread. -errno. */
int pool_files_read(const struct pool_files *, uint32_t number);

/* Asks the kernel to drop an open file's pages. -ENOTSUP where it cannot be asked; -EBUSY when they
 * are still there afterwards, as on tmpfs; only `check` looks. */
int pool_files_drop_cache(int fd, bool check);

#endif
