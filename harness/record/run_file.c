#include "harness/record/run_file.h"

#include "harness/base/file_save.h"
#include "harness/base/problem.h"
#include "harness/record/run_read.h"
#include "harness/record/trials.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FINAL_NAME "run.json"
enum { PARTS_MAX = 1000 };

/* Six times what 100 cells with 12 subjects and 50 rounds take. What is read is bounded, so that a
 * file that is no run does not keep anybody waiting; what is written, too, so that it can be read.
 */
#define RUN_FILE_BYTES_MAX (512u << 20)

/* ---- the folder ---- */

static int must_be_empty(const char *folder)
{
    DIR *directory = opendir(folder);
    if (directory == NULL)
        return -errno;
    const struct dirent *entry;
    int r = 0;
    while (r == 0 && (entry = readdir(directory)) != NULL) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            r = -EEXIST;
    }
    closedir(directory);
    return r;
}

int run_file_create(const char *folder, char *problem)
{
    int r = file_make_folder(folder);
    if (r < 0)
        return problem_say(problem, r, "the result folder %s cannot be made: %s", folder,
                           strerror(-r));
    r = must_be_empty(folder);
    if (r == -EEXIST)
        return problem_say(problem, r,
                           "the result folder %s has content already; name a new or an empty one",
                           folder);
    if (r < 0)
        return problem_say(problem, r, "the result folder %s cannot be read: %s", folder,
                           strerror(-r));
    return 0;
}

/* ---- writing ---- */

/* Real numbers with 15 digits: exact for every time in nanoseconds, and half as long as with 17. */
static char *text_of(const json_t *run)
{
    json_t *unpacked = trials_unpacked(run);
    char *text = json_dumps(unpacked, JSON_COMPACT | JSON_REAL_PRECISION(15));
    json_decref(unpacked);
    return text;
}

int run_file_save(const char *folder, const json_t *run, char *problem)
{
    char *text = text_of(run);
    int r = text == NULL                        ? -ENOMEM
            : strlen(text) > RUN_FILE_BYTES_MAX ? -EFBIG
                                                : file_save(folder, FINAL_NAME, text, strlen(text));
    free(text);
    if (r < 0)
        problem_say(problem, r, "%s/" FINAL_NAME " could not be written: %s", folder, strerror(-r));
    return r;
}

/* ---- when the result folder takes no more ---- */

static int rescue_in_parts(const char *folder, const char *text, size_t length, unsigned *parts)
{
    *parts = 0;
    while (length > 0) {
        char path[PATH_MAX];
        size_t written;
        snprintf(path, sizeof(path), "%s/" FINAL_NAME ".%03u", folder, ++*parts);
        int r = file_write(path, text, length, &written);
        if (r < 0 && (r != -EFBIG || written == 0 || *parts == PARTS_MAX))
            return r;
        text += written;
        length -= written;
    }
    return 0;
}

static void remove_rescue(const char *folder, unsigned parts)
{
    for (unsigned i = 1; i <= parts; i++) {
        char path[PATH_MAX];
        snprintf(path, sizeof(path), "%s/" FINAL_NAME ".%03u", folder, i);
        unlink(path);
    }
    rmdir(folder);
}

static int rescue_below(const char *parent, const char *text, size_t length, char *where)
{
    char folder[PATH_MAX / 2];
    unsigned parts = 0;
    if (parent == NULL || *parent == '\0' ||
        snprintf(folder, sizeof(folder), "%s/pollbench-XXXXXX", parent) >= (int)sizeof(folder))
        return -ENOENT;
    if (mkdtemp(folder) == NULL)
        return -errno;
    int r = file_save(folder, FINAL_NAME, text, length);
    if (r == 0) {
        problem_say(where, 0, "%s/" FINAL_NAME, folder);
        return 0;
    }
    if (r == -EFBIG)
        r = rescue_in_parts(folder, text, length, &parts);
    if (r == 0)
        problem_say(where, 0,
                    "%s in %u parts, because of the limit of file sizes; to join them: "
                    "cat %s/" FINAL_NAME ".* > " FINAL_NAME,
                    folder, parts, folder);
    else
        remove_rescue(folder, parts);
    return r;
}

int run_file_rescue(const json_t *run, char *where)
{
    const char *parents[] = {getenv("TMPDIR"), "/tmp", "."};
    char *text = text_of(run);
    int r = -ENOMEM;
    if (text != NULL) {
        size_t length = strlen(text);
        for (size_t i = 0; i < sizeof(parents) / sizeof(parents[0]) && r < 0; i++)
            r = rescue_below(parents[i], text, length, where);
    }
    free(text);
    if (r < 0)
        problem_say(where, r, "%s", strerror(-r));
    return r;
}

/* ---- reading ---- */

/* Opened without waiting: a FIFO that nobody writes to would hold the program for ever. */
static int open_run(const char *path, char *problem)
{
    struct stat status;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return problem_say(problem, -errno, "%s cannot be opened: %s", path, strerror(errno));
    int r = 0;
    if (fstat(fd, &status) < 0)
        r = problem_say(problem, -errno, "%s cannot be read: %s", path, strerror(errno));
    else if (!S_ISREG(status.st_mode))
        r = problem_say(problem, -EINVAL, "%s is not a regular file", path);
    else if (status.st_size > RUN_FILE_BYTES_MAX)
        r = problem_say(problem, -EFBIG,
                        "%s has %lld MiB; no more than %u MiB are read: measure fewer cells or "
                        "rounds in one run",
                        path, (long long)status.st_size >> 20, RUN_FILE_BYTES_MAX >> 20);
    if (r == 0)
        return fd;
    close(fd);
    return r;
}

json_t *run_file_load(const char *folder, char *problem)
{
    char path[PATH_MAX];
    if (snprintf(path, sizeof(path), "%s/" FINAL_NAME, folder) >= (int)sizeof(path)) {
        problem_say(problem, -ENAMETOOLONG, "%s: %s", folder, strerror(ENAMETOOLONG));
        return NULL;
    }
    int fd = open_run(path, problem);
    if (fd < 0)
        return NULL;
    json_t *run = run_read(fd, path, problem);
    close(fd);
    return run;
}
