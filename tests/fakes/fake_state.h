/* What the two halves of the fake share: fake_backend.c, which the loop calls, and fake_script.c,
 * which the test calls. */
#ifndef TESTS_FAKES_FAKE_STATE_H
#define TESTS_FAKES_FAKE_STATE_H

#include "backends/buffer_pool.h"
#include "tests/fakes/fake_backend.h"

#define CALLS_MAX 65536
#define STEPS_MAX 4096
#define SOURCES_MAX 1024
#define CONNECTIONS_MAX 1024
#define ANSWERS_MAX 64

#define IO_NOTHING 0xff /* a wait() that returns without an event */

/* One thing that wait() is to return. */
struct step {
    struct io_source *source;
    /* IO_RECV with bytes. */
    const char *text;
    uint64_t at_ns;
    int32_t result;
    /* Steps of one batch come from one wait(). */
    unsigned batch;
    uint8_t kind;
    bool taken;
};

/* A source in the fake's care: from adopt() to release(), or to IO_CLOSED. */
struct adopted {
    struct io_source *source;
    /* What the loop told at the last wait(), less the interest that ended. */
    uint16_t have;
    bool released;
};

struct connection {
    int fd;
    bool adopted, discarded;
};

struct answer {
    int result;
    size_t sent;
};

struct fake_backend {
    struct backend base;
    struct buffer_pool pool;
};

struct fake_state {
    uint64_t now_ns;
    struct fake_call calls[CALLS_MAX];
    size_t call_count;
    struct step steps[STEPS_MAX];
    size_t first_step, step_count;
    /* Of the steps said next. */
    unsigned batch;
    uint64_t at_ns;
    struct adopted adopted[SOURCES_MAX];
    size_t adopted_count;
    struct connection connections[CONNECTIONS_MAX];
    size_t connection_count;
    struct answer answers[ANSWERS_MAX];
    size_t answer_count, answers_used;
    bool buffer_out[BUFFER_POOL_COUNT_MAX];
    size_t open_count;
};

extern struct fake_state fake;

struct adopted *fake_find_adopted(const struct io_source *);
void fake_forget_adopted(struct adopted *);
struct connection *fake_find_connection(int fd);
void fake_close_real(int fd); /* not the imaginary ones */

/* The script's side of wait(): the first step that could come now, and all of its batch. */
const struct step *fake_first_ready(const struct fake_backend *);
unsigned fake_take_batch(struct fake_backend *, unsigned batch, struct io_event *,
                         unsigned capacity);

/* What was said of a source that is released must not come any more. */
void fake_drop_steps(const struct io_source *);

#endif
