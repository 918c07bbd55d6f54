/* The waits of the hello server, on a clock that stands still unless it is set. */
#include "harness/hello/timeouts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { IDLE_NS = 1000, REQUEST_NS = 100 };

static uint64_t now_ns;
static struct loop *loop;
static struct hello_timeouts timeouts;
static struct hello_waiter a, b, c;
static char trace[64];
static struct hello_waiter *begin_when_expired;

static uint64_t read_clock(void)
{
    return now_ns;
}

static void expire(struct hello_waiter *waiter, enum hello_wait wait)
{
    static const char kinds[] = "-irwl";
    char text[] = {waiter == &a ? 'a' : waiter == &b ? 'b' : 'c', kinds[wait], ' ', '\0'};
    assert_int_equal(waiter->wait, HELLO_WAIT_NONE);
    strcat(trace, text);
    if (begin_when_expired != NULL)
        hello_wait_begin(&timeouts, begin_when_expired, HELLO_WAIT_REQUEST);
    begin_when_expired = NULL;
}

static void at(uint64_t time_ns, const char *expected)
{
    now_ns = time_ns;
    trace[0] = '\0';
    loop_run(loop, LOOP_NOWAIT);
    assert_string_equal(trace, expected);
}

/* A timer of its own keeps the loop alive: the one of the waits does not. */
static struct loop_timer alive;

static void nothing(struct loop_timer *timer)
{
    (void)timer;
}

static int set_up(void **state)
{
    (void)state;
    struct loop_options options = loop_default_options(backend_find("null"));
    options.now_ns = read_clock;
    now_ns = 10000;
    assert_int_equal(loop_open(&loop, &options), 0);
    assert_int_equal(hello_timeouts_open(loop, &timeouts), 0);
    assert_int_equal(loop_run(loop, LOOP_NOWAIT), 0);
    loop_timer_init(loop, &alive);
    assert_int_equal(loop_timer_start_at(&alive, nothing, UINT64_MAX, 0), 0);
    timeouts.expire = expire;
    timeouts.lengths_ns[HELLO_WAIT_IDLE] = IDLE_NS;
    timeouts.lengths_ns[HELLO_WAIT_REQUEST] = REQUEST_NS;
    timeouts.lengths_ns[HELLO_WAIT_WRITE] = timeouts.lengths_ns[HELLO_WAIT_LINGER] = IDLE_NS;
    hello_waiter_init(&a);
    hello_waiter_init(&b);
    hello_waiter_init(&c);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    hello_timeouts_close(&timeouts);
    loop_close(&alive.handle, NULL);
    assert_int_equal(loop_run(loop, LOOP_DEFAULT), 0);
    return loop_destroy(loop);
}

static void waits_end_in_the_order_of_their_deadlines_and_never_early(void **state)
{
    (void)state;
    hello_wait_begin(&timeouts, &a, HELLO_WAIT_IDLE);
    hello_wait_begin(&timeouts, &b, HELLO_WAIT_REQUEST);
    at(10050, "");
    hello_wait_begin(&timeouts, &c, HELLO_WAIT_REQUEST);
    at(10099, "");
    at(10100, "br ");
    at(10149, "");
    at(10150, "cr ");
    at(10999, "");
    at(11000, "ai ");
}

static void a_wait_that_was_ended_or_replaced_does_not_expire(void **state)
{
    (void)state;
    hello_wait_begin(&timeouts, &a, HELLO_WAIT_REQUEST);
    hello_wait_begin(&timeouts, &b, HELLO_WAIT_REQUEST);
    at(10050, "");
    hello_wait_end(&a);
    hello_wait_begin(&timeouts, &b, HELLO_WAIT_REQUEST); /* anew */
    at(10149, "");
    at(10150, "br ");
    hello_wait_begin(&timeouts, &b, HELLO_WAIT_REQUEST);
    hello_wait_begin(&timeouts, &b, HELLO_WAIT_IDLE); /* a longer one in its place */
    at(10250, "");
    at(11150, "bi ");
}

static void a_shorter_wait_that_begins_later_ends_first(void **state)
{
    (void)state;
    hello_wait_begin(&timeouts, &a, HELLO_WAIT_IDLE);
    at(10500, "");
    hello_wait_begin(&timeouts, &b, HELLO_WAIT_REQUEST);
    at(10600, "br ");
    at(11000, "ai ");
}

static void many_that_are_due_expire_at_once(void **state)
{
    (void)state;
    hello_wait_begin(&timeouts, &a, HELLO_WAIT_LINGER);
    hello_wait_begin(&timeouts, &b, HELLO_WAIT_WRITE);
    hello_wait_begin(&timeouts, &c, HELLO_WAIT_REQUEST);
    at(20000, "cr bw al ");
}

static void a_wait_may_begin_while_others_expire(void **state)
{
    (void)state;
    hello_wait_begin(&timeouts, &a, HELLO_WAIT_REQUEST);
    hello_wait_begin(&timeouts, &b, HELLO_WAIT_IDLE);
    begin_when_expired = &a;
    at(10100, "ar ");
    at(10199, "");
    begin_when_expired = &b; /* ends its wait of the other kind */
    at(10200, "ar ");
    at(10300, "br ");
    at(20000, "");
}

int main(void)
{
#define WAIT_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        WAIT_TEST(waits_end_in_the_order_of_their_deadlines_and_never_early),
        WAIT_TEST(a_wait_that_was_ended_or_replaced_does_not_expire),
        WAIT_TEST(a_shorter_wait_that_begins_later_ends_first),
        WAIT_TEST(many_that_are_due_expire_at_once),
        WAIT_TEST(a_wait_may_begin_while_others_expire),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
