#include "harness/stats/normal.h"
#include "harness/stats/random.h"
#include "harness/stats/wilcoxon.h"
#include "tests/harness/stats/scipy_reference.h"

#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static double p_of(const double *differences, size_t n)
{
    struct wilcoxon test;
    assert_int_equal(wilcoxon_signed_rank(differences, n, &test), 0);
    return test.p;
}

/* ---- the normal distribution ---- */

static void quantiles_are_scipys_and_lead_back_to_their_chance(void **state)
{
    (void)state;
    size_t i;
    const json_t *entry;
    assert_true(json_array_size(json_object_get(reference, "quantiles")) > 10);
    json_array_foreach(json_object_get(reference, "quantiles"), i, entry)
    {
        double chance = number(entry, "chance"), z = number(entry, "z");
        assert_true(fabs(normal_quantile(chance) - z) <= 1e-12 * fmax(1, fabs(z)));
        assert_near(normal_below(normal_quantile(chance)), chance, 1e-12);
    }
}

/* ---- the test ---- */

/* Hamilton depression scale factor IV of nine patients before and after a tranquilizer: Hollander
 * and Wolfe, "Nonparametric Statistical Methods" (1973), table 3.1; T+ = 5. R's help page of
 * wilcox.test() computes V = 40 of the opposite differences and a one-sided p of 0.01953. */
static void the_p_of_the_depression_scale_is_the_published_one(void **state)
{
    (void)state;
    static const double before[] = {1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30};
    static const double after[] = {0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29};
    double differences[9];
    struct wilcoxon test;
    for (size_t i = 0; i < 9; i++)
        differences[i] = before[i] - after[i];
    assert_int_equal(wilcoxon_signed_rank(differences, 9, &test), 0);
    assert_true(test.rank_sum == 40 && test.n == 9 && test.zeros == 0 && test.exact);
    assert_near(test.p, 0.0390625, 1e-15);
    for (size_t i = 0; i < 9; i++)
        differences[i] = after[i] - before[i];
    assert_int_equal(wilcoxon_signed_rank(differences, 9, &test), 0);
    assert_true(test.rank_sum == 5);
    assert_near(test.p, 0.0390625, 1e-15);
}

/* Darwin's plants, crossed less self-fertilised, in eighths of an inch (Fisher, "The Design of
 * Experiments", 1935): statistic 24 and p 0.041259765625 in SciPy's documentation of wilcoxon(). */
static void the_p_of_darwins_plants_is_the_published_one(void **state)
{
    (void)state;
    static const double differences[] = {6,  8,   14, 16, 23, 24,  28, 29,
                                         41, -48, 49, 56, 60, -67, 75};
    struct wilcoxon test;
    assert_int_equal(wilcoxon_signed_rank(differences, COUNT(differences), &test), 0);
    assert_true(test.rank_sum == 120 - 24);
    assert_near(test.p, 0.041259765625, 1e-14);
}

static void p_and_rank_sum_are_scipys(void **state)
{
    (void)state;
    size_t i, k;
    const json_t *entry, *value;
    assert_true(json_array_size(json_object_get(reference, "signed_rank")) > 20);
    json_array_foreach(json_object_get(reference, "signed_rank"), i, entry)
    {
        double differences[2000];
        const json_t *stored = json_object_get(entry, "differences");
        assert_in_range(json_array_size(stored), 1, COUNT(differences));
        json_array_foreach(stored, k, value) differences[k] = json_number_value(value);
        struct wilcoxon test;
        assert_int_equal(wilcoxon_signed_rank(differences, k, &test), 0);
        assert_int_equal(test.exact, json_is_true(json_object_get(entry, "exact")));
        assert_true(test.rank_sum == number(entry, "rank_sum"));
        assert_near(test.p, number(entry, "p"), 1e-10);
    }
}

/* By counting: of three ranks 2.5, 2.5 and 4 after a zero, the sums of 2^3 choices of signs are 0,
 * 2.5, 2.5, 4, 5, 6.5, 6.5, 9. All positive: 2 of 8. All but a smaller one: sum 6.5, 6 of 8. */
static void a_zero_takes_a_rank_and_ties_share_theirs(void **state)
{
    (void)state;
    struct wilcoxon test;
    assert_int_equal(wilcoxon_signed_rank((const double[]){0, 1, -1, 3}, 4, &test), 0);
    assert_true(test.zeros == 1 && test.rank_sum == 6.5);
    assert_near(test.p, 6.0 / 8, 1e-15);
    assert_near(p_of((const double[]){3, 1, 0, 1}, 4), 2.0 / 8, 1e-15);
}

/* Pratt's own example: with the zero left out before ranking, these have p = 0.034, and the same
 * lowered by 1 have 0.028, as if they were further above zero. */
static void lowering_differences_that_are_mostly_positive_raises_p(void **state)
{
    (void)state;
    double differences[] = {0, 2, 3, 4, 6, 7, 8, 9, 11, 14, 15, 17, -18};
    double p = p_of(differences, COUNT(differences));
    assert_near(p, 98.0 / 4096, 1e-14); /* 49 of 2^12 choices of signs give at most rank 13 */
    for (size_t i = 0; i < COUNT(differences); i++)
        differences[i] -= 1;
    assert_true(p_of(differences, COUNT(differences)) > p);
}

static void differences_of_zero_alone_prove_nothing(void **state)
{
    (void)state;
    double zeros[200] = {0};
    assert_true(p_of(zeros, 1) == 1);
    assert_true(p_of(zeros, 10) == 1);
    assert_true(p_of(zeros, 200) == 1);
    zeros[0] = 1; /* 199 zeros are not an argument for a difference, as they would be if dropped */
    assert_true(p_of(zeros, 200) > 0.3);
}

static void the_sign_of_all_differences_does_not_change_p(void **state)
{
    (void)state;
    struct random random;
    random_seed(&random, 2);
    for (size_t n = 1; n <= 150; n++) {
        double one[150], other[150];
        for (size_t i = 0; i < n; i++) {
            one[i] = (double)random_below(&random, 60) - 20;
            other[i] = -one[i];
        }
        assert_true(p_of(one, n) == p_of(other, n));
        assert_true(p_of(one, n) > 0 && p_of(one, n) <= 1);
    }
}

/* Ranks 1 to n, of which the positive ones add up to rank_sum. */
static void fill_with_rank_sum(double *differences, size_t n, size_t rank_sum)
{
    for (size_t rank = n; rank >= 1; rank--) {
        bool positive = rank <= rank_sum;
        differences[rank - 1] = positive ? (double)rank : -(double)rank;
        rank_sum -= positive ? rank : 0;
    }
}

/* As wilcoxon.h promises. SciPy has the exact p. */
static void the_approximation_overstates_p_by_little_and_never_understates_a_small_one(void **state)
{
    (void)state;
    size_t i;
    const json_t *entry;
    assert_true(json_array_size(json_object_get(reference, "approximations")) > 20);
    json_array_foreach(json_object_get(reference, "approximations"), i, entry)
    {
        double differences[400], exact = number(entry, "p");
        size_t n = (size_t)number(entry, "n");
        fill_with_rank_sum(differences, n, (size_t)number(entry, "rank_sum"));
        double surplus = p_of(differences, n) / exact;
        double most = exact > 0.003 ? 1.05 : exact > 3e-4 ? 1.17 : exact > 3e-5 ? 1.4 : 2.6;
        if (surplus < (exact > 0.06 ? 0.998 : 1) || surplus > most)
            fail_msg("n %zu, exact p %.3g, approximate %.4f times that", n, exact, surplus);
    }
}

static void huge_samples_have_a_p_above_zero(void **state)
{
    (void)state;
    enum { N = 20000 };
    double *differences = malloc(N * sizeof *differences);
    assert_non_null(differences);
    for (size_t i = 0; i < N; i++)
        differences[i] = (double)i + 1;
    double p = p_of(differences, N);
    assert_true(p > 0 && p < 1e-300);
    free(differences);
}

static void what_is_no_sample_is_refused(void **state)
{
    (void)state;
    struct wilcoxon test;
    struct wilcoxon_cut cut;
    assert_int_equal(wilcoxon_signed_rank(NULL, 0, &test), -EINVAL);
    assert_int_equal(wilcoxon_signed_rank((const double[]){1, NAN}, 2, &test), -EINVAL);
    assert_int_equal(wilcoxon_signed_rank((const double[]){-INFINITY, 1}, 2, &test), -EINVAL);
    assert_int_equal(wilcoxon_cut(0, 0.99, &cut), -EINVAL);
    const double impossible[] = {0, 1, -0.5, 99, NAN};
    for (size_t i = 0; i < COUNT(impossible); i++)
        assert_int_equal(wilcoxon_cut(20, impossible[i], &cut), -EINVAL);
}

/* ---- what may be cut off ---- */

/* Critical values for a two-sided test at 5 %, n = 6 to 62: sequence A226330 of the On-Line
 * Encyclopedia of Integer Sequences. A sum of up to that rejects: the average that comes next is
 * the first that must stay. */
static void cuts_at_95_percent_are_the_published_critical_values(void **state)
{
    (void)state;
    static const unsigned critical[] = {0,   2,   3,   5,   8,   10,  13,  17,  21,  25,  29,  34,
                                        40,  46,  52,  58,  65,  73,  81,  89,  98,  107, 116, 126,
                                        137, 147, 159, 170, 182, 195, 208, 221, 235, 249, 264, 279,
                                        294, 310, 327, 343, 361, 378, 396, 415, 434, 453, 473, 494,
                                        514, 536, 557, 579, 602, 625, 648, 672, 697};
    for (size_t i = 0; i < COUNT(critical); i++) {
        struct wilcoxon_cut cut;
        assert_int_equal(wilcoxon_cut(6 + i, 0.95, &cut), 0);
        assert_int_equal(cut.position, critical[i] + 1);
        assert_in_range((uint64_t)(cut.confidence * 1e6), 950000, 1000000);
    }
}

static void cuts_are_those_that_scipys_p_values_allow(void **state)
{
    (void)state;
    size_t i;
    const json_t *entry;
    assert_true(json_array_size(json_object_get(reference, "cuts")) > 60);
    json_array_foreach(json_object_get(reference, "cuts"), i, entry)
    {
        struct wilcoxon_cut cut;
        assert_int_equal(
            wilcoxon_cut((size_t)number(entry, "n"), number(entry, "confidence"), &cut), 0);
        assert_int_equal(cut.position, (uint64_t)number(entry, "position"));
        assert_near(cut.confidence, number(entry, "achieved"), 1e-12);
    }
}

static void few_values_give_their_whole_range_and_say_what_it_is_worth(void **state)
{
    (void)state;
    for (size_t n = 1; n < 8; n++) {
        struct wilcoxon_cut cut;
        assert_int_equal(wilcoxon_cut(n, 0.99, &cut), 0);
        assert_int_equal(cut.position, 1);
        assert_near(cut.confidence, 1 - ldexp(1, 1 - (int)n), 1e-15);
    }
}

/* Of nine values, 2 * 2 of 2^9 choices of signs reject a shift beyond the second average. */
static void what_is_just_enough_is_cut(void **state)
{
    (void)state;
    struct wilcoxon_cut cut;
    assert_int_equal(wilcoxon_cut(9, 1 - 4.0 / 512, &cut), 0);
    assert_int_equal(cut.position, 2);
    assert_true(cut.confidence == 1 - 4.0 / 512);
}

/* SciPy has the exact position. */
static void beyond_the_exact_ones_cuts_are_a_little_further_out_than_need_be(void **state)
{
    (void)state;
    size_t i;
    const json_t *entry;
    assert_true(json_array_size(json_object_get(reference, "large_cuts")) >= 5);
    json_array_foreach(json_object_get(reference, "large_cuts"), i, entry)
    {
        struct wilcoxon_cut cut;
        uint64_t exact = (uint64_t)number(entry, "position");
        assert_int_equal(wilcoxon_cut((size_t)number(entry, "n"), 0.99, &cut), 0);
        assert_in_range(cut.position, exact - 8, exact);
        assert_true(cut.confidence >= 0.99 && cut.confidence < 0.9905);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quantiles_are_scipys_and_lead_back_to_their_chance),
        cmocka_unit_test(the_p_of_the_depression_scale_is_the_published_one),
        cmocka_unit_test(the_p_of_darwins_plants_is_the_published_one),
        cmocka_unit_test(p_and_rank_sum_are_scipys),
        cmocka_unit_test(a_zero_takes_a_rank_and_ties_share_theirs),
        cmocka_unit_test(lowering_differences_that_are_mostly_positive_raises_p),
        cmocka_unit_test(differences_of_zero_alone_prove_nothing),
        cmocka_unit_test(the_sign_of_all_differences_does_not_change_p),
        cmocka_unit_test(
            the_approximation_overstates_p_by_little_and_never_understates_a_small_one),
        cmocka_unit_test(huge_samples_have_a_p_above_zero),
        cmocka_unit_test(what_is_no_sample_is_refused),
        cmocka_unit_test(cuts_at_95_percent_are_the_published_critical_values),
        cmocka_unit_test(cuts_are_those_that_scipys_p_values_allow),
        cmocka_unit_test(few_values_give_their_whole_range_and_say_what_it_is_worth),
        cmocka_unit_test(what_is_just_enough_is_cut),
        cmocka_unit_test(beyond_the_exact_ones_cuts_are_a_little_further_out_than_need_be),
    };
    return cmocka_run_group_tests_name("wilcoxon", tests, load_reference, drop_reference);
}
