#include "backends/wake.h"

#include "backends/syscalls.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdint.h>

int wake_open(struct wake *wake)
{
    int fds[2];
    int r = wake_descriptors(fds);
    if (r < 0)
        return r;
    wake->read_fd = fds[0];
    wake->write_fd = fds[1];
    atomic_init(&wake->pending, 0);
    return 0;
}

void wake_close(struct wake *wake)
{
    sys.close(wake->read_fd);
    if (wake->write_fd != wake->read_fd)
        sys.close(wake->write_fd);
}

int wake_signal(struct wake *wake)
{
    if (atomic_exchange(&wake->pending, 1) != 0)
        return 0;
    /* Eight bytes, because an eventfd takes nothing else; a pipe takes them in one piece. */
    uint64_t one = 1;
    int r;
    do
        r = sys.write(wake->write_fd, &one, sizeof one);
    while (r == -EINTR);
    if (r < 0)
        atomic_store(&wake->pending, 0);
    return r < 0 ? r : 0;
}

/* Read first, then allow the next signal: the other way round, a signal between the two would be
 * read away while `pending` says that it is still to come, and every later one would be swallowed.
 */
void wake_drain(struct wake *wake)
{
    uint64_t count;
    while (sys.read(wake->read_fd, &count, sizeof count) == -EINTR)
        ;
    wake_taken(wake);
}

void wake_taken(struct wake *wake)
{
    /* An exchange, not a store: it reads what a swallowed signal wrote, and so comes after what
     * that thread had written before it. */
    atomic_exchange(&wake->pending, 0);
}
