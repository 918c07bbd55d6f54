/* The grammar of RFC 8259, character by character, and what the scan gives out. */
#include "harness/record/json_scan.h"

#include "harness/stats/random.h"

#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* A text in memory of exactly its size, so that a sanitizer sees what is read beyond it. */
struct text {
    char *bytes;
    struct json_scan scan;
};

static struct text opened(const char *bytes)
{
    struct text text = {.bytes = strdup(bytes)};
    assert_non_null(text.bytes);
    json_scan_open(&text.scan, text.bytes, strlen(bytes));
    return text;
}

/* Whatever was read, the text is as it was. */
static void closed(struct text *text, const char *bytes)
{
    assert_string_equal(text->bytes, bytes);
    free(text->bytes);
}

static int pass_over(struct json_scan *scan)
{
    int r = json_scan_skip(scan);
    return r < 0 ? r : json_scan_finish(scan);
}

/* ---- grammar ---- */

#define DEEP_16 "[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]"

static void what_is_json_is_passed_over(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "{}",
        "[]",
        "null",
        "true",
        "false",
        "0",
        "-0",
        " [ 1 ,\t-0 , 0.5,\r\n1e5, 1E+5, 1.5e-3 ] ",
        "{\"a\":1,\"b\":{\"c\":[{}]},\"\":\"\"}",
        "\"\\u00e9\\ud83d\\ude00\\\"\\\\\\/\\b\\f\\n\\r\\t\"",
        "\"\u00e9\u20ac\U0001f600\x7f\"",
        "12345678901234567890",
        "1.7976931348623157e308",
        DEEP_16,
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct text text = opened(texts[i]);
        if (pass_over(&text.scan) < 0)
            fail_msg("%s: %s", texts[i], text.scan.wrong);
        closed(&text, texts[i]);
    }
}

static const struct {
    const char *text;
    size_t column;
    const char *wrong;
} no_json[] = {
    {"", 1, "a value expected"},
    {"  ", 3, "a value expected"},
    {"x", 1, "a value expected"},
    {"{", 2, "the name of a field expected"},
    {"{\"a\":1,}", 8, "nothing after it"},
    {"{\"a\" 1}", 6, "':' expected"},
    {"{a:1}", 2, "in quotes"},
    {"{\"a\":1 \"b\":2}", 8, "',' or '}' expected"},
    {"{\"a\":}", 6, "a value expected"},
    {"{,}", 2, "in quotes"},
    {"[", 2, "a value expected"},
    {"[1,]", 4, "nothing after it"},
    {"[1 2]", 4, "',' or ']' expected"},
    {"[1}", 3, "',' or ']' expected"},
    {"[,1]", 2, "a value expected"},
    {"[nullx]", 6, "',' or ']' expected"},
    {"nul", 1, "null expected"},
    {"tru", 1, "true or false expected"},
    {"fals", 1, "true or false expected"},
    {"True", 1, "a value expected"},
    {"01", 2, "the end of the line expected"},
    {"-01", 3, "the end of the line expected"},
    {"1.", 1, "a number expected"},
    {"-", 1, "a number expected"},
    {"1e", 1, "a number expected"},
    {"1e+", 1, "a number expected"},
    {"1.e5", 1, "a number expected"},
    {".5", 1, "a value expected"},
    {"+1", 1, "a value expected"},
    {"0x10", 2, "the end of the line expected"},
    {"NaN", 1, "a value expected"},
    {"-Infinity", 1, "a number expected"},
    {"1e999", 1, "too large"},
    {"-1e999", 1, "too large"},
    {"[1] [2]", 5, "the end of the line expected"},
    {"\"abc", 5, "the line ends in a string"},
    {"\"abc\\", 6, "an escape that JSON does not have"},
    {"\"a\nb\"", 3, "a control character in a string"},
    {"\"\\x41\"", 3, "an escape that JSON does not have"},
    {"\"\\u12g4\"", 6, "four hexadecimal digits"},
    {"\"\\u12", 6, "four hexadecimal digits"},
    {"\"\\u0000\"", 8, "\\u0000"},
    {"\"\\ud800\"", 8, "half of a surrogate pair"},
    {"\"\\ud800x\"", 8, "half of a surrogate pair"},
    {"\"\\ud800\\n\"", 8, "half of a surrogate pair"},
    {"\"\\ud800\\u0041\"", 14, "half of a surrogate pair"},
    {"\"\\udc00\"", 8, "half of a surrogate pair"},
    {"[\"\x80\"]", 2, "not UTF-8"},
    {"{\"\xc3\":1}", 2, "not UTF-8"},
    {"\"\xed\xa0\x80\"", 1, "not UTF-8"},
    {"[" DEEP_16 "]", 17, "brackets more than 16 deep"},
    {"\"\u00fc\u20ac\U0001f600\" x", 7, "the end of the line expected"},
};

/* A complaint says the name as far as it could be read, and nothing of the one before it. */
static void a_name_that_is_cut_off_ends_where_it_does(void **state)
{
    (void)state;
    static const char *const cases[] = {"{\"short", "{\"short\\", "{\"short\n\": 1}"};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[32], name[32] = "a longer name";
        bool is_first = true;
        struct json_scan scan;
        snprintf(text, sizeof text, "%s", cases[i]);
        json_scan_open(&scan, text, strlen(text));
        assert_int_equal(json_scan_enter(&scan, '{'), 0);
        assert_int_equal(json_scan_member(&scan, &is_first, name, sizeof name), -EINVAL);
        assert_string_equal(name, "short");
    }
}

static void what_is_no_json_is_refused_with_its_column(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof no_json / sizeof no_json[0]; i++) {
        struct text text = opened(no_json[i].text);
        int r = pass_over(&text.scan);
        size_t column = json_scan_column(&text.scan);
        if (r != -EINVAL || column != no_json[i].column)
            fail_msg("%s: %d at column %zu instead of %zu", no_json[i].text, r, column,
                     no_json[i].column);
        if (strstr(text.scan.wrong, no_json[i].wrong) == NULL)
            fail_msg("%s: \"%s\" does not say \"%s\"", no_json[i].text, text.scan.wrong,
                     no_json[i].wrong);
        closed(&text, no_json[i].text);
    }
}

static void what_begins_here_is_named(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {" {", "an object"},
        {"[", "an array"},
        {"\"", "a string"},
        {"0", "a number"},
        {"-1", "a negative number"},
        {"t", "true or false"},
        {"f", "true or false"},
        {"\tnull", "null"},
        {"", "something that is no JSON"},
        {"x", "something that is no JSON"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct text text = opened(cases[i][0]);
        assert_string_equal(json_scan_kind(&text.scan), cases[i][1]);
        closed(&text, cases[i][0]);
    }
}

/* ---- texts ---- */

static void escapes_become_what_they_stand_for(void **state)
{
    (void)state;
    static const char written[] =
        "\"\\u0041\\u00e9\\u20AC\\ud83d\\uDE00\\\"\\\\\\/\\b\\f\\n\\r\\t\"";
    char got[64];
    struct text text = opened(written);
    assert_int_equal(json_scan_text(&text.scan, got, sizeof got), 0);
    assert_string_equal(got, "A\u00e9\u20ac\U0001f600\"\\/\b\f\n\r\t");
    assert_int_equal(json_scan_finish(&text.scan), 0);
    closed(&text, written);
}

static void a_text_has_to_fit_with_its_end(void **state)
{
    (void)state;
    char got[8];
    for (size_t size = 1; size <= sizeof got; size++) {
        struct text text = opened("[\"ab\u20ac\"]");
        bool is_first = true;
        assert_int_equal(json_scan_enter(&text.scan, '['), 0);
        assert_int_equal(json_scan_element(&text.scan, &is_first), 1);
        int r = json_scan_text(&text.scan, got, size);
        assert_int_equal(r, size >= 6 ? 0 : -EINVAL);
        if (r < 0)
            assert_int_equal(json_scan_column(&text.scan), 2);
        else
            assert_string_equal(got, "ab\u20ac");
        closed(&text, "[\"ab\u20ac\"]");
    }
}

static void a_name_that_is_too_long_is_cut_between_characters(void **state)
{
    (void)state;
    static const char *const expected[] = {"", "a", "a", "a\u00fc", "a\u00fc", "a\u00fcb"};
    static const char written[] = "{\"a\u00fcb\\u00fc\": 1}";
    for (size_t size = 1; size <= 5; size++) {
        char name[8];
        bool is_first = true;
        double number;
        struct text text = opened(written);
        assert_int_equal(json_scan_enter(&text.scan, '{'), 0);
        assert_int_equal(json_scan_member(&text.scan, &is_first, name, size), 1);
        assert_string_equal(name, expected[size == 5 ? 5 : size - 1]);
        assert_int_equal(json_scan_number(&text.scan, &number), 0);
        assert_int_equal(json_scan_member(&text.scan, &is_first, name, size), 0);
        closed(&text, written);
    }
}

static void a_text_in_place_is_given_back_as_it_was(void **state)
{
    (void)state;
    const char *got;
    struct text text = opened("\"36:2,1\" ");
    assert_int_equal(json_scan_in_place(&text.scan, &got), 0);
    assert_string_equal(got, "36:2,1");
    json_scan_restore(&text.scan);
    assert_int_equal(json_scan_finish(&text.scan), 0);
    closed(&text, "\"36:2,1\" ");
    static const char *const refused[] = {"\"36\\u003a2\"", "\"36", "36", ""};
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        text = opened(refused[i]);
        assert_int_equal(json_scan_in_place(&text.scan, &got), -EINVAL);
        closed(&text, refused[i]);
    }
}

/* ---- numbers ---- */

static void whole_numbers_reach_from_0_to_the_largest_of_63_bits(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int r;
        uint64_t number;
    } cases[] = {
        {"0", 0, 0},
        {"7 ", 0, 7},
        {"9223372036854775807", 0, INT64_MAX},
        {"9223372036854775808", -EINVAL, 0},
        {"18446744073709551616", -EINVAL, 0},
        {"99999999999999999999999", -EINVAL, 0},
        {"-1", -EINVAL, 0},
        {"-0", -EINVAL, 0},
        {"1.0", -EINVAL, 0},
        {"1e3", -EINVAL, 0},
        {"\"1\"", -EINVAL, 0},
        {"", -EINVAL, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint64_t number = 0;
        struct text text = opened(cases[i].text);
        if (json_scan_whole(&text.scan, &number) != cases[i].r || number != cases[i].number)
            fail_msg("%s: %llu", cases[i].text, (unsigned long long)number);
        closed(&text, cases[i].text);
    }
}

static void numbers_are_those_that_strtod_gives(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "0",       "-0",  "123456789012345",        "1234567890123456", "12345678901234567890",
        "0.1",     "1e3", "2.2250738585072e-308",   "5e-324",           "1e-999",
        "-1.5e+3", "1E2", "1.7976931348623157e308", "999999999999999",  "-999999999999999",
    };
    struct random random;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        double number = 1;
        struct text text = opened(texts[i]);
        assert_int_equal(json_scan_number(&text.scan, &number), 0);
        assert_true(number == strtod(texts[i], NULL));
        closed(&text, texts[i]);
    }
    random_seed(&random, 3);
    for (unsigned i = 0; i < 20000; i++) {
        union {
            uint64_t bits;
            double number;
        } any = {.bits = random_next(&random)};
        char written[40];
        double number;
        if (!isfinite(any.number))
            continue;
        snprintf(written, sizeof written, "%.*g", 15 + (int)(i % 3), any.number);
        struct text text = opened(written);
        assert_int_equal(json_scan_number(&text.scan, &number), 0);
        assert_true(number == strtod(written, NULL));
        closed(&text, written);
    }
}

/* ---- against another reader ---- */

static const char whole[] =
    "{\"run\":\"20260101\",\"a\":[1,-2.5e3,true,false,null,{\"\\u00e9\\ud83d\\ude00\":\"\\\"\"}],"
    "\"\u00fc\":{\"b\":\"36:2,1;40:7\",\"c\":0.125},\"d\":{}}";

static void a_line_that_is_cut_anywhere_is_refused(void **state)
{
    (void)state;
    char cut[sizeof whole];
    for (size_t length = 0; length + 1 < sizeof whole; length++) {
        memcpy(cut, whole, length);
        cut[length] = '\0';
        struct text text = opened(cut);
        assert_int_equal(pass_over(&text.scan), -EINVAL);
        closed(&text, cut);
    }
}

/* jansson refuses whole numbers beyond 64 bits, and goes deeper. */
static void the_scan_and_jansson_accept_the_same_texts(void **state)
{
    (void)state;
    static const char marks[] = "{}[]\",:\\0-9.eE+ntfu\x80\xc3\xbc ";
    struct random random;
    unsigned accepted = 0;
    random_seed(&random, 5);
    for (unsigned i = 0; i < 60000; i++) {
        char changed[sizeof whole];
        json_error_t error;
        memcpy(changed, whole, sizeof whole);
        for (unsigned times = 1 + random_below(&random, 2); times > 0; times--)
            changed[random_below(&random, sizeof whole - 1)] =
                marks[random_below(&random, sizeof marks - 1)];
        struct text text = opened(changed);
        int r = pass_over(&text.scan);
        json_t *json = json_loads(changed, JSON_DECODE_ANY, &error);
        bool overflow = json == NULL && json_error_code(&error) == json_error_numeric_overflow;
        if ((r == 0) != (json != NULL) && !overflow)
            fail_msg("%s: %s, %s", changed, r == 0 ? "accepted" : text.scan.wrong, error.text);
        accepted += r == 0;
        json_decref(json);
        closed(&text, changed);
    }
    print_message("%u of 60000 are JSON\n", accepted);
    assert_true(accepted > 1000 && accepted < 50000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_json_is_passed_over),
        cmocka_unit_test(a_name_that_is_cut_off_ends_where_it_does),
        cmocka_unit_test(what_is_no_json_is_refused_with_its_column),
        cmocka_unit_test(what_begins_here_is_named),
        cmocka_unit_test(escapes_become_what_they_stand_for),
        cmocka_unit_test(a_text_has_to_fit_with_its_end),
        cmocka_unit_test(a_name_that_is_too_long_is_cut_between_characters),
        cmocka_unit_test(a_text_in_place_is_given_back_as_it_was),
        cmocka_unit_test(whole_numbers_reach_from_0_to_the_largest_of_63_bits),
        cmocka_unit_test(numbers_are_those_that_strtod_gives),
        cmocka_unit_test(a_line_that_is_cut_anywhere_is_refused),
        cmocka_unit_test(the_scan_and_jansson_accept_the_same_texts),
    };
    return cmocka_run_group_tests_name("json_scan", tests, NULL, NULL);
}
