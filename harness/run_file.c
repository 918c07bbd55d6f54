#include "harness/run_file.h"

#include "harness/file_save.h"
#include "harness/problem.h"
#include "harness/run_shape.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FINAL_NAME "run.json"
enum { PARTS_MAX = 1000 };

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
    return json_dumps(run, JSON_COMPACT | JSON_REAL_PRECISION(15));
}

int run_file_save(const char *folder, const json_t *run, char *problem)
{
    char *text = text_of(run);
    int r = text != NULL ? file_save(folder, FINAL_NAME, text, strlen(text)) : -ENOMEM;
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

json_t *run_file_load(const char *folder, char *problem)
{
    char path[PATH_MAX], field[PROBLEM_BYTES];
    json_error_t error;
    snprintf(path, sizeof(path), "%s/" FINAL_NAME, folder);
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        problem_say(problem, -errno, "%s cannot be opened: %s", path, strerror(errno));
        return NULL;
    }
    json_t *run = json_loadf(file, JSON_REJECT_DUPLICATES, &error);
    fclose(file);
    if (run == NULL) {
        problem_say(problem, -EINVAL, "%s, line %d, column %d: %s", path, error.line, error.column,
                    error.text);
        return NULL;
    }
    if (run_shape_check(run, field) < 0) {
        problem_say(problem, -EINVAL, "%s is not a run of pollbench: %s", path, field);
        json_decref(run);
        return NULL;
    }
    return run;
}
