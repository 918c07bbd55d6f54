#include "harness/generator/echo_talker.h"

#include "harness/stats/random.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

void echo_pattern_set(struct echo_pattern *pattern)
{
    struct random random;
    random_seed(&random, ECHO_PATTERN_PERIOD);
    for (size_t i = 0; i < sizeof pattern->bytes; i++)
        pattern->bytes[i] = i < ECHO_PATTERN_PERIOD ? (char)random_next(&random)
                                                    : pattern->bytes[i - ECHO_PATTERN_PERIOD];
}

static const char *stream_at(const struct echo_talker *talker, const struct echo_pattern *pattern,
                             uint64_t place)
{
    return pattern->bytes + (talker->shift + place) % ECHO_PATTERN_PERIOD;
}

int echo_talker_send(struct echo_talker *talker, const struct echo_pattern *pattern, uint64_t goal)
{
    while (talker->sent < goal) {
        uint64_t left = goal - talker->sent;
        size_t part = left < ECHO_CHUNK ? (size_t)left : ECHO_CHUNK;
        ssize_t sent = send(talker->fd, stream_at(talker, pattern, talker->sent), part, 0);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent < 0)
            return errno == EAGAIN || errno == EWOULDBLOCK ? 0 : -errno;
        talker->sent += (uint64_t)sent;
    }
    return 1;
}

static int differs(struct echo_talker *talker, const char *expected, const char *got, size_t size)
{
    size_t same = 0;
    while (same < size && expected[same] == got[same])
        same++;
    talker->received += same;
    return -EBADMSG;
}

ssize_t echo_talker_receive(struct echo_talker *talker, struct echo_pattern *pattern)
{
    ssize_t got = recv(talker->fd, pattern->received, sizeof pattern->received, 0);
    if (got < 0)
        return errno == EWOULDBLOCK || errno == EINTR ? -EAGAIN : -errno;
    if (got == 0)
        return -ECONNABORTED;
    const char *expected = stream_at(talker, pattern, talker->received);
    uint64_t outstanding = talker->sent - talker->received;
    size_t sound = (uint64_t)got < outstanding ? (size_t)got : (size_t)outstanding;
    if ((uint64_t)got > outstanding || memcmp(pattern->received, expected, sound) != 0)
        return differs(talker, expected, pattern->received, sound);
    talker->received += (uint64_t)got;
    return got;
}
