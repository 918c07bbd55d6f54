#include "backends/readiness.h"

#include "backends/accept_errors.h"
#include "backends/syscalls.h"

#include <errno.h>

#define POLL_INTEREST (IO_WANT_READABLE | IO_WANT_WRITABLE)

struct batch {
    struct io_event *events;
    unsigned capacity, used;
};

/* ---- results ---- */

static void emit(struct readiness *self, struct batch *batch, struct io_source *source,
                 enum io_kind kind, int result, int buffer)
{
    batch->events[batch->used++] = (struct io_event){
        .source = source, .result = result, .kind = (uint16_t)kind, .buffer = (uint16_t)buffer};
    self->base.counters.events++;
}

/* Ends an interest with its last result. */
static void emit_final(struct readiness *self, struct batch *batch, struct io_source *source,
                       unsigned interest, enum io_kind kind, int result)
{
    backend_want(&self->base, source, (uint16_t)(source->want & ~interest));
    emit(self, batch, source, kind, result, 0);
}

static void finish_send(struct readiness *self, struct batch *batch, struct io_source *source,
                        int result)
{
    source->sending = NULL;
    readiness_mark_dirty(self, source);
    emit(self, batch, source, IO_SEND, result, 0);
}

/* The kernel will not watch this source: its interest ends with that error, as far as there is
 * room. What does not fit is tried again, and refused again, at the next wait(). */
static int refuse(struct readiness *self, struct batch *batch, struct io_source *source, int error)
{
    static const struct {
        unsigned interest;
        enum io_kind kind;
    } kinds[] = {{IO_WANT_ACCEPT, IO_ACCEPT}, {IO_WANT_RECV, IO_RECV}, {POLL_INTEREST, IO_POLL}};

    if (source == &self->wake_source)
        return error;
    readiness_mark_dirty(self, source);
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (source->want & kinds[i].interest && batch->used < batch->capacity)
            emit_final(self, batch, source, kinds[i].interest, kinds[i].kind, error);
    if (source->sending != NULL && batch->used < batch->capacity)
        finish_send(self, batch, source, error);
    return 0;
}

int readiness_refuse(struct readiness *self, struct io_source *source, unsigned mask, int error)
{
    source->have &= (uint16_t)~mask;
    return refuse(self, self->batch, source, error);
}

/* ---- interest ---- */

/* What has to be watched for the interest of a source. */
static unsigned needed(const struct io_source *source)
{
    unsigned reading = IO_WANT_ACCEPT | IO_WANT_READABLE;
    if (!(source->state & READINESS_STARVED))
        reading |= IO_WANT_RECV;
    unsigned mask = source->want & reading ? READY_IN : 0;
    if (source->want & IO_WANT_WRITABLE || source->sending != NULL)
        mask |= READY_OUT;
    return mask;
}

/* Readiness that is used up by calls made here; the rest only the caller can use up. */
static unsigned used_here(const struct io_source *source)
{
    unsigned mask = source->want & (IO_WANT_ACCEPT | IO_WANT_RECV) ? READY_IN : 0;
    return source->sending != NULL ? mask | READY_OUT : mask;
}

/* Readiness that was seen earlier counts for an interest of now, and none is kept for one that is
 * gone. */
static void review_readiness(struct readiness *self, struct io_source *source)
{
    bool useful = source->ready & needed(source);
    bool queued = list_is_linked(&source->resume) && !(source->state & READINESS_STARVED);
    if (useful && !list_is_linked(&source->resume))
        list_append(&self->resume, &source->resume);
    if (!useful && queued)
        list_remove(&source->resume);
    if (!useful && self->trigger != TRIGGER_EDGE)
        source->ready = 0;
}

static int apply_changes(struct readiness *self, struct batch *batch)
{
    struct list changed;
    list_init(&changed);
    list_move_all(&self->base.dirty, &changed);
    while (!list_is_empty(&changed)) {
        struct io_source *source = list_owner(list_take_first(&changed), struct io_source, dirty);
        unsigned need = needed(source);
        /* What an edge said may be over, or have been told already. Registering the same interest
         * once more makes the kernel look again. */
        if (self->trigger == TRIGGER_EDGE && source->want & POLL_INTEREST) {
            source->have = 0;
            source->ready &= (uint16_t)used_here(source);
        }
        if (self->trigger != TRIGGER_LEVEL && !(source->state & READINESS_RELEASED))
            need |= source->have;
        if (need != source->have) {
            int r = self->mechanism->change(self, source, need);
            if (r == -EAGAIN) {
                readiness_mark_dirty(self, source);
                continue;
            }
            if (r < 0) {
                r = refuse(self, batch, source, r);
                if (r < 0)
                    return r;
                continue;
            }
            self->base.counters.changes++;
            source->have = (uint16_t)need;
        }
        review_readiness(self, source);
    }
    return 0;
}

/* Sources that found no free buffer try again as soon as there is one: in their order, and before
 * those that had some and want more, who would take them all again. */
static void feed_starved(struct readiness *self)
{
    if (self->pool.free_count == 0)
        return;
    while (!list_is_empty(&self->starved)) {
        struct list *node = self->starved.previous;
        struct io_source *source = list_owner(node, struct io_source, resume);
        source->state &= (uint16_t)~READINESS_STARVED;
        source->ready |= READY_IN;
        list_remove(node);
        list_prepend(&self->resume, node);
        readiness_mark_dirty(self, source);
    }
}

void readiness_note(struct readiness *self, struct io_source *source, unsigned mask)
{
    source->ready |= (uint16_t)mask;
    if (!(source->ready & needed(source)))
        return;
    if (source->state & READINESS_STARVED)
        list_remove(&source->resume);
    if (!list_is_linked(&source->resume))
        list_append(&self->resume, &source->resume);
}

void readiness_disarmed(struct readiness *self, struct io_source *source, unsigned mask)
{
    source->have &= (uint16_t)~mask;
    readiness_mark_dirty(self, source);
}

/* ---- from readiness to results ---- */

static void accept_some(struct readiness *self, struct io_source *source, struct batch *batch)
{
    for (unsigned i = 0; i < self->accept_budget && batch->used < batch->capacity; i++) {
        int fd = sys.accept(source->fd);
        if (fd >= 0) {
            emit(self, batch, source, IO_ACCEPT, fd, 0);
        } else if (fd == -EAGAIN) {
            source->ready &= (uint16_t)~READY_IN;
            return;
        } else if (!accept_error_passes(fd)) {
            emit_final(self, batch, source, IO_WANT_ACCEPT, IO_ACCEPT, fd);
            return;
        }
    }
}

static void receive_some(struct readiness *self, struct io_source *source, struct batch *batch)
{
    for (unsigned i = 0; i < self->receive_budget && batch->used < batch->capacity; i++) {
        int buffer = buffer_pool_take(&self->pool);
        if (buffer < 0) {
            source->state |= READINESS_STARVED;
            self->base.counters.starvations++;
            readiness_mark_dirty(self, source);
            return;
        }
        int n;
        do
            n = sys.recv(source->fd, buffer_pool_data(&self->pool, (uint16_t)buffer),
                         self->pool.size);
        while (n == -EINTR);
        if (n > 0) {
            emit(self, batch, source, IO_RECV, n, buffer);
        } else {
            buffer_pool_give(&self->pool, (uint16_t)buffer);
            if (n == -EAGAIN)
                source->ready &= (uint16_t)~READY_IN;
            else
                emit_final(self, batch, source, IO_WANT_RECV, IO_RECV, n);
            return;
        }
        /* Where readiness is reported again, a buffer that was not filled means that there is no
         * more, and the call that would only say so is saved. An edge would not come again for an
         * end of file that arrived together with the data. */
        if ((unsigned)n < self->pool.size && self->trigger != TRIGGER_EDGE)
            return;
    }
}

static void continue_send(struct readiness *self, struct io_source *source, struct batch *batch)
{
    struct io_send *send = source->sending;
    int r = readiness_send_some(source, send);
    if (r == 0)
        source->ready &= (uint16_t)~READY_OUT;
    else
        finish_send(self, batch, source, r < 0 ? r : (int)send->length);
}

/* `ready` as it was before anything of it was used up in this batch. */
static void report_poll(struct readiness *self, struct io_source *source, struct batch *batch,
                        unsigned ready)
{
    unsigned seen = 0;
    if (ready & READY_IN)
        seen |= source->want & IO_WANT_READABLE;
    if (ready & READY_OUT)
        seen |= source->want & IO_WANT_WRITABLE;
    if (seen == 0)
        return;
    emit(self, batch, source, IO_POLL, (int)seen, 0);
    /* The caller uses the readiness up, or does not: only the kernel can tell. */
    source->ready &= (uint16_t)used_here(source);
    if (self->trigger == TRIGGER_EDGE)
        readiness_mark_dirty(self, source);
}

static void progress(struct readiness *self, struct io_source *source, struct batch *batch)
{
    if (source->state & READINESS_ENDED) {
        source_table_remove(&self->sources, source);
        emit(self, batch, source, IO_CLOSED, 0, 0);
        return;
    }
    if (source == &self->wake_source) {
        if (self->mechanism->wake == NULL)
            wake_drain(&self->wake);
        source->ready = 0;
        emit(self, batch, NULL, IO_WAKE, 0, 0);
        return;
    }
    unsigned ready = source->ready;
    if (ready & READY_IN && source->want & (IO_WANT_ACCEPT | IO_WANT_RECV)) {
        if (source->want & IO_WANT_ACCEPT)
            accept_some(self, source, batch);
        else
            receive_some(self, source, batch);
        /* What is left will be reported again, except at an edge. */
        if (self->trigger != TRIGGER_EDGE)
            source->ready &= (uint16_t)~READY_IN;
    }
    if (ready & READY_OUT && source->sending != NULL && batch->used < batch->capacity)
        continue_send(self, source, batch);
    if (source->want & POLL_INTEREST && batch->used < batch->capacity)
        report_poll(self, source, batch, ready);

    if (source->state & READINESS_STARVED && !(source->ready & needed(source)))
        list_append(&self->starved, &source->resume);
    else
        review_readiness(self, source);
}

static void use_readiness(struct readiness *self, struct batch *batch)
{
    struct list queue;
    list_init(&queue);
    list_move_all(&self->resume, &queue);
    while (!list_is_empty(&queue) && batch->used < batch->capacity) {
        struct list *node = list_take_first(&queue);
        progress(self, list_owner(node, struct io_source, resume), batch);
    }
    /* Those that had no turn keep their place before those that had one and want another. */
    list_move_all(&self->resume, &queue);
    list_move_all(&queue, &self->resume);
}

/* ---- operations ---- */

int readiness_wait(struct backend *backend, uint64_t deadline_ns, struct io_event *events,
                   unsigned capacity)
{
    struct readiness *self = readiness_of(backend);
    struct batch batch = {.events = events, .capacity = capacity};
    self->batch = &batch;
    for (;;) {
        feed_starved(self);
        int r = apply_changes(self, &batch);
        if (r < 0)
            return r;
        bool more =
            batch.used > 0 || !list_is_empty(&self->resume) || !list_is_empty(&self->base.dirty);
        uint64_t until_ns = more ? 0 : deadline_ns;
        self->base.counters.waits++;
        int ready = self->mechanism->collect(self, until_ns, capacity);
        if (ready < 0 && ready != -EINTR)
            return ready;
        use_readiness(self, &batch);
        /* Readiness without a result (the connection was gone, an edge that nobody waits for) is no
         * reason to return before the deadline, and none to stay beyond it. */
        bool over = ready == 0 ? until_ns == deadline_ns : clock_now_ns() >= deadline_ns;
        if (batch.used > 0 || ready == -EINTR || over || deadline_ns == 0)
            return (int)batch.used;
    }
}
