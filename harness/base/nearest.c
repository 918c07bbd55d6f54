#include "harness/base/nearest.h"

#include "harness/base/problem.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { WORD_BYTES = 63 };

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

size_t nearest_distance(const char *a, const char *b)
{
    size_t a_length = strnlen(a, WORD_BYTES), b_length = strnlen(b, WORD_BYTES);
    size_t cost[WORD_BYTES + 1][WORD_BYTES + 1];
    for (size_t i = 0; i <= a_length; i++)
        cost[i][0] = i;
    for (size_t j = 0; j <= b_length; j++)
        cost[0][j] = j;
    for (size_t i = 1; i <= a_length; i++) {
        for (size_t j = 1; j <= b_length; j++) {
            size_t change = a[i - 1] == b[j - 1] ? 0 : 1;
            size_t best = smaller(cost[i - 1][j] + 1, cost[i][j - 1] + 1);
            best = smaller(best, cost[i - 1][j - 1] + change);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                best = smaller(best, cost[i - 2][j - 2] + 1);
            cost[i][j] = best;
        }
    }
    return cost[a_length][b_length];
}

void nearest_begin(struct nearest *nearest, const char *word)
{
    *nearest = (struct nearest){.word = word, .best = NULL, .distance = (size_t)-1};
}

static bool is_listed(const struct nearest *nearest, const char *name)
{
    size_t length = strlen(name);
    for (const char *at = nearest->list; *at != '\0';) {
        size_t part = strcspn(at, ",");
        if (part == length && memcmp(at, name, length) == 0)
            return true;
        at += part;
        at += strspn(at, ", ");
    }
    return false;
}

static void add_to_list(struct nearest *nearest, const char *name)
{
    size_t used = strlen(nearest->list), room = sizeof nearest->list - used;
    if (is_listed(nearest, name))
        return;
    int added = snprintf(nearest->list + used, room, "%s%s", used > 0 ? ", " : "", name);
    nearest->too_many |= (size_t)added >= room;
}

void nearest_consider(struct nearest *nearest, const char *candidate)
{
    size_t distance = nearest_distance(nearest->word, candidate);
    if (distance < nearest->distance) {
        nearest->distance = distance;
        nearest->best = candidate;
    }
    add_to_list(nearest, candidate);
}

bool nearest_is_near(const struct nearest *nearest)
{
    if (nearest->best == NULL)
        return false;
    if (strstr(nearest->best, nearest->word) != NULL ||
        strstr(nearest->word, nearest->best) != NULL)
        return true;
    size_t word = strnlen(nearest->word, WORD_BYTES), best = strnlen(nearest->best, WORD_BYTES);
    return 2 * nearest->distance < (word > best ? word : best);
}

int nearest_unknown(const struct nearest *nearest, const char *kind, const char *see, char *problem)
{
    char near[2 * WORD_BYTES] = "", others[NEAREST_LIST_BYTES + 32];
    if (nearest_is_near(nearest))
        snprintf(near, sizeof near, "; the nearest is \"%s\"", nearest->best);
    if (nearest->too_many || nearest->list[0] == '\0')
        snprintf(others, sizeof others, " (see %s)", see);
    else
        snprintf(others, sizeof others, "; there %s %s", strchr(nearest->list, ',') ? "are" : "is",
                 nearest->list);
    return problem_say(problem, -EINVAL, "unknown %s \"%s\"%s%s", kind, nearest->word, near,
                       others);
}
