/* Reading what people type: numbers, options, names that are nearly right. */
#include "harness/base/nearest.h"
#include "harness/base/numbers.h"
#include "harness/base/options.h"
#include "harness/base/problem.h"
#include "harness/plan/run_options.h"
#include "harness/subjects/subjects.h"
#include "harness/workloads/workloads.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void whole_numbers_are_digits_and_nothing_else(void **state)
{
    static const char *const bad[] = {"",    "-1",   "+1",  " 1",  "1 ",
                                      "1.0", "0x10", "1e3", "ten", "1,2"};
    uint64_t value = 77;
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(number_integer(bad[i], 0, UINT64_MAX, &value), -EINVAL);
    assert_int_equal(value, 77);
    assert_int_equal(number_integer("007", 0, 10, &value), 0);
    assert_int_equal(value, 7);
}

static void whole_numbers_keep_to_their_range_and_do_not_wrap(void **state)
{
    uint64_t value;
    (void)state;
    assert_int_equal(number_integer("0", 1, 9, &value), -ERANGE);
    assert_int_equal(number_integer("10", 1, 9, &value), -ERANGE);
    assert_int_equal(number_integer("18446744073709551615", 0, UINT64_MAX, &value), 0);
    assert_true(value == UINT64_MAX);
    assert_int_equal(number_integer("18446744073709551616", 0, UINT64_MAX, &value), -ERANGE);
    assert_int_equal(number_integer("99999999999999999999999", 0, UINT64_MAX, &value), -ERANGE);
    /* Text after an overflow is still text. */
    assert_int_equal(number_integer("99999999999999999999999x", 0, UINT64_MAX, &value), -EINVAL);
}

static void decimals_have_digits_on_both_sides_of_the_point(void **state)
{
    static const char *const bad[] = {"",     ".",   ".5",  "5.",  "1.2.3",
                                      "-0.5", "1e3", "inf", "nan", "0,5"};
    double value;
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(number_decimal(bad[i], 0, 10, &value), -EINVAL);
    assert_int_equal(number_decimal("0.25", 0, 10, &value), 0);
    assert_true(value == 0.25);
    assert_int_equal(number_decimal("10.01", 0, 10, &value), -ERANGE);
    assert_int_equal(number_decimal("1.00000000000000000001", 0, 10, &value), -ERANGE);
}

static void a_factor_may_stand_behind_a_number(void **state)
{
    static const char *const bad[] = {"k",   "5K",     "5kk", "5 k", "1.5555k", "0.0001k", ".5k",
                                      "1.k", "1.2.3k", "-5k", "5m",  "1,5k",    "5kM"};
    uint64_t value = 77;
    double scaled;
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(number_count(bad[i], 0, UINT64_MAX, &value), -EINVAL);
    assert_int_equal(value, 77);
    assert_int_equal(number_count("5k", 1, 5000, &value), 0);
    assert_int_equal(value, 5000);
    assert_int_equal(number_count("1.5M", 1, UINT64_MAX, &value), 0);
    assert_int_equal(value, 1500000);
    assert_int_equal(number_count("0.001k", 1, 9, &value), 0);
    assert_int_equal(value, 1);
    assert_int_equal(number_count("2G", 1, UINT64_MAX, &value), 0);
    assert_true(value == UINT64_C(2000000000));
    assert_int_equal(number_count("42", 1, 50, &value), 0);
    assert_int_equal(value, 42);
    assert_int_equal(number_count("5001k", 1, 5000000, &value), -ERANGE);
    assert_int_equal(number_count("99999999999999999999G", 0, UINT64_MAX, &value), -ERANGE);
    assert_int_equal(number_count("18446744073709551615k", 0, UINT64_MAX, &value), -ERANGE);
    assert_int_equal(number_scaled("2.5k", 0, 1e6, &scaled), 0);
    assert_true(scaled == 2500);
    assert_int_equal(number_scaled("0.25", 0, 1e6, &scaled), 0);
    assert_true(scaled == 0.25);
    assert_int_equal(number_scaled("2M", 0, 1e6, &scaled), -ERANGE);
    assert_int_equal(number_scaled("k", 0, 1e6, &scaled), -EINVAL);
}

static void durations_are_of_seconds_or_have_a_unit(void **state)
{
    static const char *const bad[] = {"", "s", "30 s", "30sec", "-30s", "1m30s", "1,5"};
    double value_s;
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(number_duration(bad[i], 0.001, 1000, &value_s), -EINVAL);
    assert_int_equal(number_duration("30", 0.001, 1000, &value_s), 0);
    assert_true(value_s == 30);
    assert_int_equal(number_duration("2m", 0.001, 1000, &value_s), 0);
    assert_true(value_s == 120);
    assert_int_equal(number_duration("500ms", 0.001, 1000, &value_s), 0);
    assert_true(value_s == 0.5);
    assert_int_equal(number_duration("1h", 0.001, 1000, &value_s), -ERANGE);
    assert_int_equal(number_duration("0s", 0.001, 1000, &value_s), -ERANGE);
}

static void numbers_for_people_have_groups_and_no_more_decimals_than_needed(void **state)
{
    char text[32], narrow[6];
    (void)state;
    assert_string_equal(number_print(1234567, text, sizeof text), "1,234,567");
    assert_string_equal(number_print(0.25, text, sizeof text), "0.25");
    assert_string_equal(number_print(2500.5, text, sizeof text), "2,500.5");
    assert_string_equal(number_print(0, text, sizeof text), "0");
    assert_string_equal(number_print(1234.56789, text, sizeof text), "1,234.6");
    assert_string_equal(number_print(999.96, text, sizeof text), "1,000");
    assert_string_equal(number_print(0.000123, text, sizeof text), "0.000123");
    assert_string_equal(number_print(-1000, text, sizeof text), "-1,000");
    assert_string_equal(number_print(1234567, narrow, sizeof narrow), "1,23");
}

static void percentages_are_shares_with_their_sign_or_without(void **state)
{
    static const char *const bad[] = {"", "%", "3%%", " 3%", "3 %", "three", "-3%", "1e1%", "nan"};
    char problem[PROBLEM_BYTES];
    double share = 77;
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(options_percentage("--x", bad[i], 0, 1000, &share, problem), -EINVAL);
    assert_true(share == 77);
    assert_int_equal(options_percentage("--x", "3%", 0.1, 50, &share, problem), 0);
    assert_true(share == 0.03);
    assert_int_equal(options_percentage("--x", "3", 0.1, 50, &share, problem), 0);
    assert_true(share == 0.03);
    assert_int_equal(options_percentage("--x", "0.5%", 0.1, 50, &share, problem), 0);
    assert_true(share == 0.005);
    assert_int_equal(options_percentage("--x", "0%", 0, 1000, &share, problem), 0);
    assert_true(share == 0);
}

static void percentages_keep_to_their_range_and_say_it(void **state)
{
    static const char *const bad[] = {"0%", "0.09%", "50.1%", "51", "1000000000000000000%"};
    char problem[PROBLEM_BYTES];
    double share = 77;
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(options_percentage("--x", bad[i], 0.1, 50, &share, problem), -EINVAL);
        assert_non_null(strstr(problem, "--x cannot be"));
        assert_non_null(strstr(problem, "from 0.1% to 50%"));
    }
    assert_true(share == 77);
}

static void the_nearest_name_is_the_one_with_the_fewest_slips(void **state)
{
    struct nearest nearest;
    (void)state;
    nearest_begin(&nearest, "epol-te");
    nearest_consider(&nearest, "epoll");
    nearest_consider(&nearest, "epoll-et");
    nearest_consider(&nearest, "poll");
    assert_string_equal(nearest.best, "epoll-et");
    assert_true(nearest_is_near(&nearest));
    assert_int_equal(nearest_distance("ab", "ba"), 1); /* a swap is one slip */
    assert_int_equal(nearest_distance("", "abc"), 3);
    assert_int_equal(nearest_distance("kitten", "sitting"), 3);
}

static void a_name_that_is_like_none_is_told_where_they_are(void **state)
{
    static const char many[] =
        "a-name-that-takes-more-than-a-line-or-two-so-that-there-is-no-room-for-"
        "the-list-of-all-the-names-that-there-are-and-a-reader-is-better-served-"
        "by-the-command-that-prints-them-below-each-other-"
        "a-name-that-takes-more-than-a-line-or-two-so-that-there-is-no-room-for-"
        "the-list-of-all-the-names-that-there-are-and-a-reader-is-better-served-"
        "by-the-command-that-prints-them-below-each-other-which-takes-the-whole-"
        "of-a-screen-and-not-the-end-of-a-sentence-about-something-else";
    char problem[PROBLEM_BYTES];
    struct nearest nearest;
    (void)state;
    nearest_begin(&nearest, "nothing");
    assert_false(nearest_is_near(&nearest));
    nearest_consider(&nearest, "io_uring");
    nearest_consider(&nearest, "poll");
    assert_false(nearest_is_near(&nearest));
    assert_int_equal(nearest_unknown(&nearest, "backend", "pollbench list", problem), -EINVAL);
    assert_string_equal(problem, "unknown backend \"nothing\"; there are io_uring, poll");
    nearest_begin(&nearest, "libuv");
    nearest_consider(&nearest, "peer:libuv");
    assert_true(nearest_is_near(&nearest));
    nearest_begin(&nearest, "nothing");
    nearest_consider(&nearest, "nothink");
    nearest_unknown(&nearest, "backend", "pollbench list", problem);
    assert_string_equal(problem,
                        "unknown backend \"nothing\"; the nearest is \"nothink\"; there is "
                        "nothink");
    nearest_begin(&nearest, "nothing");
    nearest_consider(&nearest, many);
    nearest_consider(&nearest, "poll");
    nearest_unknown(&nearest, "backend", "pollbench list", problem);
    assert_string_equal(problem, "unknown backend \"nothing\" (see pollbench list)");
}

/* ---- run's options ---- */

static int parse(struct run_options *options, char *problem, int argc, char **argv)
{
    problem[0] = '\0';
    return run_options_parse(options, argc, argv, problem);
}

#define PARSE(...)                                                                                 \
    parse(&options, problem, sizeof((char *[]){"run", __VA_ARGS__}) / sizeof(char *),              \
          (char *[]){"run", __VA_ARGS__})

static void options_come_in_both_spellings_and_any_order(void **state)
{
    struct run_options options;
    char problem[PROBLEM_BYTES];
    (void)state;
    assert_int_equal(PARSE("--rounds=7", "accept", "--time", "2m", "--set", "queue=1,2", "--seed",
                           "5", "--backends", "poll,epoll", "--quiet", "--json", "--out=x"),
                     OPTIONS_DONE);
    assert_int_equal(options.rounds, 7);
    assert_true(options.time_s == 120);
    assert_int_equal(options.seed, 5);
    assert_true(options.seed_given && options.quiet && options.json);
    assert_string_equal(options.out_folder, "x");
    assert_int_equal(options.workload_count, 1);
    assert_int_equal(options.subject_count, 2);
    assert_string_equal(options.subjects[0]->name, "poll");
    const struct setting *queue = run_options_setting(&options, "queue");
    assert_non_null(queue);
    assert_int_equal(queue->count, 2);
    assert_string_equal(queue->values[0], "1");
    assert_string_equal(queue->values[1], "2");
    assert_null(run_options_setting(&options, "que"));
    assert_null(options.baseline);
    run_options_free(&options);
}

static void no_workload_means_all_of_them(void **state)
{
    struct run_options options;
    char problem[PROBLEM_BYTES];
    size_t count;
    (void)state;
    workloads(&count);
    assert_int_equal(PARSE("--quiet"), OPTIONS_DONE);
    assert_int_equal(options.workload_count, count);
    run_options_free(&options);
}

static void a_baseline_is_one_of_the_subjects_that_run(void **state)
{
    struct run_options options;
    char problem[PROBLEM_BYTES];
    size_t count;
    const struct subject *all = subjects(&count), *opt_in = NULL;
    (void)state;
    assert_int_equal(PARSE("--baseline", "poll", "--backends", "select,poll"), OPTIONS_DONE);
    assert_ptr_equal(options.baseline, subject_find("poll"));
    run_options_free(&options);
    assert_int_equal(PARSE("--baseline=poll"), OPTIONS_DONE);
    run_options_free(&options);
    assert_int_equal(PARSE("--baseline", "poll", "--backends", "select,null"), -EINVAL);
    assert_non_null(strstr(problem, "--backends does not name it"));
    run_options_free(&options);
    for (size_t i = 0; i < count && opt_in == NULL; i++)
        opt_in = all[i].opt_in ? &all[i] : NULL;
    assert_non_null(opt_in);
    assert_int_equal(PARSE("--baseline", (char *)opt_in->name), -EINVAL);
    assert_non_null(strstr(problem, "only when --backends names it"));
    run_options_free(&options);
    assert_int_equal(PARSE("--baseline", "epoll-et"), -EINVAL);
    assert_non_null(strstr(problem, "profile quick does not run here"));
    run_options_free(&options);
    assert_int_equal(PARSE("--baseline", "epoll-et", "--profile", "standard"), OPTIONS_DONE);
    run_options_free(&options);
}

static void a_list_of_values_is_not_taken_for_a_thousand(void **state)
{
    static char *const lists[] = {"queue=1,100", "idle=0,100,200", "queue=100,200,1000",
                                  "load=1,0.5"};
    struct run_options options;
    char problem[PROBLEM_BYTES];
    (void)state;
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        assert_int_equal(PARSE("--set", lists[i]), OPTIONS_DONE);
        run_options_free(&options);
    }
}

static void help_wins_over_mistakes(void **state)
{
    struct run_options options;
    char problem[PROBLEM_BYTES];
    (void)state;
    assert_int_equal(PARSE("--nonsense", "--help"), OPTIONS_HELP);
    assert_null(options.help_workload);
    assert_false(options.help_all);
    run_options_free(&options);
    assert_int_equal(PARSE("accept", "--set", "mode=drain", "--help"), OPTIONS_HELP);
    assert_ptr_equal(options.help_workload, workload_find("accept"));
    run_options_free(&options);
    assert_int_equal(PARSE("--nonsense", "--help-all"), OPTIONS_HELP);
    assert_true(options.help_all);
    run_options_free(&options);
}

static void every_mistake_is_a_sentence_that_helps(void **state)
{
    static const struct {
        char *option, *value;
        const char *expected; /* in the sentence */
    } cases[] = {
        {"--rounds", "0", "from 1 to 100000"},
        {"--rounds", "-1", "from 1 to 100000"},
        {"--rounds", "99999999999999999999", "from 1 to 100000"},
        {"--rounds", "ten", "from 1 to 100000"},
        {"--rounds", "", "from 1 to 100000"},
        {"--rounds", "--quiet", "takes a value"},
        {"--roundz", "1", "\"--rounds\""},
        {"--time", "0", "unit"},
        {"--time", "0s", "unit"},
        {"--rounds", "1,000", "without commas"},
        {"--set", "queue=1,000", "1000 or 1k"},
        {"--set", "queue=16,384,000", "1000 or 1k"},
        {"--seed", "x", "from 0 to"},
        {"--profile", "quik", "\"quick\""},
        {"--backends", "epoll,", "empty value"},
        {"--backends", "pol", "\"poll\""},
        {"--backends", "poll,poll", "twice"},
        {"--baseline", "pol", "\"poll\""},
        {"--baseline", "nothing", "there are null, select"},
        {"--min-effect", "0%", "from 0.1% to 50%"},
        {"--set", "queue", "NAME=VALUE"},
        {"--set", "=1", "NAME=VALUE"},
        {"--set", "queue=", "empty"},
        {"--set", "queue=1,,2", "empty"},
        {"--set", "queue=1,1", "twice"},
        {"--set", "path=\xff", "UTF-8"},
        {"--set", "\xff=1", "UTF-8"},
        {"--out", "", "empty"},
        {"acept", "--quiet", "\"accept\""},
    };
    struct run_options options;
    char problem[PROBLEM_BYTES];
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(PARSE(cases[i].option, cases[i].value), -EINVAL);
        if (strstr(problem, cases[i].expected) == NULL)
            fail_msg("%s %s: \"%s\" does not say %s", cases[i].option, cases[i].value, problem,
                     cases[i].expected);
        run_options_free(&options);
    }
}

static void what_can_be_given_once_cannot_be_given_twice(void **state)
{
    struct run_options options;
    char problem[PROBLEM_BYTES];
    (void)state;
    assert_int_equal(PARSE("--rounds=1", "--rounds", "2"), -EINVAL);
    run_options_free(&options);
    assert_int_equal(PARSE("--set", "queue=1", "--set", "queue=2"), -EINVAL);
    run_options_free(&options);
    assert_int_equal(PARSE("accept", "accept"), -EINVAL);
    run_options_free(&options);
    assert_int_equal(PARSE("--set", "queue=1", "--set", "idle=2"), OPTIONS_DONE);
    run_options_free(&options);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_numbers_are_digits_and_nothing_else),
        cmocka_unit_test(whole_numbers_keep_to_their_range_and_do_not_wrap),
        cmocka_unit_test(decimals_have_digits_on_both_sides_of_the_point),
        cmocka_unit_test(a_factor_may_stand_behind_a_number),
        cmocka_unit_test(durations_are_of_seconds_or_have_a_unit),
        cmocka_unit_test(numbers_for_people_have_groups_and_no_more_decimals_than_needed),
        cmocka_unit_test(percentages_are_shares_with_their_sign_or_without),
        cmocka_unit_test(percentages_keep_to_their_range_and_say_it),
        cmocka_unit_test(the_nearest_name_is_the_one_with_the_fewest_slips),
        cmocka_unit_test(a_name_that_is_like_none_is_told_where_they_are),
        cmocka_unit_test(options_come_in_both_spellings_and_any_order),
        cmocka_unit_test(no_workload_means_all_of_them),
        cmocka_unit_test(a_baseline_is_one_of_the_subjects_that_run),
        cmocka_unit_test(a_list_of_values_is_not_taken_for_a_thousand),
        cmocka_unit_test(help_wins_over_mistakes),
        cmocka_unit_test(every_mistake_is_a_sentence_that_helps),
        cmocka_unit_test(what_can_be_given_once_cannot_be_given_twice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
