#include "harness/workloads/pool_files.h"

#include "harness/base/problem.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void file_path(const struct pool_files *files, uint32_t number, char *path, size_t bytes)
{
    if (files->made == 0)
        snprintf(path, bytes, "%s", files->path);
    else
        snprintf(path, bytes, "%s/%u", files->path, (unsigned)(number % files->made));
}

static void remove_folder(const struct pool_files *files)
{
    char path[POOL_PATH_BYTES + 16];
    for (unsigned i = 0; i < files->made; i++) {
        file_path(files, i, path, sizeof path);
        unlink(path);
    }
    rmdir(files->path);
}

/* Of the keeper, once it has made the folder or could not. */
struct folder_made {
    int r;
    char path[POOL_PATH_BYTES];
};

static void keep(struct pool_files *files, int end_fd, int answer_fd)
{
    struct folder_made made = {.r = mkdtemp(files->path) != NULL ? 0 : -errno};
    char byte;
    memcpy(made.path, files->path, sizeof made.path);
    ssize_t written = write(answer_fd, &made, sizeof made);
    close(answer_fd);
    while (written == (ssize_t)sizeof made && read(end_fd, &byte, 1) < 0 && errno == EINTR)
        ;
    if (made.r == 0)
        remove_folder(files);
    _exit(0);
}

static int take_answer(struct pool_files *files, int answer_fd)
{
    struct folder_made made;
    ssize_t n;
    while ((n = read(answer_fd, &made, sizeof made)) < 0 && errno == EINTR)
        ;
    if (n != (ssize_t)sizeof made)
        return n < 0 ? -errno : -ECHILD;
    memcpy(files->path, made.path, sizeof files->path);
    return made.r;
}

/* A trial that is given up, or whose run is interrupted, is killed and cannot tidy up. A child that
 * does nothing but wait for the end of this process does it then. It makes the folder, too: so
 * there is no moment at which there is a folder and nobody to remove it. */
static int start_keeper(struct pool_files *files)
{
    int ends[2], answer[2];
    if (pipe(ends) < 0)
        return -errno;
    files->keeper_fd = ends[1];
    if (pipe(answer) < 0) {
        close(ends[0]);
        return -errno;
    }
    fcntl(ends[1], F_SETFD, FD_CLOEXEC);
    files->keeper = fork();
    if (files->keeper == 0) {
        /* Whoever reads this process's output must not wait for the keeper. */
        for (int fd = 0; fd < ends[0]; fd++)
            close(fd);
        close(ends[1]);
        close(answer[0]);
        keep(files, ends[0], answer[1]);
    }
    int r = files->keeper < 0 ? -errno : 0;
    close(ends[0]);
    close(answer[1]);
    if (r == 0)
        r = take_answer(files, answer[0]);
    close(answer[0]);
    return r;
}

static void end_keeper(struct pool_files *files)
{
    if (files->keeper_fd >= 0)
        close(files->keeper_fd);
    while (files->keeper > 0 && waitpid(files->keeper, NULL, 0) < 0 && errno == EINTR)
        ;
    files->keeper_fd = -1;
    files->keeper = 0;
}

static int write_file(const char *path)
{
    char data[POOL_FILE_BYTES];
    memset(data, 'p', sizeof data);
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return -errno;
    ssize_t written = write(fd, data, sizeof data);
    int r = written == (ssize_t)sizeof data ? 0 : written < 0 ? -errno : -ENOSPC;
    close(fd);
    return r;
}

static int make_files(struct pool_files *files, char *problem)
{
    const char *folder = getenv("TMPDIR");
    char path[POOL_PATH_BYTES + 16];
    snprintf(files->path, sizeof files->path, "%s/pollbench-files-XXXXXX",
             folder != NULL && *folder != '\0' ? folder : "/tmp");
    files->made = POOL_FILES;
    int r = start_keeper(files);
    if (r < 0) {
        files->made = 0;
        return problem_say(problem, r,
                           "a temporary folder for the files of the file jobs could not be made "
                           "(%s): %s; set TMPDIR to a folder that can be written to",
                           files->path, strerror(-r));
    }
    for (unsigned i = 0; i < files->made && r == 0; i++) {
        file_path(files, i, path, sizeof path);
        r = write_file(path);
    }
    if (r < 0)
        problem_say(problem, r,
                    "the files of the file jobs could not be made in %s: %s; set TMPDIR to a "
                    "folder with room",
                    files->path, strerror(-r));
    return r;
}

/* Dirty pages cannot be dropped: they are written first. */
static int try_to_drop(const struct pool_files *files, uint32_t number)
{
    char path[POOL_PATH_BYTES + 16];
    file_path(files, number, path, sizeof path);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    int r = files->made > 0 && fsync(fd) < 0 ? -errno : pool_files_drop_cache(fd, true);
    close(fd);
    return r;
}

static int prepare(struct pool_files *files, char *problem)
{
    char path[POOL_PATH_BYTES + 16];
    unsigned count = files->made > 0 ? files->made : 1;
    int r = 0;
    for (unsigned i = 0; i < count && r == 0; i++) {
        file_path(files, i, path, sizeof path);
        r = pool_files_read(files, i);
        if (r < 0)
            return problem_say(problem, r, "the file %s of the file jobs cannot be read: %s", path,
                               strerror(-r));
        if (files->dropped)
            r = try_to_drop(files, i);
    }
    if (r < 0)
        problem_say(problem, r,
                    "%s cannot be put out of the page cache: %s; name a file on a disk (--set "
                    "path=FILE) or set cache=warm",
                    path,
                    r == -EBUSY ? "it is still there after the kernel was asked" : strerror(-r));
    return r;
}

int pool_files_open(struct pool_files *files, const char *path, bool dropped, char *problem)
{
    *files = (struct pool_files){.keeper_fd = -1};
    int r = 0;
    if (path == NULL)
        r = make_files(files, problem);
    else if (strlen(path) >= sizeof files->path)
        r = problem_say(problem, -ENAMETOOLONG, "the path %.60s... is too long", path);
    else
        memcpy(files->path, path, strlen(path) + 1);
    files->dropped = dropped;
    if (r == 0)
        r = prepare(files, problem);
    if (r < 0)
        pool_files_close(files);
    return r;
}

void pool_files_close(struct pool_files *files)
{
    if (files->made > 0)
        remove_folder(files);
    end_keeper(files);
    files->made = 0;
}

int pool_files_read(const struct pool_files *files, uint32_t number)
{
    char path[POOL_PATH_BYTES + 16], data[POOL_FILE_BYTES];
    file_path(files, number, path, sizeof path);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    int r = files->dropped ? pool_files_drop_cache(fd, false) : 0;
    ssize_t bytes = 1;
    while (bytes > 0 && r == 0) {
        bytes = read(fd, data, sizeof data);
        if (bytes < 0 && errno == EINTR)
            bytes = 1;
        else if (bytes < 0)
            r = -errno;
    }
    close(fd);
    return r;
}
