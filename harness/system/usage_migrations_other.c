#include "harness/system/usage.h"

#include <errno.h>

int usage_migrations(uint64_t *migrations, unsigned *threads)
{
    (void)migrations, (void)threads;
    return -ENOTSUP;
}
