/* What a calibration makes of its rounds: synthetic ones, whose truth is known. */
#include "harness/calibrate/calibration.h"
#include "harness/contract/workload.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

enum { COMPARISONS = 60, ROUNDS = 60 };

static struct calibration calibration;
static struct calibration_design design = {
    .name = "accept-drain", .planted = 0.05, .minimum_effect = 0.03, .rounds = ROUNDS};
static struct metric metric = {.name = "ns_per_accept", .lower_is_better = true};

/* About normal, deviation 1: the sum of twelve uniform ones. */
static double normal(struct random *random)
{
    double sum = -6;
    for (int i = 0; i < 12; i++)
        sum += (double)(random_next(random) >> 11) / 9007199254740992.0;
    return sum;
}

/* What a round has in common is large, what trials have of their own is small. */
static void fill(double share, double deviation)
{
    struct random random;
    random_seed(&random, 7);
    for (size_t i = 0; i < COMPARISONS * ROUNDS; i++) {
        double round = 0.3 * normal(&random);
        for (size_t k = 0; k < CALIBRATION_VARIANTS; k++) {
            double slower = k == CALIBRATION_PLANTED ? log1p(share) : 0;
            double value = exp(7 + round + slower + deviation * normal(&random));
            for (size_t length = 0; length < CALIBRATION_LENGTHS; length++)
                calibration.values[(i * CALIBRATION_VARIANTS + k) * CALIBRATION_LENGTHS + length] =
                    value;
        }
    }
}

static int open_synthetic(void **state)
{
    (void)state;
    calibration = (struct calibration){
        .design = &design,
        .rounds = ROUNDS,
        .comparisons = COMPARISONS,
        .finished = COMPARISONS,
        .metric = &metric,
        .lengths = 1,
        .values = calloc(COMPARISONS * ROUNDS,
                         CALIBRATION_VARIANTS * CALIBRATION_LENGTHS * sizeof(double)),
    };
    metric.lower_is_better = true;
    return calibration.values == NULL;
}

static int close_synthetic(void **state)
{
    (void)state;
    free(calibration.values);
    return 0;
}

static struct proportion named(enum calibration_variant variant, unsigned rounds,
                               enum calibration_method method, unsigned *wrong)
{
    return calibration_named(&calibration, variant, 0, rounds, method, wrong);
}

static void what_is_planted_is_found_and_equals_are_not_named(void **state)
{
    (void)state;
    unsigned wrong;
    struct effect effect;
    fill(0.05, 0.03);
    assert_true(named(CALIBRATION_PLANTED, ROUNDS, CALIBRATION_AS_RUN, &wrong).share == 1);
    assert_int_equal(wrong, 0);
    assert_true(named(CALIBRATION_B, ROUNDS, CALIBRATION_AS_RUN, &wrong).share == 0);
    assert_int_equal(wrong, 0);
    assert_int_equal(calibration_planted_ratio(&calibration, &effect), 0);
    assert_true(effect.low < 1.05 && effect.high > 1.05 && effect.low > 1.04);
}

static void fewer_rounds_find_less(void **state)
{
    (void)state;
    unsigned wrong;
    fill(0.05, 0.05);
    double few = named(CALIBRATION_PLANTED, 10, CALIBRATION_AS_RUN, &wrong).share;
    double many = named(CALIBRATION_PLANTED, ROUNDS, CALIBRATION_AS_RUN, &wrong).share;
    assert_true(few < 0.7 && many > 0.9);
}

static void a_winner_where_the_loser_is_planted_is_wrong(void **state)
{
    (void)state;
    unsigned wrong;
    fill(-0.10, 0.03);
    assert_true(named(CALIBRATION_PLANTED, ROUNDS, CALIBRATION_AS_RUN, &wrong).share == 0);
    assert_int_equal(wrong, COMPARISONS);
}

static void a_rate_that_falls_is_slower(void **state)
{
    (void)state;
    unsigned wrong;
    metric.lower_is_better = false;
    fill(1 / 1.05 - 1, 0.02);
    assert_true(named(CALIBRATION_PLANTED, ROUNDS, CALIBRATION_AS_RUN, &wrong).share == 1);
    assert_true(named(CALIBRATION_PLANTED, ROUNDS, CALIBRATION_BOOTSTRAP, &wrong).share > 0.95);
}

/* What the trials of a round have in common is gone when they are not paired. */
static void unpaired_rounds_find_less(void **state)
{
    (void)state;
    unsigned wrong;
    fill(0.05, 0.03);
    assert_true(named(CALIBRATION_PLANTED, ROUNDS, CALIBRATION_UNPAIRED, &wrong).share < 0.5);
}

static void rounds_without_a_valid_trial_do_not_count(void **state)
{
    (void)state;
    unsigned wrong;
    fill(0.05, 0.03);
    for (size_t round = 0; round < COMPARISONS * ROUNDS; round++) {
        if (round % ROUNDS < ROUNDS - 7)
            calibration.values[round * CALIBRATION_VARIANTS * CALIBRATION_LENGTHS] = NAN;
    }
    /* Seven are left, and a name takes eight. */
    assert_true(named(CALIBRATION_PLANTED, ROUNDS, CALIBRATION_AS_RUN, &wrong).share == 0);
    assert_int_equal(wrong, 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, open_synthetic, close_synthetic)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_planted_is_found_and_equals_are_not_named),
        TEST(fewer_rounds_find_less),
        TEST(a_winner_where_the_loser_is_planted_is_wrong),
        TEST(a_rate_that_falls_is_slower),
        TEST(unpaired_rounds_find_less),
        TEST(rounds_without_a_valid_trial_do_not_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
