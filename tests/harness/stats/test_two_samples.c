/* Two independent samples: the rank-sum test, the shift between them, and what may be said of it.
 */
#include "harness/stats/normal.h"
#include "harness/stats/two_samples.h"
#include "harness/stats/verdict.h"
#include "tests/harness/stats/scipy_reference.h"

#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static void ratio_interval_and_p_are_numpys_and_scipys(void **state)
{
    (void)state;
    size_t i;
    const json_t *entry;
    json_array_foreach(list_of("shifts", 5), i, entry)
    {
        double subject[REFERENCE_VALUES], baseline[REFERENCE_VALUES];
        size_t n = values_of(entry, "subject", subject), m = values_of(entry, "baseline", baseline);
        struct effect effect, other;
        assert_int_equal(two_samples_compare(subject, n, baseline, m, 0, 0.99, &effect), 0);
        assert_int_equal(effect.n, n < m ? n : m);
        assert_near(effect.ratio, number(entry, "ratio"), 1e-12);
        assert_near(effect.low, number(entry, "low"), 1e-12);
        assert_near(effect.high, number(entry, "high"), 1e-12);
        assert_near(effect.median, number(entry, "median"), 0.01); /* geometric, when even */
        assert_near(effect.p, number(entry, "p"), 1e-10);
        assert_int_equal(two_samples_compare(baseline, m, subject, n, 0, 0.99, &other), 0);
        assert_near(other.ratio, 1 / effect.ratio, 1e-12);
        assert_near(other.low, 1 / effect.high, 1e-12);
        assert_near(other.p, effect.p, 1e-12);
    }
}

/* Spread by 10 %, the subject `ratio` times as much and without ties. */
static void fill(double *subject, double *baseline, size_t n, double ratio)
{
    for (size_t i = 0; i < n; i++) {
        baseline[i] = 1000 * exp(0.1 * normal_quantile((double)(2 * i + 1) / (double)(2 * n)));
        subject[i] = ratio * baseline[i] * (1 + 1e-9 * (double)i);
    }
}

static void an_allowance_widens_the_interval_and_lifts_p(void **state)
{
    (void)state;
    double subject[20], baseline[20];
    struct effect plain, allowed;
    fill(subject, baseline, 20, 1.2);
    assert_int_equal(two_samples_compare(subject, 20, baseline, 20, 0, 0.99, &plain), 0);
    assert_int_equal(two_samples_compare(subject, 20, baseline, 20, 0.05, 0.99, &allowed), 0);
    assert_near(allowed.ratio, plain.ratio, 1e-15);
    assert_near(allowed.low, plain.low / 1.05, 1e-12);
    assert_near(allowed.high, plain.high * 1.05, 1e-12);
    assert_true(allowed.p > 2 * plain.p && allowed.p < 0.05);
    /* The same as asking whether a subject that is 5 % closer differs at all. */
    fill(subject, baseline, 20, 1.2 / 1.05);
    assert_int_equal(two_samples_compare(subject, 20, baseline, 20, 0, 0.99, &plain), 0);
    assert_near(allowed.p, plain.p, 1e-9);
    /* Below 1 as above it. */
    fill(subject, baseline, 20, 1 / 1.2);
    assert_int_equal(two_samples_compare(subject, 20, baseline, 20, 0.05, 0.99, &plain), 0);
    assert_near(allowed.p, plain.p, 1e-9);
    assert_int_equal(two_samples_compare(subject, 20, baseline, 20, 0.25, 0.99, &plain), 0);
    assert_true(plain.p == 1);
}

static void what_cannot_be_compared_is_refused(void **state)
{
    (void)state;
    static const double good[] = {1, 2, 3}, wrong[] = {0, -1, NAN, INFINITY};
    struct effect effect = {.n = 77};
    for (size_t i = 0; i < COUNT(wrong); i++) {
        assert_int_equal(two_samples_compare(&wrong[i], 1, good, 3, 0, 0.99, &effect), -EINVAL);
        assert_int_equal(two_samples_compare(good, 3, &wrong[i], 1, 0, 0.99, &effect), -EINVAL);
    }
    assert_int_equal(two_samples_compare(good, 3, good, 3, -0.1, 0.99, &effect), -EINVAL);
    assert_int_equal(two_samples_compare(good, 3, good, 3, NAN, 0.99, &effect), -EINVAL);
    assert_int_equal(two_samples_compare(good, 0, good, 3, 0, 0.99, &effect), -EINVAL);
    assert_int_equal(two_samples_compare(good, 3, good, 3, 0, 1, &effect), -EINVAL);
    static const double tiny[] = {1e-300}, huge[] = {1e300};
    assert_int_equal(two_samples_compare(huge, 1, tiny, 1, 0, 0.99, &effect), -ERANGE);
    assert_int_equal(effect.n, 77);
}

/* ---- verdicts ---- */

static struct verdict judge(double ratio, size_t n, double allowance, bool of_runs)
{
    double subject[REFERENCE_VALUES], baseline[REFERENCE_VALUES];
    struct effect effect;
    struct verdict verdict;
    fill(subject, baseline, n, ratio);
    assert_int_equal(
        two_samples_compare(subject, n, baseline, n, allowance, VERDICT_CONFIDENCE, &effect), 0);
    struct verdict_samples samples = {n, n, allowance, of_runs};
    struct verdict_question question = {
        .effect = &effect,
        .samples = &samples,
        .p_adjusted = effect.p,
        .pairs = 1,
        .minimum_effect = 0.03,
        .lower_is_better = true,
    };
    assert_int_equal(verdict_decide(&question, &verdict), 0);
    return verdict;
}

static void a_difference_beyond_the_allowance_is_named(void **state)
{
    (void)state;
    assert_int_equal(judge(1.3, 50, 0, false).word, VERDICT_SLOWER);
    assert_int_equal(judge(1 / 1.3, 50, 0.01, false).word, VERDICT_FASTER);
    assert_int_equal(judge(1.3, 50, 0.5, false).word, VERDICT_INCONCLUSIVE);
    assert_int_equal(judge(2, 50, 0.5, false).word, VERDICT_SLOWER);
    assert_string_equal(judge(1.3, 50, 0.5, false).why,
                        "two runs of the same program may differ as much");
}

/* However many rounds there are. */
static void what_two_runs_may_differ_by_is_never_called_equivalent(void **state)
{
    (void)state;
    struct verdict verdict = judge(1, 100, 0.5, false);
    assert_int_equal(verdict.word, VERDICT_INCONCLUSIVE);
    assert_int_equal(verdict.rounds_likely, VERDICT_ROUNDS_MAXIMUM);
    assert_int_equal(judge(1, 100, 0, false).word, VERDICT_INCONCLUSIVE);
    assert_in_range(judge(1, 100, 0, false).rounds_likely, 101, 1000);
}

static void runs_need_not_be_ten(void **state)
{
    (void)state;
    assert_int_equal(judge(2, 5, 0, false).word, VERDICT_INCONCLUSIVE);
    assert_int_equal(judge(2, 5, 0, true).word, VERDICT_SLOWER);
}

/* Of 4 and 4, the whole range is worth 97 %. */
static void too_few_runs_are_refused(void **state)
{
    (void)state;
    double subject[4], baseline[4];
    struct effect effect;
    struct verdict verdict;
    fill(subject, baseline, 4, 2);
    assert_int_equal(two_samples_compare(subject, 4, baseline, 4, 0, 0.99, &effect), 0);
    static const struct verdict_samples samples = {4, 4, 0, true};
    struct verdict_question question = {
        .effect = &effect, .samples = &samples, .p_adjusted = effect.p, .pairs = 1};
    assert_int_equal(verdict_decide(&question, &verdict), -EINVAL);
    assert_int_equal(verdict.word, VERDICT_INVALID);
}

static void samples_that_make_no_sense_are_refused(void **state)
{
    (void)state;
    struct effect effect = {.n = 20, .ratio = 1, .low = 0.9, .high = 1.1, .confidence = 0.99};
    static const struct verdict_samples wrong[] = {
        {0, 20, 0, false}, {20, 0, 0, false}, {20, 20, -1, false}, {20, 20, NAN, false}};
    for (size_t i = 0; i < COUNT(wrong); i++) {
        struct verdict verdict;
        struct verdict_question question = {
            .effect = &effect, .samples = &wrong[i], .pairs = 1, .minimum_effect = 0.03};
        assert_int_equal(verdict_decide(&question, &verdict), -EINVAL);
        assert_int_equal(verdict.word, VERDICT_INVALID);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ratio_interval_and_p_are_numpys_and_scipys),
        cmocka_unit_test(an_allowance_widens_the_interval_and_lifts_p),
        cmocka_unit_test(what_cannot_be_compared_is_refused),
        cmocka_unit_test(a_difference_beyond_the_allowance_is_named),
        cmocka_unit_test(what_two_runs_may_differ_by_is_never_called_equivalent),
        cmocka_unit_test(runs_need_not_be_ten),
        cmocka_unit_test(too_few_runs_are_refused),
        cmocka_unit_test(samples_that_make_no_sense_are_refused),
    };
    return cmocka_run_group_tests(tests, load_reference, drop_reference);
}
