/* Lines that fit a screen. */
#include "harness/report/screen.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void a_line_is_broken_between_parts(void **state)
{
    struct screen screen = {.columns = 24};
    const struct paragraph paragraph = {
        .lead = "who", .indent = 5, .text = "one two,\tthree four,\tfive six", .most = 9};
    (void)state;
    assert_int_equal(screen_needs(&screen, &paragraph), 3);
    screen_add(&screen, &paragraph);
    assert_int_equal(screen.count, 3);
    assert_string_equal(screen.lines[0], "who  one two,");
    assert_string_equal(screen.lines[1], "     three four,");
    assert_string_equal(screen.lines[2], "     five six");
}

static void a_part_that_is_too_wide_is_broken_between_words_and_a_word_is_cut(void **state)
{
    struct screen screen = {.columns = 12};
    (void)state;
    screen_add(&screen, &(const struct paragraph){
                            .lead = "", .text = "one two three four\tabcdefghijklmnop", .most = 9});
    assert_int_equal(screen.count, 3);
    assert_string_equal(screen.lines[0], "one two");
    assert_string_equal(screen.lines[1], "three four");
    assert_string_equal(screen.lines[2], "abcdefghijkl");
}

static void what_has_no_room_is_left_out_with_dots(void **state)
{
    struct screen screen = {.columns = 16};
    const struct paragraph paragraph = {.lead = "", .text = "one,\ttwo,\tthree,\tfour", .most = 1};
    const struct paragraph fits = {.lead = "", .text = "one,\ttwo,\tthree", .most = 1};
    (void)state;
    screen_add(&screen, &paragraph);
    screen_add(&screen, &fits);
    assert_int_equal(screen.count, 2);
    assert_string_equal(screen.lines[0], "one, two, ...");
    assert_string_equal(screen.lines[1], "one, two, three");
}

static void a_lead_that_fills_its_column_gets_a_colon(void **state)
{
    struct screen screen = {.columns = 20};
    (void)state;
    screen_add(&screen, &(const struct paragraph){
                            .lead = "question", .indent = 2, .text = "yes,\tor not", .most = 9});
    assert_int_equal(screen.count, 2);
    assert_string_equal(screen.lines[0], "question: yes,");
    assert_string_equal(screen.lines[1], "  or not");
}

static void lines_beyond_the_last_are_counted_and_not_kept(void **state)
{
    struct screen screen = {.columns = 80}, other = {.columns = 80};
    const struct paragraph paragraph = {.lead = "", .text = "x", .most = 1};
    (void)state;
    for (int i = 0; i < SCREEN_LINES + 3; i++)
        screen_add(&screen, &paragraph);
    assert_int_equal(screen.count, SCREEN_LINES + 3);
    screen_add(&other, &paragraph);
    screen_append(&other, &screen);
    assert_int_equal(other.count, SCREEN_LINES + 4);
    assert_string_equal(other.lines[SCREEN_LINES - 1], "x");
}

static void characters_of_several_bytes_are_not_cut_apart(void **state)
{
    struct screen screen = {.columns = 5};
    (void)state;
    screen_add(&screen,
               &(const struct paragraph){.lead = "", .text = "abc\xc3\xa4\xc3\xa4", .most = 9});
    assert_string_equal(screen.lines[0], "abc\xc3\xa4");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_is_broken_between_parts),
        cmocka_unit_test(a_part_that_is_too_wide_is_broken_between_words_and_a_word_is_cut),
        cmocka_unit_test(what_has_no_room_is_left_out_with_dots),
        cmocka_unit_test(a_lead_that_fills_its_column_gets_a_colon),
        cmocka_unit_test(lines_beyond_the_last_are_counted_and_not_kept),
        cmocka_unit_test(characters_of_several_bytes_are_not_cut_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
