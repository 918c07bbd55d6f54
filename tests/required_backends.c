#include "tests/required_backends.h"

#include <stdlib.h>
#include <string.h>

#define BETWEEN " \t\n,"

bool backend_is_required(const char *name)
{
    const char *list = getenv("REQUIRE_BACKENDS");
    size_t length = strlen(name);
    while (list != NULL && *list != '\0') {
        size_t word = strcspn(list, BETWEEN);
        if (word == length && strncmp(list, name, length) == 0)
            return true;
        list += word;
        list += strspn(list, BETWEEN);
    }
    return false;
}
