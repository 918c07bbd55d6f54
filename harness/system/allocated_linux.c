#include "harness/system/allocated.h"

#include <malloc.h>

#if defined(__SANITIZE_ADDRESS__)
#define COUNTED_BY_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define COUNTED_BY_SANITIZER 1
#endif
#endif

#if defined(COUNTED_BY_SANITIZER)
/* As in <sanitizer/allocator_interface.h>, which not every compiler package has. */
size_t __sanitizer_get_current_allocated_bytes(void);

bool allocated_bytes(size_t *bytes)
{
    *bytes = __sanitizer_get_current_allocated_bytes();
    return true;
}
#elif defined(__GLIBC__) && (__GLIBC__ > 2 || __GLIBC_MINOR__ >= 33)
bool allocated_bytes(size_t *bytes)
{
    struct mallinfo2 info = mallinfo2();
    *bytes = info.uordblks + info.hblkhd;
    return true;
}
#else
bool allocated_bytes(size_t *bytes)
{
    (void)bytes;
    return false;
}
#endif
