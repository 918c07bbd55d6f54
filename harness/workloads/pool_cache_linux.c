/* Putting a file out of the page cache. posix_fadvise(2): DONTNEED drops clean pages that nobody
 * maps, and says nothing when it could not; mincore(2) tells whether pages are still there. */
#include "harness/workloads/pool_files.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* The first page stands for all. */
static int check_dropped(int fd)
{
    unsigned char resident;
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    void *map = mmap(NULL, page, PROT_READ, MAP_SHARED, fd, 0);
    if (map == MAP_FAILED)
        return -errno;
    int r = mincore(map, page, &resident) < 0 ? -errno : 0;
    munmap(map, page);
    return r == 0 && (resident & 1) ? -EBUSY : r;
}

int pool_files_drop_cache(int fd, bool check)
{
    int r = -posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
    return r == 0 && check ? check_dropped(fd) : r;
}
