#include "harness/analysis/pairs.h"

#include "harness/stats/verdict.h"

#include <string.h>

unsigned baseline_rank(const char *subject)
{
    static const char *const ranked[BASELINE_NEVER] = {"floor:epoll", "floor:nanosleep",
                                                       "floor:", "peer:libuv", "epoll"};
    for (unsigned i = 0; i < BASELINE_NEVER; i++) {
        size_t length = strlen(ranked[i]);
        bool any = ranked[i][length - 1] == ':';
        if (any ? strncmp(subject, ranked[i], length) == 0 : strcmp(subject, ranked[i]) == 0)
            return i;
    }
    return BASELINE_NEVER;
}

size_t pair_rounds(const struct samples *subject, const struct samples *baseline,
                   double *subject_values, double *baseline_values)
{
    size_t pairs = 0;
    for (size_t i = 0, j = 0; i < subject->count && j < baseline->count;) {
        if (subject->rounds[i] < baseline->rounds[j]) {
            i++;
        } else if (subject->rounds[i] > baseline->rounds[j]) {
            j++;
        } else {
            subject_values[pairs] = subject->values[i++];
            baseline_values[pairs++] = baseline->values[j++];
        }
    }
    return pairs;
}

/* The approximation for many rounds may fall short by a hair; below that it is the truth. */
double pair_confidence(const struct effect *effect)
{
    return effect->confidence >= VERDICT_CONFIDENCE - 1e-6 ? VERDICT_CONFIDENCE
                                                           : effect->confidence;
}
