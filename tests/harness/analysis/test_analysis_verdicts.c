/* The verdicts of whole runs: which pairs there are, what counts, when there is none. */
#include "harness/analysis/verdicts.h"
#include "harness/contract/parameters.h"
#include "harness/workloads/workloads.h"
#include "tests/harness/analysis/one_cell_run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define NS "ns_per_accept"

static struct run run;
static struct analysis analysis;

static void start_at(const struct workload *workload, const char *mode)
{
    static const struct named_tier subjects[] = {{"null", TIER_NONE},
                                                 {"select", TIER_READINESS},
                                                 {"epoll", TIER_READINESS},
                                                 {"io_uring", TIER_COMPLETION},
                                                 {"floor:epoll", TIER_READINESS}};
    run_of_one_cell(&run, workload, mode, subjects, 5);
}

static void start(void)
{
    start_at(&accept_workload, "drain");
}

static void end(void)
{
    analysis_close(&analysis);
    run_free(&run);
}

static int tear_down(void **state)
{
    (void)state;
    end();
    return 0;
}

/* Around `level`, by up to 2 %, and not as others are. */
static void add_rounds(const char *subject, unsigned rounds, double level)
{
    for (unsigned i = 0; i < rounds; i++)
        add_trial(&run, subject, i, NS,
                  level * (1 + 0.001 * (double)((i * 7 + 3 * strlen(subject)) % 20)));
}

static void add_invalid(const char *subject, unsigned round, const char *why)
{
    struct trial *trial = new_trial(&run, subject, round, NS, 1);
    make_invalid(trial, why);
    keep_trial(&run, trial);
}

static void finish(void)
{
    analyse(&analysis, &run, 10);
}

static size_t count_of(void)
{
    return analysis.cells[0].verdict_count;
}

/* ---- which pairs, and which words ---- */

static void every_pair_is_there_once_against_the_baseline_or_the_first_one(void **state)
{
    (void)state;
    start();
    add_rounds("floor:epoll", 12, 100);
    add_rounds("io_uring", 12, 80);
    add_rounds("select", 12, 200);
    finish();
    assert_int_equal(count_of(), 3);
    /* No epoll: the first is the baseline. */
    assert_int_equal(analysis.cells[0].baseline, place_of(&run, "select"));
    assert_int_equal(pair_of(&analysis, "floor:epoll", "select")->baseline,
                     place_of(&run, "select"));
    assert_int_equal(pair_of(&analysis, "floor:epoll", "io_uring")->baseline,
                     place_of(&run, "io_uring"));
    assert_word(&analysis, "select", "floor:epoll", VERDICT_SLOWER);
    assert_word(&analysis, "io_uring", "floor:epoll", VERDICT_FASTER);
    assert_word(&analysis, "io_uring", "select", VERDICT_FASTER);
}

static void subjects_of_no_tier_have_no_part_in_pairs(void **state)
{
    (void)state;
    start();
    add_rounds("null", 12, 1);
    add_rounds("epoll", 12, 100);
    finish();
    assert_int_equal(count_of(), 0);
    assert_false(analysis_takes_part(&analysis, 0, place_of(&run, "null")));
}

static void one_subject_alone_has_no_verdict(void **state)
{
    (void)state;
    start();
    add_rounds("epoll", 100, 100);
    finish();
    assert_int_equal(count_of(), 0);
    assert_false(analysis_takes_part(&analysis, 0, place_of(&run, "epoll")));
}

static void a_verdict_and_the_ratio_of_the_same_pair_do_not_contradict_each_other(void **state)
{
    (void)state;
    for (unsigned rounds = 9; rounds <= 150; rounds += 47) {
        start();
        for (unsigned i = 0; i < rounds; i++) {
            add_trial(&run, "epoll", i, NS, 100 + i % 7);
            add_trial(&run, "select", i, NS, 110 + i % 11);
        }
        finish();
        const struct verdict_pair *pair = pair_of(&analysis, "epoll", "select");
        const struct paired *ratio = ratio_of(&analysis, NS, "epoll", "select");
        assert_int_equal(pair->baseline, place_of(&run, "select")); /* the first of two */
        assert_non_null(ratio);
        assert_true(pair->low < ratio->value && ratio->value < pair->high);
        assert_true(ratio->low < pair->ratio && pair->ratio < ratio->high);
        assert_int_equal(pair->n, ratio->n);
        end();
    }
}

static void where_more_is_better_more_is_faster(void **state)
{
    (void)state;
    start_at(&pool_workload, "throughput");
    for (unsigned i = 0; i < 12; i++) {
        add_trial(&run, "epoll", i, "jobs_per_s", 1000 + i);
        add_trial(&run, "io_uring", i, "jobs_per_s", 2000 + i);
    }
    finish();
    assert_word(&analysis, "io_uring", "epoll", VERDICT_FASTER);
    assert_word(&analysis, "epoll", "io_uring", VERDICT_SLOWER);
}

/* ---- what does not count ---- */

static void under_eight_common_rounds_there_is_no_winner(void **state)
{
    (void)state;
    start();
    add_rounds("epoll", 7, 100);
    add_rounds("io_uring", 30, 10);
    finish();
    const struct verdict_pair *pair = pair_of(&analysis, "io_uring", "epoll");
    assert_int_equal(pair->word, VERDICT_INCONCLUSIVE);
    assert_int_equal(pair->n, 7);
    /* It takes 8, and of the 12 rounds until the first look 7 had both. */
    assert_int_equal(pair->rounds, 14);
    assert_true(*pair->why != '\0');
}

static void without_a_common_round_the_pair_is_invalid(void **state)
{
    (void)state;
    start();
    for (unsigned i = 0; i < 40; i++)
        add_trial(&run, i % 2 ? "epoll" : "select", i, NS, i % 2 ? 100 : 1);
    finish();
    const struct verdict_pair *pair = pair_of(&analysis, "select", "epoll");
    assert_int_equal(pair->word, VERDICT_INVALID);
    assert_false(pair->compared);
    assert_false(pair->tested);
}

static void invalid_trials_do_not_count(void **state)
{
    (void)state;
    start();
    add_rounds("epoll", 12, 100);
    add_rounds("select", 12, 100);
    for (unsigned i = 0; i < 12; i++)
        add_invalid("select", i, "the server crashed");
    finish();
    assert_int_equal(pair_of(&analysis, "select", "epoll")->n, 12);
    assert_word(&analysis, "select", "epoll", VERDICT_EQUIVALENT);
}

static void without_a_valid_trial_the_pair_is_invalid_for_the_commonest_reason(void **state)
{
    (void)state;
    start();
    add_rounds("epoll", 12, 100);
    for (unsigned i = 0; i < 6; i++) {
        char why[80];
        add_invalid("select", i, "the server crashed with signal 11");
        snprintf(why, sizeof why, "the hypervisor took %u.5 %% of the time", 5 + i);
        add_invalid("select", i, why);
        add_invalid("select", i, i % 2 ? why : "the server was lost");
    }
    finish();
    const struct verdict_pair *pair = pair_of(&analysis, "select", "epoll");
    assert_int_equal(pair->word, VERDICT_INVALID);
    assert_non_null(strstr(pair->why, "select"));
    assert_non_null(strstr(pair->why, "the hypervisor took 5.5 % of the time"));
}

/* By a metric of its own: no main metric of today depends on the generator. */
static void judge_by(bool generator_dependent, struct cell_summary *summary)
{
    struct cell_samples samples;
    struct metric metrics[METRICS_MAX] = {0};
    struct workload workload = accept_workload;
    struct run_cell *cell = &run.cells[0];
    size_t place = workload_metric_index(&accept_workload, metric_of(&run, NS));
    for (size_t i = 0; accept_workload.metrics[i].name != NULL; i++)
        metrics[i] = accept_workload.metrics[i];
    metrics[place].generator_dependent = generator_dependent;
    workload.metrics = metrics;
    cell->cell.workload = &workload;
    cell_summary_free(summary);
    assert_int_equal(cell_samples_open(&samples, &cell->trials, run.subject_count), 0);
    cell_samples_collect(&samples, place);
    assert_int_equal(verdicts_add_cell(summary, &run, cell, &samples, place, NULL), 0);
    struct looks *looks;
    bool looked;
    assert_int_equal(looks_open(&looks, &run), 0);
    assert_int_equal(looks_advance(looks, LOOKS_END, &looked), 0);
    assert_int_equal(verdicts_decide(summary, &run, looks, 0.03), 0);
    looks_close(looks);
    cell_samples_free(&samples);
    cell->cell.workload = &accept_workload;
}

static void the_generator_as_bound_of_more_than_a_twentieth_of_the_trials_is_invalid(void **state)
{
    (void)state;
    for (unsigned bound = 1; bound <= 2; bound++) {
        struct cell_summary summary = {0};
        start();
        for (unsigned i = 0; i < 20; i++) {
            add_trial(&run, "epoll", i, NS, 3000 + i);
            struct trial *trial = new_trial(&run, "io_uring", i, NS, 1000 + i * 7 % 20);
            trial->outcome.has_generator = true;
            trial->outcome.generator.bound = i < bound;
            keep_trial(&run, trial);
        }
        judge_by(true, &summary);
        assert_int_equal(summary.verdict_count, 1);
        const struct verdict_pair *pair = &summary.verdicts[0];
        assert_int_equal(pair->subject, place_of(&run, "io_uring"));
        assert_int_equal(pair->word, bound == 1 ? VERDICT_FASTER : VERDICT_INVALID);
        assert_true(pair->compared && pair->ratio < 0.4); /* is shown in any case */
        assert_int_equal(pair->tested, bound == 1);
        if (bound == 2)
            assert_non_null(strstr(pair->why, "2 of 20 trials of io_uring"));
        judge_by(false, &summary);
        assert_int_equal(summary.verdicts[0].word, VERDICT_FASTER);
        cell_summary_free(&summary);
        end();
    }
}

static void a_round_with_a_figure_of_zero_has_no_ratio(void **state)
{
    (void)state;
    start();
    add_rounds("epoll", 24, 100);
    add_rounds("select", 23, 100);
    add_trial(&run, "select", 23, NS, 0);
    finish();
    assert_int_equal(pair_of(&analysis, "select", "epoll")->n, 23);
    assert_word(&analysis, "select", "epoll", VERDICT_EQUIVALENT);
}

/* Seven more subjects, the last one without a valid trial. */
static void add_seven(unsigned rounds, bool last_is_valid)
{
    for (unsigned s = 0; s < 7; s++) {
        char name[16];
        snprintf(name, sizeof name, "s%u", s);
        add_subject(&run, name, TIER_READINESS);
        for (unsigned i = 0; i < rounds; i++) {
            if (s < 6 || last_is_valid)
                add_trial(&run, name, i, NS, 100 * (s + 1) + (i + s) % 3);
            else
                add_invalid(name, i, "it crashed");
        }
    }
}

static void what_is_invalid_is_no_test_that_others_are_adjusted_for(void **state)
{
    (void)state;
    for (int valid = 0; valid <= 1; valid++) {
        start();
        add_seven(12, valid);
        finish();
        assert_int_equal(count_of(), 21);
        assert_int_equal(analysis.tests, valid ? 21 : 15);
        assert_word(&analysis, "s1", "s0", VERDICT_SLOWER);
        end();
    }
}

static void nor_do_the_rounds_foretold_count_what_is_invalid(void **state)
{
    (void)state;
    struct verdict_totals totals;
    start();
    add_seven(8, false);
    finish();
    assert_int_equal(pair_of(&analysis, "s1", "s0")->rounds, 9);
    assert_int_equal(analysis_totals(&analysis, &totals), 0);
    assert_int_equal(totals.pairs, 21);
    assert_int_equal(totals.words[VERDICT_INCONCLUSIVE], 15);
    assert_int_equal(totals.words[VERDICT_INVALID], 6);
    assert_int_equal(totals.middle_rounds, 9);
    assert_int_equal(totals.most_rounds, 8);
}

static void the_minimum_effect_is_the_runs_own_unless_another_is_asked_for(void **state)
{
    (void)state;
    static const double own[] = {0.03, 0.2, 0.03}, asked[] = {0, 0, 0.2};
    static const enum verdict_word words[] = {VERDICT_SLOWER, VERDICT_EQUIVALENT,
                                              VERDICT_EQUIVALENT};
    for (unsigned i = 0; i < 3; i++) {
        start();
        add_rounds("epoll", 12, 100);
        add_rounds("select", 12, 110);
        run.minimum_effect = own[i];
        const struct analysis_request request = {.minimum_effect = asked[i], .resamples = 10};
        assert_int_equal(analysis_open(&analysis, &run, &request), 0);
        assert_word(&analysis, "select", "epoll", words[i]);
        assert_true(analysis.cells[0].minimum_effect == (asked[i] > 0 ? asked[i] : own[i]));
        end();
    }
}

int main(void)
{
#define CLOSED(test) cmocka_unit_test_teardown(test, tear_down)
    const struct CMUnitTest tests[] = {
        CLOSED(every_pair_is_there_once_against_the_baseline_or_the_first_one),
        CLOSED(subjects_of_no_tier_have_no_part_in_pairs),
        CLOSED(one_subject_alone_has_no_verdict),
        cmocka_unit_test(a_verdict_and_the_ratio_of_the_same_pair_do_not_contradict_each_other),
        CLOSED(where_more_is_better_more_is_faster),
        CLOSED(under_eight_common_rounds_there_is_no_winner),
        CLOSED(without_a_common_round_the_pair_is_invalid),
        CLOSED(invalid_trials_do_not_count),
        CLOSED(without_a_valid_trial_the_pair_is_invalid_for_the_commonest_reason),
        cmocka_unit_test(the_generator_as_bound_of_more_than_a_twentieth_of_the_trials_is_invalid),
        CLOSED(a_round_with_a_figure_of_zero_has_no_ratio),
        cmocka_unit_test(what_is_invalid_is_no_test_that_others_are_adjusted_for),
        CLOSED(nor_do_the_rounds_foretold_count_what_is_invalid),
        cmocka_unit_test(the_minimum_effect_is_the_runs_own_unless_another_is_asked_for),
    };
    return cmocka_run_group_tests_name("analysis, verdicts", tests, NULL, NULL);
}
