#include "harness/record/run_folder.h"

#include "harness/base/file_save.h"
#include "harness/base/problem.h"
#include "harness/record/json_set.h"
#include "harness/record/run_json.h"
#include "harness/record/trial_text.h"
#include "harness/record/trials_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int must_be_empty(const char *path)
{
    DIR *directory = opendir(path);
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

int run_folder_create(struct run_folder *folder, const char *path, char *problem)
{
    char trials[PATH_MAX];
    *folder = (struct run_folder){.path = path, .trials_fd = -1};
    int r = file_make_folder(path);
    if (r < 0)
        return problem_say(problem, r, "the result folder %s cannot be made: %s", path,
                           strerror(-r));
    r = must_be_empty(path);
    if (r == -EEXIST)
        return problem_say(problem, r,
                           "the result folder %s has content already; name a new or an empty one",
                           path);
    if (r < 0)
        return problem_say(problem, r, "the result folder %s cannot be read: %s", path,
                           strerror(-r));
    if (snprintf(trials, sizeof trials, "%s/" TRIALS_FILE_NAME, path) >= PATH_MAX)
        r = -ENAMETOOLONG;
    else
        folder->trials_fd = open(trials, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (folder->trials_fd < 0)
        return problem_say(problem, r < 0 ? r : -errno,
                           "%s/" TRIALS_FILE_NAME " cannot be made: %s", path,
                           strerror(r < 0 ? -r : errno));
    return 0;
}

void run_folder_close(struct run_folder *folder)
{
    if (folder->trials_fd >= 0)
        close(folder->trials_fd);
    folder->trials_fd = -1;
    free(folder->pending);
    folder->pending = NULL;
    folder->pending_bytes = folder->pending_room = 0;
}

/* ---- trials ---- */

int run_folder_add(struct run_folder *folder, const struct run *run, const struct trial *trial)
{
    char *line = trial_to_text(trial, run);
    if (line == NULL)
        return -ENOMEM;
    size_t length = strlen(line), room = folder->pending_bytes + length + 2;
    if (room > folder->pending_room) {
        char *larger = realloc(folder->pending, 2 * room);
        if (larger == NULL) {
            free(line);
            return -ENOMEM;
        }
        folder->pending = larger;
        folder->pending_room = 2 * room;
    }
    memcpy(folder->pending + folder->pending_bytes, line, length);
    folder->pending_bytes += length;
    folder->pending[folder->pending_bytes++] = '\n';
    free(line);
    return 0;
}

void run_folder_drop(struct run_folder *folder)
{
    folder->pending_bytes = 0;
}

static int write_at(int fd, const char *data, size_t length, uint64_t offset)
{
    while (length > 0) {
        ssize_t n = pwrite(fd, data, length, (off_t)offset);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -errno;
        data += n;
        length -= (size_t)n;
        offset += (uint64_t)n;
    }
    return 0;
}

/* The lines that were written, as a reader takes them. */
static int take_pending(struct run_folder *folder, struct run *run, char *problem)
{
    struct trial trial = {0};
    int r = 0;
    for (size_t begin = 0, end; begin < folder->pending_bytes && r == 0; begin = end + 1) {
        char *text = folder->pending + begin;
        end = begin + (size_t)((char *)memchr(text, '\n', folder->pending_bytes - begin) - text);
        folder->pending[end] = '\0';
        r = trials_take_line(run, &trial, text, end - begin, (uint32_t)++folder->trials_lines,
                             problem);
        folder->pending[end] = '\n';
    }
    trial_free(&trial);
    return r;
}

int run_folder_sync(struct run_folder *folder, struct run *run, char *problem)
{
    char rest[PROBLEM_BYTES];
    if (folder->pending_bytes == 0)
        return 0;
    int r = folder->trials_bytes + folder->pending_bytes > TRIALS_FILE_BYTES_MAX
                ? -EFBIG
                : write_at(folder->trials_fd, folder->pending, folder->pending_bytes,
                           folder->trials_bytes);
    if (r == 0 && fsync(folder->trials_fd) < 0)
        r = -errno;
    if (r < 0) {
        /* A line that was written in part would be read as one that was cut off. Where not even
         * this can be done, a reader will leave it out and say so. */
        int ignored = ftruncate(folder->trials_fd, (off_t)folder->trials_bytes);
        (void)ignored;
        return problem_say(problem, r, "%s/" TRIALS_FILE_NAME " could not be written: %s",
                           folder->path, strerror(-r));
    }
    r = take_pending(folder, run, rest);
    if (r < 0)
        return problem_say(problem, r,
                           "%s/" TRIALS_FILE_NAME ", line %llu, as it was just written: %s",
                           folder->path, (unsigned long long)folder->trials_lines, rest);
    folder->trials_bytes += folder->pending_bytes;
    folder->pending_bytes = 0;
    return 0;
}

/* ---- run.json ---- */

/* `lines`: of trials.jsonl. A file that has lost some at its end does not show it by itself. */
static char *run_text(const struct run *run, const struct cell_summary *summaries, uint64_t lines)
{
    int r = 0;
    json_t *json = run_to_json(run, summaries);
    if (json != NULL && run->ended != NULL)
        json_set(&r, json, "lines", json_count(lines));
    json = json_finish(r, json);
    char *text = json != NULL ? json_dumps(json, JSON_COMPACT | JSON_REAL_PRECISION(15)) : NULL;
    json_decref(json);
    return text;
}

int run_folder_save(struct run_folder *folder, const struct run *run,
                    const struct cell_summary *summaries, char *problem)
{
    char *text = run_text(run, summaries, folder->trials_lines);
    int r = text == NULL ? -ENOMEM
            : strlen(text) > RUN_FILE_BYTES_MAX
                ? -EFBIG
                : file_save(folder->path, RUN_FILE_NAME, text, strlen(text));
    free(text);
    if (r < 0)
        problem_say(problem, r, "%s/" RUN_FILE_NAME " could not be written: %s", folder->path,
                    strerror(-r));
    return r;
}

/* ---- when the folder takes no more ---- */

enum { PARTS_MAX = 1000 };

#define JOIN(name) "cat " name ".* > " name

/* Writes to folder/name, or where a limit of file sizes is in the way, to numbered parts. *parts:
 * how many, 0 for one whole file. */
static int write_in_parts(const char *folder, const char *name, const char *text, size_t length,
                          unsigned *parts)
{
    *parts = 0;
    int r = file_save(folder, name, text, length);
    if (r != -EFBIG)
        return r;
    while (length > 0) {
        char path[PATH_MAX];
        size_t written;
        snprintf(path, sizeof path, "%s/%s.%03u", folder, name, ++*parts);
        r = file_write(path, text, length, &written);
        if (r < 0 && (r != -EFBIG || written == 0 || *parts == PARTS_MAX))
            return r;
        text += written;
        length -= written;
    }
    return 0;
}

static void remove_rescue(const char *folder)
{
    static const char *const names[] = {RUN_FILE_NAME, TRIALS_FILE_NAME};
    char path[PATH_MAX];
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        unlink(path);
        for (unsigned part = 1; part <= PARTS_MAX; part++) {
            snprintf(path, sizeof path, "%s/%s.%03u", folder, names[i], part);
            if (unlink(path) < 0)
                break;
        }
    }
    rmdir(folder);
}

/* Everything that trials.jsonl is to hold. free() it; NULL: no memory, or it cannot be read. */
static char *all_trials(const struct run_folder *folder, size_t *length)
{
    char *text = malloc(folder->trials_bytes + folder->pending_bytes + 1);
    uint64_t at = 0;
    while (text != NULL && at < folder->trials_bytes) {
        ssize_t n = pread(folder->trials_fd, text + at, folder->trials_bytes - at, (off_t)at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            free(text);
            return NULL;
        }
        at += (uint64_t)n;
    }
    if (text != NULL && folder->pending_bytes > 0)
        memcpy(text + folder->trials_bytes, folder->pending, folder->pending_bytes);
    *length = folder->trials_bytes + folder->pending_bytes;
    return text;
}

static int rescue_below(const char *parent, const char *run_file, const char *trials, size_t length,
                        char *where)
{
    char folder[PATH_MAX / 2];
    unsigned run_parts, parts = 0;
    if (parent == NULL || *parent == '\0' ||
        snprintf(folder, sizeof folder, "%s/pollbench-XXXXXX", parent) >= (int)sizeof folder)
        return -ENOENT;
    if (mkdtemp(folder) == NULL)
        return -errno;
    int r = write_in_parts(folder, RUN_FILE_NAME, run_file, strlen(run_file), &run_parts);
    if (r == 0)
        r = write_in_parts(folder, TRIALS_FILE_NAME, trials, length, &parts);
    if (r < 0)
        remove_rescue(folder);
    else if (run_parts + parts == 0)
        problem_say(where, 0, "%s", folder);
    else
        /* Only of what is in parts: the shell would empty a file that is whole. */
        problem_say(
            where, 0, "%s in parts, because of the limit of file sizes; to join them: %s%s%s",
            folder, run_parts > 0 ? JOIN(RUN_FILE_NAME) : "",
            run_parts > 0 && parts > 0 ? "; " : "", parts > 0 ? JOIN(TRIALS_FILE_NAME) : "");
    return r;
}

static uint64_t pending_lines(const struct run_folder *folder)
{
    uint64_t lines = 0;
    for (size_t i = 0; i < folder->pending_bytes; i++)
        lines += folder->pending[i] == '\n';
    return lines;
}

int run_folder_rescue(struct run_folder *folder, const struct run *run,
                      const struct cell_summary *summaries, char *where)
{
    const char *const parents[] = {getenv("TMPDIR"), "/tmp", "."};
    size_t length = 0;
    char *run_file = run_text(run, summaries, folder->trials_lines + pending_lines(folder)),
         *trials = all_trials(folder, &length);
    int r = -ENOMEM;
    for (size_t i = 0;
         run_file != NULL && trials != NULL && r < 0 && i < sizeof parents / sizeof parents[0]; i++)
        r = rescue_below(parents[i], run_file, trials, length, where);
    free(run_file);
    free(trials);
    if (r < 0)
        problem_say(where, r, "%s", strerror(-r));
    return r;
}
