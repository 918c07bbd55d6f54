#include "tests/fakes/fake_state.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

struct fake_script fake_script;
struct fake_state fake;

struct adopted *fake_find_adopted(const struct io_source *source)
{
    for (size_t i = 0; i < fake.adopted_count; i++)
        if (fake.adopted[i].source == source)
            return &fake.adopted[i];
    return NULL;
}

void fake_forget_adopted(struct adopted *adopted)
{
    *adopted = fake.adopted[--fake.adopted_count];
}

struct connection *fake_find_connection(int fd)
{
    for (size_t i = 0; i < fake.connection_count; i++)
        if (fake.connections[i].fd == fd)
            return &fake.connections[i];
    return NULL;
}

void fake_close_real(int fd)
{
    if (fd < FAKE_FD)
        close(fd);
}

static struct step *say(struct io_source *source, unsigned kind, int32_t result)
{
    if (fake.step_count == STEPS_MAX)
        fail_msg("a script of more than %d events", STEPS_MAX);
    if (kind != IO_NOTHING && fake_find_adopted(source) == NULL)
        fail_msg("the test delivers an event to a source that was not adopted");
    struct step *step = &fake.steps[fake.step_count++];
    *step = (struct step){.source = source,
                          .kind = (uint8_t)kind,
                          .result = result,
                          .batch = fake.batch,
                          .at_ns = fake.at_ns};
    return step;
}

void fake_next_wait(void)
{
    fake_at(0);
}

void fake_at(uint64_t at_ns)
{
    fake.batch++;
    fake.at_ns = at_ns;
}

void fake_deliver_nothing(void)
{
    say(NULL, IO_NOTHING, 0);
}

void fake_deliver_accept(struct io_source *source, int fd_or_errno)
{
    say(source, IO_ACCEPT, fd_or_errno);
}

void fake_deliver_bytes(struct io_source *source, const char *text)
{
    say(source, IO_RECV, (int32_t)strlen(text))->text = text;
}

void fake_deliver_end(struct io_source *source, int errno_or_0)
{
    say(source, IO_RECV, errno_or_0);
}

void fake_deliver_sent(struct io_source *source, int errno_or_0)
{
    say(source, IO_SEND, errno_or_0);
}

void fake_deliver_closed(struct io_source *source)
{
    say(source, IO_CLOSED, 0);
}

void fake_answer_send(int answer, size_t sent)
{
    if (fake.answer_count == ANSWERS_MAX)
        fail_msg("a script of more than %d answers to send()", ANSWERS_MAX);
    fake.answers[fake.answer_count++] = (struct answer){answer, sent};
}

void fake_drop_steps(const struct io_source *source)
{
    for (size_t i = fake.first_step; i < fake.step_count; i++) {
        struct step *step = &fake.steps[i];
        if (step->source != source || step->taken)
            continue;
        step->taken = true;
        if (step->kind == IO_ACCEPT && step->result >= 0)
            fake_close_real(step->result);
    }
}

/* Bytes and connections that nobody wants stay in the kernel, and so do bytes without a buffer. */
static bool is_held(const struct fake_backend *self, const struct step *step)
{
    if (step->kind == IO_ACCEPT)
        return !(step->source->want & IO_WANT_ACCEPT);
    if (step->kind == IO_RECV)
        return !(step->source->want & IO_WANT_RECV) || self->pool.free_count == 0;
    return false;
}

const struct step *fake_first_ready(const struct fake_backend *self)
{
    while (fake.first_step < fake.step_count && fake.steps[fake.first_step].taken)
        fake.first_step++;
    for (size_t i = fake.first_step; i < fake.step_count; i++)
        if (!fake.steps[i].taken && !is_held(self, &fake.steps[i]))
            return &fake.steps[i];
    return NULL;
}

static void end_interest(struct adopted *adopted, uint16_t interest)
{
    adopted->have &= (uint16_t)~interest;
    adopted->source->want &= (uint16_t)~interest;
}

static void take_bytes(struct fake_backend *self, const struct step *step, struct io_event *event)
{
    int buffer = buffer_pool_take(&self->pool);
    assert_in_range(buffer, 0, BUFFER_POOL_COUNT_MAX - 1);
    assert_true(strlen(step->text) <= self->pool.size);
    memcpy(buffer_pool_data(&self->pool, (uint16_t)buffer), step->text, strlen(step->text));
    fake.buffer_out[buffer] = true;
    event->buffer = (uint16_t)buffer;
}

static void take_sent(struct io_source *source, struct io_event *event)
{
    if (source->sending == NULL)
        fail_msg("the test ends a send that was not in progress");
    if (event->result == 0)
        event->result = (int32_t)(source->sending->sent = source->sending->length);
    source->sending = NULL;
}

static void take_step(struct fake_backend *self, struct step *step, struct io_event *event)
{
    struct adopted *adopted = fake_find_adopted(step->source);
    *event = (struct io_event){.source = step->source, .kind = step->kind, .result = step->result};
    step->taken = true;
    self->base.counters.events++;
    if (step->kind == IO_ACCEPT && step->result < 0) {
        end_interest(adopted, IO_WANT_ACCEPT);
    } else if (step->kind == IO_ACCEPT) {
        assert_true(fake.connection_count < CONNECTIONS_MAX);
        fake.connections[fake.connection_count++] = (struct connection){.fd = step->result};
    } else if (step->kind == IO_RECV && step->text == NULL) {
        end_interest(adopted, IO_WANT_RECV);
    } else if (step->kind == IO_RECV) {
        take_bytes(self, step, event);
    } else if (step->kind == IO_SEND) {
        take_sent(step->source, event);
    } else if (step->kind == IO_CLOSED) {
        if (!adopted->released)
            fail_msg("the test closes a source that the loop did not release");
        fake_forget_adopted(adopted);
    }
}

unsigned fake_take_batch(struct fake_backend *self, unsigned batch, struct io_event *events,
                         unsigned capacity)
{
    unsigned count = 0;
    for (size_t i = fake.first_step; i < fake.step_count && count < capacity; i++) {
        struct step *step = &fake.steps[i];
        if (step->taken || step->batch > batch || is_held(self, step))
            continue;
        if (step->kind == IO_NOTHING)
            step->taken = true;
        else
            take_step(self, step, &events[count++]);
    }
    if (fake.batch <= batch)
        fake_next_wait();
    return count;
}

uint64_t fake_now_ns(void)
{
    return fake.now_ns;
}

void fake_advance(uint64_t ns)
{
    fake.now_ns += ns;
}

bool fake_discarded(int fd)
{
    const struct connection *connection = fake_find_connection(fd);
    return connection != NULL && connection->discarded;
}

void fake_assert_clean(void)
{
    for (size_t i = 0; i < BUFFER_POOL_COUNT_MAX; i++)
        if (fake.buffer_out[i])
            fail_msg("buffer %zu was not recycled", i);
    for (size_t i = 0; i < fake.connection_count; i++)
        if (!fake.connections[i].adopted && !fake.connections[i].discarded)
            fail_msg("connection %d was lost", fake.connections[i].fd);
    if (fake.adopted_count != 0)
        fail_msg("%zu sources were not released", fake.adopted_count);
    if (fake.open_count != 0)
        fail_msg("the backend was not closed");
}
