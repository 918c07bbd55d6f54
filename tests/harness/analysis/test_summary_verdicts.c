/* The verdicts of whole runs: which pairs there are, what counts, when there is none. */
#include "harness/stats/verdict.h"
#include "harness/record/run_shape.h"
#include "harness/analysis/summary.h"
#include "harness/analysis/verdicts.h"
#include "harness/contract/workload.h"
#include "tests/harness/analysis/one_cell_run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static json_t *new_run(const char *mode)
{
    static const char *const subjects[][2] = {{"null", "none"},
                                              {"select", "readiness"},
                                              {"epoll", "readiness"},
                                              {"io_uring", "completion"},
                                              {"floor:epoll", "readiness"}};
    return run_of_one_cell("accept", mode, subjects, 5);
}

/* Around `level`, by up to 2 %. */
static void add_rounds(json_t *run, const char *subject, int rounds, double level)
{
    for (int i = 0; i < rounds; i++)
        add_trial(run, subject, i, "ns_per_accept", level * (1 + 0.001 * (i * 7 % 20)));
}

static void add_invalid(json_t *run, const char *subject, int round, const char *why)
{
    json_t *trial = add_trial(run, subject, round, "ns_per_accept", 1);
    json_object_set_new(trial, "valid", json_false());
    json_object_set_new(trial, "why_invalid", json_string(why));
}

static void summarise(json_t *run)
{
    char problem[PROBLEM_BYTES] = "";
    if (run_shape_check(run, problem) < 0)
        fail_msg("%s", problem);
    assert_int_equal(summary_compute(run, 10), 0);
}

static size_t count_of(const json_t *run)
{
    return json_array_size(json_object_get(only_cell(run), "verdicts"));
}

static const char *text_of(const json_t *entry, const char *name)
{
    return json_string_value(json_object_get(entry, name));
}

static double number_of(const json_t *entry, const char *name)
{
    assert_true(json_is_number(json_object_get(entry, name)));
    return json_number_value(json_object_get(entry, name));
}

static const json_t *verdict_of(const json_t *run, const char *subject, const char *baseline)
{
    size_t i;
    const json_t *entry;
    json_array_foreach(json_object_get(only_cell(run), "verdicts"), i, entry)
    {
        if (strcmp(text_of(entry, "subject"), subject) == 0 &&
            strcmp(text_of(entry, "baseline"), baseline) == 0)
            return entry;
    }
    fail_msg("no verdict of %s against %s", subject, baseline);
    return NULL;
}

static void assert_word(const json_t *run, const char *subject, const char *baseline,
                        const char *word)
{
    assert_string_equal(text_of(verdict_of(run, subject, baseline), "verdict"), word);
}

/* ---- which pairs, and which words ---- */

static void every_pair_is_there_once_against_the_usual_baseline_or_the_first_one(void **state)
{
    (void)state;
    json_t *run = new_run("drain");
    add_rounds(run, "floor:epoll", 12, 100);
    add_rounds(run, "io_uring", 12, 80);
    add_rounds(run, "select", 12, 200);
    summarise(run);
    assert_int_equal(count_of(run), 3);
    assert_word(run, "select", "floor:epoll", "SLOWER");
    assert_word(run, "io_uring", "floor:epoll", "FASTER");
    assert_word(run, "io_uring", "select", "FASTER");
    json_decref(run);
}

static void subjects_of_no_tier_have_no_part_in_pairs(void **state)
{
    (void)state;
    json_t *run = new_run("drain");
    add_rounds(run, "null", 12, 1);
    add_rounds(run, "epoll", 12, 100);
    summarise(run);
    assert_int_equal(count_of(run), 0);
    json_decref(run);
}

static void one_subject_alone_has_no_verdict(void **state)
{
    (void)state;
    json_t *run = new_run("drain");
    add_rounds(run, "epoll", 100, 100);
    summarise(run);
    assert_int_equal(count_of(run), 0);
    json_decref(run);
}

static void a_verdict_and_the_ratio_of_the_same_pair_are_the_same_numbers(void **state)
{
    (void)state;
    static const char *const fields[] = {"ratio", "ci_low", "ci_high", "confidence", "n"};
    for (int rounds = 3; rounds <= 150; rounds += 49) {
        json_t *run = new_run("drain");
        for (int i = 0; i < rounds; i++) {
            add_trial(run, "epoll", i, "ns_per_accept", 100 + i % 7);
            add_trial(run, "select", i, "ns_per_accept", 110 + i % 11);
        }
        summarise(run);
        const json_t *verdict = verdict_of(run, "select", "epoll");
        const json_t *ratio = NULL, *entry;
        size_t k;
        json_array_foreach(json_object_get(only_cell(run), "ratios"), k, entry)
        {
            if (strcmp(text_of(entry, "metric"), "ns_per_accept") == 0)
                ratio = entry;
        }
        for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
            assert_true(number_of(verdict, fields[i]) == number_of(ratio, fields[i]));
        assert_true(number_of(verdict, "confidence") == (rounds < 8 ? 0.75 : 0.99));
        json_decref(run);
    }
}

static void where_more_is_better_more_is_faster(void **state)
{
    (void)state;
    json_t *run = new_run("throughput");
    json_object_set_new(only_cell(run), "workload", json_string("pool"));
    for (int i = 0; i < 12; i++) {
        add_trial(run, "epoll", i, "jobs_per_s", 1000 + i);
        add_trial(run, "io_uring", i, "jobs_per_s", 2000 + i);
    }
    summarise(run);
    assert_word(run, "io_uring", "epoll", "FASTER");
    json_decref(run);
}

/* ---- what does not count ---- */

static void under_ten_common_rounds_there_is_no_winner(void **state)
{
    (void)state;
    json_t *run = new_run("drain");
    add_rounds(run, "epoll", 9, 100);
    add_rounds(run, "io_uring", 30, 10);
    summarise(run);
    const json_t *verdict = verdict_of(run, "io_uring", "epoll");
    assert_string_equal(text_of(verdict, "verdict"), "INCONCLUSIVE");
    assert_true(number_of(verdict, "n") == 9);
    assert_true(number_of(verdict, "rounds") == 10);
    assert_non_null(text_of(verdict, "why"));
    json_decref(run);
}

static void without_a_common_round_the_pair_is_invalid(void **state)
{
    (void)state;
    json_t *run = new_run("drain");
    for (int i = 0; i < 40; i++)
        add_trial(run, i % 2 ? "epoll" : "select", i, "ns_per_accept", i % 2 ? 100 : 1);
    summarise(run);
    const json_t *verdict = verdict_of(run, "select", "epoll");
    assert_string_equal(text_of(verdict, "verdict"), "INVALID");
    assert_true(json_is_null(json_object_get(verdict, "ratio")));
    assert_true(json_is_null(json_object_get(verdict, "p_adjusted")));
    json_decref(run);
}

static void invalid_trials_do_not_count(void **state)
{
    (void)state;
    json_t *run = new_run("drain");
    add_rounds(run, "epoll", 12, 100);
    add_rounds(run, "select", 12, 100);
    for (int i = 0; i < 12; i++)
        add_invalid(run, "select", i, "the server crashed");
    summarise(run);
    assert_true(number_of(verdict_of(run, "select", "epoll"), "ratio") == 1);
    assert_word(run, "select", "epoll", "EQUIVALENT");
    json_decref(run);
}

static void without_a_valid_trial_the_pair_is_invalid_for_the_commonest_reason(void **state)
{
    (void)state;
    json_t *run = new_run("drain");
    add_rounds(run, "epoll", 12, 100);
    for (int i = 0; i < 6; i++) {
        char why[80];
        add_invalid(run, "select", i, "the server crashed with signal 11");
        snprintf(why, sizeof why, "the hypervisor took %d.5 %% of the time", 5 + i);
        add_invalid(run, "select", i, why);
        add_invalid(run, "select", i, i % 2 ? why : "the server was lost");
    }
    summarise(run);
    const json_t *verdict = verdict_of(run, "select", "epoll");
    assert_string_equal(text_of(verdict, "verdict"), "INVALID");
    assert_non_null(strstr(text_of(verdict, "why"), "select"));
    assert_non_null(strstr(text_of(verdict, "why"), "the hypervisor took 5.5 % of the time"));
    json_decref(run);
}

/* By a metric of its own: no main metric of today depends on the generator. */
static void judge_by(json_t *run, const struct metric *metric)
{
    struct verdicts verdicts;
    struct cell_samples samples;
    char problem[PROBLEM_BYTES];
    assert_int_equal(trials_pack(run, problem), 0);
    assert_int_equal(cell_samples_open(&samples, only_cell(run)), 0);
    cell_samples_collect(&samples, metric);
    verdicts_open(&verdicts, run);
    assert_int_equal(verdicts_add_cell(&verdicts, only_cell(run), &samples, metric), 0);
    assert_int_equal(verdicts_write(&verdicts), 0);
    verdicts_close(&verdicts);
    cell_samples_free(&samples);
}

static void the_generator_as_bound_of_more_than_a_twentieth_of_the_trials_is_invalid(void **state)
{
    (void)state;
    for (int bound = 1; bound <= 2; bound++) {
        json_t *run = new_run("steady");
        for (int i = 0; i < 20; i++) {
            add_trial(run, "epoll", i, "accepts_per_s", 1000 + i);
            json_t *trial = add_trial(run, "io_uring", i, "accepts_per_s", 3000 + i);
            if (i < bound)
                json_object_set_new(trial, "generator", json_pack("{s:b}", "bound", 1));
        }
        struct metric metric = {.name = "accepts_per_s", .generator_dependent = true};
        judge_by(run, &metric);
        const json_t *verdict = verdict_of(run, "io_uring", "epoll");
        assert_string_equal(text_of(verdict, "verdict"), bound == 1 ? "FASTER" : "INVALID");
        assert_true(number_of(verdict, "ratio") > 2.9); /* is shown in any case */
        assert_int_equal(json_is_null(json_object_get(verdict, "p_adjusted")), bound == 2);
        if (bound == 2)
            assert_non_null(strstr(text_of(verdict, "why"), "2 of 20 trials of io_uring"));
        metric.generator_dependent = false;
        judge_by(run, &metric);
        assert_word(run, "io_uring", "epoll", "FASTER");
        json_decref(run);
    }
}

static void a_figure_of_zero_has_no_ratio_and_no_verdict(void **state)
{
    (void)state;
    json_t *run = new_run("drain");
    add_rounds(run, "epoll", 12, 100);
    add_rounds(run, "select", 11, 100);
    add_trial(run, "select", 11, "ns_per_accept", 0);
    summarise(run);
    assert_word(run, "select", "epoll", "INVALID");
    json_decref(run);
}

/* Twelve rounds can name one among 20 pairs, not among 21. */
static void what_is_invalid_is_no_test_that_others_are_adjusted_for(void **state)
{
    (void)state;
    for (int valid = 0; valid <= 1; valid++) {
        json_t *run = new_run("drain");
        for (int s = 0; s < 7; s++) {
            char name[16];
            snprintf(name, sizeof name, "s%d", s);
            json_array_append_new(json_object_get(run, "subjects"),
                                  json_pack("{s:s, s:s, s:b, s:n}", "name", name, "tier",
                                            "readiness", "available", 1, "reason"));
            for (int i = 0; i < 12; i++) {
                if (s < 6 || valid)
                    add_trial(run, name, i, "ns_per_accept", 100 * (s + 1));
                else
                    add_invalid(run, name, i, "it crashed");
            }
        }
        summarise(run);
        assert_int_equal(count_of(run), 21);
        assert_word(run, "s1", "s0", valid ? "INCONCLUSIVE" : "SLOWER");
        json_decref(run);
    }
}

/* Fifteen valid pairs take 12 rounds until one can be named, 21 would take 13. */
static void nor_do_the_rounds_foretold_count_what_is_invalid(void **state)
{
    (void)state;
    json_t *run = new_run("drain");
    for (int s = 0; s < 7; s++) {
        char name[16];
        snprintf(name, sizeof name, "s%d", s);
        json_array_append_new(json_object_get(run, "subjects"),
                              json_pack("{s:s, s:s, s:b, s:n}", "name", name, "tier", "readiness",
                                        "available", 1, "reason"));
        for (int i = 0; i < 9; i++) {
            if (s < 6)
                add_trial(run, name, i, "ns_per_accept", 100 * (s + 1));
            else
                add_invalid(run, name, i, "it crashed");
        }
    }
    summarise(run);
    assert_true(number_of(verdict_of(run, "s1", "s0"), "rounds") == 12);
    json_decref(run);
}

static void the_minimum_effect_is_the_runs_own(void **state)
{
    (void)state;
    static const double effects[] = {0, 0.03, 0.2};
    static const char *const words[] = {"SLOWER", "SLOWER", "EQUIVALENT"};
    for (int i = 0; i < 3; i++) {
        json_t *run = new_run("drain");
        add_rounds(run, "epoll", 12, 100);
        add_rounds(run, "select", 12, 110);
        if (effects[i] > 0)
            json_object_set_new(run, "minimum_effect", json_real(effects[i]));
        summarise(run);
        assert_word(run, "select", "epoll", words[i]);
        double recorded = number_of(verdict_of(run, "select", "epoll"), "minimum_effect");
        assert_true(recorded == (i == 0 ? 0.03 : effects[i]));
        json_decref(run);
    }
}

static void a_minimum_effect_that_makes_no_sense_is_refused(void **state)
{
    (void)state;
    static const double bad[] = {-0.03, 0, 0.0009, 0.51, 1e300};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char problem[PROBLEM_BYTES] = "";
        json_t *run = new_run("drain");
        json_object_set_new(run, "minimum_effect", json_real(bad[i]));
        assert_true(run_shape_check(run, problem) < 0);
        assert_non_null(strstr(problem, "minimum_effect"));
        json_decref(run);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_pair_is_there_once_against_the_usual_baseline_or_the_first_one),
        cmocka_unit_test(subjects_of_no_tier_have_no_part_in_pairs),
        cmocka_unit_test(one_subject_alone_has_no_verdict),
        cmocka_unit_test(a_verdict_and_the_ratio_of_the_same_pair_are_the_same_numbers),
        cmocka_unit_test(where_more_is_better_more_is_faster),
        cmocka_unit_test(under_ten_common_rounds_there_is_no_winner),
        cmocka_unit_test(without_a_common_round_the_pair_is_invalid),
        cmocka_unit_test(invalid_trials_do_not_count),
        cmocka_unit_test(without_a_valid_trial_the_pair_is_invalid_for_the_commonest_reason),
        cmocka_unit_test(the_generator_as_bound_of_more_than_a_twentieth_of_the_trials_is_invalid),
        cmocka_unit_test(a_figure_of_zero_has_no_ratio_and_no_verdict),
        cmocka_unit_test(what_is_invalid_is_no_test_that_others_are_adjusted_for),
        cmocka_unit_test(nor_do_the_rounds_foretold_count_what_is_invalid),
        cmocka_unit_test(the_minimum_effect_is_the_runs_own),
        cmocka_unit_test(a_minimum_effect_that_makes_no_sense_is_refused),
    };
    return cmocka_run_group_tests_name("verdicts of runs", tests, NULL, NULL);
}
