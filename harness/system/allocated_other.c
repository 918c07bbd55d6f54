#include "harness/system/allocated.h"

bool allocated_bytes(size_t *bytes)
{
    (void)bytes;
    return false;
}
