/* Runs that give no verdict, and the reason why. */
#include "harness/stats/two_samples.h"
#include "harness/workloads/workloads.h"
#include "tests/harness/compare/made_runs.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const struct compare_options usual = {.minimum_effect = VERDICT_MINIMUM_EFFECT,
                                             .run_offset = -1};

/* The subjects of a run whose epoll takes `cost` times as long. */
#define EPOLL(factor) .subjects = {{"floor:epoll", 1}, {"epoll", (factor)}, {"poll", 1}}

static size_t count_of(const struct made_comparison *made, enum verdict_word word)
{
    return made->comparison.counts[word];
}

static void fewer_than_ten_rounds_give_no_verdict(void **state)
{
    struct made_comparison made = {.options = usual};
    struct made_run base = {.seed = 1};
    (void)state;
    for (unsigned rounds = 1; rounds <= 10; rounds += 1) {
        struct made_run new = {.seed = 2, .rounds = rounds, EPOLL(9)};
        compare_two(&made, &base, &new);
        assert_int_equal(word_of(&made, "epoll"),
                         rounds < 10 ? VERDICT_INCONCLUSIVE : VERDICT_SLOWER);
        if (rounds < 10)
            assert_non_null(strstr(pair_of(&made, "epoll")->verdict.why, "10 rounds"));
        comparison_close(&made.comparison);
    }
}

static void trials_that_do_not_count_give_no_verdict(void **state)
{
    struct made_comparison made = {.options = usual};
    struct made_run base = {.seed = 1}, new = {.seed = 2, .all_invalid = true, EPOLL(9)};
    (void)state;
    compare_two(&made, &base, &new);
    assert_int_equal(made.r, -EINVAL);
    assert_non_null(strstr(made.problem, "every pair is INVALID"));
    assert_int_equal(count_of(&made, VERDICT_INVALID), 3);
    assert_string_equal(pair_of(&made, "epoll")->verdict.why, "no trial of epoll is valid in NEW");
    comparison_close(&made.comparison);
}

static void values_below_zero_give_no_verdict(void **state)
{
    struct made_comparison made = {.options = usual};
    struct made_run base = {.seed = 1}, new = {.seed = 2, EPOLL(-1)};
    (void)state;
    compare_two(&made, &base, &new);
    assert_int_equal(word_of(&made, "epoll"), VERDICT_INVALID);
    assert_non_null(strstr(pair_of(&made, "epoll")->verdict.why, "above 0"));
    assert_int_equal(made.comparison.tests, 2);
    comparison_close(&made.comparison);
}

static void timers_before_their_time_give_no_verdict(void **state)
{
    struct made_comparison made = {.options = usual};
    struct made_run base = {.seed = 1, .workload = &timer_workload, .mode = "accuracy"}, new = base;
    (void)state;
    new.seed = 2;
    new.early_round = 3;
    compare_two(&made, &base, &new);
    assert_int_equal(count_of(&made, VERDICT_INVALID), 1);
    assert_string_equal(pair_of(&made, "poll")->verdict.why,
                        "timers of poll ran before their time in NEW");
    comparison_close(&made.comparison);
}

static void where_the_generator_was_the_bound_there_is_no_verdict(void **state)
{
    static const char *const modes[] = {"closed", NULL};
    static const struct parameter parameters[] = {{.name = NULL}};
    struct metric metrics[] = {{.name = "answers", .unit = "1/s", .main = true, .modes = "closed"},
                               {.name = NULL}};
    const struct workload workload = {
        .name = "made", .modes = modes, .parameters = parameters, .metrics = metrics};
    static const struct {
        unsigned bound_every;
        bool dependent, valid;
    } cases[] = {{10, true, false}, {10, false, true}, {30, true, true}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct made_comparison made = {.options = usual};
        struct made_run base = {.seed = 1, .workload = &workload, .mode = "closed"}, new = base;
        new.seed = 2;
        new.bound_every = cases[i].bound_every;
        metrics[0].generator_dependent = cases[i].dependent;
        compare_two(&made, &base, &new);
        const struct verdict *verdict = &pair_of(&made, "epoll")->verdict;
        assert_int_equal(verdict->word != VERDICT_INVALID, cases[i].valid);
        if (!cases[i].valid)
            assert_string_equal(verdict->why,
                                "the generator was the bound in 3 of 30 trials of epoll in NEW");
        comparison_close(&made.comparison);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fewer_than_ten_rounds_give_no_verdict),
        cmocka_unit_test(trials_that_do_not_count_give_no_verdict),
        cmocka_unit_test(values_below_zero_give_no_verdict),
        cmocka_unit_test(timers_before_their_time_give_no_verdict),
        cmocka_unit_test(where_the_generator_was_the_bound_there_is_no_verdict),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
