/* What keeps a result file from becoming markup: the escaping, and the taking over of pictures. */
#include "harness/page/csv.h"
#include "harness/page/html.h"
#include "harness/page/parts.h"
#include "harness/page/svg.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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
    json_t *value = json_pack("{s:s}", "name", "</script><!-- & \xe2\x80\xa8");
    FILE *out = begin();
    (void)state;
    assert_int_equal(html_json(out, value), 0);
    fclose(out);
    assert_string_equal(written, "{\"name\":\"\\u003c/script\\u003e\\u003c!-- \\u0026 \\u2028\"}");
    json_decref(value);
}

static int take_over(const char *svg)
{
    FILE *out = begin();
    int result = svg_inline(out, svg, 7, "a \"label\"");
    fclose(out);
    return result;
}

#define PICTURE(inner) "<?xml version=\"1.0\"?>\n<svg viewBox=\"0 0 9 9\">\n" inner "</svg>\n"
#define TAKEN(inner)                                                                               \
    "<svg role=\"img\" aria-label=\"a &quot;label&quot;\" viewBox=\"0 0 9 9\">" inner "</svg>"

static void what_draws_is_taken_over(void **state)
{
    (void)state;
    assert_int_equal(
        take_over(PICTURE("<g>\n\t<path d='M1,2 h3'/>\n<text x=\"1\">a &lt;b&gt; &amp;amp;"
                          "</text></g>\n<g fill='none'>\n</g>")),
        0);
    assert_string_equal(written, TAKEN("<g><path d=\"M1,2 h3\"></path><text x=\"1\">a &lt;b&gt; "
                                       "&amp;amp;</text></g>"));
}

static void colours_are_those_of_the_page(void **state)
{
    (void)state;
    assert_int_equal(
        take_over(PICTURE("<path fill='rgb( 85,  0,255)' stroke='#AbCdEf' "
                          "color='black'/><path fill = 'url(#x)' stroke='currentColor'/>")),
        0);
    assert_string_equal(written, TAKEN("<path fill=\"var(--c5500ff,#5500ff)\" "
                                       "stroke=\"var(--cabcdef,#abcdef)\" "
                                       "color=\"var(--c000000,#000000)\"></path>"
                                       "<path stroke=\"currentColor\"></path>"));
}

static void ids_of_pictures_do_not_meet(void **state)
{
    (void)state;
    assert_int_equal(take_over(PICTURE("<defs><path id='gpPt1'/></defs><use xlink:href='#gpPt1'/>"
                                       "<g id='trust'><path/></g>")),
                     0);
    assert_string_equal(written, TAKEN("<defs><path id=\"p7-gpPt1\"></path></defs>"
                                       "<use href=\"#p7-gpPt1\"></use><g><path></path></g>"));
}

static void what_acts_or_asks_is_left_out(void **state)
{
    (void)state;
    assert_int_equal(
        take_over(PICTURE("<script>alert('<g>')</script>"
                          "<path onclick='x()' style='fill:url(http://a)' d='M0,0'/>"
                          "<use xlink:href='http://a/b.svg#c'/><image href='http://a'/>"
                          "<foreignObject><text>in</text></foreignObject><title>none</title>"
                          "<!-- <script> --><text>out</text>")),
        -EINVAL); /* the '<g>' in the script has no end */
    assert_string_equal(written, "");
    assert_int_equal(
        take_over(PICTURE("<script>alert(1)</script>"
                          "<path onclick='x()' style='fill:url(http://a)' d='M0,0'/>"
                          "<use xlink:href='http://a/b.svg#c'/><image href='http://a'/>"
                          "<foreignObject><text>in</text></foreignObject><title>none</title>"
                          "<!-- <script> --><text>out</text>")),
        0);
    assert_string_equal(written, TAKEN("<path d=\"M0,0\"></path><use></use><text>out</text>"));
}

static void what_is_no_picture_is_refused(void **state)
{
    static const char *const bad[] = {
        "",
        "text",
        "<html></html>",
        "<svg>",
        "<svg><g></svg>",
        "<svg></svg><svg></svg>",
        "<svg><path d='1></svg>",
        "<svg><path d=1/></svg>",
        "<svg></g></svg>",
        "<svg",
        "<!-- ",
        "<svg><averyveryverylongelementname/></svg>",
    };
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(take_over(bad[i]), -EINVAL);
        assert_string_equal(written, "");
    }
    char deep[600] = "<svg>";
    for (int i = 0; i < 100; i++)
        strcat(deep, "<g>");
    assert_int_equal(take_over(deep), -EINVAL);
}

/* Any beginning of a picture is refused, without a step beyond its end. */
static void a_picture_that_is_cut_off_is_refused(void **state)
{
    static const char whole[] =
        PICTURE("<!-- c --><g stroke='rgb(1, 2, 3)'><text x='1'>a&amp;b</text></g>");
    (void)state;
    for (size_t length = 0; length < strlen(whole) - strlen("</svg>\n"); length++) {
        char *cut = strndup(whole, length);
        assert_int_equal(take_over(cut), -EINVAL);
        free(cut);
    }
}

static void rows_of_csv_are_read_as_they_were_written(void **state)
{
    char folder[] = "/tmp/pollbench-test-XXXXXX", path[64];
    struct csv_rows rows;
    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/a.csv", folder);
    FILE *file = fopen(path, "w");
    fputs("a,\"b,\"\"c\"\"\",,d\n\n1\n\"last", file);
    fclose(file);
    assert_int_equal(csv_rows_open(&rows, folder, "a.csv"), 0);
    assert_int_equal(csv_rows_next(&rows), 1);
    assert_int_equal(rows.count, 4);
    assert_string_equal(rows.fields[0], "a");
    assert_string_equal(rows.fields[1], "b,\"c\"");
    assert_string_equal(rows.fields[2], "");
    assert_string_equal(rows.fields[3], "d");
    assert_int_equal(csv_rows_next(&rows), 1);
    assert_int_equal(rows.count, 0);
    assert_int_equal(csv_rows_next(&rows), 1);
    assert_string_equal(rows.fields[0], "1");
    assert_int_equal(csv_rows_next(&rows), 1);
    assert_string_equal(rows.fields[0], "last");
    assert_int_equal(csv_rows_next(&rows), 0);
    csv_rows_close(&rows);
    assert_null(page_read_file(folder, "a.csv", 5));
    assert_int_equal(errno, EFBIG);
    assert_int_equal(csv_rows_open(&rows, folder, "b.csv"), -ENOENT);
    unlink(path);
    rmdir(folder);
}

static json_t *cell_with(const char *word, json_t *ratio, json_t *low, json_t *high)
{
    return json_pack("{s:[{s:s, s:s, s:s, s:o, s:o, s:o}]}", "verdicts", "baseline", "epoll",
                     "subject", "poll", "verdict", word, "ratio", ratio, "ci_low", low, "ci_high",
                     high);
}

static void seen_from_the_other_side_ratio_and_word_turn_round(void **state)
{
    struct page_verdict verdict;
    json_t *cell = cell_with("SLOWER", json_real(1.25), json_real(1.0), json_real(2.0));
    (void)state;
    assert_true(page_verdict_of(cell, "epoll", "poll", &verdict));
    assert_int_equal(verdict.word, WORD_SLOWER);
    assert_true(verdict.ratio == 1.25 && verdict.low == 1.0 && verdict.high == 2.0);
    assert_true(page_verdict_of(cell, "poll", "epoll", &verdict));
    assert_int_equal(verdict.word, WORD_FASTER);
    assert_true(verdict.ratio == 0.8 && verdict.low == 0.5 && verdict.high == 1.0);
    assert_false(page_verdict_of(cell, "epoll", "select", &verdict));
    json_decref(cell);
}

static void words_without_a_direction_stay(void **state)
{
    static const enum page_word both[] = {WORD_EQUIVALENT, WORD_INCONCLUSIVE};
    struct page_verdict verdict;
    (void)state;
    for (size_t i = 0; i < sizeof both / sizeof both[0]; i++) {
        json_t *cell =
            cell_with(page_word_name(both[i]), json_real(1), json_real(0.5), json_real(2));
        assert_true(page_verdict_of(cell, "poll", "epoll", &verdict));
        assert_int_equal(verdict.word, both[i]);
        json_decref(cell);
    }
    json_t *cell = cell_with("WHATEVER", json_null(), json_null(), json_null());
    assert_true(page_verdict_of(cell, "poll", "epoll", &verdict));
    assert_int_equal(verdict.word, WORD_INVALID);
    assert_false(verdict.has_ratio);
    json_decref(cell);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(markup_becomes_text),
        cmocka_unit_test(what_drives_a_display_is_replaced),
        cmocka_unit_test(every_string_of_a_format_is_escaped),
        cmocka_unit_test(json_cannot_end_its_element),
        cmocka_unit_test(what_draws_is_taken_over),
        cmocka_unit_test(colours_are_those_of_the_page),
        cmocka_unit_test(ids_of_pictures_do_not_meet),
        cmocka_unit_test(what_acts_or_asks_is_left_out),
        cmocka_unit_test(what_is_no_picture_is_refused),
        cmocka_unit_test(a_picture_that_is_cut_off_is_refused),
        cmocka_unit_test(rows_of_csv_are_read_as_they_were_written),
        cmocka_unit_test(seen_from_the_other_side_ratio_and_word_turn_round),
        cmocka_unit_test(words_without_a_direction_stay),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    free(written);
    return failed;
}
