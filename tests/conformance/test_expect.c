/* What a case prints when it fails: the place, the expectation and the values in one line, and no
 * other. Each expectation that fails ends its process, so each is made in a child. */
#include "tests/conformance/expect.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static char said[1024];

/* What `act` says on standard error; "" and exit status 0 if it does not fail. */
static int outcome_of(void (*act)(void))
{
    int ends[2], status;
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        dup2(ends[1], STDERR_FILENO);
        act();
        _exit(0);
    }
    close(ends[1]);
    size_t length = 0;
    for (ssize_t n; (n = read(ends[0], said + length, sizeof said - 1 - length)) > 0;)
        length += (size_t)n;
    said[length] = '\0';
    close(ends[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

/* One line, which begins with the place in this file and ends with `text`. */
static void expect_said(const char *text)
{
    const char *begin = "tests/conformance/test_expect.c:";
    char *end = strchr(said, '\n');
    assert_non_null(end);
    assert_string_equal(end, "\n");
    *end = '\0';
    assert_int_equal(strncmp(said, begin, strlen(begin)), 0);
    assert_string_equal(strstr(said, ": ") + 2, text);
}

static int accepts = 2;

static void equal_numbers(void)
{
    expect_equal(accepts, 3);
}

static void equal_errors(void)
{
    int r = -EPIPE;
    expect_equal(r, -ENOMEM);
}

static void compared_numbers(void)
{
    expect_that(accepts, >=, 3 + 1);
}

static void number_between(void)
{
    expect_between(accepts, 5, 8, "connections of one wait");
}

static void condition(void)
{
    expect(accepts == 3, "the third connection to be there");
}

static void all_that_holds(void)
{
    expect_equal(accepts, 2);
    expect_that(accepts, <, 3);
    expect_between(accepts, 2, 2, "connections");
    expect(accepts == 2, "two connections");
}

static void a_failed_expectation_says_what_was_expected_and_what_is_there(void **state)
{
    (void)state;
    assert_int_equal(outcome_of(equal_numbers), EXIT_FAILURE);
    expect_said("expected accepts to be 3; it is 2");
    assert_int_equal(outcome_of(compared_numbers), EXIT_FAILURE);
    expect_said("expected accepts >= 3 + 1, which is 4; it is 2");
    assert_int_equal(outcome_of(number_between), EXIT_FAILURE);
    expect_said("expected connections of one wait: 5 to 8; it is 2");
    assert_int_equal(outcome_of(condition), EXIT_FAILURE);
    expect_said("expected the third connection to be there (accepts == 3)");
}

static void an_error_is_told_with_its_words(void **state)
{
    char text[256];
    (void)state;
    assert_int_equal(outcome_of(equal_errors), EXIT_FAILURE);
    snprintf(text, sizeof text, "expected r to be -ENOMEM, which is %d; it is %d (%s)", -ENOMEM,
             -EPIPE, strerror(EPIPE));
    expect_said(text);
}

static void an_expectation_that_holds_says_nothing(void **state)
{
    (void)state;
    assert_int_equal(outcome_of(all_that_holds), 0);
    assert_string_equal(said, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_failed_expectation_says_what_was_expected_and_what_is_there),
        cmocka_unit_test(an_error_is_told_with_its_words),
        cmocka_unit_test(an_expectation_that_holds_says_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
