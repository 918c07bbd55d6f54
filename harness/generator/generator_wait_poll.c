/* poll(2), for systems without epoll. The set is indexed by token; a free place holds -1, which
 * poll() skips. The scan goes on where the last one stopped, so that low tokens do not starve high
 * ones. */
#include "harness/generator/generator_wait.h"

#include "backends/clock.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

struct generator_wait {
    uint32_t capacity, next;
    struct pollfd set[];
};

int generator_wait_open(struct generator_wait **out, uint32_t capacity)
{
    struct generator_wait *wait = malloc(sizeof *wait + capacity * sizeof wait->set[0]);
    if (!wait)
        return -ENOMEM;
    wait->capacity = capacity;
    wait->next = 0;
    for (uint32_t i = 0; i < capacity; i++)
        wait->set[i] = (struct pollfd){.fd = -1};
    *out = wait;
    return 0;
}

void generator_wait_close(struct generator_wait *wait)
{
    free(wait);
}

int generator_wait_add(struct generator_wait *wait, int fd, enum generator_interest interest,
                       uint32_t token)
{
    static const short events[] = {[GENERATOR_READABLE] = POLLIN,
                                   [GENERATOR_WRITABLE] = POLLOUT,
                                   [GENERATOR_EITHER] = POLLIN | POLLOUT};
    if (token >= wait->capacity)
        return -EINVAL;
    wait->set[token] = (struct pollfd){.fd = fd, .events = events[interest]};
    return 0;
}

int generator_wait_change(struct generator_wait *wait, int fd, enum generator_interest interest,
                          uint32_t token)
{
    return generator_wait_add(wait, fd, interest, token);
}

void generator_wait_remove(struct generator_wait *wait, int fd, uint32_t token)
{
    (void)fd;
    wait->set[token] = (struct pollfd){.fd = -1};
}

void generator_wait_close_fd(struct generator_wait *wait, int fd, uint32_t token)
{
    generator_wait_remove(wait, fd, token);
    close(fd);
}

int generator_wait_next(struct generator_wait *wait, uint64_t deadline_ns, uint32_t *tokens,
                        size_t capacity)
{
    int left = poll(wait->set, wait->capacity, clock_until_ms(deadline_ns));
    if (left < 0)
        return errno == EINTR ? 0 : -errno;
    int found = 0;
    for (uint32_t i = 0; i < wait->capacity && left > 0 && (size_t)found < capacity; i++) {
        uint32_t token = (wait->next + i) % wait->capacity;
        if (wait->set[token].revents == 0)
            continue;
        tokens[found++] = token;
        left--;
    }
    if (found > 0)
        wait->next = (tokens[found - 1] + 1) % wait->capacity;
    return found;
}
