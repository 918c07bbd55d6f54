/* Requests of the hello server: what each gets, however its bytes are cut. Every case is fed whole,
 * byte by byte, and in two pieces cut at every place. */
#include "harness/hello/request.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define HOST "Host: a\r\n"
#define GET "GET / HTTP/1.1\r\n" HOST

static const struct hello_limits limits = {.header_bytes = 200, .body_bytes = 20};

struct feeder {
    struct hello_request request;
    char trace[512];
    bool over;
};

static void note(struct feeder *feeder, const char *format, unsigned status, const char *how)
{
    size_t length = strlen(feeder->trace);
    snprintf(feeder->trace + length, sizeof feeder->trace - length, format, length ? " " : "",
             status, how);
}

static void note_answer(struct feeder *feeder)
{
    const struct hello_request *request = &feeder->request;
    char how[16];
    snprintf(how, sizeof how, "%s%s%s", request->keep_alive ? "" : "!", request->old ? "o" : "",
             request->head_only ? "h" : "");
    note(feeder, "%s%u%s", request->status, how);
    feeder->over = !request->keep_alive;
}

/* A copy of its own size, so that reading beyond it is seen. */
static void feed(struct feeder *feeder, const char *text, size_t length)
{
    char *copy = malloc(length + 1);
    assert_non_null(copy);
    memcpy(copy, text, length);
    copy = realloc(copy, length > 0 ? length : 1);
    size_t at = 0, used;
    while (at < length && !feeder->over) {
        enum hello_progress progress =
            hello_request_feed(&feeder->request, copy + at, length - at, &used);
        assert_true(used <= length - at);
        at += used;
        if (progress == HELLO_ANSWER)
            note_answer(feeder);
        else
            assert_int_equal(at, length);
        if (progress == HELLO_CONTINUE)
            note(feeder, "%s%u%s", 100, "");
    }
    free(copy);
}

static void begin(struct feeder *feeder)
{
    *feeder = (struct feeder){.over = false};
    hello_request_init(&feeder->request, &limits);
}

static void expect(const struct feeder *feeder, const char *text, size_t cut, const char *expected)
{
    if (strcmp(feeder->trace, expected) == 0)
        return;
    print_error("cut at %zu: \"%s\" instead of \"%s\" for:\n%s\n", cut, feeder->trace, expected,
                text);
    fail();
}

/* "200 405!": the answers in order; "!": and the connection ends, "o": to HTTP/1.0, "h": to HEAD,
 * "100": one that says to go on, which comes only when the body was waited for. */
static void answers(const char *text, const char *expected)
{
    struct feeder feeder;
    size_t length = strlen(text);
    for (size_t cut = 0; cut <= length; cut++) {
        begin(&feeder);
        feed(&feeder, text, cut);
        feed(&feeder, text + cut, length - cut);
        expect(&feeder, text, cut, expected);
    }
    begin(&feeder);
    for (size_t i = 0; i < length; i++)
        feed(&feeder, text + i, 1);
    expect(&feeder, text, 1, expected);
}

static void get_and_head_are_answered(void **state)
{
    (void)state;
    answers(GET "\r\n", "200");
    answers("HEAD / HTTP/1.1\r\n" HOST "\r\n", "200h");
    answers("GET /any/path?and=query HTTP/1.1\r\nAccept: */*\r\n" HOST "X-Empty:\r\n\r\n", "200");
    answers("GET http://a/ HTTP/1.1\r\n" HOST "\r\n", "200");
    answers("\r\n\r\n" GET "\r\n", "200");
}

static void pipelined_requests_are_answered_in_order(void **state)
{
    (void)state;
    answers(GET "\r\n" GET "\r\n" GET "\r\n", "200 200 200");
    answers(GET "\r\nHEAD / HTTP/1.1\r\n" HOST "\r\nPOST / HTTP/1.1\r\n" HOST
                "Content-Length: 3\r\n\r\nabc" GET "\r\n\r\n" GET "\r\n",
            "200 200h 405 200 200");
}

static void connection_and_version_decide_whether_it_goes_on(void **state)
{
    (void)state;
    answers(GET "Connection: close\r\n\r\n" GET "\r\n", "200!");
    answers(GET "Connection: foo, CLOSE\r\n\r\n", "200!");
    answers("GET / HTTP/1.0\r\n\r\n", "200!o");
    answers("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n" GET "\r\n", "200o 200");
    answers("GET / HTTP/2.0\r\n" HOST "\r\n", "505!");
}

static void a_request_needs_one_host(void **state)
{
    (void)state;
    answers("GET / HTTP/1.1\r\n\r\n", "400!");
    answers("GET / HTTP/1.1\r\nHost: a\r\nhOST: b\r\n\r\n", "400!");
    answers("GET / HTTP/1.1\r\nHosts: a\r\nXHost: b\r\n\r\n", "400!");
    answers("GET / HTTP/1.1\r\nHost:\r\n\r\n", "200");
    answers("GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", "400!o");
}

static void what_is_no_request_is_malformed(void **state)
{
    (void)state;
    answers("garbage\r\n\r\n", "400!");
    answers("GARBAGE\r\n", "400!");
    answers("\x16\x03\x01\x02", "400!");
    answers(" / HTTP/1.1\r\n", "400!");
    answers("GET / HTTP/1.1\r\nno colon\r\n\r\n", "400!");
    answers("GET / HTTP/x.1\r\n\r\n", "400!");
    answers("GET / FTP/1.1\r\n\r\n", "400!");
    answers("GET /\x01 HTTP/1.1\r\n" HOST "\r\n", "400!");
    answers(GET "A\x01: b\r\n\r\n", "400!");
    answers(GET "Content-Length: 3x\r\n\r\n", "400!");
    answers(GET "Content-Length: 3\r\nContent-Length: 4\r\n\r\n", "400!");
    answers(GET "Content-Length: 99999999999999999999\r\n\r\n", "400!");
    answers(GET "Transfer-Encoding: chunked\r\n\r\nxyz\r\n", "400!");
    answers("POST / HTTP/1.1\r\n" HOST "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
            "400!");
    answers(GET "\r\ngarbage\r\n", "200 400!");
}

static void a_known_method_is_refused_and_the_connection_goes_on(void **state)
{
    (void)state;
    answers("POST / HTTP/1.1\r\n" HOST "\r\n" GET "\r\n", "405 200");
    answers("OPTIONS * HTTP/1.1\r\n" HOST "\r\n" GET "\r\n", "405 200");
    answers("DELETE / HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n", "405!");
    answers("CONNECT a:80 HTTP/1.1\r\n" HOST "\r\n" GET "\r\n", "405!");
}

static void an_unknown_method_is_not_implemented_if_its_line_is_one(void **state)
{
    (void)state;
    answers("BREW / HTTP/1.1\r\n" HOST "\r\n", "501!");
    answers("GETS / HTTP/1.1\r\n" HOST "\r\n", "501!");
    answers("get / HTTP/1.1\r\n" HOST "\r\n", "501!");
    answers("X /any/path HTTP/1.0\n", "501!");
    answers("BREW / HTTP/3.0\r\n", "505!");
    answers("BREW / HTTP/0.1\r\n", "400!");
    answers("BREW / HTTP/1.12\r\n", "400!");
    answers("BREW / HTTP/1.\r\n", "400!");
    answers("BREW / HTTP/1.1 x\r\n", "400!");
    answers("BREW  / HTTP/1.1\r\n", "400!");
    answers("BREW /\r\n", "400!");
    answers("BR(W / HTTP/1.1\r\n", "400!");
    answers("BREW /\x80 HTTP/1.1\r\n", "400!");
}

static void bodies_are_ignored_up_to_the_limit(void **state)
{
    (void)state;
    answers(GET "Content-Length: 0\r\n\r\n" GET "\r\n", "200 200");
    answers(GET "Content-Length: 20\r\n\r\n01234567890123456789" GET "\r\n", "200 200");
    answers(GET "Content-Length: 21\r\n\r\n0123", "413!");
    answers(GET "Content-Length: 4611686018427387904\r\n\r\n", "413!");
    answers(
        GET
        "Transfer-Encoding: chunked\r\n\r\na\r\n0123456789\r\na;b=c\r\n0123456789\r\n0\r\n\r\n" GET
        "\r\n",
        "200 200");
    answers(GET
            "Transfer-Encoding: chunked\r\n\r\na\r\n0123456789\r\nb\r\n0123456789a\r\n0\r\n\r\n",
            "413!");
    answers(GET "Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\nHost: b\r\nExpect: c\r\n\r\n" GET
                "\r\n",
            "200 200");
}

static void a_header_may_be_as_long_as_the_limit_and_no_longer(void **state)
{
    (void)state;
    char fits[201], longer[300];
    int head = snprintf(fits, sizeof fits, "%sX: ", GET);
    memset(fits + head, 'x', sizeof fits - (size_t)head);
    memcpy(fits + 196, "\r\n\r\n", 5);
    answers(fits, "200");
    memset(longer, 'x', sizeof longer);
    memcpy(longer, fits, 196);
    memcpy(longer + 197, "\r\n\r\n", 5);
    answers(longer, "431!");
    memset(longer, 'A', sizeof longer);
    longer[sizeof longer - 1] = '\0';
    answers(longer, "431!"); /* an unknown method without end */
    memcpy(longer, "GET /", 5);
    answers(longer, "431!");
    char pair[500]; /* each request has its own */
    snprintf(pair, sizeof pair, "%s%s", fits, fits);
    answers(pair, "200 200");
}

static void upgrade_is_ignored(void **state)
{
    (void)state;
    answers(GET "Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n" GET "\r\n", "200 200");
    answers(GET
            "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nContent-Length: 2\r\n\r\nab" GET
            "\r\n",
            "200 200");
    answers("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "505!");
}

/* How often "100" comes depends on the cut here: not when the body is there already. */
static void an_expected_continue_is_sent_when_the_body_is_not_there_yet(void **state)
{
    (void)state;
    static const char head[] = GET "Expect: 100-Continue \r\nContent-Length: 3\r\n\r\n";
    struct feeder feeder;
    begin(&feeder);
    feed(&feeder, head, strlen(head));
    feed(&feeder, "a", 1);
    feed(&feeder, "bc" GET "\r\n", 2 + strlen(GET "\r\n"));
    assert_string_equal(feeder.trace, "100 200 200");
    begin(&feeder);
    feed(&feeder, GET "Expect: 100-continue\r\nContent-Length: 3\r\n\r\na",
         strlen(GET "Expect: 100-continue\r\nContent-Length: 3\r\n\r\na"));
    feed(&feeder, "bc", 2);
    assert_string_equal(feeder.trace, "200");
}

static void an_expectation_that_changes_nothing_is_answered_at_once(void **state)
{
    (void)state;
    answers(GET "Expect: 100-continue\r\n\r\n", "200");
    answers("GET / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\na", "200!o");
    answers("POST / HTTP/1.1\r\n" HOST "Expect: 100-continue\r\nContent-Length: 1\r\n\r\n", "405!");
    answers(GET "Expect: 100-continue\r\nContent-Length: 21\r\n\r\n", "413!");
    answers(GET "Expect: the best\r\n\r\n", "417!");
    answers(GET "Expect: 100-continues\r\nExpect: 100-continue\r\n\r\n", "417!");
    answers(GET "Expect: 100-continue             x\r\n\r\n", "417!");
}

static void a_request_has_begun_with_its_first_byte(void **state)
{
    (void)state;
    struct feeder feeder;
    begin(&feeder);
    assert_false(hello_request_begun(&feeder.request));
    feed(&feeder, "\r\n", 2);
    assert_false(hello_request_begun(&feeder.request));
    feed(&feeder, "G", 1);
    assert_true(hello_request_begun(&feeder.request));
    feed(&feeder, "ET / HTTP/1.1\r\n" HOST "\r\n", strlen("ET / HTTP/1.1\r\n" HOST "\r\n"));
    assert_false(hello_request_begun(&feeder.request));
}

int main(void)
{
    if (hello_parser_library() == NULL) {
        printf("built without an HTTP parser\n");
        return 77;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(get_and_head_are_answered),
        cmocka_unit_test(pipelined_requests_are_answered_in_order),
        cmocka_unit_test(connection_and_version_decide_whether_it_goes_on),
        cmocka_unit_test(a_request_needs_one_host),
        cmocka_unit_test(what_is_no_request_is_malformed),
        cmocka_unit_test(a_known_method_is_refused_and_the_connection_goes_on),
        cmocka_unit_test(an_unknown_method_is_not_implemented_if_its_line_is_one),
        cmocka_unit_test(bodies_are_ignored_up_to_the_limit),
        cmocka_unit_test(a_header_may_be_as_long_as_the_limit_and_no_longer),
        cmocka_unit_test(upgrade_is_ignored),
        cmocka_unit_test(an_expected_continue_is_sent_when_the_body_is_not_there_yet),
        cmocka_unit_test(an_expectation_that_changes_nothing_is_answered_at_once),
        cmocka_unit_test(a_request_has_begun_with_its_first_byte),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
