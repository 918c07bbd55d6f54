/* From a folder to a run. */
#include "harness/base/problem.h"
#include "harness/record/run_folder.h"
#include "harness/record/run_json.h"
#include "harness/record/trials_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Opened without waiting: a FIFO that nobody writes to would hold the program for ever. *bytes: its
 * size. */
static int open_file(const char *path, uint64_t *bytes, char *problem)
{
    struct stat status;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW), r = 0;
    if (fd < 0 && errno == ELOOP)
        return problem_say(problem, -ELOOP, "%s is a symbolic link, which is not followed", path);
    if (fd < 0)
        return problem_say(problem, -errno, "%s cannot be opened: %s", path, strerror(errno));
    if (fstat(fd, &status) < 0)
        r = problem_say(problem, -errno, "%s cannot be read: %s", path, strerror(errno));
    else if (!S_ISREG(status.st_mode))
        r = problem_say(problem, -EINVAL, "%s is not a regular file", path);
    *bytes = r == 0 ? (uint64_t)status.st_size : 0;
    if (r == 0)
        return fd;
    close(fd);
    return r;
}

static int read_whole(int fd, char *text, size_t length)
{
    size_t got = 0;
    while (got < length) {
        ssize_t n = read(fd, text + got, length - got);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -errno;
        if (n == 0)
            break;
        got += (size_t)n;
    }
    text[got] = '\0';
    return strlen(text) == got ? 0 : -EILSEQ;
}

static int load_run(struct run *run, const char *path, char *problem)
{
    uint64_t bytes;
    int fd = open_file(path, &bytes, problem);
    if (fd < 0)
        return fd;
    if (bytes > RUN_FILE_BYTES_MAX) {
        close(fd);
        return problem_say(problem, -EFBIG, "%s has %llu MiB; no more than %u MiB are read", path,
                           (unsigned long long)bytes >> 20, RUN_FILE_BYTES_MAX >> 20);
    }
    char *text = malloc(bytes + 1);
    int r = text != NULL ? read_whole(fd, text, bytes) : -ENOMEM;
    close(fd);
    if (r == -EILSEQ)
        problem_say(problem, r = -EINVAL, "%s: there is a byte 0 in it: this is no text", path);
    else if (r < 0)
        problem_say(problem, r, "%s cannot be read: %s", path, strerror(-r));
    else
        r = run_from_text(run, text, strlen(text), path, problem);
    free(text);
    return r;
}

/* A file that is too large is told with the line that it goes too far in. */
static int say_too_large(int fd, const char *path, uint64_t bytes, char *problem)
{
    char block[1 << 14];
    unsigned long long line = 1;
    for (uint64_t at = 0; at < TRIALS_FILE_BYTES_MAX;) {
        ssize_t n = pread(fd, block, sizeof block, (off_t)at);
        if (n <= 0)
            break;
        const char *end = block + n, *next = block;
        while ((next = memchr(next, '\n', (size_t)(end - next))) != NULL) {
            line++;
            next++;
        }
        at += (uint64_t)n;
    }
    return problem_say(problem, -EFBIG,
                       "%s, line %llu: the file has %llu MiB, and no more than %llu MiB are read, "
                       "which end here; measure fewer cells or rounds in one run",
                       path, line, (unsigned long long)bytes >> 20,
                       (unsigned long long)TRIALS_FILE_BYTES_MAX >> 20);
}

static int load_trials(struct run *run, const char *path, char *problem)
{
    uint64_t bytes;
    int fd = open_file(path, &bytes, problem);
    if (fd < 0)
        return fd;
    int r = bytes > TRIALS_FILE_BYTES_MAX ? say_too_large(fd, path, bytes, problem)
                                          : trials_read(run, fd, path, problem);
    close(fd);
    return r;
}

/* Those that the trials tell of are there. Of a run that was killed nothing else says how many. */
static void count_rounds(struct run *run)
{
    uint64_t told = 0;
    for (size_t i = 0; i < run->cell_count; i++) {
        const struct trial_table *table = &run->cells[i].trials;
        for (size_t k = 0; k < table->count; k++) {
            if (table->rows[k].round >= told)
                told = table->rows[k].round + UINT64_C(1);
        }
    }
    if (run->ended != NULL && told < run->rounds)
        run->rounds_missing = run->rounds - told;
    if (run->ended == NULL || told < run->rounds)
        run->rounds = told;
}

static int join(char *to, const char *folder, const char *name)
{
    return snprintf(to, PATH_MAX, "%s/%s", folder, name) < PATH_MAX ? 0 : -ENAMETOOLONG;
}

int run_folder_load(struct run *run, const char *path, char *problem)
{
    char run_path[PATH_MAX], trials_path[PATH_MAX];
    *run = (struct run){0};
    if (join(run_path, path, RUN_FILE_NAME) < 0 || join(trials_path, path, TRIALS_FILE_NAME) < 0)
        return problem_say(problem, -ENAMETOOLONG, "%s: %s", path, strerror(ENAMETOOLONG));
    int r = load_run(run, run_path, problem);
    if (r == 0)
        r = load_trials(run, trials_path, problem);
    if (r == 0)
        count_rounds(run);
    return r;
}
