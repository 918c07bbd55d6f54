/* Streams through the loop: order, ends and closing, with a backend that does real I/O below. */
#include "tests/conformance/cases.h"
#include "tests/conformance/loop_side.h"
#include "tests/conformance/network.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

struct copied_write {
    struct loop_write write;
    char data[];
};

static void free_copied(struct loop_write *write, int status)
{
    expect_equal(status, 0);
    free(list_owner(write, struct copied_write, write));
}

static void echo(struct loop_stream *stream, ssize_t bytes, const void *data)
{
    if (bytes <= 0) {
        served_close(served_of(stream));
        return;
    }
    struct copied_write *copy = malloc(sizeof *copy + (size_t)bytes);
    expect(copy != NULL, "memory for the case");
    memcpy(copy->data, data, (size_t)bytes);
    expect_equal(loop_write(stream, &copy->write, copy->data, (size_t)bytes, free_copied), 0);
}

static void on_connection_echo(struct loop_listener *listener, int status)
{
    struct loop_side *side = listener->handle.data;
    expect_equal(status, 0);
    side->connections++;
    expect_equal(loop_read_start(&served_take(listener)->stream, echo), 0);
}

#define KEPT_BUFFERS 16

/* By the number of the kept data. */
static struct loop_write kept_writes[KEPT_BUFFERS];

static void give_back_kept(struct loop_write *write, int status)
{
    expect_equal(status, 0);
    loop_read_give_back(write->stream->handle.loop, (int)(write - kept_writes));
}

static void echo_kept(struct loop_stream *stream, ssize_t bytes, const void *data)
{
    if (bytes <= 0) {
        served_close(served_of(stream));
        return;
    }
    int number = loop_read_keep(stream);
    expect(number >= 0 && number < KEPT_BUFFERS, "data in a receive buffer");
    expect_equal(loop_write(stream, &kept_writes[number], data, (size_t)bytes, give_back_kept), 0);
}

static void on_connection_echo_kept(struct loop_listener *listener, int status)
{
    struct loop_side *side = listener->handle.data;
    expect_equal(status, 0);
    side->connections++;
    expect_equal(loop_read_start(&served_take(listener)->stream, echo_kept), 0);
}

#define CLIENTS 100
#define ECHO_BYTES 30000

static void serve_a_hundred_clients(struct fixture *f, loop_connection_function *on_connection)
{
    struct loop_side side;
    int peers[CLIENTS];
    uint64_t sent[CLIENTS] = {0}, received[CLIENTS] = {0};
    unsigned finished = 0;
    f->config.buffer_size = 1000;
    f->config.buffer_count = KEPT_BUFFERS;
    loop_side_begin(f, &side, 64);
    loop_side_listen(&side, 128, on_connection);
    for (int i = 0; i < CLIENTS; i++)
        peers[i] = peer_connect(f, &side.address);
    for (uint64_t limit_ns = clock_now_ns() + stall_ns(); finished < CLIENTS;) {
        finished = 0;
        for (int i = 0; i < CLIENTS; i++) {
            size_t part = ECHO_BYTES - sent[i] < 700 ? ECHO_BYTES - sent[i] : 700;
            sent[i] += peer_send_pattern(peers[i], sent[i], part);
            ssize_t n = peer_receive_pattern(peers[i], received[i], ECHO_BYTES);
            expect(n > 0 || n == -EAGAIN, "bytes at the client, or none yet");
            if (n > 0) {
                received[i] += (uint64_t)n;
                limit_ns = clock_now_ns() + stall_ns();
            }
            finished += received[i] == ECHO_BYTES;
        }
        loop_side_step(&side, limit_ns, "all clients have their bytes back");
    }
    for (int i = 0; i < CLIENTS; i++)
        peer_close(f, peers[i]);
    for (struct served *served = side.served; served != NULL; served = served->next)
        RUN_UNTIL(&side, served->closes == 1);
    loop_side_end(&side);
}

void through_the_loop_an_echo_server_serves_a_hundred_clients(struct fixture *f)
{
    serve_a_hundred_clients(f, on_connection_echo);
}

void through_the_loop_an_echo_server_that_keeps_all_buffers_serves_a_hundred_clients(
    struct fixture *f)
{
    serve_a_hundred_clients(f, on_connection_echo_kept);
}

#define WRITES 300

struct ordered {
    struct loop_write writes[WRITES];
    struct loop_side *side;
    unsigned done, cancelled, failed, shutdowns;
    int shutdown_status;
    bool shut_early, out_of_order;
};

static void on_ordered_write(struct loop_write *write, int status)
{
    struct ordered *ordered = write->data;
    if (write != &ordered->writes[ordered->done])
        ordered->out_of_order = true;
    if (write->stream->handle.loop != NULL && served_of(write->stream)->closes > 0)
        ordered->out_of_order = true; /* after the close callback */
    ordered->done++;
    ordered->cancelled += status == -ECANCELED;
    ordered->failed += status < 0 && status != -ECANCELED;
}

static void on_ordered_shutdown(struct loop_stream *stream, int status)
{
    struct ordered *ordered = served_of(stream)->side->context;
    ordered->shutdowns++;
    ordered->shutdown_status = status;
    ordered->shut_early = ordered->done != WRITES;
}

/* Queues writes of many lengths that together are the pattern's first `total` bytes. */
static unsigned char *queue_writes(struct served *served, struct ordered *ordered, size_t *total)
{
    size_t offset = 0;
    *total = 0;
    for (unsigned i = 0; i < WRITES; i++)
        *total += 1 + (size_t)i * i * 137 % 20000;
    unsigned char *data = malloc(*total);
    expect(data != NULL, "memory for the case");
    pattern_fill(data, 0, *total);
    *ordered = (struct ordered){.side = served->side};
    served->side->context = ordered;
    for (unsigned i = 0; i < WRITES; i++) {
        size_t length = 1 + (size_t)i * i * 137 % 20000;
        ordered->writes[i].data = ordered;
        expect_equal(loop_write(&served->stream, &ordered->writes[i], data + offset, length,
                                on_ordered_write),
                     0);
        expect_equal(ordered->done, 0); /* never from within */
        offset += length;
    }
    return data;
}

/* One connection with a narrow way to the peer. */
static struct served *begin_narrow(struct fixture *f, struct loop_side *side, int *peer)
{
    int narrow = 65536; /* see NARROW_BYTES in network.c */
    loop_side_begin(f, side, 64);
    loop_side_listen(side, 8, on_connection_read);
    setsockopt(side->listener.source.fd, SOL_SOCKET, SO_SNDBUF, &narrow, sizeof narrow);
    *peer = peer_connect(f, &side->address);
    setsockopt(*peer, SOL_SOCKET, SO_RCVBUF, &narrow, sizeof narrow);
    RUN_UNTIL(side, side->connections == 1);
    return side->served;
}

static void receive_all(struct loop_side *side, int peer, size_t total)
{
    size_t received = 0;
    for (uint64_t limit_ns = clock_now_ns() + stall_ns(); received < total;) {
        ssize_t n = peer_receive_pattern(peer, received, total - received);
        expect(n > 0 || n == -EAGAIN, "bytes at the reader, or none yet");
        if (n > 0) {
            received += (size_t)n;
            limit_ns = clock_now_ns() + stall_ns();
        }
        loop_side_step(side, limit_ns, "the peer has every byte");
    }
}

void through_the_loop_writes_keep_their_order_past_a_slow_reader(struct fixture *f)
{
    struct loop_side side;
    struct ordered ordered;
    int peer;
    size_t total;
    struct served *served = begin_narrow(f, &side, &peer);
    unsigned char *data = queue_writes(served, &ordered, &total);
    expect_equal(loop_shutdown(&served->stream, on_ordered_shutdown), 0);
    loop_side_run_for(&side, 5);
    expect_between(ordered.done, 0, WRITES - 1, "writes done before their reader reads");
    receive_all(&side, peer, total);
    RUN_UNTIL(&side, ordered.shutdowns == 1);
    expect_equal(ordered.done, WRITES);
    expect(!(ordered.out_of_order || ordered.shut_early),
           "the writes and the shutdown to end in their order");
    expect_equal(ordered.failed + ordered.cancelled, 0);
    expect_equal(ordered.shutdown_status, 0);
    expect(peer_sees_the_end(peer), "the peer to see the end of the connection");
    /* The other direction is still open. */
    expect_equal(peer_send_pattern(peer, 0, 100), 100);
    RUN_UNTIL(&side, served->received == 100);
    loop_side_end(&side);
    free(data);
}

void through_the_loop_writes_left_at_close_are_cancelled_before_the_close_callback(
    struct fixture *f)
{
    struct loop_side side;
    struct ordered ordered;
    int peer;
    size_t total;
    struct served *served = begin_narrow(f, &side, &peer);
    unsigned char *data = queue_writes(served, &ordered, &total);
    expect_equal(loop_shutdown(&served->stream, on_ordered_shutdown), 0);
    loop_side_run_for(&side, 5);
    unsigned done = ordered.done;
    served_close(served);
    RUN_UNTIL(&side, served->closes == 1);
    expect_equal(ordered.done, WRITES);
    expect_between(ordered.cancelled, 1, WRITES - done, "writes cancelled by the close");
    expect_equal(ordered.failed, 0);
    expect_equal(ordered.shutdown_status, -ECANCELED);
    expect(!ordered.out_of_order, "the writes to end in their order");
    memset(data, 0, total);
    free(data);
    loop_side_run_for(&side, 5);
    loop_side_end(&side);
}

void through_the_loop_a_peer_lost_in_mid_write_fails_every_write_once(struct fixture *f)
{
    struct loop_side side;
    struct ordered ordered;
    int peer;
    size_t total;
    struct served *served = begin_narrow(f, &side, &peer);
    loop_read_stop(&served->stream);
    unsigned char *data = queue_writes(served, &ordered, &total);
    loop_side_run_for(&side, 5);
    peer_reset(f, peer);
    RUN_UNTIL(&side, ordered.done == WRITES);
    expect_that(ordered.failed, >, 0);
    expect(!ordered.out_of_order, "the writes to end in their order");
    loop_side_end(&side);
    free(data);
}

static void close_all_others(struct loop_stream *stream, ssize_t bytes, const void *data)
{
    struct served *self = served_of(stream);
    served_read(stream, bytes, data); /* fails for one that is closing */
    for (struct served *other = self->side->served; other != NULL; other = other->next)
        if (other != self && !loop_is_closing(&other->stream.handle))
            served_close(other);
}

static unsigned closed_ones(const struct loop_side *side)
{
    unsigned count = 0;
    for (const struct served *served = side->served; served != NULL; served = served->next)
        count += served->closes;
    return count;
}

void through_the_loop_closing_peers_in_the_same_batch_delivers_nothing_of_them(struct fixture *f)
{
    struct loop_side side;
    int peers[10];
    unsigned served_ones = 0;
    f->config.buffer_size = 16;
    loop_side_begin(f, &side, 64);
    loop_side_listen(&side, 64, on_connection_read);
    for (int i = 0; i < 10; i++)
        peers[i] = peer_connect(f, &side.address);
    RUN_UNTIL(&side, side.connections == 10);
    for (struct served *served = side.served; served != NULL; served = served->next)
        served->stream.on_read = close_all_others;
    for (int i = 0; i < 10; i++)
        expect_equal(peer_send_pattern(peers[i], 0, 60), 60);
    RUN_UNTIL(&side, closed_ones(&side) == 9);
    loop_side_run_for(&side, 10);
    for (struct served *served = side.served; served != NULL; served = served->next) {
        served_ones += served->reads > 0;
        expect_equal(served->closes, served->reads == 0);
    }
    expect_equal(served_ones, 1);
    loop_side_end(&side);
}

static void stop_after_each(struct loop_stream *stream, ssize_t bytes, const void *data)
{
    served_read(stream, bytes, data);
    loop_read_stop(stream);
}

void through_the_loop_reading_stopped_in_its_callback_loses_no_byte(struct fixture *f)
{
    struct loop_side side;
    f->config.buffer_size = 16;
    f->config.receive_budget = 8;
    loop_side_begin(f, &side, 64);
    loop_side_listen(&side, 8, on_connection_read);
    int peer = peer_connect(f, &side.address);
    RUN_UNTIL(&side, side.connections == 1);
    struct served *served = side.served;
    loop_read_stop(&served->stream);
    expect_equal(peer_send_pattern(peer, 0, 1600), 1600);
    peer_close(f, peer);
    for (unsigned turn = 1; served->ends == 0; turn++) {
        expect_equal(loop_read_start(&served->stream, stop_after_each), 0);
        RUN_UNTIL(&side, served->reads + served->ends == turn);
        loop_side_run_for(&side, 2);
        expect_equal(served->reads + served->ends, turn);
    }
    expect_equal(served->received, 1600);
    expect(!served->garbled, "every byte in its place: none lost, doubled or swapped");
    loop_side_run_for(&side, 5);
    expect_equal(served->ends, 1);
    loop_side_end(&side);
}

static void close_in_callback(struct loop_stream *stream, ssize_t bytes, const void *data)
{
    served_read(stream, bytes, data);
    served_close(served_of(stream));
}

void through_the_loop_each_close_callback_runs_once_whatever_was_in_progress(struct fixture *f)
{
    struct loop_side side;
    int peers[40];
    f->config.buffer_size = 64;
    loop_side_begin(f, &side, 16);
    loop_side_listen(&side, 64, on_connection_read);
    for (int i = 0; i < 40; i++)
        peers[i] = peer_connect(f, &side.address);
    RUN_UNTIL(&side, side.connections == 40);
    unsigned i = 0;
    for (struct served *served = side.served; served != NULL; served = served->next, i++) {
        served->stream.on_read = close_in_callback;
        if (i % 4 == 3)
            loop_read_stop(&served->stream);
    }
    for (i = 0; i < 40; i++) {
        if (i % 3 != 2)
            expect_equal(peer_send_pattern(peers[i], 0, 500), 500);
        if (i % 5 == 0)
            peer_reset(f, peers[i]);
    }
    loop_side_run_for(&side, 10);
    loop_side_end(
        &side); /* asserts one call for each, the reading, the stopped and the idle ones */
}
