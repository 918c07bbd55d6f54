/* Polling: the readiness of any descriptor, told as long as it lasts, on every mechanism. */
#include "tests/conformance/cases.h"
#include "tests/conformance/network.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define BOTH (IO_WANT_READABLE | IO_WANT_WRITABLE)

static void read_away(struct endpoint *source, size_t bytes)
{
    char data[4096];
    expect_that(bytes, <=, sizeof data);
    expect_equal(read(source->source.fd, data, bytes), bytes);
}

/* The next `count` waits bring one IO_POLL each for this source, with these bits. */
static void expect_told(struct fixture *f, struct endpoint *source, unsigned count, int bits)
{
    for (unsigned i = 0; i < count; i++) {
        unsigned before = source->polls;
        wait_some(f, "a descriptor that is ready");
        expect_equal(source->polls, before + 1);
        expect_equal(source->poll_bits, bits);
    }
}

void a_readable_pipe_is_told_in_every_wait_until_it_is_drained(struct fixture *f)
{
    int writer;
    backend_start(f);
    struct endpoint *source = pipe_reader(f, &writer, IO_WANT_READABLE);
    for (int round = 0; round < 3; round++) {
        expect_quiet(f, 10);
        expect_equal(write(writer, "abc", 3), 3);
        expect_told(f, source, 4, IO_WANT_READABLE);
        read_away(source, 2);
        expect_told(f, source, 4, IO_WANT_READABLE);
        read_away(source, 1);
    }
    expect_quiet(f, 10);
}

void bytes_that_were_read_before_the_wait_are_told_of_once_at_most(struct fixture *f)
{
    int writer;
    backend_start(f);
    struct endpoint *source = pipe_reader(f, &writer, IO_WANT_READABLE);
    expect_quiet(f, 10);
    /* A kernel thread (SQPOLL) may tell of it late, when it gets a CPU: all bytes together count.
     */
    for (unsigned byte = 1; byte <= 3; byte++) {
        expect_equal(write(writer, "a", 1), 1);
        read_away(source, 1);
        for (uint64_t until_ns = in_ms(20); clock_now_ns() < until_ns;)
            wait_once(f, until_ns);
        expect_between(source->polls, 0, byte, "reports of bytes that are gone");
    }
}

void a_writable_pipe_is_told_in_every_wait_until_it_is_full(struct fixture *f)
{
    int reader;
    char data[4096] = {0};
    backend_start(f);
    struct endpoint *source = pipe_writer(f, &reader, IO_WANT_WRITABLE);
    set_nonblocking(reader, true);
    for (int round = 0; round < 3; round++) {
        expect_told(f, source, 4, IO_WANT_WRITABLE);
        set_nonblocking(source->source.fd, true);
        while (write(source->source.fd, data, sizeof data) > 0)
            ;
        set_nonblocking(source->source.fd, f->ops->nonblocking);
        expect_quiet(f, 10);
        while (read(reader, data, sizeof data) > 0)
            ;
    }
    expect_told(f, source, 1, IO_WANT_WRITABLE);
}

void both_directions_come_in_one_result(struct fixture *f)
{
    int peer;
    backend_start(f);
    struct endpoint *source = connection(f, &peer, BOTH);
    expect_told(f, source, 3, IO_WANT_WRITABLE);
    expect_equal(peer_send_pattern(peer, 0, 3), 3);
    WAIT_UNTIL(f, source->poll_bits == BOTH);
    expect_told(f, source, 3, BOTH);
    read_away(source, 3);
    expect_told(f, source, 3, IO_WANT_WRITABLE);
    expect_equal(peer_send_pattern(peer, 3, 3), 3);
    set_interest(f, source, IO_WANT_READABLE);
    expect_told(f, source, 3, IO_WANT_READABLE);
    set_interest(f, source, IO_WANT_WRITABLE);
    expect_told(f, source, 3, IO_WANT_WRITABLE);
    set_interest(f, source, 0);
    expect_quiet(f, 20);
    set_interest(f, source, BOTH);
    expect_told(f, source, 3, BOTH);
}

void a_pipe_whose_writers_are_gone_is_readable(struct fixture *f)
{
    int writer;
    char byte;
    backend_start(f);
    struct endpoint *source = pipe_reader(f, &writer, IO_WANT_READABLE);
    expect_quiet(f, 10);
    peer_close(f, writer);
    expect_told(f, source, 3, IO_WANT_READABLE);
    expect_equal(read(source->source.fd, &byte, 1), 0);
    expect_told(f, source, 3, IO_WANT_READABLE);
}

void a_pipe_whose_readers_are_gone_is_writable(struct fixture *f)
{
    int reader;
    char data[4096] = {0};
    backend_start(f);
    struct endpoint *source = pipe_writer(f, &reader, IO_WANT_WRITABLE);
    set_nonblocking(source->source.fd, true);
    while (write(source->source.fd, data, sizeof data) > 0)
        ;
    set_nonblocking(source->source.fd, f->ops->nonblocking);
    expect_quiet(f, 10);
    peer_close(f, reader);
    expect_told(f, source, 3, IO_WANT_WRITABLE);
}

void a_hang_up_that_nobody_wants_to_hear_of_does_not_spin(struct fixture *f)
{
    int writer, reader, peer;
    backend_start(f);
    struct endpoint *sources[] = {pipe_reader(f, &writer, IO_WANT_READABLE),
                                  pipe_writer(f, &reader, IO_WANT_WRITABLE),
                                  connection(f, &peer, BOTH)};
    WAIT_UNTIL(f, sources[1]->polls > 0 && sources[2]->polls > 0);
    for (int i = 0; i < 3; i++)
        set_interest(f, sources[i], 0);
    expect_quiet(f, 10);
    peer_close(f, writer);
    peer_close(f, reader);
    peer_reset(f, peer);
    expect_quiet(f, 50);
    set_interest(f, sources[0], IO_WANT_READABLE);
    set_interest(f, sources[1], IO_WANT_WRITABLE);
    set_interest(f, sources[2], BOTH);
    for (int i = 0; i < 3; i++) {
        unsigned before = sources[i]->polls;
        WAIT_UNTIL(f, sources[i]->polls > before);
    }
}

void two_descriptors_of_one_pipe_are_both_told(struct fixture *f)
{
    int writer;
    backend_start(f);
    struct endpoint *first = pipe_reader(f, &writer, IO_WANT_READABLE);
    struct endpoint *second = adopt(f, dup(first->source.fd), IO_WANT_READABLE);
    expect_equal(write(writer, "a", 1), 1);
    WAIT_UNTIL(f, first->polls > 0 && second->polls > 0);
    release_wholly(f, first);
    expect_told(f, second, 3, IO_WANT_READABLE);
    read_away(second, 1);
    expect_quiet(f, 20);
}

static void receive_and_poll(struct fixture *f, unsigned capacity)
{
    int peer;
    f->capacity = capacity;
    backend_start(f);
    struct endpoint *source = connection(f, &peer, IO_WANT_RECV | IO_WANT_WRITABLE);
    WAIT_UNTIL(f, source->polls > 2);
    expect_equal(source->poll_bits, IO_WANT_WRITABLE);
    expect_equal(peer_send_pattern(peer, 0, 100), 100);
    WAIT_UNTIL(f, source->received == 100);
    set_interest(f, source, IO_WANT_RECV);
    expect_quiet(f, 10);
    expect_equal(peer_send_pattern(peer, 100, 100), 100);
    WAIT_UNTIL(f, source->received == 200);
    expect(!source->garbled, "every byte in its place: none lost, doubled or swapped");
}

void receiving_and_polling_for_room_work_on_one_source(struct fixture *f)
{
    receive_and_poll(f, 64);
}

void polling_for_room_does_not_take_every_place_of_a_small_event_array(struct fixture *f)
{
    receive_and_poll(f, 1);
}

void sending_and_polling_for_room_work_on_one_source(struct fixture *f)
{
    static unsigned char data[1 << 20];
    int peer;
    uint64_t received = 0;
    f->capacity = 1;
    backend_start(f);
    struct endpoint *source = narrow_connection(f, &peer, IO_WANT_WRITABLE);
    pattern_fill(data, 0, sizeof data);
    struct io_send send = {.data = data, .length = sizeof data};
    expect_equal(start_send(f, source, &send), 0);
    /* To the last byte, because a full socket has no room to tell of. */
    for (uint64_t limit_ns = clock_now_ns() + stall_ns();
         source->sends == 0 || received < sizeof data;) {
        expect_that(clock_now_ns(), <, limit_ns);
        ssize_t n = peer_receive_pattern(peer, received, sizeof data);
        if (n > 0) {
            received += (uint64_t)n;
            limit_ns = clock_now_ns() + stall_ns();
        }
        wait_once(f, in_ms(1));
    }
    expect_told(f, source, 3, IO_WANT_WRITABLE);
    set_interest(f, source, 0);
    expect_quiet(f, 10);
}

/* An edge that was seen while nobody asked is no answer to a later question. */
void readiness_that_has_passed_is_not_told(struct fixture *f)
{
    int writer;
    backend_start(f);
    struct endpoint *source = pipe_reader(f, &writer, IO_WANT_READABLE);
    for (int round = 0; round < 3; round++) {
        expect_quiet(f, 5);
        set_interest(f, source, 0);
        if (round > 0)
            expect_quiet(f, 5);
        expect_equal(write(writer, "a", 1), 1);
        expect_quiet(f, 5);
        read_away(source, 1);
        set_interest(f, source, IO_WANT_READABLE);
        expect_quiet(f, 10);
        expect_equal(write(writer, "a", 1), 1);
        expect_told(f, source, 2, IO_WANT_READABLE);
        read_away(source, 1);
    }
}

void sources_that_are_always_ready_are_told_in_turn(struct fixture *f)
{
    struct endpoint *sources[64];
    int writer;
    f->capacity = 8;
    backend_start(f);
    for (int i = 0; i < 64; i++) {
        sources[i] = pipe_reader(f, &writer, IO_WANT_READABLE);
        expect_equal(write(writer, "a", 1), 1);
    }
    for (unsigned round = 1; round <= 3; round++) {
        for (int i = 0; i < 32; i++)
            wait_some(f, "descriptors that are ready");
        for (int i = 0; i < 64; i++)
            if (sources[i]->polls < round)
                fail_case("descriptor %d of 64 was told %u times in %u waits of 8",
                          sources[i]->source.fd, sources[i]->polls, 32 * round);
    }
}

/* epoll refuses a regular file, poll and select call it ready: both are answers. That the mechanism
 * as a whole fails, or that nothing comes for ever, is none. */
static void poll_a_file(struct fixture *f, unsigned capacity)
{
    char name[] = "/tmp/pollbench-conformance-XXXXXX";
    int writer;
    f->capacity = capacity;
    int fd = mkstemp(name);
    expect_that(fd, >=, 0);
    unlink(name);
    backend_start(f);
    struct endpoint *file = adopt(f, fd, BOTH);
    struct endpoint *pipe = pipe_reader(f, &writer, IO_WANT_READABLE);
    expect_equal(write(writer, "a", 1), 1);
    WAIT_UNTIL(f, file->polls > 0 && pipe->polls > 0);
    if (file->poll_errors > 0) {
        expect_equal(file->error, -EPERM);
        read_away(pipe, 1);
        expect_quiet(f, 20);
        expect_equal(file->polls, 1);
    } else {
        WAIT_UNTIL(f, file->polls > 3);
    }
    release_wholly(f, file);
    expect(!descriptor_is_open(fd), "the descriptor to be closed");
}

void a_descriptor_that_cannot_be_polled_ends_its_own_interest_alone(struct fixture *f)
{
    poll_a_file(f, 64);
}

void a_descriptor_that_cannot_be_polled_is_told_through_an_array_of_one(struct fixture *f)
{
    poll_a_file(f, 1);
}
