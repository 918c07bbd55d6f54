#include "harness/analysis/baseline.h"

#include <string.h>

static size_t find(const struct run *run, const char *name, const size_t *subjects, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(run->subjects[subjects[i]].name, name) == 0)
            return subjects[i];
    }
    return SUBJECT_NONE;
}

size_t baseline_choose(const struct run *run, const char *asked, const size_t *subjects,
                       size_t count)
{
    size_t found = asked != NULL ? find(run, asked, subjects, count) : SUBJECT_NONE;
    if (found != SUBJECT_NONE || count == 0)
        return found;
    if (count > 2)
        found = find(run, "epoll", subjects, count);
    return found != SUBJECT_NONE ? found : subjects[0];
}

bool baseline_is_kept(const char *subject)
{
    return subject_is_floor(subject) || strcmp(subject, "peer:libuv") == 0 ||
           strcmp(subject, "epoll") == 0;
}
