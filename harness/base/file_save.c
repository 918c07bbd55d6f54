#include "harness/base/file_save.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int file_make_folder(const char *folder)
{
    char path[PATH_MAX];
    size_t length = strlen(folder);
    if (length >= sizeof path)
        return -ENAMETOOLONG;
    memcpy(path, folder, length + 1);
    for (char *slash = strchr(path + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(path, 0777) < 0 && errno != EEXIST)
            return -errno;
        *slash = '/';
    }
    if (mkdir(path, 0777) < 0 && errno != EEXIST)
        return -errno;
    return 0;
}

static int write_all(int fd, const char *data, size_t length, size_t *written)
{
    *written = 0;
    while (*written < length) {
        ssize_t n = write(fd, data + *written, length - *written);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -errno;
        *written += (size_t)n;
    }
    return 0;
}

/* ---- in a folder ---- */

/* For paths relative to it. */
static int open_folder(const char *folder)
{
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return fd < 0 ? -errno : fd;
}

static int name_temporary(char *temporary, size_t size, const char *name)
{
    int length = snprintf(temporary, size, ".%s.new", name);
    return length < 0 || (size_t)length >= size ? -ENAMETOOLONG : 0;
}

/* One that a process left behind, or a link that somebody put there, goes first. */
static int open_temporary(int folder, const char *temporary)
{
    if (unlinkat(folder, temporary, 0) < 0 && errno != ENOENT)
        return -errno;
    int fd = openat(folder, temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
    return fd < 0 ? -errno : fd;
}

/* `r` is how writing it went. A rename replaces a link, and does not follow it. */
static int end_temporary(int folder, const char *temporary, const char *name, int r)
{
    if (r == 0 && renameat(folder, temporary, folder, name) < 0)
        r = -errno;
    if (r < 0)
        unlinkat(folder, temporary, 0);
    return r;
}

/* A rename is on disk only once the folder is; a file system that cannot sync a folder says EINVAL.
 */
static int sync_folder(int folder)
{
    return fsync(folder) < 0 && errno != EINVAL ? -errno : 0;
}

static int write_to_disk(int fd, const char *text, size_t length, size_t *written)
{
    int r = write_all(fd, text, length, written);
    if (r == 0 && fsync(fd) < 0)
        r = -errno;
    if (close(fd) < 0 && r == 0)
        r = -errno;
    return r;
}

/* ---- whole files ---- */

int file_write(const char *path, const char *text, size_t length, size_t *written)
{
    *written = 0;
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    return fd < 0 ? -errno : write_to_disk(fd, text, length, written);
}

int file_save(const char *folder, const char *name, const char *text, size_t length)
{
    char temporary[NAME_MAX + 1];
    size_t written;
    int r = name_temporary(temporary, sizeof temporary, name);
    int at = r == 0 ? open_folder(folder) : r;
    if (at < 0)
        return at;
    r = open_temporary(at, temporary);
    if (r >= 0)
        r = end_temporary(at, temporary, name, write_to_disk(r, text, length, &written));
    if (r == 0)
        r = sync_folder(at);
    close(at);
    return r;
}

/* ---- drafts ---- */

int file_draft_open(struct file_draft *draft, const char *folder, const char *name)
{
    int r = name_temporary(draft->temporary, sizeof draft->temporary, name);
    if (r < 0)
        return r;
    memcpy(draft->name, name, strlen(name) + 1); /* shorter than the temporary one */
    draft->folder = open_folder(folder);
    if (draft->folder < 0)
        return draft->folder;
    int fd = open_temporary(draft->folder, draft->temporary);
    draft->stream = fd >= 0 ? fdopen(fd, "w") : NULL;
    if (draft->stream != NULL)
        return 0;
    r = fd < 0 ? fd : -errno;
    if (fd >= 0) {
        close(fd);
        unlinkat(draft->folder, draft->temporary, 0);
    }
    close(draft->folder);
    return r;
}

int file_draft_keep(struct file_draft *draft)
{
    errno = 0;
    bool failed = fflush(draft->stream) != 0 || ferror(draft->stream) != 0;
    int r = failed ? (errno != 0 ? -errno : -EIO) : 0;
    if (fclose(draft->stream) != 0 && r == 0)
        r = -errno;
    r = end_temporary(draft->folder, draft->temporary, draft->name, r);
    close(draft->folder);
    return r;
}

void file_draft_drop(struct file_draft *draft)
{
    fclose(draft->stream);
    end_temporary(draft->folder, draft->temporary, draft->name, -ECANCELED);
    close(draft->folder);
}
