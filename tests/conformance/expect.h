/* What a case expects. One that finds something else says in a line on standard error where, what
 * was expected and what is there instead, and ends its process as failed: each case has one to
 * itself, so nothing is left for a next one. */
#ifndef TESTS_CONFORMANCE_EXPECT_H
#define TESTS_CONFORMANCE_EXPECT_H

#include <stdbool.h>
#include <stdint.h>

/* "expected WHAT": a noun, or a clause with "to". */
#define expect(condition, what)                                                                    \
    ((condition) ? (void)0 : case_failed(__FILE__, __LINE__, "expected %s (%s)", what, #condition))

/* Numbers, errors among them. */
#define expect_equal(value, expected)                                                              \
    expect_equal_at(__FILE__, __LINE__, #value, (intmax_t)(value), #expected, (intmax_t)(expected))

/* expect_that(accepts, >=, 3) */
#define expect_that(value, operator, other)                                                        \
    do {                                                                                           \
        intmax_t value_ = (intmax_t)(value), other_ = (intmax_t)(other);                           \
        if (!(value_ operator other_))                                                             \
            expect_that_failed(__FILE__, __LINE__, #value, value_, #operator, #other, other_);     \
    } while (0)

/* Both ends included. `what` is a noun. */
#define expect_between(value, low, high, what)                                                     \
    expect_between_at(__FILE__, __LINE__, (intmax_t)(value), (intmax_t)(low), (intmax_t)(high),    \
                      what)

/* For what has no form above; says what was expected. */
#define fail_case(...) case_failed(__FILE__, __LINE__, __VA_ARGS__)

_Noreturn void case_failed(const char *file, int line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void expect_equal_at(const char *file, int line, const char *value_text, intmax_t value,
                     const char *expected_text, intmax_t expected);
_Noreturn void expect_that_failed(const char *file, int line, const char *value_text,
                                  intmax_t value, const char *operator, const char * other_text,
                                  intmax_t other);
void expect_between_at(const char *file, int line, intmax_t value, intmax_t low, intmax_t high,
                       const char *what);

#endif
