/* The answer of a run on one screen, of analyses whose words are put in by hand. */
#include "harness/contract/parameters.h"
#include "harness/report/screen.h"
#include "harness/report/summary.h"
#include "harness/workloads/workloads.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/harness/analysis/made_analysis.h"

enum { FOUR = 4 };
static const struct made_subject four[FOUR] = {
    {"epoll", TIER_READINESS},
    {"poll", TIER_READINESS},
    {"select", TIER_READINESS},
    {"io_uring", TIER_COMPLETION},
};

static char printed[1 << 16];

/* Prints it for terminals of 30 to 200 columns; afterwards `printed` is that of `columns`. Of any
 * of them no line is too wide, and there are no more than fit. */
static void print(const struct made *made, int columns)
{
    static const int widths[] = {40, 47, 60, 63, 64, 80, 200};
    struct summary_request request = {.folder = "r", .has_page = true};
    size_t count = sizeof widths / sizeof widths[0];
    for (size_t i = 0; i <= count; i++) {
        request.columns = i < count ? widths[i] : columns;
        memset(printed, 0, sizeof printed);
        FILE *out = fmemopen(printed, sizeof printed, "w");
        assert_non_null(out);
        report_print_summary(&made->analysis, &request, out);
        fclose(out);
        int lines = 0, most = request.columns < 80 ? request.columns : 80;
        for (const char *at = printed; *at != '\0'; lines++) {
            size_t length = strcspn(at, "\n");
            if (length > (size_t)most)
                fail_msg("%zu of %d columns: %.*s", length, most, (int)length, at);
            at += length + (at[length] == '\n');
        }
        if (lines > SCREEN_LINES || lines < 3)
            fail_msg("%d lines of %d columns:\n%s", lines, request.columns, printed);
    }
}

static void says(const char *text)
{
    if (strstr(printed, text) == NULL)
        fail_msg("\"%s\" is not in:\n%s", text, printed);
}

static void says_not(const char *text)
{
    if (strstr(printed, text) != NULL)
        fail_msg("\"%s\" is in:\n%s", text, printed);
}

static void open_run(struct made *made, const struct made_subject *subjects, size_t count,
                     size_t cells)
{
    made_open(made, subjects, count, cells);
    made->run.rounds = 20;
    assert_int_equal(text_set(&made->run.ended, "the time is over"), 0);
    made->run.elapsed_s = 60;
}

static void all_words(struct made *made, size_t subjects, enum verdict_word word, double ratio)
{
    for (size_t cell = 0; cell < made->run.cell_count; cell++) {
        for (size_t i = 1; i < subjects; i++)
            made_word(made, cell, i, 0, word, ratio);
    }
}

static void each_question_says_who_costs_less_and_by_how_much(void **state)
{
    struct made made;
    (void)state;
    open_run(&made, four, FOUR, 3);
    for (size_t cell = 0; cell < 3; cell++) {
        made_word(&made, cell, 1, 0, cell == 2 ? VERDICT_SLOWER : VERDICT_EQUIVALENT, 1.5);
        made_word(&made, cell, 2, 0, cell == 2 ? VERDICT_SLOWER : VERDICT_INCONCLUSIVE, 2.4);
        made_word(&made, cell, 3, 0, cell == 2 ? VERDICT_SLOWER : VERDICT_FASTER,
                  cell == 2 ? 1.6 : 0.8);
    }
    print(&made, 80);
    says("3 questions, 20 rounds (the time is over), 60 s\n");
    says("of epoll's");
    says("accept, 0 idle   less: io_uring 0.80 [0.79, 0.81]; the same: poll;\n");
    says("not decided: select 2.40 [2.38, 2.42] (about 64 rounds)");
    says("accept, 10 idle  least: epoll; more: poll 1.50 [1.48, 1.52]");
    says("Not decided after 20 rounds: 2 of 9 comparisons; half take about 64 (2 min more)");
    says("page: r/report.html\nall files: r\n");
    made_close(&made);
}

static void a_metric_of_which_more_is_better_is_turned_into_a_cost(void **state)
{
    struct made made;
    (void)state;
    struct metric more = {.name = "made_per_s", .main = true, .modes = "drain"};
    struct metric metrics[] = {more, {.name = NULL}};
    struct workload workload = accept_workload;
    open_run(&made, four, 2, 1);
    made_word(&made, 0, 1, 0, VERDICT_FASTER, 2);
    workload.metrics = metrics;
    made.run.cells[0].cell.workload = &workload;
    print(&made, 80);
    says("less: poll 0.50 [0.50, 0.51]");
    made.run.cells[0].cell.workload = &accept_workload;
    made_close(&made);
}

static void when_nothing_is_decided_it_says_what_it_would_take(void **state)
{
    struct made made;
    (void)state;
    open_run(&made, four, FOUR, 12);
    all_words(&made, FOUR, VERDICT_INCONCLUSIVE, 1.01);
    print(&made, 80);
    says("Not decided after 20 rounds: 36 of 36");
    says_not("are wrong in");
    says_not("less:");
    made_close(&made);
}

static void when_all_is_decided_nothing_is_said_of_more_rounds(void **state)
{
    struct made made;
    (void)state;
    open_run(&made, four, FOUR, 12);
    all_words(&made, FOUR, VERDICT_SLOWER, 1.4);
    print(&made, 80);
    says("there is a difference (wrong in at most 1 run of 100)");
    says("accept, 100 idle             more: poll 1.40, select 1.40, io_uring 1.40\n");
    says_not("ot decided");
    made_close(&made);
}

static void an_interval_that_is_clear_of_1_is_never_shown_as_1(void **state)
{
    struct made made;
    (void)state;
    open_run(&made, four, 2, 1);
    made_word(&made, 0, 1, 0, VERDICT_FASTER, 0.9885 / 1.0);
    made.analysis.cells[0].verdicts[0].high = 0.998;
    print(&made, 80);
    says("0.998]");
    made_close(&made);
}

static void without_an_interval_it_says_so(void **state)
{
    struct made made;
    (void)state;
    open_run(&made, four, 2, 1);
    made_word(&made, 0, 1, 0, VERDICT_INCONCLUSIVE, 0.9);
    made.analysis.cells[0].verdicts[0].bounded = false;
    made.analysis.cells[0].verdicts[0].low = 0;
    made.analysis.cells[0].verdicts[0].high = (double)INFINITY;
    print(&made, 80);
    says("poll 0.90 (no interval yet)");
    says_not("inf");
    made_close(&made);
}

static void an_interval_that_is_of_no_use_is_not_printed(void **state)
{
    struct made made;
    (void)state;
    open_run(&made, four, 2, 1);
    made_word(&made, 0, 1, 0, VERDICT_INCONCLUSIVE, 0.81);
    made.analysis.cells[0].verdicts[0].low = 0.00027;
    made.analysis.cells[0].verdicts[0].high = 2429.81;
    print(&made, 80);
    says("poll 0.81 (no useful interval yet)");
    says_not("2430");
    made_close(&made);
}

static void rounds_are_of_the_first_and_the_last_that_is_not_decided(void **state)
{
    struct made made;
    (void)state;
    open_run(&made, four, FOUR, 1);
    all_words(&made, FOUR, VERDICT_INCONCLUSIVE, 1.02);
    made.analysis.cells[0].verdicts[0].rounds = 96;
    made.analysis.cells[0].verdicts[1].rounds = 131;
    made.analysis.cells[0].verdicts[2].rounds = 497;
    print(&made, 80);
    says("(about 96 to 497 rounds)");
    made_close(&made);
}

static void when_everything_is_invalid_it_says_why_and_names_nobody(void **state)
{
    struct made made;
    (void)state;
    open_run(&made, four, FOUR, 5);
    all_words(&made, FOUR, VERDICT_INVALID, 1);
    print(&made, 80);
    says("no verdict: poll, select, io_uring");
    says("No verdict on 15 of 15: no trial is valid");
    says_not("least:");
    made_close(&made);
}

static void one_subject_alone_has_its_figure(void **state)
{
    struct made made;
    (void)state;
    open_run(&made, four, 1, 2);
    print(&made, 80);
    says("Nothing is compared");
    says("accept, 1 idle  epoll 1,000 [990, 1,010] ns\n");
    made_close(&made);
}

static void two_hundred_cells_are_folded_by_mode(void **state)
{
    struct made made;
    (void)state;
    open_run(&made, four, FOUR, 18);
    for (size_t cell = 0; cell < 18; cell++) {
        made_word(&made, cell, 1, 0, cell < 2 ? VERDICT_EQUIVALENT : VERDICT_SLOWER, 2.0);
        made_word(&made, cell, 2, 0, VERDICT_INCONCLUSIVE, 1.0);
        made_word(&made, cell, 3, 0, VERDICT_FASTER, cell < 9 ? 0.5 : 0.75);
    }
    print(&made, 80);
    says("18 questions");
    says("accept drain by idle");
    says("less: io_uring 0.50-0.75 everywhere;");
    says("more: poll 2.00 from 10 up;");
    made_close(&made);
}

static void many_modes_share_the_lines(void **state)
{
    static const char *const modes[] = {"drain", "steady", "rate"};
    struct made made;
    (void)state;
    open_run(&made, four, FOUR, 18);
    for (size_t i = 0; i < 18; i++) {
        struct cell *cell = &made.run.cells[i].cell;
        cell->mode = workload_mode(&accept_workload, modes[i % 3]);
    }
    all_words(&made, FOUR, VERDICT_FASTER, 0.5);
    print(&made, 80);
    says("accept drain");
    made_close(&made);
}

static void names_of_63_bytes_fit(void **state)
{
    static const struct made_subject subjects[] = {
        {"a23456789012345678901234567890123456789012345678901234567890123", TIER_READINESS},
        {"b23456789012345678901234567890123456789012345678901234567890123", TIER_READINESS},
        {"c23456789012345678901234567890123456789012345678901234567890123", TIER_COMPLETION},
    };
    struct made made;
    (void)state;
    open_run(&made, subjects, 3, 12);
    all_words(&made, 3, VERDICT_SLOWER, 1.4);
    print(&made, 80);
    says("more: b2345");
    made_close(&made);
}

static void a_killed_run_says_how_many_rounds_it_kept(void **state)
{
    struct made made;
    (void)state;
    open_run(&made, four, FOUR, 2);
    assert_int_equal(text_set(&made.run.ended, NULL), 0);
    made.run.rounds = 10;
    all_words(&made, FOUR, VERDICT_INCONCLUSIVE, 1.4);
    print(&made, 80);
    says("10 rounds (it was killed)");
    made_close(&made);
}

static void no_round_is_said_to_be_none(void **state)
{
    struct made made;
    (void)state;
    open_run(&made, four, FOUR, 2);
    made.run.rounds = 0;
    assert_int_equal(text_set(&made.run.ended, "interrupted"), 0);
    print(&made, 80);
    says("0 rounds (interrupted)");
    says("all files: r\n");
    says_not("less:");
    made_close(&made);
}

static void what_was_left_out_takes_one_line(void **state)
{
    struct made made;
    (void)state;
    open_run(&made, four, FOUR, 12);
    all_words(&made, FOUR, VERDICT_SLOWER, 1.4);
    for (size_t i = 0; i < FOUR; i++) {
        for (size_t cell = 0; cell < 12; cell++)
            assert_int_equal(run_cell_skip_subject(&made.run.cells[cell], i,
                                                   cell % 2 == 0 ? "failed" : "cannot"),
                             0);
    }
    made.run.cells[3].headroom.known = true;
    print(&made, 80);
    says("Left out: epoll, poll, select, io_uring\n");
    says("No latencies for 1 of 1");
    made_close(&made);
}

static void a_line_about_the_check_of_the_run_has_its_place(void **state)
{
    struct made made;
    const struct summary_request request = {.columns = 80, .check = "The twin was not named."};
    (void)state;
    open_run(&made, four, FOUR, 2);
    all_words(&made, FOUR, VERDICT_SLOWER, 1.4);
    memset(printed, 0, sizeof printed);
    FILE *out = fmemopen(printed, sizeof printed, "w");
    report_print_summary(&made.analysis, &request, out);
    fclose(out);
    says("The twin was not named.\n");
    says_not("page:");
    says_not("all files:");
    made_close(&made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_question_says_who_costs_less_and_by_how_much),
        cmocka_unit_test(a_metric_of_which_more_is_better_is_turned_into_a_cost),
        cmocka_unit_test(when_nothing_is_decided_it_says_what_it_would_take),
        cmocka_unit_test(when_all_is_decided_nothing_is_said_of_more_rounds),
        cmocka_unit_test(an_interval_that_is_clear_of_1_is_never_shown_as_1),
        cmocka_unit_test(without_an_interval_it_says_so),
        cmocka_unit_test(an_interval_that_is_of_no_use_is_not_printed),
        cmocka_unit_test(rounds_are_of_the_first_and_the_last_that_is_not_decided),
        cmocka_unit_test(when_everything_is_invalid_it_says_why_and_names_nobody),
        cmocka_unit_test(one_subject_alone_has_its_figure),
        cmocka_unit_test(two_hundred_cells_are_folded_by_mode),
        cmocka_unit_test(many_modes_share_the_lines),
        cmocka_unit_test(names_of_63_bytes_fit),
        cmocka_unit_test(a_killed_run_says_how_many_rounds_it_kept),
        cmocka_unit_test(no_round_is_said_to_be_none),
        cmocka_unit_test(what_was_left_out_takes_one_line),
        cmocka_unit_test(a_line_about_the_check_of_the_run_has_its_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
