#include "tests/conformance/expect.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ERROR_MOST 200

void case_failed(const char *file, int line, const char *format, ...)
{
    char text[1024];
    const char *slash = strrchr(file, '/');
    va_list values;
    va_start(values, format);
    vsnprintf(text, sizeof text, format, values);
    va_end(values);
    fflush(stdout);
    fprintf(stderr, "tests/conformance/%s:%d: %s\n", slash != NULL ? slash + 1 : file, line, text);
    _exit(EXIT_FAILURE);
}

/* " (Broken pipe)" for an errno, "" for any other number. */
static const char *error_words(intmax_t value, char *words, size_t size)
{
    words[0] = '\0';
    if (value < 0 && value >= -ERROR_MOST)
        snprintf(words, size, " (%s)", strerror((int)-value));
    return words;
}

/* ", which is 4" for an expression, "" for a number that says so itself. */
static const char *number_of(const char *expression, intmax_t value, char *words, size_t size)
{
    char number[32];
    snprintf(number, sizeof number, "%jd", value);
    words[0] = '\0';
    if (strcmp(number, expression) != 0)
        snprintf(words, size, ", which is %s", number);
    return words;
}

void expect_equal_at(const char *file, int line, const char *value_text, intmax_t value,
                     const char *expected_text, intmax_t expected)
{
    char number[64], error[128];
    if (value != expected)
        case_failed(file, line, "expected %s to be %s%s; it is %jd%s", value_text, expected_text,
                    number_of(expected_text, expected, number, sizeof number), value,
                    error_words(value, error, sizeof error));
}

void expect_that_failed(const char *file, int line, const char *value_text, intmax_t value,
                        const char *operator, const char * other_text, intmax_t other)
{
    char number[64], error[128];
    case_failed(file, line, "expected %s %s %s%s; it is %jd%s", value_text, operator, other_text,
                number_of(other_text, other, number, sizeof number), value,
                error_words(value, error, sizeof error));
}

void expect_between_at(const char *file, int line, intmax_t value, intmax_t low, intmax_t high,
                       const char *what)
{
    if (value < low || value > high)
        case_failed(file, line, "expected %s: %jd to %jd; it is %jd", what, low, high, value);
}
