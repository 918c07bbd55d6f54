/* A ratio that has no interval, because there are too few rounds for any: page, script and charts
 * say so, and show no number that is none. */
#include "harness/charts/charts.h"
#include "harness/page/page.h"
#include "tests/harness/analysis/made_analysis.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { EPOLL, SELECT, POLL, EPOLL_ET };

static const struct made_subject subjects[] = {{"epoll", TIER_READINESS},
                                               {"select", TIER_READINESS},
                                               {"poll", TIER_READINESS},
                                               {"epoll-et", TIER_READINESS}};

struct shown {
    struct made made;
    char folder[32];
    /* The files that were written. */
    char *page, *forest;
};

static char *read_file(const char *folder, const char *name)
{
    char path[200], *text = calloc(1, 1 << 20);
    assert_non_null(text);
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "r");
    if (file == NULL)
        fail_msg("%s: %s", path, strerror(errno));
    text[fread(text, 1, (1 << 20) - 1, file)] = '\0';
    fclose(file);
    return text;
}

/* select has an interval, poll has none, and that of epoll-et is too wide to say anything. */
static int show(void **state)
{
    struct shown *shown = calloc(1, sizeof *shown);
    struct chart_list charts;
    char problem[PROBLEM_BYTES];
    assert_non_null(shown);
    made_open(&shown->made, subjects, 4, 1);
    made_word(&shown->made, 0, SELECT, EPOLL, VERDICT_SLOWER, 2);
    made_word(&shown->made, 0, POLL, EPOLL, VERDICT_INCONCLUSIVE, 0.5);
    made_word(&shown->made, 0, EPOLL_ET, EPOLL, VERDICT_INCONCLUSIVE, 0.81);
    struct verdict_pair *verdicts = shown->made.analysis.cells[0].verdicts;
    assert_int_equal(text_set(&verdicts[0].why, ""), 0);
    verdicts[0].bounded = true;
    verdicts[1].bounded = false;
    verdicts[2].bounded = true;
    verdicts[2].low = 0.00027;
    verdicts[2].high = 2429.81;
    verdicts[1].low = 0;
    verdicts[1].high = INFINITY;
    made_trial(&shown->made, 0, EPOLL, 0, NULL, 0);
    strcpy(shown->folder, "/tmp/unbounded-XXXXXX");
    assert_non_null(mkdtemp(shown->folder));
    const struct chart_request request = {.folder = shown->folder};
    int r = charts_draw(&shown->made.analysis, &request, &charts, problem);
    if (r < 0 && r != -ENOENT) /* without gnuplot the data are there all the same */
        fail_msg("%s", problem);
    if (page_write(&shown->made.analysis, shown->folder, &charts, NULL, problem) < 0)
        fail_msg("%s", problem);
    charts_free(&charts);
    shown->page = read_file(shown->folder, "report.html");
    shown->forest = read_file(shown->folder, "charts/accept-drain-ns_per_accept-ratio.csv");
    *state = shown;
    return 0;
}

static int forget(void **state)
{
    struct shown *shown = *state;
    char command[80];
    snprintf(command, sizeof command, "rm -r %s", shown->folder);
    int r = system(command);
    made_close(&shown->made);
    free(shown->page);
    free(shown->forest);
    free(shown);
    return r;
}

static void has(const char *text, const char *part)
{
    if (strstr(text, part) == NULL)
        fail_msg("no \"%s\" in %s", part, text);
}

static void the_page_says_that_there_is_no_interval(void **state)
{
    const struct shown *shown = *state;
    has(shown->page, "0.500 (too few rounds for an interval)");
    has(shown->page, "2.000 [1.980, 2.020]");
    assert_null(strstr(shown->page, "inf]"));
    assert_null(strstr(shown->page, "[0.000"));
}

/* [baseline, subject, word, ratio, low, high, ...] */
static void an_interval_that_is_too_wide_is_said_and_not_shown(void **state)
{
    const struct shown *shown = *state;
    has(shown->page, "0.810 (no useful interval yet)");
    has(shown->page, ",0.81,0.00027,2429.81,20,");
    has(shown->forest, ",0.810  no useful interval yet");
    assert_null(strstr(shown->page, "[0.00"));
}

static void the_script_gets_nothing_for_its_ends(void **state)
{
    const struct shown *shown = *state;
    has(shown->page, "[0,2,3,0.5,null,null,20,");
    has(shown->page, "[0,1,1,2,1.98,2.02,20,");
}

/* It is drawn from edge to edge, with an arrow at both ends. */
static void in_a_forest_it_runs_out_of_the_picture_on_both_sides(void **state)
{
    const struct shown *shown = *state;
    const char *poll = strstr(shown->forest, "poll (readiness)");
    double low, high;
    int left, right;
    assert_non_null(poll);
    assert_int_equal(
        sscanf(poll, "poll (readiness),2,0.5,,,%lf,%lf,%d,%d", &low, &high, &left, &right), 4);
    assert_true(low > 0.2 && low < 0.5 && high > 2 && high < 5);
    assert_true(left == 1 && right == 1);
    has(poll, "not decided (20 rounds),0.500  no interval yet");
    has(shown->forest, "select (readiness),1,2,1.98,2.02,1.98,2.02,0,0,SLOWER,");
}

static void nobody_is_called_equal_who_was_not_shown_to_be(void **state)
{
    const struct shown *shown = *state;
    has(shown->page, "<p>not decided after 20 rounds</p><ul class=\"inconclusive\">");
    assert_null(strstr(shown->page, "<p>no winner</p>"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_page_says_that_there_is_no_interval),
        cmocka_unit_test(an_interval_that_is_too_wide_is_said_and_not_shown),
        cmocka_unit_test(the_script_gets_nothing_for_its_ends),
        cmocka_unit_test(in_a_forest_it_runs_out_of_the_picture_on_both_sides),
        cmocka_unit_test(nobody_is_called_equal_who_was_not_shown_to_be),
    };
    return cmocka_run_group_tests_name("unbounded", tests, show, forget);
}
