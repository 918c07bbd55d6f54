#include "harness/workloads/echo_path.h"

#include "harness/base/problem.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int echo_path_make(struct echo_path *path, size_t most, char *problem)
{
    const char *parent = getenv("TMPDIR");
    path->folder[0] = path->socket[0] = '\0';
    if (parent == NULL || *parent == '\0')
        parent = "/tmp";
    char folder[ECHO_PATH_BYTES];
    int length = snprintf(folder, sizeof folder, "%s/pollbench-XXXXXX", parent);
    size_t needed = (size_t)length + sizeof "/echo";
    if (needed > most || (size_t)length >= sizeof folder)
        return problem_say(problem, -ENAMETOOLONG,
                           "the path of a unix socket would have %zu bytes in the folder for "
                           "temporary files, and at most %zu fit; set TMPDIR to a shorter one",
                           needed, most);
    if (mkdtemp(folder) == NULL)
        return problem_say(problem, -errno,
                           "making a folder for a unix socket in %s: %s; set TMPDIR to one that "
                           "can be written",
                           parent, strerror(errno));
    memcpy(path->folder, folder, (size_t)length + 1);
    memcpy(path->socket, folder, (size_t)length);
    memcpy(path->socket + length, "/echo", sizeof "/echo");
    return 0;
}

void echo_path_remove(struct echo_path *path)
{
    if (path->folder[0] == '\0')
        return;
    unlink(path->socket);
    rmdir(path->folder);
    path->folder[0] = '\0';
}
