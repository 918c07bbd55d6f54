/* Which subject the others are compared with, and that a pair says the same from both sides. */
#include "harness/analysis/baseline.h"

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

enum { FLOOR, SELECT, POLL, EPOLL, IO_URING, SUBJECTS };

static void start(void)
{
    static const struct named_tier subjects[SUBJECTS] = {{"floor:epoll", TIER_READINESS},
                                                         {"select", TIER_READINESS},
                                                         {"poll", TIER_READINESS},
                                                         {"epoll", TIER_READINESS},
                                                         {"io_uring", TIER_COMPLETION}};
    run_of_one_cell(&run, &accept_workload, "drain", subjects, SUBJECTS);
}

static int tear_down(void **state)
{
    (void)state;
    analysis_close(&analysis);
    run_free(&run);
    return 0;
}

static void add_rounds(size_t subject, unsigned rounds, double level)
{
    for (unsigned i = 0; i < rounds; i++)
        add_trial(&run, run.subjects[subject].name, i, NS,
                  level * (1 + 0.001 * ((i * 7 + subject * 3) % 20)));
}

static void analyse_with(const char *baseline)
{
    const struct analysis_request request = {.baseline = baseline, .resamples = 10};
    analysis_close(&analysis);
    assert_int_equal(analysis_open(&analysis, &run, &request), 0);
}

/* ---- the rule ---- */

static void of_two_the_first_is_the_baseline_and_of_more_it_is_epoll(void **state)
{
    (void)state;
    start();
    static const struct {
        size_t subjects[4], count, baseline;
    } cases[] = {
        {{0}, 0, SUBJECT_NONE},
        {{POLL}, 1, POLL},
        {{POLL, EPOLL}, 2, POLL},
        {{EPOLL, IO_URING}, 2, EPOLL},
        {{FLOOR, EPOLL}, 2, FLOOR},
        {{SELECT, POLL, EPOLL}, 3, EPOLL},
        {{FLOOR, SELECT, EPOLL, IO_URING}, 4, EPOLL},
        {{FLOOR, SELECT, POLL}, 3, FLOOR},
        {{SELECT, POLL, IO_URING}, 3, SELECT},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(baseline_choose(&run, NULL, cases[i].subjects, cases[i].count),
                         cases[i].baseline);
}

static void what_was_asked_for_is_the_baseline_where_it_takes_part(void **state)
{
    (void)state;
    start();
    static const size_t all[] = {FLOOR, SELECT, POLL, EPOLL, IO_URING}, two[] = {POLL, EPOLL};
    assert_int_equal(baseline_choose(&run, "io_uring", all, SUBJECTS), IO_URING);
    assert_int_equal(baseline_choose(&run, "epoll", two, 2), EPOLL);
    assert_int_equal(baseline_choose(&run, "io_uring", two, 2), POLL);
    assert_int_equal(baseline_choose(&run, "io_uring", all, SUBJECTS - 1), EPOLL);
    assert_int_equal(baseline_choose(&run, "kqueue", all, SUBJECTS), EPOLL);
    assert_int_equal(baseline_choose(&run, "io_uring", all, 0), SUBJECT_NONE);
}

static void ratios_to_floors_peers_and_epoll_are_kept(void **state)
{
    (void)state;
    static const char *const kept[] = {"epoll", "floor:epoll", "floor:nanosleep", "peer:libuv"};
    static const char *const others[] = {"select", "epoll-et", "io_uring", "null"};
    for (size_t i = 0; i < 4; i++) {
        assert_true(baseline_is_kept(kept[i]));
        assert_false(baseline_is_kept(others[i]));
    }
}

static void the_baseline_of_a_cell_is_that_of_all_its_pairs_with_it(void **state)
{
    (void)state;
    static const char *const asked[] = {NULL, "select", "io_uring", "null", "poll"};
    static const size_t expected[] = {EPOLL, SELECT, IO_URING, EPOLL, EPOLL};
    start();
    add_rounds(SELECT, 12, 200);
    add_rounds(EPOLL, 12, 100);
    add_rounds(IO_URING, 12, 80);
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        analyse_with(asked[i]); /* poll has no trial here */
        const struct cell_summary *summary = &analysis.cells[0];
        assert_int_equal(summary->baseline, expected[i]);
        assert_int_equal(summary->verdict_count, 3);
        for (size_t k = 0; k < 3; k++) {
            const struct verdict_pair *pair = &summary->verdicts[k];
            bool has = pair->subject == expected[i] || pair->baseline == expected[i];
            size_t first = pair->subject < pair->baseline ? pair->subject : pair->baseline;
            assert_int_equal(pair->baseline, has ? expected[i] : first);
        }
        for (size_t s = SELECT; s < SUBJECTS; s++) {
            bool there = s != POLL && s != expected[i];
            assert_int_equal(
                analysis_ratio(&analysis, 0, metric_of(&run, NS), expected[i], s) != NULL, there);
        }
    }
}

static void the_runs_own_baseline_yields_to_the_one_that_is_asked_for(void **state)
{
    (void)state;
    start();
    add_rounds(SELECT, 12, 200);
    add_rounds(EPOLL, 12, 100);
    add_rounds(IO_URING, 12, 80);
    assert_int_equal(text_set(&run.baseline, "select"), 0);
    analyse_with(NULL);
    assert_int_equal(analysis.cells[0].baseline, SELECT);
    analyse_with("io_uring");
    assert_int_equal(analysis.cells[0].baseline, IO_URING);
}

/* What has no figure cannot be compared with, unless nothing has one. */
static void a_subject_without_a_valid_trial_is_no_baseline(void **state)
{
    (void)state;
    start();
    add_rounds(SELECT, 12, 200);
    add_rounds(IO_URING, 12, 80);
    for (unsigned i = 0; i < 12; i++) {
        struct trial *trial = new_trial(&run, "epoll", i, NS, 1);
        make_invalid(trial, "it crashed");
        keep_trial(&run, trial);
    }
    analyse_with(NULL);
    assert_int_equal(analysis.cells[0].baseline, SELECT);
    analyse_with("epoll");
    assert_int_equal(analysis.cells[0].baseline, SELECT);
    for (size_t i = 0; i < run.cells[0].trials.count; i++)
        run.cells[0].trials.rows[i].valid = false;
    analyse_with(NULL);
    assert_int_equal(analysis.cells[0].baseline, EPOLL);
    assert_word(&analysis, "select", "epoll", VERDICT_INVALID);
}

/* ---- from both sides ---- */

static void expect_exact_reversal(size_t one, size_t other, enum verdict_word of_one,
                                  enum verdict_word of_other)
{
    struct comparison there, back;
    assert_true(analysis_compare(&analysis, 0, one, other, &there));
    assert_true(analysis_compare(&analysis, 0, other, one, &back));
    assert_string_equal(verdict_name(there.word), verdict_name(of_one));
    assert_string_equal(verdict_name(back.word), verdict_name(of_other));
    assert_int_equal(there.has_ratio, back.has_ratio);
    if (there.has_ratio) {
        bool is_stored =
            pair_of(&analysis, run.subjects[one].name, run.subjects[other].name)->subject == one;
        const struct comparison *stored = is_stored ? &there : &back;
        const struct comparison *turned = is_stored ? &back : &there;
        assert_true(turned->ratio == 1 / stored->ratio);
        assert_true(turned->low == 1 / stored->high && turned->high == 1 / stored->low);
        assert_true(turned->low <= turned->ratio && turned->ratio <= turned->high);
    }
    assert_int_equal(there.n, back.n);
    assert_int_equal(there.tested, back.tested);
    assert_true(there.p_adjusted == back.p_adjusted);
    assert_int_equal(there.rounds, back.rounds);
    assert_int_equal(there.rounds_likely, back.rounds_likely);
    assert_string_equal(there.why, back.why);
}

static void add_every_word(void)
{
    start();
    add_rounds(EPOLL, 20, 100);
    add_rounds(SELECT, 20, 200);
    add_rounds(FLOOR, 20, 100.5);
    for (unsigned i = 0; i < 20; i++)
        add_trial(&run, "poll", i, NS, i % 2 ? 80 + i : 130 - i);
    struct trial *trial = new_trial(&run, "io_uring", 0, NS, 1);
    make_invalid(trial, "it crashed");
    keep_trial(&run, trial);
}

static void a_comparison_reverses_exactly_for_every_word(void **state)
{
    (void)state;
    static const char *const baselines[] = {NULL, "select", "poll", "floor:epoll", "io_uring"};
    add_every_word();
    for (size_t i = 0; i < sizeof baselines / sizeof baselines[0]; i++) {
        analyse_with(baselines[i]);
        expect_exact_reversal(SELECT, EPOLL, VERDICT_SLOWER, VERDICT_FASTER);
        expect_exact_reversal(EPOLL, SELECT, VERDICT_FASTER, VERDICT_SLOWER);
        expect_exact_reversal(FLOOR, EPOLL, VERDICT_EQUIVALENT, VERDICT_EQUIVALENT);
        expect_exact_reversal(POLL, EPOLL, VERDICT_INCONCLUSIVE, VERDICT_INCONCLUSIVE);
        expect_exact_reversal(IO_URING, EPOLL, VERDICT_INVALID, VERDICT_INVALID);
    }
}

/* Another baseline turns pairs round, and changes none of them: to the last bits of a logarithm. */
static void another_baseline_changes_no_verdict(void **state)
{
    (void)state;
    struct comparison before[SUBJECTS][SUBJECTS];
    add_every_word();
    analyse_with("epoll");
    for (size_t one = 0; one < SUBJECTS; one++) {
        for (size_t other = 0; other < SUBJECTS; other++)
            assert_int_equal(analysis_compare(&analysis, 0, one, other, &before[one][other]),
                             one != other);
    }
    struct analysis first = analysis;
    analysis = (struct analysis){0};
    analyse_with("poll");
    for (size_t one = 0; one < SUBJECTS; one++) {
        for (size_t other = 0; other < SUBJECTS; other++) {
            struct comparison now;
            const struct comparison *then = &before[one][other];
            if (!analysis_compare(&analysis, 0, one, other, &now))
                continue;
            assert_int_equal(now.word, then->word);
            assert_int_equal(now.has_ratio, then->has_ratio);
            assert_int_equal(now.bounded, then->bounded);
            if (now.has_ratio)
                assert_true(now.ratio / then->ratio > 1 - 1e-9 &&
                            now.ratio / then->ratio < 1 + 1e-9);
            if (now.bounded)
                assert_true(now.low / then->low > 1 - 1e-9 && now.high / then->high < 1 + 1e-9);
            assert_int_equal(now.rounds, then->rounds);
            assert_string_equal(now.why, then->why);
        }
    }
    analysis_close(&first);
}

static void what_is_no_pair_is_not_compared(void **state)
{
    (void)state;
    struct comparison comparison;
    start();
    add_rounds(SELECT, 12, 200);
    add_rounds(EPOLL, 12, 100);
    analyse_with(NULL);
    assert_false(analysis_compare(&analysis, 0, POLL, EPOLL, &comparison));
    assert_false(analysis_compare(&analysis, 0, EPOLL, EPOLL, &comparison));
    assert_false(analysis_compare(&analysis, 0, SUBJECT_NONE, EPOLL, &comparison));
    assert_false(analysis_compare(&analysis, 0, EPOLL, SUBJECT_NONE, &comparison));
}

int main(void)
{
#define CLOSED(test) cmocka_unit_test_teardown(test, tear_down)
    const struct CMUnitTest tests[] = {
        CLOSED(of_two_the_first_is_the_baseline_and_of_more_it_is_epoll),
        CLOSED(what_was_asked_for_is_the_baseline_where_it_takes_part),
        cmocka_unit_test(ratios_to_floors_peers_and_epoll_are_kept),
        CLOSED(the_baseline_of_a_cell_is_that_of_all_its_pairs_with_it),
        CLOSED(the_runs_own_baseline_yields_to_the_one_that_is_asked_for),
        CLOSED(a_subject_without_a_valid_trial_is_no_baseline),
        CLOSED(a_comparison_reverses_exactly_for_every_word),
        CLOSED(another_baseline_changes_no_verdict),
        CLOSED(what_is_no_pair_is_not_compared),
    };
    return cmocka_run_group_tests_name("baseline", tests, NULL, NULL);
}
