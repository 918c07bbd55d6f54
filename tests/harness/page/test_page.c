/* What keeps a result file from becoming markup, how a picture becomes an address, and the words.
 */
#include "harness/page/parts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static char *written; /* by the test at hand */
static size_t written_size;

static FILE *begin(void)
{
    free(written);
    written = NULL;
    return open_memstream(&written, &written_size);
}

static const char *text_of(const char *text)
{
    FILE *out = begin();
    html_text(out, text);
    fclose(out);
    return written;
}

static void markup_becomes_text(void **state)
{
    (void)state;
    assert_string_equal(text_of("<b a=\"1\" c='2'>&amp;"),
                        "&lt;b a=&quot;1&quot; c=&#39;2&#39;&gt;&amp;amp;");
}

static void what_drives_a_display_is_replaced(void **state)
{
    (void)state;
    assert_string_equal(text_of("a\x01"
                                "b\x7f\xc2\x85"
                                "c\xe2\x80\xae"
                                "d\xe2\x81\xa6"
                                "e"),
                        "a\xef\xbf\xbd"
                        "b\xef\xbf\xbd\xef\xbf\xbd"
                        "c\xef\xbf\xbd"
                        "d\xef\xbf\xbd"
                        "e");
    assert_string_equal(text_of("\xc3\xa4 \xe2\x82\xac \xc2\xb5\t\n"),
                        "\xc3\xa4 \xe2\x82\xac \xc2\xb5\t\n");
}

static void every_string_of_a_format_is_escaped(void **state)
{
    FILE *out = begin();
    (void)state;
    html_print(out, "<i>%s</i> %d %u %zu %.2f %.*f %g 5 %%", "<&>", -1, 2u, (size_t)3, 0.125, 1,
               2.25, 0.5);
    fclose(out);
    assert_string_equal(written, "<i>&lt;&amp;&gt;</i> -1 2 3 0.12 2.2 0.5 5 %");
}

static void json_cannot_end_its_element(void **state)
{
    FILE *out = begin();
    (void)state;
    html_json_text(out, "</script><!-- & \"\\\n \xc3\xa4");
    fclose(out);
    assert_string_equal(written, "\"\\u003c/script\\u003e\\u003c!-- \\u0026 \\u0022\\u005c\\u000a "
                                 "\xc3\xa4\"");
}

/* ---- pictures ---- */

#define ADDRESS "data:image/svg+xml;charset=utf-8,"

static const char *address_of(const char *svg)
{
    FILE *out = begin();
    html_picture(out, svg);
    fclose(out);
    assert_memory_equal(written, ADDRESS, strlen(ADDRESS));
    return written + strlen(ADDRESS);
}

/* In single quotes, and a browser reads it as markup of the page first, as an address then. */
static void nothing_in_a_picture_ends_its_attribute_or_its_address(void **state)
{
    (void)state;
    assert_string_equal(address_of("<svg a='1' b=\"#2\">5 % &lt;i&gt;</svg>"),
                        "<svg a=%271%27 b=\"%232\">5 %25 &amp;lt;i&amp;gt;</svg>");
    assert_string_equal(address_of("<svg>\xc3\xa4&#39; onerror='x()</svg>"),
                        "<svg>\xc3\xa4&amp;%2339; onerror=%27x()</svg>");
}

/* Browsers take line breaks and tabs out of an address, and with them what they separate. */
static void the_ends_of_lines_are_one_space(void **state)
{
    (void)state;
    assert_string_equal(address_of("<svg\n  a=\"1\"\n\tb=\"2\"\r\n>a  b\x01"
                                   "</svg>\n"),
                        "<svg a=\"1\" b=\"2\" >a  b </svg> ");
}

static void groups_that_hold_nothing_are_left_out(void **state)
{
    (void)state;
    assert_string_equal(
        address_of("<g a=\"1\">\n</g>\n<svg>\n<g b=\"2\">\n</g>\n<g c=\"3\">\n</g>\n"
                   "<g d=\"4\">\n<path/></g>\n</svg>"),
        "<svg> <g d=\"4\"> <path/></g> </svg>");
}

static void what_is_cut_off_is_written_as_far_as_it_goes(void **state)
{
    static const char whole[] = "<svg>\n<g a='1'>\n</g>\n<g>\n</svg>\n";
    (void)state;
    for (size_t length = 0; length < strlen(whole); length++) {
        char *cut = strndup(whole, length);
        assert_null(strpbrk(address_of(cut), "\n'"));
        free(cut);
    }
}

/* ---- words ---- */

static void every_word_has_a_place_a_class_and_a_meaning(void **state)
{
    (void)state;
    for (enum verdict_word word = VERDICT_INVALID; word <= VERDICT_SLOWER; word++) {
        const struct page_word *shown = &page_words[page_word_place(word)];
        assert_int_equal(shown->word, word);
        assert_true(*shown->css != '\0' && *shown->sign != '\0' && *shown->meaning != '\0');
    }
}

/* What the page's script does with another baseline, the page has from here. */
static void seen_from_the_other_side_ratio_and_word_turn_round(void **state)
{
    static const struct {
        enum verdict_word word, opposite;
    } words[] = {{VERDICT_SLOWER, VERDICT_FASTER},
                 {VERDICT_FASTER, VERDICT_SLOWER},
                 {VERDICT_EQUIVALENT, VERDICT_EQUIVALENT},
                 {VERDICT_INCONCLUSIVE, VERDICT_INCONCLUSIVE}};
    (void)state;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        struct verdict_pair pair = {.baseline = 0,
                                    .subject = 1,
                                    .compared = true,
                                    .bounded = true,
                                    .ratio = 1.25,
                                    .low = 1,
                                    .high = 2,
                                    .word = words[i].word};
        uint32_t pair_at[9] = {[1] = 1, [3] = 1};
        struct cell_summary cell = {
            .subject_count = 3, .verdicts = &pair, .verdict_count = 1, .pair_at = pair_at};
        const struct analysis analysis = {.cells = &cell};
        struct comparison seen;
        assert_true(analysis_compare(&analysis, 0, 1, 0, &seen));
        assert_int_equal(seen.word, words[i].word);
        assert_true(seen.ratio == 1.25 && seen.low == 1 && seen.high == 2);
        assert_true(analysis_compare(&analysis, 0, 0, 1, &seen));
        assert_int_equal(seen.word, words[i].opposite);
        assert_true(seen.ratio == 0.8 && seen.low == 0.5 && seen.high == 1);
        assert_false(analysis_compare(&analysis, 0, 0, 2, &seen));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(markup_becomes_text),
        cmocka_unit_test(what_drives_a_display_is_replaced),
        cmocka_unit_test(every_string_of_a_format_is_escaped),
        cmocka_unit_test(json_cannot_end_its_element),
        cmocka_unit_test(nothing_in_a_picture_ends_its_attribute_or_its_address),
        cmocka_unit_test(the_ends_of_lines_are_one_space),
        cmocka_unit_test(groups_that_hold_nothing_are_left_out),
        cmocka_unit_test(what_is_cut_off_is_written_as_far_as_it_goes),
        cmocka_unit_test(every_word_has_a_place_a_class_and_a_meaning),
        cmocka_unit_test(seen_from_the_other_side_ratio_and_word_turn_round),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    free(written);
    return failed;
}
