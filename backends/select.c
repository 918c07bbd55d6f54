/* select(2): the oldest one. No state in the kernel, three bitmaps indexed by descriptor number.
 *
 * The cost of a wait grows with the highest descriptor number, even if it is the only one watched.
 *
 * The kernel has no limit of FD_SETSIZE (1024) descriptors; the fd_set type has. The bitmaps here
 * are of our own size, and grow with the highest number seen, so that no number writes out of
 * bounds.
 *
 * The bitmaps are overwritten by each call, so a copy goes in.
 *
 * One closed descriptor fails the call for all (EBADF), but for one whose number is beyond the
 * process's table of descriptors: Linux looks no further than that, and says nothing. By contract
 * none that is closed is ever watched. */
#include "backends/mechanism.h"
#include "backends/readiness.h"

#include "backends/syscalls.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

typedef unsigned long word;
#define WORD_BITS (sizeof(word) * CHAR_BIT)

struct select_backend {
    struct readiness readiness;
    /* [0] for reading, [1] for writing. */
    word *wanted[2], *found[2];
    struct io_source **by_fd;
    /* How many there are in each bitmap. */
    size_t words;
    /* The highest descriptor watched, -1: none. */
    int highest;
};

static int make_room(struct select_backend *self, int fd)
{
    size_t words = self->words == 0 ? FD_SETSIZE / WORD_BITS : self->words;
    while (words * WORD_BITS <= (size_t)fd)
        words *= 2;
    if (words == self->words)
        return 0;
    struct io_source **by_fd = realloc(self->by_fd, words * WORD_BITS * sizeof(struct io_source *));
    if (by_fd == NULL)
        return -ENOMEM;
    self->by_fd = by_fd;
    word **maps[] = {&self->wanted[0], &self->wanted[1], &self->found[0], &self->found[1]};
    for (size_t i = 0; i < sizeof maps / sizeof maps[0]; i++) {
        word *larger = realloc(*maps[i], words * sizeof *larger);
        if (larger == NULL)
            return -ENOMEM;
        memset(larger + self->words, 0, (words - self->words) * sizeof *larger);
        *maps[i] = larger;
    }
    self->words = words;
    return 0;
}

static bool is_set(const word *map, int fd)
{
    return map[(size_t)fd / WORD_BITS] >> ((size_t)fd % WORD_BITS) & 1;
}

static void put(word *map, int fd, bool on)
{
    word bit = (word)1 << ((size_t)fd % WORD_BITS);
    if (on)
        map[(size_t)fd / WORD_BITS] |= bit;
    else
        map[(size_t)fd / WORD_BITS] &= ~bit;
}

static int select_change(struct readiness *readiness, struct io_source *source, unsigned need)
{
    struct select_backend *self = (struct select_backend *)readiness;
    int fd = source->fd;
    int r = make_room(self, fd);
    if (r < 0)
        return r;
    put(self->wanted[0], fd, need & READY_IN);
    put(self->wanted[1], fd, need & READY_OUT);
    self->by_fd[fd] = source;
    if (need != 0 && fd > self->highest)
        self->highest = fd;
    while (self->highest >= 0 && !is_set(self->wanted[0], self->highest) &&
           !is_set(self->wanted[1], self->highest))
        self->highest--;
    return 0;
}

static int select_collect(struct readiness *readiness, uint64_t deadline_ns, unsigned capacity)
{
    struct select_backend *self = (struct select_backend *)readiness;
    (void)capacity; /* select(2) tells of all of them; those without room wait in the queue */
    size_t words = (size_t)(self->highest + 1 + (int)WORD_BITS - 1) / WORD_BITS;
    for (int i = 0; i < 2; i++)
        memcpy(self->found[i], self->wanted[i], words * sizeof(word));
    struct timespec left;
    int ready = sys.select(self->highest + 1, (fd_set *)self->found[0], (fd_set *)self->found[1],
                           clock_until(deadline_ns, &left));
    if (ready <= 0)
        return ready;
    for (size_t at = 0; at < words; at++) {
        word either = self->found[0][at] | self->found[1][at];
        while (either != 0) {
            int fd = (int)(at * WORD_BITS) + __builtin_ctzl(either);
            either &= either - 1;
            readiness_note(readiness, self->by_fd[fd],
                           (is_set(self->found[0], fd) ? READY_IN : 0u) |
                               (is_set(self->found[1], fd) ? READY_OUT : 0u));
        }
    }
    return ready;
}

static void free_all(struct select_backend *self)
{
    for (int i = 0; i < 2; i++) {
        free(self->wanted[i]);
        free(self->found[i]);
    }
    free(self->by_fd);
    free(self);
}

static void select_close(struct backend *backend)
{
    struct select_backend *self = (struct select_backend *)backend;
    readiness_close(&self->readiness);
    free_all(self);
}

static int select_open(struct backend **out, const struct backend_config *config)
{
    static const struct readiness_mechanism mechanism = {.change = select_change,
                                                         .collect = select_collect};
    struct select_backend *self = calloc(1, sizeof *self);
    if (self == NULL)
        return -ENOMEM;
    self->highest = -1;
    self->readiness.base.granted = BACKEND_PSELECT;
    self->readiness.mechanism = &mechanism;
    self->readiness.trigger = TRIGGER_LEVEL;
    int r = make_room(self, 0);
    if (r >= 0)
        r = readiness_open(&self->readiness, config);
    if (r < 0) {
        free_all(self);
        return r;
    }
    *out = &self->readiness.base;
    return 0;
}

static const struct backend_ops select_ops = {READINESS_OPS, .open = select_open,
                                              .close = select_close};

static const struct backend_variant variants[] = {
    {.name = "select",
     .tier = TIER_READINESS,
     .ops = &select_ops,
     .asked = BACKEND_PSELECT,
     .summary = "pselect with bitmaps of our own size"},
};

BACKEND_MECHANISM(select, variants);
