#include "tests/fakes/fake_state.h"

#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* Shared with threads that call wake(). */
static pthread_mutex_t wake_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t wake_signalled = PTHREAD_COND_INITIALIZER;
static bool wake_pending;
static size_t wake_count;

static struct fake_call *record(enum fake_call_kind kind)
{
    if (fake.call_count == CALLS_MAX)
        fail_msg("more than %d calls to record: fake_forget_calls() in between", CALLS_MAX);
    struct fake_call *call = &fake.calls[fake.call_count++];
    *call = (struct fake_call){.kind = kind};
    return call;
}

static struct fake_backend *from_base(struct backend *backend)
{
    return (struct fake_backend *)backend;
}

static int open_variant(struct backend **out, const struct backend_config *config,
                        const struct backend_ops *ops)
{
    struct fake_call *call = record(FAKE_OPEN);
    call->result = fake_script.open_result;
    if (call->result < 0)
        return call->result;
    if (config->accept_budget == 0 || config->receive_budget == 0)
        return call->result = -EINVAL;
    struct fake_backend *self = calloc(1, sizeof *self);
    if (self == NULL)
        return call->result = -ENOMEM;
    call->result = buffer_pool_open(&self->pool, config->buffer_count, config->buffer_size);
    if (call->result < 0) {
        free(self);
        return call->result;
    }
    self->base.ops = ops;
    self->base.buffers = &self->pool;
    list_init(&self->base.dirty);
    fake.open_count++;
    *out = &self->base;
    return 0;
}

static void fake_close(struct backend *backend)
{
    struct fake_backend *self = from_base(backend);
    record(FAKE_CLOSE);
    for (size_t i = 0; i < fake.adopted_count; i++)
        if (!fake.adopted[i].released)
            fake_close_real(fake.adopted[i].source->fd);
    buffer_pool_close(&self->pool);
    free(self);
    fake.open_count--;
}

static int fake_adopt(struct backend *backend, struct io_source *source)
{
    (void)backend;
    struct fake_call *call = record(FAKE_ADOPT);
    call->source = source;
    call->fd = source->fd;
    call->result = fake_script.adopt_result;
    if (call->result < 0)
        return call->result;
    if (fake_find_adopted(source) != NULL)
        fail_msg("the loop adopts a source twice");
    if (source->want != 0 || source->have != 0 || source->sending != NULL)
        fail_msg("the loop adopts a source that is not zeroed");
    assert_true(fake.adopted_count < SOURCES_MAX);
    list_init(&source->dirty);
    list_init(&source->resume);
    fake.adopted[fake.adopted_count++] = (struct adopted){.source = source};
    struct connection *connection = fake_find_connection(source->fd);
    if (connection != NULL)
        connection->adopted = true;
    return 0;
}

static int fake_release(struct backend *backend, struct io_source *source)
{
    (void)backend;
    struct fake_call *call = record(FAKE_RELEASE);
    call->source = source;
    call->fd = source->fd;
    struct adopted *adopted = fake_find_adopted(source);
    if (adopted == NULL || adopted->released)
        fail_msg("the loop releases a source that it did not adopt, or twice");
    fake_drop_steps(source);
    if (list_is_linked(&source->dirty))
        list_remove(&source->dirty);
    source->sending = NULL;
    fake_close_real(source->fd);
    adopted->released = true;
    if (fake_script.release_later)
        return call->result = 0;
    fake_forget_adopted(adopted);
    return call->result = 1;
}

static void fake_discard(struct backend *backend, int fd)
{
    (void)backend;
    record(FAKE_DISCARD)->fd = fd;
    struct connection *connection = fake_find_connection(fd);
    if (connection == NULL || connection->adopted || connection->discarded)
        fail_msg("the loop discards descriptor %d, which is not one to discard", fd);
    connection->discarded = true;
    fake_close_real(fd);
}

static int fake_send(struct backend *backend, struct io_source *source, struct io_send *send)
{
    (void)backend;
    struct fake_call *call = record(FAKE_SEND);
    call->source = source;
    call->data = send->data;
    call->length = send->length;
    struct adopted *adopted = fake_find_adopted(source);
    if (adopted == NULL || adopted->released)
        fail_msg("the loop sends on a source that it did not adopt");
    if (source->sending != NULL)
        fail_msg("the loop starts a send while one is in progress");
    if (send->length == 0 || send->sent != 0)
        fail_msg("the loop sends %zu bytes of which %zu are sent", send->length, send->sent);
    struct answer answer = {(int)send->length, send->length};
    if (fake.answers_used < fake.answer_count)
        answer = fake.answers[fake.answers_used++];
    send->sent = answer.sent;
    if (answer.result == FAKE_SEND_LATER)
        source->sending = send;
    return call->result = answer.result;
}

static int fake_shutdown(struct backend *backend, struct io_source *source)
{
    (void)backend;
    struct fake_call *call = record(FAKE_SHUTDOWN);
    call->source = source;
    struct adopted *adopted = fake_find_adopted(source);
    if (adopted == NULL || adopted->released)
        fail_msg("the loop shuts down a source that it did not adopt");
    if (source->sending != NULL)
        fail_msg("the loop shuts down a source while a send is in progress");
    return call->result = fake_script.shutdown_result;
}

static void fake_recycle(struct backend *backend, uint16_t buffer)
{
    record(FAKE_RECYCLE)->buffer = buffer;
    if (buffer >= BUFFER_POOL_COUNT_MAX || !fake.buffer_out[buffer])
        fail_msg("the loop recycles buffer %u, which it does not have", (unsigned)buffer);
    fake.buffer_out[buffer] = false;
    /* Whoever looks at the data from now on should notice. */
    memset(buffer_pool_data(backend->buffers, buffer), '#', backend->buffers->size);
    buffer_pool_give(backend->buffers, buffer);
}

/* Every interest that the loop believes in has to be one that the backend was told of. */
static unsigned take_changes(struct backend *backend)
{
    unsigned changes = 0;
    for (; !list_is_empty(&backend->dirty); changes++) {
        struct io_source *source =
            list_owner(list_take_first(&backend->dirty), struct io_source, dirty);
        struct adopted *adopted = fake_find_adopted(source);
        if (adopted == NULL || adopted->released)
            fail_msg("a source that is not adopted is on the dirty list");
        adopted->have = source->want;
    }
    for (size_t i = 0; i < fake.adopted_count; i++) {
        const struct adopted *adopted = &fake.adopted[i];
        if (!adopted->released && adopted->have != adopted->source->want)
            fail_msg("the loop wants %#x of a source of which the backend was told %#x",
                     adopted->source->want, adopted->have);
    }
    backend->counters.changes += changes;
    return changes;
}

static bool take_wake(bool sleep)
{
    pthread_mutex_lock(&wake_lock);
    while (sleep && !wake_pending)
        pthread_cond_wait(&wake_signalled, &wake_lock);
    bool woken = wake_pending;
    wake_pending = false;
    pthread_mutex_unlock(&wake_lock);
    return woken;
}

static void sleep_until(uint64_t deadline_ns)
{
    if (deadline_ns > fake.now_ns)
        fake.now_ns = deadline_ns + fake_script.oversleep_ns;
}

static int wait_for_events(struct fake_backend *self, uint64_t deadline_ns, struct io_event *events,
                           unsigned capacity)
{
    const struct step *step = fake_first_ready(self);
    bool nothing_ever = step == NULL && deadline_ns == BACKEND_NO_DEADLINE;
    unsigned count = 0;
    if (take_wake(nothing_ever && fake_script.block)) {
        events[count++] = (struct io_event){.kind = IO_WAKE};
        deadline_ns = 0;
    } else if (nothing_ever) {
        return -EDEADLK; /* would sleep for ever: the test sees it as the result of loop_run() */
    }
    if (step == NULL || (step->at_ns > fake.now_ns && step->at_ns > deadline_ns)) {
        sleep_until(deadline_ns);
        return (int)count;
    }
    if (step->at_ns > fake.now_ns)
        fake.now_ns = step->at_ns;
    return (int)(count + fake_take_batch(self, step->batch, events + count, capacity - count));
}

static int fake_wait(struct backend *backend, uint64_t deadline_ns, struct io_event *events,
                     unsigned capacity)
{
    struct fake_backend *self = from_base(backend);
    struct fake_call *call = record(FAKE_WAIT);
    call->deadline_ns = deadline_ns;
    call->began_ns = fake.now_ns;
    call->capacity = capacity;
    assert_true(capacity >= 1);
    backend->counters.waits++;
    call->changes = take_changes(backend);
    call->result = fake_script.wait_result < 0
                       ? fake_script.wait_result
                       : wait_for_events(self, deadline_ns, events, capacity);
    call->ended_ns = fake.now_ns;
    return call->result;
}

/* Any thread: nothing here but what the lock guards. */
static int fake_wake(struct backend *backend)
{
    (void)backend;
    pthread_mutex_lock(&wake_lock);
    wake_pending = true;
    wake_count++;
    pthread_cond_signal(&wake_signalled);
    pthread_mutex_unlock(&wake_lock);
    return 0;
}

#define FAKE_OPERATIONS(is_nonblocking, open_function)                                             \
    {                                                                                              \
        .nonblocking = is_nonblocking, .open = open_function, .close = fake_close,                 \
        .adopt = fake_adopt, .release = fake_release, .discard = fake_discard, .send = fake_send,  \
        .shutdown = fake_shutdown, .recycle = fake_recycle, .wait = fake_wait, .wake = fake_wake,  \
    }

static int open_nonblocking(struct backend **, const struct backend_config *);
static int open_blocking(struct backend **, const struct backend_config *);
static const struct backend_ops nonblocking_ops = FAKE_OPERATIONS(true, open_nonblocking);
static const struct backend_ops blocking_ops = FAKE_OPERATIONS(false, open_blocking);

static int open_nonblocking(struct backend **out, const struct backend_config *config)
{
    return open_variant(out, config, &nonblocking_ops);
}

static int open_blocking(struct backend **out, const struct backend_config *config)
{
    return open_variant(out, config, &blocking_ops);
}

const struct backend_variant fake_variant = {
    .name = "fake", .tier = TIER_NONE, .ops = &nonblocking_ops, .summary = "scripted by a test"};
const struct backend_variant fake_blocking_variant = {
    .name = "fake-blocking", .tier = TIER_NONE, .ops = &blocking_ops, .summary = "the same"};

/* ---- what the loop did ---- */

static size_t count_wakes(void)
{
    pthread_mutex_lock(&wake_lock);
    size_t count = wake_count;
    pthread_mutex_unlock(&wake_lock);
    return count;
}

size_t fake_call_count(enum fake_call_kind kind)
{
    if (kind == FAKE_WAKE)
        return count_wakes();
    size_t count = 0;
    for (size_t i = 0; i < fake.call_count; i++)
        count += fake.calls[i].kind == kind;
    return count;
}

const struct fake_call *fake_call(enum fake_call_kind kind, int n)
{
    int left = n < 0 ? (int)fake_call_count(kind) + n : n;
    for (size_t i = 0; left >= 0 && i < fake.call_count; i++)
        if (fake.calls[i].kind == kind && left-- == 0)
            return &fake.calls[i];
    fail_msg("the loop made fewer calls of kind %d than the test asks for (number %d)", kind, n);
    return NULL;
}

void fake_forget_calls(void)
{
    fake.call_count = 0;
    pthread_mutex_lock(&wake_lock);
    wake_count = 0;
    pthread_mutex_unlock(&wake_lock);
}

void fake_reset(void)
{
    fake_forget_calls();
    fake.first_step = fake.step_count = fake.batch = 0;
    fake.at_ns = 0;
    fake.adopted_count = fake.connection_count = fake.answer_count = fake.answers_used = 0;
    fake.open_count = 0;
    memset(fake.buffer_out, 0, sizeof fake.buffer_out);
    fake.now_ns = FAKE_EPOCH_NS;
    fake_script = (struct fake_script){0};
    take_wake(false);
}
