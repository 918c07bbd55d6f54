/* What io_uring does here, asked of the kernel directly: the facts that backends/io_uring_poll.c
 * rests on. Documentation says both that a multishot poll is edge- and that it is level-triggered.
 */
#include <liburing.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

enum token { POLL = 1, OTHER };

struct facts {
    struct io_uring ring;
    int ends[2];
    /* Of the last report. */
    int result;
    /* The request stands. */
    bool more;
};

static int set_up(void **state)
{
    static struct facts facts;
    struct io_uring_params params = {.flags =
                                         IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN};
    if (io_uring_queue_init_params(8, &facts.ring, &params) < 0)
        return -1;
    *state = &facts;
    return socketpair(AF_UNIX, SOCK_STREAM, 0, facts.ends);
}

static int tear_down(void **state)
{
    struct facts *facts = *state;
    io_uring_queue_exit(&facts->ring);
    close(facts->ends[0]);
    close(facts->ends[1]);
    return 0;
}

/* How many reports the poll request makes until nothing has come for 20 ms. */
static int reports(struct facts *facts)
{
    int count = 0;
    for (;;) {
        struct __kernel_timespec pause = {.tv_nsec = 20 * 1000 * 1000};
        struct io_uring_cqe *cqe;
        io_uring_submit_and_wait_timeout(&facts->ring, &cqe, 1, &pause, NULL);
        if (io_uring_peek_cqe(&facts->ring, &cqe) < 0)
            return count;
        if (cqe->user_data == POLL) {
            facts->result = cqe->res;
            facts->more = cqe->flags & IORING_CQE_F_MORE;
            count++;
        } else {
            assert_int_equal(cqe->res, 0);
        }
        io_uring_cqe_seen(&facts->ring, cqe);
    }
}

static struct io_uring_sqe *submission(struct facts *facts, enum token token)
{
    struct io_uring_sqe *sqe = io_uring_get_sqe(&facts->ring);
    assert_non_null(sqe);
    sqe->user_data = token;
    return sqe;
}

static void arm(struct facts *facts, unsigned mask)
{
    struct io_uring_sqe *sqe = submission(facts, POLL);
    io_uring_prep_poll_multishot(sqe, facts->ends[0], mask);
    sqe->user_data = POLL;
}

static void send_one_byte(struct facts *facts)
{
    assert_int_equal(write(facts->ends[1], "x", 1), 1);
}

static void a_multishot_poll_tells_of_what_is_there_already_and_of_each_change_once(void **state)
{
    struct facts *facts = *state;
    char byte;
    send_one_byte(facts);
    send_one_byte(facts);
    arm(facts, POLLIN);
    assert_int_equal(reports(facts), 1);
    assert_true(facts->more);
    assert_int_equal(reports(facts), 0); /* unread, and not told again: edge-like */
    assert_int_equal(read(facts->ends[0], &byte, 1), 1);
    assert_int_equal(reports(facts), 0); /* one byte is left */
    send_one_byte(facts);
    assert_int_equal(reports(facts), 1);
}

static void updating_a_multishot_poll_makes_the_kernel_look_again(void **state)
{
    struct facts *facts = *state;
    send_one_byte(facts);
    arm(facts, POLLIN);
    assert_int_equal(reports(facts), 1);
    struct io_uring_sqe *sqe = submission(facts, OTHER);
    io_uring_prep_poll_update(sqe, POLL, 0, POLLIN,
                              IORING_POLL_UPDATE_EVENTS | IORING_POLL_ADD_MULTI);
    sqe->user_data = OTHER;
    assert_int_equal(reports(facts), 1);
    assert_true(facts->more);
}

static void a_poll_for_room_also_tells_that_the_peer_has_finished_sending(void **state)
{
    struct facts *facts = *state;
    char block[4096] = {0};
    while (send(facts->ends[0], block, sizeof block, MSG_DONTWAIT) > 0)
        ;
    assert_int_equal(shutdown(facts->ends[1], SHUT_WR), 0);
    struct io_uring_sqe *sqe = submission(facts, POLL);
    io_uring_prep_poll_add(sqe, facts->ends[0], POLLOUT);
    sqe->user_data = POLL;
    assert_int_equal(reports(facts), 1);
    assert_int_equal(facts->result & POLLOUT, 0);
    assert_int_not_equal(facts->result & POLLRDHUP, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            a_multishot_poll_tells_of_what_is_there_already_and_of_each_change_once, set_up,
            tear_down),
        cmocka_unit_test_setup_teardown(updating_a_multishot_poll_makes_the_kernel_look_again,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            a_poll_for_room_also_tells_that_the_peer_has_finished_sending, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
